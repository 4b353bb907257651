package server_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/history/historytest"
	"openmic/server/store"
)

// toldHistory is what a history is answered with, as far as the tests look at it.
type toldHistory struct {
	Length, Count, Settled int
	Next                   *int
	People                 []struct {
		ID, Name, Audience string
		Pseudonym          pseudonym
		JoinedAt           string
	}
	Contributions []struct {
		First, Last int
		By          *int
		Start       time.Time
		Operations  []struct{ Do, What, Title string }
	}
}

// written stores what a scribe has written on a board as the changes of people, from
// a place on, one every second: by actor, who they are.
func (n *node) written(b board, s *historytest.Scribe, from int, who map[string]joined) {
	n.t.Helper()
	n.writtenFrom(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), time.Second, b, s, from, who)
}

func (n *node) writtenFrom(at time.Time, pause time.Duration, b board, s *historytest.Scribe, from int, who map[string]joined) {
	n.t.Helper()
	var entries []store.Entry
	for i, chunk := range s.Chunks[from:] {
		c := historytest.Parse(chunk)
		e := store.Entry{Doc: must(docid.Parse(b.DocumentID)), Hash: c.Hash, Change: chunk, At: at.Add(time.Duration(from+i) * pause)}
		if p, ok := who[string(c.Actor)]; ok {
			e.From = &store.Actor{Actor: c.Actor, Participant: p.ID, Link: "l", Owns: true}
		}
		entries = append(entries, e)
	}
	noError(n.t, n.store.Append(n.t.Context(), entries))
}

func (n *node) history(b board, secret, query string) toldHistory {
	n.t.Helper()
	return do[toldHistory](n.t, n.as(secret, "GET", "/api/boards/"+b.ID+"/history"+query, ""), http.StatusOK)
}

