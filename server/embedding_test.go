package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/rs/zerolog"

	"openmic/server"
	"openmic/server/embed"
	"openmic/server/genesis"
)

var sharedKey = bytes.Repeat([]byte("k"), 32)

// hosted is a server that takes the tokens of a page's server.
func hosted(s *server.Settings) {
	s.Open, s.AccessInterval = false, 10*time.Millisecond
	s.EmbedTrust = embed.Trust{Secrets: [][]byte{sharedKey}, Issuer: "intranet", Audience: "openmic"}
	s.EmbedOrigins = []string{"https://everywhere.example"}
}

// vouch signs a token as the page's server does.
func vouch(t testing.TB, claims object) string {
	t.Helper()
	all := object{
		"iss": "intranet", "aud": "openmic", "sub": "anna", "jti": "j-1", "name": "Anna", "audience": "staff", "role": "editor",
		"exp": time.Now().Add(5 * time.Minute).Unix(),
	}
	for name, value := range claims {
		all[name] = value
	}
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: sharedKey}, nil))
	return must(jwt.Signed(signer).Claims(all).Serialize())
}

func (n *node) embedded(b board, body string) {
	n.t.Helper()
	do[any](n.t, n.as(b.secret("owner"), "PATCH", "/api/boards/"+b.ID+"/embedding", body), http.StatusOK)
}

// The token makes a participant, who is the same one each time, with the role and
// the badge that it says.
func TestTokenMakesAParticipant(t *testing.T) {
	n := startNode(t, nodeOption{settings: hosted})
	b, other := n.createBoard(""), n.createBoard("")
	path := "/api/boards/" + b.ID
	token := vouch(t, object{"board": b.ID})
	if a := n.as(token, "POST", path+"/participants", "{}"); a.StatusCode != http.StatusForbidden || !bytes.Contains(a.body, []byte(`"embedding"`)) {
		t.Fatalf("a board that lets nobody in by token: %d %s", a.StatusCode, a.body)
	}
	n.embedded(b, `{"role": "editor"}`)
	if a := n.as(token, "GET", path, ""); a.StatusCode != http.StatusForbidden || !bytes.Contains(a.body, []byte(`"join"`)) {
		t.Fatalf("before joining: %d %s", a.StatusCode, a.body)
	}
	first := do[joined](t, n.as(token, "POST", path+"/participants", `{"name": "Somebody else"}`), http.StatusCreated)
	if first.Name != "Anna" || first.Audience != "staff" || first.Token != "" || first.ID == "" {
		t.Errorf("joined as %+v", first)
	}
	again := do[joined](t, n.as(vouch(t, object{"board": b.ID, "name": "Anna Ek", "jti": "j-2"}), "POST", path+"/participants", ""), http.StatusCreated)
	if again.ID != first.ID || again.Name != "Anna Ek" {
		t.Errorf("joined again as %+v, and before as %+v", again, first)
	}
	bo := do[joined](t, n.as(vouch(t, object{"board": b.ID, "sub": "bo", "name": "Bo", "audience": "customer"}), "POST", path+"/participants", ""), http.StatusCreated)
	if bo.ID == first.ID || bo.Audience != "customer" {
		t.Errorf("another subject joined as %+v", bo)
	}
	got := do[struct{ Role, Audience, Participant string }](t, n.as(token, "GET", path, ""), http.StatusOK)
	if got.Role != "editor" || got.Audience != "staff" || got.Participant != first.ID {
		t.Errorf("the board answers %+v", got)
	}
	isProblem(t, n.as(token, "PATCH", path+"/participants/"+first.ID, `{"name": "Nobody"}`), http.StatusForbidden)
	isProblem(t, n.as(token, "GET", "/api/boards/"+other.ID, ""), http.StatusNotFound)
	isProblem(t, n.as(vouch(t, object{"board": "nowhere"}), "GET", "/api/boards/nowhere", ""), http.StatusNotFound)

	// It opens a socket by a ticket, and not by itself in an address.
	isProblem(t, n.request("GET", "/sync?link="+token, ""), http.StatusUnauthorized)
	isProblem(t, n.request("GET", "/sync?ticket="+token, ""), http.StatusUnauthorized)
	anna := n.participant("anna", "ticket="+n.ticket(b, token), b.DocumentID)
	anna.untilSeen(genesis.Hash())
	anna.untilSaved(anna.Edit())
	here := do[struct {
		Here []struct{ PeerID, Participant, Audience string }
	}](t, n.as(b.secret("viewer"), "GET", path+"/people", ""), http.StatusOK).Here
	if len(here) != 1 || here[0].Participant != first.ID || here[0].Audience != "staff" {
		t.Errorf("here is %+v", here)
	}

	// Put away, the board takes nothing of theirs either.
	do[any](t, n.as(b.secret("owner"), "PATCH", path, `{"archived": true}`), http.StatusOK)
	anna.wantEnd(4401)
	anna.again(n, "ticket="+n.ticket(b, token))
	if m := anna.next("error"); m.Condition != "archived" {
		t.Errorf("told %+v", m)
	}
	do[any](t, n.as(b.secret("owner"), "PATCH", path, `{"archived": false}`), http.StatusOK)
	anna.wantEnd(4401)
	anna.again(n, "ticket="+n.ticket(b, token))

	// The owners of the board have the last word.
	n.embedded(b, `{"role": "viewer"}`)
	anna.wantEnd(4401)
	if got := do[board](t, n.as(token, "GET", path, ""), http.StatusOK); got.ID != b.ID {
		t.Errorf("the board answers %+v", got)
	}
	anna.again(n, "ticket="+n.ticket(b, token))
	do[any](t, n.as(b.secret("owner"), "PATCH", path+"/participants/"+first.ID, `{"banned": true}`), http.StatusOK)
	anna.wantEnd(4410)
	isProblem(t, n.as(vouch(t, object{"board": b.ID, "jti": "j-3"}), "POST", path+"/participants", ""), http.StatusForbidden)
	do[any](t, n.as(b.secret("owner"), "PATCH", path, `{"closed": true}`), http.StatusOK)
	do[any](t, n.as(vouch(t, object{"board": b.ID, "sub": "bo"}), "POST", path+"/participants", ""), http.StatusCreated)
	isProblem(t, n.as(vouch(t, object{"board": b.ID, "sub": "cia"}), "POST", path+"/participants", ""), http.StatusForbidden)
	ticket := n.ticket(b, vouch(t, object{"board": b.ID, "sub": "bo"}))
	n.embedded(b, `{"role": null}`)
	isProblem(t, n.request("GET", "/sync?ticket="+ticket, ""), http.StatusForbidden)
}

