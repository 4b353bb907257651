package engine_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/crdt/engine"
)

// graphOf reads changes in order, each after those it depends on.
func graphOf(t *testing.T, chunks [][]byte) *crdt.Graph {
	t.Helper()
	graph := crdt.NewGraph()
	for i, chunk := range chunks {
		change, err := crdt.ParseChange(chunk, crdt.DefaultLimits().Stored())
		if err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
		if _, err := graph.Add(change); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	return graph
}

// snapshotOf compacts, and fails the test where that fails.
func snapshotOf(t testing.TB, pool *engine.Pool, chunks [][]byte, heads []crdt.Hash) []byte {
	t.Helper()
	got, err := pool.Compact(t.Context(), chunks, heads)
	if err != nil {
		t.Fatal(err)
	}
	return got.Document
}

func sorted(hashes ...[]crdt.Hash) []crdt.Hash {
	return slices.SortedFunc(slices.Values(slices.Concat(hashes...)), func(a, b crdt.Hash) int { return bytes.Compare(a[:], b[:]) })
}

func TestChanges(t *testing.T) {
	pool := newPool(t, config("engine"))
	changes, heads := history(40)
	others, otherHeads := history(30)
	document := snapshotOf(t, pool, changes, heads)
	tail, tailHeads := growth(t, document, 5)
	both, bothHeads := slices.Concat(changes, others), sorted(heads, otherHeads)
	reversed := slices.Clone(changes)
	slices.Reverse(reversed)

	for name, c := range map[string]struct {
		chunks [][]byte
		heads  []crdt.Hash
		want   [][]byte
	}{
		"changes":           {changes, heads, changes},
		"reversed":          {reversed, heads, changes},
		"snapshot":          {[][]byte{document}, heads, changes},
		"snapshot and tail": {slices.Concat([][]byte{document}, tail), tailHeads, slices.Concat(changes, tail)},
		"two heads":         {[][]byte{snapshotOf(t, pool, both, bothHeads)}, bothHeads, both},
		"nothing":           {nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := pool.Changes(t.Context(), c.chunks, c.heads)
			if err != nil {
				t.Fatal(err)
			}
			if graph := graphOf(t, got); !slices.Equal(graph.Heads(), sorted(c.heads)) {
				t.Errorf("heads %v, want %v", graph.Heads(), c.heads)
			}
			// The same bytes, though perhaps in another order.
			if !slices.EqualFunc(slices.SortedFunc(slices.Values(got), bytes.Compare),
				slices.SortedFunc(slices.Values(c.want), bytes.Compare), bytes.Equal) {
				t.Errorf("%d changes, not the %d that went in", len(got), len(c.want))
			}
		})
	}
}

func TestFork(t *testing.T) {
	pool := newPool(t, config("engine"))
	changes, heads := history(40)
	others, otherHeads := history(30)
	both, bothHeads := slices.Concat(changes, others), slices.Concat(heads, otherHeads)
	graph, otherGraph := graphOf(t, changes), graphOf(t, others)
	document := [][]byte{snapshotOf(t, pool, both, bothHeads)}

	for name, c := range map[string]struct {
		at   []crdt.Hash
		want [][]byte
	}{
		"the first":         {[]crdt.Hash{graph.Hash(0)}, changes[:1]},
		"half":              {[]crdt.Hash{graph.Hash(19)}, changes[:20]},
		"a branch":          {heads, changes},
		"of both":           {[]crdt.Hash{graph.Hash(4), otherGraph.Hash(9)}, slices.Concat(changes[:5], others[:10])},
		"of both, turned":   {[]crdt.Hash{otherGraph.Hash(9), graph.Hash(4)}, slices.Concat(changes[:5], others[:10])},
		"everything":        {bothHeads, both},
		"nowhere is newest": {nil, both},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := pool.Fork(t.Context(), document, bothHeads, c.at)
			if err != nil {
				t.Fatal(err)
			}
			if got.Changes != len(c.want) {
				t.Errorf("%d changes, want %d", got.Changes, len(c.want))
			}
			apart, err := pool.Changes(t.Context(), [][]byte{got.Document}, got.Heads)
			if err != nil {
				t.Fatal(err)
			}
			want := graphOf(t, c.want)
			if got := graphOf(t, apart); got.Len() != want.Len() || !slices.Equal(got.Heads(), want.Heads()) {
				t.Errorf("%d changes to %v, want %d to %v", got.Len(), got.Heads(), want.Len(), want.Heads())
			}
			if !slices.Equal(got.Heads, want.Heads()) {
				t.Errorf("says heads %v, want %v", got.Heads, want.Heads())
			}
		})
	}
}

// tasks are the requests that only read.
var tasks = map[string]func(t *testing.T, pool *engine.Pool, chunks [][]byte, heads, at []crdt.Hash) error{
	"changes": func(t *testing.T, pool *engine.Pool, chunks [][]byte, heads, _ []crdt.Hash) error {
		_, err := pool.Changes(t.Context(), chunks, heads)
		return err
	},
	"fork": func(t *testing.T, pool *engine.Pool, chunks [][]byte, heads, at []crdt.Hash) error {
		_, err := pool.Fork(t.Context(), chunks, heads, at)
		return err
	},
	"JSON": func(t *testing.T, pool *engine.Pool, chunks [][]byte, heads, at []crdt.Hash) error {
		_, err := pool.JSON(t.Context(), chunks, heads, at)
		return err
	},
}

