package server_test

import (
	"math"

	"context"
	"errors"
	"fmt"
	"net/http"
	"openmic/server/wire"
	"slices"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
)

func TestTwoPeopleAndARestart(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir})
	doc, a := n.newDocument()
	b := n.participant("second", "", doc)
	for range 10 {
		fromA, fromB := a.Edit(), b.Edit()
		a.untilSaved(fromA)
		b.untilSaved(fromB)
		a.untilSeen(fromB)
		b.untilSeen(fromA)
	}
	n.stop()
	a.wantEnd(1001)
	b.wantEnd(1001)
	offline := b.Edit()

	n = startNode(t, nodeOption{dir: dir})
	b.again(n, "")
	b.untilSaved(offline)
	c := n.participant("third", "", doc)
	c.untilSeen(offline)
	if !slices.Equal(c.Heads(), b.Heads()) {
		t.Error("a newcomer has other heads")
	}
}

func TestStoreThatDoesNotAnswer(t *testing.T) {
	for name, fault := range map[string]func(ctx context.Context, back <-chan struct{}) error{
		"hangs": func(ctx context.Context, back <-chan struct{}) error {
			select {
			case <-back:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
		"fails": func(_ context.Context, back <-chan struct{}) error {
			select {
			case <-back:
				return nil
			default:
				return errStoreDown
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.CommitTimeout = 50 * time.Millisecond }})
			doc, a := n.newDocument()
			b := n.participant("second", "", doc)
			b.until("the document", func() bool { return b.Len() == 1 })
			back := make(chan struct{})
			n.store.set(func(s *faultyStore) { s.onAppend = func(ctx context.Context) error { return fault(ctx, back) } })

			appends := n.store.appends.Load()
			var own []crdt.Hash
			for range 3 {
				own = append(own, a.Edit())
				a.speak()
				b.untilSeen(own[len(own)-1])
				theirs := b.Edit()
				b.speak()
				a.untilSeen(theirs)
			}
			poll(t, "several attempts to store", func() bool { return n.store.appends.Load() > appends+2 })
			late := n.participant("late", "", doc) // is served from the room
			late.until("everything", func() bool { return late.Len() == 7 })
			for _, h := range own {
				if a.Saved(h) {
					t.Fatal("told that a change is saved while the store does not answer")
				}
			}
			if got := n.changes(doc); len(got) != 1 {
				t.Fatalf("%d changes stored: this test tests nothing", len(got))
			}
			close(back)
			for _, h := range own {
				a.untilSaved(h)
			}
			if got := n.changes(doc); len(got) != 7 {
				t.Errorf("%d changes stored, want 7", len(got))
			}
		})
	}
}

func TestRoomIsLoadedOnceForACrowd(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.RoomGrace = time.Millisecond }})
	doc, first := n.newDocument()
	first.hangUp()
	poll(t, "no room", func() bool { return n.metric("openmic_rooms") == 0 })
	open := make(chan struct{})
	n.store.set(func(s *faultyStore) {
		s.onLoad = func(ctx context.Context) error { <-open; return nil }
	})
	before := n.store.loads.Load()
	n.unread = 100 // many come
	crowd := make([]*participant, 500)
	for i := range crowd {
		crowd[i] = n.participant(fmt.Sprintf("peer-%d", i), "", doc)
	}
	close(open)
	for _, p := range crowd {
		p.until("the document", func() bool { return p.Len() == 1 })
	}
	if got := n.store.loads.Load() - before; got != 1 {
		t.Errorf("loaded %d times", got)
	}
}

func TestLoadThatFailsIsTriedAgain(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.RoomGrace = time.Millisecond }})
	doc, first := n.newDocument()
	first.hangUp()
	poll(t, "no room", func() bool { return n.metric("openmic_rooms") == 0 })
	n.store.set(func(s *faultyStore) { s.onLoad = func(context.Context) error { return errStoreDown } })
	p := n.participant("second", "", doc)
	p.wantEnd(1013)
	n.store.set(func(s *faultyStore) { s.onLoad = nil })
	p.again(n, "")
	p.until("the document", func() bool { return p.Len() == 1 })
}

