package crdt_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/crdt/columnar"
)

// The files in testdata are written by testdata/golden.mjs.

// goldenChanges returns the changes of each document, by name, in log order.
func goldenChanges(tb testing.TB) map[string][][]byte {
	tb.Helper()
	files, err := filepath.Glob("testdata/changes/*.hex")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no golden changes: %v", err)
	}
	changes := make(map[string][][]byte)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".hex")
		for line := range strings.Lines(string(readFile(tb, file))) {
			changes[name] = append(changes[name], unhex(tb, strings.TrimSpace(line)))
		}
	}
	return changes
}

func readFile(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func unhex(tb testing.TB, text string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func withCounters() crdt.Limits {
	lim := crdt.DefaultLimits()
	lim.Counters = true
	return lim
}

func parse(tb testing.TB, chunk []byte) *crdt.Change {
	tb.Helper()
	c, err := crdt.ParseChange(chunk, withCounters())
	if err != nil {
		tb.Fatalf("parse change: %v", err)
	}
	return c
}

func TestParseChangeReadsWhatAutomergeWrites(t *testing.T) {
	for name, chunks := range goldenChanges(t) {
		t.Run(name, func(t *testing.T) {
			decoder := json.NewDecoder(bytes.NewReader(readFile(t, "testdata/changes/"+name+".json")))
			decoder.UseNumber()
			var want []map[string]any
			if err := decoder.Decode(&want); err != nil {
				t.Fatal(err)
			}
			if len(chunks) != len(want) {
				t.Fatalf("%d chunks, %d decoded", len(chunks), len(want))
			}
			for i, chunk := range chunks {
				c := parse(t, chunk)
				if !bytes.Equal(c.Raw, chunk) {
					t.Errorf("change %d: Raw is not the chunk", i)
				}
				compareChange(t, i, decodedChange(t, c), want[i])
			}
		})
	}
}

func compareChange(t *testing.T, i int, got, want map[string]any) {
	t.Helper()
	delete(want, "author") // and what carries it, behind the columns, is not read
	delete(want, "extra_bytes")
	gotOps, wantOps := got["ops"].([]any), want["ops"].([]any)
	if len(gotOps) != len(wantOps) {
		t.Fatalf("change %d: %d operations, want %d", i, len(gotOps), len(wantOps))
	}
	for n := range gotOps {
		if !reflect.DeepEqual(gotOps[n], wantOps[n]) {
			t.Fatalf("change %d, operation %d:\n got %v\nwant %v", i, n, gotOps[n], wantOps[n])
		}
	}
	delete(got, "ops")
	delete(want, "ops")
	if !maps.EqualFunc(got, want, reflect.DeepEqual) {
		t.Errorf("change %d:\n got %v\nwant %v", i, got, want)
	}
}

// decodedChange writes a change as decodeChange of the reference does.
func decodedChange(t *testing.T, c *crdt.Change) map[string]any {
	t.Helper()
	deps, ops := []any{}, []any{}
	for _, dep := range c.Deps {
		deps = append(deps, dep.String())
	}
	counter := c.StartOp
	for op, err := range c.Operations() {
		if err != nil {
			t.Fatal(err)
		}
		if want := (crdt.OpID{Counter: counter}); op.ID != want {
			t.Fatalf("operation %v, want %v", op.ID, want)
		}
		counter++
		ops = append(ops, decodedOperation(t, c, op))
	}
	if counter != c.MaxOp()+1 {
		t.Errorf("MaxOp is %d after %d operations from %d", c.MaxOp(), len(ops), c.StartOp)
	}
	var message any
	if c.Message != "" {
		message = c.Message
	}
	return map[string]any{
		"actor": c.Actor.String(), "hash": c.Hash.String(), "seq": number(c.Seq), "startOp": number(c.StartOp),
		"time": number(c.Time), "message": message, "deps": deps, "ops": ops,
	}
}

func number[T uint64 | int64](n T) json.Number { return json.Number(fmt.Sprint(n)) }

func decodedOperation(t *testing.T, c *crdt.Change, op crdt.Operation) map[string]any {
	t.Helper()
	id := func(id crdt.OpID, zero string) string {
		if id == (crdt.OpID{}) {
			return zero
		}
		return fmt.Sprintf("%d@%v", id.Counter, c.ActorAt(id.Actor))
	}
	pred := []any{}
	for _, p := range op.Pred {
		pred = append(pred, id(p, ""))
	}
	d := map[string]any{"obj": id(op.Object, "_root"), "pred": pred}
	if op.Key != nil {
		d["key"] = string(op.Key)
	} else {
		d["elemId"] = id(op.Element, "_head")
	}
	if op.Insert {
		d["insert"] = true
	}
	names := []string{"makeMap", "set", "makeList", "del", "makeText", "inc", "makeTable", "mark"}
	d["action"] = names[op.Action]
	switch op.Action {
	case crdt.Mark:
		d["expand"] = op.Expand
		d["action"] = "markEnd"
		if op.MarkName != nil {
			d["action"], d["name"] = "markBegin", string(op.MarkName)
			d["value"], _ = decodedValue(t, op.Value)
		}
	case crdt.Increment:
		d["value"], _ = decodedValue(t, op.Value)
	case crdt.Set:
		value, datatype := decodedValue(t, op.Value)
		d["value"] = value
		if datatype != "" {
			d["datatype"] = datatype
		}
	}
	return d
}

func decodedValue(t *testing.T, v crdt.Value) (value any, datatype string) {
	t.Helper()
	signed := func() any {
		n, _, err := columnar.Int(v.Raw)
		if err != nil {
			t.Fatal(err)
		}
		return number(n)
	}
	switch v.Type {
	case crdt.Null:
		return nil, ""
	case crdt.True, crdt.False:
		return v.Type == crdt.True, ""
	case crdt.Uint:
		n, _, err := columnar.Uint(v.Raw)
		if err != nil {
			t.Fatal(err)
		}
		return number(n), "uint"
	case crdt.Int:
		return signed(), "int"
	case crdt.Counter:
		return signed(), "counter"
	case crdt.Timestamp:
		return signed(), "timestamp"
	case crdt.Float:
		f := math.Float64frombits(binary.LittleEndian.Uint64(v.Raw))
		text, err := json.Marshal(f)
		if err != nil { // JavaScript writes what is not finite as null
			return nil, "float64"
		}
		return json.Number(strings.Replace(string(text), "e-0", "e-", 1)), "float64"
	case crdt.String:
		return string(v.Raw), ""
	case crdt.Bytes:
		list := []any{}
		for _, b := range v.Raw {
			list = append(list, number(uint64(b)))
		}
		return list, ""
	default:
		t.Fatalf("value of type %d", v.Type)
		return nil, ""
	}
}

// Every document that Automerge made passes admission in its own order, and the
// graph that comes of it knows what it was given.
func TestGoldenChangesAreAdmitted(t *testing.T) {
	for name, chunks := range goldenChanges(t) {
		t.Run(name, func(t *testing.T) {
			g := crdt.NewGraph()
			gate := crdt.NewAdmission(g, withCounters())
			for i, chunk := range chunks {
				c := parse(t, chunk)
				if verdict, err := gate.Check(c, nil); verdict != crdt.Admitted || err != nil {
					t.Fatalf("change %d: %v, %v", i, verdict, err)
				}
				if err := gate.Add(c); err != nil || g.Len() != i+1 {
					t.Fatalf("change %d: %d in the graph: %v", i, g.Len(), err)
				}
				if verdict, err := gate.Check(c, nil); verdict != crdt.Known || err != nil {
					t.Fatalf("change %d again: %v, %v", i, verdict, err)
				}
			}
		})
	}
}

type conversation struct {
	Before   map[string][]string
	Messages []struct {
		From, Hex string
		Decoded   struct {
			Heads, Need []string
			Have        []struct {
				LastSync []string
				Bloom    struct{ Hex string }
			}
			Changes []struct{ Hex string }
			Type    string
		}
	}
	Heads   [][]string
	Changes []string
}

func goldenConversations(tb testing.TB) map[string]conversation {
	tb.Helper()
	files, err := filepath.Glob("testdata/sync/*.json")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no golden conversations: %v", err)
	}
	all := make(map[string]conversation)
	for _, file := range files {
		var c conversation
		if err := json.Unmarshal(readFile(tb, file), &c); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = c
	}
	return all
}

func hashStrings(hashes []crdt.Hash) []string {
	texts := []string{}
	for _, h := range hashes {
		texts = append(texts, h.String())
	}
	return texts
}
