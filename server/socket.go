package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"openmic/server/wire"
)

// wholeMessage is the size up to which a message is copied together and
// written as one frame. A larger one goes out in pieces, straight from the
// bytes that all readers share, with the time limit beginning anew for each.
const wholeMessage = 64 << 10

// A socket is the WebSocket under a session. One goroutine reads, one writes.
type socket struct {
	conn     *websocket.Conn
	settings *Settings
	heard    atomic.Int64 // when something was last read, in Unix nanoseconds
	pinging  atomic.Bool
	paused   atomic.Bool // nobody reads, so that no pong would be heard
}

// accept upgrades a request whose origin has been judged already. On an error
// it has answered the request.
func accept(w http.ResponseWriter, r *http.Request, settings *Settings) (*socket, error) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true,
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(settings.MessageBytes)
	s := &socket{conn: conn, settings: settings}
	s.heard.Store(time.Now().UnixNano())
	return s, nil
}

// read returns the next binary message.
func (s *socket) read(ctx context.Context) ([]byte, error) {
	kind, b, err := s.conn.Read(ctx)
	if err != nil {
		if errors.Is(err, websocket.ErrMessageTooBig) {
			return nil, end(closeTooBig, "a message of more than %d bytes", s.settings.MessageBytes)
		}
		return nil, err
	}
	s.heard.Store(time.Now().UnixNano())
	if kind != websocket.MessageBinary {
		return nil, end(closeNotBinary, "messages are binary")
	}
	return b, nil
}

// write sends what comes into the outbox until ctx ends, the socket fails or
// the outbox is closed. Then it closes the socket, and says why if it can.
func (s *socket) write(ctx context.Context, out *outbox, h *Hub) error {
	ping := time.NewTicker(s.settings.PingInterval)
	defer ping.Stop()
	for {
		answers, parcels, ending := out.take()
		for _, a := range answers {
			if err := s.send(ctx, a, nil); err != nil {
				return s.fail(ctx, err)
			}
		}
		for _, p := range parcels {
			if err := s.deliver(ctx, p, h); err != nil {
				return s.fail(ctx, err)
			}
			p.member.room.written(p.member)
		}
		if ending != nil {
			_ = s.send(ctx, wire.Failure{SenderID: h.peerID, Text: ending.reason, Condition: ending.condition}.Encode(), nil)
			_ = s.conn.Close(websocket.StatusCode(ending.code), closeReason(ending.reason))
			return ending
		}
		select {
		case <-out.wake:
		case <-ping.C:
			s.ping(ctx, out)
		case <-ctx.Done():
			return out.reason()
		}
	}
}

// closeReason makes a text fit a close frame.
func closeReason(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxCloseReason)], "")
}

// deliver sends one room's batch.
func (s *socket) deliver(ctx context.Context, p parcel, h *Hub) error {
	if p.sync != nil {
		head := p.member.envelope.Append(make([]byte, 0, len(p.member.envelope)+8), len(p.sync))
		if err := s.send(ctx, head, p.sync); err != nil {
			return err
		}
		h.metrics.syncFrames.Inc()
		h.metrics.syncBytes.Add(float64(len(p.sync)))
	}
	for _, m := range p.presence {
		if err := s.send(ctx, m, nil); err != nil {
			return err
		}
	}
	h.metrics.presenceFrames.Add(float64(len(p.presence)))
	return nil
}

// send writes one message: head, then body, which is not changed.
func (s *socket) send(ctx context.Context, head, body []byte) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(s.settings.WriteTimeout, func() {
		cancel(end(closeTooSlow, "the socket took nothing for %s", s.settings.WriteTimeout))
	})
	defer timer.Stop()
	if len(body) <= wholeMessage {
		err := s.conn.Write(ctx, websocket.MessageBinary, append(head, body...))
		return causeOr(ctx, err)
	}
	w, err := s.conn.Writer(ctx, websocket.MessageBinary)
	if err != nil {
		return causeOr(ctx, err)
	}
	for piece := head; len(piece) > 0; {
		if _, err := w.Write(piece); err != nil {
			return causeOr(ctx, err)
		}
		timer.Reset(s.settings.WriteTimeout)
		piece = body[:min(len(body), wholeMessage)]
		body = body[len(piece):]
	}
	return causeOr(ctx, w.Close())
}

// causeOr prefers the reason a write was given up to what the library makes of it.
func causeOr(ctx context.Context, err error) error {
	var e *ending
	if err != nil && errors.As(context.Cause(ctx), &e) {
		return e
	}
	return err
}

// fail ends the socket after a write that did not succeed. A write that was
// given up has made the reader fail as well, and is the reason all the same.
func (s *socket) fail(ctx context.Context, err error) error {
	_ = s.conn.CloseNow()
	var e *ending
	if ctx.Err() != nil && !errors.As(err, &e) {
		return nil
	}
	return err
}

// resume notes that the socket is read again.
func (s *socket) resume() {
	s.heard.Store(time.Now().UnixNano())
	s.paused.Store(false)
}

// ping asks a quiet peer for a sign of life, one ping at a time.
func (s *socket) ping(ctx context.Context, out *outbox) {
	quiet := time.Since(time.Unix(0, s.heard.Load()))
	if quiet < s.settings.PingInterval/2 || s.paused.Load() || !s.pinging.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer s.pinging.Store(false)
		pctx, cancel := context.WithTimeout(ctx, s.settings.PongTimeout)
		defer cancel()
		if err := s.conn.Ping(pctx); err != nil && ctx.Err() == nil && !s.paused.Load() {
			out.close(end(closeTooSlow, "no answer to a ping"))
			_ = s.conn.CloseNow()
			return
		}
		s.heard.Store(time.Now().UnixNano())
	}()
}

// refuse closes a socket that has no session.
func (s *socket) refuse(e *ending) {
	_ = s.conn.Close(websocket.StatusCode(e.code), closeReason(e.reason))
}

// abandon frees the connection, whatever state it is in.
func (s *socket) abandon() { _ = s.conn.CloseNow() }
