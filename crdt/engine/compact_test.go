package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/automerge/automerge-go"

	"openmic/crdt"
	"openmic/crdt/engine"
)

func TestCompact(t *testing.T) {
	pool := newPool(t, config("engine"))
	changes, heads := history(40)
	early, earlyHeads := history(25)
	snapshot, err := pool.Compact(t.Context(), early, earlyHeads)
	if err != nil {
		t.Fatal(err)
	}
	reversed := slices.Clone(changes)
	slices.Reverse(reversed)
	// history makes a new actor each time, so a tail must be of the same history.
	tail, tailHeads := growth(t, snapshot.Document, 5)

	for name, c := range map[string]struct {
		chunks  [][]byte
		heads   []crdt.Hash
		changes int
	}{
		"changes":             {changes, heads, 40},
		"changes, reversed":   {reversed, heads, 40},
		"changes, twice":      {slices.Concat(changes, changes), heads, 40},
		"snapshot":            {[][]byte{snapshot.Document}, earlyHeads, 25},
		"snapshot and tail":   {slices.Concat([][]byte{snapshot.Document}, tail), tailHeads, 30},
		"snapshot, overlap":   {slices.Concat([][]byte{snapshot.Document}, early[20:], tail), tailHeads, 30},
		"two unrelated heads": {slices.Concat(changes, early), slices.Concat(heads, earlyHeads), 65},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := pool.Compact(t.Context(), c.chunks, c.heads)
			if err != nil {
				t.Fatal(err)
			}
			if got.Changes != c.changes {
				t.Errorf("%d changes, want %d", got.Changes, c.changes)
			}
			if !slices.IsSortedFunc(got.Heads, func(a, b crdt.Hash) int { return bytes.Compare(a[:], b[:]) }) {
				t.Errorf("heads are not sorted: %v", got.Heads)
			}
			doc, err := automerge.Load(got.Document)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range c.heads {
				if !slices.Contains(headsOf(doc), h) || !slices.Contains(got.Heads, h) {
					t.Errorf("head %v is missing", h)
				}
			}
		})
	}
	if n := pool.Restarts(); n != 0 {
		t.Errorf("%d restarts", n)
	}
}

// growth makes n changes on top of a document.
func growth(t *testing.T, document []byte, n int) (chunks [][]byte, heads []crdt.Hash) {
	t.Helper()
	doc, err := automerge.Load(document)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := doc.Path("meta", "state").Set(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		hash, err := doc.Commit("")
		if err != nil {
			t.Fatal(err)
		}
		change, err := doc.Change(hash)
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, change.Save())
	}
	return chunks, headsOf(doc)
}

func TestCompactRefuses(t *testing.T) {
	pool := newPool(t, config("engine"))
	changes, heads := history(20)
	_, otherHeads := history(20)
	whole, err := pool.Compact(t.Context(), changes, heads)
	if err != nil {
		t.Fatal(err)
	}
	_, tailHeads := growth(t, whole.Document, 1)
	tail, _ := growth(t, whole.Document, 3)
	flipped := bytes.Clone(changes[10])
	flipped[len(flipped)-1] ^= 1

	for name, c := range map[string]struct {
		chunks [][]byte
		heads  []crdt.Hash
	}{
		"garbage":                   {[][]byte{[]byte("no chunk at all")}, heads},
		"garbage after a document":  {[][]byte{whole.Document, {1, 2, 3}}, heads},
		"truncated change":          {slices.Concat(changes[:19], [][]byte{changes[19][:30]}), heads},
		"truncated document":        {[][]byte{whole.Document[:len(whole.Document)-5]}, heads},
		"wrong checksum":            {slices.Concat(changes[:10], [][]byte{flipped}, changes[11:]), heads},
		"a change is missing":       {slices.Concat(changes[:10], changes[11:]), heads},
		"the last one is missing":   {changes[:19], heads},
		"a change that waits":       {[][]byte{whole.Document, tail[2]}, heads},
		"a change nobody expected":  {[][]byte{whole.Document, tail[0]}, heads},
		"heads of another document": {changes, otherHeads},
		"one head too many":         {changes, slices.Concat(heads, tailHeads)},
		"no heads":                  {changes, nil},
		"no chunks":                 {nil, heads},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := pool.Compact(t.Context(), c.chunks, c.heads); !errors.Is(err, engine.ErrRefused) {
				t.Errorf("got %d bytes, error %v", len(got.Document), err)
			}
		})
	}
	if n := pool.Restarts(); n != 0 {
		t.Errorf("%d restarts: a refusal is an answer, not a death", n)
	}
}

func BenchmarkCompact(b *testing.B) {
	for _, n := range []int{100, 20_000} {
		b.Run(fmt.Sprintf("changes=%d", n), func(b *testing.B) {
			chunks, heads := history(n)
			pool := newPool(b, config("engine"))
			size := 0
			b.ReportAllocs()
			for b.Loop() {
				got, err := pool.Compact(b.Context(), chunks, heads)
				if err != nil {
					b.Fatal(err)
				}
				size = len(got.Document)
			}
			b.ReportMetric(float64(size)/float64(n), "B/change")
		})
		b.Run(fmt.Sprintf("snapshot=%d", n), func(b *testing.B) {
			chunks, heads := history(n)
			pool := newPool(b, config("engine"))
			whole, err := pool.Compact(b.Context(), chunks, heads)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pool.Compact(b.Context(), [][]byte{whole.Document}, heads); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