// Somebody who hangs up while the store does not answer is gone.
func TestSessionThatWaitsForAStoreCanEnd(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.RoomGrace, s.PingInterval, s.PongTimeout = time.Millisecond, 20*time.Millisecond, 300*time.Millisecond
	}})
	doc, first := n.newDocument()
	first.hangUp()
	poll(t, "no session", func() bool { return n.metric("openmic_sessions") == 0 })
	poll(t, "no room", func() bool { return n.metric("openmic_rooms") == 0 })
	open, loading := make(chan struct{}), make(chan struct{}, 1)
	n.store.set(func(s *faultyStore) {
		s.onLoad = func(ctx context.Context) error {
			loading <- struct{}{}
			select {
			case <-open:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	defer close(open)
	p := n.participant("impatient", "", doc)
	<-loading
	p.hangUp()
	deadline := time.Now().Add(2 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n.metric("openmic_sessions") > 0 {
		<-tick.C
		if time.Now().After(deadline) {
			t.Fatal("the session of a socket that is gone stays as long as the store does not answer")
		}
	}
}

func TestEmptyRoomIsForgottenAfterItsGrace(t *testing.T) {
	const grace = 40 * time.Millisecond
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.RoomGrace = grace }})
	doc, p := n.newDocument()
	if n.metric("openmic_rooms") != 1 {
		t.Fatal("no room")
	}
	p.hangUp()
	left := time.Now()
	poll(t, "no room", func() bool { return n.metric("openmic_rooms") == 0 })
	if early := time.Since(left); early < grace/2 {
		t.Errorf("gone after %s, its grace is %s", early, grace)
	}
	loads := n.store.loads.Load()
	p.again(n, "")
	h := p.Edit()
	p.untilSaved(h)
	if n.store.loads.Load() != loads+1 {
		t.Error("not loaded anew")
	}
	if got := n.changes(doc); len(got) != 2 {
		t.Errorf("%d changes stored", len(got))
	}
}

func TestRoomStaysUntilEverythingIsStored(t *testing.T) {
	const grace = 10 * time.Millisecond
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.RoomGrace = grace }})
	doc, p := n.newDocument()
	back := make(chan struct{})
	n.store.set(func(s *faultyStore) {
		s.onAppend = func(ctx context.Context) error {
			select {
			case <-back:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	appends := n.store.appends.Load()
	h := p.Edit()
	p.speak()
	poll(t, "an attempt to store", func() bool { return n.store.appends.Load() > appends })
	p.hangUp()
	left := time.Now()
	poll(t, "time", func() bool {
		if n.metric("openmic_rooms") != 1 {
			t.Fatal("the room went before its changes were stored")
		}
		return time.Since(left) > 10*grace
	})
	close(back)
	poll(t, "no room", func() bool { return n.metric("openmic_rooms") == 0 })
	if got := n.changes(doc); !slices.Contains(got, h) {
		t.Error("not stored")
	}
}

func TestDrainStoresAndSaysGoodbye(t *testing.T) {
	n := startNode(t, nodeOption{})
	doc, a := n.newDocument()
	b := n.participant("second", "", doc)
	b.until("the document", func() bool { return b.Len() == 1 })
	h := a.Edit()
	a.speak()
	b.untilSeen(h)
	if err := n.drain(); err != nil {
		t.Fatal(err)
	}
	a.wantEnd(1001)
	b.wantEnd(1001)
	if !slices.Contains(n.changes(doc), h) {
		t.Error("not stored")
	}
	for _, path := range []string{"/sync", "/readyz"} {
		a := n.request("GET", path, "")
		isProblem(t, a, http.StatusServiceUnavailable)
		if a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", path)
		}
	}
}

func TestDrainWithAStoreThatDoesNotAnswer(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.DrainTimeout = 200 * time.Millisecond }})
	_, a := n.newDocument()
	n.store.set(func(s *faultyStore) { s.onAppend = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() } })
	a.Edit()
	appends := n.store.appends.Load()
	a.speak()
	poll(t, "an attempt to store", func() bool { return n.store.appends.Load() > appends })
	began := time.Now()
	if err := n.drain(); !errors.Is(err, server.ErrUnstored) {
		t.Errorf("drain: %v, want ErrUnstored", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("drained for %s", took)
	}
}

// A board where people go on drawing can be drained: they are stopped, and
// what came until then is stored.
func TestDrainWhilePeopleDraw(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.DrainTimeout = 4 * time.Second }})
	n.store.set(func(s *faultyStore) { // a disk that takes its time
		s.onAppend = func(ctx context.Context) error {
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
			return nil
		}
	})
	_, a := n.newDocument()
	drawing := make(chan struct{})
	go func() {
		defer close(drawing)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			h := a.Edit()
			m := crdt.SyncMessage{Version: 1, Heads: a.Heads(), Have: []crdt.Have{{LastSync: a.Heads()}}, Changes: [][]byte{a.Chunk(h)}}
			a.sendSync("sync", a.doc, m.Append(nil))
			select {
			case <-tick.C:
			case <-a.ended:
				return
			}
		}
	}()
	appends := n.store.appends.Load()
	poll(t, "drawing", func() bool { return n.store.appends.Load() > appends+5 })
	began := time.Now()
	err := n.drain()
	if took := time.Since(began); err != nil || took > 2*time.Second {
		t.Errorf("drained for %s with error %v", took.Round(time.Millisecond), err)
	}
	a.hangUp()
	<-drawing
}

