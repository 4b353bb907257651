package server

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// A line is the connection under a WebSocket. Whole frames of ours go out through
// try and push; what the library says of its own accord (pongs, the close) is each
// one Write. So the two never come in between each other's bytes.
type line struct {
	net.Conn
	raw syscall.RawConn // nil: this kind of connection cannot be tried, only waited for

	// The reader's.
	reader  *bufio.Reader // the library's, above this line
	early   []byte        // what has been read and the library has not had
	block   [lineBlock]byte
	arrival func(fd uintptr) bool
	into    []byte // for arrival, and what came of it
	got     int
	readErr error

	mu      sync.Mutex // one writes at a time; who was left in the middle of a frame keeps it
	over    bool       // we have said goodbye: what the library would still say is not sent
	attempt func(fd uintptr) bool
	trying  [][]byte // for attempt: what has not left
	err     error    // and why not
}

func newLine(conn net.Conn, early []byte) *line {
	l := &line{Conn: conn, early: early}
	if c, ok := conn.(syscall.Conn); ok {
		l.raw, _ = c.SyscallConn()
	}
	l.attempt = func(fd uintptr) bool {
		for len(l.trying) > 0 && l.err == nil {
			var n int
			n, l.err = gather(fd, l.trying)
			l.trying = after(l.trying, n)
		}
		return true // also when it would block: nobody waits here
	}
	l.arrival = func(fd uintptr) bool {
		l.got, l.readErr = receive(fd, l.into)
		return l.readErr != syscall.EAGAIN
	}
	return l
}

// lineBlock is how much a line reads at a time between messages: most of them whole.
// It is the line's own, for thousands may wake at once, and none is to wait for memory.
const lineBlock = 512

// Read reads what came early first.
func (l *line) Read(b []byte) (int, error) {
	if len(l.early) > 0 {
		n := copy(b, l.early)
		l.consume(n)
		return n, nil
	}
	if l.raw == nil || len(b) == 0 {
		return l.Conn.Read(b)
	}
	n, err := l.arrive(b)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// arrive waits for something and reads it into b; nothing, if that is the end.
func (l *line) arrive(b []byte) (int, error) {
	l.into, l.got, l.readErr = b, 0, nil
	err := l.raw.Read(l.arrival)
	l.into = nil
	return l.got, cmp.Or(err, l.readErr)
}

// consume forgets the first n bytes of what came early.
func (l *line) consume(n int) {
	if l.early = l.early[n:]; len(l.early) > 0 {
		return
	}
	l.early = nil
}

// wait waits between two messages until something comes, and reads it. Most sockets
// wait most of the time, and their stacks shrink to what that takes: it is half of
// what a goroutine needs that waits inside the library.
func (l *line) wait() {
	if l.raw == nil || len(l.early) > 0 || l.reader.Buffered() > 0 {
		return
	}
	// How a connection ended the library finds out.
	if n, _ := l.arrive(l.block[:]); n > 0 {
		l.early = l.block[:n]
	}
}

// pong takes a pong, if that is what has come, whole: the library would go on inside
// to the next frame, and most sockets send nothing else for hours.
func (l *line) pong() bool {
	const most, head = 125, 6 // two bytes and the mask; RFC 6455, 5.2
	b := l.early
	if len(b) < head || b[0] != framePong || b[1]&0x80 == 0 || b[1]&0x7f > most || l.reader.Buffered() > 0 {
		return false
	}
	n := head + int(b[1]&0x7f)
	if len(b) < n {
		return false
	}
	l.consume(n)
	return true
}

// Write writes one frame of the library's.
func (l *line) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return len(b), nil
	}
	return l.Conn.Write(b)
}

// goodbye sends the last frames there are, and has the reader wait so long for the
// peer's at most.
func (l *line) goodbye(frames [][]byte, timeout time.Duration) {
	_ = l.push(frames, false, timeout)
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
	_ = l.SetReadDeadline(time.Now().Add(goodbyeTimeout))
}

func (l *line) saidGoodbye() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

// goodbyeTimeout is how long a peer has to answer one.
const goodbyeTimeout = 5 * time.Second

// try writes frames as far as the connection takes them at once. If that is not
// all, the rest is to be pushed, with what locked says.
func (l *line) try(frames [][]byte) (rest [][]byte, locked bool) {
	if l.raw == nil || !l.mu.TryLock() {
		return frames, false
	}
	l.trying, l.err = frames, nil
	err := l.raw.Write(l.attempt)
	rest, l.trying = l.trying, nil
	if err != nil || l.err != nil || len(rest) > 0 {
		return rest, true
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

// receive reads into b as far as that goes at once. It does not tell the scheduler of
// the system call: one on a socket that does not block is over within microseconds, and
// to tell wakes the thread that watches over those who may not be.
func receive(fd uintptr, b []byte) (n int, err error) {
	return atOnce(syscall.SYS_READ, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b))
}

// gather writes what is in the first of some frames.
func gather(fd uintptr, frames [][]byte) (n int, err error) {
	if b := frames[0]; len(frames) == 1 { // most are; it costs less
		return atOnce(syscall.SYS_WRITE, fd, unsafe.Pointer(unsafe.SliceData(b)), min(len(b), gatherBytes))
	}
	var pieces [4]syscall.Iovec
	count, room := 0, gatherBytes
	for _, b := range frames[:min(len(frames), len(pieces))] {
		b = b[:min(len(b), room)]
		pieces[count].Base = unsafe.SliceData(b)
		pieces[count].SetLen(len(b))
		count, room = count+1, room-len(b)
	}
	return atOnce(syscall.SYS_WRITEV, fd, unsafe.Pointer(&pieces), count)
}

// gatherBytes is how much is written at a time.
const gatherBytes = 256 << 10

// after returns what is left of frames without their first n bytes.
func after(frames [][]byte, n int) [][]byte {
	for len(frames) > 0 && n >= len(frames[0]) {
		n -= len(frames[0])
		frames = frames[1:]
	}
	if n > 0 {
		frames[0] = frames[0][n:]
	}
	return frames
}

// atOnce makes a system call on a socket that does not block.
func atOnce(call, fd uintptr, arg unsafe.Pointer, n int) (int, error) {
	for {
		done, _, errno := syscall.RawSyscall(call, fd, uintptr(arg), uintptr(n))
		switch errno {
		case 0:
			return int(done), nil
		case syscall.EINTR:
		default:
			return 0, errno
		}
	}
}

// The library's buffers of one socket. What has arrived is in the line's block, so
// it reads heads of frames, and larger messages past its buffer. Of its own it writes control
// frames only.
const (
	readBuffer  = 64
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
	h.line.reader = bufio.NewReaderSize(h.line, readBuffer)
	return h.line, bufio.NewReadWriter(h.line.reader, bufio.NewWriterSize(h.line, writeBuffer)), nil
}

// The frames that a server sends: whole messages, pings, the close; and a pong.
const (
	frameBinary = 0x80 | 2
	frameClose  = 0x80 | 8
	framePing   = 0x80 | 9
	framePong   = 0x80 | 10
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
