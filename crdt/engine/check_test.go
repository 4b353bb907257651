package engine_test

import (
	"errors"
	"testing"
	"time"

	"openmic/crdt"
)

// What the core saves passes the check that stands in front of it, and a long
// history comes apart again within the default limits of size and memory.
func TestWhatTheCoreSaves(t *testing.T) {
	cfg := config("engine")
	cfg.Timeout = 5 * time.Minute // as slow as the machine may be
	pool := newPool(t, cfg)
	for _, n := range []int{1, 40, 100_000} {
		chunks, heads := history(n)
		document := snapshotOf(t, pool, chunks, heads)
		lim := crdt.DefaultLimits()
		lim.DocumentChanges = n
		if err := crdt.CheckDocument(document, lim); err != nil {
			t.Errorf("%d changes: %v", n, err)
		}
		lim.DocumentChanges--
		if err := crdt.CheckDocument(document, lim); !errors.Is(err, crdt.ErrTooLarge) {
			t.Errorf("%d changes, one less allowed: %v", n, err)
		}
		if got, err := pool.Changes(t.Context(), [][]byte{document}, heads); err != nil || len(got) != n {
			t.Errorf("%d changes come apart into %d, error %v", n, len(got), err)
		}
	}
	if n := pool.Restarts(); n != 0 {
		t.Errorf("%d restarts", n)
	}
}
