package load

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/fxamacker/cbor/v2"

	"openmic/crdt"
	"openmic/server/wire"
)

// A person is one socket at one board.
type person struct {
	run    *run
	board  *board
	number int
	name   string
	editor int // at the board; -1: reads only

	conn   *websocket.Conn
	joined chan struct{} // closed when the board is there

	left atomic.Bool // of its own accord

	// Owned by stay.
	envelope wire.Envelope // of what the server sends about the board
	seen     []uint32      // the newest edit of each editor that has come

	mu      sync.Mutex // what follows, and writing
	server  string
	heads   []crdt.Hash // of what it has
	shared  []crdt.Hash // heads that the server told last
	maxOp   uint64
	seq     uint64
	before  uint64
	pointed uint64
	pointer *pointer // nil until it first points
	away    bool     // the server was killed, and the board has not come since
}

const (
	joinTimeout  = time.Minute
	writeTimeout = 30 * time.Second
	messageBytes = 64 << 20
)

func newPerson(r *run, b *board, number int) *person {
	return &person{
		run: r, board: b, number: number, editor: -1, joined: make(chan struct{}),
		name: fmt.Sprintf("load-%x-%d", r.began.UnixNano()&0xffffff, number),
	}
}

// connect opens the socket, coming again when the server says so, and joins.
func (p *person) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	header := http.Header{}
	if p.run.Proxied {
		header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.1", p.number/100>>8, p.number/100&255))
	}
	for {
		conn, response, err := p.dial(ctx, header)
		if err == nil {
			p.conn = conn
			break
		}
		wait, later := comeAgain(response)
		if !later || ctx.Err() != nil {
			return err
		}
		p.run.counts.refused.Add(1)
		select {
		case <-time.After(wait + rand.N(time.Second)):
		case <-ctx.Done():
			return fmt.Errorf("told to come again until %w", ctx.Err())
		}
	}
	p.conn.SetReadLimit(messageBytes)
	metadata := map[string]any{"isEphemeral": true}
	if !p.run.Stock {
		metadata["presenceBatches"] = true
	}
	return p.write(ctx, encode(map[string]any{
		"type": "join", "senderId": p.name, "peerMetadata": metadata,
		"supportedProtocolVersions": []string{wire.Version},
	}))
}

// dial opens the socket, with a ticket if that is how people come here.
func (p *person) dial(ctx context.Context, header http.Header) (*websocket.Conn, *http.Response, error) {
	address := p.board.address
	if p.board.tickets != "" {
		ticket, response, err := p.ticket(ctx, header)
		if err != nil {
			return nil, response, err
		}
		address += "?ticket=" + url.QueryEscape(ticket)
	}
	return websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: p.run.http, HTTPHeader: header})
}

// stay reads what comes until ctx ends or the socket does. In a storm it comes
// back after as long as a stock client waits.
func (p *person) stay(ctx context.Context) {
	for {
		err := p.read(ctx)
		_ = p.conn.CloseNow()
		if ctx.Err() != nil {
			return
		}
		wait := returnAfter
		if p.left.CompareAndSwap(true, false) {
			wait = shortAbsence
		} else if !p.run.storming.Load() {
			p.run.counts.lose(err)
			return
		}
		for again := true; again; {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return
			}
			p.mu.Lock()
			p.away = true
			p.mu.Unlock()
			again = p.connect(ctx) != nil
		}
	}
}

// returnAfter is how long a stock client waits before it connects again, and
// shortAbsence how long somebody is away who leaves of their own accord.
const (
	returnAfter  = 5 * time.Second
	shortAbsence = 200 * time.Millisecond
)

// leave hangs up, to come back soon.
func (p *person) leave() {
	p.left.Store(true)
	_ = p.conn.CloseNow()
}

func (p *person) untilJoined(ctx context.Context) error {
	select {
	case <-p.joined:
		return nil
	case <-time.After(joinTimeout):
		return errors.New("the board did not come")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// read takes messages. Each is read into the same bytes.
func (p *person) read(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = p.conn.CloseNow() })
	defer stop()
	var message bytes.Buffer
	for {
		_, r, err := p.conn.Reader(context.Background())
		if err != nil {
			return err
		}
		message.Reset()
		if _, err := io.Copy(&message, r); err != nil {
			return err
		}
		if err := p.hear(ctx, message.Bytes(), time.Now()); err != nil {
			return err
		}
		if message.Cap() > 64<<10 {
			message = bytes.Buffer{}
		}
	}
}

