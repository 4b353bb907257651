// Package faultproxy is a proxy for tests that does to connections what bad
// networks do: it cuts them in the middle of a message, stalls one direction
// and not the other, delays, and lets only so much through. What happens to
// the nth connection follows from the seed and n. Close leaves nothing behind.
package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"time"
)

const (
	// pieceBytes is the most that is passed on at a time.
	pieceBytes = 16 << 10
	// socketBytes is asked of the kernel for the side that a slow flow reads
	// from, which would otherwise take megabytes before anybody had to wait.
	socketBytes = 16 << 10
)

// Faults is what happens to connections. The zero value is a good network.
type Faults struct {
	// CutWithin has each new connection cut off with a reset, in one of the two
	// directions, after fewer bytes than this. 0: never.
	CutWithin int64

	Up, Down Flow // to the target and back; they change under open connections
}

// A Flow is how bytes pass in one direction.
type Flow struct {
	Stalled        bool
	Delay          time.Duration // of each piece
	BytesPerSecond int           // 0: no limit
}

// A Proxy passes what comes in on to its target.
type Proxy struct {
	network, target string
	seed            uint64
	listener        net.Listener
	ctx             context.Context // ends with the proxy
	cancel          context.CancelFunc
	running         sync.WaitGroup

	mu       sync.Mutex
	faults   Faults
	changed  chan struct{} // closed when faults have changed
	links    map[*link]struct{}
	accepted uint64
	cut      int
}

// New starts a proxy on a free port of this machine. The target is named as
// for net.Dial.
func New(network, target string, seed uint64) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start proxy: %w", err)
	}
	p := &Proxy{network: network, target: target, seed: seed, listener: listener,
		changed: make(chan struct{}), links: map[*link]struct{}{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.running.Go(p.accept)
	return p, nil
}

// Addr is the host and port that the proxy listens on.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Set changes what happens from now on.
func (p *Proxy) Set(f Faults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = f
	close(p.changed)
	p.changed = make(chan struct{})
}

// Cuts is how many connections the proxy has cut off.
func (p *Proxy) Cuts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cut
}

// CutAll cuts off every connection there is.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	links := make([]*link, 0, len(p.links))
	for l := range p.links {
		links = append(links, l)
	}
	p.mu.Unlock()
	for _, l := range links {
		l.cut()
	}
}

// Close ends every connection and waits until nothing runs any more.
func (p *Proxy) Close() error {
	p.cancel()
	err := p.listener.Close()
	p.running.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if p.ctx.Err() != nil {
			if err == nil {
				_ = near.Close()
			}
			return
		}
		if err != nil {
			continue // out of file descriptors, perhaps: the listener itself is sound
		}
		p.running.Go(func() { p.serve(near, p.draw()) })
	}
}

// A cut is where a connection ends.
type cut struct {
	down  bool
	after int64 // bytes in that direction; negative: nowhere
}

// draw decides where the next connection ends.
func (p *Proxy) draw() cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accepted++
	if p.faults.CutWithin == 0 {
		return cut{after: -1}
	}
	r := rand.New(rand.NewPCG(p.seed, p.accepted))
	return cut{down: r.IntN(2) == 1, after: r.Int64N(p.faults.CutWithin)}
}

// flow is how bytes pass in one direction now, and what is closed when that changes.
func (p *Proxy) flow(down bool) (Flow, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if down {
		return p.faults.Down, p.changed
	}
	return p.faults.Up, p.changed
}

// A link is one connection through the proxy.
type link struct {
	proxy     *Proxy
	near, far net.Conn
	ctx       context.Context // ends with the link
	cancel    context.CancelFunc
	once      sync.Once
}

func (p *Proxy) serve(near net.Conn, c cut) {
	dialer := net.Dialer{Control: func(network, address string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, socketBytes)
		})
	}}
	far, err := dialer.DialContext(p.ctx, p.network, p.target)
	if err != nil {
		reset(near)
		return
	}
	l := &link{proxy: p, near: near, far: far}
	l.ctx, l.cancel = context.WithCancel(p.ctx)
	p.mu.Lock()
	p.links[l] = struct{}{}
	p.mu.Unlock()
	stop := context.AfterFunc(l.ctx, l.reset) // frees whoever reads or writes

	limits := map[bool]int64{c.down: c.after, !c.down: -1}
	var passing sync.WaitGroup
	passing.Go(func() { l.pass(far, near, false, limits[false]) })
	passing.Go(func() { l.pass(near, far, true, limits[true]) })
	passing.Wait()
	if stop() {
		_ = near.Close()
		_ = far.Close()
		l.cancel()
	}
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// pass passes bytes on until one side ends or the link is cut.
func (l *link) pass(to, from net.Conn, down bool, limit int64) {
	buffer := make([]byte, pieceBytes)
	for {
		flow, _ := l.proxy.flow(down)
		n, err := from.Read(buffer[:flow.piece()])
		if !l.wait(down, n) {
			return
		}
		piece := buffer[:n]
		ends := limit >= 0 && int64(n) >= limit
		if ends {
			piece = piece[:limit]
		}
		limit -= int64(len(piece))
		if len(piece) > 0 {
			if _, werr := to.Write(piece); werr != nil {
				l.cancel()
				return
			}
		}
		switch {
		case ends && n > 0:
			l.cut()
			return
		case errors.Is(err, io.EOF):
			_ = to.(interface{ CloseWrite() error }).CloseWrite()
			return
		case err != nil:
			l.cancel()
			return
		}
	}
}

// piece is how much is read at a time, so that a narrow flow is not a jerky one.
func (f Flow) piece() int {
	if f.BytesPerSecond == 0 {
		return pieceBytes
	}
	return min(pieceBytes, max(1, f.BytesPerSecond/10))
}

// wait holds n bytes back for as long as the flow says. False: the link has ended.
func (l *link) wait(down bool, n int) bool {
	flow, changed := l.proxy.flow(down)
	for flow.Stalled {
		select {
		case <-changed:
		case <-l.ctx.Done():
			return false
		}
		flow, changed = l.proxy.flow(down)
	}
	pause := flow.Delay
	if flow.BytesPerSecond > 0 {
		pause += time.Duration(n) * time.Second / time.Duration(flow.BytesPerSecond)
	}
	if pause == 0 {
		return true
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.ctx.Done():
		return false
	}
}

// cut ends the link and counts it.
func (l *link) cut() {
	l.once.Do(func() {
		l.proxy.mu.Lock()
		l.proxy.cut++
		l.proxy.mu.Unlock()
		l.cancel()
	})
}

func (l *link) reset() {
	reset(l.near)
	reset(l.far)
}

// reset closes a connection so that the other end is told of an error, not of an end.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
