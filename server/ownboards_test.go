package server_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/genesis"
	"openmic/server/store"
)

// staff gives a browser in which somebody is signed in.
func (n *node) staff(name string, admin bool) *browser {
	n.t.Helper()
	token := fmt.Sprintf("%s-%d", name, time.Now().UnixNano())
	now := time.Now()
	_, err := n.store.SignIn(n.t.Context(), store.Person{ID: "person-" + name, Issuer: "test", Subject: name, Name: name, Created: now},
		store.SignIn{TokenHash: sha256.Sum256([]byte(token)), Administrator: admin, Created: now, Expires: now.Add(time.Hour)})
	if err != nil {
		n.t.Fatal(err)
	}
	b := n.browser()
	b.setCookie("openmic", token)
	return b
}

func (b *browser) createBoard(title string) board {
	b.n.t.Helper()
	return do[board](b.n.t, b.do("POST", "/api/boards", fmt.Sprintf(`{"title": %q}`, title)), http.StatusCreated)
}

type shelf struct {
	Boards []struct {
		ID, Title                     string
		ArchivedAt, DeletedAt, GoesAt *time.Time
		Owners                        *int
	}
	Next string
}

// titles lists a shelf, page by page.
func (b *browser) titles(path, name string) (titles []string) {
	b.n.t.Helper()
	for after := ""; ; {
		page := do[shelf](b.n.t, b.do("GET", path+"?shelf="+name+"&after="+after, ""), http.StatusOK)
		for _, l := range page.Boards {
			titles = append(titles, l.Title)
		}
		if after = page.Next; after == "" {
			return titles
		}
	}
}

func (b *browser) wantTitles(path, name string, want ...string) {
	b.n.t.Helper()
	if got := b.titles(path, name); !slices.Equal(got, want) {
		b.n.t.Errorf("the %s boards are %q, not %q", name, got, want)
	}
}

