package engine_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/automerge/automerge-go"

	"openmic/crdt"
	"openmic/crdt/engine"
)

// edited makes the change, has the engine load it and gives the document.
func edited(t *testing.T, pool *engine.Pool, chunks [][]byte, heads []crdt.Hash, e engine.Edit) *automerge.Doc {
	t.Helper()
	change, err := pool.Edit(t.Context(), chunks, heads, e)
	if err != nil {
		t.Fatal(err)
	}
	if kind := change[8]; kind != 1 && kind != 2 {
		t.Fatalf("chunk of type %d, not a change", kind)
	}
	doc, err := automerge.Load(bytes.Join(append(slices.Clone(chunks), change), nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Compact(t.Context(), append(slices.Clone(chunks), change), headsOf(doc)); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEdit(t *testing.T) {
	chunks, heads := history(60)
	pool := newPool(t, config("engine"))
	title := []string{"meta", "title"}
	for name, c := range map[string]struct {
		operations []engine.Operation
		path       []any
		want       any
	}{
		"replace a text":       {[]engine.Operation{{Kind: engine.SpliceText, Path: title, Remove: engine.RemoveAll, Text: "Simhall"}}, []any{"meta", "title"}, "Simhall"},
		"insert":               {[]engine.Operation{{Kind: engine.SpliceText, Path: title, Position: 7, Text: " card"}}, []any{"meta", "title"}, "Library card"},
		"remove":               {[]engine.Operation{{Kind: engine.SpliceText, Path: title, Position: 3, Remove: 4}}, []any{"meta", "title"}, "Lib"},
		"count in code points": {[]engine.Operation{{Kind: engine.SpliceText, Path: title, Remove: engine.RemoveAll, Text: "å😀ö"}, {Kind: engine.SpliceText, Path: title, Position: 2, Remove: 1, Text: "!"}}, []any{"meta", "title"}, "å😀!"},
		"a text that is new":   {[]engine.Operation{{Kind: engine.SpliceText, Path: []string{"meta", "purpose"}, Text: "why"}}, []any{"meta", "purpose"}, "why"},
		"set a string":         {[]engine.Operation{{Kind: engine.SetScalar, Path: []string{"meta", "state"}, Value: "to-be"}}, []any{"meta", "state"}, "to-be"},
		"set an integer":       {[]engine.Operation{{Kind: engine.SetScalar, Path: []string{"schema"}, Value: int64(1)}}, []any{"schema"}, int64(1)},
		"set a negative one":   {[]engine.Operation{{Kind: engine.SetScalar, Path: []string{"n"}, Value: int64(math.MinInt64)}}, []any{"n"}, int64(math.MinInt64)},
		"set zero":             {[]engine.Operation{{Kind: engine.SetScalar, Path: []string{"n"}, Value: int64(0)}}, []any{"n"}, int64(0)},
		"set a whole float":    {[]engine.Operation{{Kind: engine.SetScalar, Path: []string{"n"}, Value: 5.0}}, []any{"n"}, 5.0},
		"set false":            {[]engine.Operation{{Kind: engine.SetScalar, Path: []string{"n"}, Value: false}}, []any{"n"}, false},
		"set the empty string": {[]engine.Operation{{Kind: engine.SetScalar, Path: []string{"n"}, Value: ""}}, []any{"n"}, ""},
		"set null":             {[]engine.Operation{{Kind: engine.SetScalar, Path: []string{"meta", "state"}}}, []any{"meta", "state"}, nil},
		"put a map and fill":   {[]engine.Operation{{Kind: engine.PutMap, Path: []string{"lanes"}}, {Kind: engine.SetScalar, Path: []string{"lanes", "role"}, Value: "customer"}}, []any{"lanes"}, map[string]any{"role": "customer"}},
		"delete":               {[]engine.Operation{{Kind: engine.Delete, Path: []string{"elements", "0"}}}, []any{"elements", "0"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			doc := edited(t, pool, chunks, heads, engine.Edit{Message: "test", Operations: c.operations})
			value, err := doc.Path(c.path...).Get()
			if err != nil {
				t.Fatal(err)
			}
			if got := value.Interface(); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %#v, want %#v", got, c.want)
			}
		})
	}
}

func TestEditIsOneChangeOfItsActor(t *testing.T) {
	chunks, heads := history(3)
	pool := newPool(t, config("engine"))
	actor := []byte("a server")
	e := engine.Edit{
		Actor: actor, Time: time.Unix(1_700_000_000, 999_000_000), Message: "named",
		Operations: []engine.Operation{{Kind: engine.SetScalar, Path: []string{"meta", "state"}, Value: "ideal"}},
	}
	first := edited(t, pool, chunks, heads, e)
	made, err := first.Changes(automerge.ChangeHash(heads[0]))
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 1 {
		t.Fatalf("%d changes", len(made))
	}
	change := made[0]
	if change.ActorID() != "6120736572766572" || change.ActorSeq() != 1 || change.Message() != "named" {
		t.Errorf("actor %s, seq %d, message %q", change.ActorID(), change.ActorSeq(), change.Message())
	}
	if seconds := change.Timestamp().UnixMilli(); seconds != 1_700_000_000 {
		t.Errorf("the change says %d, not the time in seconds", seconds)
	}
	if deps := change.Dependencies(); len(deps) != 1 || crdt.Hash(deps[0]) != heads[0] {
		t.Errorf("depends on %v, want %v", deps, heads)
	}

	e.Operations[0].Value, e.Time = "as-is", time.Time{}
	second := edited(t, pool, [][]byte{first.Save()}, headsOf(first), e)
	made, err = second.Changes(automerge.ChangeHash(headsOf(first)[0]))
	if err != nil {
		t.Fatal(err)
	}
	if made[0].ActorSeq() != 2 || made[0].Timestamp().UnixMilli() != 0 {
		t.Errorf("seq %d at %d, want the actor's second at 0", made[0].ActorSeq(), made[0].Timestamp().UnixMilli())
	}
}

func TestEditWithoutActorTakesARandomOne(t *testing.T) {
	chunks, heads := history(3)
	pool := newPool(t, config("engine"))
	e := engine.Edit{Operations: []engine.Operation{{Kind: engine.SetScalar, Path: []string{"n"}, Value: true}}}
	one, err := pool.Edit(t.Context(), chunks, heads, e)
	if err != nil {
		t.Fatal(err)
	}
	other, err := pool.Edit(t.Context(), chunks, heads, e)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(one, other) {
		t.Error("the same edit twice gave the same change")
	}
}

func TestEditRefuses(t *testing.T) {
	chunks, heads := history(60)
	pool := newPool(t, config("engine"))
	set := func(value any, path ...string) []engine.Operation {
		return []engine.Operation{{Kind: engine.SetScalar, Path: path, Value: value}}
	}
	splice := func(position, remove int, text string, path ...string) []engine.Operation {
		return []engine.Operation{{Kind: engine.SpliceText, Path: path, Position: position, Remove: remove, Text: text}}
	}
	for name, c := range map[string]struct {
		edit engine.Edit
		want error
	}{
		"no operation":             {engine.Edit{}, engine.ErrRefused},
		"the root":                 {engine.Edit{Operations: set(true)}, engine.ErrRefused},
		"unknown kind":             {engine.Edit{Operations: []engine.Operation{{Kind: "move", Path: []string{"a"}}}}, engine.ErrRefused},
		"a missing map on the way": {engine.Edit{Operations: set(true, "lanes", "role")}, engine.ErrRefused},
		"through a text":           {engine.Edit{Operations: set(true, "meta", "title", "x")}, engine.ErrRefused},
		"over a map":               {engine.Edit{Operations: set(true, "meta")}, engine.ErrRefused},
		"over a text":              {engine.Edit{Operations: set("x", "meta", "title")}, engine.ErrRefused},
		"a map over a map":         {engine.Edit{Operations: []engine.Operation{{Kind: engine.PutMap, Path: []string{"meta"}}}}, engine.ErrRefused},
		"text into a scalar":       {engine.Edit{Operations: splice(0, 0, "x", "meta", "state")}, engine.ErrRefused},
		"beyond the text":          {engine.Edit{Operations: splice(8, 0, "x", "meta", "title")}, engine.ErrRefused},
		"more than is there":       {engine.Edit{Operations: splice(6, 2, "", "meta", "title")}, engine.ErrRefused},
		"negative position":        {engine.Edit{Operations: splice(-1, 0, "x", "meta", "title")}, engine.ErrRefused},
		"negative count":           {engine.Edit{Operations: splice(0, -2, "x", "meta", "title")}, engine.ErrRefused},
		"not UTF-8":                {engine.Edit{Operations: splice(0, 0, "\xff", "meta", "title")}, engine.ErrRefused},
		"a key not UTF-8":          {engine.Edit{Operations: set(true, "\xff")}, engine.ErrRefused},
		"a message not UTF-8":      {engine.Edit{Message: "\xff", Operations: set(true, "n")}, engine.ErrRefused},
		"not a number":             {engine.Edit{Operations: set(math.NaN(), "n")}, engine.ErrRefused},
		"a Go int":                 {engine.Edit{Operations: set(1, "n")}, engine.ErrRefused},
		"a long actor":             {engine.Edit{Actor: make([]byte, 65), Operations: set(true, "n")}, engine.ErrRefused},
		"a splice of nothing":      {engine.Edit{Operations: splice(2, 0, "", "meta", "title")}, engine.ErrNoChange},
		"delete what is not there": {engine.Edit{Operations: []engine.Operation{{Kind: engine.Delete, Path: []string{"no"}}}}, engine.ErrNoChange},
		"an edit above the limit":  {engine.Edit{Operations: splice(0, 0, string(make([]byte, 2<<20)), "meta", "title")}, engine.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := pool.Edit(t.Context(), chunks, heads, c.edit); !errors.Is(err, c.want) {
				t.Errorf("got %d bytes, error %v, want %v", len(got), err, c.want)
			}
		})
	}
	_, otherHeads := history(60)
	if _, err := pool.Edit(t.Context(), chunks, otherHeads, engine.Edit{Operations: set(true, "n")}); !errors.Is(err, engine.ErrRefused) {
		t.Errorf("edit of a document with other heads: %v", err)
	}
	if n := pool.Restarts(); n != 0 {
		t.Errorf("%d restarts: a refusal is an answer, not a death", n)
	}
}