func TestReadingRefuses(t *testing.T) {
	chunks, heads := history(20)
	graph := graphOf(t, chunks)
	_, otherHeads := history(20)
	flipped := bytes.Clone(chunks[10])
	flipped[len(flipped)-1] ^= 1
	for name, task := range tasks {
		t.Run(name, func(t *testing.T) {
			pool := newPool(t, config("engine"))
			for fault, c := range map[string]struct {
				chunks    [][]byte
				heads, at []crdt.Hash
			}{
				"garbage":                   {[][]byte{[]byte("no chunk at all")}, heads, nil},
				"wrong checksum":            {slices.Concat(chunks[:10], [][]byte{flipped}, chunks[11:]), heads, nil},
				"the last one is missing":   {chunks[:19], heads, nil},
				"a change is missing":       {slices.Concat(chunks[:10], chunks[11:]), heads, nil},
				"heads of another document": {chunks, otherHeads, nil},
				"no heads":                  {chunks, nil, nil},
				"back to unknown heads":     {chunks, heads, otherHeads},
				"back to one unknown head":  {chunks, heads, slices.Concat(heads, otherHeads)},
				"back to the zero hash":     {chunks, heads, make([]crdt.Hash, 1)},
				"one depends on another":    {chunks, heads, []crdt.Hash{graph.Hash(3), graph.Hash(7)}},
				"twice the same":            {chunks, heads, slices.Concat(heads, heads)},
			} {
				if c.at != nil && name == "changes" {
					continue
				}
				if err := task(t, pool, c.chunks, c.heads, c.at); !errors.Is(err, engine.ErrRefused) {
					t.Errorf("%s: error %v", fault, err)
				}
			}
			if n := pool.Restarts(); n != 0 {
				t.Errorf("%d restarts: a refusal is an answer, not a death", n)
			}
		})
	}
}

func TestAbortWhileReadingFailsOneRequest(t *testing.T) {
	hostile, err := os.ReadFile("testdata/aborts.document")
	if err != nil {
		t.Fatal(err)
	}
	chunks, heads := history(20)
	at := []crdt.Hash{graphOf(t, chunks).Hash(9)}
	for name, task := range tasks {
		t.Run(name, func(t *testing.T) {
			pool := newPool(t, config("engine"))
			for i := range int64(2) {
				if err := task(t, pool, [][]byte{hostile}, heads, at); !errors.Is(err, engine.ErrDied) || !strings.Contains(err.Error(), "types.rs") {
					t.Fatalf("error %v, want a death with the place of the panic", err)
				}
				if err := task(t, pool, chunks, heads, at); err != nil {
					t.Fatal(err)
				}
				if n := pool.Restarts(); n != i+1 {
					t.Fatalf("%d restarts after %d deaths", n, i+1)
				}
			}
		})
	}
}

func TestReadingIsBounded(t *testing.T) {
	changes, heads := history(400)
	apart := int64(len(bytes.Join(changes, nil)))
	at := []crdt.Hash{graphOf(t, changes).Hash(350)}
	var document [][]byte
	t.Run("snapshot", func(t *testing.T) {
		document = [][]byte{snapshotOf(t, newPool(t, config("engine")), changes, heads)}
	})
	// Compacted, the document is far below what its changes take.
	cfg := config("engine")
	cfg.DocumentBytes, cfg.ChangesBytes = int64(len(document[0])), apart
	t.Run("fits", func(t *testing.T) {
		pool := newPool(t, cfg)
		for range 3 { // and the child lives on
			if got, err := pool.Changes(t.Context(), document, heads); err != nil || len(got) != len(changes) {
				t.Errorf("%d changes, error %v", len(got), err)
			}
			if _, err := pool.Fork(t.Context(), document, heads, at); err != nil {
				t.Error(err)
			}
			for name, task := range tasks {
				if err := task(t, pool, changes, heads, nil); !errors.Is(err, engine.ErrTooLarge) {
					t.Errorf("%s of too much: %v", name, err)
				}
			}
		}
		if n := pool.Restarts(); n != 0 {
			t.Errorf("%d restarts", n)
		}
	})
	cfg.ChangesBytes--
	t.Run("a byte too many", func(t *testing.T) {
		if _, err := newPool(t, cfg).Changes(t.Context(), document, heads); !errors.Is(err, engine.ErrTooLarge) {
			t.Errorf("error %v", err)
		}
	})
}

// One child reads many times without growing towards its limit.
func TestMemoryIsGivenBackAfterReading(t *testing.T) {
	cfg := config("engine")
	cfg.MemoryBytes = 160 << 20
	chunks, heads := history(2_000)
	at := []crdt.Hash{graphOf(t, chunks).Hash(1_500)}
	for name, task := range tasks {
		t.Run(name, func(t *testing.T) {
			pool := newPool(t, cfg)
			for i := range 20 {
				if err := task(t, pool, chunks, heads, at); err != nil {
					t.Fatalf("request %d: %v", i, err)
				}
			}
			if n := pool.Restarts(); n != 0 {
				t.Errorf("%d restarts", n)
			}
		})
	}
}

func BenchmarkChanges(b *testing.B) {
	chunks, heads := history(100_000)
	pool := newPool(b, config("engine"))
	document := snapshotOf(b, pool, chunks, heads)
	b.SetBytes(int64(len(bytes.Join(chunks, nil))))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pool.Changes(b.Context(), [][]byte{document}, heads); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFork(b *testing.B) {
	chunks, heads := history(20_000)
	pool := newPool(b, config("engine"))
	change, err := crdt.ParseChange(chunks[10_000], crdt.DefaultLimits().Stored())
	if err != nil {
		b.Fatal(err)
	}
	document := snapshotOf(b, pool, chunks, heads)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pool.Fork(b.Context(), [][]byte{document}, heads, []crdt.Hash{change.Hash}); err != nil {
			b.Fatal(err)
		}
	}
}