func TestHistory(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	anna, berit := n.join(b, b.secret("viewer"), `{"name": "Anna"}`), n.join(b, b.secret("owner"), `{"name": "Berit"}`)
	s := historytest.New(1)
	card := s.Add("anna", "elements", "", map[string]string{"kind": "note", "lane": "customer", "step": s.Steps[0], "order": "a0"})
	s.Write("anna", card, "text", 0, 0, "I waited å long time")
	s.Write("berit", card, "text", 0, 0, "Three weeks. ")
	who := map[string]joined{"anna": anna, "berit": berit}
	n.written(b, s, 1, who)

	for _, role := range server.Roles() {
		got := n.history(b, b.secret(string(role)), "")
		var people []string
		for _, p := range got.People {
			people = append(people, p.Name+" "+p.Audience+p.Pseudonym.EN)
		}
		if want := []string{"Anna customer", "Berit staff"}; !slices.Equal(people, want) {
			t.Errorf("to the %s the people are %q", role, people)
		}
		if got.Length != 4 || got.Count != 2 || len(got.Contributions) != 2 || got.Settled != 2 || got.Next != nil {
			t.Fatalf("the %s is told %+v", role, got)
		}
		c := got.Contributions[0]
		if c.By == nil || *c.By != 0 || len(c.Operations) != 1 ||
			c.Operations[0].Title != "I waited å long time" || c.Operations[0].Do != "added" || c.First != 2 || c.Last != 3 {
			t.Errorf("the %s is told of %+v", role, c)
		}
	}
	viewer := b.secret("viewer")

	page := n.history(b, viewer, "?after=0&limit=1")
	if len(page.Contributions) != 1 || page.Next == nil || *page.Next != 1 {
		t.Errorf("the first page is %+v", page)
	}
	page = n.history(b, viewer, "?after=1&limit=1")
	if len(page.Contributions) != 1 || page.Contributions[0].First != 4 || page.Next != nil {
		t.Errorf("the second page is %+v", page)
	}
	if p := n.history(b, viewer, "?names=none").People[0]; p.Name != "" || p.ID != "" || p.JoinedAt != "" || p.Pseudonym.EN == "" || p.Audience != "customer" {
		t.Errorf("without names Anna is %+v", p)
	}

	at := func(moment, rest string) answer {
		return n.as(viewer, "GET", "/api/boards/"+b.ID+"/at/"+moment+rest, "")
	}
	for moment, want := range map[string]string{
		"1": "", "2": "", "3": "I waited å long time", "4": "Three weeks. I waited å long time",
		"2026-03-02T09:00:02Z": "I waited å long time",
	} {
		state := do[struct {
			Elements map[string]struct{ Text string }
		}](t, at(moment, ""), http.StatusOK)
		if got := state.Elements[card].Text; got != want {
			t.Errorf("at %s the card says %q", moment, got)
		}
		svg := at(moment, "/drawing.svg?lang=sv")
		svgTitle(t, svg.body)
		if svg.StatusCode != http.StatusOK || strings.Contains(string(svg.body), "waited") != strings.Contains(want, "waited") {
			t.Errorf("at %s drawn %d %.200s", moment, svg.StatusCode, svg.body)
		}
	}
	for _, moment := range []string{"-1", "5", "x"} {
		isProblem(t, at(moment, ""), http.StatusNotFound)
		isProblem(t, n.as(viewer, "GET", "/api/boards/"+b.ID+"/history/stretches/"+moment, ""), http.StatusNotFound)
	}
	isProblem(t, at("1", "/drawing.svg?lang=de"), http.StatusBadRequest)
	isProblem(t, n.as(viewer, "GET", "/api/boards/"+b.ID+"/history?limit=x", ""), http.StatusBadRequest)
	isProblem(t, n.as(viewer, "GET", "/api/boards/"+b.ID+"/history?names=all", ""), http.StatusBadRequest)
	isProblem(t, n.as(viewer, "GET", "/api/boards/"+b.ID+"/history/things/nothing", ""), http.StatusNotFound)

	stretch := do[struct {
		From, To int
		Times    []int64
		Frame    map[string]any
		Patches  [][]json.RawMessage
	}](t, n.as(viewer, "GET", "/api/boards/"+b.ID+"/history/stretches/3", ""), http.StatusOK)
	if stretch.From != 0 || stretch.To != 4 || len(stretch.Times) != 4 || len(stretch.Patches) != 4 || len(stretch.Frame) != 0 {
		t.Errorf("the stretch is %+v", stretch)
	}

	thing := do[struct {
		Text []struct {
			By   *int
			Text string
		}
		Contributions []any
	}](t, n.as(viewer, "GET", "/api/boards/"+b.ID+"/history/things/"+card, ""), http.StatusOK)
	if len(thing.Text) != 2 || *thing.Text[0].By != 1 || thing.Text[0].Text != "Three weeks. " || *thing.Text[1].By != 0 || len(thing.Contributions) != 2 {
		t.Errorf("the card is %+v", thing)
	}

	voices := n.as(viewer, "GET", "/api/boards/"+b.ID+"/history/voices.csv?customers=1000000", "")
	want := "row,name,audience,people,contributions,living,living_percent,words,words_percent,taken_up,taken_up_across,comments,answered,adopted,declined," +
		"hours,one_percent_people_percent,one_percent_hours_percent\n" +
		"person,Anna,customer,1,1,1,100.0,5,71.4,1,1,0,0,0,0,0.02,,\n" +
		"person,Berit,staff,1,1,1,100.0,2,28.6,0,0,0,0,0,0,0.02,,\n" +
		"audience,,customer,1,1,1,100.0,5,71.4,1,1,0,0,0,0,0.02,0.01,4.236e-06\n" +
		"audience,,staff,1,1,1,100.0,2,28.6,0,0,0,0,0,0,0.02,,\n"
	if string(voices.body) != want {
		t.Errorf("voices are\n%s", voices.body)
	}
	told := do[struct {
		Weeks      int
		OnePercent *struct{ People, Hours, PeopleShare, HoursShare float64 }
	}](t, n.as(viewer, "GET", "/api/boards/"+b.ID+"/history/voices?customers=1000000", ""), http.StatusOK)
	if one := told.OnePercent; told.Weeks != 1 || one == nil || one.People != 10_000 || one.Hours != 400_000 || one.PeopleShare != 0.0001 {
		t.Errorf("of a million customers one percent is %+v", told)
	}
	isProblem(t, n.as(viewer, "GET", "/api/boards/"+b.ID+"/history/voices?customers=many", ""), http.StatusBadRequest)
	isProblem(t, n.as(viewer, "GET", "/api/boards/"+b.ID+"/history/voices.csv?lang=de", ""), http.StatusBadRequest)

	// What comes later is there when it is asked for again, and a name that is gone is nowhere.
	p := must(n.store.Participant(t.Context(), b.ID, anna.ID))
	p.Name = ""
	noError(t, n.store.SetParticipant(t.Context(), p))
	s.Write("anna", card, "text", 0, 0, "Still ")
	n.written(b, s, 4, who)
	if got := n.history(b, viewer, ""); got.Length != 5 || got.People[0].Name != "" || got.People[0].Pseudonym.SV == "" {
		t.Errorf("then %+v", got)
	}
	for _, path := range []string{"history", "history/stretches/0", "history/things/" + card, "history/voices", "history/voices.csv", "at/5"} {
		if a := n.as(viewer, "GET", "/api/boards/"+b.ID+"/"+path, ""); strings.Contains(string(a.body), "Anna") {
			t.Errorf("%s tells the name: %s", path, a.body)
		}
	}
}