// A token does what the weaker of its role and the owners' word allows, by every route.
func TestRolesOfTokens(t *testing.T) {
	n := startNode(t, nodeOption{settings: hosted})
	for _, c := range []struct{ says, most, is string }{
		{"owner", "owner", "owner"}, {"owner", "editor", "editor"}, {"editor", "owner", "editor"}, {"viewer", "editor", "viewer"}, {"editor", "commenter", "commenter"},
	} {
		b := n.createBoard("")
		n.embedded(b, `{"role": "`+c.most+`"}`)
		token := vouch(t, object{"board": b.ID, "role": c.says})
		do[any](t, n.as(token, "POST", "/api/boards/"+b.ID+"/participants", ""), http.StatusCreated)
		s := newStageOf(n, b)
		for pattern, row := range matrix {
			method, path, _ := strings.Cut(pattern, " ")
			if !strings.HasPrefix(path, "/api/boards/{id}") || method == "DELETE" ||
				strings.HasSuffix(path, "/participants/me") || // they are one, which the matrix' roles are not
				strings.HasSuffix(path, "/entry") { // a token is for one board
				continue
			}
			want := strings.Fields(row.want)[slices.Index(who, c.is)]
			if a := n.as(token, method, s.fill.Replace(row.path), row.body); fmt.Sprint(a.StatusCode) != want {
				t.Errorf("%s by a token for an %s at a board for %ss at most: %d %s, want %s", pattern, c.says, c.most, a.StatusCode, a.body, want)
			}
		}
	}
}

func TestBadTokensAreOneAnswer(t *testing.T) {
	n := startNode(t, nodeOption{settings: hosted})
	b := n.createBoard("")
	n.embedded(b, `{"role": "editor"}`)
	for name, claims := range map[string]object{
		"expired":    {"exp": time.Now().Add(-2 * time.Minute).Unix()},
		"no role":    {"role": ""},
		"a god":      {"role": "god"},
		"a robot":    {"audience": "robot"},
		"a long one": {"name": strings.Repeat("x", 65)},
		"backwards":  {"name": "\u202eannA"},
	} {
		claims["board"] = b.ID
		a := n.as(vouch(t, claims), "POST", "/api/boards/"+b.ID+"/participants", "")
		isProblem(t, a, http.StatusUnauthorized)
		if a.Header.Get("WWW-Authenticate") != `Bearer error="invalid_token"` || !bytes.Contains(a.body, []byte(`"condition":"token"`)) {
			t.Errorf("%s: %v %s", name, a.Header, a.body)
		}
	}
	bare := startNode(t, nodeOption{settings: closed})
	isProblem(t, bare.as(vouch(t, object{"board": b.ID}), "GET", "/api/boards/"+b.ID, ""), http.StatusUnauthorized)
}

