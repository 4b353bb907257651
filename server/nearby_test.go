package server

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"openmic/server/wire"
)

// A crowd is people at a board who all understand batches, with what each of them
// knows of the others.
type crowd struct {
	*scenario
	rand *rand.Rand
	here []*visitor
	said map[uint64]uint64 // the newest of each who is here
	last uint64
	came uint64
}

type visitor struct {
	*peer
	id    uint64
	place wire.Place
	slow  bool // its socket is busy more often than not
	knows map[uint64]uint64
}

func newCrowd(t testing.TB, n int, seed uint64) *crowd {
	c := &crowd{scenario: newScenario(t, 1), rand: rand.New(rand.NewPCG(seed, 7)), said: map[uint64]uint64{}}
	for range n {
		c.here = append(c.here, c.come())
	}
	return c
}

func (c *crowd) come() *visitor {
	c.came++
	v := &visitor{id: c.came, knows: map[uint64]uint64{}}
	c.enter(v)
	return v
}

func (c *crowd) enter(v *visitor) {
	v.peer = c.arrive(true, c.room.graph.Heads()...)
	v.batches = true
	clear(v.knows)
}

func (v *visitor) name() string { return fmt.Sprint("peer ", v.id) }

// tell has somebody say where they are.
func (c *crowd) tell(v *visitor) {
	c.last++
	c.said[v.id] = c.last
	person := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, v.id), c.last)
	c.room.presence.set(v.peer, said{by: v.name(), person: person, message: person, place: v.place})
}

func (c *crowd) depart(v *visitor) {
	delete(c.said, v.id)
	c.room.leave(v.peer, said{person: binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, v.id), 0)})
}

// look is a tick. It returns how many people each was told of.
func (c *crowd) look() map[*visitor]int {
	told := map[*visitor]int{}
	for _, v := range c.here {
		v.busy = v.slow && c.rand.IntN(10) < 6
	}
	got, _ := c.flushBusy()
	for _, v := range c.here {
		v.busy = false
		for _, of := range got[v.peer].people {
			told[v] += of.n
			for b := of.parts; len(b) > 0; b = b[16:] {
				if who, what := binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]); what == 0 {
					delete(v.knows, who)
				} else {
					v.knows[who] = what
				}
			}
		}
	}
	return told
}

// knowsAll tells whether somebody knows the newest of all the others, and nobody else.
func (c *crowd) knowsAll(v *visitor) bool {
	for id, newest := range c.said {
		if id != v.id && v.knows[id] != newest {
			return false
		}
	}
	for id := range v.knows {
		if _, here := c.said[id]; !here {
			return false
		}
	}
	return true
}

// somewhere is a window on a board of so many cells, with a pointer in it.
func (c *crowd) somewhere(side float64) wire.Place {
	a := wire.Area{X: c.rand.Float64() * side, Y: c.rand.Float64() * side, Width: 1200, Height: 800}
	return wire.Place{Points: true, X: a.X + c.rand.Float64()*a.Width, Y: a.Y + c.rand.Float64()*a.Height, Sees: a}
}

func TestFewPeopleAreShownToEachOtherAtOnce(t *testing.T) {
	c := newCrowd(t, 48, 1)
	for range 5 {
		for _, v := range c.here {
			c.tell(v)
		}
		c.look()
		for _, v := range c.here {
			if !c.knowsAll(v) {
				t.Fatalf("visitor %d does not know everybody", v.id)
			}
		}
	}
	c.tell(c.here[0])
	told := c.look()
	if told[c.here[0]] != 0 || told[c.here[1]] != 1 {
		t.Errorf("who moved alone was told of %d people, another of %d", told[c.here[0]], told[c.here[1]])
	}
	c.tell(c.here[0])
	c.look()
	before := c.room.presence.slots[0].version[batched]
	same := c.room.presence.slots[0].said
	c.room.presence.set(c.here[0].peer, same)
	if c.look()[c.here[1]] != 0 || c.room.presence.slots[0].version[batched] != before {
		t.Error("who says the same again is told of again")
	}
}