// hear takes one message.
func (p *person) hear(ctx context.Context, b []byte, at time.Time) error {
	c := &p.run.counts
	c.bytes.Add(int64(len(b)))
	c.messages.Add(1)
	if data, ok := p.syncData(b); ok {
		return p.hearSync(ctx, data, at)
	}
	m, err := wire.Decode(b)
	if err != nil {
		return fmt.Errorf("the server sent what is no message: %w", err)
	}
	switch m.Type {
	case wire.TypePeer:
		return p.greet(ctx, m.SenderID)
	case wire.TypeSync, wire.TypeRequest:
		return p.hearSync(ctx, m.Data, at)
	case wire.TypeEphemeral:
		c.presence.Add(1)
	case wire.TypePresence:
		shown, err := wire.ReadPeople(b)
		if err != nil {
			return err
		}
		c.presence.Add(int64(len(shown)))
	case wire.TypeUnavailable:
		return errors.New("the board is not there")
	case wire.TypeError:
		return fmt.Errorf("the server says: %s", m.Text)
	}
	return nil
}

// syncData finds the content of a sync message without decoding its envelope,
// which is the same each time.
func (p *person) syncData(b []byte) ([]byte, bool) {
	if len(p.envelope) == 0 || !bytes.HasPrefix(b, p.envelope) {
		return nil, false
	}
	const byteString = 2 << 5
	b = b[len(p.envelope):]
	n, head := uint64(0), 1
	switch {
	case len(b) < 5 || b[0]&0xe0 != byteString:
		return nil, false
	case b[0] < byteString|24:
		n = uint64(b[0] & 31)
	case b[0] == byteString|24:
		n, head = uint64(b[1]), 2
	case b[0] == byteString|25:
		n, head = uint64(binary.BigEndian.Uint16(b[1:])), 3
	case b[0] == byteString|26:
		n, head = uint64(binary.BigEndian.Uint32(b[1:])), 5
	default:
		return nil, false
	}
	if uint64(len(b)-head) != n {
		return nil, false
	}
	return b[head:], true
}

// greet answers the server's greeting: the first editor of an open server's board
// makes it, everybody else asks for it.
func (p *person) greet(ctx context.Context, server string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = server
	p.envelope = wire.NewEnvelope(server, p.name, p.board.doc)
	if p.run.Open && p.editor == 0 && p.seq == 0 {
		return p.moveLocked(ctx)
	}
	heads := p.heads
	if !p.tracks() {
		heads = p.shared // all that the server has told is what it has
	}
	first := crdt.SyncMessage{Version: 1, Heads: heads, Have: []crdt.Have{{LastSync: p.shared}}, Flags: crdt.SyncFlags(false)}
	return p.say(ctx, wire.TypeRequest, &first)
}

func (p *person) hearSync(ctx context.Context, data []byte, at time.Time) error {
	m, err := crdt.ParseSyncMessage(data, generous)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	moved := false
	for _, chunk := range m.Changes {
		moved = true
		if len(chunk) > 8 && chunk[8] == 0 {
			p.caughtUp(m.Heads)
			continue
		}
		h, err := hear(chunk, p.board.mark(), generous)
		if err != nil {
			return err
		}
		p.take(h, at)
	}
	p.shared = append(p.shared[:0], m.Heads...)
	if len(m.Heads) > 0 {
		select {
		case <-p.joined:
		default:
			close(p.joined)
			moved = true
		}
		if p.away {
			p.away = false
			p.run.counts.back.Add(1)
		}
	}
	if moved && p.run.Stock {
		p.run.counts.answers.Add(1)
		return p.say(ctx, wire.TypeSync, &crdt.SyncMessage{
			Version: 1, Heads: p.heads, Have: []crdt.Have{{LastSync: p.shared}}, Flags: crdt.SyncFlags(false),
		})
	}
	return nil
}

// caughtUp takes over what a snapshot stands for: all that the server has.
func (p *person) caughtUp(heads []crdt.Hash) {
	p.heads = append(p.heads[:0], heads...)
	for i, e := range p.board.editors {
		p.seen[i] = max(p.seen[i], e.upTo(heads))
	}
}

