package crdt_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"

	"openmic/crdt"
)

// randomGraph returns a graph as people draw it: actors that edit at the same time,
// each from what it has seen, and now and then an actor that sees everything.
func randomGraph(tb testing.TB, seed uint64, changes, actors int) *crdt.Graph {
	tb.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	g := crdt.NewGraph()
	heads := make([][]crdt.Hash, actors) // of each actor
	for i := range changes {
		a := rng.IntN(actors)
		if rng.IntN(4) == 0 {
			heads[a] = slices.Clone(g.Heads())
		}
		actor := crdt.Actor(fmt.Sprintf("actor %02d", a))
		c := &crdt.Change{Hash: testHash(i), Actor: actor, Seq: g.LastSeq(actor) + 1, StartOp: g.MaxOp() + 1,
			NumOps: rng.IntN(3), Deps: sortedHashes(slices.Clone(heads[a])...)}
		add(tb, g, c)
		heads[a] = []crdt.Hash{c.Hash}
	}
	return g
}

// ancestors returns the known changes among hashes and everything they depend on.
func ancestors(g *crdt.Graph, hashes []crdt.Hash) map[int]bool {
	found := map[int]bool{}
	var stack []int
	for _, h := range hashes {
		if i, ok := g.Index(h); ok {
			stack = append(stack, i)
		}
	}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !found[i] {
			found[i] = true
			stack = g.Deps(stack, i)
		}
	}
	return found
}

func TestGraphMissing(t *testing.T) {
	for seed := range uint64(20) {
		g := randomGraph(t, seed, 150, 1+int(seed)%7)
		rng := rand.New(rand.NewPCG(seed, 1))
		for round := range 30 {
			var have []crdt.Hash
			for range rng.IntN(4) {
				have = append(have, testHash(rng.IntN(160))) // the last ten are unknown
			}
			if round == 0 {
				have = slices.Clone(g.Heads())
			}
			known := ancestors(g, have)
			var want []int
			for i := range g.Len() {
				if !known[i] {
					want = append(want, i)
				}
			}
			if got := g.Missing(have); !slices.Equal(got, want) {
				t.Fatalf("seed %d, have %v:\n got %v\nwant %v", seed, have, got, want)
			}
		}
	}
}

