package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/coder/websocket"
	"github.com/fxamacker/cbor/v2"
	"github.com/rs/zerolog"

	clientdist "openmic/client"
	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/sqlite"
)

// patience bounds every wait of these tests.
const patience = 15 * time.Second

// The test binary is the engine's child as well, and one that dies.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "engine":
		if err := engine.Serve(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	case len(os.Args) == 2 && os.Args[1] == "dead engine":
		os.Exit(1)
	}
	status := m.Run()
	_ = sharedEngine().Close()
	removePrograms()
	os.Exit(status)
}

var sharedEngine = sync.OnceValue(func() *engine.Pool { return newEngine("engine") })

func newEngine(role string) *engine.Pool {
	pool, err := engine.NewPool(engine.Config{Command: []string{os.Args[0], role}})
	if err != nil {
		panic(err)
	}
	return pool
}

// A faultyStore is a real store whose answers a test can hold back.
type faultyStore struct {
	store.Store
	loads, appends atomic.Int64

	mu       sync.Mutex
	onAppend func(context.Context) error // before each Append
	onLoad   func(context.Context) error
	onPut    func(context.Context, docid.ID) error // before each PutSnapshot
	down     bool
}

func (s *faultyStore) set(f func(*faultyStore)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

func (s *faultyStore) Append(ctx context.Context, entries []store.Entry) error {
	s.appends.Add(1)
	s.mu.Lock()
	fault := s.onAppend
	s.mu.Unlock()
	if fault != nil {
		if err := fault(ctx); err != nil {
			return err
		}
	}
	return s.Store.Append(ctx, entries)
}

func (s *faultyStore) Load(ctx context.Context, doc docid.ID) (*store.Document, error) {
	s.loads.Add(1)
	s.mu.Lock()
	fault := s.onLoad
	s.mu.Unlock()
	if fault != nil {
		if err := fault(ctx); err != nil {
			return nil, err
		}
	}
	return s.Store.Load(ctx, doc)
}

func (s *faultyStore) PutSnapshot(ctx context.Context, doc docid.ID, snapshot store.Snapshot) error {
	s.mu.Lock()
	fault := s.onPut
	s.mu.Unlock()
	if fault != nil {
		if err := fault(ctx, doc); err != nil {
			return err
		}
	}
	return s.Store.PutSnapshot(ctx, doc, snapshot)
}

func (s *faultyStore) Ping(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errStoreDown
	}
	return s.Store.Ping(ctx)
}

var errStoreDown = errors.New("the store is down")

// A node is a server on a real socket with a real store.
type node struct {
	*server.Server
	t     *testing.T
	web   *httptest.Server
	store *faultyStore
	drain func() error

	unread int // how many messages may wait in a client
}

type nodeOption struct {
	dir      string
	engine   *engine.Pool
	settings func(*server.Settings)
	log      zerolog.Logger // nothing is logged by default
}