func TestOwnBoards(t *testing.T) {
	n := startStaffNode(t, func(s *server.Settings) { s.BoardsListed = 2 })
	anna, bo, guest := n.staff("Anna", false), n.staff("Bo", true), n.createBoard("A guest's")
	const mine, all = "/api/me/boards", "/api/admin/boards"
	var made []board
	for i := range 5 {
		made = append(made, anna.createBoard(fmt.Sprint("Board ", i)))
	}
	anna.wantTitles(mine, "current", "Board 4", "Board 3", "Board 2", "Board 1", "Board 0")
	bo.wantTitles(mine, "current")
	bo.wantTitles(all, "current", "Board 4", "Board 3", "Board 2", "Board 1", "Board 0", "A guest's")
	for _, query := range []string{"?shelf=x", "?after=x", "?after=WyJ4IiwieSJd", "?after=WyIxIl0", "?after=WyI5OTk5OTk5OTk5OTk5OTk5IiwieCJd"} {
		isProblem(t, anna.do("GET", mine+query, ""), http.StatusBadRequest)
	}

	// A new title is a change as any other: who is there sees it, and whose it is is known.
	b, path := made[1], "/api/boards/"+made[1].ID
	seeing := n.participant("seeing", "link="+b.secret("viewer"), b.DocumentID)
	seeing.untilSeen(genesis.Hash())
	before := seeing.Len()
	if got := do[board](t, anna.do("PATCH", path, `{"title": " Flytta hemifrån "}`), http.StatusOK); got.Title != "Flytta hemifrån" {
		t.Errorf("renamed to %q", got.Title)
	}
	seeing.until("the new title is seen", func() bool { return seeing.Len() > before })
	anna.wantTitles(mine, "current", "Board 4", "Board 3", "Board 2", "Flytta hemifrån", "Board 0")
	isProblem(t, anna.do("PATCH", path, `{"title": "`+strings.Repeat("x", 201)+`"}`), http.StatusBadRequest)
	isProblem(t, n.as(b.secret("editor"), "PATCH", path, `{"title": "x"}`), http.StatusForbidden)
	do[any](t, n.as(b.secret("owner"), "PATCH", path, `{"title": "By link"}`), http.StatusOK)
	doc := do[board](t, n.as(b.secret("viewer"), "GET", path, ""), http.StatusOK)
	if doc.Title != "By link" {
		t.Errorf("the title is %q", doc.Title)
	}

	// Put away it can be read, and takes nothing of anybody.
	owner := n.connect("owner", "link="+b.secret("owner"))
	do[any](t, anna.do("PATCH", path, `{"archived": true}`), http.StatusOK)
	owner.wantEnd(4401)
	anna.wantTitles(mine, "current", "Board 4", "Board 3", "Board 2", "Board 0")
	anna.wantTitles(mine, "archived", "By link")
	n.participant("reading", "link="+b.secret("owner"), b.DocumentID).untilSeen(genesis.Hash())
	again := n.participant("again", "link="+b.secret("owner"), b.DocumentID)
	if m := again.next("error"); m.Condition != "archived" {
		t.Errorf("told %+v", m)
	}
	a := anna.do("PATCH", path, `{"title": "x"}`)
	if isProblem(t, a, http.StatusConflict); !strings.Contains(string(a.body), `"condition":"archived"`) {
		t.Errorf("answer %s", a.body)
	}
	do[any](t, anna.do("PATCH", path, `{"archived": false}`), http.StatusOK)
	again.wantEnd(4401)
	anna.wantTitles(mine, "archived")

	// Deleted it is gone for all, and its owners see until when it can be brought back.
	do[any](t, anna.do("DELETE", path, ""), http.StatusNoContent)
	isProblem(t, n.as(b.secret("viewer"), "GET", path, ""), http.StatusGone)
	gone := n.as(b.secret("owner"), "GET", path, "")
	if isProblem(t, gone, http.StatusGone); !strings.Contains(string(gone.body), `"goesAt":"`) {
		t.Errorf("an owner is told %s", gone.body)
	}
	page := do[shelf](t, anna.do("GET", mine+"?shelf=deleted", ""), http.StatusOK)
	if len(page.Boards) != 1 || page.Boards[0].GoesAt.Sub(*page.Boards[0].DeletedAt) != 30*24*time.Hour {
		t.Errorf("deleted are %+v", page.Boards)
	}
	isProblem(t, anna.do("PATCH", path, `{"title": "x"}`), http.StatusGone)
	do[any](t, anna.do("PATCH", path, `{"deleted": false}`), http.StatusOK)
	anna.wantTitles(mine, "current", "Board 4", "Board 3", "Board 2", "By link", "Board 0")

	// A link of an owner's brings a board into the list, and nothing else does.
	isProblem(t, anna.do("PUT", mine+"/"+guest.ID, ""), http.StatusNotFound)
	isProblem(t, anna.do("PUT", mine+"/"+guest.ID, "", "Authorization", "Bearer "+guest.secret("editor")), http.StatusForbidden)
	for range 2 {
		do[any](t, anna.do("PUT", mine+"/"+guest.ID, "", "Authorization", "Bearer "+guest.secret("owner")), http.StatusNoContent)
	}
	if first := anna.titles(mine, "current")[0]; first != "A guest's" {
		t.Errorf("the newest is %q", first)
	}
	do[any](t, anna.do("DELETE", mine+"/"+guest.ID, ""), http.StatusNoContent)
	isProblem(t, anna.do("DELETE", mine+"/"+guest.ID, ""), http.StatusNotFound)
	isProblem(t, anna.do("GET", "/api/boards/"+guest.ID, ""), http.StatusNotFound)

	// An administrator takes over what nobody can open any more; before that it is closed to them.
	isProblem(t, bo.do("GET", "/api/boards/"+guest.ID, ""), http.StatusNotFound)
	isProblem(t, anna.do("POST", all+"/"+guest.ID+"/owners", ""), http.StatusForbidden)
	do[any](t, bo.do("POST", all+"/"+guest.ID+"/owners", ""), http.StatusNoContent)
	do[any](t, bo.do("GET", "/api/boards/"+guest.ID, ""), http.StatusOK)
	isProblem(t, bo.do("POST", all+"/nobodys/owners", ""), http.StatusNotFound)
	audit := do[struct {
		Lines []struct {
			Kind string
			By   struct{ Name string }
		}
	}](t, n.as(guest.secret("owner"), "GET", "/api/boards/"+guest.ID+"/audit", ""), http.StatusOK)
	var noted []string
	for _, l := range audit.Lines {
		noted = append(noted, l.By.Name+" "+l.Kind)
	}
	if want := []string{"Bo taken-over", "Bo joined"}; !slices.Equal(noted[:2], want) {
		t.Errorf("the board's log begins with %q, not %q", noted, want)
	}
	last := do[shelf](t, bo.do("GET", all+"?after="+nextOf(t, bo, all, 2), ""), http.StatusOK)
	if l := last.Boards[len(last.Boards)-1]; l.Owners == nil || *l.Owners != 1 || l.Title != "A guest's" {
		t.Errorf("the oldest board is %+v", l)
	}
}

