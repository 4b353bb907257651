package server

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"openmic/server/wire"
)

// wholeMessage is the size up to which a message is copied together with its head.
// Of a larger one, the bytes that all readers share are written as they are.
const wholeMessage = 4 << 10

// A socket is the WebSocket under a session. One goroutine reads. Who writes is
// for the outbox to say.
type socket struct {
	conn     *websocket.Conn
	line     *line
	settings *Settings
	heard    atomic.Int64 // when something was last read, in Unix nanoseconds
	pinged   atomic.Int64 // when it was last asked for a sign of life
	paused   atomic.Bool  // nobody reads, so that no pong would be heard
	control  *rate.Limiter
	flooded  func() // called when more control frames come than it allows
}

// accept upgrades a request whose origin has been judged already. On an error
// it has answered the request.
func accept(w http.ResponseWriter, r *http.Request, settings *Settings) (*socket, error) {
	s := &socket{settings: settings, control: rate.NewLimiter(rate.Limit(settings.ControlRate), settings.ControlBurst), flooded: func() {}}
	hijack := &hijacking{ResponseWriter: w}
	conn, err := websocket.Accept(hijack, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true,
		CompressionMode:    websocket.CompressionDisabled,
		OnPingReceived:     func(context.Context, []byte) bool { return s.counts() },
		OnPongReceived:     func(context.Context, []byte) { s.counts(); s.hear() },
	})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(settings.MessageBytes)
	s.conn, s.line = conn, hijack.line
	s.hear()
	return s, nil
}

// counts takes note of a ping or a pong: they are no messages, and bounded by nothing
// else. False: it is one too many, and not answered.
func (s *socket) counts() bool {
	if s.control.Allow() {
		return true
	}
	s.flooded()
	return false
}

func (s *socket) hear() { s.heard.Store(time.Now().UnixNano()) }

// scratch holds what is being read or written, for a moment.
var scratch = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keepScratch is the largest that is kept for the next one.
const keepScratch = 64 << 10

func release(b *bytes.Buffer) {
	if b.Cap() <= keepScratch {
		b.Reset()
		scratch.Put(b)
	}
}

// read waits for the next binary message and has it handled. The bytes are of use
// only until then. It ends when the socket does.
func (s *socket) read(handle func(b []byte) error) error {
	kind, r, err := s.conn.Reader(context.Background())
	if err != nil {
		return err
	}
	b := scratch.Get().(*bytes.Buffer)
	defer release(b)
	if _, err := b.ReadFrom(r); err != nil {
		if errors.Is(err, websocket.ErrMessageTooBig) {
			return end(closeTooBig, "a message of more than %d bytes", s.settings.MessageBytes)
		}
		return err
	}
	s.hear()
	if kind != websocket.MessageBinary {
		return end(closeNotBinary, "messages are binary")
	}
	return handle(b.Bytes())
}

// wait waits for what is no pong. It and who calls it keep little on the stack.
func (s *socket) wait() {
	for s.line.wait(); s.line.pong(); s.line.wait() {
		s.counts()
		s.hear()
	}
}

// linger reads past what the peer sends until it says goodbye as well, if we did.
func (s *socket) linger() {
	for s.line.saidGoodbye() {
		_, r, err := s.conn.Reader(context.Background())
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err != nil {
			return
		}
	}
}

// frames puts a load into frames: small ones together in b, so that they take one
// write, and large bodies as they are. They are for the outbox's one writer.
func (l *load) frames(b *bytes.Buffer) [][]byte {
	var pieces [][]byte
	from := 0
	whole := func(kind byte, m []byte) {
		b.Write(appendFrameHead(b.AvailableBuffer(), kind, len(m)))
		b.Write(m)
	}
	for _, a := range l.answers {
		whole(frameBinary, a)
	}
	if l.ping {
		whole(framePing, nil)
	}
	for _, p := range l.parcels {
		if p.sync != nil {
			size := p.member.envelope.Size(len(p.sync)) + len(p.sync)
			b.Write(p.member.envelope.Append(appendFrameHead(b.AvailableBuffer(), frameBinary, size), len(p.sync)))
			if len(p.sync) <= wholeMessage {
				b.Write(p.sync)
			} else {
				pieces = append(pieces, b.Bytes()[from:], p.sync)
				from = b.Len()
			}
		}
		for _, m := range p.presence {
			whole(frameBinary, m)
		}
		if len(p.people) > 0 {
			p.appendPeople(b)
		}
	}
	if b.Len() > from {
		pieces = append(pieces, b.Bytes()[from:])
	}
	return pieces
}

// appendPeople puts the presence of several people into one frame.
func (p *parcel) appendPeople(b *bytes.Buffer) {
	n, size := 0, 0
	for _, of := range p.people {
		n, size = n+of.n, size+len(of.parts)
	}
	begin := p.member.room.people
	b.Write(begin.Append(appendFrameHead(b.AvailableBuffer(), frameBinary, begin.Size(n)+size), n))
	for _, of := range p.people {
		b.Write(of.parts)
	}
}