// Histories that were looked at longest ago go, and are the same when they are made again.
func TestHistoriesKeptAreBounded(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { closed(s); s.HistoryBytes = 1 }})
	s := historytest.New(1)
	s.Live(3, 1500, 50)
	var boards []board
	var first []toldHistory
	for range 3 {
		b := n.createBoard("")
		n.written(b, s, 1, nil)
		boards = append(boards, b)
	}
	for range 2 {
		for _, b := range boards {
			first = append(first, n.history(b, b.secret("viewer"), ""))
		}
	}
	for i := range boards {
		if !reflect.DeepEqual(first[i], first[i+len(boards)]) || first[i].Length != len(s.Chunks) {
			t.Errorf("board %d: %d changes, then %d", i, first[i].Length, first[i+len(boards)].Length)
		}
	}
	if made := n.metric("openmic_history_seconds_count"); made != 6 {
		t.Errorf("histories were made %v times", made)
	}
}

// While some look back, others draw; everybody gets what is theirs.
func TestHistoryWhileDrawing(t *testing.T) {
	// However fast they look: that too many do is another test's.
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { closed(s); s.HistoryRate = server.Rate{PerSecond: 1e6, Burst: 1e6} }})
	b := n.createBoard("")
	p := n.participant("editor", "link="+b.secret("editor"), b.DocumentID)
	p.until("the document", func() bool { return p.Len() > 0 })
	var all sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		all.Go(func() {
			for last := 0; ; {
				got := n.history(b, b.secret("viewer"), "")
				if got.Length < last {
					t.Errorf("the history went back from %d to %d", last, got.Length)
				}
				last = got.Length
				if a := n.as(b.secret("viewer"), "GET", fmt.Sprintf("/api/boards/%s/at/%d", b.ID, last), ""); a.StatusCode != http.StatusOK {
					t.Errorf("at %d: %d", last, a.StatusCode)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	var last crdt.Hash
	for range 30 {
		last = p.Edit()
		p.untilSaved(last)
	}
	close(done)
	all.Wait()
	if got := n.history(b, b.secret("viewer"), ""); got.Length != p.Len() {
		t.Errorf("the history has %d changes of %d", got.Length, p.Len())
	}
}

func TestHistoryOfADamagedLogEndsBeforeTheDamage(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: closed})
	b := n.createBoard("")
	s := historytest.New(1)
	s.Live(2, 20, 5)
	n.written(b, s, 1, nil)
	n.stop()
	id := must(docid.Parse(b.DocumentID))
	db := must(sql.Open("sqlite3", filepath.Join(dir, "openmic.db")))
	must(db.Exec(`UPDATE changes SET sum = sum + 1 WHERE doc = ? AND position = 7`, id[:]))
	noError(t, db.Close())
	n = startNode(t, nodeOption{dir: dir, settings: closed})
	if got := n.history(b, b.secret("viewer"), ""); got.Length != 7 {
		t.Errorf("the history has %d changes", got.Length)
	}
}
