package server

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"openmic/server/docid"
)

func texts(messages [][]byte) (all []string) {
	for _, m := range messages {
		all = append(all, string(m))
	}
	return all
}

func TestPresenceNewestOfEachSender(t *testing.T) {
	s := newScenario(t, 1)
	a, b, c := s.settled(), s.settled(), s.settled()
	for i := range 5 {
		s.show(a, fmt.Append(nil, "a", i))
		s.show(b, fmt.Append(nil, "b", i))
	}
	got := s.flush()
	for p, want := range map[*peer][]string{a: {"b4"}, b: {"a4"}, c: {"a4", "b4"}} {
		if texts := texts(got[p].presence); !slices.Equal(texts, want) {
			t.Errorf("peer %d got %q, want %q", p.id, texts, want)
		}
	}
	s.wantNothing()
	if s.room.presence.owed(s.room.peers) {
		t.Error("something is owed after everybody got it")
	}
}

func TestPresenceWaitsForASlowReader(t *testing.T) {
	s := newScenario(t, 1)
	a, slow := s.settled(), s.settled()
	slow.busy = true
	for i := range 100 {
		s.show(a, fmt.Append(nil, "a", i))
		s.flush()
	}
	slow.busy = false
	if got := texts(s.flush()[slow].presence); !slices.Equal(got, []string{"a99"}) {
		t.Errorf("got %q, want the newest only", got)
	}
}

func TestPresenceOfSomebodyWhoLeft(t *testing.T) {
	s := newScenario(t, 1)
	a, b, slow := s.settled(), s.settled(), s.settled()
	slow.busy = true
	s.show(a, []byte("a"))
	s.room.leave(a, said{message: []byte("a is gone"), person: []byte("a is gone")})
	if got := texts(s.flush()[b].presence); !slices.Equal(got, []string{"a", "a is gone"}) {
		t.Errorf("got %q, want the last message and the farewell", got)
	}
	slow.busy = false
	if got := texts(s.flush()[slow].presence); !slices.Equal(got, []string{"a", "a is gone"}) {
		t.Errorf("a slow reader got %q, want the last message and the farewell", got)
	}
	if n := len(s.room.presence.slots) + len(s.room.presence.of) + len(s.room.presence.named); n != 0 {
		t.Errorf("%d slots of nobody", n)
	}
}

// Those who come and go while one reader is stuck do not pile up.
func TestPresenceOfManyWhoLeft(t *testing.T) {
	s := newScenario(t, 1)
	stuck := s.settled()
	stuck.busy = true
	for range 3 * maxLeft {
		p := s.settled()
		s.show(p, []byte("here"))
		s.room.leave(p, said{message: []byte("gone"), person: []byte("gone")})
		s.flush()
	}
	if n := len(s.room.presence.slots); n > maxLeft {
		t.Errorf("%d messages of peers that have left, want at most %d", n, maxLeft)
	}
}

func TestPresenceForALateJoiner(t *testing.T) {
	s := newScenario(t, 1)
	a, b := s.settled(), s.settled()
	s.show(a, []byte("a"))
	s.show(b, []byte("b"))
	s.flush()
	late := s.arrive(true)
	if got := texts(s.flush()[late].presence); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %q, want what everybody has shown", got)
	}
}

func TestPresenceShareInACrowd(t *testing.T) {
	s := newScenario(t, 1)
	s.settings.PresenceBudget = 60
	var crowd []*peer
	for range 20 {
		crowd = append(crowd, s.settled())
	}
	for i, p := range crowd {
		s.show(p, fmt.Append(nil, i))
	}
	sent, got := 0, map[*peer]map[string]bool{}
	for ticks := 0; s.room.presence.owed(s.room.peers); ticks++ {
		if ticks > 20 {
			t.Fatal("still owed")
		}
		for p, d := range s.flush() {
			if len(d.presence) > 3 {
				t.Fatalf("%d messages for one reader, its share is 3", len(d.presence))
			}
			if got[p] == nil {
				got[p] = map[string]bool{}
			}
			for _, m := range d.presence {
				got[p][string(m)] = true
				sent++
			}
		}
	}
	for i, p := range crowd {
		if len(got[p]) != 19 || got[p][fmt.Sprint(i)] {
			t.Errorf("peer %d saw %d others, itself: %t", i, len(got[p]), got[p][fmt.Sprint(i)])
		}
	}
	if sent != 20*19 {
		t.Errorf("%d messages, want each once to each", sent)
	}
}

// People whose pointers move all the time, at one rhythm, are all seen: nobody
// hides those who are behind in the order.
func TestPresenceInACrowdThatNeverRests(t *testing.T) {
	s := newScenario(t, 1)
	s.settings.PresenceBudget = 60
	var crowd []*peer
	for range 30 {
		crowd = append(crowd, s.settled())
	}
	seen := map[string]bool{}
	for range 60 {
		for i, p := range crowd {
			s.show(p, fmt.Append(nil, i))
		}
		for _, m := range s.flush()[crowd[0]].presence {
			seen[string(m)] = true
		}
	}
	if len(seen) < 29 {
		t.Errorf("in 60 ticks of 2 messages a reader saw %d of 29 others move", len(seen))
	}
}

// A peer's join and its first message reach the room one after the other.
func TestPresenceWhenTheRoomFlushesBetweenJoinAndFirstMessage(t *testing.T) {
	s := newScenario(t, 1)
	settings := DefaultSettings()
	h := &Hub{settings: settings, log: zerolog.Nop(), metrics: newMetrics()}
	r := newRoom(h, docid.New())
	r.state = s.room
	sender := s.settled()
	s.show(sender, []byte("here"))
	now := time.Now()
	sender.member = &member{session: newSession(h, nil, comer{}, access{open: true}, netip.Addr{}), room: r, peer: sender}
	r.members[sender] = sender.member

	late := &member{session: newSession(h, nil, comer{}, access{open: true}, netip.Addr{}), room: r}
	r.join(late)
	r.dirty = true
	r.flush(now)
	s.mustSay(late.peer, hello(true, s.author.mine[0]))
	r.dirty = true
	var got []string
	for range 5 {
		now = now.Add(time.Second)
		r.flush(now)
		waiting, _, _ := late.session.out.take()
		for _, p := range waiting.parcels {
			got = append(got, texts(p.presence)...)
			p.member.peer.busy = false
		}
	}
	if !slices.Equal(got, []string{"here"}) {
		t.Errorf("the newcomer was shown %q, want who is here", got)
	}
}
