package server_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server"
)

var unloads = flag.Int("unloads", 400, "how often TestLastLeavesWhileAnotherJoins has somebody leave and another join")

// Whoever joins while the last one leaves gets the room that is there, or one
// that has all that was saved.
func TestLastLeavesWhileAnotherJoins(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("over and over", func(t *testing.T) {
		n := startNode(t, nodeOption{settings: func(s *server.Settings) {
			// The engine's children are all tests' and would stay.
			s.RoomGrace, s.CompactChanges, s.QuietChanges = time.Millisecond, math.MaxInt, math.MaxInt
			s.Commits = server.Rate{PerSecond: 1000, Burst: 1000} // and be stored at once
		}})
		n.unread = 100 // many come
		doc, p := n.newDocument()
		made := []crdt.Hash{p.Heads()[0]}
		// A document's changes are stored by one room at a time, and never while
		// another one loads it: two rooms would know different logs.
		var storing, loading, overlaps atomic.Int64
		pause := func(ctx context.Context) {
			select {
			case <-time.After(rand.N(20 * time.Millisecond)):
			case <-ctx.Done():
			}
		}
		n.store.set(func(s *faultyStore) {
			s.onAppend = func(ctx context.Context) error {
				if storing.Add(1)+loading.Load() > 1 {
					overlaps.Add(1)
				}
				defer storing.Add(-1)
				pause(ctx)
				return nil
			}
			s.onLoad = func(ctx context.Context) error {
				if loading.Add(1)+storing.Load() > 1 {
					overlaps.Add(1)
				}
				defer loading.Add(-1)
				pause(ctx)
				return nil
			}
		})
		loads := n.store.loads.Load()
		for i := range *unloads {
			h := p.Edit()
			if rand.IntN(2) == 0 {
				p.untilSaved(h)
				made = append(made, h)
			} else {
				p.speak() // it is stored, or nobody was told so
			}
			leaving := time.AfterFunc(rand.N(6*time.Millisecond), p.client.hangUp)
			time.Sleep(rand.N(6 * time.Millisecond))
			next := n.participant(fmt.Sprintf("peer-%d", i), "", doc)
			next.until("all that was saved", func() bool { return next.Has(made[len(made)-1]) })
			leaving.Stop()
			p.hangUp()
			p = next
		}
		p.hangUp()
		poll(t, "no room", func() bool { return n.metric("openmic_rooms") == 0 })
		loads = n.store.loads.Load() - loads
		t.Logf("%d joined, and the room was loaded %d times", *unloads, loads)
		if loads == 0 || overlaps.Load() > 0 {
			t.Errorf("two rooms of one document at %d of %d loads", overlaps.Load(), loads)
		}
		stored := n.changes(doc)
		for i, h := range made {
			if !slices.Contains(stored, h) {
				t.Errorf("saved change %d of %d is lost", i, len(made))
			}
		}
	})
	poll(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
}

// A store that refuses does not get a room out of the way, nor is it asked without a pause.
func TestRoomStaysWhileTheStoreFails(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.RoomGrace = time.Millisecond }})
	doc, p := n.newDocument()
	n.store.set(func(s *faultyStore) { s.onAppend = func(context.Context) error { return errStoreDown } })
	attempts := n.store.appends.Load()
	h := p.Edit()
	p.speak()
	poll(t, "a few attempts", func() bool { return n.store.appends.Load() >= attempts+3 })
	p.hangUp()
	began, attempts := time.Now(), n.store.appends.Load()
	loads := n.store.loads.Load()
	for range 5 { // who comes meanwhile finds it, stored or not
		next := n.participant("next", "", doc)
		next.untilSeen(h)
		next.hangUp()
		poll(t, "nobody is there", func() bool { return n.metric("openmic_sessions") == 0 })
		time.Sleep(20 * time.Millisecond) // many times the room's grace
	}
	if n.store.loads.Load() != loads || n.metric("openmic_rooms") != 1 {
		t.Error("the room went before its changes were stored")
	}
	// Between two attempts are at least 50 ms.
	if most := int64(time.Since(began)/(50*time.Millisecond)) + 2; n.store.appends.Load()-attempts > most {
		t.Errorf("%d attempts to store in %s", n.store.appends.Load()-attempts, time.Since(began))
	}
	n.store.set(func(s *faultyStore) { s.onAppend = nil })
	poll(t, "no room", func() bool { return n.metric("openmic_rooms") == 0 })
	if !slices.Contains(n.changes(doc), h) {
		t.Error("not stored")
	}
}
