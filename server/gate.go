package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"openmic/crdt"
	"openmic/server/store"
)

// A gate is what judges a document's changes: the index of all its operations.
// It is made when the first change comes. For a long log that takes a good part
// of a second, so it is made beside the room: those who read go on, and those who
// write wait, each in its own session, which reads no more from its peer meanwhile.

// untilGate waits until the room can judge changes, or is frozen. False: ctx or
// the room ended first.
func (r *room) untilGate(ctx context.Context) bool {
	answer := make(chan (<-chan struct{}), 1)
	if !r.do(ctx, func(r *room) { answer <- r.makeGate() }) {
		return false
	}
	var made <-chan struct{}
	select {
	case made = <-answer:
	case <-r.gone:
		return false
	case <-ctx.Done():
		return false
	}
	if made == nil {
		return true
	}
	select {
	case <-made:
		return true
	case <-r.gone:
		return false
	case <-ctx.Done():
		return false
	}
}

// makeGate begins to make the gate, unless that has begun or is done, and returns
// what is closed then; nil: it is there, or the document takes no changes. The
// graph and the log stay as they are until there is a gate, so both are read
// without a copy.
func (r *room) makeGate() <-chan struct{} {
	s := r.state
	if s.gate != nil || s.frozen != nil {
		return nil
	}
	if r.gate == nil {
		made := make(chan struct{})
		r.gate = made
		graph, index, chunks := s.graph, s.index, s.chunks
		r.hub.running.Go(func() {
			select {
			case r.hub.gates <- struct{}{}:
				defer func() { <-r.hub.gates }()
			case <-r.hub.ctx.Done():
				return
			}
			gate, err := crdt.ResumeAdmission(graph, index, chunks, s.settings.Change)
			old := errors.Is(err, crdt.ErrOldIndex)
			if old {
				if gate, err = r.gateOfLog(graph, chunks); r.hub.ctx.Err() != nil {
					return
				}
			}
			r.do(r.hub.ctx, func(r *room) {
				r.state.setGate(gate, err)
				r.oldIndex = old
				r.gate = nil
				close(made)
			})
		})
	}
	return r.gate
}

// gateOfLog makes the gate of the whole log, where the index beside the snapshot is
// of a version before. chunks are the end of the log; the rest is in the store.
func (r *room) gateOfLog(graph *crdt.Graph, chunks [][]byte) (*crdt.Admission, error) {
	settings := &r.hub.settings
	hashes := make([]crdt.Hash, graph.Len()-len(chunks))
	for i := range hashes {
		hashes[i] = graph.Hash(i)
	}
	for {
		ctx, cancel := context.WithTimeout(r.hub.ctx, settings.LoadTimeout)
		log, err := r.hub.store.Changes(ctx, r.doc, hashes)
		cancel()
		switch {
		case err == nil:
			return crdt.ResumeAdmission(graph, nil, append(log, chunks...), settings.Change)
		case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrNotFound):
			return nil, fmt.Errorf("read the log for an index: %w", err)
		}
		r.log.Error().Err(err).Msg("read the log for an index; trying again")
		select {
		case <-time.After(settings.CommitRetry):
		case <-r.hub.ctx.Done():
			return nil, r.hub.ctx.Err()
		}
	}
}
