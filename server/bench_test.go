package server

import (
	"context"
	"fmt"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/sqlite"
)

// BenchmarkAdmit is one change into a room of 20,000: what the room does of it.
func BenchmarkAdmit(b *testing.B) {
	s := newScenario(b, 20_000)
	p := s.settled()
	chunks := make([][]byte, b.N)
	for i := range chunks {
		chunks[i], _ = s.change()
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, chunk := range chunks {
		c, err := crdt.ParseChange(chunk, s.settings.Change)
		if err != nil {
			b.Fatal(err)
		}
		m := &crdt.SyncMessage{Version: 1, Heads: []crdt.Hash{c.Hash}, Have: []crdt.Have{{LastSync: c.Deps}}}
		if err := s.room.receive(p, m, []*crdt.Change{c}); err != nil {
			b.Fatal(err)
		}
		s.store()
	}
}

// BenchmarkFlush is one change to all readers of a room.
func BenchmarkFlush(b *testing.B) {
	for _, readers := range []int{1, 200, 1000} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			s := newScenario(b, 1000)
			writer := s.settled()
			for range readers {
				s.settled()
			}
			s.edit(writer)
			s.store()
			s.flush()
			b.ReportAllocs()
			for b.Loop() {
				s.behind(1)
				if batches, _ := s.room.flush(false); len(batches) != readers {
					b.Fatalf("%d batches", len(batches))
				}
			}
		})
	}
}

// behind puts everybody so many changes back, with a free writer.
func (s *scenario) behind(changes int) {
	clear(s.room.bodies)
	for _, p := range s.room.peers {
		p.cursor, p.busy = s.room.graph.Len()-changes, false
	}
}

// BenchmarkFlushOfEditors is 200 people who have all edited since the last flush.
func BenchmarkFlushOfEditors(b *testing.B) {
	const editors = 200
	s := newScenario(b, 1000)
	var all []*peer
	for range editors {
		all = append(all, s.settled())
	}
	for _, p := range all {
		s.edit(p)
	}
	s.store()
	s.flush()
	bytes, n := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		s.behind(editors)
		batches, _ := s.room.flush(false)
		for _, k := range batches {
			bytes += len(k.sync)
			n++
		}
	}
	b.ReportMetric(float64(bytes)/float64(max(n, 1)), "B/message")
}

// BenchmarkPresence is a tick in which everybody has moved.
func BenchmarkPresence(b *testing.B) {
	for _, people := range []int{20, 200, 1000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			s := newScenario(b, 1)
			var all []*peer
			for range people {
				all = append(all, s.settled())
			}
			message, sent := make([]byte, 200), 0
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				for _, p := range all {
					s.show(p, message)
				}
				batches, _ := s.room.flush(true)
				for _, k := range batches {
					k.peer.busy = false
					sent += len(k.presence)
				}
			}
			b.ReportMetric(float64(sent)/float64(b.N), "messages/op")
		})
	}
}

// BenchmarkNewcomers is N sessions that arrive at a board of 20,000 changes.
func BenchmarkNewcomers(b *testing.B) {
	for _, newcomers := range []int{1, 50} {
		for _, snapshot := range []int{0, 19_000} {
			b.Run(fmt.Sprintf("newcomers=%d/snapshot=%d", newcomers, snapshot), func(b *testing.B) {
				s := newScenario(b, 20_000)
				s.compact(snapshot)
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					clear(s.room.bodies)
					for range newcomers {
						s.arrive(true)
					}
					batches, _ := s.room.flush(false)
					if len(batches) != newcomers {
						b.Fatalf("%d batches", len(batches))
					}
					for len(s.room.peers) > 0 {
						s.room.leave(s.room.peers[0], said{})
					}
				}
			})
		}
	}
}

// BenchmarkHostileHeads is a message of as many unknown heads as are allowed,
// again and again: it costs the room's time.
func BenchmarkHostileHeads(b *testing.B) {
	s := newScenario(b, 20_000)
	p := s.settled()
	heads := make([]crdt.Hash, s.settings.Change.Heads)
	for i := range heads {
		heads[i] = crdt.Hash{byte(i), byte(i >> 8), 1}
	}
	m := hello(true, heads...)
	m.Have[0].LastSync = s.room.graph.Heads()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if err := s.room.receive(p, m, nil); err != nil {
			b.Fatal(err)
		}
		s.room.flush(false)
		p.busy = false
	}
}

// BenchmarkOpen is a board of 20,000 changes from a store on disk.
func BenchmarkOpen(b *testing.B) {
	const changes = 20_000
	s := newScenario(b, changes)
	ctx := context.Background()
	for _, base := range []int{0, 19_000} {
		st, err := sqlite.Open(ctx, b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = st.Close() })
		doc := docid.New()
		entries := make([]store.Entry, changes)
		for i, h := range s.author.mine {
			entries[i] = store.Entry{Doc: doc, Hash: h, Change: s.author.chunks[h], At: time.Unix(1, 0)}
		}
		if err := st.Append(ctx, entries); err != nil {
			b.Fatal(err)
		}
		if base > 0 {
			snapshot := *s.document(base).Snapshot
			snapshot.Heads = []crdt.Hash{s.author.mine[base-1]}
			if err := st.PutSnapshot(ctx, doc, snapshot); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("snapshot=%d/load", base), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := st.Load(ctx, doc); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("snapshot=%d/open", base), func(b *testing.B) {
			loaded, err := st.Load(ctx, doc)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				room, err := openRoom(&s.settings, loaded)
				if err != nil || room.graph.Len() != changes {
					b.Fatal(err)
				}
			}
		})
	}
}