// Whatever people do, and whoever was away or slow: when it gets quiet, everybody
// soon knows the newest of everybody, and nobody who has left.
func TestEverybodyInACrowdIsSeen(t *testing.T) {
	for seed := range uint64(30) {
		n := 40 + int(seed)*7
		c := newCrowd(t, n, seed)
		for _, v := range c.here {
			v.slow = c.rand.IntN(5) == 0
		}
		for range 60 {
			for _, v := range c.here {
				switch c.rand.IntN(40) {
				case 0:
					c.depart(v)
					c.enter(v)
					c.tell(v)
				case 1: // a new session before the old one is seen to have ended
					old := v.peer
					c.enter(v)
					c.tell(v)
					c.room.leave(old, said{person: make([]byte, 16)})
				case 2, 3, 4:
					v.place = c.somewhere(8000)
					v.place.Acts = c.rand.IntN(3) == 0
					v.place.Follows = c.here[c.rand.IntN(len(c.here))].name()
					c.tell(v)
				}
			}
			if i := c.rand.IntN(len(c.here)); c.rand.IntN(3) == 0 {
				c.depart(c.here[i])
				c.here[i] = c.come()
			}
			c.look()
		}
		for _, v := range c.here {
			v.slow = false
		}
		slots := len(c.room.presence.slots)
		bound := slots/c.settings.PresenceTurn + 2*slots/c.settings.PresenceCrowd + 5
		for range bound {
			c.look()
		}
		for _, v := range c.here {
			if !c.knowsAll(v) {
				t.Fatalf("seed %d: of %d people visitor %d knows %v after %d ticks, want %v", seed, n, v.id, v.knows, bound, c.said)
			}
		}
		if c.room.presence.owed(c.room.peers) || len(c.look()) > 0 {
			t.Fatalf("seed %d: something is owed when everybody knows all", seed)
		}
		if got := len(c.room.presence.slots); got != len(c.said) {
			t.Fatalf("seed %d: %d slots of %d people", seed, got, len(c.said))
		}
	}
}

// While nobody ever rests, everybody comes round all the same.
func TestEverybodyComesRoundInACrowdThatNeverRests(t *testing.T) {
	c := newCrowd(t, 200, 3)
	lap := 200/c.settings.PresenceTurn + 1
	for _, v := range c.here {
		v.place = c.somewhere(1e6)
	}
	since := make(map[uint64]int)
	for tick := range 4 * lap {
		before := map[uint64]uint64{}
		for id, what := range c.here[0].knows {
			before[id] = what
		}
		for _, v := range c.here {
			c.tell(v)
		}
		c.look()
		for _, v := range c.here[1:] {
			if c.here[0].knows[v.id] != before[v.id] {
				since[v.id] = tick
			} else if tick-since[v.id] > lap {
				t.Fatalf("visitor %d was not shown for %d ticks", v.id, tick-since[v.id])
			}
		}
	}
}

// In a crowd one is shown at once who is near, who comes and goes there, who acts,
// and whom one follows.
func TestWhoMattersIsShownAtOnce(t *testing.T) {
	c := newCrowd(t, 300, 5)
	reader, near, actor, leader := c.here[0], c.here[1:9], c.here[10], c.here[11]
	for i, v := range c.here {
		v.place = c.somewhere(1)
		far := 20_000 * float64(1+i)
		v.place.X, v.place.Sees.X = v.place.X+far, v.place.Sees.X+far
		c.tell(v)
	}
	reader.place = wire.Place{Sees: wire.Area{X: -50, Y: -50, Width: 900, Height: 700}, Follows: leader.name()}
	c.tell(reader)
	for range 50 {
		c.look()
	}
	check := func(v *visitor, what string) {
		t.Helper()
		if reader.knows[v.id] != c.said[v.id] {
			t.Errorf("%s is not shown", what)
		}
	}
	for range 100 {
		for i, v := range c.here[1:] {
			if i >= 8 {
				v.place.X++
				c.tell(v)
			}
		}
		// 8 are shown in turn, not always others than these.
		for _, v := range near {
			v.place = wire.Place{Points: true, X: c.rand.Float64()*900 - 50, Y: c.rand.Float64()*700 - 50}
			c.tell(v)
		}
		actor.place.Acts = !actor.place.Acts
		c.tell(actor)
		c.tell(leader)
		c.look()
		for _, v := range near {
			check(v, "who is near")
		}
		check(actor, "who acts, or has just ended")
		check(leader, "whom one follows")
	}
	near[0].place.X = 1e6
	c.tell(near[0])
	c.look()
	check(near[0], "who has gone away")
	c.depart(near[1])
	c.look()
	if _, known := reader.knows[near[1].id]; known {
		t.Error("who has left is still there")
	}
}

