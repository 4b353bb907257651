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

// compact has a compaction made in the background when one is due, and returns when
// to look again: never, unless the board is quiet only since a moment ago.
func (r *room) compact(ctx context.Context, now time.Time) time.Duration {
	s, lull := r.state, &r.lull
	if lull.length != s.durable {
		lull.length, lull.since = s.durable, now
		if lull.waiting != nil { // it is not quiet any more: whoever is goes first
			lull.waiting()
			lull.waiting, r.compacting = nil, false
		}
	}
	urgent, wait := r.compactionDue(now)
	if wait > 0 {
		return wait
	}
	if r.hub.quarantine.holds(r.doc, now) || r.makeGate() != nil {
		return never // with the gate there is an index to store, and an event that brings it here
	}
	r.compacting = true
	ctx, leave := context.WithCancel(ctx)
	if !urgent {
		lull.waiting = leave
	}
	r.hub.running.Go(func() {
		defer leave()
		if r.hub.compactions.turn(ctx, urgent) {
			defer r.hub.compactions.done()
			r.compactNow(ctx)
		}
	})
	return never
}

// A lull is what a room knows of its board being quiet.
type lull struct {
	length  int       // the log is stored up to here,
	since   time.Time // and was by then
	waiting func()    // leaves the line of those that are quiet; nil unless it stands there
	tried   int       // a compaction of the changes [0,tried) failed
	told    int       // the history was made when there were so many
}

// compactionDue tells whether the document is to be compacted, and when.
//
// It is urgent once the log after the snapshot has grown by CompactChanges and by
// CompactShare of what the snapshot holds: so all compactions of a document together
// cost in proportion to its size. After one it rests for a while (CompactRest).
//
// Much less than that makes what a newcomer is sent many times as large, since changes
// one by one take so much more than a snapshot. So when nothing has come for
// CompactQuiet, it is compacted if there are QuietChanges, and if they add
// QuietShare to the bytes of the snapshot. For each byte that people write the
// engine then reads no more than 1/QuietShare bytes of a snapshot once more,
// however often they pause. One that failed is not tried again before as much has come.
func (r *room) compactionDue(now time.Time) (urgent bool, wait time.Duration) {
	s, settings := r.state, &r.hub.settings
	if r.compacting || s.frozen != nil {
		return false, never
	}
	worth := max(settings.CompactChanges, int(settings.CompactShare*float64(s.base)))
	if r.oldIndex {
		worth = 1 // so that nobody has to read the whole log again
	}
	if s.durable-s.base >= worth {
		wait := max(0, r.compactAfter.Sub(now))
		return wait == 0, wait
	}
	if s.durable-max(s.base, r.lull.tried) < settings.QuietChanges || s.durable < s.graph.Len() ||
		float64(s.behind) < settings.QuietShare*float64(len(s.snapshot)) {
		return false, never
	}
	quiet := settings.CompactQuiet
	if s.idle() {
		quiet = min(quiet, r.grace()) // not later than the room goes
	}
	due := r.lull.since.Add(quiet)
	if due.Before(r.compactAfter) {
		due = r.compactAfter
	}
	return false, max(0, due.Sub(now))
}

// compactNow compacts what is stored by now. The room's turn has come.
func (r *room) compactNow(ctx context.Context) {
	type content struct {
		snapshot store.Snapshot
		chunks   [][]byte
	}
	given := make(chan *content, 1)
	asked := r.do(ctx, func(r *room) {
		if ctx.Err() != nil { // it has left the line meanwhile
			given <- nil
			return
		}
		r.lull.waiting = nil
		s := r.state
		if s.gate == nil || s.durable == s.base {
			r.compacting = false
			given <- nil
			return
		}
		n := s.durable
		c := &content{chunks: make([][]byte, 0, n-s.base+1)}
		if s.snapshot != nil {
			c.chunks = append(c.chunks, s.snapshot)
		}
		c.chunks = append(c.chunks, s.chunks[:n-s.base]...)
		c.snapshot = store.Snapshot{
			Length: n, Heads: s.stored.Heads(), Graph: s.graph.AppendBinary(nil, n), Index: s.gate.AppendBinary(nil, n), At: time.Now(),
		}
		given <- c
	})
	if !asked {
		return
	}
	var c *content
	select {
	case c = <-given:
	case <-r.gone:
	}
	if c == nil {
		return
	}
	n, began := c.snapshot.Length, time.Now()
	err := r.makeSnapshot(ctx, &c.snapshot, c.chunks)
	r.do(ctx, func(r *room) {
		r.compacting = false
		if err != nil {
			r.compactAfter = time.Now().Add(r.hub.settings.CompactPause)
			r.lull.tried = n
			r.hub.metrics.compactionFailures.Inc()
			r.log.Error().Err(err).Int("changes", n).Msg("compact document")
			r.blame(err)
			return
		}
		// Where hundreds draw, a thousand changes come sooner than they are compacted, and
		// the core that takes is one that those who draw need.
		took, settings := time.Since(began), &r.hub.settings
		r.compactAfter = time.Now().Add(min(time.Duration(settings.CompactRest)*took, settings.CompactPause))
		r.state.adopt(c.snapshot.Chunk, n)
		r.oldIndex = false
		r.log.Info().Int("changes", n).Int("bytes", len(c.snapshot.Chunk)).Msg("compacted document")
		if n-r.lull.told >= r.hub.settings.HistoryKept { // it is not worth storing again before
			r.lull.told = n
			r.hub.compacted(r.doc, n)
		}
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
