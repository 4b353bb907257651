package server_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"openmic/server"
)

// A rawSocket is a WebSocket on which a test writes what it likes.
type rawSocket struct {
	t      *testing.T
	conn   net.Conn
	reader *bufio.Reader
	answer *http.Response
}

// rawUpgrade opens a WebSocket by hand, with more headers.
func (n *node) rawUpgrade(t *testing.T, headers ...string) *rawSocket {
	t.Helper()
	conn := must(net.Dial("tcp", n.web.Listener.Addr().String()))
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	lines := append([]string{
		"GET /sync HTTP/1.1", "Host: " + n.web.Listener.Addr().String(), "Connection: Upgrade", "Upgrade: websocket",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
	}, headers...)
	must(io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"))
	r := &rawSocket{t: t, conn: conn, reader: bufio.NewReader(conn)}
	r.answer = must(http.ReadResponse(r.reader, nil))
	if r.answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("upgrade: %s", r.answer.Status)
	}
	return r
}

const (
	final  = 0x80
	masked = 0x80
)

// rawFrame writes a frame: masked with zeros, so that the bytes stay as they are.
func rawFrame(first byte, payload []byte) []byte {
	return append(rawHead(first, uint64(len(payload))), payload...)
}

func rawHead(first byte, length uint64) []byte {
	b := []byte{first}
	switch {
	case length < 126:
		b = append(b, masked|byte(length))
	case length <= math.MaxUint16:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(length))
	default:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), length)
	}
	return append(b, 0, 0, 0, 0)
}

func (r *rawSocket) write(frames ...[]byte) {
	_, _ = r.conn.Write(bytes.Join(frames, nil)) // the server may have closed
}

// code reads until the server closes, and returns with which code; 0: without one.
func (r *rawSocket) code() int {
	r.t.Helper()
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(r.reader, head); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "reset") {
				return 0
			}
			r.t.Fatalf("neither closed nor answered: %v", err)
		}
		length := uint64(head[1] & 0x7f)
		switch length {
		case 126:
			var n uint16
			must(0, binary.Read(r.reader, binary.BigEndian, &n))
			length = uint64(n)
		case 127:
			must(0, binary.Read(r.reader, binary.BigEndian, &length))
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(r.reader, payload); err != nil {
			return 0
		}
		if head[0]&0xf == 8 {
			return int(binary.BigEndian.Uint16(payload))
		}
	}
}

func TestFramesThatAreNone(t *testing.T) {
	n := startNode(t, nodeOption{})
	_, witness := n.newDocument()
	zeros := func(n int) []byte { return make([]byte, n) }
	for name, c := range map[string]struct {
		bytes []byte
		codes []int // one of them; 0: the connection just ends
	}{
		"unmasked":                              {[]byte{final | 2, 1, 0xf6}, []int{1002, 0}},
		"with the first reserved bit":           {rawFrame(final|0x40|2, zeros(1)), []int{1002}},
		"with the second reserved bit":          {rawFrame(final|0x20|2, zeros(1)), []int{1002}},
		"with the third reserved bit":           {rawFrame(final|0x10|2, zeros(1)), []int{1002}},
		"of type 3":                             {rawFrame(final|3, zeros(1)), []int{1002}},
		"of type 7":                             {rawFrame(final|7, zeros(1)), []int{1002}},
		"of type 11":                            {rawFrame(final|11, zeros(1)), []int{1002}},
		"of type 15":                            {rawFrame(final|15, zeros(1)), []int{1002}},
		"a ping in pieces":                      {rawFrame(9, zeros(1)), []int{1002}},
		"a close in pieces":                     {rawFrame(8, zeros(2)), []int{1002}},
		"a ping of 126 bytes":                   {rawFrame(final|9, zeros(126)), []int{1002}},
		"of 2^63 bytes":                         {rawHead(final|2, 1<<63), []int{1002, 1009, 0}},
		"of 2^64-1 bytes":                       {rawHead(final|2, math.MaxUint64), []int{1002, 1009, 0}},
		"of a gibibyte":                         {append(rawHead(final|2, 1<<30), zeros(9<<20)...), []int{1009}},
		"a piece that continues nothing":        {rawFrame(final, zeros(1)), []int{1002}},
		"a beginning within another":            {append(rawFrame(2, zeros(1)), rawFrame(final|2, zeros(1))...), []int{1002}},
		"a close with code 999":                 {rawFrame(final|8, []byte{0x03, 0xe7}), []int{1002}},
		"a close with code 1005":                {rawFrame(final|8, []byte{0x03, 0xed}), []int{1002}},
		"a close of one byte":                   {rawFrame(final|8, zeros(1)), []int{1002}},
		"a close with a reason that is no text": {rawFrame(final|8, []byte{0x03, 0xe8, 0xff}), []int{1000, 1002, 1007}},
	} {
		t.Run(name, func(t *testing.T) {
			r := n.rawUpgrade(t)
			r.write(c.bytes)
			got := r.code()
			for _, code := range c.codes {
				if got == code {
					return
				}
			}
			t.Errorf("closed with %d, want one of %v", got, c.codes)
		})
	}
	witness.alive()
}

