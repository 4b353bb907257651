package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"openmic/server"
	"openmic/server/genesis"
)

func wsCode(code int) websocket.StatusCode { return websocket.StatusCode(code) }

type joined struct{ ID, Token, Name, Audience string }

func (n *node) join(b board, secret, body string) joined {
	n.t.Helper()
	return do[joined](n.t, n.as(secret, "POST", "/api/boards/"+b.ID+"/participants", body), http.StatusCreated)
}

// ticket asks for a ticket, with the token of a participant if there is one.
func (n *node) ticket(b board, secret string, token ...string) string {
	n.t.Helper()
	header := []string{}
	if len(token) > 0 {
		header = append(header, "Openmic-Participant", token[0])
	}
	return do[struct{ Ticket string }](n.t, n.as(secret, "POST", "/api/boards/"+b.ID+"/tickets", "", header...), http.StatusCreated).Ticket
}

func TestJoin(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	guest := n.join(b, b.secret("editor"), `{"name": " Åsa "}`)
	if guest.Name != "Åsa" || guest.Audience != "customer" || len(guest.Token) != 24 || guest.ID == "" {
		t.Errorf("joined as %+v", guest)
	}
	if staff := n.join(b, b.secret("owner"), `{}`); staff.Audience != "staff" || staff.ID == guest.ID || staff.Name != "" {
		t.Errorf("joined as %+v", staff)
	}
	for _, body := range []string{`{"name": "` + strings.Repeat("x", 65) + `"}`, `{"name": "\u202e"}`, `{"name": 1}`, ``} {
		isProblem(t, n.as(b.secret("editor"), "POST", "/api/boards/"+b.ID+"/participants", body), http.StatusBadRequest)
	}
	other := n.createBoard("")
	for _, token := range []string{"nonsense", n.join(other, other.secret("editor"), `{}`).Token} {
		a := n.as(b.secret("editor"), "GET", "/api/boards/"+b.ID, "", "Openmic-Participant", token)
		isProblem(t, a, http.StatusForbidden)
		if !strings.Contains(string(a.body), `"condition":"participant"`) {
			t.Errorf("answer %s", a.body)
		}
	}
	// Joining is what a device does whose token is of no use.
	a := n.as(b.secret("editor"), "POST", "/api/boards/"+b.ID+"/participants", "{}", "Openmic-Participant", "nonsense")
	do[joined](t, a, http.StatusCreated)
	path := "/api/boards/" + b.ID + "/participants/" + guest.ID
	renamed := do[joined](t, n.as(b.secret("editor"), "PATCH", path, `{"name": ""}`, "Openmic-Participant", guest.Token), http.StatusOK)
	me := do[joined](t, n.as(b.secret("editor"), "PATCH", "/api/boards/"+b.ID+"/participants/me", `{"name": "Åsa Ek"}`, "Openmic-Participant", guest.Token), http.StatusOK)
	if me.ID != guest.ID || me.Name != "Åsa Ek" {
		t.Errorf("renamed to %+v", me)
	}
	if renamed.Name != "" || renamed.Token != "" {
		t.Errorf("renamed to %+v", renamed)
	}
}

