package server_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/fxamacker/cbor/v2"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
)

func encoded(t testing.TB, m object) []byte {
	t.Helper()
	b, err := cbor.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestJoinIsAnswered(t *testing.T) {
	n := startNode(t, nodeOption{})
	for name, join := range map[string]object{
		"of a stock client":         {"type": "join", "senderId": "alice", "peerMetadata": object{"isEphemeral": true}, "supportedProtocolVersions": []string{"1"}},
		"that offers more":          {"type": "join", "senderId": "alice", "supportedProtocolVersions": []string{"2", "1"}},
		"that names no version":     {"type": "join", "senderId": "alice"},
		"with something unheard of": {"type": "join", "senderId": "alice", "mood": "good"},
	} {
		t.Run(name, func(t *testing.T) {
			c := n.dial("")
			defer c.hangUp()
			c.send(join)
			m := c.next("peer")
			id := n.store.StorageID()
			if m.SenderID != "openmic-"+id || m.TargetID != "alice" || m.Version != "1" ||
				m.Metadata["storageId"] != id || m.Metadata["isEphemeral"] != false {
				t.Errorf("answer %+v", m)
			}
		})
	}
}

// Each does one thing wrong, by itself.
func TestSessionEndsOf(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.MessageBytes = 10_000
		s.Documents = 3
		s.RequestBurst = 5
		s.Requests = 0.001
		s.PresenceBytes = 100
	}})
	doc := docid.New().String()
	joined := func(send func(c *client)) func(*client) {
		return func(c *client) {
			c.id = "alice"
			c.send(object{"type": "join", "senderId": c.id})
			c.server = c.next("peer").SenderID
			send(c)
		}
	}
	message := func(m object) func(*client) { return joined(func(c *client) { c.send(m) }) }
	for name, c := range map[string]struct {
		code websocket.StatusCode
		do   func(*client)
	}{
		"a text frame": {1003, func(c *client) { c.write(websocket.MessageText, []byte("hello")) }},
		"a text frame after the join": {1003, joined(func(c *client) {
			c.write(websocket.MessageText, []byte("hello"))
		})},
		"no CBOR":        {4400, func(c *client) { c.write(websocket.MessageBinary, []byte("hello")) }},
		"an empty frame": {4400, func(c *client) { c.write(websocket.MessageBinary, nil) }},
		"no CBOR after the join": {4400, joined(func(c *client) {
			c.write(websocket.MessageBinary, []byte{0xbf, 0xff})
		})},
		"sync before join": {4400, func(c *client) { c.sendSync("sync", doc, firstMessage(nil)) }},
		"a version too new": {4400, func(c *client) {
			c.send(object{"type": "join", "senderId": "a", "supportedProtocolVersions": []string{"2"}})
		}},
		"no version": {4400, func(c *client) {
			c.send(object{"type": "join", "senderId": "a", "supportedProtocolVersions": []string{}})
		}},
		"an oversize join":        {1009, func(c *client) { c.write(websocket.MessageBinary, make([]byte, 10_001)) }},
		"an oversize message":     {1009, joined(func(c *client) { c.write(websocket.MessageBinary, make([]byte, 20_000)) })},
		"a second join":           {4400, message(object{"type": "join", "senderId": "alice"})},
		"a peer message":          {4400, message(object{"type": "peer", "senderId": "alice", "targetId": "x"})},
		"a foreign sender":        {4400, message(object{"type": "sync", "senderId": "bob", "documentId": doc, "data": firstMessage(nil)})},
		"no sender":               {4400, message(object{"type": "sync", "documentId": doc, "data": firstMessage(nil)})},
		"a foreign target":        {4400, message(object{"type": "sync", "senderId": "alice", "targetId": "bob", "documentId": doc, "data": firstMessage(nil)})},
		"no document id":          {4400, message(object{"type": "sync", "senderId": "alice", "documentId": "nonsense", "data": firstMessage(nil)})},
		"presence of no document": {4400, message(object{"type": "ephemeral", "senderId": "alice", "documentId": "nonsense", "data": []byte{1}, "count": 1})},
		"too many documents": {4429, joined(func(c *client) {
			for range 4 {
				c.sendSync("sync", docid.New().String(), firstMessage(nil, crdt.Hash{1}))
			}
		})},
		"too many requests": {4429, joined(func(c *client) {
			for range 6 {
				c.sendSync("request", docid.New().String(), firstMessage(nil))
			}
		})},
		"a sync message that is none":   {4422, message(object{"type": "sync", "senderId": "alice", "documentId": doc, "data": []byte("x")})},
		"a sync message cut short":      {4422, message(object{"type": "sync", "senderId": "alice", "documentId": doc, "data": firstMessage(nil)[:3]})},
		"a sync message of 5,000 heads": {4413, message(object{"type": "sync", "senderId": "alice", "documentId": doc, "data": []byte{0x42, 0x88, 0x27}})},
	} {
		t.Run(name, func(t *testing.T) {
			s := n.dial("")
			defer s.hangUp()
			s.t = t
			c.do(s)
			s.wantEnd(c.code)
		})
	}
}

