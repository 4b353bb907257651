package server_test

import (
	"flag"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/internal/faultproxy"
	"openmic/server/store/postgres/pgtest"
)

var cuts = flag.Int("cuts", 100, "how many connections each test of bad connections cuts")

// badConnections starts a proxy in front of an address.
func badConnections(t testing.TB, network, address string) *faultproxy.Proxy {
	t.Helper()
	seed := rand.Uint64()
	proxy, err := faultproxy.New(network, address, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the proxy's seed is %d", seed)
	t.Cleanup(func() { _ = proxy.Close() })
	return proxy
}

// untilCut waits until a proxy has cut n connections.
func untilCut(t *testing.T, proxy *faultproxy.Proxy, n int) {
	t.Helper()
	for seen := proxy.Cuts(); seen < n; seen = proxy.Cuts() {
		poll(t, "one more connection is cut", func() bool { return proxy.Cuts() > seen })
	}
}

// wantStored expects that the store has everything that was acknowledged.
func (c *campaign) wantStored(w watch) {
	has := map[string]func(crdt.Hash) bool{}
	for _, e := range w {
		if has[e.doc] == nil {
			has[e.doc] = c.site.stored(e.doc)
		}
		for _, h := range e.acked {
			if !has[e.doc](h) {
				c.lost++
			}
		}
	}
}

// equal waits until all editors of a board have the same of it.
func equal(t *testing.T, all []*editor) {
	t.Helper()
	length := func(e *editor) int {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.replica.Len()
	}
	made := map[string]int{}
	for _, e := range all {
		n, _ := e.progress()
		made[e.doc] += n
	}
	for _, e := range all {
		poll(t, e.name+" has all that anybody has made", func() bool { return length(e) == made[e.doc] })
	}
}

func TestEditorsBehindBadConnections(t *testing.T) {
	for name, faults := range map[string]faultproxy.Faults{
		"good but for the cuts": {CutWithin: 8 << 10},
		"far away and narrow": {CutWithin: 8 << 10,
			Up:   faultproxy.Flow{Delay: 20 * time.Millisecond, BytesPerSecond: 32 << 10},
			Down: faultproxy.Flow{Delay: 20 * time.Millisecond, BytesPerSecond: 32 << 10}},
	} {
		before := runtime.NumGoroutine()
		t.Run(name, func(t *testing.T) {
			c := &campaign{t: t, site: newSite(t, programOf(t, ordinary), "")}
			p := c.site.start()
			idle := p.metric("go_goroutines")
			proxy := badConnections(t, "tcp", c.site.address)
			proxy.Set(faults)
			c.begin()
			all := c.seasons[0]
			end := together(t, proxy.Addr(), all)
			untilCut(t, proxy, *cuts)
			proxy.Set(faultproxy.Faults{})
			settle(t, all)
			equal(t, all)
			end()
			noError(t, proxy.Close())
			poll(t, "nobody is there", func() bool { return p.metric("openmic_sessions") == 0 })
			// Engine children and the database's connections come when needed, and stay.
			const staying = 20
			poll(t, "as many goroutines in the server as before", func() bool {
				return p.metric("go_goroutines") <= idle+boards+staying
			})
			t.Logf("%v goroutines in the server before, %v after", idle, p.metric("go_goroutines"))
			p.kill()
			c.start().kill()
			t.Logf("%d cuts, %d acknowledged, %d lost, %d not there in the end", proxy.Cuts(), c.acked(), c.lost, c.again)
			if c.lost+c.again > 0 || c.acked() == 0 {
				t.Errorf("%d changes are not there", c.lost+c.again)
			}
		})
		poll(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
	}
}

func TestPostgresBehindBadConnections(t *testing.T) {
	url := pgtest.Database(t)
	network, address, err := pgtest.Endpoint(url)
	noError(t, err)
	proxy := badConnections(t, network, address)
	through, err := pgtest.Via(url, proxy.Addr())
	noError(t, err)
	c := &campaign{t: t, site: newSite(t, programOf(t, ordinary), through)}
	p := c.site.start()
	c.begin()
	all := c.seasons[0]
	end := together(t, c.site.address, all)

	proxy.Set(faultproxy.Faults{CutWithin: 6 << 10})
	proxy.CutAll()
	untilCut(t, proxy, *cuts/5)
	proxy.Set(faultproxy.Faults{})
	watchAll(all).untilBack(t)
	c.wantStored(watchAll(all))

	terminated := 0
	for range *cuts / 10 {
		w := watchAll(all)
		n, err := pgtest.Terminate(t.Context(), url)
		noError(t, err)
		terminated += n
		time.Sleep(rand.N(20 * time.Millisecond))
		w[:1].untilBack(t)
	}
	settle(t, all)
	equal(t, all)
	c.wantStored(watchAll(all))
	failures := p.metric("openmic_commit_failures_total")
	p.kill()
	end()
	c.start().kill()
	t.Logf("%d cuts, %d connections terminated, %v commits failed, %d acknowledged, %d lost, %d not there in the end",
		proxy.Cuts(), terminated, failures, c.acked(), c.lost, c.again)
	if c.lost+c.again > 0 || c.acked() == 0 || terminated == 0 || failures == 0 {
		t.Errorf("%d changes are not there", c.lost+c.again)
	}
}