func TestPasswordOfALink(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.Tries = false, server.Rate{PerSecond: 0.001, Burst: 3} }})
	b := n.createBoard("")
	l := n.makeLink(b, `{"password": "öppna sesam"}`)
	if !l.Password {
		t.Errorf("made %+v", l)
	}
	path := "/api/boards/" + b.ID
	condition := func(a answer, status int, want string) {
		t.Helper()
		isProblem(t, a, status)
		if !strings.Contains(string(a.body), `"condition":"`+want+`"`) {
			t.Errorf("answer %s, want %s", a.body, want)
		}
	}
	condition(n.as(l.secret(), "GET", path, ""), http.StatusForbidden, "password")
	condition(n.as(l.secret(), "POST", path+"/tickets", ""), http.StatusForbidden, "password")
	condition(n.request("GET", "/sync?link="+l.secret(), ""), http.StatusForbidden, "password")
	condition(n.as(l.secret(), "POST", path+"/participants", "{}"), http.StatusForbidden, "password")
	condition(n.as(l.secret(), "POST", path+"/participants", `{"password": "wrong"}`), http.StatusForbidden, "wrong-password")
	// Who joined by another link has not given it.
	elsewhere := n.join(b, b.secret("viewer"), "{}")
	condition(n.as(l.secret(), "GET", path, "", "Openmic-Participant", elsewhere.Token), http.StatusForbidden, "password")

	in := n.join(b, l.secret(), `{"password": "öppna sesam"}`)
	do[any](t, n.as(l.secret(), "GET", path, "", "Openmic-Participant", in.Token), http.StatusOK)
	c := n.connect("guest", "ticket="+n.ticket(b, l.secret(), in.Token))
	c.alive()
	// Another one makes everybody give it.
	do[any](t, n.as(b.secret("owner"), "PATCH", path+"/links/"+l.ID, `{"password": "another one"}`), http.StatusOK)
	c.wantEnd(4401)
	condition(n.as(l.secret(), "GET", path, "", "Openmic-Participant", in.Token), http.StatusForbidden, "password")

	condition(n.as(l.secret(), "POST", path+"/participants", `{"password": "wrong"}`), http.StatusForbidden, "wrong-password")
	a := n.as(l.secret(), "POST", path+"/participants", `{"password": "another one"}`)
	isProblem(t, a, http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") == "" || a.Header.Get("Retry-After") == "5" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	do[any](t, n.as(b.secret("editor"), "GET", path, ""), http.StatusOK) // others do not notice
}

func TestPeopleOfALinkAreCounted(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	l := n.makeLink(b, `{"people": 2}`)
	isProblem(t, n.request("GET", "/sync?link="+l.secret(), ""), http.StatusForbidden)
	one, _ := n.join(b, l.secret(), "{}"), n.join(b, l.secret(), "{}")
	isProblem(t, n.as(l.secret(), "POST", "/api/boards/"+b.ID+"/participants", "{}"), http.StatusForbidden)
	n.connect("one", "ticket="+n.ticket(b, l.secret(), one.Token)).alive()
}

func TestClosedBoardTakesNobodyNew(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID
	in := n.join(b, b.secret("editor"), "{}")
	c := n.connect("here", "link="+b.secret("editor"))
	do[any](t, n.as(b.secret("owner"), "PATCH", path, `{"closed": true}`), http.StatusOK)
	c.alive()
	n.connect("again", "ticket="+n.ticket(b, b.secret("editor"), in.Token)).alive()
	n.connect("owner", "link="+b.secret("owner")).alive()
	isProblem(t, n.as(b.secret("editor"), "POST", path+"/participants", "{}"), http.StatusForbidden)
	isProblem(t, n.request("GET", "/sync?link="+b.secret("editor"), ""), http.StatusForbidden)
	n.join(b, b.secret("owner"), "{}")
}

func TestRemoveAndBan(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID + "/participants/"
	in := n.join(b, b.secret("editor"), "{}")
	var tabs []*client
	open := func() {
		tabs = nil
		for i := range 3 {
			tabs = append(tabs, n.connect(fmt.Sprint("tab", i), "ticket="+n.ticket(b, b.secret("editor"), in.Token)))
		}
	}
	bystander := n.connect("bystander", "link="+b.secret("editor"))
	open()
	do[any](t, n.as(b.secret("owner"), "DELETE", path+in.ID, ""), http.StatusNoContent)
	for _, c := range tabs {
		if m := c.next("error"); m.Condition != "removed" {
			t.Errorf("told %+v", m)
		}
		c.wantEnd(4410)
	}
	isProblem(t, n.as(b.secret("owner"), "DELETE", path+in.ID, ""), http.StatusNotFound)
	open()
	do[any](t, n.as(b.secret("owner"), "PATCH", path+in.ID, `{"banned": true}`), http.StatusOK)
	for _, c := range tabs {
		c.wantEnd(4410)
	}
	a := n.as(b.secret("editor"), "POST", "/api/boards/"+b.ID+"/tickets", "", "Openmic-Participant", in.Token)
	isProblem(t, a, http.StatusForbidden)
	isProblem(t, n.as(b.secret("viewer"), "GET", "/api/boards/"+b.ID, "", "Openmic-Participant", in.Token), http.StatusForbidden)
	bystander.alive()
	do[any](t, n.as(b.secret("owner"), "PATCH", path+in.ID, `{"banned": false}`), http.StatusOK)
	open()
	tabs[0].alive()
	// One who came by a link alone can be asked to leave, and no more.
	here := do[struct {
		Here []struct{ PeerID, Participant, Audience, Role string }
	}](t, n.as(b.secret("viewer"), "GET", "/api/boards/"+b.ID+"/people", ""), http.StatusOK).Here
	if len(here) != 4 || here[0].PeerID != "bystander" || here[0].Audience != "customer" || here[1].Participant != in.ID || here[0].Participant == in.ID {
		t.Fatalf("here are %+v", here)
	}
	isProblem(t, n.as(b.secret("owner"), "PATCH", path+here[0].Participant, `{"banned": true}`), http.StatusConflict)
	do[any](t, n.as(b.secret("owner"), "DELETE", path+here[0].Participant, ""), http.StatusNoContent)
	bystander.wantEnd(4410)
}

