package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/sqlite"
)

// A simulation is one room, a real store and several clients over connections
// that are slow, break and come back, beside one that sends what is wrong. The store
// fails now and then, and so does the server. One seed gives one course of events.
type simulation struct {
	t        *testing.T
	rand     *rand.Rand
	settings Settings
	store    store.Store
	doc      docid.ID

	room    *roomState
	links   []*simLink
	queue   []simCommit // handed to the store and not yet stored
	stored  map[crdt.Hash]bool
	acked   int // own changes that clients were told are stored
	restart int
	refused int // messages of a peer that sends what is wrong
	skipped int // confirmations that a session would pass over
}

type simCommit struct {
	entries []store.Entry
	upTo    int
}

// A simLink is a client and its connection, while it has one.
type simLink struct {
	client *simPeer
	peer   *peer    // nil while disconnected
	up     [][]byte // on the way to the server
	down   [][]byte // on the way to the client
	writer bool     // the batch that the server's writer has is out
	acked  map[crdt.Hash]bool
}

func TestRoomSimulation(t *testing.T) {
	const seeds = 200
	st, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	acked, restarts, refused, skipped := 0, 0, 0, 0
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			s := newSimulation(t, st, seed)
			s.run(400)
			s.heal()
			s.compare()
			acked += s.acked
			restarts += s.restart
			refused += s.refused
			skipped += s.skipped
		})
	}
	if acked == 0 || restarts == 0 || refused == 0 || skipped == 0 {
		t.Errorf("%d acknowledged changes, %d restarts, %d refusals, %d confirmations: the simulation does not simulate", acked, restarts, refused, skipped)
	}
	t.Logf("%d acknowledged changes, %d restarts, %d refusals and %d confirmations in %d seeds", acked, restarts, refused, skipped, seeds)
}

func newSimulation(t *testing.T, st store.Store, seed uint64) *simulation {
	s := &simulation{
		t: t, rand: rand.New(rand.NewPCG(seed, 1)), settings: DefaultSettings(), store: st,
		doc: docid.New(), stored: map[crdt.Hash]bool{},
	}
	s.settings.Bloom = []int{0, 1000}[s.rand.IntN(2)]
	for i := range 2 + s.rand.IntN(4) {
		c := newSimPeer(t, fmt.Sprintf("client-%d", i), s.rand.IntN(2) == 0)
		s.links = append(s.links, &simLink{client: c, acked: map[crdt.Hash]bool{}})
	}
	// The document begins with a change that is stored, as a board does.
	s.links[0].client.edit(s.rand)
	first := s.links[0].client.mine[0]
	s.append([]store.Entry{{Doc: s.doc, Hash: first, Change: s.links[0].client.chunks[first], At: time.Now()}})
	s.open()
	return s
}

func (s *simulation) append(entries []store.Entry) {
	if err := s.store.Append(context.Background(), entries); err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		s.stored[e.Hash] = true
	}
}

func openRoom(settings *Settings, stored *store.Document) (*roomState, error) {
	doc, err := openDocument(settings, stored)
	return newRoomState(settings, doc), err
}

func (s *simulation) open() {
	doc, err := s.store.Load(context.Background(), s.doc)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.room, err = openRoom(&s.settings, doc); err != nil {
		s.t.Fatal(err)
	}
}

// run takes so many steps at random.
func (s *simulation) run(steps int) {
	for range steps {
		l := s.links[s.rand.IntN(len(s.links))]
		switch s.rand.IntN(20) {
		case 0, 1, 2:
			l.client.edit(s.rand)
		case 3, 4, 5:
			s.speak(l)
		case 6, 7, 8:
			s.deliverUp(l)
		case 9, 10, 11:
			s.deliverDown(l)
		case 12, 13:
			l.written()
		case 14, 15:
			s.shift()
		case 16:
			s.commit()
		case 17:
			if l.peer == nil {
				s.connect(l)
			} else if s.rand.IntN(3) == 0 {
				s.disconnect(l)
			}
		case 18:
			if s.rand.IntN(4) == 0 {
				s.snapshot()
			}
		case 19:
			s.disturb()
			if s.rand.IntN(12) == 0 {
				s.crash()
			}
		}
	}
}

