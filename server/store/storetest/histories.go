package storetest

import (
	"errors"
	"reflect"
	"testing"

	"openmic/server/docid"
	"openmic/server/store"
)

func histories(t *testing.T, f *fixture) {
	ctx := t.Context()
	doc, other := docid.New(), docid.New()
	if err := f.store.PutHistory(ctx, doc, 0, []byte("one")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of no document: %v", err)
	}
	f.append(t, entries(doc, 1, 1)...)
	f.append(t, entries(other, 2, 1)...)
	want := func(of docid.ID, parts map[int][]byte) {
		t.Helper()
		if got, err := f.store.History(ctx, of); err != nil || !reflect.DeepEqual(got, parts) {
			t.Errorf("%v, not %v, %v", got, parts, err)
		}
	}
	put := func(part int, content string) {
		t.Helper()
		if err := f.store.PutHistory(ctx, doc, part, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	want(doc, map[int][]byte{})
	put(-1, "the end")
	put(0, "one")
	put(1000, "two")
	put(-1, "a later end")
	want(doc, map[int][]byte{-1: []byte("a later end"), 0: []byte("one"), 1000: []byte("two")})
	want(other, map[int][]byte{})
	// What is damaged is as if it had not been kept.
	f.exec(t, 1, `UPDATE history_parts SET content = $1 WHERE part = 1000`, []byte("three"))
	f.exec(t, 1, `UPDATE history_parts SET part = 1 WHERE part = 0`)
	want(doc, map[int][]byte{-1: []byte("a later end")})
}
