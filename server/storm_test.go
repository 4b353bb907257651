package server_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server"
)

// upgrade asks for a socket without going on when there is one, and returns the status.
func (n *node) upgrade() (status int, retryAfter string) {
	n.t.Helper()
	a := n.request("GET", "/sync", "", "Connection", "Upgrade", "Upgrade", "websocket",
		"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==")
	return a.StatusCode, a.Header.Get("Retry-After")
}

// When everybody comes at once, some wait a little, and the others are told when
// to come again before anything is asked of the store.
func TestSocketsAreOpenedAtAPace(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Upgrades, s.UpgradeWait = server.Rate{PerSecond: 0.01, Burst: 2}, 0
	}})
	for i := range 2 {
		c := n.dial("")
		defer c.hangUp()
		c.send(object{"type": "join", "senderId": fmt.Sprint("early-", i)})
		c.next("peer")
	}
	status, after := n.upgrade()
	if seconds, err := strconv.Atoi(after); status != http.StatusServiceUnavailable || err != nil || seconds < 1 || seconds > 60 {
		t.Errorf("status %d, come again after %q", status, after)
	}
	if got := n.metric(`openmic_sockets_refused_total{reason="paced"}`); got != 1 {
		t.Errorf("%v were counted as paced", got)
	}
	// A page that does not ask for a socket has no part in it.
	if a := n.request("GET", "/sync", ""); a.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("without an upgrade: status %d", a.StatusCode)
	}
}

func TestSocketsWaitForTheirTurn(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Upgrades, s.UpgradeWait = server.Rate{PerSecond: 100, Burst: 1}, time.Minute
	}})
	for i := range 4 {
		c := n.dial("")
		defer c.hangUp()
		c.send(object{"type": "join", "senderId": fmt.Sprint("patient-", i)})
		c.next("peer")
	}
	if n.metric("openmic_sockets_paced_total") == 0 {
		t.Error("nobody waited")
	}
}

// A ticket has its turn where it is asked for, so that a browser is told when to come
// again, and nothing is asked of the store before; the socket that it opens has none.
func TestTicketsHaveTheirTurn(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Open = false
		s.Upgrades, s.UpgradeWait = server.Rate{PerSecond: 0.01, Burst: 1}, 0
	}})
	b := n.createBoard("everybody comes")
	ticket := n.ticket(b, b.secret("editor"))
	a := n.as(b.secret("editor"), "POST", "/api/boards/"+b.ID+"/tickets", "")
	isProblem(t, a, http.StatusServiceUnavailable)
	if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || seconds < 1 || seconds > 60 {
		t.Errorf("come again after %q", a.Header.Get("Retry-After"))
	}
	c := n.dial("ticket=" + ticket)
	defer c.hangUp()
	c.send(object{"type": "join", "senderId": "in-time"})
	c.next("peer")
	if status, _ := n.upgrade(); status != http.StatusServiceUnavailable {
		t.Errorf("one without a ticket: status %d", status)
	}
}

// However many open a board together, it is read once and encoded once.
func TestFiveHundredOpenABoardTogether(t *testing.T) {
	const people = 500
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Upgrades = server.Rate{PerSecond: 10_000, Burst: people + 1}
		s.RoomGrace = time.Millisecond
	}})
	n.unread = 100
	doc, author := n.newDocument()
	author.hangUp()
	poll(t, "the room is gone", func() bool { return n.metric("openmic_rooms") == 0 })
	loads, encodings := n.store.loads.Load(), n.metric("openmic_sync_encodings_total")
	everybodyHasAsked := make(chan struct{})
	n.store.set(func(s *faultyStore) {
		s.onLoad = func(context.Context) error { <-everybodyHasAsked; return nil }
	})
	var all []*client
	for i := range people {
		c := n.connect(fmt.Sprint("person-", i), "")
		c.sendSync("request", doc, firstMessage(nil))
		all = append(all, c)
	}
	close(everybodyHasAsked)
	for _, c := range all {
		m, err := crdt.ParseSyncMessage(c.next("sync").Data, crdt.DefaultLimits())
		if err != nil || len(m.Changes) != 1 {
			t.Errorf("%s: %d changes, %v", c.id, len(m.Changes), err)
		}
	}
	if got := n.store.loads.Load() - loads; got != 1 {
		t.Errorf("the board was read %d times", got)
	}
	if got := n.metric("openmic_sync_encodings_total") - encodings; got != 1 {
		t.Errorf("the board was encoded %v times", got)
	}
}
