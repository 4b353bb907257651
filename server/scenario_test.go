package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

// A scenario is a roomState and an author whose changes are its log. It plays
// the room: it takes the batches, hands changes over, and says what is stored.
type scenario struct {
	testing.TB
	settings Settings
	author   *simPeer
	room     *roomState
	rand     *rand.Rand
}

// newScenario has n changes stored, without a snapshot.
func newScenario(t testing.TB, n int) *scenario {
	s := &scenario{TB: t, settings: DefaultSettings(), rand: rand.New(rand.NewPCG(1, 2))}
	s.author = newScenarioPeer(t, "author")
	for range n {
		s.author.edit(s.rand)
	}
	var err error
	if s.room, err = openRoom(&s.settings, s.document(0)); err != nil {
		t.Fatal(err)
	}
	return s
}

// document is what a store holds of the author's changes, with a snapshot of
// the first base of them.
func (s *scenario) document(base int) *store.Document {
	doc, d := docid.New(), &store.Document{}
	if base > 0 {
		d.Snapshot = &store.Snapshot{
			Length: base, Chunk: simSnapshotOf(s.log()[:base]), Graph: s.author.graph.AppendBinary(nil, base), Index: s.index(base),
		}
	}
	for _, h := range s.author.mine[base:] {
		d.Tail = append(d.Tail, store.Entry{Doc: doc, Hash: h, Change: s.author.chunks[h], At: time.Now()})
	}
	return d
}

// index is that of the first n of the author's changes.
func (s *scenario) index(n int) []byte {
	gate, err := crdt.ResumeAdmission(s.author.graph, nil, s.log(), s.settings.Change)
	if err != nil {
		s.Fatal(err)
	}
	return gate.AppendBinary(nil, n)
}

// newScenarioPeer is a simPeer for benchmarks too.
func newScenarioPeer(t testing.TB, name string) *simPeer {
	p := newSimPeer(nil, name, true)
	p.t, _ = t.(*testing.T)
	return p
}

// log is the chunks of the author's changes.
func (s *scenario) log() (chunks [][]byte) {
	for _, h := range s.author.mine {
		chunks = append(chunks, s.author.chunks[h])
	}
	return chunks
}

// compact puts a snapshot in place of the first n changes.
func (s *scenario) compact(n int) { s.room.adopt(simSnapshotOf(s.log()[:n]), n) }

// A hello is the first message of a peer that has the given heads.
func hello(v2 bool, heads ...crdt.Hash) *crdt.SyncMessage {
	m := &crdt.SyncMessage{Version: 1, Heads: sorted(slices.Clone(heads)), Have: []crdt.Have{{LastSync: heads}}}
	if v2 {
		m.Flags = crdt.SyncFlags(false)
	}
	return m
}

// say has a peer send a message.
func (s *scenario) say(p *peer, m *crdt.SyncMessage) error {
	s.Helper()
	m, err := crdt.ParseSyncMessage(m.Append(nil), s.settings.Change)
	if err != nil {
		s.Fatal(err)
	}
	var changes []*crdt.Change
	for _, chunk := range m.Changes {
		c, err := crdt.ParseChange(chunk, s.settings.Change)
		if err != nil {
			s.Fatal(err)
		}
		changes = append(changes, c)
	}
	return s.room.receive(p, m, changes)
}

// mustSay is say by a peer that does nothing wrong.
func (s *scenario) mustSay(p *peer, m *crdt.SyncMessage) {
	s.Helper()
	if err := s.say(p, m); err != nil {
		s.Fatalf("refused: %v", err)
	}
}

// arrive has a peer join and say which heads it has.
func (s *scenario) arrive(v2 bool, heads ...crdt.Hash) *peer {
	s.Helper()
	p := s.room.join(true, nil)
	s.mustSay(p, hello(v2, heads...))
	return p
}

// settled is a peer that has everything and was told so.
func (s *scenario) settled() *peer {
	s.Helper()
	p := s.arrive(true, s.room.graph.Heads()...)
	s.flush()
	return p
}

