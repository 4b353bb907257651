package server_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"openmic/server"
	"openmic/server/history/historytest"
)

// A stretch is the same for everybody, packed or not, from memory or made anew, and
// tells nobody's name: so it may be kept by whoever got it when a name is taken back.
func TestStretchesAreTheSameForAll(t *testing.T) {
	s := historytest.New(1)
	s.Live(3, 3000, 50)
	for _, c := range []struct {
		name string
		kept int // bytes
		made float64
	}{{"kept", 64 << 20, 2}, {"let go", 1, 4}} {
		t.Run(c.name, func(t *testing.T) {
			n := startNode(t, nodeOption{settings: func(s *server.Settings) { closed(s); s.HistoryBytes = c.kept }})
			var boards [2]board
			for i := range boards {
				boards[i] = n.createBoard("")
				anna := n.join(boards[i], boards[i].secret("editor"), `{"name": "Anna Andersson"}`)
				n.written(boards[i], s, 1, map[string]joined{"person 000000001": anna})
			}
			ask := func(b board, role, moment string, header ...string) answer {
				return n.as(b.secret(role), "GET", "/api/boards/"+b.ID+"/history/stretches/"+moment, "", header...)
			}
			var first [2]answer
			for round := range 2 {
				for i, b := range boards {
					packed := ask(b, "viewer", "17", "Accept-Encoding", "gzip")
					if round == 0 {
						first[i] = packed
					}
					plain := ask(b, "editor", "900")
					unpacked := must(io.ReadAll(must(gzip.NewReader(bytes.NewReader(packed.body)))))
					tag := packed.Header.Get("Etag")
					switch {
					case packed.StatusCode != http.StatusOK || !bytes.Equal(unpacked, plain.body) || tag == "":
						t.Fatalf("packed %d with tag %q, and not the same as plain", packed.StatusCode, tag)
					case !bytes.Equal(packed.body, first[i].body) || tag != first[i].Header.Get("Etag"):
						t.Error("it became another one")
					case strings.Contains(string(plain.body), "Anna"):
						t.Error("it tells a name")
					}
					if a := ask(b, "viewer", "17", "If-None-Match", tag); a.StatusCode != http.StatusNotModified || len(a.body) > 0 {
						t.Errorf("who has it got %d and %d bytes", a.StatusCode, len(a.body))
					}
					end := ask(b, "viewer", fmt.Sprint(len(s.Chunks)))
					if end.StatusCode != http.StatusOK || end.Header.Get("Etag") != "" || !strings.Contains(end.Header.Get("Cache-Control"), "no-store") {
						t.Errorf("the end, which grows, came as %d with %q", end.StatusCode, end.Header)
					}
				}
			}
			if made := n.metric("openmic_history_seconds_count"); made != c.made {
				t.Errorf("histories were made %v times", made)
			}
			// What is kept is told to nobody who may not see the board any more.
			isProblem(t, n.as("", "GET", "/api/boards/"+boards[0].ID+"/history/stretches/17", "", "If-None-Match", first[0].Header.Get("Etag")), http.StatusUnauthorized)
		})
	}
}
