package server

import (
	"fmt"

	"openmic/crdt"
	"openmic/server/store"
	"openmic/server/wire"
)

// A freeze is why a document takes no changes: people can look, and what they
// draw stays on their devices.
type freeze struct {
	condition string // for programs
	err       error  // for the log
}

const (
	frozenFull     = "full"     // it has grown to its limits
	frozenDamaged  = "damaged"  // something of it is lost in the store
	frozenLocked   = "locked"   // an owner has locked the board; it concerns only those who are no owners
	frozenArchived = "archived" // an owner has put the board away
)

// text says it to people.
func (f *freeze) text() string {
	switch f.condition {
	case frozenFull:
		return "this board is full: it can be read, but takes no more changes"
	case frozenArchived:
		return "this board is put away: it can be read, but takes no changes until an owner takes it out again"
	case frozenLocked:
		return "this board is locked: it can be read, but takes no changes until an owner unlocks it"
	}
	return "this board is damaged in the store: what is left can be read, but it takes no changes until it is repaired"
}

// takes tells whether changes of a peer are taken into the log.
func (s *roomState) takes(p *peer) bool { return p.writes && !p.locked && s.frozen == nil }

// freeze stops taking changes. Everybody is told in the next message.
func (s *roomState) freeze(condition string, err error) {
	if s.frozen != nil {
		return
	}
	s.frozen = &freeze{condition: condition, err: err}
	clear(s.bodies)
	for _, p := range s.peers {
		p.ask, p.waiting, p.waitBytes = nil, nil, 0
		p.answer = p.answer || p.served
	}
}

// openGate returns what judges changes. A room has it made beside itself before
// any come (gate.go). nil: what is stored does not fit together, and the document
// is frozen.
func (s *roomState) openGate() *crdt.Admission {
	if s.gate == nil && s.frozen == nil {
		s.setGate(crdt.ResumeAdmission(s.graph, s.index, s.chunks, s.settings.Change))
	}
	return s.gate
}

// setGate takes the gate that was made of the index beside the snapshot and the
// log after it.
func (s *roomState) setGate(gate *crdt.Admission, err error) {
	switch {
	case s.gate != nil || s.frozen != nil:
	case err != nil:
		s.freeze(frozenDamaged, fmt.Errorf("%w: index of the operations: %w", store.ErrDamaged, err))
	default:
		s.gate, s.index = gate, nil
	}
}

// tellFrozen says once, to the log and to everybody, that the document is frozen.
func (r *room) tellFrozen() {
	f := r.state.frozen
	if f == nil || r.told {
		return
	}
	r.told = true
	r.log.Error().Err(f.err).Str("condition", f.condition).Msg("document takes no changes")
	r.hub.metrics.frozen.WithLabelValues(f.condition).Inc()
	for _, m := range r.members {
		r.tell(m)
	}
}

// tell says to a member that the document is frozen, or locked for them. If the socket is behind with
// so many answers, the sync messages say so all the same.
func (r *room) tell(m *member) {
	f := r.state.frozen
	if f == nil {
		f = &freeze{condition: frozenLocked}
	}
	if r.state.frozen == nil && m.session.access.archived {
		f = &freeze{condition: frozenArchived}
	}
	_ = m.session.answer(wire.Failure{
		SenderID: r.hub.peerID, TargetID: m.session.peerID, Text: f.text(),
		DocumentID: r.doc.String(), Condition: f.condition,
	}.Encode())
}

// thaw takes a room that ends out of the metrics.
func (r *room) thaw() {
	if r.told {
		r.hub.metrics.frozen.WithLabelValues(r.state.frozen.condition).Dec()
	}
}
