package server

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A quietRoom is a room whose board has n changes, all stored at the given moment
// and none in a snapshot.
func quietRoom(t *testing.T, n int, at time.Time) (*scenario, *room) {
	s := newScenario(t, n)
	r := &room{state: s.room, hub: &Hub{settings: s.settings}, lull: lull{length: n, since: at}}
	return s, r
}

// When a compaction is due, where nobody is at the board but who is told of.
func TestCompactionIsDue(t *testing.T) {
	settings := DefaultSettings()
	now := time.Now()
	some, quiet := settings.QuietChanges, settings.CompactQuiet
	for name, c := range map[string]struct {
		changes, base, snapshot int // the last in bytes
		change                  func(*scenario, *room)
		urgent                  bool
		wait                    time.Duration
	}{
		"a few changes":              {changes: some - 1, wait: never},
		"some changes":               {changes: some, wait: quiet},
		"some, a while ago":          {changes: some, change: func(_ *scenario, r *room) { r.lull.since = now.Add(-quiet) }},
		"many changes":               {changes: settings.CompactChanges, urgent: true},
		"some behind a snapshot":     {changes: 500 + some, base: 500, snapshot: 1000, wait: quiet},
		"few behind a snapshot":      {changes: 500 + some - 1, base: 500, snapshot: 1000, wait: never},
		"some behind a large one":    {changes: 500 + some, base: 500, snapshot: 1 << 20, wait: never},
		"a tenth behind a snapshot":  {changes: 3000, base: 2000, snapshot: 1 << 20, urgent: true},
		"less behind a long one":     {changes: 3000, base: 2001, snapshot: 1 << 20, wait: never},
		"nobody is there any more":   {changes: some, change: func(_ *scenario, r *room) { r.hub.settings.RoomGrace = time.Second; r.state.peers = nil }, wait: time.Second},
		"one is under way":           {changes: some, change: func(_ *scenario, r *room) { r.compacting = true }, wait: never},
		"one has failed":             {changes: some, change: func(_ *scenario, r *room) { r.lull.tried = 1 }, wait: never},
		"as much since one failed":   {changes: 2 * some, change: func(_ *scenario, r *room) { r.lull.tried, r.compactAfter = some, now.Add(time.Minute) }, wait: time.Minute},
		"much since one failed":      {changes: settings.CompactChanges, change: func(_ *scenario, r *room) { r.lull.tried, r.compactAfter = some, now.Add(time.Minute) }, wait: time.Minute},
		"the document is frozen":     {changes: some, change: func(_ *scenario, r *room) { r.state.freeze(frozenFull, nil) }, wait: never},
		"something is not stored":    {changes: some, change: func(s *scenario, _ *room) { s.edit(s.settled()) }, wait: never},
		"the index is of an old one": {changes: 2, change: func(_ *scenario, r *room) { r.oldIndex = true }, urgent: true},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := quietRoom(t, c.changes, now)
			s.settled()
			if c.base > 0 {
				s.compact(c.base)
				s.room.snapshot = make([]byte, c.snapshot)
			}
			if c.change != nil {
				c.change(s, r)
			}
			if urgent, wait := r.compactionDue(now); urgent != c.urgent || wait != c.wait {
				t.Errorf("urgent: %t, in %v; want %t, %v", urgent, wait, c.urgent, c.wait)
			}
		})
	}
}

// However people pause, the engine reads no more of snapshots than what they wrote
// is worth, and newcomers get no more than that beside one.
func TestPausesCostWhatIsWritten(t *testing.T) {
	now := time.Now()
	s, r := quietRoom(t, 2, now)
	author := s.settled()
	written, largest, read, times := 0, 0, 0, 0
	for i := range 2000 {
		s.edit(author)
		s.store()
		size := len(s.room.chunks[len(s.room.chunks)-1])
		written, largest = written+size, max(largest, size)
		r.lull.length, r.lull.since = s.room.durable, now
		now = now.Add(time.Minute) // a pause after each change
		if urgent, wait := r.compactionDue(now); wait == 0 {
			if urgent {
				t.Fatalf("urgent after %d changes with a pause after each", i+1)
			}
			read += len(s.room.snapshot)
			times++
			s.compact(s.room.durable)
		}
		most := max(s.settings.QuietShare*float64(len(s.room.snapshot)), float64(s.settings.QuietChanges*largest))
		if float64(s.room.behind) > most {
			t.Fatalf("%d bytes behind a snapshot of %d", s.room.behind, len(s.room.snapshot))
		}
	}
	if most := int(float64(written) / s.settings.QuietShare); times == 0 || times > 2000/s.settings.QuietChanges || read > most {
		t.Errorf("compacted %d times: %d bytes of snapshots read for %d written, at most %d expected", times, read, written, most)
	}
}

// Thousands are quiet together: one has its turn at a time, they have it in order, and
// what is urgent waits for nobody but who is at work.
func TestQuietBoardsWaitInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &compactions{}
		var mu sync.Mutex
		var had []int
		atWork, most := 0, 0
		compact := func(i int, urgent bool, ctx context.Context) {
			if !c.turn(ctx, urgent) {
				return
			}
			mu.Lock()
			had = append(had, i)
			atWork++
			most = max(most, atWork)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			atWork--
			mu.Unlock()
			c.done()
		}
		const boards, urgent, gone = 2500, -1, 1000
		leaving, leave := context.WithCancel(t.Context())
		for i := range boards {
			ctx := t.Context()
			if i == gone {
				ctx = leaving
			}
			go compact(i, false, ctx)
			synctest.Wait()
		}
		time.Sleep(9*time.Second + time.Second/2) // the tenth is at work
		go compact(urgent, true, t.Context())
		go compact(urgent, true, t.Context())
		leave()
		time.Sleep(boards * time.Second)
		synctest.Wait()
		var want []int
		for i := range boards {
			if i == 10 {
				want = append(want, urgent, urgent)
			}
			if i != gone {
				want = append(want, i)
			}
		}
		if most != 1 || !slices.Equal(had, want[:len(had)]) || len(had) < boards-1 {
			t.Errorf("%d at once at most, and %d in an order that begins with %v", most, len(had), had[:min(len(had), 15)])
		}
		time.Sleep(5 * time.Second)
		if c.taken || len(had) != len(want) {
			t.Errorf("%d had their turn, of %d; taken: %t", len(had), len(want), c.taken)
		}
	})
}

// Who leaves the line at the moment when its turn comes hands it on.
func TestTurnThatNobodyWantsIsHandedOn(t *testing.T) {
	for range 20 { // it hears of one or of the other first
		synctest.Test(t, func(t *testing.T) {
			c := &compactions{}
			c.turn(t.Context(), true)
			ctx, leave := context.WithCancel(t.Context())
			var first, second bool
			go func() { first = c.turn(ctx, false) }()
			synctest.Wait()
			go func() { second = c.turn(t.Context(), false) }()
			synctest.Wait()
			leave()
			c.done()
			synctest.Wait()
			if first {
				c.done()
			}
			synctest.Wait()
			if !second {
				t.Error("the turn is lost")
			}
		})
	}
}
