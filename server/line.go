package server

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

// A line is the connection under a WebSocket. Whole frames of ours go out through
// try and push; what the library says of its own accord (pongs, the close) is each
// one Write. So the two never come in between each other's bytes.
type line struct {
	net.Conn
	raw   syscall.RawConn // nil: this kind of connection cannot be tried, only waited for
	early []byte          // what the peer sent before the upgrade was done

	mu      sync.Mutex // one writes at a time; who was left in the middle of a frame keeps it
	attempt func(fd uintptr) bool
	trying  []byte // for attempt, and what came of it
	took    int
	err     error
}

func newLine(conn net.Conn, early []byte) *line {
	l := &line{Conn: conn, early: early}
	if c, ok := conn.(syscall.Conn); ok {
		l.raw, _ = c.SyscallConn()
	}
	l.attempt = func(fd uintptr) bool {
		for {
			l.took, l.err = syscall.Write(int(fd), l.trying)
			if l.err != syscall.EINTR {
				return true // also when it would block: nobody waits here
			}
		}
	}
	return l
}

// Read reads what came early first.
func (l *line) Read(b []byte) (int, error) {
	if len(l.early) > 0 {
		n := copy(b, l.early)
		if l.early = l.early[n:]; len(l.early) == 0 {
			l.early = nil
		}
		return n, nil
	}
	return l.Conn.Read(b)
}

// Write writes one frame of the library's.
func (l *line) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Conn.Write(b)
}

// try writes frames as far as the connection takes them at once. If that is not
// all, the rest is to be pushed, with what locked says.
func (l *line) try(frames [][]byte) (rest [][]byte, locked bool) {
	if l.raw == nil || !l.mu.TryLock() {
		return frames, false
	}
	for i, b := range frames {
		l.trying, l.took, l.err = b, 0, nil
		err := l.raw.Write(l.attempt)
		l.trying = nil
		took := max(l.took, 0)
		if err != nil || l.err != nil || took < len(b) {
			frames[i] = b[took:]
			return frames[i:], true
		}
	}
	l.mu.Unlock()
	return nil, false
}

// push writes frames, waiting as long as the connection takes something within
// each timeout. locked is what try returned with them.
func (l *line) push(frames [][]byte, locked bool, timeout time.Duration) error {
	if !locked {
		l.mu.Lock()
	}
	defer l.mu.Unlock()
	defer func() { _ = l.SetWriteDeadline(time.Time{}) }()
	for _, b := range frames {
		for len(b) > 0 {
			_ = l.SetWriteDeadline(time.Now().Add(timeout))
			n, err := l.Conn.Write(b[:min(len(b), pushBytes)])
			b = b[n:]
			if errors.Is(err, os.ErrDeadlineExceeded) && n > 0 {
				continue
			}
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return end(closeTooSlow, "the socket took nothing for %s", timeout)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// pushBytes is how much is waited for at a time.
const pushBytes = 64 << 10

// The library's buffers of one socket. Most of what people send is a few hundred
// bytes; larger messages go past the buffer. Of its own the library writes control
// frames only.
const (
	readBuffer  = 512
	writeBuffer = 160
)

// hijacking gives the WebSocket library a line, and small buffers, in place of
// what the HTTP server has.
type hijacking struct {
	http.ResponseWriter
	line *line
}

func (h *hijacking) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, _ := buffered.Reader.Peek(buffered.Reader.Buffered())
	h.line = newLine(conn, bytes.Clone(early))
	return h.line, bufio.NewReadWriter(bufio.NewReaderSize(h.line, readBuffer), bufio.NewWriterSize(h.line, writeBuffer)), nil
}

// The frames that a server sends: whole messages, and pings.
const (
	frameBinary = 0x80 | 2
	framePing   = 0x80 | 9
)

// appendFrameHead appends the head of a frame of n bytes. Source: RFC 6455, 5.2.
func appendFrameHead(dst []byte, kind byte, n int) []byte {
	switch {
	case n < 126:
		return append(dst, kind, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, kind, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, kind, 127), uint64(n))
	}
}
