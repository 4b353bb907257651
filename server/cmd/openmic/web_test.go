package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// listening starts what newWeb makes, changed by the test, and returns its address.
func listening(t *testing.T, change func(*http.Server)) string {
	t.Helper()
	web := newWeb(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "here") }))
	if change != nil {
		change(web)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = web.Serve(listener) }()
	t.Cleanup(func() { _ = web.Close(); <-done })
	return listener.Addr().String()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

func TestHeadersThatAreTooLarge(t *testing.T) {
	address := listening(t, nil)
	for name, headers := range map[string]string{
		"2,000 of them":                      strings.Repeat("X-More: of the same\r\n", 2000),
		"one of a mebibyte":                  "X-Large: " + strings.Repeat("x", 1<<20) + "\r\n",
		"a name of 64 KiB":                   strings.Repeat("x", 64<<10) + ": 1\r\n",
		"64 KiB of protocols of a WebSocket": "Sec-WebSocket-Protocol: " + strings.Repeat("a,", 32<<10) + "\r\n",
		"a cookie of 64 KiB":                 "Cookie: a=" + strings.Repeat("x", 64<<10) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, address)
			go func() {
				_, _ = io.WriteString(conn, "GET /sync HTTP/1.1\r\nHost: x\r\n"+headers+"\r\n") // it may close before all is read
			}()
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("answered %s", res.Status)
			}
		})
	}
}

// Those who send a header a byte at a time are let go, and hold up nobody meanwhile.
func TestHeadersThatTrickle(t *testing.T) {
	if most := newWeb(nil).ReadHeaderTimeout; most <= 0 || most > 5*time.Second {
		t.Errorf("a header may take %s", most)
	}
	address := listening(t, func(web *http.Server) { web.ReadHeaderTimeout = 200 * time.Millisecond })
	ended := make(chan error, 200)
	for range cap(ended) {
		conn := dial(t, address)
		go func() {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				_, _ = io.Copy(io.Discard, conn)
			}()
			for _, b := range []byte("GET / HTTP/1.1\r\nX-Slow: " + strings.Repeat("x", 10_000)) {
				select {
				case <-tick.C:
					_, _ = conn.Write([]byte{b})
				case <-gone:
					ended <- nil
					return
				}
			}
			ended <- fmt.Errorf("it took the whole header")
		}()
	}
	res, err := http.Get("http://" + address) // beside all of them
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for range cap(ended) {
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
}