// A socket ends when its token does, and the ticket of one that has ended opens none.
func TestTokenExpiresWhileConnected(t *testing.T) {
	n := startNode(t, nodeOption{settings: hosted})
	b := n.createBoard("")
	n.embedded(b, `{"role": "editor"}`)
	// Tokens count in whole seconds.
	expires := time.Now().Add(1100 * time.Millisecond).Truncate(time.Second)
	if expires.Before(time.Now().Add(300 * time.Millisecond)) {
		expires = expires.Add(time.Second)
	}
	token := vouch(t, object{"board": b.ID, "exp": expires.Unix()})
	do[any](t, n.as(token, "POST", "/api/boards/"+b.ID+"/participants", ""), http.StatusCreated)
	anna := n.participant("anna", "ticket="+n.ticket(b, token), b.DocumentID)
	stays := n.connect("stays", "link="+b.secret("editor"))
	anna.untilSeen(genesis.Hash())
	late := n.ticket(b, token)
	anna.wantEnd(4401)
	if took := time.Since(expires); took > 5*time.Second {
		t.Logf("it took %s", took)
	}
	isProblem(t, n.request("GET", "/sync?ticket="+late, ""), http.StatusUnauthorized)
	mine := anna.Edit() // what is drawn meanwhile goes with the next token
	anna.again(n, "ticket="+n.ticket(b, vouch(t, object{"board": b.ID})))
	anna.untilSaved(mine)
	stays.alive()
}

