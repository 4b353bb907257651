package server

import (
	"slices"

	"openmic/crdt"
)

// flush returns what every peer of the shift whose writer is free is to be sent now,
// and what must be read from the store before some can be sent anything.
func (s *roomState) flush(withPresence bool) (batches []batch, fetches []*fetch) {
	var shown *moment
	if withPresence {
		shown = s.presence.moment(s.peers, s.settings)
		defer s.presence.sweep(s.peers)
		defer shown.end()
	}
	s.slowest, s.brought = 0, 0
	for _, p := range s.peers {
		if p.busy || !p.served {
			if p.busy {
				s.slowest = max(s.slowest, s.graph.Len()-p.cursor)
			}
			if withPresence {
				shown.missed(p)
			}
			continue
		}
		if !s.shifts.serves(p) {
			continue
		}
		b := batch{peer: p}
		if !s.needsStore(p) {
			b.sync = s.next(p)
		} else if p.fetching == nil {
			fetches = append(fetches, s.fetchFor(p))
		}
		if withPresence && p.batches {
			b.people = shown.batch(p)
		} else if withPresence {
			b.presence = shown.messages(p)
		}
		if b.sync != nil || b.presence != nil || b.people != nil {
			p.busy = true
			batches = append(batches, b)
		}
	}
	return batches, fetches
}

// editors is how many others drew beside the first of those who made the newest
// changes, as far as that is worth knowing.
func (s *roomState) editors(most int) int {
	seen := make([]uint64, 0, most+1)
	for i := len(s.senders) - 1; i >= max(0, len(s.senders)-2*most) && len(seen) <= most; i-- {
		if id := s.senders[i]; id != 0 && !slices.Contains(seen, id) {
			seen = append(seen, id)
		}
	}
	return max(0, len(seen)-1)
}

// owes tells whether there is something for a peer whose batch has left. It may be
// wrong only by saying so where there is nothing.
func (s *roomState) owes(p *peer) bool {
	return p.pending(s.graph.Len()) || p.answer || p.told < p.own || len(p.claims) > 0
}

// atEase tells whether a peer and the room understand each other so well that it
// means nothing when the peer confirms what it has.
func (s *roomState) atEase(p *peer) bool {
	return p.served && p.confirmed && p.level && !p.unsure && !p.starting &&
		len(p.claims) == 0 && len(p.waiting) == 0 && len(p.ask) == 0
}

// hasAll tells whether the log has all of these changes. Anyone may ask.
func (s *roomState) hasAll(hashes []byte) bool {
	s.growing.RLock()
	defer s.growing.RUnlock()
	for ; len(hashes) >= len(crdt.Hash{}); hashes = hashes[len(crdt.Hash{}):] {
		if !s.graph.Has(crdt.Hash(hashes[:len(crdt.Hash{})])) {
			return false
		}
	}
	return true
}

// needsStore tells whether a peer is owed changes that only the store has.
func (s *roomState) needsStore(p *peer) bool {
	return p.fetched == nil && len(p.backlog) > 0 && p.backlog[0] < s.base
}

// fetchFor asks for the part of a backlog that only the store has.
func (s *roomState) fetchFor(p *peer) *fetch {
	p.fetching = &fetch{peer: p}
	for _, i := range p.backlog {
		if i < s.base {
			p.fetching.hashes = append(p.fetching.hashes, s.graph.Hash(i))
		}
	}
	return p.fetching
}

// fetchDone brings what a fetch asked for.
func (s *roomState) fetchDone(f *fetch, chunks [][]byte) {
	if p := f.peer; p.fetching == f {
		p.fetching = nil
		if !f.stale {
			p.fetched = chunks
		}
	}
}

// next is the one place that decides which sync message a peer gets, if any.
func (s *roomState) next(p *peer) []byte {
	length := s.graph.Len()
	if !p.snapshot && len(p.backlog) == 0 {
		// Its own changes need not come back to it.
		for p.cursor < length && s.senders[p.cursor-s.base] == p.id {
			p.cursor++
		}
	}
	s.settleClaims(p)
	tell := length
	if p.own > s.durable || len(p.claims) > 0 {
		tell = s.durable
	}
	acknowledges := p.told < p.own && tell > p.told
	if !p.pending(length) && !acknowledges && !p.answer {
		return nil
	}
	if tell == 0 && length > 0 {
		return nil // empty heads would mean that we have lost everything; something will be stored soon
	}
	if p.pending(length) {
		s.brought++
	}
	body := s.body(p, tell)
	p.cursor, p.told = length, tell
	p.snapshot, p.backlog, p.fetched = false, nil, nil
	p.answer, p.starting, p.ask = false, false, nil
	return body
}

// body returns the bytes of the message from a peer's place to the end of the
// log, encoded once for all who stand there.
func (s *roomState) body(p *peer, tell int) []byte {
	if len(p.backlog) > 0 || len(p.ask) > 0 {
		return s.encode(p, tell)
	}
	key := bodyKey{from: p.cursor, heads: tell, snapshot: p.snapshot, readOnly: !s.takes(p)}
	b, ok := s.bodies[key]
	if !ok {
		b = s.encode(p, tell)
		if len(s.bodies) < maxBodies {
			s.bodies[key] = b
		}
	}
	return b
}

func (s *roomState) encode(p *peer, tell int) []byte {
	s.encodings++
	m := crdt.SyncMessage{Version: 1, Heads: s.graph.Heads(), Need: p.ask}
	if !s.takes(p) {
		m.Flags = crdt.SyncFlags(true)
	}
	var beyond []crdt.Hash // what we have and the heads we tell do not cover
	if tell < s.graph.Len() {
		m.Heads = s.stored.Heads()
		for i := tell; i < s.graph.Len(); i++ {
			beyond = append(beyond, s.graph.Hash(i))
		}
	}
	m.Have = []crdt.Have{{LastSync: m.Heads, Bloom: crdt.NewBloom(beyond)}}
	if p.snapshot {
		m.Version = 2
		m.Changes = append(m.Changes, s.snapshot)
	}
	for n, i := range p.backlog {
		if n < len(p.fetched) {
			m.Changes = append(m.Changes, p.fetched[n])
		} else {
			m.Changes = append(m.Changes, s.chunks[i-s.base])
		}
	}
	m.Changes = append(m.Changes, s.chunks[p.cursor-s.base:]...)
	return m.Append(make([]byte, 0, m.Size()))
}
