package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/genesis"
)

type link struct {
	ID, Role, Audience, Label string
	ExpiresAt                 *time.Time
	Password, Current         bool
	People                    int
	URL                       string
}

func (l link) secret() string { _, secret, _ := strings.Cut(l.URL, "#"); return secret }

// as makes a request with the secret of a link, and more headers.
func (n *node) as(secret, method, path, body string, header ...string) answer {
	n.t.Helper()
	return n.request(method, path, body, append([]string{"Authorization", "Bearer " + secret}, header...)...)
}

// do makes a request that must be answered with a status, and decodes the answer.
func do[T any](t testing.TB, a answer, status int) (v T) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("answer %d %s, want %d", a.StatusCode, a.body, status)
	}
	if len(a.body) > 0 {
		if err := json.Unmarshal(a.body, &v); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func (n *node) makeLink(b board, body string) link {
	n.t.Helper()
	return do[link](n.t, n.as(b.secret("owner"), "POST", "/api/boards/"+b.ID+"/links", body), http.StatusCreated)
}

func (n *node) linksOf(b board) []link {
	n.t.Helper()
	return do[struct{ Links []link }](n.t, n.as(b.secret("owner"), "GET", "/api/boards/"+b.ID+"/links", ""), http.StatusOK).Links
}

func TestLinks(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("Moving house")
	before := n.linksOf(b)
	if len(before) != 4 {
		t.Fatalf("links %+v", before)
	}
	for _, l := range before {
		audience := "customer"
		if l.Role == "owner" {
			audience = "staff"
		}
		if l.Audience != audience || l.Current != (l.Role == "owner") || l.URL != "" || l.Password || l.ExpiresAt != nil {
			t.Errorf("link %+v", l)
		}
	}

	expires := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
	made := n.makeLink(b, fmt.Sprintf(`{"role": "commenter", "audience": "staff", "label": " Dagkirurgen ", "expiresAt": %q, "people": 12}`, expires.Format(time.RFC3339Nano)))
	if made.Role != "commenter" || made.Audience != "staff" || made.Label != "Dagkirurgen" || !made.ExpiresAt.Equal(expires) || made.People != 12 || len(made.secret()) != 24 {
		t.Errorf("made %+v", made)
	}
	after := n.linksOf(b)
	if i := slices.IndexFunc(after, func(l link) bool { return l.ID == made.ID }); len(after) != 5 || i < 0 || after[i].URL != "" {
		t.Errorf("links are now %+v", after)
	}
	path := "/api/boards/" + b.ID + "/links/" + made.ID
	changed := do[link](t, n.as(b.secret("owner"), "PATCH", path, `{"role": "viewer", "expiresAt": null, "people": null, "label": ""}`), http.StatusOK)
	if changed.Role != "viewer" || changed.ExpiresAt != nil || changed.People != 0 || changed.Label != "" || changed.Audience != "staff" || changed.ID != made.ID {
		t.Errorf("changed to %+v", changed)
	}
	if got := do[board](t, n.as(made.secret(), "GET", "/api/boards/"+b.ID, ""), http.StatusOK); got.ID != b.ID {
		t.Errorf("the link opens %+v", got)
	}
	do[any](t, n.as(b.secret("owner"), "DELETE", path, ""), http.StatusNoContent)

	// Revoked, expired and unknown are one answer.
	brief := n.makeLink(b, fmt.Sprintf(`{"expiresAt": %q}`, time.Now().Add(50*time.Millisecond).UTC().Format(time.RFC3339Nano)))
	poll(t, "the link has expired", func() bool {
		return n.as(brief.secret(), "GET", "/api/boards/"+b.ID, "").StatusCode == http.StatusNotFound
	})
	unknown := n.as("nonsense", "GET", "/api/boards/"+b.ID, "")
	for _, secret := range []string{made.secret(), brief.secret()} {
		a := n.as(secret, "GET", "/api/boards/"+b.ID, "")
		isProblem(t, a, http.StatusNotFound)
		if !bytes.Equal(a.body, unknown.body) || len(a.Header) != len(unknown.Header) {
			t.Errorf("answer %s, to an unknown link %s", a.body, unknown.body)
		}
		isProblem(t, n.request("GET", "/sync?link="+secret, ""), http.StatusUnauthorized)
	}
	for _, method := range []string{"PATCH", "DELETE"} {
		isProblem(t, n.as(b.secret("owner"), method, path, "{}"), http.StatusNotFound)
	}
}

func TestLinksRefuse(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.LinksPerBoard = false, 5 }})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID + "/links"
	for _, body := range []string{
		`{"role": "root"}`, `{"role": null}`, `{"audience": "all"}`, `{"audience": null}`, `{"expiresAt": "2020-01-01T00:00:00Z"}`,
		`{"expiresAt": "soon"}`, `{"password": "abc"}`, `{"password": "` + strings.Repeat("x", 201) + `"}`, `{"people": -1}`, `{"people": 1e9}`,
		`{"label": "a\u0000b"}`, `{"label": "\u202eab"}`, `{"label": "` + strings.Repeat("x", 101) + `"}`, `{"secret": "mine"}`, `[]`, ``,
	} {
		isProblem(t, n.as(b.secret("owner"), "POST", path, body), http.StatusBadRequest)
	}
	if links := n.linksOf(b); len(links) != 4 {
		t.Fatalf("links %+v", links)
	}
	n.makeLink(b, "{}")
	isProblem(t, n.as(b.secret("owner"), "POST", path, "{}"), http.StatusConflict)

	// Somebody stays an owner.
	links := n.linksOf(b)
	owner := path + "/" + links[slices.IndexFunc(links, func(l link) bool { return l.Role == "owner" })].ID
	editor := path + "/" + links[slices.IndexFunc(links, func(l link) bool { return l.Role == "editor" })].ID
	isProblem(t, n.as(b.secret("owner"), "DELETE", owner, ""), http.StatusConflict)
	isProblem(t, n.as(b.secret("owner"), "PATCH", owner, `{"role": "editor"}`), http.StatusConflict)
	isProblem(t, n.as(b.secret("owner"), "PATCH", owner, `{"expiresAt": "2100-01-01T00:00:00Z"}`), http.StatusConflict)
	do[link](t, n.as(b.secret("owner"), "PATCH", editor, `{"role": "owner"}`), http.StatusOK)
	do[any](t, n.as(b.secret("owner"), "DELETE", owner, ""), http.StatusNoContent)
	isProblem(t, n.as(b.secret("owner"), "GET", path, ""), http.StatusNotFound)
	do[any](t, n.as(b.secret("editor"), "GET", path, ""), http.StatusOK)
}

