package server

import (
	"context"

	"openmic/crdt"
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
			r.do(r.hub.ctx, func(r *room) {
				r.state.setGate(gate, err)
				r.gate = nil
				close(made)
			})
		})
	}
	return r.gate
}