// nextOf is where the list goes on after so many pages.
func nextOf(t *testing.T, b *browser, path string, pages int) (after string) {
	t.Helper()
	for range pages {
		after = do[shelf](t, b.do("GET", path+"?after="+after, ""), http.StatusOK).Next
	}
	return after
}

func TestDeletedBoardGoesForGood(t *testing.T) {
	n := startStaffNode(t, func(s *server.Settings) { s.SweepRows, s.SweepPause = 2, 0 })
	anna := n.staff("Anna", false)
	gone, back, kept := anna.createBoard("Gone"), anna.createBoard("Back"), anna.createBoard("Kept")
	for _, b := range []board{gone, back} {
		p := n.participant("p"+b.ID, "ticket="+n.ticket(b, b.secret("owner"), n.join(b, b.secret("owner"), "{}").Token), b.DocumentID)
		p.untilSeen(genesis.Hash())
		for range 5 {
			p.untilSaved(p.Edit())
		}
		do[any](t, n.upload(b, "owner", drawn("gif")), http.StatusCreated)
		do[any](t, anna.do("DELETE", "/api/boards/"+b.ID, ""), http.StatusNoContent)
	}
	day := 24 * time.Hour
	if err := server.Sweep(n.Server, time.Now().Add(30*day-time.Minute)); err != nil {
		t.Fatal(err)
	}
	anna = n.staff("Anna", false) // who was signed in is so no more, weeks later
	do[any](t, anna.do("PATCH", "/api/boards/"+back.ID, `{"deleted": false}`), http.StatusOK)
	anna.wantTitles("/api/me/boards", "deleted", "Gone")
	if err := server.Sweep(n.Server, time.Now().Add(30*day+time.Minute)); err != nil {
		t.Fatal(err)
	}
	anna = n.staff("Anna", false)
	anna.wantTitles("/api/me/boards", "deleted")
	anna.wantTitles("/api/me/boards", "current", "Kept", "Back")
	isProblem(t, n.as(gone.secret("owner"), "GET", "/api/boards/"+gone.ID, ""), http.StatusNotFound)
	for _, b := range []board{back, kept} {
		n.participant("later"+b.ID, "link="+b.secret("owner"), b.DocumentID).untilSeen(genesis.Hash())
	}
	if len(n.stored(back.DocumentID).Tail) != 7 {
		t.Errorf("the board that was brought back has %d changes", len(n.stored(back.DocumentID).Tail))
	}
}

func (b *browser) ticket(t *testing.T, of board, header ...string) string {
	t.Helper()
	a := do[struct {
		Ticket, Role string
		SignedIn     bool
	}](t, b.do("POST", "/api/boards/"+of.ID+"/tickets", "", header...), http.StatusCreated)
	if !a.SignedIn {
		t.Error("the ticket is a guest's")
	}
	return a.Ticket
}

