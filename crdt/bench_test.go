package crdt_test

import (
	"fmt"
	"runtime"
	"testing"

	"openmic/crdt"
	"openmic/crdt/changetest"
)

// sticky returns the changes of the golden document in which a note is dragged. The
// last is the shape of nearly all changes: 130 bytes, two numbers.
func sticky(tb testing.TB) [][]byte {
	tb.Helper()
	return goldenChanges(tb)["sticky"]
}

func BenchmarkParseChange(b *testing.B) {
	chunks := sticky(b)
	large := draft{numOps: 10_000, kind: 2}.chunk()
	for _, bm := range []struct {
		name  string
		chunk []byte
	}{
		{"dragged sticky", chunks[len(chunks)-1]},
		{"10000 operations deflated", large},
	} {
		b.Run(bm.name, func(b *testing.B) {
			lim := crdt.DefaultLimits()
			b.SetBytes(int64(len(bm.chunk)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := crdt.ParseChange(bm.chunk, lim); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// line adds changes of many actors, one after the other, and returns the next one.
func line(tb testing.TB, changes int) (*crdt.Graph, *crdt.Change) {
	tb.Helper()
	g := crdt.NewGraph()
	next := func(i int) *crdt.Change {
		actor := crdt.Actor(fmt.Sprintf("actor %010d", i%200))
		c := &crdt.Change{Hash: testHash(i), Actor: actor, Seq: uint64(i/200 + 1), StartOp: uint64(2*i + 1), NumOps: 2}
		if i > 0 {
			c.Deps = []crdt.Hash{testHash(i - 1)}
		}
		return c
	}
	for i := range changes {
		add(tb, g, next(i))
	}
	return g, next(changes)
}

// drags are the changes of 200 people who drag one sticky in turn, after the change
// that makes it.
func drags(tb testing.TB, n int) (g *crdt.Graph, chunks [][]byte) {
	tb.Helper()
	g = crdt.NewGraph()
	number := func(key string, value uint64, pred ...changetest.ID) changetest.Op {
		return changetest.Op{
			Object: changetest.ID{Counter: 1, Actor: "first"}, Key: key, Action: crdt.Set,
			Type: crdt.Int, Value: sleb(int64(value % 1000)), Pred: pred,
		}
	}
	d := changetest.Change{Actor: "first", Seq: 1, StartOp: 1, Ops: []changetest.Op{
		{Key: "sticky", Action: crdt.MakeMap}, number("x", 0), number("y", 0),
	}}
	for i := range n {
		chunks = append(chunks, d.Chunk())
		c := parse(tb, chunks[i])
		add(tb, g, c)
		x, y := d.ID(len(d.Ops)-2), d.ID(len(d.Ops)-1)
		d = changetest.Change{
			Actor: crdt.Actor(fmt.Sprintf("actor %010d", i%200)), Seq: uint64(i/200 + 1), StartOp: c.MaxOp() + 1,
			Deps: []crdt.Hash{c.Hash}, Ops: []changetest.Op{number("x", c.MaxOp(), x), number("y", c.MaxOp(), y)},
		}
	}
	return g, append(chunks, d.Chunk())
}

func BenchmarkAdmission(b *testing.B) {
	g, chunks := drags(b, 20_000)
	n := g.Len()
	gate, err := crdt.ResumeAdmission(g, nil, chunks[:n], crdt.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	c := parse(b, chunks[n])
	b.ReportAllocs()
	for b.Loop() {
		if verdict, err := gate.Check(c, nil); verdict != crdt.Admitted {
			b.Fatal(err)
		}
	}
}

func BenchmarkResumeAdmission(b *testing.B) {
	for _, n := range []int{20_000, 100_000} {
		g, chunks := drags(b, n)
		gate, err := crdt.ResumeAdmission(g, nil, chunks[:n], crdt.DefaultLimits())
		if err != nil {
			b.Fatal(err)
		}
		index := gate.AppendBinary(nil, n)
		b.Run(fmt.Sprintf("index of %d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := crdt.ResumeAdmission(g, index, nil, crdt.DefaultLimits()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(index))/float64(n), "stored-B/change")
		})
		b.Run(fmt.Sprintf("log of %d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := crdt.ResumeAdmission(g, nil, chunks[:n], crdt.DefaultLimits()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGraphAdd(b *testing.B) {
	changes := make([]*crdt.Change, 20_000)
	for i := range changes {
		changes[i] = &crdt.Change{Hash: testHash(i), Actor: "actor", Seq: uint64(i + 1), StartOp: uint64(i + 1), NumOps: 1}
		if i > 0 {
			changes[i].Deps = []crdt.Hash{testHash(i - 1)}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		g := crdt.NewGraph()
		for _, c := range changes {
			add(b, g, c)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(changes)), "ns/change")
}

func BenchmarkGraphMissing(b *testing.B) {
	g, _ := line(b, 20_000)
	for _, bm := range []struct {
		name string
		have []crdt.Hash
		want int
	}{
		{"heads", g.Heads(), 0},
		{"one behind", []crdt.Hash{g.Hash(19_998)}, 1},
		{"half", []crdt.Hash{g.Hash(9_999)}, 10_000},
		{"newcomer", nil, 20_000},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n := len(g.Missing(bm.have)); n != bm.want {
					b.Fatalf("%d changes", n)
				}
			}
		})
	}
}

func BenchmarkGraphMissingFor(b *testing.B) {
	g, _ := line(b, 20_000)
	known := hashesAt(g, g.Missing(nil))[:19_000]
	m := &crdt.SyncMessage{Heads: []crdt.Hash{testHash(-1)}, Have: []crdt.Have{{Bloom: crdt.NewBloom(known)}}}
	b.ReportAllocs()
	for b.Loop() {
		if n := len(g.MissingFor(m)); n < 1_000 {
			b.Fatalf("%d changes", n)
		}
	}
}

func BenchmarkGraphBinary(b *testing.B) {
	for _, changes := range []int{20_000, 100_000} {
		g, _ := line(b, changes)
		binary := g.AppendBinary(nil, g.Len())
		b.Run(fmt.Sprintf("unmarshal %d", changes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := crdt.UnmarshalGraph(binary); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(binary))/float64(changes), "stored-B/change")
			b.ReportMetric(heldBy(b, binary)/float64(changes), "held-B/change")
		})
		b.Run(fmt.Sprintf("append %d", changes), func(b *testing.B) {
			b.ReportAllocs()
			buf := make([]byte, 0, len(binary))
			for b.Loop() {
				buf = g.AppendBinary(buf[:0], g.Len())
			}
		})
	}
}

// heldBy returns the bytes of heap that a graph keeps.
func heldBy(b *testing.B, binary []byte) float64 {
	b.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g, err := crdt.UnmarshalGraph(binary)
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(g)
	return float64(after.HeapAlloc) - float64(before.HeapAlloc)
}

func BenchmarkBloom(b *testing.B) {
	hashes := make([]crdt.Hash, 1000)
	for i := range hashes {
		hashes[i] = testHash(i)
	}
	filter := crdt.NewBloom(hashes)
	b.Run("new 1000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			crdt.NewBloom(hashes)
		}
	})
	b.Run("contains", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !filter.Contains(hashes[7]) {
				b.Fatal("not contained")
			}
		}
	})
}

func BenchmarkSyncMessage(b *testing.B) {
	chunks := sticky(b)
	m := &crdt.SyncMessage{Version: 1, Heads: []crdt.Hash{testHash(0)}, Have: []crdt.Have{{LastSync: []crdt.Hash{testHash(1)},
		Bloom: crdt.NewBloom([]crdt.Hash{testHash(0)})}}, Changes: chunks[len(chunks)-1:], Flags: crdt.SyncFlags(false)}
	raw := m.Append(nil)
	lim := crdt.DefaultLimits()
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := crdt.ParseSyncMessage(raw, lim); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, m.Size())
		for b.Loop() {
			buf = m.Append(buf[:0])
		}
	})
}