// What an owner decides reaches everybody who is connected, and whoever is just
// coming. Once the owner is told that it is done, nothing of theirs is taken any more.
func TestAccessChangesReachThoseConnected(t *testing.T) {
	type decided struct {
		method, path, body string
		code               int
		ticket             int // what is answered to who opens a socket with a ticket from before
		owner              int // how the owner's own session ends; 0: not at all
	}
	for name, d := range map[string]decided{
		"revoked":           {"DELETE", "/links/LINK", "", 4401, 401, 0},
		"another role":      {"PATCH", "/links/LINK", `{"role": "viewer"}`, 4401, 426, 0},
		"some lanes":        {"PATCH", "/links/LINK", `{"lanes": ["customer"]}`, 4401, 426, 0},
		"a password":        {"PATCH", "/links/LINK", `{"password": "sesam"}`, 4401, 403, 0},
		"the board locked":  {"PATCH", "", `{"locked": true}`, 4401, 426, 0},
		"the board deleted": {"DELETE", "", "", 4404, 410, 4404},
		"banned":            {"PATCH", "/participants/PERSON", `{"banned": true}`, 4410, 403, 0},
		"asked to leave":    {"DELETE", "/participants/PERSON", "", 4410, 426, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.AccessInterval = false, time.Hour }})
			b := n.createBoard("")
			l := n.makeLink(b, "{}")
			person := n.join(b, l.secret(), "{}")
			came := func() string { return "ticket=" + n.ticket(b, l.secret(), person.Token) }
			var there []*client
			for i := range 50 {
				there = append(there, n.connect(fmt.Sprint("p", i), came()))
			}
			draws := n.participant("draws", came(), b.DocumentID)
			draws.untilSeen(genesis.Hash())
			owner := n.connect("owner", "link="+b.secret("owner"))
			if name != "asked to leave" { // there is nobody to ask who has not said who they are
				there = append(there, n.dial(came()))
			}
			ticket := n.ticket(b, l.secret(), person.Token)

			path := strings.NewReplacer("LINK", l.ID, "PERSON", person.ID).Replace("/api/boards/" + b.ID + d.path)
			if a := n.as(b.secret("owner"), d.method, path, d.body); a.StatusCode >= 300 {
				t.Fatalf("answer %d %s", a.StatusCode, a.body)
			}
			late := draws.Edit()
			draws.speak()
			for _, p := range append(there, draws.client) {
				p.wantEnd(wsCode(d.code))
			}
			if slices.Contains(n.changes(b.DocumentID), late) {
				t.Error("a change was taken after the owner was told that it is done")
			}
			if d.owner == 0 {
				owner.alive()
			} else {
				owner.wantEnd(wsCode(d.owner))
			}
			if a := n.request("GET", "/sync?ticket="+ticket, ""); a.StatusCode != d.ticket {
				t.Errorf("a ticket from before: %d %s, want %d", a.StatusCode, a.body, d.ticket)
			}
		})
	}
}

// What another node has changed is found by looking, within two seconds of it.
func TestAccessIsLookedForOften(t *testing.T) {
	if every := server.DefaultSettings().AccessInterval; every <= 0 || every > time.Second {
		t.Errorf("every %s", every)
	}
}

