package server_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/genesis"
)

func closed(s *server.Settings) { s.Open = false }

func TestCreateBoard(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	a := n.request("POST", "/api/boards", `{"title": "  Att flytta hemifrån 🏠 "}`)
	var b map[string]any
	if err := json.Unmarshal(a.body, &b); err != nil || a.StatusCode != http.StatusCreated || a.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("answer %d %s", a.StatusCode, a.body)
	}
	id, _ := b["id"].(string)
	if len(id) < 8 || a.Header.Get("Location") != "/api/boards/"+id || b["title"] != "Att flytta hemifrån 🏠" || b["role"] != nil {
		t.Errorf("answer %s at %q", a.body, a.Header.Get("Location"))
	}
	if doc, _ := b["documentId"].(string); must(docid.Parse(doc)) == (docid.ID{}) {
		t.Errorf("document id %q", doc)
	}
	links, _ := b["links"].(map[string]any)
	secrets := map[string]bool{}
	for _, role := range []string{"owner", "editor", "commenter", "viewer"} {
		link, _ := links[role].(string)
		secret, ok := strings.CutPrefix(link, n.web.URL+"/b/"+id+"#")
		if raw, err := base64.RawURLEncoding.DecodeString(secret); !ok || err != nil || len(raw) < 16 {
			t.Errorf("link of %s: %q", role, link)
		}
		secrets[secret] = true
	}
	if len(links) != 4 || len(secrets) != 4 {
		t.Errorf("links %v", links)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestPublicURLIsInLinks(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.PublicURL = "https://boards.example.org" }})
	b := n.createBoard("")
	if !strings.HasPrefix(b.Links["viewer"], "https://boards.example.org/b/"+b.ID+"#") {
		t.Errorf("link %q", b.Links["viewer"])
	}
}

func TestTitleIsInTheDocument(t *testing.T) {
	n := startNode(t, nodeOption{})
	for title, changes := range map[string]int{"": 1, "Moving house": 2, "Å🏠": 2} {
		b := n.createBoard(title)
		tail := n.stored(b.DocumentID).Tail
		if len(tail) != changes {
			t.Fatalf("%q: %d changes", title, len(tail))
		}
		if tail[0].Hash != genesis.Hash() || !bytes.Equal(tail[0].Change, genesis.Change()) {
			t.Errorf("%q does not begin with the genesis", title)
		}
		if changes == 1 {
			continue
		}
		first := must(crdt.ParseChange(tail[0].Change, crdt.DefaultLimits()))
		gate := crdt.NewAdmission(crdt.NewGraph(), crdt.DefaultLimits())
		if _, err := gate.Check(first, nil); err != nil {
			t.Fatal(err)
		}
		if err := gate.Add(first); err != nil {
			t.Fatal(err)
		}
		c := must(crdt.ParseChange(tail[1].Change, crdt.DefaultLimits()))
		if verdict, err := gate.Check(c, nil); verdict != crdt.Admitted {
			t.Errorf("%q: admission says %v, %v", title, verdict, err)
		}
		if got := insertedInto(t, c, textAt(t, first, "meta", "title")); got != title {
			t.Errorf("the document says %q, want %q", got, title)
		}
	}
}

// textAt finds the object of a path that one change makes.
func textAt(t *testing.T, c *crdt.Change, path ...string) crdt.OpID {
	t.Helper()
	object := crdt.OpID{}
	for _, key := range path {
		found := false
		for op := range c.Operations() {
			if op.Object == object && string(op.Key) == key && !found {
				object, found = op.ID, true
			}
		}
		if !found {
			t.Fatalf("no %s in %v", key, path)
		}
	}
	return object
}

// insertedInto is the text that a change puts into an object of the genesis.
func insertedInto(t *testing.T, c *crdt.Change, object crdt.OpID) string {
	t.Helper()
	text := ""
	for op, err := range c.Operations() {
		if err != nil {
			t.Fatal(err)
		}
		if op.Object.Counter != object.Counter || op.Object.Actor == 0 {
			t.Errorf("an operation on %v, want %v", op.Object, object)
		}
		text += string(op.Value.Raw)
	}
	return text
}

