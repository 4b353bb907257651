package engine_test

import (
	"testing"

	"openmic/crdt"
)

// What the core saves passes the check that stands in front of it.
func TestCheckDocumentTakesWhatTheCoreSaves(t *testing.T) {
	pool := newPool(t, config("engine"))
	for _, n := range []int{1, 40, 2_000, 100_000} {
		chunks, heads := history(n)
		document := snapshotOf(t, pool, chunks, heads)
		if err := crdt.CheckDocument(document, crdt.DefaultLimits()); err != nil {
			t.Errorf("%d changes: %v", n, err)
		}
		lim := crdt.DefaultLimits()
		lim.DocumentChanges = n - 1
		if err := crdt.CheckDocument(document, lim); err == nil {
			t.Errorf("%d changes pass a limit of one less", n)
		}
		t.Logf("%d changes in %d bytes", n, len(document))
	}
}
