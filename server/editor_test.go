package server_test

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/fxamacker/cbor/v2"

	"openmic/crdt"
	"openmic/server"
)

// pace is how often an editor edits.
const pace = 50 * time.Millisecond

// A wireConn is a joined WebSocket that reports errors instead of failing a
// test: the server at the other end is about to die.
type wireConn struct {
	conn       *websocket.Conn
	id, server string
}

func join(ctx context.Context, address, id string) (*wireConn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws://"+address+"/sync", nil)
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(64 << 20)
	c := &wireConn{conn: conn, id: id}
	err = c.write(ctx, object{"type": "join", "senderId": id, "peerMetadata": object{}, "supportedProtocolVersions": []string{"1"}})
	if err == nil {
		var m message
		m, err = c.read(ctx)
		c.server = m.SenderID
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *wireConn) close() { _ = c.conn.CloseNow() }

func (c *wireConn) write(ctx context.Context, m object) error {
	b, err := cbor.Marshal(m)
	if err != nil {
		return err
	}
	return c.conn.Write(ctx, websocket.MessageBinary, b)
}

func (c *wireConn) read(ctx context.Context) (m message, err error) {
	_, b, err := c.conn.Read(ctx)
	if err != nil {
		return m, err
	}
	return m, cbor.Unmarshal(b, &m)
}

// speak sends what a replica has to say, if anything.
func (c *wireConn) speak(ctx context.Context, r *server.Replica, doc string) error {
	b := r.Generate()
	if b == nil {
		return nil
	}
	return c.write(ctx, object{"type": "sync", "senderId": c.id, "targetId": c.server, "documentId": doc, "data": b})
}

// An editor is a person who edits one board, over as many connections as it
// takes, and keeps a journal.
type editor struct {
	name, doc string

	mu      sync.Mutex
	replica *server.Replica
	made    []crdt.Hash // its own changes, each depending on the one before
	acked   int         // of these, how many the server has acknowledged
	resting bool        // makes no more changes
}

func newEditor(t *testing.T, name, doc string) *editor {
	return &editor{name: name, doc: doc, replica: server.NewReplica(t, name, false)}
}

// live connects and edits until the connection or ctx ends.
func (e *editor) live(ctx context.Context, address string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, err := join(ctx, address, e.name)
	if err != nil {
		return err
	}
	defer c.close()
	messages, failed := make(chan message), make(chan error, 1)
	go func() {
		for {
			m, err := c.read(ctx)
			if err != nil {
				failed <- err
				return
			}
			select {
			case messages <- m:
			case <-ctx.Done():
				return
			}
		}
	}()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	e.step(func() { e.replica.Reconnect() })
	for {
		var err error
		e.step(func() { err = c.speak(ctx, e.replica, e.doc) })
		if err != nil {
			return err
		}
		select {
		case m := <-messages:
			if m.Type == "sync" && m.DocumentID == e.doc {
				e.step(func() { e.replica.Receive(m.Data) })
			}
		case <-tick.C:
			e.step(func() {
				if !e.resting {
					e.made = append(e.made, e.replica.Edit())
				}
			})
		case err := <-failed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// step does one thing and writes the journal: who has a change of an editor
// has all that it made before.
func (e *editor) step(do func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	do()
	e.acked += sort.Search(len(e.made)-e.acked, func(i int) bool { return !e.replica.Saved(e.made[e.acked+i]) })
}

func (e *editor) rest() { e.step(func() { e.resting = true }) }

// progress is how many changes the editor has made, and how many of these are acknowledged.
func (e *editor) progress() (made, acked int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.made), e.acked
}

func (e *editor) has(h crdt.Hash) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.replica.Has(h)
}

// gather makes n editors of some boards.
func gather(t *testing.T, n int, boards []string) (all []*editor) {
	for i := range n {
		all = append(all, newEditor(t, fmt.Sprintf("editor-%d", i), boards[i%len(boards)]))
	}
	return all
}

// together has all editors edit until the returned function is called, which
// lets them hang up and waits for that. A connection that ends is made anew.
func together(t *testing.T, address string, all []*editor) (end func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var editing sync.WaitGroup
	for _, e := range all {
		editing.Go(func() {
			for ctx.Err() == nil {
				_ = e.live(ctx, address)
				select {
				case <-time.After(10 * time.Millisecond):
				case <-ctx.Done():
				}
			}
		})
	}
	return func() {
		cancel()
		editing.Wait()
	}
}

// settle has the editors rest, and waits until everything is acknowledged.
func settle(t *testing.T, all []*editor) {
	t.Helper()
	for _, e := range all {
		e.rest()
	}
	for _, e := range all {
		poll(t, "everything of "+e.name+" is acknowledged", func() bool {
			made, acked := e.progress()
			return made == acked
		})
	}
}

// open opens a board as somebody who has nothing of it yet, and returns all that is there.
func open(t *testing.T, address, doc string) *server.Replica {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := join(ctx, address, "newcomer")
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	r := server.NewReplica(t, "newcomer", false)
	for {
		if err := c.speak(ctx, r, doc); err != nil {
			t.Fatal(err)
		}
		if r.Complete() {
			return r
		}
		m, err := c.read(ctx)
		if err != nil {
			t.Fatalf("open a board: %v", err)
		}
		switch {
		case m.DocumentID != doc:
		case m.Type == "doc-unavailable":
			return r
		case m.Type == "sync":
			r.Receive(m.Data)
		}
	}
}
