package crdt_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"openmic/crdt"
)

// admitted returns the graph and the gate of golden changes.
func admitted(tb testing.TB, chunks [][]byte) (*crdt.Graph, *crdt.Admission) {
	tb.Helper()
	g := crdt.NewGraph()
	gate := crdt.NewAdmission(g, withCounters())
	for _, chunk := range chunks {
		c := parse(tb, chunk)
		if _, err := gate.Check(c, nil); err != nil {
			tb.Fatal(err)
		}
		if err := gate.Add(c); err != nil {
			tb.Fatal(err)
		}
	}
	return g, gate
}

// The index of the beginning of a log, continued with the rest, is that of the
// whole log, byte for byte.
func TestIndexIsContinuedWithTheLog(t *testing.T) {
	for name, chunks := range goldenChanges(t) {
		t.Run(name, func(t *testing.T) {
			g, gate := admitted(t, chunks)
			whole := gate.AppendBinary(nil, g.Len())
			for n := range len(chunks) + 1 {
				_, short := admitted(t, chunks[:n])
				b := gate.AppendBinary([]byte("before"), n)[len("before"):]
				if !bytes.Equal(b, short.AppendBinary(nil, n)) {
					t.Fatalf("index of the first %d changes differs from that of a log of so many", n)
				}
				again, err := crdt.ResumeAdmission(g, b, chunks[n:], crdt.DefaultLimits())
				if err != nil {
					t.Fatalf("first %d changes: %v", n, err)
				}
				if !bytes.Equal(again.AppendBinary(nil, g.Len()), whole) {
					t.Fatalf("continued after %d changes it is another", n)
				}
			}
		})
	}
}

func TestResumeAdmissionRefuses(t *testing.T) {
	chunks := goldenChanges(t)["marks"]
	g, gate := admitted(t, chunks)
	whole := gate.AppendBinary(nil, g.Len())
	refused := func(name string, b []byte, rest [][]byte) {
		t.Helper()
		if _, err := crdt.ResumeAdmission(g, b, rest, crdt.DefaultLimits()); !errors.Is(err, crdt.ErrMalformed) && !errors.Is(err, crdt.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range whole {
		refused("cut off", whole[:n], nil)
	}
	for bit := range 8 * len(whole) {
		damaged := slices.Clone(whole)
		damaged[bit/8] ^= 1 << (bit % 8)
		refused("a flipped bit", damaged, nil)
	}
	refused("no index", nil, nil)
	refused("index of nothing", []byte{}, nil)
	refused("bytes after it", sealed(append(slices.Clone(whole[:len(whole)-4]), 0)), nil)
	refused("a change that is missing", gate.AppendBinary(nil, 1), chunks[2:])
	refused("a change that is no change", gate.AppendBinary(nil, len(chunks)-1), [][]byte{{1}})
}

func FuzzResumeAdmission(f *testing.F) {
	chunks := goldenChanges(f)["marks"]
	g, gate := admitted(f, chunks)
	next := goldenChanges(f)["text"]
	for n := range g.Len() + 1 {
		whole := gate.AppendBinary(nil, n)
		f.Add(whole[:len(whole)-4], uint8(n))
	}
	f.Add([]byte{1}, uint8(0)) // an older version
	f.Fuzz(func(t *testing.T, content []byte, n uint8) {
		from := min(int(n), len(chunks))
		gate, err := crdt.ResumeAdmission(g, sealed(content), chunks[from:], withCounters())
		if err != nil {
			if !errors.Is(err, crdt.ErrMalformed) && !errors.Is(err, crdt.ErrTooLarge) && !errors.Is(err, crdt.ErrOldIndex) {
				t.Fatalf("unexpected error: %v", err)
			}
			return
		}
		gate.AppendBinary(nil, from)
		gate.AppendBinary(nil, g.Len())
		for _, chunk := range next {
			_, _ = gate.Check(parse(t, chunk), nil)
		}
	})
}

// FuzzCheck gives admission the operations of one change over a document that has
// some of everything: whatever is admitted can be added, and written and read again.
func FuzzCheck(f *testing.F) {
	golden := goldenChanges(f)
	for _, name := range []string{"marks", "maps", "lists", "counters", "text"} {
		c := parse(f, golden[name][len(golden[name])-1])
		f.Add(c.Raw[10:])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, name := range []string{"marks", "maps", "lists", "counters"} {
			chunks := golden[name]
			g, gate := admitted(t, chunks[:len(chunks)-1])
			c, err := crdt.ParseChange(chunkOf(1, body), withCounters())
			if err != nil {
				return
			}
			before := gate.AppendBinary(nil, g.Len())
			verdict, err := gate.Check(c, nil)
			if (verdict == crdt.Refused) != (err != nil) {
				t.Fatalf("%v with error %v", verdict, err)
			}
			if verdict != crdt.Admitted {
				if !bytes.Equal(before, gate.AppendBinary(nil, g.Len())) {
					t.Fatal("refused, and in the index")
				}
				continue
			}
			if err := gate.Add(c); err != nil {
				t.Fatal(err)
			}
			again, err := crdt.ResumeAdmission(g, before, [][]byte{c.Raw}, withCounters())
			if err != nil || !bytes.Equal(again.AppendBinary(nil, g.Len()), gate.AppendBinary(nil, g.Len())) {
				t.Fatalf("continued it is another: %v", err)
			}
		}
	})
}