// Whose the board is needs no link, on no device; who is signed in elsewhere is nobody there.
func TestOwnersNeedNoLink(t *testing.T) {
	n := startStaffNode(t)
	laptop, phone, bo := n.staff("Anna", false), n.staff("Anna", false), n.staff("Bo", true)
	b := laptop.createBoard("Hers")
	path := "/api/boards/" + b.ID
	isProblem(t, bo.do("GET", path, ""), http.StatusNotFound)
	isProblem(t, bo.do("POST", path+"/tickets", ""), http.StatusNotFound)
	isProblem(t, n.request("GET", path, ""), http.StatusUnauthorized)
	p := n.participant("laptop", "ticket="+laptop.ticket(t, b), b.DocumentID)
	p.untilSeen(genesis.Hash())
	p.untilSaved(p.Edit())
	q := n.connect("phone", "ticket="+phone.ticket(t, b))
	q.alive()
	guest := n.connect("guest", "link="+b.secret("editor"))
	guest.alive()

	// One person is one participant, staff, and called what the provider says.
	viewer := []string{"Authorization", "Bearer " + b.secret("viewer")}
	looking := n.connect("looking", "ticket="+phone.ticket(t, b, viewer...))
	looking.alive()
	people := do[struct {
		Here   []struct{ PeerID, Participant, Audience, Role string }
		Joined []struct {
			ID, Name, Audience string
			SignedIn           bool
		}
	}](t, laptop.do("GET", path+"/people", ""), http.StatusOK)
	if len(people.Joined) != 1 || people.Joined[0].Name != "Anna" || !people.Joined[0].SignedIn || people.Joined[0].Audience != "staff" {
		t.Fatalf("joined are %+v", people.Joined)
	}
	for _, here := range people.Here {
		staff := here.PeerID != "guest"
		role := map[string]string{"guest": "editor", "looking": "viewer"}[here.PeerID]
		if role == "" {
			role = "owner"
		}
		if (here.Participant == people.Joined[0].ID) != staff || (here.Audience == "staff") != staff || here.Role != role {
			t.Errorf("here is %+v", here)
		}
	}
	authors := do[struct{ Authors []struct{ Audience string } }](t, laptop.do("GET", path+"/authors", ""), http.StatusOK).Authors
	if len(authors) != 1 || authors[0].Audience != "staff" {
		t.Errorf("authors are %+v", authors)
	}

	// Signing out ends what this browser had opened, a ticket included, and nothing else.
	unused := laptop.ticket(t, b)
	do[any](t, laptop.do("POST", "/api/signout", ""), http.StatusOK)
	p.wantEnd(4401)
	isProblem(t, n.request("GET", "/sync?ticket="+unused, ""), http.StatusUnauthorized)
	isProblem(t, laptop.do("GET", path, ""), http.StatusUnauthorized)
	q.alive()
	guest.alive()
	// So does giving the board up.
	do[any](t, phone.do("DELETE", "/api/me/boards/"+b.ID, ""), http.StatusNoContent)
	q.wantEnd(4401)
	isProblem(t, phone.do("GET", path, ""), http.StatusNotFound)
	looking.alive()
	guest.alive()
}

// When the time of a sign-in is over, so is what was opened with it; what a link opens stays open to guests.
func TestSignInRunsOut(t *testing.T) {
	n := startStaffNode(t, func(s *server.Settings) { s.AccessInterval = 10 * time.Millisecond })
	anna := n.staff("Anna", false)
	b := anna.createBoard("Hers")
	short, now := n.browser(), time.Now()
	short.setCookie("openmic", "short")
	if _, err := n.store.SignIn(t.Context(), store.Person{ID: "x", Issuer: "test", Subject: "Anna", Name: "Anna"}, store.SignIn{
		TokenHash: sha256.Sum256([]byte("short")), Created: now, Expires: now.Add(time.Second),
	}); err != nil {
		t.Fatal(err)
	}
	viewer := []string{"Authorization", "Bearer " + b.secret("viewer")}
	owner := n.connect("owner", "ticket="+short.ticket(t, b))
	looking := n.connect("looking", "ticket="+short.ticket(t, b, viewer...))
	guest := n.connect("guest", "link="+b.secret("viewer"))
	owner.wantEnd(4401)
	looking.wantEnd(4401)
	guest.alive()
	isProblem(t, short.do("GET", "/api/boards/"+b.ID, ""), http.StatusUnauthorized)
	do[any](t, short.do("GET", "/api/boards/"+b.ID, "", viewer...), http.StatusOK)
	n.connect("longer", "ticket="+anna.ticket(t, b)).alive()
}

