package server_test

import (
	"database/sql"
	"encoding/hex"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/genesis"
	"openmic/server/store"
)

// fork makes a variant as an editor.
func (n *node) fork(b board, body string) board {
	n.t.Helper()
	return do[board](n.t, n.as(b.secret("editor"), "POST", "/api/boards/"+b.ID+"/forks", body), http.StatusCreated)
}

// hashes are the changes that are stored of a document, in order.
func (n *node) hashes(doc string) (hashes []crdt.Hash) {
	n.t.Helper()
	log, err := n.store.Log(n.t.Context(), must(docid.Parse(doc)), 0, 10_000)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, e := range log {
		hashes = append(hashes, e.Hash)
	}
	return hashes
}

// author is the id of the participant whose an actor is on a board.
func (n *node) author(doc string, actor crdt.Actor) string {
	n.t.Helper()
	list, err := n.store.Contributors(n.t.Context(), must(docid.Parse(doc)), 100)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, c := range list {
		if c.Actor == actor {
			return c.Participant
		}
	}
	return ""
}

// A variant begins with what the board has, is edited for itself, and what comes home
// from it stays its author's, whoever brings it.
func TestFork(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("Moving house")
	anna := n.join(b, b.secret("editor"), `{"name": "Anna"}`)
	at := n.participant("anna", "ticket="+n.ticket(b, b.secret("editor"), anna.Token), b.DocumentID)
	at.untilSeen(genesis.Hash())
	at.untilSaved(at.Edit())
	at.untilSaved(at.Edit())
	n.ownedBy(b.DocumentID, at.Actor(), anna.ID)
	picture := n.uploaded(b, drawn("png"))

	fork := n.fork(b, `{"title": "Without the form"}`)
	if got, want := n.hashes(fork.DocumentID), n.hashes(b.DocumentID); !slices.Equal(got, want) || len(want) < 3 {
		t.Fatalf("the variant has %d changes, the board %d", len(got), len(want))
	}
	type told struct {
		Fork struct {
			Of, Name string
			Heads    []string
		}
	}
	heads := n.hashes(b.DocumentID)
	want := told{}
	want.Fork.Of, want.Fork.Name, want.Fork.Heads = b.ID, "Without the form", []string{hex.EncodeToString(heads[len(heads)-1][:])}
	if got := do[told](t, n.as(fork.secret("viewer"), "GET", "/api/boards/"+fork.ID, ""), 200); !reflect.DeepEqual(got, want) {
		t.Errorf("it says of itself %+v, not %+v", got, want)
	}
	type listed struct{ Forks []struct{ ID, Name string } }
	if got := do[listed](t, n.as(b.secret("viewer"), "GET", "/api/boards/"+b.ID+"/forks", ""), 200); len(got.Forks) != 1 || got.Forks[0].ID != fork.ID || got.Forks[0].Name != "Without the form" {
		t.Errorf("the board's variants are %+v", got)
	}
	if a := n.download(fork, "viewer", picture); a.StatusCode != 200 {
		t.Errorf("its picture: %d", a.StatusCode)
	}
	if got := n.author(fork.DocumentID, at.Actor()); got != anna.ID {
		t.Errorf("what Anna wrote is %q's there", got)
	}

	// Bo works in the variant; Anna brings that home.
	bo := n.join(fork, fork.secret("editor"), `{"name": "Bo"}`)
	there := n.participant("bo", "ticket="+n.ticket(fork, fork.secret("editor"), bo.Token), fork.DocumentID)
	there.untilSeen(heads[len(heads)-1])
	change := there.Edit()
	there.untilSaved(change)
	n.ownedBy(fork.DocumentID, there.Actor(), bo.ID)
	if slices.Contains(n.hashes(b.DocumentID), change) {
		t.Fatal("the board has what was drawn in the variant")
	}
	m := crdt.SyncMessage{Version: 1, Heads: at.Heads(), Changes: [][]byte{there.Chunk(change)}}
	at.sendSync("sync", b.DocumentID, m.Append(nil))
	poll(t, "the change has come home", func() bool { return slices.Contains(n.hashes(b.DocumentID), change) })
	poll(t, "it is known who brought it", func() bool {
		actors, err := n.store.Actors(t.Context(), must(docid.Parse(b.DocumentID)))
		return err == nil && slices.ContainsFunc(actors, func(a store.Actor) bool { return a.Actor == there.Actor() && a.Participant == anna.ID && !a.Owns })
	})
	if got := n.author(b.DocumentID, there.Actor()); got != bo.ID {
		t.Errorf("what Bo wrote is %q's at home", got)
	}
}

