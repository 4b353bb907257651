package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"openmic/server"
	"openmic/server/docid"
	"openmic/server/history/historytest"
	"openmic/server/store"
)

type toldVersion struct {
	ID, Title string
	Moment    int
	At        time.Time
	By        *struct {
		Participant, Name, Audience string
		Pseudonym                   *struct{ En, Sv string }
	}
	Mine bool
}

func (n *node) versions(b board, secret string, more ...string) (list []toldVersion) {
	n.t.Helper()
	return do[struct{ Versions []toldVersion }](n.t, n.as(secret, "GET", "/api/boards/"+b.ID+"/versions", "", more...), http.StatusOK).Versions
}

// workedOn makes a board that Anna and Berit have worked on, with a long pause.
func workedOn(n *node) (b board, anna, berit joined) {
	b = n.createBoard("")
	anna, berit = n.join(b, b.secret("editor"), `{"name": "Anna"}`), n.join(b, b.secret("editor"), `{"name": "Berit"}`)
	s := historytest.New(1)
	card := s.Add("anna", "elements", "", map[string]string{"kind": "note", "lane": "customer", "step": s.Steps[0], "order": "a0"})
	s.Write("berit", card, "text", 0, 0, "Three weeks. ")
	who := map[string]joined{"anna": anna, "berit": berit}
	n.written(b, s, 1, who)
	s.Write("anna", card, "text", 0, 0, "I waited. ")
	e := store.Entry{
		Doc: must(docid.Parse(b.DocumentID)), Hash: historytest.Parse(s.Chunks[3]).Hash, Change: s.Chunks[3],
		At: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC),
	}
	noError(n.t, n.store.Append(n.t.Context(), []store.Entry{e}))
	return b, anna, berit
}

func TestVersions(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	d := describe(t, n)
	b, anna, berit := workedOn(n)
	path, editor := "/api/boards/"+b.ID+"/versions", b.secret("editor")
	asAnna, asBerit := []string{"Openmic-Participant", anna.Token}, []string{"Openmic-Participant", berit.Token}
	ask := func(want int, method, path, body string, secret string, more ...string) answer {
		t.Helper()
		a := n.as(secret, method, path, body, more...)
		d.wantAnswer(t, a)
		if a.StatusCode != want {
			t.Errorf("%s %s %s: %d, not %d: %.200s", method, path, body, a.StatusCode, want, a.body)
		}
		return a
	}
	if got := n.versions(b, editor); len(got) != 0 {
		t.Errorf("at first there are %+v", got)
	}
	then := do[toldVersion](t, ask(201, "POST", path, `{"title": " Before  the pause ", "moment": 3}`, editor, asAnna...), http.StatusCreated)
	now := do[toldVersion](t, ask(201, "POST", path, `{"title": "Efter pausen"}`, editor, asBerit...), http.StatusCreated)
	if then.Moment != 3 || !then.At.Equal(time.Date(2026, 3, 2, 9, 0, 2, 0, time.UTC)) || now.Moment != 4 {
		t.Errorf("named are %+v and %+v", then, now)
	}
	// Everybody sees them, and by whom; whoever asks for no names gets none.
	for _, role := range server.Roles() {
		got := n.versions(b, b.secret(string(role)))
		if len(got) != 2 || got[0].ID != then.ID || got[0].By == nil || got[0].By.Name != "Anna" || got[0].Mine || got[1].Title != "Efter pausen" {
			t.Errorf("the %s is told %+v", role, got)
		}
	}
	if got := n.versions(b, editor, asAnna...); !got[0].Mine || got[1].Mine {
		t.Errorf("Anna is told %+v", got)
	}
	if a := ask(200, "GET", path+"?names=none", "", editor); strings.Contains(string(a.body), "Anna") || strings.Contains(string(a.body), anna.ID) {
		t.Errorf("without names: %s", a.body)
	}

	for body, want := range map[string]int{
		`{"title": ""}`: 400, `{"title": "x", "moment": 0}`: 400, `{"title": "x", "moment": 5}`: 404, `{"more": 1}`: 400,
		`{"title": "` + strings.Repeat("x", 201) + `"}`: 400,
	} {
		ask(want, "POST", path, body, editor)
	}
	// Others' names are theirs, and the owners'.
	ask(403, "PATCH", path+"/"+then.ID, `{"title": "x"}`, editor, asBerit...)
	ask(403, "DELETE", path+"/"+then.ID, "", editor)
	ask(400, "PATCH", path+"/"+then.ID, `{"title": " "}`, editor, asAnna...)
	ask(404, "DELETE", path+"/nothing", "", editor, asAnna...)
	ask(200, "PATCH", path+"/"+then.ID, `{"title": "Morning"}`, editor, asAnna...)
	ask(204, "DELETE", path+"/"+now.ID, "", b.secret("owner"))
	if got := n.versions(b, editor); len(got) != 1 || got[0].Title != "Morning" {
		t.Errorf("then there are %+v", got)
	}
	for _, kind := range []string{"version-named", "version-renamed", "version-removed"} {
		n.untilNoted(b, kind)
	}

	// Who may edit in some lanes may name, and nobody while the board takes no changes.
	lane := n.makeLink(b, `{"lanes": ["customer"]}`)
	ask(201, "POST", path, `{"title": "By a customer"}`, lane.secret())
	if got := n.versions(b, editor); len(got) != 2 || got[1].By != nil {
		t.Errorf("by somebody who has not joined: %+v", got)
	}
	do[any](t, n.as(b.secret("owner"), "PATCH", "/api/boards/"+b.ID, `{"locked": true}`), http.StatusOK)
	ask(403, "POST", path, `{"title": "x"}`, editor)
	ask(201, "POST", path, `{"title": "x"}`, b.secret("owner"))
	do[any](t, n.as(b.secret("owner"), "PATCH", "/api/boards/"+b.ID, `{"archived": true}`), http.StatusOK)
	ask(403, "POST", path, `{"title": "x"}`, b.secret("owner"))
	ask(200, "GET", path, "", editor)
}

