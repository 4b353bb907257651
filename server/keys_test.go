package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"openmic/server"
)

// key makes a key as an operator does.
func (n *node) key(name string) (id, secret string) {
	n.t.Helper()
	k, secret, err := server.NewKey(name)
	if err != nil {
		n.t.Fatal(err)
	}
	if err := n.store.AddKey(n.t.Context(), k); err != nil {
		n.t.Fatal(err)
	}
	return k.ID, secret
}

func (n *node) boardOfKey(secret, title string) board {
	n.t.Helper()
	return do[board](n.t, n.as(secret, "POST", "/api/boards", `{"title": "`+title+`"}`), http.StatusCreated)
}

// keyMatrix has for every route what the key that made the board is answered. All
// others are answered 404 as by a link that opens nothing, but where it says so.
var keyMatrix = map[string]string{
	"GET /api/boards":                                    "200 200 401",
	"POST /api/boards":                                   "201 201 401",
	"GET /api/boards/{id}":                               "200 404 404",
	"PATCH /api/boards/{id}":                             "200 404 404",
	"DELETE /api/boards/{id}":                            "204 404 404",
	"GET /api/boards/{id}/links":                         "200 404 404",
	"POST /api/boards/{id}/links":                        "201 404 404",
	"PATCH /api/boards/{id}/links/{link}":                "200 404 404",
	"DELETE /api/boards/{id}/links/{link}":               "204 404 404",
	"GET /api/boards/{id}/people":                        "200 404 404",
	"GET /api/boards/{id}/authors":                       "200 404 404",
	"POST /api/boards/{id}/participants":                 "403 404 404",
	"GET /api/boards/{id}/participants/me":               "403 404 404",
	"PATCH /api/boards/{id}/participants/me":             "403 404 404",
	"DELETE /api/boards/{id}/participants/me":            "403 404 404",
	"DELETE /api/boards/{id}/participants/me/name":       "403 404 404",
	"PATCH /api/boards/{id}/participants/{participant}":  "200 404 404",
	"DELETE /api/boards/{id}/participants/{participant}": "204 404 404",
	"POST /api/boards/{id}/tickets":                      "403 404 404",
	"GET /api/boards/{id}/forks":                         "200 404 404",
	"POST /api/boards/{id}/forks":                        "201 404 404",
	"GET /api/boards/{id}/forks/{fork}/export.automerge": "200 404 404",
	"POST /api/boards/{id}/forks/{fork}/entry":           "403 404 404",
	"GET /api/boards/{id}/audit":                         "200 404 404",
	"POST /api/boards/{id}/audit":                        "204 404 404",
	"GET /api/boards/{id}/embedding":                     "200 404 404",
	"PATCH /api/boards/{id}/embedding":                   "200 404 404",
	"GET /api/boards/{id}/preview.svg":                   "404 404 404",
	"GET /api/boards/{id}/export.json":                   "200 404 404",
	"GET /api/boards/{id}/export.csv":                    "200 404 404",
	"GET /api/boards/{id}/export.md":                     "200 404 404",
	"GET /api/boards/{id}/export.automerge":              "200 404 404",
	"GET /api/boards/{id}/history":                       "200 404 404",
	"GET /api/boards/{id}/history/stretches/{moment}":    "200 404 404",
	"GET /api/boards/{id}/history/things/{thing}":        "200 404 404",
	"GET /api/boards/{id}/history/voices":                "200 404 404",
	"GET /api/boards/{id}/history/voices.csv":            "200 404 404",
	"GET /api/boards/{id}/history/periods":               "200 404 404",
	"GET /api/boards/{id}/versions":                      "200 404 404",
	"POST /api/boards/{id}/versions":                     "201 404 404",
	"PATCH /api/boards/{id}/versions/{version}":          "200 404 404",
	"DELETE /api/boards/{id}/versions/{version}":         "204 404 404",
	"GET /api/boards/{id}/at/{moment}":                   "200 404 404",
	"GET /api/boards/{id}/at/{moment}/drawing.svg":       "200 404 404",
	"GET /api/boards/{id}/drawing.svg":                   "200 404 404",
	"POST /api/boards/{id}/attachments":                  "201 404 404",
	"GET /api/boards/{id}/attachments/{attachment}":      "200 404 404",
}

// Every route about boards by the key that made the board, by another key, and by
// one that was revoked.
func TestMatrixOfKeys(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	d := describe(t, n)
	mineID, mine := n.key("mine")
	_, other := n.key("other")
	goneID, gone := n.key("gone")
	if err := n.store.RevokeKey(t.Context(), goneID, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range n.Patterns() {
		if !strings.Contains(pattern, "/api/boards") {
			continue
		}
		want := strings.Fields(keyMatrix[pattern])
		if len(want) != 3 {
			t.Errorf("%s: nobody has written down what a key may do there", pattern)
			continue
		}
		s := newStageOf(n, n.boardOfKey(mine, ""))
		method, _, _ := strings.Cut(pattern, " ")
		row := matrix[pattern]
		for i, secret := range []string{mine, other, gone} {
			a := n.as(secret, method, s.fill.Replace(row.path), row.body)
			d.wantAnswer(t, a)
			if fmt.Sprint(a.StatusCode) != want[i] {
				t.Errorf("%s by key %d: %d, want %s: %.200s", pattern, i, a.StatusCode, want[i], a.body)
			}
		}
	}
	// It opens no socket, and boards that were made without it are not its.
	isProblem(t, n.request("GET", "/sync?link="+mine, ""), http.StatusUnauthorized)
	b := n.createBoard("")
	isProblem(t, n.as(mine, "GET", "/api/boards/"+b.ID, ""), http.StatusNotFound)
	made := n.boardOfKey(mine, "")
	lines := do[auditPage](t, n.as(mine, "GET", "/api/boards/"+made.ID+"/audit", ""), http.StatusOK).Lines
	if len(lines) != 1 || lines[0].By == nil || lines[0].By.Key != mineID || lines[0].By.Link != "" {
		t.Errorf("made by %+v", lines)
	}
}

func TestKeyListsItsBoards(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	_, mine := n.key("mine")
	_, other := n.key("other")
	want := map[string]string{}
	for i := range 5 {
		b := n.boardOfKey(mine, fmt.Sprint("Board ", i))
		want[b.ID] = b.Title
		n.boardOfKey(other, "not mine")
	}
	got := map[string]string{}
	for after := ""; ; {
		page := do[struct {
			Boards []board
			Next   string
		}](t, n.as(mine, "GET", "/api/boards?limit=2&after="+after, ""), http.StatusOK)
		for _, b := range page.Boards {
			got[b.ID] = b.Title
			if len(b.Links) > 0 {
				t.Errorf("a list tells the links %v", b.Links)
			}
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("listed %v, not %v", got, want)
	}
	for _, secret := range []string{"omk_nonsense", "omk_"} {
		isProblem(t, n.as(secret, "POST", "/api/boards", `{}`), http.StatusUnauthorized)
	}
}
