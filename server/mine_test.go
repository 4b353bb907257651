package server_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"openmic/server/genesis"
)

type stored struct {
	ID, Name, Audience, Link, Label string
	JoinedAt                        time.Time
	LastOpenedAt, NameErasedAt      *time.Time
	Actors                          []string
	Changes                         int
	Audit                           []auditLine
}

func (n *node) mine(b board, secret, token string) stored {
	n.t.Helper()
	return do[stored](n.t, n.as(secret, "GET", "/api/boards/"+b.ID+"/participants/me", "", "Openmic-Participant", token), http.StatusOK)
}

func TestWhatIsStoredAboutMe(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	l := n.makeLink(b, `{"label": "Rådet"}`)
	in := n.join(b, l.secret(), `{"name": "Erik"}`)
	p := n.participant("erik", "ticket="+n.ticket(b, l.secret(), in.Token), b.DocumentID)
	p.untilSeen(genesis.Hash())
	for range 3 {
		p.untilSaved(p.Edit())
	}
	n.ownedBy(b.DocumentID, p.Actor(), in.ID)
	n.untilNoted(b, "opened")
	owner := n.join(b, b.secret("owner"), `{"name": "Anna"}`)
	path := "/api/boards/" + b.ID + "/participants/"
	do[any](t, n.as(b.secret("owner"), "PATCH", path+in.ID, `{"banned": true}`, "Openmic-Participant", owner.Token), http.StatusOK)

	// It is told also to one who was shut out.
	me := n.mine(b, l.secret(), in.Token)
	if me.ID != in.ID || me.Name != "Erik" || me.Audience != "customer" || me.Link != l.ID || me.Label != "Rådet" || me.NameErasedAt != nil ||
		me.LastOpenedAt == nil || len(me.Actors) != 1 || me.Changes != 3 && me.Changes != 2 {
		t.Errorf("stored is %+v", me)
	}
	var kinds []string
	for _, line := range me.Audit {
		kinds = append(kinds, line.Kind)
		if line.Kind == "banned" && (line.By == nil || line.By.Name != "" || line.By.Participant != "" || line.By.Audience != "staff") {
			t.Errorf("shut out by %+v: others are not named", line.By)
		}
	}
	if want := []string{"banned", "opened", "joined"}; !slices.Equal(kinds, want) {
		t.Errorf("lines are %q, not %q", kinds, want)
	}
	isProblem(t, n.as(l.secret(), "GET", path+"me", ""), http.StatusForbidden)
	isProblem(t, n.as(l.secret(), "GET", path+"me", "", "Openmic-Participant", "nonsense"), http.StatusForbidden)
}