// A variant begins with the versions of its original that it has the whole of, and a
// name that was erased is told by none.
func TestVersionsOfAVariant(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b, anna, _ := workedOn(n)
	path := "/api/boards/" + b.ID
	for i, title := range []string{"one", "two", "three", "four"} {
		body := fmt.Sprintf(`{"title": %q, "moment": %d}`, title, i+1)
		do[any](t, n.as(b.secret("editor"), "POST", path+"/versions", body, "Openmic-Participant", anna.Token), http.StatusCreated)
	}
	hashes := n.hashes(b.DocumentID)
	for body, want := range map[string][]string{
		`{"title": "all"}`:                                           {"one", "two", "three", "four"},
		`{"title": "early", "moment": 2}`:                            {"one", "two"},
		`{"title": "some", "heads": ["` + hashes[2].String() + `"]}`: {"one", "two", "three"},
	} {
		fork := n.fork(b, body)
		var got []string
		for _, v := range n.versions(fork, fork.secret("viewer")) {
			got = append(got, v.Title)
			if v.By == nil || v.By.Name != "Anna" {
				t.Errorf("%s: %+v", body, v)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("of %s the versions are %q, not %q", body, got, want)
		}
	}
	fork := n.fork(b, `{"title": "again"}`)
	a := n.as(b.secret("editor"), "DELETE", path+"/participants/me/name", "", "Openmic-Participant", anna.Token)
	do[any](t, a, http.StatusNoContent)
	for _, of := range []board{b, fork} {
		if by := n.versions(of, of.secret("viewer"))[0].By; by == nil || by.Pseudonym == nil || by.Pseudonym.Sv == "" {
			t.Errorf("who took their name away is %+v", by)
		}
		for _, rest := range []string{"/versions", "/history/periods"} {
			if a := n.as(of.secret("owner"), "GET", "/api/boards/"+of.ID+rest, ""); a.StatusCode != http.StatusOK || strings.Contains(string(a.body), "Anna") {
				t.Errorf("%s tells %d %s", rest, a.StatusCode, a.body)
			}
		}
	}
}

func TestNoMoreVersionsThanABoardMayHave(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		closed(s)
		s.VersionsPerBoard, s.NamingRate = 2, server.Rate{PerSecond: 1e-6, Burst: 4}
	}})
	b := n.createBoard("")
	for i, want := range []int{201, 201, 409, 409, 429} {
		if a := n.as(b.secret("owner"), "POST", "/api/boards/"+b.ID+"/versions", `{"title": "x"}`); a.StatusCode != want {
			t.Errorf("version %d: %d, not %d: %s", i, a.StatusCode, want, a.body)
		}
	}
}

func TestPeriodsOfABoard(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b, _, _ := workedOn(n)
	type told struct {
		PauseSeconds float64
		People       []struct{ Name string }
		Periods      []struct {
			First, Last int
			Start, End  time.Time
			By          []int
		}
	}
	got := do[told](t, n.as(b.secret("viewer"), "GET", "/api/boards/"+b.ID+"/history/periods", ""), http.StatusOK)
	if got.PauseSeconds != 1800 || len(got.Periods) != 2 || len(got.People) != 2 {
		t.Fatalf("told are %+v", got)
	}
	first, second := got.Periods[0], got.Periods[1]
	if first.First != 2 || first.Last != 3 || !slices.Equal(first.By, []int{0, 1}) || second.First != 4 || second.Last != 4 || !slices.Equal(second.By, []int{0}) {
		t.Errorf("the periods are %+v", got.Periods)
	}
	if !second.Start.Equal(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)) {
		t.Errorf("the second begins %s", second.Start)
	}
	if a := n.as(b.secret("viewer"), "GET", "/api/boards/"+b.ID+"/history/periods?names=none", ""); strings.Contains(string(a.body), "Anna") {
		t.Errorf("without names: %s", a.body)
	}
}
