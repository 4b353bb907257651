package crdt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"openmic/crdt"
)

// The seeds are the golden files. Checksums would hide everything from the fuzzer,
// so it is given the body of a change, and the content of a graph.

func FuzzParseChange(f *testing.F) {
	for _, chunks := range goldenChanges(f) {
		for _, chunk := range chunks {
			if len(chunk) < 2000 {
				f.Add(chunk)
			}
		}
	}
	for _, columns := range [][]column{setKey(1), setKey(3), letter, deletion, mark} {
		f.Add(draft{columns: columns}.body())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkChange(t, data)
		checkChange(t, chunkOf(1, data))
		checkChange(t, chunkOf(2, data))
	})
}

// checkChange holds for any bytes: they are refused with a rule, or are a change
// whose operations can all be read and which admission can judge.
func checkChange(t *testing.T, chunk []byte) {
	t.Helper()
	lim := crdt.DefaultLimits()
	c, err := crdt.ParseChange(chunk, lim)
	if err != nil {
		var refusal *crdt.Refusal
		if !errors.As(err, &refusal) || refusal.Rule == "" {
			t.Fatalf("unexpected error: %v", err)
		}
		return
	}
	if c.NumOps > max(lim.Operations, lim.ChunkBytes) || len(c.Deps) > lim.Deps || len(c.OtherActors) > lim.OtherActors ||
		len(c.Actor) == 0 || len(c.Actor) > lim.ActorBytes || len(c.Message) > lim.MessageBytes || !bytes.Equal(c.Raw, chunk) {
		t.Fatalf("change beyond its limits: %+v", c)
	}
	n, preds := 0, 0
	for op, err := range c.Operations() {
		if err != nil {
			t.Fatalf("operation %d: %v", n, err)
		}
		for _, id := range append(op.Pred, op.Object, op.Element) {
			_ = c.ActorAt(id.Actor)
		}
		n++
		preds += len(op.Pred)
	}
	if n != c.NumOps || preds > lim.Preds || n > 0 && c.MaxOp() != c.StartOp+uint64(n)-1 {
		t.Fatalf("%d operations to %d with %d predecessors: %+v", n, c.MaxOp(), preds, c)
	}
	g := crdt.NewGraph()
	gate := crdt.NewAdmission(g, lim)
	if verdict, _ := gate.Check(c, nil); verdict == crdt.Admitted {
		if err := gate.Add(c); err != nil {
			t.Fatalf("admitted, but %v", err)
		}
	}
}

func FuzzParseSyncMessage(f *testing.F) {
	for _, talk := range goldenConversations(f) {
		for _, message := range talk.Messages {
			f.Add(unhex(f, message.Hex))
		}
	}
	f.Fuzz(checkSyncMessage)
}

func FuzzUnmarshalGraph(f *testing.F) {
	for seed := range uint64(4) {
		whole := randomGraph(f, seed, 1<<seed, 2).AppendBinary(nil, 1<<seed)
		f.Add(whole[:len(whole)-4])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		b := sealed(content)
		g, err := crdt.UnmarshalGraph(b)
		if err != nil {
			if !errors.Is(err, crdt.ErrMalformed) && !errors.Is(err, crdt.ErrTooLarge) {
				t.Fatalf("unexpected error: %v", err)
			}
			return
		}
		if again := g.AppendBinary(nil, g.Len()); !bytes.Equal(again, b) {
			t.Fatalf("read from\n%x, written as\n%x", b, again)
		}
		if missing := g.Missing(nil); len(missing) != g.Len() {
			t.Fatalf("%d of %d changes are missing to a newcomer", len(missing), g.Len())
		}
		if missing := g.Missing(g.Heads()); len(missing) != 0 {
			t.Fatalf("%d changes are missing to one with all heads", len(missing))
		}
	})
}

// FuzzCheckDocument holds that any bytes are refused with a rule, or are a document
// whose size is known: it is refused when the limits are taken below that.
func FuzzCheckDocument(f *testing.F) {
	for _, name := range []string{"empty", "values", "maps", "text", "marks", "merges", "counters"} {
		chunk := goldenDocuments(f)[name]
		_, n := binary.Uvarint(chunk[9:])
		f.Add(chunk[9+n:])
	}
	f.Add(saved{}.body())
	f.Add(saved{operations: deflated(operationRows(300), 0x57)}.body())
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, chunk := range [][]byte{data, documentOf(data)} {
			lim := crdt.DefaultLimits()
			err := crdt.CheckDocument(chunk, lim)
			var refusal *crdt.Refusal
			if err != nil && (!errors.As(err, &refusal) || refusal.Rule == "") {
				t.Fatalf("unexpected error: %v", err)
			}
			if err != nil {
				continue
			}
			if crdt.CheckDocument(append(bytes.Clone(chunk), 0), lim) == nil {
				t.Fatal("passes with a byte more")
			}
			lim.DocumentBytes = len(chunk) - 1
			if err := crdt.CheckDocument(chunk, lim); !errors.Is(err, crdt.ErrTooLarge) {
				t.Fatalf("passes a limit below its size: %v", err)
			}
		}
	})
}