func TestSilenceEnds(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.JoinTimeout = 30 * time.Millisecond }})
	n.dial("").wantEnd(4408)
}

func TestPeerThatAnswersNoPingEnds(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.PingInterval, s.PongTimeout = 20*time.Millisecond, 20*time.Millisecond
	}})
	ctx := t.Context()
	conn, _, err := websocket.Dial(ctx, n.web.URL+"/sync", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(ctx, websocket.MessageBinary, encoded(t, object{"type": "join", "senderId": "mute"})); err != nil {
		t.Fatal(err)
	}
	poll(t, "one session", func() bool { return n.metric("openmic_sessions") == 1 })
	// It reads nothing, so it answers nothing.
	poll(t, "no session", func() bool { return n.metric("openmic_sessions") == 0 })
}

func TestPeerThatAnswersPingsStays(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.PingInterval, s.PongTimeout = 5*time.Millisecond, time.Second
	}})
	c := n.connect("patient", "")
	began := time.Now()
	poll(t, "time", func() bool { return time.Since(began) > 100*time.Millisecond })
	c.alive()
}

func TestWhatIsIgnored(t *testing.T) {
	n := startNode(t, nodeOption{})
	doc, p := n.newDocument()
	for name, m := range map[string]object{
		"what another peer showed, sent back": {"type": "ephemeral", "senderId": "bob", "targetId": "x", "documentId": doc, "data": []byte{1}, "count": 1, "sessionId": "s"},
		"presence of a document not open":     {"type": "ephemeral", "senderId": "first", "documentId": docid.New().String(), "data": []byte{1}, "count": 1, "sessionId": "s"},
		"a leave":                             {"type": "leave", "senderId": "first"},
		"an error":                            {"type": "error", "senderId": "first", "message": "oh"},
		"doc-unavailable":                     {"type": "doc-unavailable", "senderId": "first", "documentId": doc},
		"a subscription":                      {"type": "remote-subscription-change", "senderId": "first", "add": []string{"x"}},
		"something of the future":             {"type": "telepathy", "senderId": "first"},
	} {
		t.Run(name, func(t *testing.T) {
			p.send(m)
			p.alive()
		})
	}
}

func TestPeerIDInUse(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open = false }})
	one, two := n.createBoard(""), n.createBoard("")
	victim := n.connect("peer", "link="+one.secret("editor"))
	for name, link := range map[string]string{"of another board": two.secret("editor"), "of another role": one.secret("viewer")} {
		c := n.dial("link=" + link)
		c.id = "a link " + name
		c.send(object{"type": "join", "senderId": "peer"})
		c.wantEnd(4409)
		victim.alive()
	}
	again := n.connect("peer", "link="+one.secret("editor"))
	victim.wantEnd(1001)
	again.alive()
	// The old session's end does not take the new one's place away.
	poll(t, "one session", func() bool { return n.metric("openmic_sessions") == 1 })
	c := n.dial("link=" + two.secret("editor"))
	c.send(object{"type": "join", "senderId": "peer"})
	c.wantEnd(4409)
}

func TestDocumentsThatAreNotToBeHad(t *testing.T) {
	t.Run("nowhere", func(t *testing.T) {
		n := startNode(t, nodeOption{})
		c := n.connect("alice", "")
		for _, kind := range []string{"request", "sync"} { // a sync without heads brings nothing
			doc := docid.New().String()
			c.sendSync(kind, doc, firstMessage(nil))
			if m := c.next("doc-unavailable"); m.DocumentID != doc || m.TargetID != "alice" || m.SenderID != c.server {
				t.Errorf("answer %+v", m)
			}
		}
		poll(t, "no room", func() bool { return n.metric("openmic_rooms") == 0 })
	})
	t.Run("another board", func(t *testing.T) {
		n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open = false }})
		one, two := n.createBoard(""), n.createBoard("")
		c := n.connect("alice", "link="+one.secret("owner"))
		c.sendSync("request", two.DocumentID, firstMessage(nil))
		if m := c.next("doc-unavailable"); m.DocumentID != two.DocumentID {
			t.Errorf("answer %+v", m)
		}
		// Nor can one be brought.
		c.sendSync("sync", docid.New().String(), firstMessage(nil, crdt.Hash{1}))
		c.next("doc-unavailable")
		c.sendSync("request", one.DocumentID, firstMessage(nil))
		if m := c.next("sync"); m.DocumentID != one.DocumentID {
			t.Errorf("answer %+v", m)
		}
	})
}