// What an owner lets one person do holds whatever their link allows, and for nobody else.
func TestRoleOfAPerson(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID
	in, owner := n.join(b, b.secret("editor"), "{}"), n.join(b, b.secret("owner"), "{}")
	bystander := n.connect("bystander", "link="+b.secret("editor"))
	role := func() string {
		return do[struct{ Role string }](t, n.as(b.secret("editor"), "GET", path, "", "Openmic-Participant", in.Token), http.StatusOK).Role
	}
	give := func(body string) answer {
		return n.as(b.secret("owner"), "PATCH", path+"/participants/"+in.ID, body, "Openmic-Participant", owner.Token)
	}
	for _, to := range []string{"viewer", "commenter", "owner"} {
		before := n.connect("p", "ticket="+n.ticket(b, b.secret("editor"), in.Token))
		if told := do[struct{ Role string }](t, give(`{"role": "`+to+`"}`), http.StatusOK); told.Role != to {
			t.Errorf("answered %+v", told)
		}
		before.wantEnd(4401)
		if role() != to {
			t.Errorf("they are %q, not %q", role(), to)
		}
	}
	// An owner by that is one by any route.
	do[any](t, n.as(b.secret("editor"), "GET", path+"/links", "", "Openmic-Participant", in.Token), http.StatusOK)
	isProblem(t, n.as(b.secret("editor"), "GET", path+"/links", ""), http.StatusForbidden)
	do[any](t, give(`{"role": "commenter"}`), http.StatusOK)
	p := n.participant("p", "ticket="+n.ticket(b, b.secret("editor"), in.Token), b.DocumentID)
	p.untilSeen(genesis.Hash())
	p.Edit()
	p.speak()
	p.wantEnd(4403)
	do[any](t, give(`{"role": null}`), http.StatusOK)
	if role() != "editor" {
		t.Errorf("by their link they are %q", role())
	}
	bystander.alive()
	isProblem(t, give(`{"role": "king"}`), http.StatusBadRequest)
	isProblem(t, n.as(b.secret("owner"), "PATCH", path+"/participants/"+owner.ID, `{"role": "viewer"}`, "Openmic-Participant", owner.Token), http.StatusForbidden)
	isProblem(t, n.as(b.secret("editor"), "PATCH", path+"/participants/"+in.ID, `{"role": "owner"}`, "Openmic-Participant", in.Token), http.StatusForbidden)
	// Without their link it is of no use.
	do[any](t, give(`{"role": "owner"}`), http.StatusOK)
	for _, l := range do[struct{ Links []link }](t, n.as(b.secret("owner"), "GET", path+"/links", ""), http.StatusOK).Links {
		if l.Role == "editor" {
			do[any](t, n.as(b.secret("owner"), "DELETE", path+"/links/"+l.ID, ""), http.StatusNoContent)
		}
	}
	isProblem(t, n.as(b.secret("editor"), "GET", path, "", "Openmic-Participant", in.Token), http.StatusNotFound)
}

// A peer id belongs to a participant.
func TestPeerIDIsItsParticipants(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	anna, eve := n.join(b, b.secret("editor"), "{}"), n.join(b, b.secret("editor"), "{}")
	victim := n.connect("anna", "ticket="+n.ticket(b, b.secret("editor"), anna.Token))
	for _, query := range []string{"ticket=" + n.ticket(b, b.secret("editor"), eve.Token), "link=" + b.secret("editor"), "link=" + b.secret("owner")} {
		c := n.dial(query)
		c.send(object{"type": "join", "senderId": "anna", "peerMetadata": object{}, "supportedProtocolVersions": []string{"1"}})
		c.wantEnd(4409)
		victim.alive()
	}
	again := n.connect("anna", "ticket="+n.ticket(b, b.secret("editor"), anna.Token))
	victim.wantEnd(1001)
	again.alive()
}

