package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"openmic/crdt/engine"
	"openmic/server/internal/failpoint"
	"openmic/server/store"
)

// compact starts a compaction in the background when the log after the
// snapshot has grown by CompactChanges and by CompactShare of what the snapshot
// holds: so all compactions of a document together cost in proportion to its size.
func (r *room) compact(ctx context.Context, now time.Time) {
	s, settings := r.state, &r.hub.settings
	worth := max(settings.CompactChanges, int(settings.CompactShare*float64(s.base)))
	if r.oldIndex {
		worth = 1 // so that nobody has to read the whole log again
	}
	if r.compacting || s.durable-s.base < worth || now.Before(r.compactAfter) {
		return
	}
	if s.frozen != nil || r.hub.quarantine.holds(r.doc, now) || r.makeGate() != nil {
		return // with the gate there is an index to store, and an event that brings it here
	}
	r.compacting = true
	n := s.durable
	chunks := make([][]byte, 0, n-s.base+1)
	if s.snapshot != nil {
		chunks = append(chunks, s.snapshot)
	}
	chunks = append(chunks, s.chunks[:n-s.base]...)
	snapshot := store.Snapshot{Length: n, Heads: s.stored.Heads(), Graph: s.graph.AppendBinary(nil, n), Index: s.gate.AppendBinary(nil, n), At: now}
	r.hub.running.Go(func() {
		err := r.makeSnapshot(ctx, &snapshot, chunks)
		r.do(ctx, func(r *room) {
			r.compacting = false
			if err != nil {
				r.compactAfter = time.Now().Add(settings.CompactPause)
				r.hub.metrics.compactionFailures.Inc()
				r.log.Error().Err(err).Int("changes", n).Msg("compact document")
				r.blame(err)
				return
			}
			r.state.adopt(snapshot.Chunk, n)
			r.oldIndex = false
			r.log.Info().Int("changes", n).Int("bytes", len(snapshot.Chunk)).Msg("compacted document")
			r.hub.compacted(r.doc, n)
		})
	})
}

// blame counts a death of the engine against the document that it was at.
func (r *room) blame(err error) {
	if !errors.Is(err, engine.ErrDied) && !errors.Is(err, engine.ErrTimeout) {
		return
	}
	if r.hub.quarantine.died(r.doc, time.Now()) {
		r.hub.metrics.quarantined.Inc()
		r.log.Error().Dur("for", r.hub.settings.QuarantineTime).Msg("the engine keeps dying on this document: it is not compacted for a while")
	}
}

// makeSnapshot has the engine make one document chunk of the given chunks and
// stores it. The engine loads what it made once more and compares the heads.
func (r *room) makeSnapshot(ctx context.Context, snapshot *store.Snapshot, chunks [][]byte) error {
	select {
	case r.hub.compactions <- struct{}{}:
		defer func() { <-r.hub.compactions }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, r.hub.settings.CompactTimeout)
	defer cancel()
	made, err := r.hub.engine.Compact(ctx, chunks, snapshot.Heads)
	if err != nil {
		return fmt.Errorf("compact in the engine: %w", err)
	}
	if made.Changes != snapshot.Length {
		return fmt.Errorf("compact in the engine: %d changes of %d", made.Changes, snapshot.Length)
	}
	snapshot.Chunk = made.Document
	failpoint.Reach("compaction.made")
	if err := r.hub.store.PutSnapshot(ctx, r.doc, *snapshot); err != nil {
		return fmt.Errorf("store snapshot: %w", err)
	}
	failpoint.Reach("compaction.stored")
	return nil
}