// Once a name is erased it is nowhere: not in the database's files, not in the log,
// and in no answer to anybody.
func TestErasedNameIsNowhere(t *testing.T) {
	var out noted
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: closed, log: zerolog.New(&out).Level(zerolog.TraceLevel)})
	const name = "Erik-som-vill-bort"
	b := n.createBoard("")
	path := "/api/boards/" + b.ID
	body := `{"name": "` + name + `"}`
	in := do[joined](t, n.as(b.secret("editor"), "POST", path+"/participants", body, "Idempotency-Key", onceKey), http.StatusCreated)
	me := []string{"Openmic-Participant", in.Token}
	do[any](t, n.as(b.secret("editor"), "PATCH", path+"/participants/"+in.ID, `{"name": "`+name+` igen"}`, me...), http.StatusOK)
	do[any](t, n.as(b.secret("owner"), "PATCH", path+"/participants/"+in.ID, `{"banned": true}`), http.StatusOK)
	do[any](t, n.as(b.secret("owner"), "PATCH", path+"/participants/"+in.ID, `{"banned": false}`), http.StatusOK)
	p := n.participant("erik", "ticket="+n.ticket(b, b.secret("editor"), in.Token), b.DocumentID)
	p.untilSeen(genesis.Hash())
	p.untilSaved(p.Edit())
	n.untilNoted(b, "opened")
	// A variant shares the history.
	fork := n.fork(b, `{"title": "Utan blanketten"}`)
	told := map[string]bool{} // which answers have told the name
	answers := func() (tell []string) {
		look := func(from string, a answer) {
			if bytes.Contains(a.body, []byte(name)) {
				tell, told[from] = append(tell, from), true
			}
		}
		for _, at := range []board{b, fork} {
			for _, secret := range []string{at.secret("owner"), at.secret("viewer")} {
				for _, from := range []string{
					"", "/links", "/people", "/authors", "/audit", "/forks", "/drawing.svg", "/at/1", "/at/1/drawing.svg", "/at/2", "/at/2/drawing.svg",
					"/history", "/history/stretches/0", "/history/things/s1", "/history/voices", "/history/voices.csv", "/history?names=none", "/history/voices.csv?names=none", "/versions", "/history/periods",
					"/export.json", "/export.csv", "/export.md", "/export.automerge",
				} {
					a := n.as(secret, "GET", "/api/boards/"+at.ID+from, "")
					if a.StatusCode == http.StatusNotFound && from != "/history/things/s1" {
						t.Fatalf("%s is not there to be looked at", from)
					}
					look(from, a)
				}
			}
		}
		look("/participants/me", n.as(b.secret("editor"), "GET", path+"/participants/me", "", me...))
		look("/metrics", n.request("GET", "/metrics", ""))
		return tell
	}
	files := func() (found []string) {
		for _, e := range must(os.ReadDir(dir)) {
			if bytes.Contains(must(os.ReadFile(filepath.Join(dir, e.Name()))), []byte(name)) {
				found = append(found, e.Name())
			}
		}
		return found
	}
	before := answers()
	for _, from := range []string{"/people", "/audit", "/history", "/history/things/s1", "/history/voices", "/history/voices.csv", "/participants/me"} {
		if !told[from] {
			t.Errorf("%s does not tell the name that is to be erased", from)
		}
	}
	for _, from := range before {
		if strings.Contains(from, "names=none") {
			t.Errorf("%s tells a name", from)
		}
	}
	if len(files()) == 0 {
		t.Fatal("the name is not where it is looked for")
	}
	do[any](t, n.as(b.secret("editor"), "DELETE", path+"/participants/me/name", "", me...), http.StatusNoContent)
	if found := files(); len(found) > 0 {
		t.Errorf("the name is in %q", found)
	}
	if tell := answers(); len(tell) > 0 {
		t.Errorf("the name is told by %q", tell)
	}
	// Nor does the answer come again that told it.
	again := do[joined](t, n.as(b.secret("editor"), "POST", path+"/participants", body, "Idempotency-Key", onceKey), http.StatusCreated)
	if again.ID == in.ID {
		t.Error("the answer with the name was kept")
	}
	if mine := n.mine(b, b.secret("editor"), in.Token); mine.Name != "" || mine.NameErasedAt == nil || mine.Changes == 0 {
		t.Errorf("stored is %+v", mine)
	}
	p.alive()
	n.stop()
	if strings.Contains(out.String(), name) {
		t.Error("the name is in the log")
	}
}

func TestLeave(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID
	in, other := n.join(b, b.secret("editor"), `{"name": "Erik"}`), n.join(b, b.secret("editor"), `{"name": "Anna"}`)
	goes := n.connect("erik", "ticket="+n.ticket(b, b.secret("editor"), in.Token))
	stays := n.connect("anna", "ticket="+n.ticket(b, b.secret("editor"), other.Token))
	do[any](t, n.as(b.secret("editor"), "DELETE", path+"/participants/me", "", "Openmic-Participant", in.Token), http.StatusNoContent)
	goes.wantEnd(4410)
	stays.alive()
	for _, method := range []string{"GET", "DELETE"} {
		isProblem(t, n.as(b.secret("editor"), method, path+"/participants/me", "", "Openmic-Participant", in.Token), http.StatusForbidden)
	}
	people := do[struct {
		Joined []struct{ ID, Name, LeftAt string }
	}](t, n.as(b.secret("owner"), "GET", path+"/people", ""), http.StatusOK)
	for _, p := range people.Joined {
		if (p.LeftAt != "") != (p.ID == in.ID) {
			t.Errorf("joined is %+v", p)
		}
	}
	if l := n.untilNoted(b, "left"); l.By.Participant != in.ID {
		t.Errorf("left is %+v", l.By)
	}
}