// change makes the author's next change and returns its chunk and hash.
func (s *scenario) change() ([]byte, crdt.Hash) {
	s.author.edit(s.rand)
	h := s.author.mine[len(s.author.mine)-1]
	return s.author.chunks[h], h
}

// edit has a peer bring the author's next change.
func (s *scenario) edit(p *peer) crdt.Hash {
	s.Helper()
	chunk, h := s.change()
	m := hello(true, h)
	m.Changes = [][]byte{chunk}
	s.mustSay(p, m)
	return h
}

// show has a peer send presence.
func (s *scenario) show(p *peer, message []byte) {
	s.room.presence.set(p, said{by: fmt.Sprint(p.id), message: message, person: message})
}

// store has the store take everything.
func (s *scenario) store() {
	s.room.unsubmitted()
	s.room.setDurable(s.room.submitted)
}

// A delivery is what one flush had for one peer.
type delivery struct {
	*crdt.SyncMessage
	raw      []byte
	presence [][]byte
	people   []people
}

// flush delivers what is due: every writer is free at once.
func (s *scenario) flush() map[*peer]delivery {
	s.Helper()
	got, fetches := s.flushBusy()
	for p := range got {
		p.busy = false
	}
	if len(fetches) > 0 {
		s.Fatalf("%d fetches that nobody answers", len(fetches))
	}
	return got
}

// flushBusy leaves the writers busy, and the store unanswered.
func (s *scenario) flushBusy() (map[*peer]delivery, []*fetch) {
	s.Helper()
	batches, fetches := s.room.flush(true)
	got := map[*peer]delivery{}
	for _, b := range batches {
		if _, twice := got[b.peer]; twice {
			s.Fatal("two batches for one peer")
		}
		d := delivery{raw: b.sync, presence: b.presence, people: b.people}
		if b.sync != nil {
			m, err := crdt.ParseSyncMessage(b.sync, s.settings.Change)
			if err != nil {
				s.Fatal(err)
			}
			d.SyncMessage = m
		}
		got[b.peer] = d
	}
	return got, fetches
}

// answer is what the store says to a fetch.
func (s *scenario) answer(f *fetch) {
	var chunks [][]byte
	for _, h := range f.hashes {
		chunks = append(chunks, s.author.chunks[h])
	}
	s.room.fetchDone(f, chunks)
}

// saved tells whether heads, as told to a peer, contain a change.
func (s *scenario) saved(d delivery, h crdt.Hash) bool {
	if d.SyncMessage == nil {
		return false
	}
	i, ok := s.room.graph.Index(h)
	return ok && !slices.Contains(s.room.graph.Missing(d.Heads), i)
}

// hashes names the changes of a message. A snapshot has the zero hash.
func (s *scenario) hashes(d delivery) (hashes []crdt.Hash) {
	s.Helper()
	if d.SyncMessage == nil {
		return nil
	}
	for _, chunk := range d.Changes {
		c, err := crdt.ParseChange(chunk, s.settings.Change)
		if err != nil {
			hashes = append(hashes, crdt.Hash{})
			continue
		}
		hashes = append(hashes, c.Hash)
	}
	return hashes
}

// wantChanges expects a delivery of exactly these changes.
func (s *scenario) wantChanges(d delivery, want ...crdt.Hash) {
	s.Helper()
	if got := s.hashes(d); !slices.Equal(got, want) {
		s.Errorf("got %d changes %.8v, want %d %.8v", len(got), got, len(want), want)
	}
}

// wantEnding expects an error that closes the session with a code.
func wantEnding(t testing.TB, err error, code int) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want an end with %d", code)
		return
	}
	if e := endingOf(err); e.code != code {
		t.Errorf("ended with %v, want %d", e, code)
	}
	var refusal *crdt.Refusal
	if errors.As(err, &refusal) && refusal.Detail == "" {
		t.Errorf("refusal %v says nothing", err)
	}
}

// wantNothing expects a flush that sends nothing.
func (s *scenario) wantNothing() {
	s.Helper()
	if got := s.flush(); len(got) > 0 {
		for _, d := range got {
			s.Errorf("a batch nobody waits for: %+v", d)
		}
	}
}
