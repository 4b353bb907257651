package server

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"openmic/crdt"
)

func sameArray(a, b []byte) bool { return len(a) > 0 && len(a) == len(b) && &a[0] == &b[0] }

func TestNewcomersShareTheSameBytes(t *testing.T) {
	for name, c := range map[string]struct{ changes, snapshot, newcomers int }{
		"without a snapshot":         {100, 0, 500},
		"with a snapshot and a tail": {100, 70, 500},
		"with a snapshot of all":     {100, 100, 20},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScenario(t, c.changes)
			s.compact(c.snapshot)
			var newcomers []*peer
			for range c.newcomers {
				newcomers = append(newcomers, s.arrive(true))
			}
			got := s.flush()
			first := got[newcomers[0]]
			for _, p := range newcomers {
				if !sameArray(got[p].raw, first.raw) {
					t.Fatal("two newcomers got different arrays")
				}
			}
			want := slices.Clone(s.author.mine[c.snapshot:])
			if c.snapshot > 0 {
				want = slices.Insert(want, 0, crdt.Hash{})
				if first.Version != 2 || !bytes.Equal(first.Changes[0], s.room.snapshot) {
					t.Error("the snapshot does not come first in a version 2 message")
				}
			}
			s.wantChanges(first, want...)

			h := s.edit(newcomers[0])
			got = s.flush()
			if len(got) != c.newcomers-1 {
				t.Errorf("%d batches for one change, want one for each of the %d others", len(got), c.newcomers-1)
			}
			for _, p := range newcomers[1:] {
				if !sameArray(got[p].raw, got[newcomers[1]].raw) {
					t.Fatal("two readers of one change got different arrays")
				}
			}
			s.wantChanges(got[newcomers[1]], h)
		})
	}
}

func TestSharedBytesDoNotOutliveTheirMoment(t *testing.T) {
	s := newScenario(t, 5)
	a, b := s.settled(), s.settled()
	s.edit(a)
	first := s.flush()[b]
	before := bytes.Clone(first.raw)
	c := s.arrive(true, s.author.mine[4]) // stands where b stood
	s.edit(a)
	s.store()
	s.wantChanges(s.flush()[c], s.author.mine[5:]...)
	if !bytes.Equal(first.raw, before) {
		t.Error("bytes that were given to a writer have changed")
	}
}

func TestSlowPeerGetsAllItMissedInOneBatch(t *testing.T) {
	s := newScenario(t, 3)
	fast, slow := s.settled(), s.settled()
	s.edit(fast)
	s.store()
	if _, ok := must(s.flushBusy())[slow]; !ok {
		t.Fatal("no batch for the peer that is about to be slow")
	}
	fast.busy = false
	const missed = 1000
	for range missed {
		s.edit(fast)
		s.store()
		got, _ := s.flushBusy()
		if _, ok := got[slow]; ok {
			t.Fatal("a second batch while the first is being written")
		}
		fast.busy = false
	}
	if len(slow.backlog)+len(slow.claims)+len(slow.fetched) > 0 {
		t.Errorf("a slow peer costs a queue: %+v", slow)
	}
	slow.busy = false
	s.wantChanges(s.flush()[slow], s.author.mine[4:]...)
	s.wantNothing()
}

func must[A, B any](a A, _ B) A { return a }

func TestOwnChangesDoNotComeBackAlone(t *testing.T) {
	s := newScenario(t, 3)
	writer, reader := s.settled(), s.settled()
	h := s.edit(writer)
	got := s.flush()
	s.wantChanges(got[reader], h)
	if d, ok := got[writer]; ok {
		t.Errorf("the writer got %v before anything was stored", d.SyncMessage)
	}
	s.store()
	got = s.flush()
	if d := got[writer]; !s.saved(d, h) {
		t.Error("the writer is not told that its change is saved")
	} else {
		s.wantChanges(d)
	}
	if len(got) != 1 {
		t.Errorf("%d peers got something when a change became durable, want its writer only", len(got))
	}
	s.wantNothing()
}