// A link's password and its number of people hold for staff too, and a ban for all of one's devices.
func TestStaffByALink(t *testing.T) {
	n := startStaffNode(t)
	b := n.createBoard("")
	l := n.makeLink(b, `{"password": "öppna sesam", "people": 1}`)
	by := []string{"Authorization", "Bearer " + l.secret()}
	anna, phone := n.staff("Anna", false), n.staff("Anna", false)
	path := "/api/boards/" + b.ID
	isProblem(t, anna.do("POST", path+"/tickets", "", by...), http.StatusForbidden)
	isProblem(t, anna.do("POST", path+"/participants", `{"password": "wrong"}`, by...), http.StatusForbidden)
	one := do[joined](t, anna.do("POST", path+"/participants", `{"name": "Somebody else", "password": "öppna sesam"}`, by...), http.StatusCreated)
	if one.Name != "Anna" || one.Audience != "staff" || one.Token != "" {
		t.Errorf("joined as %+v", one)
	}
	anna.ticket(t, b, by...)
	here := n.connect("phone", "ticket="+phone.ticket(t, b, by...))
	here.alive()
	isProblem(t, n.staff("Bo", false).do("POST", path+"/participants", `{"password": "öppna sesam"}`, by...), http.StatusForbidden)
	// A guest's token that this browser has from before is not theirs.
	guest := n.join(b, b.secret("editor"), "{}")
	editor := []string{"Authorization", "Bearer " + b.secret("editor"), "Openmic-Participant", guest.Token}
	if got := do[struct{ Participant string }](t, anna.do("GET", path, "", editor...), http.StatusOK); got.Participant != one.ID {
		t.Errorf("is participant %q, not %q", got.Participant, one.ID)
	}
	do[any](t, n.as(b.secret("owner"), "PATCH", path+"/participants/"+one.ID, `{"banned": true}`), http.StatusOK)
	here.wantEnd(4410)
	for _, device := range []*browser{anna, phone} {
		isProblem(t, device.do("POST", path+"/tickets", "", editor[:2]...), http.StatusForbidden)
	}
	do[any](t, n.as(b.secret("editor"), "POST", path+"/tickets", "", "Openmic-Participant", guest.Token), http.StatusCreated)
}

// Pages of other sites cannot do anything by the cookie that the browser sends along.
func TestChangesNeedOurOrigin(t *testing.T) {
	n := startStaffNode(t)
	anna := n.staff("Anna", true)
	b := anna.createBoard("Hers")
	home := must(url.Parse(n.web.URL))
	for _, origin := range []string{"", "null", "http://evil.example", "https://" + home.Host, "http://localhost:" + home.Port(), n.web.URL + "/", n.web.URL + ".evil.example", strings.ToUpper(n.web.URL)} {
		headers := []string{"Cookie", anna.cookies()}
		if origin != "" {
			headers = append(headers, "Origin", origin)
		}
		for pattern, row := range matrix {
			method, _, _ := strings.Cut(pattern, " ")
			if method == pattern || method == "GET" {
				continue
			}
			a := n.request(method, strings.NewReplacer("ID", b.ID, "LINK", "x", "PARTICIPANT", "x").Replace(row.path), row.body, headers...)
			if isProblem(t, a, http.StatusForbidden); !strings.Contains(string(a.body), `"condition":"origin"`) {
				t.Errorf("%s from %q: %s", pattern, origin, a.body)
			}
		}
		a := n.request("GET", "/sync", "", append(headers, "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")...)
		isProblem(t, a, http.StatusForbidden)
		// With a link of one's own the cookie does not matter, and does not count.
		a = n.request("POST", "/api/boards/"+b.ID+"/tickets", "", append(headers, "Authorization", "Bearer "+b.secret("viewer"))...)
		if got := do[struct{ SignedIn bool }](t, a, http.StatusCreated); got.SignedIn {
			t.Errorf("signed in from %q", origin)
		}
	}
	if anna.wantTitles("/api/me/boards", "current", "Hers"); anna.me().Person == nil {
		t.Error("signed out by another site")
	}
	_, res, err := websocket.Dial(t.Context(), n.web.URL+"/sync", &websocket.DialOptions{HTTPHeader: http.Header{"Cookie": {anna.cookies()}, "Origin": {"http://evil.example"}}})
	if err == nil || res == nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("another site's socket: %v", err)
	}
}

