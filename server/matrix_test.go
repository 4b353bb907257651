package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/genesis"
	"openmic/server/store"
)

// who are those that every route and every deed at the socket is tried by.
var who = []string{"owner", "editor", "commenter", "viewer", "banned", "revoked", "of another board", "nobody"}

// matrix has for every route what each of these is answered, in this order.
var matrix = map[string]struct {
	path, body string
	want       string
}{
	"GET /api/openapi.json":                              {"/api/openapi.json", "", "200 200 200 200 200 200 200 200"},
	"POST /api/boards":                                   {"/api/boards", `{"title": "x"}`, "201 201 201 201 201 201 201 201"},
	"GET /api/boards/{id}":                               {"/api/boards/ID", "", "200 200 200 200 403 404 404 401"},
	"PATCH /api/boards/{id}":                             {"/api/boards/ID", `{"closed": false}`, "200 403 403 403 403 404 404 401"},
	"DELETE /api/boards/{id}":                            {"/api/boards/ID", "", "204 403 403 403 403 404 404 401"},
	"GET /api/boards/{id}/links":                         {"/api/boards/ID/links", "", "200 403 403 403 403 404 404 401"},
	"POST /api/boards/{id}/links":                        {"/api/boards/ID/links", `{}`, "201 403 403 403 403 404 404 401"},
	"PATCH /api/boards/{id}/links/{link}":                {"/api/boards/ID/links/LINK", `{"label": "x"}`, "200 403 403 403 403 404 404 401"},
	"DELETE /api/boards/{id}/links/{link}":               {"/api/boards/ID/links/LINK", "", "204 403 403 403 403 404 404 401"},
	"GET /api/boards/{id}/people":                        {"/api/boards/ID/people", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/authors":                       {"/api/boards/ID/authors", "", "200 200 200 200 403 404 404 401"},
	"POST /api/boards/{id}/participants":                 {"/api/boards/ID/participants", `{}`, "201 201 201 201 201 404 404 401"},
	"PATCH /api/boards/{id}/participants/{participant}":  {"/api/boards/ID/participants/PARTICIPANT", `{"banned": false}`, "200 403 403 403 403 404 404 401"},
	"DELETE /api/boards/{id}/participants/{participant}": {"/api/boards/ID/participants/PARTICIPANT", "", "204 403 403 403 403 404 404 401"},
	"POST /api/boards/{id}/tickets":                      {"/api/boards/ID/tickets", "", "201 201 201 201 403 404 404 401"},
	"POST /api/boards/{id}/attachments":                  {"/api/boards/ID/attachments", drawn("png"), "201 201 403 403 403 404 404 401"},
	"GET /api/boards/{id}/attachments/{attachment}":      {"/api/boards/ID/attachments/PICTURE", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards":                                    {"/api/boards", "", "401 401 401 401 401 401 401 401"},
	"GET /api/boards/{id}/participants/me":               {"/api/boards/ID/participants/me", "", "403 403 403 403 200 404 404 401"},
	"PATCH /api/boards/{id}/participants/me":             {"/api/boards/ID/participants/me", `{"name": "x"}`, "403 403 403 403 403 404 404 401"},
	"DELETE /api/boards/{id}/participants/me":            {"/api/boards/ID/participants/me", "", "403 403 403 403 204 404 404 401"},
	"DELETE /api/boards/{id}/participants/me/name":       {"/api/boards/ID/participants/me/name", "", "403 403 403 403 204 404 404 401"},
	"GET /api/boards/{id}/audit":                         {"/api/boards/ID/audit", "", "200 403 403 403 403 404 404 401"},
	"POST /api/boards/{id}/audit":                        {"/api/boards/ID/audit", `{"kind": "copied", "detail": "pdf"}`, "204 204 204 204 403 404 404 401"},
	"GET /api/boards/{id}/forks":                         {"/api/boards/ID/forks", "", "200 200 200 200 403 404 404 401"},
	"POST /api/boards/{id}/forks":                        {"/api/boards/ID/forks", `{"title": "x"}`, "201 201 403 403 403 404 404 401"},
	"GET /api/boards/{id}/forks/{fork}/export.automerge": {"/api/boards/ID/forks/FORK/export.automerge", "", "200 200 200 200 403 404 404 401"},
	"POST /api/boards/{id}/forks/{fork}/entry":           {"/api/boards/ID/forks/FORK/entry", "", "201 201 201 201 403 404 404 401"},
	"GET /api/boards/{id}/embedding":                     {"/api/boards/ID/embedding", "", "200 403 403 403 403 404 404 401"},
	"PATCH /api/boards/{id}/embedding":                   {"/api/boards/ID/embedding", `{"preview": false}`, "200 403 403 403 403 404 404 401"},
	"GET /api/boards/{id}/preview.svg":                   {"/api/boards/ID/preview.svg", "", "404 404 404 404 404 404 404 404"},
	"GET /api/boards/{id}/export.json":                   {"/api/boards/ID/export.json", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/export.csv":                    {"/api/boards/ID/export.csv", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/export.md":                     {"/api/boards/ID/export.md", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/export.automerge":              {"/api/boards/ID/export.automerge", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/drawing.svg":                   {"/api/boards/ID/drawing.svg", "", "200 200 200 200 403 404 404 401"},
	"GET /api/me":                                        {"/api/me", "", "200 200 200 200 200 200 200 200"},
	"GET /api/me/boards":                                 {"/api/me/boards", "", "401 401 401 401 401 401 401 401"},
	"PUT /api/me/boards/{id}":                            {"/api/me/boards/ID", "", "401 401 401 401 401 401 401 401"},
	"DELETE /api/me/boards/{id}":                         {"/api/me/boards/ID", "", "401 401 401 401 401 401 401 401"},
	"GET /api/admin/boards":                              {"/api/admin/boards", "", "401 401 401 401 401 401 401 401"},
	"POST /api/admin/boards/{id}/owners":                 {"/api/admin/boards/ID/owners", "", "401 401 401 401 401 401 401 401"},
	"GET /signin":                                        {"/signin", "", "404 404 404 404 404 404 404 404"},
	"GET /signin/callback":                               {"/signin/callback", "", "404 404 404 404 404 404 404 404"},
	"POST /api/signout":                                  {"/api/signout", "", "401 401 401 401 401 401 401 401"},
	"GET /api/boards/{id}/history":                       {"/api/boards/ID/history", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/history/stretches/{moment}":    {"/api/boards/ID/history/stretches/1", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/history/things/{thing}":        {"/api/boards/ID/history/things/customer", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/history/voices":                {"/api/boards/ID/history/voices", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/history/voices.csv":            {"/api/boards/ID/history/voices.csv", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/history/periods":               {"/api/boards/ID/history/periods", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/versions":                      {"/api/boards/ID/versions", "", "200 200 200 200 403 404 404 401"},
	"POST /api/boards/{id}/versions":                     {"/api/boards/ID/versions", `{"title": "x"}`, "201 201 403 403 403 404 404 401"},
	"PATCH /api/boards/{id}/versions/{version}":          {"/api/boards/ID/versions/VERSION", `{"title": "x"}`, "200 403 403 403 403 404 404 401"},
	"DELETE /api/boards/{id}/versions/{version}":         {"/api/boards/ID/versions/VERSION", "", "204 403 403 403 403 404 404 401"},
	"GET /api/boards/{id}/at/{moment}":                   {"/api/boards/ID/at/1", "", "200 200 200 200 403 404 404 401"},
	"GET /api/boards/{id}/at/{moment}/drawing.svg":       {"/api/boards/ID/at/1/drawing.svg", "", "200 200 200 200 403 404 404 401"},
	"/api/":            {"/api/nothing", "", "404 404 404 404 404 404 404 404"},
	"GET /sync":        {"/sync", "", "401 401 401 401 401 401 401 401"},
	"GET /healthz":     {"/healthz", "", "200 200 200 200 200 200 200 200"},
	"GET /readyz":      {"/readyz", "", "200 200 200 200 200 200 200 200"},
	"GET /metrics":     {"/metrics", "", "200 200 200 200 200 200 200 200"},
	"GET /oembed":      {"/oembed?url=http://x/b/ID", "", "404 404 404 404 404 404 404 404"},
	"GET /embed.js":    {"/embed.js", "", "200 200 200 200 200 200 200 200"},
	"GET /embed/v1.js": {"/embed/v1.js", "", "200 200 200 200 200 200 200 200"},
	"GET /b/{id}":      {"/b/ID", "", "200 200 200 200 200 200 200 200"},
	"/":                {"/x", "", "200 200 200 200 200 200 200 200"},
}

// A stage is a board with all that the routes name, and one of each of who.
type stage struct {
	n       *node
	b       board
	headers map[string][]string
	secrets map[string]string
	fill    *strings.Replacer
}

func newStage(n *node) *stage { return newStageOf(n, n.createBoard("")) }

func newStageOf(n *node, b board) *stage {
	other := n.createBoard("")
	owner := b.secret("owner")
	target := n.join(b, b.secret("editor"), "{}")
	n.connect("target-"+b.ID, "ticket="+n.ticket(b, b.secret("editor"), target.Token))
	banned := n.join(b, b.secret("editor"), "{}")
	do[any](n.t, n.as(owner, "PATCH", "/api/boards/"+b.ID+"/participants/"+banned.ID, `{"banned": true}`), http.StatusOK)
	revoked := n.makeLink(b, `{"role": "owner"}`)
	do[any](n.t, n.as(owner, "DELETE", "/api/boards/"+b.ID+"/links/"+revoked.ID, ""), http.StatusNoContent)
	picture := do[struct{ ID string }](n.t, n.upload(b, "editor", drawn("gif")), http.StatusCreated)
	fork := do[struct{ ID string }](n.t, n.as(owner, "POST", "/api/boards/"+b.ID+"/forks", `{"title": "another way"}`), http.StatusCreated)
	version := do[struct{ ID string }](n.t, n.as(owner, "POST", "/api/boards/"+b.ID+"/versions", `{"title": "as it was"}`), http.StatusCreated)
	s := &stage{
		n: n, b: b, headers: map[string][]string{},
		secrets: map[string]string{"banned": b.secret("editor"), "revoked": revoked.secret(), "of another board": other.secret("owner")},
		fill:    strings.NewReplacer("ID", b.ID, "LINK", n.makeLink(b, "{}").ID, "PARTICIPANT", target.ID, "PICTURE", picture.ID, "FORK", fork.ID, "VERSION", version.ID),
	}
	for role := range b.Links {
		s.secrets[role] = b.secret(role)
	}
	for name, secret := range s.secrets {
		s.headers[name] = []string{"Authorization", "Bearer " + secret}
	}
	s.headers["banned"] = append(s.headers["banned"], "Openmic-Participant", banned.Token)
	return s
}

// Every route by every role. A route that is not in the matrix fails.
func TestMatrixOfRoutes(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	d := describe(t, n)
	patterns := n.Patterns()
	if len(patterns) != len(matrix) {
		t.Errorf("%d routes, and %d in the matrix", len(patterns), len(matrix))
	}
	for _, pattern := range patterns {
		row, ok := matrix[pattern]
		want := strings.Fields(row.want)
		if !ok || len(want) != len(who) {
			t.Errorf("%s: nobody has written down who may do that", pattern)
			continue
		}
		method, _, ok := strings.Cut(pattern, " ")
		if !ok {
			method = "GET"
		}
		s := newStage(n)
		for i, name := range who {
			if i == 1 && method == "DELETE" {
				s = newStage(n) // the owner has deleted what there was
			}
			a := n.request(method, s.fill.Replace(row.path), row.body, s.headers[name]...)
			if strings.Contains(pattern, " /api/") {
				d.wantAnswer(t, a)
			}
			if fmt.Sprint(a.StatusCode) != want[i] {
				t.Errorf("%s by %s: %d, want %s: %.200s", pattern, name, a.StatusCode, want[i], a.body)
			}
		}
	}
}

// socketMatrix says what comes of what is done at the socket, by role.
var socketMatrix = []struct {
	deed string
	want map[string]string
}{
	{"reads the board", map[string]string{"owner": "yes", "editor": "yes", "commenter": "yes", "viewer": "yes"}},
	{"reads another board", map[string]string{"owner": "no", "editor": "no", "commenter": "no", "viewer": "no"}},
	{"draws", map[string]string{"owner": "yes", "editor": "yes", "commenter": "4403", "viewer": "no"}},
	{"comments", map[string]string{"owner": "yes", "editor": "yes", "commenter": "yes", "viewer": "no"}},
	{"draws on a locked board", map[string]string{"owner": "yes", "editor": "no", "commenter": "no", "viewer": "no"}},
	{"is seen", map[string]string{"owner": "yes", "editor": "yes", "commenter": "yes", "viewer": "yes"}},
}

func TestMatrixOfTheSocket(t *testing.T) {
	for _, row := range socketMatrix {
		t.Run(row.deed, func(t *testing.T) {
			t.Parallel()
			for _, role := range who[:4] {
				n := startNode(t, nodeOption{settings: closed})
				s := newStage(n)
				if row.deed == "draws on a locked board" {
					do[any](t, n.as(s.b.secret("owner"), "PATCH", "/api/boards/"+s.b.ID, `{"locked": true}`), http.StatusOK)
				}
				if got := s.deed(row.deed, s.secrets[role]); got != row.want[role] {
					t.Errorf("%s %s: %s, want %s", role, row.deed, got, row.want[role])
				}
			}
			// The others do not come as far as a socket.
			n := startNode(t, nodeOption{settings: closed})
			s := newStage(n)
			for _, name := range []string{"revoked", "nobody"} {
				isProblem(t, n.request("GET", "/sync?link="+s.secrets[name], ""), http.StatusUnauthorized)
			}
		})
	}
}

// deed does something with a link, and says what came of it: yes, no, or the code
// with which the server closed.
func (s *stage) deed(deed, secret string) string {
	n, doc := s.n, s.b.DocumentID
	if deed == "reads another board" {
		p := n.connect("p", "link="+secret)
		p.sendSync("request", n.createBoard("").DocumentID, firstMessage(nil))
		for m, ok := p.receive(); ok; m, ok = p.receive() {
			if m.Type == "doc-unavailable" {
				return "no"
			}
		}
		return "yes"
	}
	p := n.participant("p", "link="+secret, doc)
	p.untilSeen(genesis.Hash())
	witness := n.participant("witness", "link="+s.b.secret("owner"), doc)
	witness.untilSeen(genesis.Hash())
	if deed == "reads the board" {
		return "yes"
	}
	if deed == "is seen" {
		p.send(object{"type": "ephemeral", "senderId": p.id, "targetId": p.server, "count": 1, "sessionId": "s", "documentId": doc, "data": []byte{0xf6}})
		witness.next("ephemeral")
		return "yes"
	}
	root := map[string]string{"draws": "elements", "draws on a locked board": "elements", "comments": "comments"}[deed]
	change := p.EditBelow(root)
	m := crdt.SyncMessage{Version: 1, Heads: p.Heads(), Changes: [][]byte{p.Chunk(change)}}
	p.sendSync("sync", doc, m.Append(nil))
	// Once it has answered what came after, the room has had the change before
	// that of the witness.
	if code := p.answered(); code != "" {
		return code
	}
	witness.untilSaved(witness.Edit())
	if slices.ContainsFunc(n.stored(doc).Tail, func(e store.Entry) bool { return e.Hash == change }) {
		return "yes"
	}
	if code := p.answered(); code != "" {
		return code
	}
	return "no"
}

// answered waits for an answer, and returns the code if the server closes instead.
func (p *participant) answered() string {
	p.t.Helper()
	p.sendSync("request", docid.New().String(), firstMessage(nil))
	for {
		m, ok := p.receive()
		if !ok {
			return fmt.Sprint(int(websocket.CloseStatus(p.err)))
		}
		if m.Type == "doc-unavailable" {
			return ""
		}
	}
}
