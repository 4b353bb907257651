package server_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"openmic/crdt"
	"openmic/crdt/changetest"
	"openmic/server/genesis"
)

// Secrets are drawn from at least 2^128, and what is stored of them opens nothing.
func TestSecretsThatAreGuessed(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: closed})
	drawn := map[string]bool{}
	keep := func(what, secret string) {
		t.Helper()
		if b, err := base64.RawURLEncoding.DecodeString(secret); err != nil || len(b) < 16 {
			t.Errorf("%s %q has %d bytes (%v)", what, secret, len(b), err)
		}
		if drawn[secret] {
			t.Errorf("%s %q was drawn before", what, secret)
		}
		drawn[secret] = true
	}
	for range 50 {
		b := n.createBoard("")
		for role := range b.Links {
			keep(role+"'s link", b.secret(role))
		}
		keep("token", n.join(b, b.secret("editor"), "{}").Token)
		keep("ticket", n.ticket(b, b.secret("editor")))
	}
	n.stop()
	files := must(filepath.Glob(filepath.Join(dir, "*")))
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // a directory
		}
		for secret := range drawn {
			if strings.Contains(string(b), secret) {
				t.Fatalf("a secret is in %s", filepath.Base(file))
			}
		}
	}
	if len(files) == 0 {
		t.Error("nothing is stored")
	}
}

func TestNamesThatPretend(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	boss := n.join(b, b.secret("owner"), `{"name": "Berit, handläggare"}`)
	for name, want := range map[string]string{
		boss.Name:                        boss.Name, // anybody may be called that; who is staff is another matter
		`<img src=x onerror="alert(1)">`: `<img src=x onerror="alert(1)">`,
		"Åsa 👩🏽‍🚒":                       "Åsa 👩🏽‍🚒",
		"  Bo  ":                         "Bo",
		strings.Repeat("å", 64):          strings.Repeat("å", 64),
		strings.Repeat("å", 65):          "",
		strings.Repeat("x", 10_000):      "",
		"evil\u202etxt":                  "",
		"\u2066left\u2069":               "",
		"two\nlines":                     "",
		"a\u0000b":                       "",
		"Berit\u0007":                    "",
	} {
		body := string(must(json.Marshal(map[string]string{"name": name})))
		a := n.as(b.secret("editor"), "POST", "/api/boards/"+b.ID+"/participants", body)
		if want == "" {
			isProblem(t, a, http.StatusBadRequest)
			continue
		}
		if got := do[joined](t, a, http.StatusCreated); got.Name != want || got.Audience != "customer" || got.ID == boss.ID {
			t.Errorf("%q joined as %+v", name, got)
		}
	}
}

// A ticket is used up by whoever comes first with it, from wherever.
func TestTicketThatWasSeenByAnother(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	ticket := n.ticket(b, b.secret("editor"))
	n.connect("guest", "ticket="+ticket).alive()
	for _, header := range [][]string{nil, {"X-Forwarded-For", "203.0.113.9"}, {"User-Agent", "another"}} {
		a := n.request("GET", "/sync?ticket="+ticket, "", append(header, "Connection", "Upgrade", "Upgrade", "websocket")...)
		isProblem(t, a, http.StatusUnauthorized)
	}
}

// Whatever a board says, the server goes nowhere for it.
func TestAddressesOnABoardAreNotFetched(t *testing.T) {
	var asked atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer inside.Close()
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("See " + inside.URL)
	p := n.participant("p", "link="+b.secret("editor"), b.DocumentID)
	p.untilSeen(genesis.Hash())
	p.untilSaved(p.Write(func(find func(...string) changetest.ID) []changetest.Op {
		var ops []changetest.Op
		for i, text := range []string{
			inside.URL + "/latest/meta-data", "[x](" + inside.URL + ")", "![x](" + inside.URL + "/x.png)",
			`<img src="` + inside.URL + `">`, "file:///etc/passwd", "http://169.254.169.254/",
		} {
			card := p.Next(len(ops))
			ops = append(ops,
				changetest.Op{Object: find("elements"), Key: string(rune('a' + i)), Action: crdt.MakeMap},
				word(card, "kind", "image"), word(card, "lane", "customer"), word(card, "step", "s1"), word(card, "order", "a"),
				word(card, "image", inside.URL+"/x.png"), word(card, "text", text))
		}
		return ops
	}))
	for _, path := range []string{"/drawing.svg", "/export.json", "/export.csv", "/export.md", "/history", "/at/1/drawing.svg"} {
		if a := n.as(b.secret("editor"), "GET", "/api/boards/"+b.ID+path, ""); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	n.request("GET", "/oembed?url="+inside.URL+"/b/"+b.ID, "")
	n.request("GET", "/b/"+b.ID, "")
	if got := asked.Load(); got > 0 {
		t.Errorf("%d requests", got)
	}
}
