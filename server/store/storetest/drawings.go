package storetest

import (
	"crypto/sha256"
	"errors"
	"reflect"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

func drawings(t *testing.T, f *fixture) {
	ctx := t.Context()
	doc, other := docid.New(), docid.New()
	script, heads := []byte("a script"), []crdt.Hash{sha256.Sum256([]byte("one")), sha256.Sum256([]byte("two"))}
	light := store.Drawing{Theme: "light", Language: "en", Script: script, Heads: heads, SVG: []byte{0x1f, 0x8b, 0}, At: time.UnixMilli(1_700_000_000_123).UTC()}
	if err := f.store.PutDrawing(ctx, doc, light); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of no document: %v", err)
	}
	f.append(t, entries(doc, 1, 1)...)
	f.append(t, entries(other, 2, 1)...)
	dark := light
	dark.Theme, dark.SVG = "dark", []byte("dark")
	for _, d := range []store.Drawing{light, dark} {
		if err := f.store.PutDrawing(ctx, doc, d); err != nil {
			t.Fatal(err)
		}
	}
	want := func(d store.Drawing) {
		t.Helper()
		if got, err := f.store.Drawing(ctx, doc, d.Theme, d.Language); err != nil || !reflect.DeepEqual(got, d) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	want(light)
	light.Heads, light.SVG, light.At = heads[:1], []byte("newer"), light.At.Add(time.Second)
	if err := f.store.PutDrawing(ctx, doc, light); err != nil {
		t.Fatal(err)
	}
	want(light)
	want(dark)
	for _, look := range [][2]string{{"light", "sv"}, {"", ""}} {
		if _, err := f.store.Drawing(ctx, doc, look[0], look[1]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", look, err)
		}
	}
	if _, err := f.store.Drawing(ctx, other, "light", "en"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of another document: %v", err)
	}
	f.exec(t, 1, `UPDATE drawings SET svg = $1 WHERE theme = 'dark'`, []byte("light"))
	if _, err := f.store.Drawing(ctx, doc, "dark", "en"); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a damaged one: %v", err)
	}
}
