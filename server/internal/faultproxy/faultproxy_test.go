package faultproxy_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"openmic/server/internal/faultproxy"
)

const patience = 15 * time.Second

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// echo sends back what it is sent.
func echo(t *testing.T, network, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen(network, address)
	noError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
				_ = c.(interface{ CloseWrite() error }).CloseWrite()
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		serving.Wait()
	})
	return listener
}

func proxy(t *testing.T, to net.Listener, seed uint64) *faultproxy.Proxy {
	t.Helper()
	p, err := faultproxy.New(to.Addr().Network(), to.Addr().String(), seed)
	noError(t, err)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func dial(t *testing.T, p *faultproxy.Proxy) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	noError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	noError(t, c.SetDeadline(time.Now().Add(patience)))
	return c.(*net.TCPConn)
}

// say writes a text and wants it back.
func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	_, err := io.WriteString(c, text)
	noError(t, err)
	heard(t, c, text)
}

func heard(t *testing.T, c net.Conn, text string) {
	t.Helper()
	b := make([]byte, len(text))
	_, err := io.ReadFull(c, b)
	noError(t, err)
	if string(b) != text {
		t.Fatalf("heard %q, not %q", b, text)
	}
}

func TestEverythingPasses(t *testing.T) {
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "s")} {
		t.Run(network, func(t *testing.T) {
			p := proxy(t, echo(t, network, address), 1)
			c := dial(t, p)
			sent := make([]byte, 1<<20)
			r := rand.NewChaCha8([32]byte{})
			_, _ = r.Read(sent)
			go func() {
				_, _ = c.Write(sent)
				_ = c.CloseWrite()
			}()
			got, err := io.ReadAll(c)
			noError(t, err)
			if !bytes.Equal(got, sent) {
				t.Errorf("%d bytes came back otherwise than %d were sent", len(got), len(sent))
			}
			if p.Cuts() != 0 {
				t.Error("something was cut")
			}
		})
	}
}

// offsets says much over n connections, one by one, and returns how much of it each brought back.
func offsets(t *testing.T, p *faultproxy.Proxy, n int) (all []int) {
	t.Helper()
	for range n {
		c := dial(t, p)
		go func() {
			for {
				if _, err := c.Write(make([]byte, 100)); err != nil {
					return
				}
			}
		}()
		got, err := io.ReadAll(c)
		if errors.Is(err, os.ErrDeadlineExceeded) { // the writer may have taken the reset
			t.Fatalf("ended with %v", err)
		}
		all = append(all, len(got))
	}
	return all
}

func TestCuts(t *testing.T) {
	const within, n = 5000, 60
	p := proxy(t, echo(t, "tcp", "127.0.0.1:0"), 7)
	p.Set(faultproxy.Faults{CutWithin: within})
	got := offsets(t, p, n)
	if p.Cuts() != n {
		t.Errorf("%d cuts of %d connections", p.Cuts(), n)
	}
	if slices.Max(got) >= within || slices.Max(got) < within/4 {
		t.Errorf("%d bytes came through at most", slices.Max(got))
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(got)))
	if len(distinct) < n/3 {
		t.Errorf("of %d cuts only %d are at different places", n, len(distinct))
	}
	p.Set(faultproxy.Faults{})
	say(t, dial(t, p), "as before")
}

// A byte may still be on its way back when its link is cut on the way there.
func nearly(a, b int) bool { return a-b <= 1 && b-a <= 1 }

func TestCutsFollowFromTheSeed(t *testing.T) {
	target := echo(t, "tcp", "127.0.0.1:0")
	run := func(seed uint64) (got []int) {
		p := proxy(t, target, seed)
		p.Set(faultproxy.Faults{CutWithin: 1000})
		for range 20 {
			c := dial(t, p)
			n := 0
			for b := []byte{0}; ; n++ { // in step, so that no byte is under way when the cut comes
				if _, err := c.Write(b); err != nil {
					break
				}
				if _, err := io.ReadFull(c, b); err != nil {
					break
				}
			}
			got = append(got, n)
		}
		return got
	}
	first := run(5)
	if again := run(5); !slices.EqualFunc(first, again, nearly) {
		t.Errorf("cut at %d and then, with the same seed, at %d", first, again)
	}
	if other := run(6); slices.EqualFunc(first, other, nearly) {
		t.Error("another seed does the same")
	}
}

func TestStall(t *testing.T) {
	p := proxy(t, echo(t, "tcp", "127.0.0.1:0"), 1)
	c := dial(t, p)
	say(t, c, "before")
	p.Set(faultproxy.Faults{Down: faultproxy.Flow{Stalled: true}})
	_, err := io.WriteString(c, "meanwhile")
	noError(t, err)
	noError(t, c.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	if n, err := c.Read(make([]byte, 10)); err == nil {
		t.Errorf("%d bytes came through", n)
	}
	noError(t, c.SetReadDeadline(time.Now().Add(patience)))
	p.Set(faultproxy.Faults{})
	heard(t, c, "meanwhile")
	say(t, c, "after")
}

func TestDelayAndBandwidth(t *testing.T) {
	for name, f := range map[string]faultproxy.Flow{
		"delay":     {Delay: 100 * time.Millisecond},
		"bandwidth": {BytesPerSecond: 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			p := proxy(t, echo(t, "tcp", "127.0.0.1:0"), 1)
			p.Set(faultproxy.Faults{Up: f})
			c := dial(t, p)
			began := time.Now()
			say(t, c, string(bytes.Repeat([]byte("x"), 1000)))
			if took := time.Since(began); took < 90*time.Millisecond {
				t.Errorf("1000 bytes took %s", took)
			}
		})
	}
}

func TestCutAll(t *testing.T) {
	p := proxy(t, echo(t, "tcp", "127.0.0.1:0"), 1)
	all := []net.Conn{dial(t, p), dial(t, p), dial(t, p)}
	for _, c := range all {
		say(t, c, "here")
	}
	p.CutAll()
	for _, c := range all {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("ended with %v", err)
		}
	}
	if p.Cuts() != len(all) {
		t.Errorf("%d cuts", p.Cuts())
	}
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("connections", func(t *testing.T) {
		p := proxy(t, echo(t, "tcp", "127.0.0.1:0"), 1)
		for range 5 {
			say(t, dial(t, p), "here")
		}
		stalled := faultproxy.Flow{Stalled: true}
		p.Set(faultproxy.Faults{Up: stalled, Down: stalled})
		for range 5 {
			_, err := io.WriteString(dial(t, p), "nobody hears this")
			noError(t, err)
		}
		noError(t, p.Close())
	})
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(time.Millisecond)
	}
}