// A socket that never says anything does not hold the drain up.
func TestDrainWithASilentSocket(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.JoinTimeout, s.DrainTimeout = 3*time.Second, 500*time.Millisecond
	}})
	c := n.dial("")
	poll(t, "a session", func() bool { return n.metric("openmic_sessions") == 1 })
	began := time.Now()
	if err := n.drain(); err != nil {
		t.Errorf("drain: %v", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("drained for %s, DrainTimeout is 500 ms", took.Round(time.Millisecond))
	}
	c.wantEnd(1001)
}

func TestCompaction(t *testing.T) {
	dir := t.TempDir()
	settings := func(s *server.Settings) { s.CompactChanges = 20 }
	n := startNode(t, nodeOption{dir: dir, settings: settings})
	b := n.createBoard("Moving house")
	a := n.participant("author", "", b.DocumentID)
	a.until("the board", func() bool { return a.Len() == 2 })
	for range 17 {
		a.untilSaved(a.Edit())
	}
	if n.stored(b.DocumentID).Snapshot != nil {
		t.Fatal("a snapshot of 19 changes, the rule says 20")
	}
	a.untilSaved(a.Edit())
	poll(t, "a snapshot", func() bool { return n.stored(b.DocumentID).Snapshot != nil })
	if s := n.stored(b.DocumentID).Snapshot; s.Length != 20 {
		t.Errorf("a snapshot of %d changes, want 20", s.Length)
	}
	for range 5 {
		a.untilSaved(a.Edit())
	}
	old := n.participant("version 1", "", b.DocumentID) // reads what is in the snapshot from the store
	old.until("everything", func() bool { return old.Len() == 25 })
	n.stop()

	n = startNode(t, nodeOption{dir: dir, settings: settings})
	d := n.stored(b.DocumentID)
	if d.Snapshot == nil || len(d.Tail) != 5 || len(d.Damage) != 0 {
		t.Fatalf("stored %+v", d)
	}
	c := n.connect("version 2", "")
	c.sendSync("request", b.DocumentID, firstMessage(crdt.SyncFlags(false)))
	m, err := crdt.ParseSyncMessage(c.next("sync").Data, crdt.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if m.Version != 2 || len(m.Changes) != 6 || m.Changes[0][8] != 0 || !slices.Equal(m.Heads, a.Heads()) {
		t.Errorf("version %d with %d chunks and heads %v, want a document, 5 changes and %v", m.Version, len(m.Changes), m.Heads, a.Heads())
	}
	a.again(n, "")
	for range 15 { // 40 in all: the next snapshot is made of the one before
		a.untilSaved(a.Edit())
	}
	poll(t, "the next snapshot", func() bool { return n.stored(b.DocumentID).Snapshot.Length == 40 })
	if failures := n.metric("openmic_compaction_failures_total"); failures != 0 {
		t.Errorf("%v compactions failed", failures)
	}
}

func TestCompactionThatFailsDisturbsNobody(t *testing.T) {
	dead := newEngine("dead engine")
	t.Cleanup(func() { _ = dead.Close() })
	n := startNode(t, nodeOption{engine: dead, settings: func(s *server.Settings) { s.CompactChanges = 5 }})
	doc, a := n.newDocument()
	for range 10 {
		a.untilSaved(a.Edit())
	}
	poll(t, "a failure", func() bool { return n.metric("openmic_compaction_failures_total") == 1 })
	b := n.participant("second", "", doc)
	for range 10 {
		h := a.Edit()
		a.untilSaved(h)
		b.untilSeen(h)
	}
	if n.metric("openmic_compaction_failures_total") != 1 {
		t.Error("tried again at once")
	}
	if d := n.stored(doc); d.Snapshot != nil || len(d.Tail) != 21 {
		t.Errorf("stored %d changes", len(d.Tail))
	}
	isProblem(t, n.request("POST", "/api/boards", `{"title": "needs the engine"}`), http.StatusServiceUnavailable)
}

func TestPresenceIsRelayed(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.PresenceRate, s.PresenceBytes = 20, 100 }})
	doc, a := n.newDocument()
	b := n.participant("second", "", doc)
	b.until("the document", func() bool { return b.Len() == 1 })
	show := func(c *client, count int, data []byte) {
		c.send(object{"type": "ephemeral", "senderId": c.id, "targetId": c.server, "documentId": doc, "sessionId": "tab", "count": count, "data": data})
	}
	show(a.client, 1, []byte("here"))
	m := b.next("ephemeral")
	if m.SenderID != "first" || m.DocumentID != doc || m.SessionID != "tab" || m.Count != 1 || string(m.Data) != "here" {
		t.Errorf("got %+v", m)
	}
	dropped := func() float64 { return n.metric("openmic_presence_dropped_total") }
	show(a.client, 2, make([]byte, 101))
	poll(t, "too large", func() bool { return dropped() == 1 })
	for i := range 100 {
		show(a.client, 3+i, []byte("there"))
	}
	a.alive()
	if got := dropped(); got < 60 || got > 82 {
		t.Errorf("%v of 100 dropped, want about 80", got-1)
	}
	last := uint64(0)
	poll(t, "the newest", func() bool {
		m := b.next("ephemeral")
		if m.Count <= last {
			t.Errorf("count %d after %d", m.Count, last)
		}
		last = m.Count
		return last >= 19
	})
	late := n.participant("late", "", doc)
	if m := late.next("ephemeral"); string(m.Data) != "there" {
		t.Errorf("a late joiner was shown %+v", m)
	}
	select {
	case m := <-a.messages:
		if m.Type == "ephemeral" {
			t.Errorf("the sender was shown itself: %+v", m)
		}
	default:
	}
}

