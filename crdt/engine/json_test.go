package engine_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/automerge/automerge-go"

	"openmic/crdt"
	"openmic/crdt/engine"
)

// golden is a document that the JavaScript library saved, and what it shows of it.
type golden struct {
	chunk []byte
	heads []crdt.Hash
	shown any
}

// goldenDocuments reads what ../testdata/golden.mjs wrote.
func goldenDocuments(t *testing.T) map[string]golden {
	t.Helper()
	files, err := filepath.Glob("../testdata/documents/*.hex")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden documents: %v", err)
	}
	documents := make(map[string]golden)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var g golden
		if g.chunk, err = hex.DecodeString(strings.TrimSpace(string(text))); err != nil {
			t.Fatal(err)
		}
		if text, err = os.ReadFile(strings.TrimSuffix(file, ".hex") + ".json"); err != nil {
			t.Fatal(err)
		}
		var beside struct {
			Heads []string `json:"heads"`
			Shown any      `json:"shown"`
		}
		if err := json.Unmarshal(text, &beside); err != nil {
			t.Fatal(err)
		}
		for _, head := range beside.Heads {
			h, err := crdt.ParseHash(head)
			if err != nil {
				t.Fatal(err)
			}
			g.heads = append(g.heads, h)
		}
		g.shown = beside.Shown
		documents[strings.TrimSuffix(filepath.Base(file), ".hex")] = g
	}
	return documents
}

// What browsers save is taken apart into the changes that they made, and reads the
// same here as there.
func TestGoldenDocuments(t *testing.T) {
	pool := newPool(t, config("engine"))
	for name, g := range goldenDocuments(t) {
		t.Run(name, func(t *testing.T) {
			if err := crdt.CheckDocument(g.chunk, crdt.DefaultLimits()); err != nil {
				t.Error(err)
			}
			text, err := pool.JSON(t.Context(), [][]byte{g.chunk}, g.heads, nil)
			if err != nil {
				t.Fatal(err)
			}
			var shown any
			if err := json.Unmarshal(text, &shown); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(shown, g.shown) {
				t.Errorf("got  %v\nwant %v", shown, g.shown)
			}
			apart, err := pool.Changes(t.Context(), [][]byte{g.chunk}, g.heads)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Fields(readText(t, "../testdata/changes/"+name+".hex")) {
				want, err := hex.DecodeString(line)
				if err != nil {
					t.Fatal(err)
				}
				if change, err := crdt.ParseChange(want, crdt.DefaultLimits().Stored()); err != nil || !graphOf(t, apart).Has(change.Hash) {
					t.Errorf("a change is lost: %v", err)
				}
			}
		})
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// made gives a document of one change, as a chunk.
func made(t *testing.T, set func(doc *automerge.Doc) error) ([][]byte, []crdt.Hash) {
	t.Helper()
	doc := automerge.New()
	if err := set(doc); err != nil {
		t.Fatal(err)
	}
	if _, err := doc.Commit(""); err != nil {
		t.Fatal(err)
	}
	return [][]byte{doc.Save()}, headsOf(doc)
}

func TestJSON(t *testing.T) {
	pool := newPool(t, config("engine"))
	chunks, heads := made(t, func(doc *automerge.Doc) error {
		for key, value := range map[string]any{
			"null": nil, "yes": true, "int": int64(-1 << 63), "uint": uint64(1<<64 - 1), "float": 2.5, "large": 1e300,
			"string": "a \"b\"\n<å>\u2028😀", "text": automerge.NewText("text"), "bytes": []byte{0, 255, 62},
			"time": time.UnixMilli(1_700_000_000_123), "counter": automerge.NewCounter(7),
			"empty": map[string]any{}, "none": []any{},
			"list": []any{int64(1), automerge.NewCounter(2), []any{nil}, map[string]any{"k": "v"}},
		} {
			if err := doc.RootMap().Set(key, value); err != nil {
				return err
			}
		}
		return doc.Path("counter").Counter().Inc(5)
	})
	want := `{"bytes":"AP8+","counter":12,"empty":{},"float":2.5,"int":-9223372036854775808,"large":1e+300,` +
		`"list":[1,2,[null],{"k":"v"}],"none":[],"null":null,"string":"a \"b\"\n\u003cå\u003e\u2028😀",` +
		`"text":"text","time":1700000000123,"uint":18446744073709551615,"yes":true}`
	if got, err := pool.JSON(t.Context(), chunks, heads, nil); err != nil || string(got) != want {
		t.Errorf("error %v\ngot  %s\nwant %s", err, got, want)
	}
}

func TestJSONOfThePast(t *testing.T) {
	pool := newPool(t, config("engine"))
	chunks, heads := history(40)
	graph := graphOf(t, chunks)
	for n, want := range map[int]string{
		0:  `{"elements":{},"meta":{"state":"as-is","title":"Library"}}`,
		1:  `{"elements":{"0":{"kind":"note","x":0,"y":0}},"meta":{"state":"as-is","title":"Library"}}`,
		19: `{"elements":{"0":{"kind":"note","x":28.5,"y":19}},"meta":{"state":"as-is","title":"Library"}}`,
		39: `{"elements":{"0":{"kind":"note","x":58.5,"y":39}},"meta":{"state":"as-is","title":"Library"}}`,
	} {
		got, err := pool.JSON(t.Context(), chunks, heads, []crdt.Hash{graph.Hash(n)})
		if err != nil || string(got) != want {
			t.Errorf("after %d changes: error %v\ngot  %s\nwant %s", n+1, err, got, want)
		}
	}
	if got, err := pool.JSON(t.Context(), nil, nil, nil); err != nil || string(got) != "{}" {
		t.Errorf("of nothing: %s, %v", got, err)
	}
}

func TestJSONIsBounded(t *testing.T) {
	deep := func(depth int) ([][]byte, []crdt.Hash) {
		return made(t, func(doc *automerge.Doc) error {
			m := doc.RootMap()
			for range depth {
				inner := automerge.NewMap()
				if err := m.Set("m", inner); err != nil {
					return err
				}
				m = inner
			}
			return nil
		})
	}
	// Letters that are all the same take next to nothing in a document.
	wide, wideHeads := made(t, func(doc *automerge.Doc) error {
		var errs []error
		for i := range 20 {
			errs = append(errs, doc.RootMap().Set(fmt.Sprint(i), strings.Repeat("<", 10_000)))
		}
		return errors.Join(errs...)
	})
	t.Run("depth", func(t *testing.T) {
		pool := newPool(t, config("engine"))
		chunks, heads := deep(64)
		if got, err := pool.JSON(t.Context(), chunks, heads, nil); err != nil || bytes.Count(got, []byte("{")) != 65 {
			t.Errorf("64 deep: %s, %v", got, err)
		}
		chunks, heads = deep(65)
		if _, err := pool.JSON(t.Context(), chunks, heads, nil); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("65 deep: %v", err)
		}
		if _, err := pool.JSON(t.Context(), wide, wideHeads, nil); err != nil {
			t.Error(err)
		}
		if n := pool.Restarts(); n != 0 {
			t.Errorf("%d restarts", n)
		}
	})
	t.Run("output", func(t *testing.T) {
		cfg := config("engine")
		cfg.DocumentBytes = 100_000
		if _, err := newPool(t, cfg).JSON(t.Context(), wide, wideHeads, nil); !errors.Is(err, engine.ErrTooLarge) {
			t.Errorf("error %v", err)
		}
	})
}
