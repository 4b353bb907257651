package server

import (
	"slices"
	"sync"

	"openmic/crdt"
)

// A roomState is what a room knows: the log of admitted changes, how far it is
// stored, and where each peer stands. It has no goroutine, no clock and does no
// I/O: events come in as method calls, what is to be done comes out as results.
//
// Invariants, with L the length of the log:
//
//	I1  base <= durable <= submitted <= L
//	I2  the changes [0,n) contain the dependencies of each of them, for every n
//	I3  a peer is told heads of [0,durable) or of [0,L); of the latter only when
//	    everything of its own, and all it claims to have, is below durable
//	I4  what a peer has been sent and what it is owed are together [0,L)
//	I5  a peer has at most one batch with its writer
type roomState struct {
	settings *Settings
	graph    *crdt.Graph
	growing  sync.RWMutex    // held to add to the graph, and by others than the room to look something up
	gate     *crdt.Admission // nil until the first change comes; the graph does not grow before
	frozen   *freeze         // set: the document takes no changes

	base     int      // the snapshot holds the changes [0,base)
	snapshot []byte   // as a document chunk; nil while base is 0
	index    []byte   // what the gate is made of for those; nil once it is made
	chunks   [][]byte // the changes [base,L)
	senders  []uint64 // the peer that sent each of these; 0 for what was loaded
	authors  authorship

	submitted int            // the changes [0,submitted) were handed to the store
	durable   int            // the changes [0,durable) are stored
	stored    *crdt.Frontier // the heads of [0,durable)
	unstored  int            // bytes of the changes [durable,L)
	behind    int            // and of [base,durable)

	peers    []*peer // in the order of arrival
	shifts   shifts
	nextPeer uint64
	presence presence

	bodies    map[bodyKey][]byte // encoded messages of this moment, shared by peers at the same place
	encodings int                // how often one was made
	slowest   int                // how many changes a busy peer was behind at the last flush, at most
	brought   int                // how many peers that flush brought changes
}

// bodyKey says which message a peer gets. With the lengths of the log and of
// its durable part it determines the bytes.
type bodyKey struct {
	from, heads        int
	snapshot, readOnly bool
}

// maxBodies bounds the encodings kept at once; beyond it they are made for each peer.
const maxBodies = 64

// A batch is what one peer is to be sent.
type batch struct {
	peer     *peer
	sync     []byte   // the bytes of a sync message, shared: not to be changed; nil if there is none
	presence [][]byte // whole presence messages, shared as well
	people   []people // or parts of one message that has it all, for who understands that
}

// A fetch asks the store for changes that a peer is owed and memory lacks.
type fetch struct {
	peer   *peer
	hashes []crdt.Hash
	stale  bool // the peer is owed something else by now
}

func newRoomState(settings *Settings, doc document) *roomState {
	graph := doc.graph
	s := &roomState{
		settings:  settings,
		graph:     graph,
		frozen:    doc.frozen,
		base:      doc.base,
		snapshot:  doc.snapshot,
		index:     doc.index,
		chunks:    doc.tail,
		senders:   make([]uint64, len(doc.tail)),
		authors:   newAuthorship(doc.actors),
		submitted: graph.Len(),
		stored:    crdt.NewFrontier(),
		shifts:    newShifts(settings.FlushShifts),
		bodies:    map[bodyKey][]byte{},
	}
	s.advance(graph.Len())
	return s
}

// join adds a peer. It is served once its first sync message has come.
func (s *roomState) join(writes bool, scope *crdt.Scope) *peer {
	s.nextPeer++
	p := &peer{id: s.nextPeer, writes: writes, scope: scope, presence: s.presence.newcomer()}
	s.peers = append(s.peers, p)
	return p
}

// leave removes a peer; those who saw its presence are sent a farewell.
func (s *roomState) leave(p *peer, farewell said) {
	if i := slices.Index(s.peers, p); i >= 0 {
		s.peers = slices.Delete(s.peers, i, i+1)
		s.presence.leave(p, farewell)
	}
}

// receive takes a sync message of a peer, with its changes parsed. The error
// is what the peer did wrong; what was right before it in the message stays.
func (s *roomState) receive(p *peer, m *crdt.SyncMessage, changes []*crdt.Change) error {
	before := s.graph.Len()
	var err error
	switch {
	case s.takes(p):
		err = s.admit(p, changes)
	case len(m.Changes) > 0 && !p.writes:
		err = p.ignore()
	}
	if s.graph.Len() > before {
		s.settle()
		p.asks = 0
	}
	if err != nil {
		return err
	}
	if s.startsOver(p, m) {
		if p.starts++; p.starts > s.settings.Restarts {
			return end(closeRestart, "the sync does not get anywhere; connect again")
		}
		s.serve(p, m)
	} else if len(m.Need) > 0 {
		s.repeat(p, m.Need)
	}
	s.claim(p, m.Heads)
	p.confirmed = p.confirmed || len(m.Heads) > 0
	s.settled(p, m)
	s.inquire(p, m)
	return nil
}

// startsOver tells whether a message is of a peer that we know nothing of: its
// first (or the one after a first that did not say what it has), one of a peer
// that has lost what it had, or the protocol's request to begin again (heads,
// and a have that names nothing).
func (s *roomState) startsOver(p *peer, m *crdt.SyncMessage) bool {
	if !p.served || p.unsure {
		return true
	}
	if p.starting {
		return false // that is on its way
	}
	if m.Reset() {
		return true
	}
	if len(m.Heads) == 0 {
		return p.confirmed
	}
	return len(m.Have) == 1 && len(m.Have[0].LastSync) == 0 && m.Have[0].Bloom.Entries == 0 && len(m.Changes) == 0
}