// A socket that opens while its link is changed, or whoever comes is banned, ends
// however the two meet.
func TestAccessChangesWhileOpening(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.AccessInterval = false, time.Hour }})
	for name, d := range map[string]struct {
		method, path, body string
		code               int
	}{
		"revoked":      {"DELETE", "/links/LINK", "", 4401},
		"another role": {"PATCH", "/links/LINK", `{"role": "viewer"}`, 4401},
		"banned":       {"PATCH", "/participants/PERSON", `{"banned": true}`, 4410},
		"deleted":      {"DELETE", "", "", 4404},
	} {
		t.Run(name, func(t *testing.T) {
			b := n.createBoard("")
			for range 20 {
				l := n.makeLink(b, "{}")
				person := n.join(b, l.secret(), "{}")
				ticket := n.ticket(b, l.secret(), person.Token)
				path := strings.NewReplacer("LINK", l.ID, "PERSON", person.ID).Replace("/api/boards/" + b.ID + d.path)
				var both sync.WaitGroup
				var c *client
				both.Go(func() { c = n.tryDial("ticket=" + ticket) })
				both.Go(func() { n.as(b.secret("owner"), d.method, path, d.body) })
				both.Wait()
				switch {
				case c == nil:
				case name == "another role" && c.judgedAfter(t):
					// It came when the role was changed already, and may look.
				default:
					c.wantEnd(wsCode(d.code))
				}
				if name == "deleted" {
					do[any](t, n.as(b.secret("owner"), "PATCH", "/api/boards/"+b.ID, `{"deleted": false}`), http.StatusOK)
				}
				if name != "revoked" {
					n.as(b.secret("owner"), "DELETE", "/api/boards/"+b.ID+"/links/"+l.ID, "")
				}
			}
		})
	}
}

// judgedAfter tells whether a session that has just begun goes on.
func (c *client) judgedAfter(t *testing.T) bool {
	t.Helper()
	c.id = "late " + docid.New().String() // one before may not have gone yet
	c.send(object{"type": "join", "senderId": c.id, "peerMetadata": object{}, "supportedProtocolVersions": []string{"1"}})
	for m, ok := c.receive(); ok; m, ok = c.receive() {
		if m.Type == "peer" {
			c.server = m.SenderID
			c.sendSync("request", docid.New().String(), firstMessage(nil))
		}
		if m.Type == "doc-unavailable" {
			return true
		}
	}
	return false
}

func TestExpiryEndsSessions(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.AccessInterval = false, 10*time.Millisecond }})
	b := n.createBoard("")
	l := n.makeLink(b, fmt.Sprintf(`{"expiresAt": %q}`, time.Now().Add(700*time.Millisecond).UTC().Format(time.RFC3339Nano)))
	c := n.connect("guest", "link="+l.secret())
	stays := n.connect("stays", "link="+b.secret("editor"))
	c.alive()
	c.wantEnd(4401)
	stays.alive()
}

// Another node, or a hand in the database, is found by reading the versions.
func TestAccessChangedBehindTheServersBack(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.AccessInterval = false, 10*time.Millisecond }})
	b := n.createBoard("")
	c := n.connect("guest", "link="+b.secret("editor"))
	c.alive()
	access, err := n.store.Access(t.Context(), b.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range access.Links {
		if l.Role == "editor" {
			if err := n.store.DeleteLink(t.Context(), b.ID, l.SecretHash); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.wantEnd(4401)
}

func TestLockedBoardTakesOwnersChangesOnly(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	patch := func(body string) {
		do[any](t, n.as(b.secret("owner"), "PATCH", "/api/boards/"+b.ID, body), http.StatusOK)
	}
	owner := n.participant("owner", "link="+b.secret("owner"), b.DocumentID)
	owner.untilSeen(genesis.Hash())
	patch(`{"locked": true}`)
	editor := n.participant("editor", "link="+b.secret("editor"), b.DocumentID)
	if m := editor.next("error"); m.Condition != "locked" {
		t.Fatalf("told %+v", m)
	}
	editor.untilSeen(genesis.Hash())
	mine := editor.Edit()
	h := owner.Edit()
	owner.untilSaved(h)
	editor.untilSeen(h)
	if owner.Has(mine) {
		t.Error("a locked board took a change")
	}
	insists := crdt.SyncMessage{Version: 1, Heads: editor.Heads(), Changes: [][]byte{editor.Chunk(mine)}}
	for range 10 { // what is not taken is sent again by some
		editor.sendSync("sync", b.DocumentID, insists.Append(nil))
	}
	editor.alive()
	patch(`{"locked": false}`)
	editor.wantEnd(4401)
	editor.again(n, "link="+b.secret("editor"))
	editor.untilSaved(mine)
	owner.untilSeen(mine)
}

func TestDeletedBoardComesBack(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID
	do[any](t, n.as(b.secret("owner"), "DELETE", path, ""), http.StatusNoContent)
	for role := range b.Links {
		isProblem(t, n.as(b.secret(role), "GET", path, ""), http.StatusGone)
		isProblem(t, n.request("GET", "/sync?link="+b.secret(role), ""), http.StatusGone)
	}
	isProblem(t, n.as("nonsense", "GET", path, ""), http.StatusNotFound)
	isProblem(t, n.as(b.secret("editor"), "PATCH", path, `{"deleted": false}`), http.StatusGone)
	do[any](t, n.as(b.secret("owner"), "PATCH", path, `{"deleted": false}`), http.StatusOK)
	n.connect("p", "link="+b.secret("viewer")).alive()
}
