package server_test

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"openmic/server"
	"openmic/server/docid"
	"openmic/server/history/historytest"
)

// The history of a long board is stored, and is the same after a start, whether it goes
// on from that, or is made anew since what was stored is damaged. No name is stored.
func TestHistoriesAreStored(t *testing.T) {
	dir := t.TempDir()
	start := func() *node {
		return startNode(t, nodeOption{dir: dir, settings: func(s *server.Settings) { closed(s); s.HistoryKept = 1000 }})
	}
	n := start()
	b := n.createBoard("")
	anna := n.join(b, b.secret("editor"), `{"name": "Anna Andersson"}`)
	s := historytest.New(1)
	s.Live(3, 3000, 50)
	n.written(b, s, 1, map[string]joined{"person 000000001": anna})
	doc := must(docid.Parse(b.DocumentID))
	type seen struct {
		history   toldHistory
		stretches []string
		states    []string
	}
	look := func() (all seen) {
		all.history = n.history(b, b.secret("viewer"), "")
		for at := 0; at <= len(s.Chunks); at += 250 {
			for _, path := range []string{"history/stretches", "at"} {
				a := n.as(b.secret("viewer"), "GET", fmt.Sprintf("/api/boards/%s/%s/%d", b.ID, path, min(at, len(s.Chunks))), "")
				if a.StatusCode != http.StatusOK {
					t.Fatalf("%s at %d: %d", path, at, a.StatusCode)
				}
				if path == "at" {
					all.states = append(all.states, string(a.body))
				} else {
					all.stretches = append(all.stretches, string(a.body))
				}
			}
		}
		return all
	}
	before := look()
	poll(t, "the history to be stored", func() bool { return len(must(n.store.History(t.Context(), doc))) >= 2 })
	parts := must(n.store.History(t.Context(), doc))
	for part, content := range parts {
		if text := must(io.ReadAll(must(gzip.NewReader(bytes.NewReader(content))))); bytes.Contains(text, []byte("Anna")) || strings.Contains(string(text), anna.ID) {
			t.Errorf("part %d tells who somebody is", part)
		}
	}

	// It goes on from what is stored: nothing of the log before that is read again.
	n.stop()
	db := must(sql.Open("sqlite3", filepath.Join(dir, "openmic.db")))
	must(db.Exec(`UPDATE changes SET sum = sum + 1 WHERE position = 7`))
	n = start()
	if after := look(); !reflect.DeepEqual(after, before) {
		t.Error("after a start it is another one")
	}
	n.stop()
	must(db.Exec(`UPDATE changes SET sum = sum - 1 WHERE position = 7`))
	must(db.Exec(`UPDATE history_parts SET sum = sum + 1 WHERE part = 0`))
	noError(t, db.Close())
	n = start()
	if after := look(); !reflect.DeepEqual(after, before) {
		t.Error("made anew it is another one")
	}
	poll(t, "it to be stored again", func() bool { return len(must(n.store.History(t.Context(), doc))) == len(parts) })
}