func TestSignInNeededToMakeBoards(t *testing.T) {
	n := startStaffNode(t, func(s *server.Settings) { s.SignIn.Needed = true })
	anna := n.staff("Anna", false)
	b := anna.createBoard("Hers")
	a := n.request("POST", "/api/boards", `{"title": "x"}`)
	if isProblem(t, a, http.StatusUnauthorized); !strings.Contains(string(a.body), `"condition":"signin"`) {
		t.Errorf("answer %s", a.body)
	}
	n.connect("guest", "ticket="+n.ticket(b, b.secret("editor"))).alive()
	if !anna.me().Needed {
		t.Error("nobody says so")
	}
}

// What is drawn is the title that lists show.
func TestTitlesOfLists(t *testing.T) {
	n := startStaffNode(t)
	anna := n.staff("Anna", false)
	b := anna.createBoard("Before")
	p := n.participant("p", "link="+b.secret("editor"), b.DocumentID)
	var chunks [][]byte
	for _, e := range n.stored(b.DocumentID).Tail {
		chunks = append(chunks, e.Change)
	}
	p.until("all is here", func() bool { return p.Len() == len(chunks) })
	edit := server.TitleEdit("After")
	chunk := must(sharedEngine().Edit(t.Context(), chunks, p.Heads(), edit))
	p.Take(chunk)
	m := crdt.SyncMessage{Version: 1, Heads: p.Heads(), Changes: [][]byte{chunk}}
	p.sendSync("sync", b.DocumentID, m.Append(nil))
	p.untilSaved(p.Heads()[0])
	poll(t, "the list has the new title", func() bool { return anna.titles("/api/me/boards", "current")[0] == "After" })
	if got := do[board](t, anna.do("GET", "/api/boards/"+b.ID, ""), http.StatusOK); got.Title != "After" {
		t.Errorf("the board is called %q", got.Title)
	}
}

// staffMatrix has what people who are signed in and show no link are answered where
// that is not the rule: whose the board is, somebody else, an administrator, and one
// whose time is over. The rule is that whose the board is gets what an owner by a link
// gets, and the others what strangers get.
var staffMatrix = map[string]string{
	"GET /api/me":                        "200 200 200 200",
	"GET /api/me/boards":                 "200 200 200 401",
	"PUT /api/me/boards/{id}":            "204 404 404 401",
	"DELETE /api/me/boards/{id}":         "204 404 404 401",
	"GET /api/admin/boards":              "403 403 200 401",
	"POST /api/admin/boards/{id}/owners": "403 403 204 401",
	"GET /signin":                        "303 303 303 303",
	"GET /signin/callback":               "303 303 303 303",
	"POST /api/signout":                  "200 200 200 401",
}

func TestMatrixOfThoseSignedIn(t *testing.T) {
	n := startStaffNode(t)
	for _, pattern := range n.Patterns() {
		row, byLink := matrix[pattern], strings.Fields(matrix[pattern].want)
		if len(byLink) != len(who) {
			continue // which another test finds
		}
		owners, nobody := byLink[0], byLink[len(who)-1]
		want := []string{owners, nobody, nobody, nobody}
		if own, ok := staffMatrix[pattern]; ok {
			want = strings.Fields(own)
		} else if strings.Contains(pattern, "/api/boards/{id}") && nobody == "401" {
			want = []string{owners, "404", "404", "401"}
		}
		method, _, ok := strings.Cut(pattern, " ")
		if !ok {
			method = "GET"
		}
		s := newStage(n)
		late := n.staff("Late", true)
		if _, err := n.store.SignIn(t.Context(), store.Person{ID: "x", Issuer: "test", Subject: "late"}, store.SignIn{
			TokenHash: sha256.Sum256([]byte("late" + s.b.ID)), Administrator: true, Expires: time.Now().Add(-time.Second),
		}); err != nil {
			t.Fatal(err)
		}
		late.setCookie("openmic", "late"+s.b.ID)
		owner := n.staff("Owner", false)
		do[any](t, owner.do("PUT", "/api/me/boards/"+s.b.ID, "", "Authorization", "Bearer "+s.b.secret("owner")), http.StatusNoContent)
		for i, who := range []*browser{owner, n.staff("Else", false), n.staff("Admin", true), late} {
			if a := who.do(method, s.fill.Replace(row.path), row.body); fmt.Sprint(a.StatusCode) != want[i] {
				t.Errorf("%s by the %dth: %d, want %s: %.200s", pattern, i+1, a.StatusCode, want[i], a.body)
			}
		}
	}
}