func TestGraphMissingFor(t *testing.T) {
	g := randomGraph(t, 7, 200, 5)
	everything := g.Missing(nil)
	have := func(hashes ...crdt.Hash) []crdt.Have { return []crdt.Have{{Bloom: crdt.NewBloom(hashes)}} }
	stranger := testHash(1000)
	middle := []crdt.Hash{testHash(100)}
	afterMiddle := g.Missing(middle)
	filtered := slices.DeleteFunc(slices.Clone(everything), func(i int) bool { return g.Hash(i) == testHash(0) })

	for _, tt := range []struct {
		name string
		m    crdt.SyncMessage
		want []int
	}{
		{"a newcomer", crdt.SyncMessage{Have: have()}, everything},
		{"our heads", crdt.SyncMessage{Heads: g.Heads(), Have: have()}, nil},
		{"known heads need no filter", crdt.SyncMessage{Heads: middle}, afterMiddle},
		{"known heads that ask for an old change", crdt.SyncMessage{Heads: middle, Need: []crdt.Hash{testHash(3), testHash(3), stranger}},
			append([]int{3}, afterMiddle...)},
		{"need of what is missing anyway", crdt.SyncMessage{Heads: middle, Need: []crdt.Hash{g.Hash(afterMiddle[1])}}, afterMiddle},
		{"unknown heads, shared sync", crdt.SyncMessage{Heads: []crdt.Hash{stranger},
			Have: []crdt.Have{{LastSync: middle}}}, afterMiddle},
		{"unknown heads and known ones", crdt.SyncMessage{Heads: sortedHashes(stranger, middle[0]), Have: have()}, afterMiddle},
		{"unknown heads, filter of all", crdt.SyncMessage{Heads: []crdt.Hash{stranger}, Have: have(hashesAt(g, everything)...)}, nil},
		{"unknown heads, filter of the first", crdt.SyncMessage{Heads: []crdt.Hash{stranger}, Have: have(testHash(0))}, filtered},
		{"unknown heads, nothing but need", crdt.SyncMessage{Heads: []crdt.Hash{stranger}, Need: []crdt.Hash{testHash(9), testHash(4)}}, []int{4, 9}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := g.MissingFor(&tt.m); !slices.Equal(got, tt.want) {
				t.Errorf("got %v\nwant %v", got, tt.want)
			}
		})
	}

	// A filter that holds a change but not what it depends on: the peer cannot have it.
	t.Run("dependents of what is lacking are sent", func(t *testing.T) {
		line := crdt.NewGraph()
		for i := range 10 {
			c := &crdt.Change{Hash: testHash(i), Actor: "a", Seq: uint64(i + 1), StartOp: uint64(i + 1), NumOps: 1}
			if i > 0 {
				c.Deps = []crdt.Hash{testHash(i - 1)}
			}
			add(t, line, c)
		}
		m := crdt.SyncMessage{Heads: []crdt.Hash{stranger}, Have: have(testHash(0), testHash(1), testHash(3), testHash(9))}
		if got, want := line.MissingFor(&m), []int{2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestGraphAddRefuses(t *testing.T) {
	g := crdt.NewGraph()
	first := &crdt.Change{Hash: testHash(0), Actor: "a", Seq: 1, StartOp: 1, NumOps: 2}
	add(t, g, first)
	for name, tt := range map[string]struct {
		change crdt.Change
		err    error
	}{
		"known":              {*first, crdt.ErrKnownChange},
		"unknown dependency": {crdt.Change{Hash: testHash(1), Actor: "b", Seq: 1, StartOp: 1, Deps: []crdt.Hash{testHash(0), testHash(9)}}, crdt.ErrUnknownDependency},
		"seq taken":          {crdt.Change{Hash: testHash(1), Actor: "a", Seq: 1, StartOp: 3}, nil},
		"seq skipped":        {crdt.Change{Hash: testHash(1), Actor: "a", Seq: 3, StartOp: 3}, nil},
		"no first operation": {crdt.Change{Hash: testHash(1), Actor: "b", Seq: 1}, nil},
		"counter too large":  {crdt.Change{Hash: testHash(1), Actor: "b", Seq: 1, StartOp: crdt.MaxCounter, NumOps: 2}, nil},
	} {
		if _, err := g.Add(&tt.change); err == nil || tt.err != nil && !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", name, err, tt.err)
		}
	}
	if g.Len() != 1 || !slices.Equal(g.Heads(), []crdt.Hash{first.Hash}) || g.MaxOp() != 2 || g.LastSeq("b") != 0 {
		t.Errorf("refused changes left a trace: %d changes, heads %v", g.Len(), g.Heads())
	}
	// A dependency that was refused halfway must not become one of the next change.
	i := add(t, g, &crdt.Change{Hash: testHash(1), Actor: "b", Seq: 1, StartOp: 1})
	if deps := g.Deps(nil, i); len(deps) != 0 {
		t.Errorf("dependencies %v", deps)
	}
}

// The frontier of the first n changes has as heads those among them that none of
// them depends on; what it has handed out stays.
func TestFrontier(t *testing.T) {
	g := randomGraph(t, 3, 120, 6)
	f := crdt.NewFrontier()
	if err := f.Advance(g, 1); err == nil {
		t.Error("advanced past a change")
	}
	depended := map[int]bool{}
	var before, kept []crdt.Hash
	for i := range g.Len() {
		before = f.Heads()
		kept = slices.Clone(before)
		if err := f.Advance(g, i); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(before, kept) {
			t.Fatalf("change %d altered heads that were handed out", i)
		}
		for _, dep := range g.Deps(nil, i) {
			depended[dep] = true
		}
		var want []crdt.Hash
		for n := range i + 1 {
			if !depended[n] {
				want = append(want, g.Hash(n))
			}
		}
		if got := f.Heads(); !slices.Equal(got, sortedHashes(want...)) {
			t.Fatalf("%d changes: heads %v, want %v", i+1, got, want)
		}
	}
	if !slices.Equal(f.Heads(), g.Heads()) || f.Len() != g.Len() {
		t.Error("the frontier of all changes is not that of the graph")
	}
	if err := f.Advance(g, g.Len()); err == nil {
		t.Error("advanced past the end")
	}
}

func TestGraphBinary(t *testing.T) {
	for _, g := range []*crdt.Graph{crdt.NewGraph(), randomGraph(t, 1, 1, 1), randomGraph(t, 2, 300, 9)} {
		prefix := []byte("before")
		binary := g.AppendBinary(slices.Clone(prefix), g.Len())[len(prefix):]
		again, err := crdt.UnmarshalGraph(binary)
		if err != nil {
			t.Fatal(err)
		}
		compareGraphs(t, again, g)
		if !slices.Equal(again.AppendBinary(nil, again.Len()), binary) {
			t.Error("written again, the graph differs")
		}
	}
}

func compareGraphs(t *testing.T, got, want *crdt.Graph) {
	t.Helper()
	if got.Len() != want.Len() || got.MaxOp() != want.MaxOp() || !slices.Equal(got.Heads(), want.Heads()) {
		t.Fatalf("%d changes, operation %d, want %d and %d", got.Len(), got.MaxOp(), want.Len(), want.MaxOp())
	}
	for i := range want.Len() {
		if got.Hash(i) != want.Hash(i) || !slices.Equal(got.Deps(nil, i), want.Deps(nil, i)) {
			t.Fatalf("change %d differs", i)
		}
	}
	for a := range 10 {
		actor := crdt.Actor(fmt.Sprintf("actor %02d", a))
		if got.LastSeq(actor) != want.LastSeq(actor) {
			t.Fatalf("%v: last change %d, want %d", actor, got.LastSeq(actor), want.LastSeq(actor))
		}
	}
}

func TestUnmarshalGraphRefuses(t *testing.T) {
	whole := randomGraph(t, 4, 20, 3).AppendBinary(nil, 20)
	for n := range whole {
		if _, err := crdt.UnmarshalGraph(whole[:n]); !errors.Is(err, crdt.ErrMalformed) {
			t.Errorf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
	for bit := range 8 * len(whole) {
		damaged := slices.Clone(whole)
		damaged[bit/8] ^= 1 << (bit % 8)
		if _, err := crdt.UnmarshalGraph(damaged); !errors.Is(err, crdt.ErrMalformed) {
			t.Errorf("bit %d: %v", bit, err)
		}
	}
	hash := make([]byte, 32)
	change := func(numbers ...byte) []byte { return slices.Concat([]byte{2, 1, 1, 'a', 1}, hash, numbers) }
	two := func(second byte, numbers ...byte) []byte {
		other := slices.Clone(hash)
		other[0] = second
		return slices.Concat([]byte{2, 1, 1, 'a', 2}, hash, other, []byte{0, 1, 1, 9, 0}, numbers)
	}
	if _, err := crdt.UnmarshalGraph(sealed(two(1, 0, 2, 1, 9, 1, 1))); err != nil {
		t.Fatalf("two good changes: %v", err)
	}
	for name, content := range map[string][]byte{
		"other version":                {1, 0, 0},
		"2^40 actors":                  slices.Concat([]byte{2}, binary.AppendUvarint(nil, 1<<40)),
		"2^40 changes":                 slices.Concat([]byte{2, 1, 1, 'a'}, binary.AppendUvarint(nil, 1<<40)),
		"actor twice":                  {2, 2, 1, 'a', 1, 'a', 0},
		"empty actor":                  {2, 1, 0, 0},
		"actor without a change":       {2, 1, 1, 'a', 0},
		"changes without an actor":     slices.Concat([]byte{2, 0, 1}, hash, []byte{0, 1, 1, 9, 0}),
		"unknown actor":                change(1, 1, 1, 9, 0),
		"first operation 0":            change(0, 0, 1, 9, 0),
		"operations past 2^32":         change(0, 2, 0xff, 0xff, 0xff, 0xff, 0x0f, 9, 0),
		"dependency of the first":      change(0, 1, 1, 9, 1, 1),
		"dependency on itself":         two(1, 0, 2, 1, 9, 1, 0),
		"dependency before the first":  two(1, 0, 2, 1, 9, 1, 2),
		"more dependencies than could": two(1, 0, 2, 1, 9, 2, 1, 1),
		"hash twice":                   two(0, 0, 2, 1, 9, 0),
		"bytes at the end":             append(two(1, 0, 2, 1, 9, 0), 0),
	} {
		if _, err := crdt.UnmarshalGraph(sealed(content)); !errors.Is(err, crdt.ErrMalformed) && !errors.Is(err, crdt.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sealed appends the checksum that makes content a graph.
func sealed(content []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clone(content), crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli)))
}

// The graph of the beginning of a log is that of a log that ended there.
func TestGraphBinaryOfABeginning(t *testing.T) {
	g := randomGraph(t, 7, 60, 4)
	for n := range g.Len() + 1 {
		part, err := crdt.UnmarshalGraph(g.AppendBinary(nil, n))
		if err != nil {
			t.Fatalf("first %d changes: %v", n, err)
		}
		frontier := crdt.NewFrontier()
		for i := range n {
			if part.Hash(i) != g.Hash(i) {
				t.Fatalf("first %d changes: change %d is another", n, i)
			}
			if err := frontier.Advance(g, i); err != nil {
				t.Fatal(err)
			}
		}
		if part.Len() != n || !slices.Equal(part.Heads(), frontier.Heads()) {
			t.Errorf("first %d changes: %d, or other heads", n, part.Len())
		}
	}
}
