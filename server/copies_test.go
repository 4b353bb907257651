package server_test

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/genesis"
	"openmic/server/store"
)

// edited makes a board that holds what an edit does to it.
func (n *node) edited(title string, edit engine.Edit) board {
	n.t.Helper()
	b := n.createBoard(title)
	doc := must(docid.Parse(b.DocumentID))
	d, err := n.store.Load(n.t.Context(), doc)
	if err != nil {
		n.t.Fatal(err)
	}
	graph := crdt.NewGraph()
	var chunks [][]byte
	for _, e := range d.Tail {
		chunks = append(chunks, e.Change)
		if _, err := graph.Add(must(crdt.ParseChange(e.Change, crdt.DefaultLimits()))); err != nil {
			n.t.Fatal(err)
		}
	}
	chunk, err := sharedEngine().Edit(n.t.Context(), chunks, graph.Heads(), edit)
	if err != nil {
		n.t.Fatal(err)
	}
	c := must(crdt.ParseChange(chunk, crdt.DefaultLimits()))
	if err := n.store.Append(n.t.Context(), []store.Entry{{Doc: doc, Hash: c.Hash, Change: c.Raw}}); err != nil {
		n.t.Fatal(err)
	}
	return b
}

func pictureName(content string) string {
	id := store.NameAttachment([]byte(content))
	return base64.RawURLEncoding.EncodeToString(id[:])
}