// Who may show a board in a frame is compared by the browser, and is exactly what
// was named.
func TestWhoMayShowABoard(t *testing.T) {
	n := startNode(t, nodeOption{settings: hosted})
	b := n.createBoard("")
	ancestors := func(path string, header ...string) string {
		a := n.request("GET", path, "", header...)
		if a.StatusCode != http.StatusOK || a.Header.Get("X-Frame-Options") != "" {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
		_, after, _ := strings.Cut(a.Header.Get("Content-Security-Policy"), "frame-ancestors ")
		return after
	}
	const usual = "'self' https://everywhere.example"
	if got := ancestors("/b/" + b.ID); got != usual {
		t.Errorf("a new board: %q", got)
	}
	n.embedded(b, `{"origins": ["https://Intranet.example:443", "https://intranet.example", "http://localhost:3000"]}`)
	if got := ancestors("/b/" + b.ID); got != usual+" https://intranet.example http://localhost:3000" {
		t.Errorf("the board: %q", got)
	}
	if got := ancestors("/b/"+b.ID, "Sec-Fetch-Dest", "iframe"); !strings.HasSuffix(got, " http://localhost:3000") {
		t.Errorf("the board in a frame: %q", got)
	}
	unknown := n.request("GET", "/b/nowhere", "")
	for path, want := range map[string]string{"/b/nowhere": usual, "/b/" + n.createBoard("").ID: usual, "/b/%00": usual, "/": "'self'", "/b/x/y": "'self'", "/embed.js": "'self'"} {
		if got := ancestors(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	page := n.request("GET", "/b/"+b.ID, "")
	if !bytes.Contains(page.body, []byte(`<meta name="openmic-embedders" content="https://everywhere.example https://intranet.example http://localhost:3000" />`)) {
		t.Errorf("the page does not say who may show it: %s", page.body)
	}

	// A4: what looks like an origin that is allowed is not taken for one, nor as one.
	for _, look := range []string{
		"https://intranet.example.evil.org/", "https://*.example", "https://intranet.example@evil.org", "intranet.example", "null", "*", "'self'",
		"https://intranet.example;script-src *", "https://intranet.example https://evil.org", "https://intranet.example.", "https://ıntranet.example", "data:",
	} {
		body, _ := json.Marshal(object{"origins": []string{look}})
		isProblem(t, n.as(b.secret("owner"), "PATCH", "/api/boards/"+b.ID+"/embedding", string(body)), http.StatusBadRequest)
	}
	for _, look := range []string{"https://intranet.example.evil.org", "https://evilintranet.example", "http://intranet.example", "https://intranet.example:8443"} {
		if slices.Contains(strings.Fields(ancestors("/b/"+b.ID)), look) {
			t.Errorf("%s may show the board", look)
		}
	}
	for _, body := range []string{`{"origins": "x"}`, `{"role": "god"}`, `{"preview": 1}`, `{"x": 1}`, `{"origins": [` + strings.Repeat(`"https://a.example",`, 20) + `"https://b.example"]}`} {
		isProblem(t, n.as(b.secret("owner"), "PATCH", "/api/boards/"+b.ID+"/embedding", body), http.StatusBadRequest)
	}
	got := do[struct {
		Origins, Everywhere []string
		Role                *string
		Preview, Tokens     bool
	}](t, n.as(b.secret("owner"), "GET", "/api/boards/"+b.ID+"/embedding", ""), http.StatusOK)
	if len(got.Origins) != 2 || got.Role != nil || got.Preview || !got.Tokens || len(got.Everywhere) != 1 {
		t.Errorf("the owners read %+v", got)
	}

	// Deleted it is as one that never was.
	do[any](t, n.as(b.secret("owner"), "DELETE", "/api/boards/"+b.ID, ""), http.StatusNoContent)
	if a := n.request("GET", "/b/"+b.ID, ""); a.Header.Get("Content-Security-Policy") != unknown.Header.Get("Content-Security-Policy") || !bytes.Equal(a.body, unknown.body) {
		t.Errorf("a deleted board: %v", a.Header)
	}
}

// A picture is shown of boards whose owners allow everybody one, and of no others.
func TestPreview(t *testing.T) {
	var log noted
	n := startNode(t, nodeOption{settings: hosted, log: zerolog.New(&log).Level(zerolog.TraceLevel)})
	b := n.createBoard(`Moving "house" <b>`)
	path, page := "/api/boards/"+b.ID+"/preview.svg", n.web.URL+"/b/"+b.ID
	asked := "/oembed?url=" + url.QueryEscape(page)
	unknown := n.request("GET", "/api/boards/nowhere/preview.svg", "")
	for _, path := range []string{path, asked, "/oembed?url=" + url.QueryEscape(n.web.URL+"/b/nowhere")} {
		a := n.request("GET", path, "")
		isProblem(t, a, http.StatusNotFound)
		if !bytes.Equal(a.body, unknown.body) {
			t.Errorf("%s answers %s, and of no board %s", path, a.body, unknown.body)
		}
	}
	if bytes.Contains(n.request("GET", "/b/"+b.ID, "").body, []byte("og:")) {
		t.Error("the page tells of a board without a preview")
	}
	n.embedded(b, `{"preview": true}`)
	a := n.request("GET", path, "")
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "image/svg+xml; charset=utf-8" || a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" ||
		!strings.HasPrefix(a.Header.Get("Cache-Control"), "public") || !strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("preview %d %v", a.StatusCode, a.Header)
	}
	if again := n.request("GET", path, "", "If-None-Match", a.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same preview again: %d", again.StatusCode)
	}
	type photo struct {
		Version, Type, Title, URL string
		Width, Height             int
	}
	whole := do[photo](t, n.request("GET", asked, ""), http.StatusOK)
	if whole.Version != "1.0" || whole.Type != "photo" || whole.Title != b.Title || whole.URL != n.web.URL+path || whole.Width < 100 || whole.Height < 100 {
		t.Errorf("oembed %+v", whole)
	}
	small := do[photo](t, n.request("GET", asked+"&maxwidth=100&maxheight=1000", ""), http.StatusOK)
	if small.Width != 100 || small.Height > 100*whole.Height/whole.Width+1 {
		t.Errorf("within 100 pixels: %+v", small)
	}
	// A secret that somebody pastes along is not looked at, and not kept.
	pasted := do[photo](t, n.request("GET", "/oembed?url="+url.QueryEscape(page+"#"+b.secret("owner")), ""), http.StatusOK)
	if pasted != whole {
		t.Errorf("with a secret: %+v", pasted)
	}
	for query, status := range map[string]int{
		"?url=" + url.QueryEscape("https://evil.example/b/"+b.ID): 404, "": 404, "?url=" + url.QueryEscape(page+"/x"): 404, "?url=" + url.QueryEscape(page) + "&format=xml": 501,
		"?url=" + url.QueryEscape(page) + "&maxwidth=-1": 400,
	} {
		isProblem(t, n.request("GET", "/oembed"+query, ""), status)
	}
	card := string(n.request("GET", "/b/"+b.ID, "").body)
	for _, part := range []string{`property="og:title" content="Moving &#34;house&#34; &lt;b&gt;"`, `content="` + n.web.URL + path + `"`, `application/json+oembed`, `name="twitter:card"`} {
		if !strings.Contains(card, part) {
			t.Errorf("the page lacks %s: %s", part, card)
		}
	}
	do[any](t, n.as(b.secret("owner"), "DELETE", "/api/boards/"+b.ID, ""), http.StatusNoContent)
	isProblem(t, n.request("GET", path, ""), http.StatusNotFound)
	n.stop()
	if strings.Contains(log.String(), b.secret("owner")) {
		t.Error("a secret is in the log")
	}
}

func TestEmbedScript(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	a := n.request("GET", "/embed.js", "")
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "text/javascript; charset=utf-8" ||
		a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	if b := n.request("GET", "/embed/v1.js", "", "If-None-Match", a.Header.Get("ETag")); b.StatusCode != http.StatusNotModified {
		t.Errorf("by its version: %d", b.StatusCode)
	}
}