func TestSavedIsToldWhenStored(t *testing.T) {
	// Each brings a change that is not stored, and returns the peer to watch.
	cases := map[string]func(*scenario) (*peer, crdt.Hash){
		"to the writer": func(s *scenario) (*peer, crdt.Hash) {
			p := s.settled()
			return p, s.edit(p)
		},
		"to a writer that came back": func(s *scenario) (*peer, crdt.Hash) {
			p := s.settled()
			h := s.edit(p)
			s.room.leave(p, said{})
			return s.arrive(true, h), h
		},
		"to a writer that came back with more": func(s *scenario) (*peer, crdt.Hash) {
			p := s.settled()
			h := s.edit(p)
			s.room.leave(p, said{})
			chunk, next := s.change() // made offline, and brought when it is asked for
			p = s.arrive(true, next)
			if d := s.flush()[p]; s.saved(d, h) || !slices.Contains(d.Need, next) {
				s.Errorf("answer %+v", d.SyncMessage)
			}
			m := hello(true, next)
			m.Changes = [][]byte{chunk}
			s.mustSay(p, m)
			return p, h
		},
		"to a writer that came back without saying what it has": func(s *scenario) (*peer, crdt.Hash) {
			p := s.settled()
			h := s.edit(p)
			s.room.leave(p, said{})
			p = s.room.join(true, nil)
			s.mustSay(p, &crdt.SyncMessage{Version: 1, Need: []crdt.Hash{s.author.mine[0]}})
			s.flush()
			s.mustSay(p, hello(true, h))
			return p, h
		},
		"to one who repeats another's change": func(s *scenario) (*peer, crdt.Hash) {
			writer, p := s.settled(), s.settled()
			h := s.edit(writer)
			m := hello(true, h)
			m.Changes = [][]byte{s.author.chunks[h]}
			s.mustSay(p, m)
			return p, h
		},
		"to a writer whose change another brings": func(s *scenario) (*peer, crdt.Hash) {
			p, other := s.settled(), s.settled()
			_, h := s.change()
			s.mustSay(p, hello(true, h)) // names it, does not send it
			m := hello(true, h)
			m.Changes = [][]byte{s.author.chunks[h]}
			s.mustSay(other, m)
			return p, h
		},
		"to a writer whose change waited": func(s *scenario) (*peer, crdt.Hash) {
			p, other := s.settled(), s.settled()
			first, dep := s.change()
			second, h := s.change()
			m := hello(true, h)
			m.Changes = [][]byte{second}
			s.mustSay(p, m)
			m = hello(true, dep)
			m.Changes = [][]byte{first}
			s.mustSay(other, m)
			return p, h
		},
	}
	for name, unstored := range cases {
		t.Run(name, func(t *testing.T) {
			s := newScenario(t, 5)
			p, h := unstored(s)
			for range 3 {
				if d := s.flush()[p]; s.saved(d, h) {
					t.Fatal("told that a change is saved that is not stored")
				}
				s.edit(s.settled()) // others go on
			}
			s.store()
			told := false
			for range 3 {
				told = told || s.saved(s.flush()[p], h)
			}
			if !told {
				t.Error("never told that the change is saved")
			}
			s.wantNothing()
		})
	}
}

func TestSavedStandsOnWhatIsStoredBeforeIt(t *testing.T) {
	s := newScenario(t, 2)
	a, b := s.settled(), s.settled()
	s.edit(a)
	s.room.unsubmitted()
	first := s.room.submitted
	h := s.edit(b) // depends on a's
	s.flush()
	s.room.setDurable(first)
	if s.saved(s.flush()[b], h) {
		t.Error("b is told its change is saved when only a's is")
	}
	s.store()
	if !s.saved(s.flush()[b], h) {
		t.Error("b is not told")
	}
}