// post gives the session a parcel. True: it has left already. Otherwise its room
// gets a note when it has. It never waits.
func (s *session) post(p parcel) (left bool) {
	o := s.out
	o.mu.Lock()
	if o.over {
		o.mu.Unlock()
		return true // and nowhere; the session is about to leave
	}
	if !o.load.empty() || !o.begin() {
		o.parcels = append(o.parcels, p)
		o.mu.Unlock()
		return false
	}
	o.mu.Unlock()
	if !s.tryLoad(load{parcels: []parcel{p}}, nil, p.member) {
		return false
	}
	s.write()
	return true
}

// write sends what is in the outbox, as far as that goes without waiting. The
// caller is the one who writes.
func (s *session) write() {
	for {
		l, e, more := s.out.take()
		if !more || !s.tryLoad(l, e, nil) {
			return
		}
	}
}

// tryLoad sends a load. False: that takes longer, and a goroutine sees to it and
// to whatever comes meanwhile. Nobody is told of a parcel of quiet.
func (s *session) tryLoad(l load, e *ending, quiet *member) bool {
	b := scratch.Get().(*bytes.Buffer)
	rest, locked := s.socket.line.try(l.frames(b))
	if len(rest) == 0 && e == nil {
		release(b)
		s.sent(l, quiet)
		return true
	}
	go s.writeOn(b, rest, locked, l, e)
	return false
}

// writeOn goes on where it has to be waited for, until the outbox is empty or the
// session ends.
func (s *session) writeOn(b *bytes.Buffer, frames [][]byte, locked bool, l load, e *ending) {
	s.hub.metrics.waiting.Inc()
	defer s.hub.metrics.waiting.Dec()
	for {
		err := s.socket.line.push(frames, locked, s.socket.settings.WriteTimeout)
		if err != nil || e != nil {
			s.finish(err, e)
			return
		}
		s.sent(l, nil)
		b.Reset()
		more := false
		if l, e, more = s.out.take(); !more {
			release(b)
			return
		}
		frames, locked = l.frames(b), false
	}
}

// sent counts what has left and tells the rooms that it has.
func (s *session) sent(l load, quiet *member) {
	m := s.hub.metrics
	for _, p := range l.parcels {
		if p.sync != nil {
			m.syncFrames.Inc()
			m.syncBytes.Add(float64(len(p.sync)))
		}
		if len(p.presence) > 0 {
			m.presenceFrames.Add(float64(len(p.presence)))
		}
		if len(p.people) > 0 {
			m.presenceFrames.Inc()
			for _, of := range p.people {
				m.presencePeople.Add(float64(of.n))
			}
		}
		if p.member != quiet {
			p.member.room.written(p.member)
		}
	}
}

// finish ends what is written: after all was, because of e, and then the peer is told
// why; or because the socket failed.
func (s *session) finish(err error, e *ending) {
	if err == nil && e != nil {
		text := wire.Failure{SenderID: s.hub.peerID, Text: e.reason, Condition: e.condition}.Encode()
		last := append(binary.BigEndian.AppendUint16(nil, uint16(e.code)), closeReason(e.reason)...)
		s.socket.line.goodbye([][]byte{
			appendFrameHead(nil, frameBinary, len(text)), text,
			appendFrameHead(nil, frameClose, len(last)), last,
		}, s.socket.settings.WriteTimeout)
		s.out.finish(e)
		s.cancel() // the reader may be waiting for something else than the socket
		return
	}
	var asked *ending
	if s.ctx.Err() != nil && !errors.As(err, &asked) {
		err = nil // the session had ended, and the socket with it
	}
	s.out.finish(err)
	s.cancel()
	s.socket.abandon()
}

// closeReason makes a text fit a close frame.
func closeReason(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxCloseReason)], "")
}

// resume notes that the socket is read again.
func (s *socket) resume() {
	s.hear()
	s.paused.Store(false)
}

// pulse asks a quiet peer for a sign of life, and ends the session of one that
// does not give it. A socket that is being written to has a time limit of its own.
func (s *session) pulse(now time.Time) {
	k := s.socket
	if k.paused.Load() || s.out.behind() {
		k.pinged.Store(0)
		return
	}
	heard, pinged, at := k.heard.Load(), k.pinged.Load(), now.UnixNano()
	switch {
	case pinged > heard && at-pinged >= int64(k.settings.PongTimeout):
		s.end(end(closeTooSlow, "no answer to a ping"))
		_ = k.line.Close()
	case pinged <= heard && at-heard >= int64(k.settings.PingInterval):
		k.pinged.Store(at)
		if s.out.put(func(l *load) { l.ping = true }) {
			s.write()
		}
	}
}

// refuse closes a socket that has no session.
func (s *socket) refuse(e *ending) {
	_ = s.conn.Close(websocket.StatusCode(e.code), closeReason(e.reason))
}

// abandon frees the connection, whatever state it is in.
func (s *socket) abandon() { _ = s.conn.CloseNow() }