// A variant may begin anywhere in the history.
func TestForkOfAMoment(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	one := n.participant("one", "link="+b.secret("editor"), b.DocumentID)
	two := n.participant("two", "link="+b.secret("editor"), b.DocumentID)
	one.untilSeen(genesis.Hash())
	two.untilSeen(genesis.Hash())
	first := one.Edit()
	one.untilSaved(first)
	second := two.Edit() // beside the other, or after it
	two.untilSaved(second)
	one.untilSeen(second)
	third := one.Edit()
	one.untilSaved(third)
	all := n.hashes(b.DocumentID)

	if got := n.hashes(n.fork(b, `{"moment": 2}`).DocumentID); !slices.Equal(got, all[:2]) {
		t.Errorf("after two changes it has %d", len(got))
	}
	fork := n.fork(b, `{"heads": ["`+hex.EncodeToString(first[:])+`"]}`)
	if got := n.hashes(fork.DocumentID); !slices.Contains(got, first) || slices.Contains(got, third) || !slices.Equal(got, all[:len(got)]) {
		t.Errorf("at a head it has %d of %d changes", len(got), len(all))
	}
	// It can be drawn on.
	p := n.participant("p", "link="+fork.secret("editor"), fork.DocumentID)
	p.untilSeen(first)
	p.untilSaved(p.Edit())

	for _, bad := range []string{`{"moment": 0}`, `{"moment": 100}`, `{"heads": ["x"]}`, `{"heads": ["` + strings.Repeat("00", 32) + `"]}`,
		`{"moment": 1, "heads": ["` + hex.EncodeToString(first[:]) + `"]}`, `{"title": "a\u0000"}`, `{"name": "x"}`} {
		isProblem(t, n.as(b.secret("editor"), "POST", "/api/boards/"+b.ID+"/forks", bad), http.StatusBadRequest)
	}
}

// Whoever may come to a board comes to its variants, in the same role and by one address.
func TestForkIsEntered(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.ForksPerBoard = false, 2 }})
	b := n.createBoard("")
	fork := n.fork(b, `{}`)
	entry := "/api/boards/" + b.ID + "/forks/" + fork.ID + "/entry"
	type entered struct{ URL, Role string }
	for _, role := range []string{"owner", "editor", "commenter", "viewer"} {
		first, again := do[entered](t, n.as(b.secret(role), "POST", entry, ""), 201), do[entered](t, n.as(b.secret(role), "POST", entry, ""), 201)
		_, secret, _ := strings.Cut(first.URL, "#")
		if first != again || first.Role != role || secret == b.secret(role) {
			t.Fatalf("%s enters by %+v, then by %+v", role, first, again)
		}
		if got := do[struct{ Role string }](t, n.as(secret, "GET", "/api/boards/"+fork.ID, ""), 200); got.Role != role {
			t.Errorf("%s is %s there", role, got.Role)
		}
		isProblem(t, n.as(secret, "GET", "/api/boards/"+b.ID, ""), http.StatusNotFound)
	}
	links := do[struct{ Links []any }](t, n.as(fork.secret("owner"), "GET", "/api/boards/"+fork.ID+"/links", ""), 200)
	if len(links.Links) != 8 {
		t.Errorf("the variant has %d links, not its own four and one for each of the board's", len(links.Links))
	}

	// A variant of another board is none of this one.
	isProblem(t, n.as(b.secret("owner"), "POST", strings.Replace(entry, fork.ID, n.fork(fork, `{}`).ID, 1), ""), http.StatusNotFound)

	do[any](t, n.as(fork.secret("owner"), "PATCH", "/api/boards/"+fork.ID, `{"closed": true}`), 200)
	isProblem(t, n.as(b.secret("owner"), "POST", entry, ""), http.StatusForbidden)
	isProblem(t, n.as(b.secret("owner"), "GET", strings.TrimSuffix(entry, "entry")+"export.automerge", ""), http.StatusForbidden)

	n.fork(b, `{}`)
	isProblem(t, n.as(b.secret("editor"), "POST", "/api/boards/"+b.ID+"/forks", `{}`), http.StatusConflict)
	do[any](t, n.as(fork.secret("owner"), "DELETE", "/api/boards/"+fork.ID, ""), 204)
	n.fork(b, `{}`)
}

// Of a board that is damaged no variant is made that pretends to be whole.
func TestForkOfADamagedBoard(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: closed})
	b := n.createBoard("")
	p := n.participant("p", "link="+b.secret("editor"), b.DocumentID)
	p.untilSeen(genesis.Hash())
	p.untilSaved(p.Edit())
	p.untilSaved(p.Edit())
	db := must(sql.Open("sqlite3", filepath.Join(dir, "openmic.db")))
	defer db.Close()
	must(db.Exec(`UPDATE changes SET sum = sum + 1 WHERE position = 1`))
	a := n.as(b.secret("editor"), "POST", "/api/boards/"+b.ID+"/forks", `{}`)
	isProblem(t, a, http.StatusConflict)
	if !strings.Contains(string(a.body), `"condition":"damaged"`) {
		t.Errorf("it says %s", a.body)
	}
	if got := do[struct{ Forks []any }](t, n.as(b.secret("editor"), "GET", "/api/boards/"+b.ID+"/forks", ""), 200); len(got.Forks) != 0 {
		t.Errorf("there are %d variants", len(got.Forks))
	}
}