// Twice the people cost twice as much, however they stand and look.
func TestACrowdCostsInProportion(t *testing.T) {
	cost := func(n int, place func(*crowd, int) wire.Place) float64 {
		c := newCrowd(t, n, 9)
		for range 3 {
			c.look()
		}
		begun := c.room.presence.work
		for range 20 {
			for i, v := range c.here {
				if v.place = place(c, i); v.place.Points {
					c.tell(v)
				}
			}
			for v, told := range c.look() {
				if most := c.settings.PresenceActing + c.settings.PresenceNear + c.settings.PresenceTurn + c.settings.PresenceCrowd + 1; told > most {
					t.Fatalf("visitor %d was told of %d people, want at most %d", v.id, told, most)
				}
			}
		}
		return float64(c.room.presence.work-begun) / float64(n)
	}
	wild := func(c *crowd, _ int) wire.Place {
		p := c.somewhere(9e6)
		p.X, p.Y = p.X*2-9e6, p.Y*2-9e6
		p.Sees.Width, p.Sees.Height = 1+c.rand.Float64()*9e6*c.rand.Float64(), 1+c.rand.Float64()*9e6
		p.Acts, p.Follows = true, c.here[c.rand.IntN(len(c.here))].name()
		return p
	}
	for name, place := range map[string]func(*crowd, int) wire.Place{
		"all over the board": func(c *crowd, _ int) wire.Place { return c.somewhere(20_000) },
		"all at one place":   func(c *crowd, _ int) wire.Place { return c.somewhere(10) },
		"all in other windows": func(c *crowd, i int) wire.Place {
			p := c.somewhere(10)
			p.Sees.X, p.Sees.Y = float64(i)*7-3000, float64(i%50)
			p.Sees.Width += float64(i)
			return p
		},
		"one moves":             func(c *crowd, i int) wire.Place { p := c.somewhere(20_000); p.Points = i == 0; return p },
		"whatever they may say": wild,
	} {
		small, large := cost(200, place), cost(1600, place)
		if large > 1.5*small+20 {
			t.Errorf("%s: of 200 each cost %.0f steps, of 1,600 %.0f", name, small, large)
		}
		t.Logf("%s: of 200 each cost %.0f steps, of 1,600 %.0f", name, small, large)
	}
}

// Plain readers and those of batches can be at one board.
func TestBothKindsOfReaders(t *testing.T) {
	c := newCrowd(t, 5, 11)
	stock := c.arrive(true, c.room.graph.Heads()...)
	c.flush()
	c.tell(c.here[0])
	c.show(stock, []byte("0123456789abcdef"))
	got := c.flush()
	if d := got[stock]; len(d.presence) != 1 || d.people != nil {
		t.Errorf("a stock client got %d messages and %d batches", len(d.presence), len(d.people))
	}
	if d := got[c.here[0].peer]; d.presence != nil || len(d.people) != 1 || d.people[0].n != 2 {
		t.Errorf("one of ours got %d messages and %+v", len(d.presence), d.people)
	}
	c.room.leave(stock, said{person: []byte("gone")})
	if d := c.flush()[c.here[1].peer]; len(d.people) != 1 || string(d.people[0].parts) != "gone" {
		t.Errorf("%+v, want the farewell alone", d.people)
	}
	if n := len(c.room.presence.slots); n != 1 {
		t.Errorf("%d slots, want that of who is here", n)
	}
}

// Two who see nearly the same share what they are sent.
func TestWindowsAreShared(t *testing.T) {
	a := windowOf(wire.Area{X: 130, Y: 130, Width: 1200, Height: 700})
	if b := windowOf(wire.Area{X: 171, Y: 190, Width: 1100, Height: 750}); b != a {
		t.Errorf("%+v and %+v", a, b)
	}
	for _, area := range []wire.Area{{X: -9.9e6, Y: 9.9e6, Width: 9.9e6, Height: 1}, {X: -0.5, Y: 0, Width: 1, Height: 1}, {X: 511, Y: -513, Width: 340, Height: 2}} {
		w := windowOf(area)
		for _, corner := range [][2]float64{{area.X, area.Y}, {area.X + area.Width, area.Y + area.Height}} {
			s := spotOf(corner[0], corner[1], w.level)
			if d := []int32{s.x - w.from.x, s.y - w.from.y}; slices.Min(d) < 0 || slices.Max(d) > 1 {
				t.Errorf("%+v is not within its cells %+v", area, w)
			}
		}
	}
}
