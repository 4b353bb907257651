package server

import (
	"slices"
	"testing"

	"openmic/crdt"
)

func TestSnapshotReachesPeersBehindIt(t *testing.T) {
	s := newScenario(t, 10)
	ahead := s.settled()
	v2, v1 := s.arrive(true, s.author.mine[3]), s.arrive(false, s.author.mine[3])
	v2.busy, v1.busy = true, true
	for range 5 {
		s.edit(ahead)
	}
	s.store()
	s.flush()
	s.compact(12)
	v2.busy, v1.busy = false, false
	got, fetches := s.flushBusy()
	s.wantChanges(got[v2], append([]crdt.Hash{{}}, s.author.mine[12:]...)...)
	if len(fetches) != 1 || fetches[0].peer != v1 || !slices.Equal(fetches[0].hashes, s.author.mine[4:12]) {
		t.Fatalf("fetches %+v, want one of the 8 changes that the version 1 peer misses", fetches)
	}
	s.answer(fetches[0])
	s.wantChanges(s.flush()[v1], s.author.mine[4:]...)
	ahead.busy, v2.busy = false, false
	s.wantNothing()
	if err := s.say(ahead, hello(true, s.author.mine[14])); err != nil {
		t.Error(err)
	}
}

func TestOlderSnapshotIsNotAdopted(t *testing.T) {
	s := newScenario(t, 10)
	s.compact(8)
	s.compact(5)
	if s.room.base != 8 || len(s.room.chunks) != 2 {
		t.Errorf("snapshot of %d with %d changes after it", s.room.base, len(s.room.chunks))
	}
}

func TestSnapshotWithChangesNotYetStored(t *testing.T) {
	s := newScenario(t, 10)
	p := s.settled()
	h := s.edit(p)
	s.room.unsubmitted()
	s.compact(10)
	if s.saved(s.flush()[p], h) {
		t.Error("saved because of a snapshot that does not hold it")
	}
	s.room.setDurable(11)
	if !s.saved(s.flush()[p], h) {
		t.Error("never told")
	}
	if s.room.unstored != 0 {
		t.Errorf("%d bytes unstored", s.room.unstored)
	}
}

// A peer is owed changes from below the snapshot and, with a gap, from above
// it; a newer snapshot comes while those from below are being read.
func TestSnapshotWhileAPeerWaitsForTheStore(t *testing.T) {
	for name, c := range map[string]struct {
		v2       bool
		answered bool // the store has answered, and the peer's writer is busy
		behind   bool // the peer has not been sent what is beyond the new snapshot
	}{
		"asked":                       {},
		"asked, version 2":            {v2: true},
		"answered":                    {answered: true},
		"answered, version 2":         {v2: true, answered: true},
		"asked, behind":               {behind: true},
		"asked, version 2, behind":    {v2: true, behind: true},
		"answered, behind":            {answered: true, behind: true},
		"answered, version 2, behind": {v2: true, answered: true, behind: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScenario(t, 20)
			s.compact(10)
			p := s.arrive(c.v2, s.author.mine[19])
			s.flush()
			p.busy = c.behind // has been sent 20 changes; with behind it gets no further
			writer := s.settled()
			for range 5 {
				s.edit(writer)
			}
			s.store()
			s.flush()
			p.busy = false
			// It asks again for changes on both sides of the snapshot.
			s.mustSay(p, &crdt.SyncMessage{
				Version: 1, Heads: []crdt.Hash{s.author.mine[19]},
				Need: []crdt.Hash{s.author.mine[8], s.author.mine[13], s.author.mine[15]}, Flags: hello(c.v2).Flags,
			})
			_, fetches := s.flushBusy()
			if len(fetches) != 1 {
				t.Fatalf("%d fetches", len(fetches))
			}
			if c.answered {
				p.busy = true
				s.answer(fetches[0])
			}
			s.compact(24)
			s.answer(fetches[0])
			p.busy = false
			got := map[crdt.Hash]bool{}
			snapshot := false
			for range 5 {
				batches, fetches := s.survive()
				for _, f := range fetches {
					s.answer(f)
				}
				for _, h := range s.hashes(batches[p]) {
					got[h] = true
					snapshot = snapshot || h == crdt.Hash{}
				}
				for q := range batches {
					q.busy = false
				}
			}
			for _, i := range []int{8, 13, 15, 24} {
				if !got[s.author.mine[i]] && !(snapshot && i < 24) && !(i == 24 && !c.behind) {
					t.Errorf("change %d did not come", i)
				}
			}
		})
	}
}

// survive is flushBusy, and a failed test where it panics.
func (s *scenario) survive() (map[*peer]delivery, []*fetch) {
	defer func() {
		if r := recover(); r != nil {
			s.Fatalf("panic: %v", r)
		}
	}()
	return s.flushBusy()
}

// doc.go promises at most one read of old changes a peer, however often it asks.
func TestOneFetchAtATimeForAPeer(t *testing.T) {
	s := newScenario(t, 20)
	s.compact(20)
	p := s.arrive(false, s.author.mine[19])
	s.flush()
	asked := 0
	for i := range 10 {
		s.mustSay(p, &crdt.SyncMessage{Version: 1, Heads: []crdt.Hash{s.author.mine[19]}, Need: []crdt.Hash{s.author.mine[i]}})
		_, fetches := s.flushBusy()
		asked += len(fetches)
	}
	if asked > 1 {
		t.Errorf("%d reads of the store at once for one peer", asked)
	}
}