func (l *simLink) written() {
	if l.peer != nil && l.writer {
		l.writer, l.peer.busy = false, false
	}
}

func (s *simulation) connect(l *simLink) {
	l.client.reconnect()
	l.peer = s.room.join(true, nil)
	s.speak(l)
}

// disconnect loses what is on its way.
func (s *simulation) disconnect(l *simLink) {
	if l.peer != nil {
		s.room.leave(l.peer, said{})
	}
	l.peer, l.up, l.down, l.writer = nil, nil, nil, false
}

// crash loses all that the server has not stored.
func (s *simulation) crash() {
	for _, l := range s.links {
		s.disconnect(l)
	}
	s.queue = nil
	s.restart++
	s.open()
}

func (s *simulation) speak(l *simLink) {
	if l.peer == nil {
		return
	}
	if m := l.client.generate(); m != nil {
		l.up = append(l.up, m)
	}
}

func (s *simulation) deliverUp(l *simLink) {
	if len(l.up) == 0 {
		return
	}
	m, err := crdt.ParseSyncMessage(l.up[0], s.settings.Change)
	if err != nil {
		s.t.Fatal(err)
	}
	message := l.up[0]
	l.up = l.up[1:]
	var changes []*crdt.Change
	for _, chunk := range m.Changes {
		c, err := crdt.ParseChange(chunk, s.settings.Change)
		if err != nil {
			s.t.Fatal(err)
		}
		changes = append(changes, c)
	}
	// What the room would not hear of outside a simulation must mean nothing to it.
	heads, confirms := crdt.Confirmation(message, confirmedHeads)
	skipped := confirms && s.room.atEase(l.peer) && s.room.hasAll(heads)
	before, length := *l.peer, s.room.graph.Len()
	if err := s.room.receive(l.peer, m, changes); err != nil {
		s.t.Fatalf("%s was refused: %v", l.client, err)
	}
	if skipped {
		s.skipped++
		if !reflect.DeepEqual(before, *l.peer) || s.room.graph.Len() != length {
			s.t.Fatalf("a confirmation of %s that would be passed over has made\n%+v of\n%+v", l.client, *l.peer, before)
		}
	}
	s.submit()
}

// submit hands over what was admitted.
func (s *simulation) submit() {
	if hashes, chunks := s.room.unsubmitted(); len(hashes) > 0 {
		k := simCommit{upTo: s.room.submitted}
		for i := range hashes {
			k.entries = append(k.entries, store.Entry{Doc: s.doc, Hash: hashes[i], Change: chunks[i], At: time.Now()})
		}
		s.queue = append(s.queue, k)
	}
}

func (s *simulation) deliverDown(l *simLink) {
	if len(l.down) == 0 {
		return
	}
	l.client.receive(l.down[0])
	l.down = l.down[1:]
	s.speak(l)
}

// shift serves some of the peers.
func (s *simulation) shift() {
	s.room.shifts.wide = 1 + s.rand.IntN(s.room.shifts.classes())
	s.flush()
	s.room.shifts.end(time.Time{}, true)
	s.room.shifts.wide = s.room.shifts.classes()
}

// flush puts what the room sends on its way, and holds it to what it says is stored.
func (s *simulation) flush() {
	batches, fetches := s.room.flush(true)
	for _, b := range batches {
		i := slices.IndexFunc(s.links, func(l *simLink) bool { return l.peer == b.peer })
		l := s.links[i]
		if l.writer {
			s.t.Fatalf("%s: a second batch while the first is being written", l.client)
		}
		l.writer = true
		s.holdToStored(l, b.sync)
		l.down = append(l.down, b.sync)
	}
	for _, f := range fetches {
		chunks, err := s.store.Changes(context.Background(), s.doc, f.hashes)
		if err != nil {
			s.t.Fatal(err)
		}
		s.room.fetchDone(f, chunks)
	}
}