// What is announced takes no memory before it comes, and a message in very many
// pieces no more than its bytes.
func TestMessagesThatAreLargeOnPaperOnly(t *testing.T) {
	n := startNode(t, nodeOption{})
	_, witness := n.newDocument()
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	var open []*rawSocket
	for range 100 {
		r := n.rawUpgrade(t)
		r.write(rawHead(final|2, 8<<20))
		open = append(open, r)
	}
	pieces := n.rawUpgrade(t)
	pieces.write(rawFrame(2, []byte{0}))
	for range 100 {
		pieces.write(bytes.Repeat(rawFrame(0, []byte{0}), 1000))
	}
	witness.alive()
	if after := heap(); after > before+64<<20 {
		t.Errorf("%d MiB more for messages that did not come", (after-before)>>20)
	}
	pieces.write(rawFrame(final, nil))
	if code := pieces.code(); code != 4400 {
		t.Errorf("100,001 zeros in as many pieces: closed with %d", code)
	}
	for _, r := range open {
		_ = r.conn.Close()
	}
	witness.alive()
}

func TestTooManyControlFrames(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.ControlRate, s.ControlBurst = 1, 100 }})
	_, witness := n.newDocument()
	for name, first := range map[string]byte{"pings": final | 9, "pongs that nobody asked for": final | 10} {
		t.Run(name, func(t *testing.T) {
			r := n.rawUpgrade(t)
			go r.write(bytes.Repeat(rawFrame(first, []byte("x")), 100_000))
			if code := r.code(); code != 4429 && code != 0 {
				t.Errorf("closed with %d", code)
			}
			_ = r.conn.Close()
			few := n.rawUpgrade(t)
			few.write(bytes.Repeat(rawFrame(first, []byte("x")), 50), rawFrame(final|1, []byte("text")))
			if code := few.code(); code != 1003 {
				t.Errorf("after a few: closed with %d", code)
			}
		})
	}
	witness.alive()
	poll(t, "both floods are counted", func() bool {
		return strings.Contains(string(n.request("GET", "/metrics", "").body), `openmic_sessions_ended_total{code="4429"} 2`)
	})
}

func TestCompressionIsNotOffered(t *testing.T) {
	n := startNode(t, nodeOption{})
	for _, offer := range []string{
		"permessage-deflate", "permessage-deflate; client_max_window_bits=0", "permessage-deflate; server_max_window_bits=99",
		"permessage-deflate; server_no_context_takeover; client_no_context_takeover", "x-webkit-deflate-frame",
	} {
		r := n.rawUpgrade(t, "Sec-WebSocket-Extensions: "+offer)
		if got := r.answer.Header.Get("Sec-WebSocket-Extensions"); got != "" {
			t.Errorf("%s: agreed on %q", offer, got)
		}
		r.write(rawFrame(final|0x40|2, []byte{0x01}))
		if code := r.code(); code != 1002 {
			t.Errorf("%s: a compressed frame: closed with %d", offer, code)
		}
	}
}

// Two who read a request must not read two different ones.
func TestRequestsOfTwoLengths(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	for name, c := range map[string]struct {
		lines []string
		body  string
		want  []int
	}{
		"two lengths":                 {[]string{"Content-Length: 2", "Content-Length: 40"}, "{}", []int{400}},
		"a length with a sign":        {[]string{"Content-Length: +2"}, "{}", []int{400}},
		"a coding that is unknown":    {[]string{"Transfer-Encoding: xchunked"}, "{}", []int{400, 501}},
		"chunked twice":               {[]string{"Transfer-Encoding: chunked", "Transfer-Encoding: chunked"}, "0\r\n\r\n", []int{400, 501}},
		"a space before the colon":    {[]string{"Content-Length : 2"}, "{}", []int{400}},
		"a line that is folded":       {[]string{"X-Header: a", " b"}, "", []int{200, 400}},
		"HTTP/2 without asking":       {nil, "", []int{400, 403, 505}},
		"a version that is not there": {nil, "", []int{400, 505}},
	} {
		t.Run(name, func(t *testing.T) {
			request := "POST /api/boards HTTP/1.1\r\nHost: " + n.web.Listener.Addr().String() + "\r\nConnection: close\r\n"
			switch name {
			case "HTTP/2 without asking":
				request = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
			case "a version that is not there":
				request = "GET / HTTP/3.7\r\nHost: x\r\n\r\n"
			case "a line that is folded":
				request = "GET /healthz HTTP/1.1\r\nHost: " + n.web.Listener.Addr().String() + "\r\nConnection: close\r\n"
			}
			for _, line := range c.lines {
				request += line + "\r\n"
			}
			if c.lines != nil {
				request += "\r\n" + c.body
			}
			got := n.raw(request)
			for _, want := range c.want {
				if got == want {
					return
				}
			}
			t.Errorf("answered %d, want one of %v", got, c.want)
		})
	}
	// A length beside a coding: the coding counts, and the connection ends with it.
	smuggled := "GET /nothing HTTP/1.1\r\nHost: " + n.web.Listener.Addr().String() + "\r\n\r\n"
	conn := must(net.Dial("tcp", n.web.Listener.Addr().String()))
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	must(fmt.Fprintf(conn, "POST /api/boards HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n%s",
		n.web.Listener.Addr(), 5+len(smuggled), smuggled))
	must(0, conn.(*net.TCPConn).CloseWrite())
	all := string(must(io.ReadAll(conn)))
	if answers := strings.Count(all, "HTTP/1.1 "); answers != 1 {
		t.Errorf("%d answers: %q", answers, all)
	}
}
