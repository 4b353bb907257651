package server

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"openmic/crdt"
	"openmic/crdt/changetest"
)

// disturb has a peer that may write send one message that is wrong in some way. It
// ends if it is refused; the others are to notice nothing.
func (s *simulation) disturb() {
	if len(s.room.chunks) == 0 {
		return
	}
	p := s.room.join(true, nil)
	defer s.room.leave(p, said{})
	chunk := s.room.chunks[s.rand.IntN(len(s.room.chunks))]
	var changes []*crdt.Change
	for range 1 + s.rand.IntN(3) {
		c, err := crdt.ParseChange(s.wrong(chunk), s.settings.Change)
		if err != nil {
			s.refused++
			return
		}
		// Two changes of one actor and number can be had of a server that has lost the
		// first in a crash, and whoever holds that one is refused then. So the peer does
		// not take the names of others, nor a name twice.
		if mallory := s.mallory(); c.Actor == mallory || s.room.graph.LastSeq(c.Actor) >= c.Seq {
			changes = append(changes, c)
		}
	}
	m := &crdt.SyncMessage{Version: 1, Heads: s.someHashes(), Need: s.someHashes()}
	if s.rand.IntN(2) == 0 {
		m.Have = []crdt.Have{{LastSync: s.someHashes()}}
	}
	if err := s.room.receive(p, m, changes); err != nil {
		s.refused++
	}
	s.submit()
}

func (s *simulation) mallory() crdt.Actor { return crdt.Actor(fmt.Sprint("mallory-", s.restart)) }

// wrong makes another change of one.
func (s *simulation) wrong(chunk []byte) []byte {
	if s.rand.IntN(3) == 0 {
		chunk = slices.Clone(chunk)
		chunk[10+s.rand.IntN(len(chunk)-10)] ^= 1 << s.rand.IntN(8)
		sum := sha256.Sum256(chunk[8:])
		copy(chunk[4:8], sum[:4])
		return chunk
	}
	c, err := crdt.ParseChange(chunk, s.settings.Change)
	if err != nil {
		s.t.Fatal(err)
	}
	d := changetest.Read(c)
	if s.rand.IntN(4) > 0 {
		d.Actor = s.mallory()
		d.Seq = s.room.graph.LastSeq(d.Actor) + 1
		d.StartOp = s.room.graph.MaxOp() + 1
		d.Deps = s.room.graph.Heads()
	}
	switch s.rand.IntN(6) {
	case 0:
		d.Seq++
	case 1:
		d.StartOp++
	case 2:
		d.Deps = s.someHashes()
	case 3:
		d.Ops[0].Object = changetest.ID{Counter: 1 + s.rand.Uint64N(20), Actor: "client-0"}
	case 4:
		d.Ops[0].Pred = append(d.Ops[0].Pred, changetest.ID{Counter: 1 + s.rand.Uint64N(20), Actor: "client-0"})
	}
	return d.Chunk()
}

// someHashes are of changes, or of none.
func (s *simulation) someHashes() (hashes []crdt.Hash) {
	for range s.rand.IntN(3) {
		if s.rand.IntN(2) == 0 {
			hashes = append(hashes, s.room.graph.Hash(s.rand.IntN(s.room.graph.Len())))
		} else {
			hashes = append(hashes, crdt.Hash{byte(s.rand.IntN(256)), 1})
		}
	}
	slices.SortFunc(hashes, func(a, b crdt.Hash) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(hashes)
}