// serve works out what a peer misses.
func (s *roomState) serve(p *peer, m *crdt.SyncMessage) {
	p.served, p.starting, p.confirmed, p.level, p.answer = true, true, false, false, true
	p.v2 = m.UnderstandsV2()
	p.told = 0
	p.unsure = len(m.Have) == 0
	if len(m.Heads) == 0 && p.v2 && s.snapshot != nil {
		p.snapshot = true // a newcomer: there is nothing to work out
		p.missing(nil, s.base, s.base)
		return
	}
	missing := s.missingFor(m)
	old, _ := slices.BinarySearch(missing, s.base)
	// As the reference does: the whole document when more than a third of it is missing.
	p.snapshot = p.v2 && s.snapshot != nil && old > s.base/3
	if p.snapshot {
		missing = missing[old:]
	}
	p.missing(missing, s.base, s.graph.Len())
}

// missingFor is what a peer misses. A Bloom filter holds a change back wrongly
// now and then, and the peer then has to begin again: so it counts only where
// it saves much.
func (s *roomState) missingFor(m *crdt.SyncMessage) []int {
	plain := &crdt.SyncMessage{Heads: m.Heads, Need: m.Need}
	for _, h := range m.Have {
		plain.Have = append(plain.Have, crdt.Have{LastSync: h.LastSync})
	}
	missing := s.graph.MissingFor(plain)
	if len(missing) <= s.settings.Bloom {
		return missing
	}
	return s.graph.MissingFor(m)
}

// claim notes the heads that a peer says it has. What is not stored of them may
// be of its own making: sent over an earlier connection, or to a server that
// crashed, and brought here by somebody else since.
func (s *roomState) claim(p *peer, heads []crdt.Hash) {
	p.claims = p.claims[:0]
	for _, h := range heads {
		if i, ok := s.graph.Index(h); !ok || (i >= s.durable && !p.confirmed) {
			p.claims = append(p.claims, h)
		}
	}
	s.settleClaims(p)
}

// settleClaims takes claimed changes that are in the log by now for the peer's own.
func (s *roomState) settleClaims(p *peer) {
	p.claims = slices.DeleteFunc(p.claims, func(h crdt.Hash) bool {
		i, ok := s.graph.Index(h)
		if ok && i >= s.durable {
			p.own = max(p.own, i+1)
		}
		return ok
	})
}

// repeat sends again what a peer asks for by name.
func (s *roomState) repeat(p *peer, need []crdt.Hash) {
	var indexes []int
	for _, h := range need {
		if i, ok := s.graph.Index(h); ok {
			indexes = append(indexes, i)
		}
	}
	p.again(indexes)
}

// inquire decides what to ask a peer for: heads that it named and we lack, and
// what its waiting changes wait for. A peer that cannot give them is asked a few times only.
func (s *roomState) inquire(p *peer, m *crdt.SyncMessage) {
	p.ask = nil
	if !s.takes(p) {
		return
	}
	for _, h := range m.Heads {
		p.lacks(s.graph, h)
	}
	for _, c := range p.waiting {
		for _, d := range c.deps {
			p.lacks(s.graph, d)
		}
	}
	if len(p.ask) > 0 {
		if p.asks++; p.asks > s.settings.Asks {
			p.ask = nil
			return
		}
		p.answer = true
	}
}

// lacks notes a hash to ask for, unless the log has it or it waits already.
func (p *peer) lacks(g *crdt.Graph, h crdt.Hash) {
	if _, ok := g.Index(h); ok || slices.Contains(p.ask, h) {
		return
	}
	if !p.waitsFor(h) {
		p.ask = append(p.ask, h)
	}
}

// unsubmitted returns the changes that the store has not been given yet, and
// takes it that they are given now.
func (s *roomState) unsubmitted() (hashes []crdt.Hash, chunks [][]byte) {
	for i := s.submitted; i < s.graph.Len(); i++ {
		hashes = append(hashes, s.graph.Hash(i))
	}
	chunks = s.chunks[s.submitted-s.base:]
	s.submitted = s.graph.Len()
	return hashes, chunks
}

// setDurable notes that the changes [0,n) are stored.
func (s *roomState) setDurable(n int) {
	for i := s.durable; i < n; i++ {
		s.unstored -= len(s.chunks[i-s.base])
	}
	s.advance(n)
	clear(s.bodies)
}

// advance moves the end of the durable part of the log to n, if that is further on.
func (s *roomState) advance(n int) {
	for ; s.durable < n; s.durable++ {
		_ = s.stored.Advance(s.graph, s.durable) // it is the next one
		if i := s.durable - s.base; i >= 0 {
			s.behind += len(s.chunks[i])
		}
	}
}

// adopt puts a newer snapshot, of the changes [0,n), in place of what it stands for.
func (s *roomState) adopt(snapshot []byte, n int) {
	if n <= s.base || s.openGate() == nil {
		return
	}
	for _, p := range s.peers {
		if p.served {
			p.outgrown(s.base, n)
		}
	}
	for _, chunk := range s.chunks[:n-s.base] {
		s.behind -= len(chunk)
	}
	s.chunks = slices.Clone(s.chunks[n-s.base:])
	s.senders = slices.Clone(s.senders[n-s.base:])
	s.snapshot, s.base = snapshot, n
	clear(s.bodies)
}

// idle tells whether the room holds nothing that the store lacks and nobody.
func (s *roomState) idle() bool {
	return len(s.peers) == 0 && s.durable == s.graph.Len()
}
