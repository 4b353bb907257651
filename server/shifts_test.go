package server

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"openmic/crdt"
)

// However wide the shifts are, nobody is passed over: whatever has happened, all have
// had a shift when none is pending any more, and none before they have. The oldest
// change of a shift is found as a list of all would have it.
func TestShifts(t *testing.T) {
	const classes, people = 6, 20
	r := rand.New(rand.NewPCG(7, 7))
	s := newShifts(classes)
	var peers []*peer
	for id := range uint64(people) {
		peers = append(peers, &peer{id: id + 1})
	}
	now := time.Unix(1, 0)
	owed := map[*peer]bool{}
	unseen := map[*peer]time.Time{}
	for range 5000 {
		now = now.Add(time.Millisecond)
		var taken time.Time
		if r.IntN(8) == 0 {
			s.happened()
			taken = now
			for _, p := range peers {
				owed[p] = true
				if unseen[p].IsZero() {
					unseen[p] = taken
				}
			}
		}
		if s.pending() != (len(owed) > 0) {
			t.Fatalf("pending: %t, and %d people are owed something", s.pending(), len(owed))
		}
		s.wide = 1 + r.IntN(classes)
		brought := r.IntN(5) > 0
		var want time.Time
		for _, p := range peers {
			if s.serves(p) {
				delete(owed, p)
				if first := unseen[p]; brought && !first.IsZero() && (want.IsZero() || first.Before(want)) {
					want = first
				}
				delete(unseen, p)
			}
		}
		if got := s.end(taken, brought); !got.Equal(want) {
			t.Fatalf("the oldest change of the shift was taken at %v, want %v", got, want)
		}
	}
}

func TestShiftsAreSharedOut(t *testing.T) {
	s := newShifts(4)
	for changes, want := range map[int]int{0: 4, 9: 4, 10: 2, 19: 2, 20: 2, 29: 2, 30: 1, 1000: 1} {
		if got := s.width(changes, 10); got != want {
			t.Errorf("%d changes: %d classes at a time, want %d", changes, got, want)
		}
	}
}

// Who is served in shifts names far less in each change than who is served with all
// others, though nobody is served more seldom.
func TestShiftsDrawTogether(t *testing.T) {
	together, apart := namedByACrowd(t, 1), namedByACrowd(t, 4)
	t.Logf("a change names %.1f others where all are served at once, and %.1f in four shifts", together, apart)
	if apart > together/2 {
		t.Errorf("a change names %.1f others in four shifts, and %.1f in one", apart, together)
	}
}

// namedByACrowd has people draw, a few at a time, and serves each of them as often,
// in so many shifts. It returns how many changes one names on average.
func namedByACrowd(t *testing.T, parts int) float64 {
	const people, ticks, pause = 40, 400, 8
	s := newScenario(t, 1)
	room := s.room
	clients := map[*peer]*simPeer{}
	var peers []*peer
	speak := func(p *peer) {
		if m := clients[p].generate(); m != nil {
			parsed, err := crdt.ParseSyncMessage(m, s.settings.Change)
			if err != nil {
				t.Fatal(err)
			}
			s.mustSay(p, parsed)
		}
	}
	flush := func() {
		batches, _ := room.flush(false)
		for _, b := range batches {
			clients[b.peer].receive(b.sync)
			speak(b.peer)
			b.peer.busy = false
		}
		room.shifts.end(time.Time{}, true)
	}
	for i := range people {
		p := room.join(true, nil)
		peers = append(peers, p)
		clients[p] = newSimPeer(t, fmt.Sprint("client-", i), true)
		speak(p)
	}
	flush()
	room.shifts.wide = room.shifts.classes() / parts
	start := room.graph.Len()
	for tick := range ticks {
		for range 3 {
			p := peers[s.rand.IntN(people)]
			clients[p].edit(s.rand)
			speak(p)
		}
		s.store()
		if tick%(pause/parts) == 0 {
			flush()
		}
	}
	if room.graph.Len() == start {
		t.Fatal("nobody has drawn anything")
	}
	named := 0
	for i := start; i < room.graph.Len(); i++ {
		named += len(room.graph.Deps(nil, i))
	}
	return float64(named) / float64(room.graph.Len()-start)
}