func TestCreateBoardRefuses(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"nothing":               {"", 400},
		"no JSON":               {"title=Moving", 400},
		"JSON cut short":        {`{"title": "Mov`, 400},
		"an array":              {`["title"]`, 400},
		"a number for a title":  {`{"title": 7}`, 400},
		"something after it":    {`{"title": "Moving"} and more`, 400},
		"a bracket after it":    {`{"title": "Moving"}]`, 400},
		"a control character":   {`{"title": "Mov\u0007ing"}`, 400},
		"NUL":                   {`{"title": "Mov\u0000ing"}`, 400},
		"a line break":          {`{"title": "Mov\ning"}`, 400},
		"a title of 201":        {`{"title": "` + strings.Repeat("å", 201) + `"}`, 400},
		"a body of 65 kB":       {`{"title": "` + strings.Repeat("x", 65<<10) + `"}`, 413},
		"65 kB before the JSON": {strings.Repeat(" ", 65<<10) + `{"title": "x"}`, 413},
	} {
		t.Run(name, func(t *testing.T) {
			isProblem(t, n.request("POST", "/api/boards", c.body), c.status)
		})
	}
	n.createBoard(strings.Repeat("å", 200))
}

func TestBoard(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b, other := n.createBoard("Moving house"), n.createBoard("Other")
	for role := range b.Links {
		a := n.request("GET", "/api/boards/"+b.ID, "", "Authorization", "Bearer "+b.secret(role))
		var got map[string]any
		if err := json.Unmarshal(a.body, &got); err != nil || a.StatusCode != http.StatusOK {
			t.Fatalf("answer %d %s", a.StatusCode, a.body)
		}
		if got["id"] != b.ID || got["documentId"] != b.DocumentID || got["title"] != "Moving house" || got["role"] != role || got["links"] != nil {
			t.Errorf("answer to the %s: %s", role, a.body)
		}
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Error("may be cached")
		}
	}
	for _, route := range [][2]string{{"GET", ""}, {"POST", "/tickets"}} {
		unknown := n.request(route[0], "/api/boards/nonsense"+route[1], "", "Authorization", "Bearer "+b.secret("owner"))
		wrong := n.request(route[0], "/api/boards/"+b.ID+route[1], "", "Authorization", "Bearer nonsense")
		others := n.request(route[0], "/api/boards/"+b.ID+route[1], "", "Authorization", "Bearer "+other.secret("owner"))
		for _, a := range []answer{unknown, wrong, others} {
			isProblem(t, a, http.StatusNotFound)
			if !bytes.Equal(a.body, unknown.body) || len(a.Header) != len(unknown.Header) {
				t.Error("answers tell an unknown board from a wrong secret")
			}
		}
		for _, header := range []string{"", "Basic eDp5", b.secret("owner")} {
			a := n.request(route[0], "/api/boards/"+b.ID+route[1], "", "Authorization", header)
			isProblem(t, a, http.StatusUnauthorized)
			if a.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Error("no WWW-Authenticate")
			}
		}
	}
}

// RFC 9110 section 11.1: the name of the scheme is in any case.
func TestBearerInAnyCase(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	for _, scheme := range []string{"Bearer", "bearer", "BEARER"} {
		if a := n.request("GET", "/api/boards/"+b.ID, "", "Authorization", scheme+" "+b.secret("owner")); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", scheme, a.StatusCode)
		}
	}
}

func TestTicketOpensOneSocket(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	a := n.request("POST", "/api/boards/"+b.ID+"/tickets", "", "Authorization", "Bearer "+b.secret("editor"))
	var got struct {
		Ticket    string
		ExpiresAt time.Time
	}
	if err := json.Unmarshal(a.body, &got); err != nil || a.StatusCode != http.StatusCreated || len(got.Ticket) < 22 {
		t.Fatalf("answer %d %s", a.StatusCode, a.body)
	}
	if life := time.Until(got.ExpiresAt); life <= 0 || life > time.Minute {
		t.Errorf("expires in %s", life)
	}
	p := n.participant("alice", "ticket="+got.Ticket, b.DocumentID)
	p.untilSeen(genesis.Hash())
	p.untilSaved(p.Edit())
	isProblem(t, n.request("GET", "/sync?ticket="+got.Ticket, ""), http.StatusUnauthorized)
}

