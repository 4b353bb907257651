package server_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/internal/faultproxy"
)

// behind is the same node, reached through a proxy.
func (n *node) behind(proxy *faultproxy.Proxy) *node {
	return &node{t: n.t, web: &httptest.Server{URL: "http://" + proxy.Addr()}, unread: n.unread}
}

func (n *node) proxy() *faultproxy.Proxy {
	return badConnections(n.t, "tcp", n.web.Listener.Addr().String())
}

// wantEndings expects that we have ended so many sessions with a code.
func (n *node) wantEndings(code, count int) {
	n.t.Helper()
	line := fmt.Sprintf("\nopenmic_sessions_ended_total{code=\"%d\"} %d\n", code, count)
	poll(n.t, strings.TrimSpace(line), func() bool {
		return strings.Contains(string(n.request("GET", "/metrics", "").body), line)
	})
}

var stalled = faultproxy.Flow{Stalled: true}

// A talker is joined to one board and is not interested in what is saved.
type talker struct {
	*wireConn
	*server.Replica
	doc string
}

// say makes a change of so many bytes and sends it.
func (k *talker) say(ctx context.Context, bytes int) (crdt.Hash, error) {
	h := k.EditBytes(bytes)
	m := crdt.SyncMessage{Version: 1, Heads: k.Heads(), Have: []crdt.Have{{}}, Changes: [][]byte{k.Chunk(h)}}
	return h, k.write(ctx, object{"type": "sync", "senderId": k.id, "targetId": k.server, "documentId": k.doc, "data": m.Append(nil)})
}

// Whoever takes 1 kB a second holds up nobody, and what it has not taken is
// not kept for it.
func TestSlowReadersCostLittle(t *testing.T) {
	const (
		readers    = 30
		changes    = 1000
		changeSize = 16 << 10
		perReader  = 1 << 20
		log        = changes * changeSize
	)
	s := newSite(t, programOf(t, ordinary), "")
	p := s.start()
	doc := docid.New().String()
	c, err := join(t.Context(), s.address, "speaker")
	noError(t, err)
	defer c.close()
	speaker := &talker{c, server.NewReplica(t, "speaker", false), doc}
	_, err = speaker.say(t.Context(), 1)
	noError(t, err)
	poll(t, "the first change is stored", func() bool { return p.metric("openmic_changes_stored_total") == 1 })
	var listening sync.WaitGroup
	defer listening.Wait()
	defer c.close()
	listening.Go(func() {
		for {
			if _, err := c.read(context.Background()); err != nil {
				return
			}
		}
	})

	proxy := badConnections(t, "tcp", s.address)
	var slow []*wireConn
	for i := range readers {
		r, err := join(t.Context(), proxy.Addr(), fmt.Sprintf("slow-%d", i))
		noError(t, err)
		defer r.close()
		noError(t, r.speak(t.Context(), server.NewReplica(t, r.id, false), doc))
		slow = append(slow, r)
	}
	for _, r := range slow {
		_, err := r.read(t.Context())
		noError(t, err)
	}
	proxy.Set(faultproxy.Faults{Down: faultproxy.Flow{BytesPerSecond: 1000}})
	other := newEditor(t, "other", doc)
	other.rest()
	end := together(t, s.address, []*editor{other})
	defer end()

	before, _ := p.memory()
	var last crdt.Hash
	for range changes {
		last, err = speaker.say(t.Context(), changeSize)
		noError(t, err)
	}
	poll(t, "somebody else has everything", func() bool { return other.has(last) })
	_, most := p.memory()
	t.Logf("%d readers of 1 kB/s, %d MiB said: %d MiB of memory before and %d at most; %v sessions",
		readers, log>>20, before>>20, most>>20, p.metric("openmic_sessions"))
	// What was said is in memory, and in messages to those who read.
	if most-before > 4*log+readers*perReader {
		t.Errorf("memory grew by %d MiB", (most-before)>>20)
	}
	if p.metric("openmic_sessions") < 2 {
		t.Error("those who read were ended")
	}
}

func TestReaderThatTakesNothingEnds(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.WriteTimeout, s.RoomGrace = 300*time.Millisecond, time.Millisecond
	}})
	proxy := n.proxy()
	doc, speaker := n.newDocument()
	slow := n.behind(proxy).participant("slow", "", doc)
	slow.until("the document", func() bool { return slow.Len() == 1 })
	other := n.participant("other", "", doc)
	proxy.Set(faultproxy.Faults{Down: stalled})
	var last crdt.Hash
	for n.metric("openmic_sessions") == 3 {
		last = speaker.EditBytes(256 << 10)
		speaker.untilSaved(last)
		other.untilSeen(last)
	}
	n.wantEndings(4408, 1)
	proxy.Set(faultproxy.Faults{})
	slow.again(n, "")
	slow.untilSeen(last)
}

func TestHalfOpenConnection(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("ends when no ping is answered", func(t *testing.T) {
		n := startNode(t, nodeOption{settings: func(s *server.Settings) {
			s.RoomGrace, s.PingInterval, s.PongTimeout = time.Millisecond, 100*time.Millisecond, 100*time.Millisecond
		}})
		proxy := n.proxy()
		doc, first := n.newDocument()
		first.hangUp()
		for i := range 20 {
			p := n.behind(proxy).participant(fmt.Sprintf("peer-%d", i), "", doc)
			p.until("the document", func() bool { return p.Len() == 1 })
		}
		proxy.Set(faultproxy.Faults{Up: stalled, Down: stalled})
		poll(t, "nobody is there", func() bool {
			return n.metric("openmic_sessions")+n.metric("openmic_rooms") == 0
		})
		n.wantEndings(4408, 20)
	})
	poll(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
}

// Who has lost a connection without the server's noticing need not wait until it does.
func TestPeerComesBackBesideItsHalfOpenConnection(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.PingInterval = time.Hour }})
	proxy := n.proxy()
	doc, other := n.newDocument()
	p := n.behind(proxy).participant("peer", "", doc)
	p.until("the document", func() bool { return p.Len() == 1 })
	for range 5 {
		proxy.Set(faultproxy.Faults{Up: stalled, Down: stalled})
		h := p.Edit()
		p.speak() // nobody hears this
		old := p.client
		p.again(n, "")
		p.untilSaved(h)
		other.untilSeen(h)
		proxy.Set(faultproxy.Faults{})
		old.hangUp()
		h = p.Edit()
		p.untilSaved(h) // the late end of the old one is not this one's
		p.hangUp()
		p.again(n.behind(proxy), "")
	}
	poll(t, "two sessions", func() bool { return n.metric("openmic_sessions") == 2 })
}