// holdToStored checks the promise: heads that contain a client's own change are
// told to it only once that change is stored.
func (s *simulation) holdToStored(l *simLink, message []byte) {
	m, err := crdt.ParseSyncMessage(message, s.settings.Change)
	if err != nil {
		s.t.Fatal(err)
	}
	beyond := map[int]bool{}
	for _, i := range s.room.graph.Missing(m.Heads) {
		beyond[i] = true
	}
	for _, h := range l.client.mine {
		i, ok := s.room.graph.Index(h)
		if !ok || beyond[i] {
			continue
		}
		if !s.stored[h] {
			s.t.Fatalf("%s was told heads with its change %s, which is not stored", l.client, h)
		}
		if !l.acked[h] {
			l.acked[h] = true
			s.acked++
		}
	}
}

// commit stores what was handed over first. Now and then the store fails, or does
// it and its answer is lost; then it is asked again.
func (s *simulation) commit() {
	if len(s.queue) == 0 {
		return
	}
	k := s.queue[0]
	switch s.rand.IntN(6) {
	case 0:
		return
	case 1:
		s.append(k.entries)
		return
	}
	s.queue = s.queue[1:]
	s.append(k.entries)
	s.room.setDurable(k.upTo)
}

// snapshot puts one in place of the durable part of the log.
func (s *simulation) snapshot() {
	n := s.room.durable
	if n <= s.room.base {
		return
	}
	chunks := s.room.chunks[:n-s.room.base]
	if s.room.snapshot != nil {
		chunks = append([][]byte{s.room.snapshot}, chunks...)
	}
	snapshot := store.Snapshot{
		Length: n, Heads: s.room.stored.Heads(), Chunk: simSnapshotOf(chunks),
		Graph: s.room.graph.AppendBinary(nil, n), Index: s.room.openGate().AppendBinary(nil, n), At: time.Now(),
	}
	if err := s.store.PutSnapshot(context.Background(), s.doc, snapshot); err != nil {
		s.t.Fatal(err)
	}
	s.room.adopt(snapshot.Chunk, n)
}

// heal connects everybody and lets all messages arrive until nobody has
// anything to say. That it comes to an end is part of the test.
func (s *simulation) heal() {
	for _, l := range s.links {
		if l.peer == nil {
			s.connect(l)
		}
	}
	const rounds = 200
	for range rounds {
		busy := len(s.queue) > 0
		for _, l := range s.links {
			busy = busy || len(l.up)+len(l.down) > 0 || l.writer
			for len(l.up) > 0 {
				s.deliverUp(l)
			}
			for len(l.down) > 0 {
				s.deliverDown(l)
			}
			s.speak(l)
			busy = busy || len(l.up) > 0
			l.written()
		}
		for len(s.queue) > 0 {
			s.commit()
		}
		s.flush()
		if !busy && !slices.ContainsFunc(s.links, func(l *simLink) bool { return len(l.down) > 0 }) {
			return
		}
	}
	s.t.Fatalf("still talking after %d rounds", rounds)
}

// compare expects one state everywhere, and every acknowledged change in it.
func (s *simulation) compare() {
	heads := s.room.graph.Heads()
	for _, l := range s.links {
		if !slices.Equal(l.client.graph.Heads(), heads) {
			s.t.Errorf("%s has other heads than the room (%d changes)", l.client, s.room.graph.Len())
		}
		for _, h := range l.client.mine {
			if !s.stored[h] {
				s.t.Errorf("%s: change %s was never stored (acknowledged: %t)", l.client, h, l.acked[h])
			}
			if !l.acked[h] {
				s.t.Errorf("%s: change %s was never acknowledged", l.client, h)
			}
		}
	}
	s.open()
	if !slices.Equal(s.room.graph.Heads(), heads) {
		s.t.Errorf("the stored document has other heads than the room had")
	}
}
