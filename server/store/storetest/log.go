package storetest

import (
	"errors"
	"slices"
	"testing"

	"openmic/server/docid"
	"openmic/server/store"
)

func logInPages(t *testing.T, f *fixture) {
	doc, other := docid.New(), docid.New()
	log := entries(doc, 1, 10)
	f.append(t, append(log, entries(other, 2, 3)...)...)
	read := func(from, most int) ([]store.Entry, error) { return f.store.Log(t.Context(), doc, from, most) }
	want := func(from, most int, want []store.Entry) {
		t.Helper()
		got, err := read(from, most)
		if err != nil || !slices.EqualFunc(got, want, equalEntries) {
			t.Errorf("%d entries from %d on: got %d, %v, want %d", most, from, len(got), err, len(want))
		}
	}
	want(0, 4, log[:4])
	want(4, 100, log[4:])
	want(10, 5, nil)
	want(0, 0, nil)
	if got, err := f.store.Log(t.Context(), docid.New(), 0, 5); err != nil || len(got) > 0 {
		t.Errorf("the log of an unknown document: %d entries, %v", len(got), err)
	}
	f.exec(t, 1, `UPDATE changes SET sum = sum + 1 WHERE doc = $1 AND position = 6`, doc[:])
	f.exec(t, 1, `DELETE FROM changes WHERE doc = $1 AND position = 8`, doc[:])
	want(2, 100, log[2:6])
	want(7, 100, log[7:8])
	for _, from := range []int{6, 8} {
		if got, err := read(from, 5); len(got) > 0 || !errors.Is(err, store.ErrDamaged) {
			t.Errorf("from the damaged position %d: %d entries, %v", from, len(got), err)
		}
	}
}