var clientFiles = fstest.MapFS{
	"index.html":        {Data: []byte("<!doctype html><head><title>Openmic</title></head>")},
	"favicon.svg":       {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	"app.webmanifest":   {Data: []byte("{}")},
	"assets/main-1a.js": {Data: []byte("export {}")},
	"embed.js":          {Data: []byte("export {}")},
	"drawing.js":        {Data: must(fs.ReadFile(clientdist.FS(), "drawing.js"))}, // as built
}

func startNode(t *testing.T, o nodeOption) *node {
	t.Helper()
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	if o.engine == nil {
		o.engine = sharedEngine()
	}
	st, err := sqlite.Open(t.Context(), o.dir)
	if err != nil {
		t.Fatal(err)
	}
	settings := server.DefaultSettings()
	settings.Open = true
	settings.PresenceInterval = 5 * time.Millisecond
	settings.FlushInterval = time.Millisecond
	settings.CommitRetry = 100 * time.Millisecond
	if o.settings != nil {
		o.settings(&settings)
	}
	web := httptest.NewUnstartedServer(nil)
	if settings.SignIn.Issuer != "" {
		settings.PublicURL = "http://" + web.Listener.Addr().String()
	}
	n := &node{t: t, store: &faultyStore{Store: st}, unread: 100_000}
	n.Server = server.New(settings, n.store, o.engine, clientFiles, o.log)
	web.Config.Handler, n.web = n.Server, web
	web.Start()
	n.drain = sync.OnceValue(n.Server.Drain)
	t.Cleanup(func() {
		_ = n.drain()
		n.web.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// stop ends the node as the program does.
func (n *node) stop() {
	n.t.Helper()
	if err := n.drain(); err != nil {
		n.t.Errorf("drain: %v", err)
	}
	n.web.Close()
	if err := n.store.Close(); err != nil {
		n.t.Error(err)
	}
}

// An answer is what came back over HTTP.
type answer struct {
	*http.Response
	body []byte
}

func (n *node) request(method, path, body string, header ...string) answer {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), method, n.web.URL+path, strings.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	res, err := transport.RoundTrip(r)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return answer{res, b}
}

// metric reads one number of /metrics.
func (n *node) metric(name string) float64 {
	n.t.Helper()
	return metricIn(n.t, n.request("GET", "/metrics", "").body, name)
}

func metricIn(t testing.TB, page []byte, name string) float64 {
	t.Helper()
	for line := range strings.Lines(string(page)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// board is what POST /api/boards answers.
type board struct {
	ID, DocumentID, Title string
	Links                 map[string]string
}

func (b board) secret(role string) string {
	_, secret, _ := strings.Cut(b.Links[role], "#")
	return secret
}

func (n *node) createBoard(title string) board {
	n.t.Helper()
	body, _ := json.Marshal(map[string]string{"title": title})
	a := n.request("POST", "/api/boards", string(body))
	var b board
	if err := json.Unmarshal(a.body, &b); err != nil || a.StatusCode != http.StatusCreated {
		n.t.Fatalf("create board: %d %s", a.StatusCode, a.body)
	}
	return b
}

// poll waits until something holds.
func poll(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

type object = map[string]any

// A message is one that the server sent.
type message struct {
	Type       string `cbor:"type"`
	SenderID   string `cbor:"senderId"`
	TargetID   string `cbor:"targetId"`
	DocumentID string `cbor:"documentId"`
	Data       []byte `cbor:"data"`
	SessionID  string `cbor:"sessionId"`
	Count      uint64 `cbor:"count"`
	Version    string `cbor:"selectedProtocolVersion"`
	raw        []byte
	Metadata   object `cbor:"peerMetadata"`
	Text       string `cbor:"message"`
	Condition  string `cbor:"condition"`

	Participant string `cbor:"participant"`
	Audience    string `cbor:"audience"`
}

// A client is one WebSocket.
type client struct {
	t        *testing.T
	conn     *websocket.Conn
	id       string
	server   string // the server's peer id
	messages chan message
	ended    chan struct{} // closed when the socket has ended
	err      error         // how
}

// dial opens a socket; query is "", "ticket=..." or "link=...".
func (n *node) dial(query string) *client {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	c, err := n.open(ctx, query)
	if err != nil {
		n.t.Fatal(err)
	}
	return c
}

// tryDial is dial where it may be refused: then it returns nil.
func (n *node) tryDial(query string) *client {
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	c, _ := n.open(ctx, query)
	return c
}

func (n *node) open(ctx context.Context, query string) (*client, error) {
	conn, _, err := websocket.Dial(ctx, n.web.URL+"/sync?"+query, nil)
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(64 << 20)
	c := &client{t: n.t, conn: conn, messages: make(chan message, n.unread), ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		defer close(c.messages)
		for {
			_, b, err := conn.Read(context.Background())
			if err != nil {
				c.err = err
				return
			}
			var m message
			if err := cbor.Unmarshal(b, &m); err != nil {
				c.err = fmt.Errorf("read the server's message: %w", err)
				return
			}
			m.raw = b
			c.messages <- m
		}
	}()
	n.t.Cleanup(c.hangUp)
	return c, nil
}

// hangUp breaks the connection off.
func (c *client) hangUp() {
	_ = c.conn.CloseNow()
	<-c.ended
}

// connect dials and joins.
func (n *node) connect(id, query string) *client {
	n.t.Helper()
	c := n.dial(query)
	c.join(id, object{})
	return c
}

// join says who a client is, and what it understands.
func (c *client) join(id string, metadata object) {
	c.t.Helper()
	c.id = id
	c.send(object{"type": "join", "senderId": id, "peerMetadata": metadata, "supportedProtocolVersions": []string{"1"}})
	c.server = c.next("peer").SenderID
}

func (c *client) send(m object) {
	c.t.Helper()
	b, err := cbor.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(websocket.MessageBinary, b)
}

// write does not mind that the server has ended the session.
func (c *client) write(kind websocket.MessageType, b []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = c.conn.Write(ctx, kind, b)
}

func (c *client) sendSync(kind, doc string, data []byte) {
	c.t.Helper()
	c.send(object{"type": kind, "senderId": c.id, "targetId": c.server, "documentId": doc, "data": data})
}

// receive gives the next message; false when the socket has ended.
func (c *client) receive() (message, bool) {
	c.t.Helper()
	select {
	case m, ok := <-c.messages:
		return m, ok
	case <-time.After(patience):
		c.t.Fatalf("%s: no message within %s", c.id, patience)
		return message{}, false
	}
}

// next gives the next message of a type, passing over others.
func (c *client) next(kind string) message {
	c.t.Helper()
	for {
		m, ok := c.receive()
		if !ok {
			c.t.Fatalf("%s: ended before %s: %v", c.id, kind, c.err)
		}
		if m.Type == kind {
			return m
		}
	}
}

// wantEnd expects the server to close with a code, and to say why.
func (c *client) wantEnd(code websocket.StatusCode) {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Fatalf("%s: still open after %s, want an end with %d", c.id, patience, code)
	}
	var e websocket.CloseError
	if !errors.As(c.err, &e) || e.Code != code {
		c.t.Errorf("%s: ended with %v, want code %d", c.id, c.err, code)
	} else if e.Reason == "" {
		c.t.Errorf("%s: no reason with code %d", c.id, code)
	}
}

// alive expects an answer: of a document that nobody has.
func (c *client) alive() {
	c.t.Helper()
	doc := docid.New().String()
	c.sendSync("request", doc, firstMessage(nil))
	for {
		if m := c.next("doc-unavailable"); m.DocumentID == doc {
			return
		}
	}
}

// firstMessage is what a peer without the document, or with these heads, says first.
func firstMessage(flags []byte, heads ...crdt.Hash) []byte {
	m := crdt.SyncMessage{Version: 1, Heads: heads, Have: []crdt.Have{{}}, Flags: flags}
	return m.Append(nil)
}

// A participant is a client that has one document open.
type participant struct {
	*client
	*server.Replica
	doc string
}

func (n *node) participant(name, query, doc string) *participant {
	n.t.Helper()
	p := &participant{client: n.connect(name, query), Replica: server.NewReplica(n.t, name, false), doc: doc}
	p.speak()
	return p
}

// again connects a participant anew.
func (p *participant) again(n *node, query string) {
	n.t.Helper()
	p.client = n.connect(p.id, query)
	p.Reconnect()
	p.speak()
}

// speak says what the participant has to say.
func (p *participant) speak() {
	p.t.Helper()
	if b := p.Generate(); b != nil {
		p.sendSync("sync", p.doc, b)
	}
}

// until syncs until something holds.
func (p *participant) until(what string, holds func() bool) {
	p.t.Helper()
	for {
		p.speak()
		if holds() {
			return
		}
		m, ok := p.receive()
		if !ok {
			p.t.Fatalf("%s: ended (%v) before: %s", p.id, p.err, what)
		}
		if m.Type == "sync" && m.DocumentID == p.doc {
			p.Receive(m.Data)
		}
	}
}

func (p *participant) untilSaved(h crdt.Hash) {
	p.t.Helper()
	p.until("saved", func() bool { return p.Saved(h) })
}

func (p *participant) untilSeen(h crdt.Hash) {
	p.t.Helper()
	p.until("seen", func() bool { return p.Has(h) })
}

// newDocument is one that a first participant brings: it is stored.
func (n *node) newDocument() (doc string, first *participant) {
	n.t.Helper()
	doc = docid.New().String()
	first = &participant{client: n.connect("first", ""), Replica: server.NewReplica(n.t, "first", false), doc: doc}
	h := first.Edit()
	first.untilSaved(h)
	return doc, first
}

// stored are the changes that the store has of a document.
func (n *node) stored(doc string) *store.Document {
	n.t.Helper()
	id, err := docid.Parse(doc)
	if err != nil {
		n.t.Fatal(err)
	}
	d, err := n.store.Store.Load(context.Background(), id)
	if err != nil {
		n.t.Fatal(err)
	}
	return d
}

func isProblem(t testing.TB, a answer, status int) {
	t.Helper()
	var p struct {
		Type, Title, Detail string
		Status              int
	}
	err := json.Unmarshal(a.body, &p)
	if a.StatusCode != status || a.Header.Get("Content-Type") != "application/problem+json" || err != nil ||
		p.Status != status || p.Type == "" || p.Title == "" || p.Detail == "" {
		t.Errorf("answer %d %q %s, want problem %d", a.StatusCode, a.Header.Get("Content-Type"), bytes.TrimSpace(a.body), status)
	}
}
