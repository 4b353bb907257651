package server

import (
	"bytes"
	"errors"
	"slices"

	"openmic/crdt"
)

// maxIgnored is how often a peer that may only read can send changes before
// it is taken for one that will not stop.
const maxIgnored = 3

// ignore counts a message with changes from a peer that was told that we take none.
func (p *peer) ignore() error {
	if p.ignored++; p.ignored > maxIgnored {
		return end(closeRole, "this link is for reading only")
	}
	return nil
}

// admit takes the changes of one message into the log. Those before a refused
// one stay: they are as good as if they had come alone.
func (s *roomState) admit(p *peer, changes []*crdt.Change) error {
	for _, c := range changes {
		if err := s.admitOne(p, c); err != nil {
			return err
		}
		if s.frozen != nil {
			return nil
		}
	}
	return nil
}

func (s *roomState) admitOne(p *peer, c *crdt.Change) error {
	gate := s.openGate()
	if gate == nil {
		return nil
	}
	verdict, err := gate.Check(c, p.scope)
	var refusal *crdt.Refusal
	// One that is too large for what room is left is its sender's to mend; smaller
	// ones of others still fit.
	if errors.As(err, &refusal) && refusal.Rule == crdt.RuleRoom && gate.Full() {
		s.freeze(frozenFull, err)
		return nil
	}
	if err != nil {
		return err
	}
	switch verdict {
	case crdt.Known:
		// Until it is stored, a repeated change is the repeater's own as well.
		if i, ok := s.graph.Index(c.Hash); ok && i >= s.durable {
			p.own = max(p.own, i+1)
		}
		return nil
	case crdt.Waiting:
		return s.wait(p, c)
	default:
		if err := s.mayPass(p, c.Actor); err != nil {
			return err
		}
		return s.append(p, c)
	}
}

func (s *roomState) append(p *peer, c *crdt.Change) error {
	if s.unstored+len(c.Raw) > s.settings.UnstoredBytes {
		return end(closeTryLater, "the store does not answer; try again later")
	}
	s.growing.Lock()
	err := s.gate.Add(c)
	s.growing.Unlock()
	if err != nil {
		return err
	}
	s.chunks = append(s.chunks, bytes.Clone(c.Raw)) // not the whole message that it came in
	s.senders = append(s.senders, p.id)
	s.authors.sent(p, c.Actor, s.graph.Len()-1)
	s.unstored += len(c.Raw)
	p.own = s.graph.Len()
	clear(s.bodies)
	return nil
}

// wait keeps a change whose dependencies have not come yet.
func (s *roomState) wait(p *peer, c *crdt.Change) error {
	if p.waitsFor(c.Hash) {
		return nil
	}
	if len(p.waiting) >= s.settings.WaitingChanges || p.waitBytes+len(c.Raw) > s.settings.WaitingBytes {
		return end(closeRefused, "too many changes whose dependencies are missing")
	}
	p.waiting = append(p.waiting, waiting{hash: c.Hash, deps: slices.Clone(c.Deps), chunk: bytes.Clone(c.Raw)})
	p.waitBytes += len(c.Raw)
	return nil
}

func (p *peer) waitsFor(h crdt.Hash) bool {
	return slices.ContainsFunc(p.waiting, func(w waiting) bool { return w.hash == h })
}

// settle tries the waiting changes of all peers again until none can enter.
// One that turns out to be wrong is dropped: its sender is asked no more for it.
func (s *roomState) settle() {
	for progress := true; progress; {
		progress = false
		for _, p := range s.peers {
			tried := p.waiting
			if len(tried) == 0 || !s.takes(p) {
				continue
			}
			before := s.graph.Len()
			p.waiting, p.waitBytes = nil, 0
			for _, w := range tried {
				if s.unstored+len(w.chunk) > s.settings.UnstoredBytes {
					p.waiting, p.waitBytes = append(p.waiting, w), p.waitBytes+len(w.chunk)
				} else if c, err := crdt.ParseChange(w.chunk, s.settings.Change); err == nil {
					_ = s.admitOne(p, c) // a refused change leaves the queue and enters nothing
				}
			}
			progress = progress || s.graph.Len() > before
		}
	}
}
