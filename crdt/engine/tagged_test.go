package engine_test

import (
	"testing"
	"time"

	"github.com/automerge/automerge-go"

	"openmic/crdt"
	"openmic/crdt/engine"
)

// The script is given a document without loss where it makes a copy as JSON.
func TestTagged(t *testing.T) {
	doc := automerge.New()
	at := time.UnixMilli(1_700_000_000_123)
	for path, value := range map[string]any{
		"a text": automerge.NewText("x"), "b scalar": "y", "c bytes": []byte{1, 2}, "d date": at, "e number": 1.5, "f": nil,
		"g": map[string]any{"$text": "not a tag"}, "h": []any{"in a list"}, "i": map[string]any{"$text": "two", "more": true},
	} {
		if err := doc.Path(path).Set(value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := doc.Commit(""); err != nil {
		t.Fatal(err)
	}
	var heads []crdt.Hash
	for _, h := range doc.Heads() {
		heads = append(heads, crdt.Hash(h))
	}
	pool := newPool(t, config("engine"))
	d := engine.Drawing{Script: "var drawing = {copyBoard: function (json, form, language) { return form + language + json }}", Language: "sv", Form: engine.FormJSON}
	got, err := pool.Draw(t.Context(), [][]byte{doc.Save()}, heads, d, 1<<20)
	want := `jsonsv{"a text":"x","b scalar":{"$scalar":"y"},"c bytes":{"$bytes":"AQI="},"d date":{"$date":1700000000123},"e number":1.5,"f":null,` +
		`"g":{"$map":{"$text":{"$scalar":"not a tag"}}},"h":[{"$scalar":"in a list"}],"i":{"$text":{"$scalar":"two"},"more":true}}`
	if err != nil || string(got) != want {
		t.Errorf("given %s, %v\nnot   %s", got, err, want)
	}
	d.Form = "csv"
	if got, err = pool.Draw(t.Context(), [][]byte{doc.Save()}, heads, d, 1<<20); err != nil || string(got[:len(`csvsv{"a text":"x","b scalar":"y"`)]) != `csvsv{"a text":"x","b scalar":"y"` {
		t.Errorf("for a table given %s, %v", got, err)
	}
}
