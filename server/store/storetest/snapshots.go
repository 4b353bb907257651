package storetest

import (
	"errors"
	"slices"
	"testing"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

func snapshots(t *testing.T, f *fixture) {
	doc := docid.New()
	log := entries(doc, 1, 10)
	f.append(t, log[:8]...)
	want := snapshot(log[:5], "of five")
	f.putSnapshot(t, doc, want)
	d := f.wantTail(t, doc, log[5:8])
	wantSnapshot(t, d, want)
	f.append(t, log...)
	f.wantTail(t, doc, log[5:])

	// One of the whole log leaves no tail.
	whole := snapshot(log, "of all")
	whole.Heads, whole.Graph, whole.Index = nil, nil, nil
	f.putSnapshot(t, doc, whole)
	wantSnapshot(t, f.wantTail(t, doc, nil), whole)

	// The log stays whole: history is read from it.
	if got, err := f.store.Changes(t.Context(), doc, []crdt.Hash{log[0].Hash}); err != nil || string(got[0]) != string(log[0].Change) {
		t.Errorf("the first change is %x, %v", got, err)
	}
}

func keepTwo(t *testing.T, f *fixture) {
	doc, other := docid.New(), docid.New()
	log := entries(doc, 1, 10)
	f.append(t, log...)
	f.append(t, entries(other, 1, 2)...)
	f.putSnapshot(t, other, snapshot(log[:1], "other"))
	for _, step := range []struct {
		length int
		text   string
		newest int // the length of the snapshot that Load returns then
		kept   int
	}{
		{3, "first", 3, 1},
		{6, "second", 6, 2},
		{9, "third", 9, 2},
		{4, "late", 9, 2}, // older than both: dropped at once
		{9, "replaced", 9, 2},
		{8, "between", 9, 2},
	} {
		f.putSnapshot(t, doc, snapshot(log[:step.length], step.text))
		d := f.wantTail(t, doc, log[step.newest:])
		if step.newest == step.length {
			wantSnapshot(t, d, snapshot(log[:step.length], step.text))
		}
		if n := f.count(t, `SELECT count(*) FROM snapshots WHERE doc = $1`, doc[:]); n != step.kept {
			t.Errorf("after the %s one: %d snapshots, not %d", step.text, n, step.kept)
		}
	}
	if n := f.count(t, `SELECT count(*) FROM snapshots WHERE doc = $1 AND length IN (8, 9)`, doc[:]); n != 2 {
		t.Error("it is not the newest two that are left")
	}
	if f.load(t, other).Snapshot == nil {
		t.Error("the snapshot of another document was dropped")
	}
}

func snapshotBeyondLog(t *testing.T, f *fixture) {
	ctx, doc := t.Context(), docid.New()
	log := entries(doc, 1, 3)
	if err := f.store.PutSnapshot(ctx, doc, snapshot(log, "early")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("snapshot of a document without changes: %v, not ErrNotFound", err)
	}
	f.append(t, log[:2]...)
	none := snapshot(log, "of nothing")
	none.Length = 0
	for _, s := range []store.Snapshot{snapshot(log, "too long"), none} {
		if err := f.store.PutSnapshot(ctx, doc, s); err == nil {
			t.Errorf("a snapshot of %d changes was put on a log of 2", s.Length)
		}
	}
	if d := f.wantTail(t, doc, log[:2]); d.Snapshot != nil {
		t.Error("a refused snapshot was put")
	}
}

func wantSnapshot(t testing.TB, d *store.Document, want store.Snapshot) {
	t.Helper()
	got := d.Snapshot
	if got == nil {
		t.Fatal("no snapshot was loaded")
	}
	if len(d.Damage) != 0 {
		t.Errorf("damage was found: %v", d.Damage)
	}
	if got.Length != want.Length || !slices.Equal(got.Heads, want.Heads) ||
		string(got.Chunk) != string(want.Chunk) || string(got.Graph) != string(want.Graph) ||
		string(got.Index) != string(want.Index) ||
		got.At.UnixMilli() != want.At.UnixMilli() {
		t.Errorf("loaded %+v, not %+v", *got, want)
	}
}