func TestNewcomerOfVersion1GetsSingleChanges(t *testing.T) {
	s := newScenario(t, 50)
	s.compact(40)
	p := s.arrive(false)
	got, fetches := s.flushBusy()
	if len(got) != 0 || len(fetches) != 1 || fetches[0].peer != p {
		t.Fatalf("%d batches and %d fetches, want one fetch", len(got), len(fetches))
	}
	if !slices.Equal(fetches[0].hashes, s.author.mine[:40]) {
		t.Errorf("asked the store for %d changes, want the 40 that memory lacks", len(fetches[0].hashes))
	}
	other := s.settledBeside(p)
	h := s.edit(other) // while the store is being read
	s.answer(fetches[0])
	d := s.flush()[p]
	s.wantChanges(d, append(slices.Clone(s.author.mine[:50]), h)...)
	if d.SyncMessage != nil && d.Version != 1 {
		t.Errorf("version %d", d.Version)
	}
	s.store()
	s.flush()
	s.wantNothing()
}

// settledBeside is settled while another peer's fetch is not answered.
func (s *scenario) settledBeside(*peer) *peer {
	p := s.arrive(true, s.room.graph.Heads()...)
	got, fetches := s.flushBusy()
	for q := range got {
		q.busy = false
	}
	if len(fetches) > 0 {
		s.Fatal("a fetch more")
	}
	return p
}

func TestReturningPeerGetsWhatItMisses(t *testing.T) {
	for _, v2 := range []bool{true, false} {
		for _, has := range []int{0, 41, 49, 50} {
			t.Run(fmt.Sprintf("version 2 %t, has %d of 50", v2, has), func(t *testing.T) {
				s := newScenario(t, 50)
				s.compact(40)
				p := s.room.join(true, nil)
				heads := []crdt.Hash{}
				if has > 0 {
					heads = append(heads, s.author.mine[has-1])
				}
				s.mustSay(p, hello(v2, heads...))
				got, fetches := s.flushBusy()
				for _, f := range fetches {
					s.answer(f)
					got, _ = s.flushBusy()
				}
				want := s.author.mine[has:]
				if v2 && has == 0 {
					want = append([]crdt.Hash{{}}, s.author.mine[40:]...)
				}
				s.wantChanges(got[p], want...)
				if d := got[p]; d.SyncMessage == nil || !slices.Equal(d.Heads, s.room.graph.Heads()) {
					t.Error("not told the heads")
				}
			})
		}
	}
}

func TestReturningPeerWithOldHeadsGetsSingleChangesFromBelowTheSnapshot(t *testing.T) {
	s := newScenario(t, 50)
	s.compact(40)
	p := s.arrive(true, s.author.mine[34]) // misses 5 of 40, less than a third
	_, fetches := s.flushBusy()
	if len(fetches) != 1 || !slices.Equal(fetches[0].hashes, s.author.mine[35:40]) {
		t.Fatalf("fetches %+v", fetches)
	}
	s.answer(fetches[0])
	s.wantChanges(s.flush()[p], s.author.mine[35:]...)
}

func TestUnknownHeadsAreAskedForAFewTimes(t *testing.T) {
	s := newScenario(t, 5)
	p := s.settled()
	chunk, h := s.change()
	for i := range s.settings.Asks + 3 {
		s.mustSay(p, hello(true, h))
		d := s.flush()[p]
		asked := d.SyncMessage != nil && slices.Contains(d.Need, h)
		if want := i < s.settings.Asks; asked != want {
			t.Errorf("message %d: asked %t, want %t", i+1, asked, want)
		}
	}
	m := hello(true, h)
	m.Changes = [][]byte{chunk}
	s.mustSay(p, m)
	_, next := s.change()
	s.mustSay(p, hello(true, next))
	if d := s.flush()[p]; d.SyncMessage == nil || !slices.Contains(d.Need, next) {
		t.Error("not asked any more after it brought what it was asked for")
	}
}

func TestUnknownHeadsOfReadersAreNotAskedFor(t *testing.T) {
	s := newScenario(t, 5)
	_, h := s.change()
	p := s.room.join(false, nil)
	s.mustSay(p, hello(true, s.author.mine[4], h))
	if d := s.flush()[p]; d.SyncMessage == nil || len(d.Need) > 0 {
		t.Errorf("got %+v, want heads and no questions", d.SyncMessage)
	}
}