// A client that says so is told of several people in one message; others are not.
func TestPresenceInBatches(t *testing.T) {
	n := startNode(t, nodeOption{})
	doc, a := n.newDocument()
	stock := n.participant("second", "", doc)
	stock.until("the document", func() bool { return stock.Len() == 1 })
	show := func(c *client, count int, place any) {
		c.send(object{"type": "ephemeral", "senderId": c.id, "targetId": c.server, "documentId": doc, "sessionId": "tab", "count": count,
			"data": []byte(c.id), "place": place})
	}
	show(a.client, 1, object{"at": []any{math.NaN(), 1e300}, "sees": "everything", "acts": 1, "follows": []int{7}})
	show(stock.client, 1, "nowhere")
	ours := &participant{client: n.dial(""), Replica: server.NewReplica(t, "ours", false), doc: doc}
	ours.client.join("ours", object{"presenceBatches": true})
	ours.speak()
	seen := map[string]string{}
	hear := func() {
		m := ours.next("presence")
		shown, err := wire.ReadPeople(m.raw)
		if err != nil || m.DocumentID != doc || m.SenderID != ours.server {
			t.Fatalf("a batch %+v of %+v: %v", shown, m, err)
		}
		for _, s := range shown {
			if s.Data == nil {
				delete(seen, s.ID)
			} else {
				seen[s.ID] = string(s.Data)
			}
		}
	}
	for len(seen) < 2 {
		hear()
	}
	if seen["first"] != "first" || seen["second"] != "second" {
		t.Errorf("told of %v", seen)
	}
	show(ours.client, 1, object{"at": []any{-5, 7.5}, "sees": []any{0, 0, 800, 600}, "acts": true, "follows": "first"})
	if m := stock.next("ephemeral"); m.SenderID == "first" {
		m = stock.next("ephemeral")
		if string(m.Data) != "ours" {
			t.Errorf("a stock client got %+v", m)
		}
	}
	a.hangUp()
	for len(seen) > 1 {
		hear()
	}
	if seen["first"] != "" {
		t.Errorf("who has left is still there: %v", seen)
	}
	if m := stock.next("leave"); m.SenderID != "first" {
		t.Errorf("a stock client got %+v", m)
	}
	select {
	case m := <-ours.messages:
		if m.Type == "ephemeral" || m.Type == "leave" {
			t.Errorf("one of ours got %+v", m)
		}
	default:
	}
}

func TestDocumentsOfOneSession(t *testing.T) {
	n := startNode(t, nodeOption{})
	c := n.connect("many", "")
	replicas := map[string]*server.Replica{}
	for i := range 20 {
		doc := docid.New().String()
		r := server.NewReplica(t, fmt.Sprintf("actor-%d", i), true)
		r.Edit()
		replicas[doc] = r
		c.sendSync("sync", doc, r.Generate())
	}
	for open := len(replicas); open > 0; {
		m := c.next("sync")
		r := replicas[m.DocumentID]
		before := r.Saved(r.Heads()[0])
		r.Receive(m.Data)
		if b := r.Generate(); b != nil {
			c.sendSync("sync", m.DocumentID, b)
		}
		if !before && r.Saved(r.Heads()[0]) {
			open--
		}
	}
}
