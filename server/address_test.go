package server

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// X-Forwarded-For counts as far as the proxies that wrote it are ours.
func TestAddress(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		remote  string
		forward []string
		trusted []netip.Prefix
		want    string
	}{
		{"192.0.2.1:1", nil, nil, "192.0.2.1"},
		{"192.0.2.1:1", []string{"198.51.100.7"}, nil, "192.0.2.1"},
		{"192.0.2.1:1", []string{"198.51.100.7"}, proxies, "192.0.2.1"},
		{"10.0.0.1:1", []string{"198.51.100.7"}, proxies, "198.51.100.7"},
		{"10.0.0.1:1", []string{"203.0.113.9, 198.51.100.7, 10.1.1.1"}, proxies, "198.51.100.7"},
		{"10.0.0.1:1", []string{"203.0.113.9", "198.51.100.7"}, proxies, "198.51.100.7"},
		{"10.0.0.1:1", []string{"nonsense"}, proxies, "10.0.0.1"},
		{"10.0.0.1:1", []string{"198.51.100.7, nonsense, 10.1.1.1"}, proxies, "10.1.1.1"},
		{"10.0.0.1:1", nil, proxies, "10.0.0.1"},
		{"[::ffff:10.0.0.1]:1", []string{"2001:db8::1"}, proxies, "2001:db8::1"},
		{"[fd00::1]:1", []string{"::ffff:198.51.100.7"}, proxies, "198.51.100.7"},
	} {
		s := &Server{settings: Settings{TrustedProxies: c.trusted}}
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.forward}}
		if got := s.address(r).String(); got != c.want {
			t.Errorf("%s by way of %q: %s, want %s", c.remote, c.forward, got, c.want)
		}
	}
	for a, want := range map[string]string{"192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64"} {
		if got := neighbourhood(netip.MustParseAddr(a)); got != want {
			t.Errorf("the neighbourhood of %s is %s, want %s", a, got, want)
		}
	}
}

// No stranger's name passes for ours.
func TestIsHost(t *testing.T) {
	for _, c := range []struct {
		host   string
		names  []string
		strict bool
		want   bool
	}{
		{"127.0.0.1:8080", nil, false, true}, {"[::1]:8080", nil, false, true}, {"10.1.2.3", []string{"a.example"}, true, true},
		{"localhost:8080", nil, true, true}, {"LOCALHOST.", nil, true, true},
		{"board", nil, false, true}, {"board.local:1", nil, false, true}, {"x.internal", nil, false, true},
		{"attacker.example", nil, false, false}, {"attacker.example:8080", nil, false, false}, {"127.0.0.1.attacker.example", nil, false, false},
		{"notlocal", nil, false, true}, {"x.notlocal", nil, false, false}, {"", nil, false, false},
		{"boards.example.org", []string{"boards.example.org"}, true, true}, {"Boards.Example.org.:443", []string{"boards.example.org"}, true, true},
		{"x.boards.example.org", []string{"boards.example.org"}, true, false}, {"boards.example.org.attacker.example", []string{"boards.example.org"}, true, false},
		{"board", []string{"boards.example.org"}, true, false}, {"x.local", []string{"boards.example.org"}, true, false},
	} {
		if got := isHost(c.host, c.names, c.strict); got != c.want {
			t.Errorf("%q for %q (strict %t): %t", c.host, c.names, c.strict, got)
		}
	}
}

func TestRates(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r := newRates(Rate{PerSecond: 0.5, Burst: 2}, 3)
	for i := range 2 {
		if wait := r.take("a", now); wait != 0 {
			t.Errorf("%d of a burst of two waits %s", i, wait)
		}
	}
	if wait := r.take("a", now); wait < 1900*time.Millisecond || wait > 2*time.Second {
		t.Errorf("the third waits %s", wait)
	}
	if wait := r.take("b", now); wait != 0 {
		t.Errorf("another waits %s", wait)
	}
	if wait := r.take("a", now.Add(2*time.Second)); wait != 0 {
		t.Errorf("after its wait it waits %s", wait)
	}
	for i := range 1000 {
		r.take(fmt.Sprint(i), now)
	}
	if len(r.keys) != 3 || r.order.Len() != 3 {
		t.Errorf("%d keys are remembered", len(r.keys))
	}

	held := newTally(2)
	for i, want := range []bool{true, true, false} {
		if held.hold("a") != want {
			t.Errorf("hold %d of two is %t", i+1, !want)
		}
	}
	if !held.hold("b") {
		t.Error("what one holds keeps another out")
	}
	held.release("a")
	if !held.hold("a") {
		t.Error("what is released is not free")
	}
	held.release("a")
	held.release("a")
	held.release("b")
	if len(held.held) != 0 {
		t.Error("who holds nothing is remembered")
	}
}