func TestSocketNeedsATicketOrALink(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open = false }})
	b := n.createBoard("")
	upgrade := []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="}
	for _, query := range []string{"", "?ticket=nonsense", "?link=nonsense", "?link=", "?ticket="} {
		isProblem(t, n.request("GET", "/sync"+query, "", upgrade...), http.StatusUnauthorized)
	}
	n.connect("alice", "link="+b.secret("viewer"))
}

func TestRoles(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open = false }})
	b := n.createBoard("")
	watcher := n.participant("watcher", "link="+b.secret("owner"), b.DocumentID)
	watcher.until("the genesis", func() bool { return watcher.Len() > 0 })
	for role, writes := range map[string]bool{"owner": true, "editor": true, "viewer": false} {
		p := n.participant(role, "link="+b.secret(role), b.DocumentID)
		p.until("the genesis", func() bool { return p.Len() > 0 })
		h := p.Edit()
		p.speak()
		if writes {
			p.untilSaved(h)
			watcher.untilSeen(h)
			continue
		}
		p.hangUp()
		mark := watcher.Edit()
		watcher.untilSaved(mark)
		if watcher.Has(h) || slices.ContainsFunc(n.changes(b.DocumentID), func(s crdt.Hash) bool { return s == h }) {
			t.Errorf("a change of a %s was taken", role)
		}
	}
}

// changes names what the store's log has.
func (n *node) changes(doc string) (hashes []crdt.Hash) {
	n.t.Helper()
	for _, e := range n.stored(doc).Tail {
		hashes = append(hashes, e.Hash)
	}
	return hashes
}

func TestHostilePeersDisturbNobody(t *testing.T) {
	n := startNode(t, nodeOption{})
	doc, a := n.newDocument()
	b := n.participant("second", "", doc)
	b.until("the document", func() bool { return b.Len() == 1 })
	valid := func(r *server.Replica, seq uint64, ahead int) []byte {
		return server.MakeChange("mallory", seq, r.Graph().MaxOp()+1+uint64(ahead), r.Heads(), 1)
	}
	for name, c := range map[string]struct {
		code    websocket.StatusCode
		changes func() [][]byte
	}{
		"a wrong checksum": {4422, func() [][]byte {
			c := valid(a.Replica, 1, 0)
			c[5] ^= 1
			return [][]byte{c}
		}},
		"a good change before a broken one": {4422, func() [][]byte {
			c := valid(a.Replica, 1, 0)
			return [][]byte{valid(a.Replica, 1, 0), c[:len(c)-1]}
		}},
		"garbage":                {4422, func() [][]byte { return [][]byte{[]byte("garbage")} }},
		"an empty change":        {4422, func() [][]byte { return [][]byte{{}} }},
		"a sequence with a gap":  {4422, func() [][]byte { return [][]byte{valid(a.Replica, 2, 0)} }},
		"operations too far":     {4422, func() [][]byte { return [][]byte{valid(a.Replica, 1, 7)} }},
		"another's actor":        {4422, func() [][]byte { return [][]byte{server.MakeChange("first", 1, 1, nil, 99)} }},
		"a document for changes": {4422, func() [][]byte { return [][]byte{append([]byte{0x85, 0x6f, 0x4a, 0x83}, make([]byte, 60)...)} }},
		"a change of 1.1 MB": {4413, func() [][]byte {
			return [][]byte{append([]byte{0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1}, make([]byte, 1_100_000)...)}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			before := n.metric(`openmic_changes_admitted_total`)
			m := crdt.SyncMessage{Version: 1, Heads: a.Heads(), Have: []crdt.Have{{}}, Changes: c.changes()}
			mallory := n.connect("mallory", "")
			defer mallory.hangUp()
			mallory.t = t
			mallory.sendSync("sync", doc, m.Append(nil))
			mallory.wantEnd(c.code)
			if n.metric(`openmic_changes_admitted_total`) != before {
				t.Error("something of it was admitted")
			}
			h := a.Edit()
			a.untilSaved(h)
			b.untilSeen(h)
		})
	}
	if a.Graph().LastSeq("mallory")+b.Graph().LastSeq("mallory") > 0 {
		t.Error("a change of mallory's was relayed")
	}
	if got := n.changes(doc); len(got) != a.Len() {
		t.Errorf("%d changes stored, want the %d of those who behaved", len(got), a.Len())
	}
}

func TestMessageJustBelowTheLimitIsTaken(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.MessageBytes = 5000 }})
	c := n.connect("alice", "")
	m := object{"type": "future", "senderId": "alice", "data": []byte{}}
	m["data"] = bytes.Repeat([]byte{1}, 5000-len(encoded(t, m))-2)
	if b := encoded(t, m); len(b) != 5000 {
		t.Fatalf("%d bytes", len(b))
	}
	c.send(m)
	c.alive()
}

func TestLongReasonsFitACloseFrame(t *testing.T) {
	n := startNode(t, nodeOption{})
	c := n.dial("")
	c.send(object{"type": strings.Repeat("å", 32), "senderId": "a"})
	c.wantEnd(4400)
}