func TestCopiesForPrograms(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	picture := pictureName(drawn("png"))
	at := func(kind engine.Kind, value any, path ...string) engine.Operation {
		return engine.Operation{Kind: kind, Path: path, Value: value}
	}
	write := func(text string, path ...string) engine.Operation {
		return engine.Operation{Kind: engine.SpliceText, Path: path, Text: text}
	}
	b := n.edited("Flytten; \"snart\"", engine.Edit{Operations: []engine.Operation{
		at(engine.PutMap, nil, "elements", "e1"), at(engine.SetScalar, "action", "elements", "e1", "kind"), at(engine.SetScalar, "customer", "elements", "e1", "lane"),
		at(engine.SetScalar, "s1", "elements", "e1", "step"), write("=1+1\n**fet** åäö 🏠", "elements", "e1", "text"),
		at(engine.PutMap, nil, "elements", "e2"), at(engine.SetScalar, "image", "elements", "e2", "kind"), at(engine.SetScalar, picture, "elements", "e2", "image"),
		at(engine.PutMap, nil, "elements", "e3"), at(engine.SetScalar, "image", "elements", "e3", "kind"), at(engine.SetScalar, "no-such-picture", "elements", "e3", "image"),
		// Not as the schema has them, and yet not to be lost.
		write("text", "elements", "e1", "owner"), at(engine.SetScalar, "scalar", "elements", "e1", "channel"), write("text", "elements", "e1", "color"),
		at(engine.SetScalar, 1.5, "elements", "e1", "x"), at(engine.SetScalar, nil, "elements", "e1", "nothing"), at(engine.SetScalar, "own", "more"),
	}})
	do[any](t, n.upload(b, "owner", drawn("png")), http.StatusCreated)
	path := "/api/boards/" + b.ID + "/export."
	get := func(form string, header ...string) answer {
		t.Helper()
		a := n.as(b.secret("viewer"), "GET", path+form, "", header...)
		if a.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", form, a.StatusCode, a.body)
		}
		if policy := a.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "sandbox") || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: policy %q, %q", form, policy, a.Header.Get("Content-Disposition"))
		}
		return a
	}
	type file struct {
		Format  string
		Version int
		Board   struct {
			Schema   int
			Meta     struct{ Title string }
			Lanes    map[string]any
			Elements map[string]map[string]any
			More     any
		}
		Pictures     map[string]string
		PicturesLeft int
	}
	var copied file
	whole := get("json")
	if err := json.Unmarshal(whole.body, &copied); err != nil {
		t.Fatalf("%v: %s", err, whole.body)
	}
	e1 := copied.Board.Elements["e1"]
	tagged := func(key, value string) map[string]any { return map[string]any{key: value} }
	want := map[string]any{
		"kind": "action", "lane": "customer", "step": "s1", "text": "=1+1\n**fet** åäö 🏠", "owner": "text", "channel": tagged("$scalar", "scalar"),
		"color": tagged("$text", "text"), "x": 1.5, "nothing": nil,
	}
	if got, want := must(json.Marshal(e1)), must(json.Marshal(want)); !bytes.Equal(got, want) {
		t.Errorf("the card is %s, not %s", got, want)
	}
	if more := must(json.Marshal(copied.Board.More)); string(more) != `{"$scalar":"own"}` {
		t.Errorf("what else there is, is %s", more)
	}
	if copied.Format != "openmic-board" || copied.Board.Meta.Title != b.Title || len(copied.Board.Lanes) == 0 {
		t.Errorf("the copy is %+v", copied)
	}
	if got := copied.Pictures[picture]; got != "data:image/png;base64,"+base64.StdEncoding.EncodeToString([]byte(drawn("png"))) || copied.PicturesLeft != 1 {
		t.Errorf("the picture is %.60s, %d left out", got, copied.PicturesLeft)
	}
	var bare file
	if err := json.Unmarshal(get("json?pictures=no").body, &bare); err != nil || len(bare.Pictures) > 0 || len(bare.Board.Elements) != 3 {
		t.Errorf("without pictures: %v, %+v", err, bare)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(get("csv").body, []byte("\ufeff")))).ReadAll()
	if err != nil || !slices.ContainsFunc(rows, func(row []string) bool { return slices.Contains(row, "'=1+1\n**fet** åäö 🏠") }) {
		t.Errorf("as a table %v, %q", err, rows)
	}
	if text := string(get("md?lang=sv").body); !strings.HasPrefix(text, "# Flytten;") || !strings.Contains(text, "**fet**") {
		t.Errorf("as an outline %s", text)
	}
	if text, swedish := get("md"), get("md?lang=sv"); bytes.Equal(text.body, swedish.body) {
		t.Error("the outline is the same in both languages")
	}
	document := get("automerge").body
	if err := crdt.CheckDocument(document, crdt.DefaultLimits()); err != nil {
		t.Error(err)
	}
	a := n.as(b.secret("viewer"), "GET", path+"json", "", "If-None-Match", whole.Header.Get("ETag"))
	if a.StatusCode != http.StatusNotModified {
		t.Errorf("what is known is answered %d", a.StatusCode)
	}
	for _, query := range []string{"json?pictures=some", "md?lang=no"} {
		isProblem(t, n.as(b.secret("viewer"), "GET", path+query, ""), http.StatusBadRequest)
	}
	if l := n.untilNoted(b, "exported"); !slices.Contains([]string{"json", "csv", "markdown", "automerge"}, l.Detail) || l.By.Link == "" {
		t.Errorf("noted is %+v", l)
	}
}

// A copy holds all that was stored when it was asked for, however fast people draw.
func TestCopyIsOfNow(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	p := n.participant("p", "link="+b.secret("editor"), b.DocumentID)
	p.untilSeen(genesis.Hash())
	for range 5 {
		p.untilSaved(p.Edit())
		a := n.as(b.secret("viewer"), "GET", "/api/boards/"+b.ID+"/export.automerge", "")
		pool := sharedEngine()
		if _, err := pool.Changes(t.Context(), [][]byte{a.body}, p.Heads()); err != nil {
			t.Fatalf("the copy is not of now: %v", err)
		}
	}
}

func TestCopiesAreBounded(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Open, s.Exports, s.CopyBytes = false, server.Rate{PerSecond: 0.001, Burst: 2}, 100
	}})
	b := n.createBoard("")
	for _, want := range []int{http.StatusServiceUnavailable, http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		isProblem(t, n.as(b.secret("viewer"), "GET", "/api/boards/"+b.ID+"/export.json", ""), want)
	}
}