// take notes a change that came.
func (p *person) take(h heard, at time.Time) {
	c := &p.run.counts
	p.maxOp = max(p.maxOp, h.maxOp)
	hash := h.hash
	if h.editor >= 0 {
		if h.editor >= len(p.board.editors) || h.editor == p.editor {
			return
		}
		e := p.board.editors[h.editor]
		made, known := e.find(h.seq)
		if h.seq <= p.seen[h.editor] {
			c.repeated.Add(1)
			return
		}
		p.seen[h.editor] = h.seq
		if !known {
			c.late.Add(1)
			return
		}
		if made.measured {
			c.delivered.Add(1)
			c.record(p.number, at.Sub(made.at))
		}
		hash = made.hash
	}
	if !p.tracks() {
		return
	}
	kept := p.heads[:0]
	for _, known := range p.heads {
		if known != hash && !within(h.deps, known) {
			kept = append(kept, known)
		}
	}
	p.heads = append(kept, hash)
}

// tracks tells whether the person knows its heads change by change: who edits has
// to, and who says what it has.
func (p *person) tracks() bool { return p.editor >= 0 || p.run.Stock }

// saved tells whether the server has told an editor all heads that it has.
func (p *person) saved() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.heads) == len(p.shared) && !slices.ContainsFunc(p.heads, func(h crdt.Hash) bool { return !slices.Contains(p.shared, h) })
}

func within(deps []byte, h crdt.Hash) bool {
	for ; len(deps) >= len(h); deps = deps[len(h):] {
		if string(deps[:len(h)]) == string(h[:]) {
			return true
		}
	}
	return false
}

// edit makes the next move.
func (p *person) edit(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.moveLocked(ctx) // a socket that is gone is counted by who reads
}

func (p *person) moveLocked(ctx context.Context) error {
	e := p.board.editors[p.editor]
	p.seq++
	m := move{
		actor: e.actor, name: fmt.Sprintf("load %d", p.editor), seq: p.seq, startOp: p.maxOp + 1, before: p.before,
		deps: p.heads, x: rand.Int64N(4000), y: rand.Int64N(4000),
	}
	chunk, hash := m.chunk()
	measured := p.run.measuring.Load()
	if measured {
		p.run.counts.edits.Add(1)
		p.run.counts.expected.Add(int64(len(p.board.people) - 1))
	}
	e.note(uint32(p.seq), edit{hash: hash, at: time.Now(), measured: measured})
	p.before, p.maxOp = m.startOp, m.startOp+1
	p.heads = append(p.heads[:0], hash)
	return p.say(ctx, wire.TypeSync, &crdt.SyncMessage{
		Version: 1, Heads: p.heads, Have: []crdt.Have{{LastSync: p.shared}}, Changes: [][]byte{chunk}, Flags: crdt.SyncFlags(false),
	})
}

// say sends a sync message about the board.
func (p *person) say(ctx context.Context, kind string, m *crdt.SyncMessage) error {
	return p.write(ctx, encode(struct {
		Type       string `cbor:"type"`
		SenderID   string `cbor:"senderId"`
		TargetID   string `cbor:"targetId"`
		DocumentID string `cbor:"documentId"`
		Data       []byte `cbor:"data"`
	}{kind, p.name, p.server, p.board.doc, m.Append(nil)}))
}

func (p *person) write(ctx context.Context, b []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	p.run.counts.sent.Add(int64(len(b)))
	return p.conn.Write(ctx, websocket.MessageBinary, b)
}

func encode(v any) []byte {
	b, err := cbor.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and bytes always encode
	}
	return b
}

// mark is an actor of the board's; all that come from this run begin as it does.
func (b *board) mark() crdt.Actor {
	if len(b.editors) == 0 {
		return crdt.Actor(strings.Repeat("\x00", actorBytes))
	}
	return b.editors[0].actor
}

// generous takes whatever a server that we test may have to say.
var generous = func() crdt.Limits {
	l := crdt.DefaultLimits()
	l.Changes, l.Heads, l.Need = 1_000_000, 100_000, 100_000
	l.Deps = 10_000
	return l.Stored()
}()