func TestHealth(t *testing.T) {
	n := startNode(t, nodeOption{})
	for path, status := range map[string]string{"/healthz": "alive", "/readyz": "ready"} {
		a := n.request("GET", path, "")
		if a.StatusCode != http.StatusOK || !strings.Contains(string(a.body), status) {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	n.store.set(func(s *faultyStore) { s.down = true })
	isProblem(t, n.request("GET", "/readyz", ""), http.StatusServiceUnavailable)
	if a := n.request("GET", "/healthz", ""); a.StatusCode != http.StatusOK {
		t.Errorf("/healthz: %d; a restart does not bring the store back", a.StatusCode)
	}
}

func TestMetricsNameNobody(t *testing.T) {
	n := startNode(t, nodeOption{})
	b := n.createBoard("Moving house")
	p := n.participant("alice-in-wonderland", "link="+b.secret("editor"), b.DocumentID)
	p.untilSeen(genesis.Hash())
	p.untilSaved(p.Edit())
	c := n.connect("mallory-the-bad", "")
	c.sendSync("sync", b.DocumentID, []byte("x"))
	c.wantEnd(4422)
	var a answer
	poll(t, "the session that ended is counted", func() bool {
		a = n.request("GET", "/metrics", "")
		return strings.Contains(string(a.body), "\nopenmic_sessions_ended_total{code=\"4422\"} 1")
	})
	for _, name := range []string{"sessions 1", "rooms 1", "changes_admitted_total 1", "changes_stored_total 1", "commit_seconds_count 1",
		"load_seconds_count 1", "sync_frames_total", "sync_bytes_total"} {
		if !strings.Contains(string(a.body), "\nopenmic_"+name) {
			t.Errorf("no openmic_%s", name)
		}
	}
	for _, private := range []string{b.ID, b.DocumentID, "alice", "mallory", "Moving", "127.0.0.1"} {
		if strings.Contains(string(a.body), private) {
			t.Errorf("%q is in the metrics", private)
		}
	}
}

func TestClientFiles(t *testing.T) {
	n := startNode(t, nodeOption{})
	page := string(clientFiles["index.html"].Data)
	for _, c := range []struct {
		path, cache, kind, body string
	}{
		{"/", "no-cache", "text/html", page},
		{"/b/abc", "no-cache", "text/html", page},
		{"/b/abc/", "no-cache", "text/html", page},
		{"/no/such.thing", "no-cache", "text/html", page},
		{"/favicon.svg", "no-cache", "image/svg+xml", "<svg"},
		{"/app.webmanifest", "no-cache", "application/manifest+json", "{}"},
		{"/assets", "no-cache", "text/html", page},
		{"/assets/main-1a.js", "public, max-age=31536000, immutable", "text/javascript", "export {}"},
	} {
		a := n.request("GET", c.path, "")
		if a.StatusCode != http.StatusOK || a.Header.Get("Cache-Control") != c.cache ||
			!strings.HasPrefix(a.Header.Get("Content-Type"), c.kind) || !strings.HasPrefix(string(a.body), c.body) {
			t.Errorf("%s: %d, %q, %q, %s", c.path, a.StatusCode, a.Header.Get("Cache-Control"), a.Header.Get("Content-Type"), a.body)
		}
		head := n.request("HEAD", c.path, "")
		if head.StatusCode != http.StatusOK || len(head.body) > 0 {
			t.Errorf("HEAD %s: %d with %d bytes", c.path, head.StatusCode, len(head.body))
		}
		post := n.request("POST", c.path, "")
		isProblem(t, post, http.StatusMethodNotAllowed)
		if post.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s: Allow %q", c.path, post.Header.Get("Allow"))
		}
	}
	a := n.request("GET", "/assets/gone-2b.js", "")
	isProblem(t, a, http.StatusNotFound)
	if strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
		t.Error("that a file is missing is kept for ever")
	}
}

func TestEveryErrorIsAProblemAndEveryAnswerIsSecured(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 200}, {"GET", "/healthz", 200}, {"GET", "/metrics", 200},
		{"GET", "/api/", 404}, {"GET", "/api/nothing", 404}, {"PUT", "/api/boards/x", 404}, {"DELETE", "/api/boards", 404},
		{"GET", "/sync", 401}, {"POST", "/sync", 405}, {"POST", "/healthz", 405}, {"DELETE", "/metrics", 405},
		{"POST", "/api/boards", 400}, {"GET", "/api/boards/x", 401}, {"GET", "/assets/x", 404},
	} {
		a := n.request(c.method, c.path, "")
		if c.status >= 400 {
			isProblem(t, a, c.status)
		} else if a.StatusCode != c.status {
			t.Errorf("%s %s: %d", c.method, c.path, a.StatusCode)
		}
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		} {
			if got := a.Header.Get(header); !strings.HasPrefix(got, want) {
				t.Errorf("%s %s: %s is %q", c.method, c.path, header, got)
			}
		}
	}
}

// What libraries refuse is answered as everything else is.
func TestRefusalsOfLibrariesAreProblems(t *testing.T) {
	n := startNode(t, nodeOption{})
	for _, path := range []string{"/sync", "/assets/..%2findex.html"} {
		a := n.request("GET", path, "")
		if a.StatusCode < 400 || a.StatusCode >= 500 {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
		isProblem(t, a, a.StatusCode)
	}
}