func TestWaitingChanges(t *testing.T) {
	waiting := func(s *scenario, p *peer) error {
		s.change() // never sent
		chunk, h := s.change()
		m := hello(true, h)
		m.Changes = [][]byte{chunk}
		return s.say(p, m)
	}
	t.Run("are asked for and enter when it comes, whoever brings it", func(t *testing.T) {
		s := newScenario(t, 3)
		p, other := s.settled(), s.settled()
		first, dep := s.change()
		second, h := s.change()
		m := hello(true, h)
		m.Changes = [][]byte{second}
		s.mustSay(p, m)
		if d := s.flush()[p]; d.SyncMessage == nil || !slices.Equal(d.Need, []crdt.Hash{dep}) {
			t.Errorf("asked for %+v, want the missing dependency alone", d.SyncMessage)
		}
		if s.room.graph.Len() != 3 {
			t.Fatal("in the log before its dependency")
		}
		m = hello(true, dep)
		m.Changes = [][]byte{first}
		s.mustSay(other, m)
		if s.room.graph.Len() != 5 || len(p.waiting) != 0 || p.waitBytes != 0 {
			t.Errorf("%d changes in the log, %d wait, %d bytes", s.room.graph.Len(), len(p.waiting), p.waitBytes)
		}
	})
	t.Run("are bounded in number", func(t *testing.T) {
		s := newScenario(t, 3)
		s.settings.WaitingChanges = 4
		p := s.settled()
		for range 4 {
			if err := waiting(s, p); err != nil {
				t.Fatal(err)
			}
		}
		wantEnding(t, waiting(s, p), closeRefused)
	})
	t.Run("are bounded in bytes", func(t *testing.T) {
		s := newScenario(t, 3)
		s.settings.WaitingBytes = 300
		p := s.settled()
		var err error
		for range 4 {
			if err = waiting(s, p); err != nil {
				break
			}
		}
		wantEnding(t, err, closeRefused)
		if p.waitBytes > 300 {
			t.Errorf("%d bytes wait", p.waitBytes)
		}
	})
	t.Run("count once however often they come", func(t *testing.T) {
		s := newScenario(t, 3)
		s.settings.WaitingChanges = 1
		p := s.settled()
		s.change()
		chunk, h := s.change()
		for range 3 {
			m := hello(true, h)
			m.Changes = [][]byte{chunk, chunk}
			s.mustSay(p, m)
		}
	})
	t.Run("are forgotten with their sender", func(t *testing.T) {
		s := newScenario(t, 3)
		p, other := s.settled(), s.settled()
		first, dep := s.change()
		second, h := s.change()
		m := hello(true, h)
		m.Changes = [][]byte{second}
		s.mustSay(p, m)
		s.room.leave(p, said{})
		m = hello(true, dep)
		m.Changes = [][]byte{first}
		s.mustSay(other, m)
		if s.room.graph.Len() != 4 {
			t.Errorf("%d changes, want 4: who left is not waited for", s.room.graph.Len())
		}
	})
}

// What waits is bounded in bytes; the messages that it came in are not kept.
func TestWaitingChangesDoNotKeepTheirMessages(t *testing.T) {
	s := newScenario(t, 3)
	p := s.settled()
	const padding, messages = 1 << 20, 32
	before := heapBytes()
	for range messages {
		s.change()
		chunk, h := s.change()
		m := hello(true, h)
		m.Changes = [][]byte{chunk}
		b := append(m.Append(nil), make([]byte, padding)...) // what follows the flags is ignored
		parsed, err := crdt.ParseSyncMessage(b, s.settings.Change)
		if err != nil {
			t.Fatal(err)
		}
		c, err := crdt.ParseChange(parsed.Changes[0], s.settings.Change)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.room.receive(p, parsed, []*crdt.Change{c}); err != nil {
			t.Fatal(err)
		}
	}
	if grown := heapBytes() - before; grown > 8*int64(s.settings.WaitingBytes) {
		t.Errorf("%d bytes wait (%d allowed), and %d KiB of memory are kept for them", p.waitBytes, s.settings.WaitingBytes, grown>>10)
	}
	runtime.KeepAlive(s)
}

func heapBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestStartingOver(t *testing.T) {
	reset := func(s *scenario) *crdt.SyncMessage {
		return &crdt.SyncMessage{Version: 1, Heads: s.room.graph.Heads(), Have: []crdt.Have{{}}, Flags: crdt.SyncFlags(false)}
	}
	t.Run("a peer that lost everything gets everything", func(t *testing.T) {
		s := newScenario(t, 20)
		s.compact(10)
		p := s.settled()
		s.mustSay(p, hello(true))
		s.wantChanges(s.flush()[p], append([]crdt.Hash{{}}, s.author.mine[10:]...)...)
	})
	t.Run("a reset is answered", func(t *testing.T) {
		s := newScenario(t, 20)
		p := s.settled()
		s.mustSay(p, reset(s))
		if d := s.flush()[p]; d.SyncMessage == nil || !slices.Equal(d.Heads, s.room.graph.Heads()) {
			t.Errorf("answer %+v", d.SyncMessage)
		}
		s.wantNothing()
	})
	t.Run("is bounded", func(t *testing.T) {
		s := newScenario(t, 20)
		p := s.settled()
		var err error
		for range s.settings.Restarts + 1 {
			if err = s.say(p, reset(s)); err != nil {
				break
			}
			s.flush()
		}
		wantEnding(t, err, closeRestart)
	})
	t.Run("not while the first answer is on its way", func(t *testing.T) {
		s := newScenario(t, 20)
		p := s.arrive(true)
		p.busy = true
		for range 3 * s.settings.Restarts {
			s.mustSay(p, hello(true))
		}
		p.busy = false
		s.wantChanges(s.flush()[p], s.author.mine...)
	})
}

func TestReadersChangeNothing(t *testing.T) {
	s := newScenario(t, 5)
	reader := s.room.join(false, nil)
	s.mustSay(reader, hello(true, s.author.mine[4]))
	s.flush()
	chunk, h := s.change()
	m := hello(true, h)
	m.Changes = [][]byte{chunk}
	for range maxIgnored {
		s.mustSay(reader, m)
		if d := s.flush()[reader]; d.SyncMessage != nil && len(d.Need) > 0 {
			t.Error("a reader is asked for changes")
		}
	}
	wantEnding(t, s.say(reader, m), closeRole)
	if s.room.graph.Len() != 5 {
		t.Error("a reader's change is in the log")
	}
}

func TestReaderGetsWhatOthersWrite(t *testing.T) {
	s := newScenario(t, 5)
	reader := s.room.join(false, nil)
	s.mustSay(reader, hello(true))
	s.wantChanges(s.flush()[reader], s.author.mine...)
	h := s.edit(s.settled())
	s.wantChanges(s.flush()[reader], h)
}

func TestStoreBacklogEndsTheSender(t *testing.T) {
	s := newScenario(t, 2)
	a, b := s.settled(), s.settled()
	chunk, _ := s.change()
	s.settings.UnstoredBytes = 10*len(chunk) + len(chunk)/2
	admitted := 0
	for {
		chunk, h := s.change()
		m := hello(true, h)
		m.Changes = [][]byte{s.author.chunks[s.author.mine[2]], chunk} // the one that was only measured, and the next
		if admitted > 0 {
			m.Changes = m.Changes[1:]
		}
		if err := s.say(a, m); err != nil {
			wantEnding(t, err, closeTryLater)
			break
		}
		if admitted++; admitted > 20 {
			t.Fatal("the backlog is not bounded")
		}
	}
	if s.room.unstored > s.settings.UnstoredBytes {
		t.Errorf("%d bytes unstored, %d allowed", s.room.unstored, s.settings.UnstoredBytes)
	}
	n := s.room.graph.Len()
	s.wantChanges(s.flush()[b], s.author.mine[2:n]...)
	s.store()
	if s.room.unstored != 0 {
		t.Errorf("%d bytes unstored after everything was stored", s.room.unstored)
	}
	m := hello(true)
	m.Heads, m.Changes = s.room.graph.Heads(), [][]byte{s.author.chunks[s.author.mine[n]]}
	s.mustSay(b, m) // room again
}