// Whose a presence message is comes from the server, whatever it says itself.
func TestPresenceIsStamped(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	eve := n.join(b, b.secret("editor"), "{}")
	reader := n.participant("reader", "link="+b.secret("viewer"), b.DocumentID)
	reader.untilSeen(genesis.Hash())
	say := func(p *participant) {
		p.untilSeen(genesis.Hash())
		p.send(object{"type": "ephemeral", "senderId": p.id, "targetId": p.server, "count": 1, "sessionId": "s", "documentId": b.DocumentID,
			"data": []byte{0xf6}, "participant": "boss", "audience": "staff"})
	}
	say(n.participant("eve", "ticket="+n.ticket(b, b.secret("editor"), eve.Token), b.DocumentID))
	if m := reader.next("ephemeral"); m.Participant != eve.ID || m.Audience != "customer" {
		t.Errorf("stamped %+v", m)
	}
	say(n.participant("boss", "link="+b.secret("owner"), b.DocumentID))
	if m := reader.next("ephemeral"); m.Participant == "boss" || m.Audience != "staff" {
		t.Errorf("stamped %+v", m)
	}
}

// The name of a stranger's site may lead here; its page gets nothing.
func TestStrangersNamesAreRefused(t *testing.T) {
	n := startNode(t, nodeOption{})
	for _, path := range []string{"/", "/api/boards/x", "/sync", "/healthz"} {
		r := must(http.NewRequestWithContext(t.Context(), "GET", n.web.URL+path, nil))
		r.Host = "attacker.example"
		a := must(http.DefaultTransport.RoundTrip(r))
		a.Body.Close()
		if a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

func TestLimitsByAddress(t *testing.T) {
	one := server.Rate{PerSecond: 0.001, Burst: 1}
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Open, s.Boards, s.Joins, s.TicketRate, s.Strangers, s.Sockets = false, one, one, one, one, 1
	}})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID
	n.join(b, b.secret("editor"), "{}")
	n.ticket(b, b.secret("editor"))
	n.connect("p", "link="+b.secret("editor"))
	isProblem(t, n.as("nonsense", "GET", path, ""), http.StatusNotFound)
	for what, a := range map[string]answer{
		"boards":    n.request("POST", "/api/boards", `{"title": "x"}`),
		"joins":     n.as(b.secret("editor"), "POST", path+"/participants", "{}"),
		"tickets":   n.as(b.secret("editor"), "POST", path+"/tickets", ""),
		"strangers": n.as("nonsense", "GET", path, ""),
		"sockets":   n.request("GET", "/sync?link="+b.secret("editor"), "", "Connection", "Upgrade", "Upgrade", "websocket"),
	} {
		isProblem(t, a, http.StatusTooManyRequests)
		if a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", what)
		}
	}
	n.ticket(b, b.secret("viewer")) // by another link
	if got := n.metric(`openmic_requests_limited_total{what="boards made from this address"}`); got != 1 {
		t.Errorf("counted %v", got)
	}
}

// One person has a few windows open, and not all the sockets of everybody at their address.
func TestSocketsOfOnePersonAreCounted(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.SocketsOfOne = false, 2 }})
	b := n.createBoard("")
	anna, bo := n.join(b, b.secret("editor"), "{}"), n.join(b, b.secret("editor"), "{}")
	comes := func(p joined) string { return "ticket=" + n.ticket(b, b.secret("editor"), p.Token) }
	first := n.connect("a1", comes(anna))
	second := n.connect("a2", comes(anna))
	a := n.request("GET", "/sync?"+comes(anna), "", "Connection", "Upgrade", "Upgrade", "websocket")
	isProblem(t, a, http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	n.connect("b1", comes(bo)).alive()
	first.hangUp()
	poll(t, "there is room for another", func() bool {
		c := n.tryDial(comes(anna))
		return c != nil
	})
	second.alive()
}
