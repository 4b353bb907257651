package server

import (
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// address is where a request comes from. What proxies say of that counts only as
// far as each who says it is one of ours.
func (s *Server) address(r *http.Request) netip.Addr {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv4Unspecified() // a test without a network
	}
	at := remote.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !slices.ContainsFunc(s.settings.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(at) }) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		at = next.Unmap().WithZone("")
	}
	return at
}

// neighbourhood is what is counted as one address: the network that one customer
// of a provider gets, where addresses are plenty.
func neighbourhood(at netip.Addr) string {
	if at.Is6() {
		if p, err := at.Prefix(64); err == nil {
			return p.String()
		}
	}
	return at.String()
}

// checkHost lets pass what is addressed to a name of ours. A page of a stranger's
// site could have its name lead here, and would be taken for ours by the browser.
// No stranger's site has an address for its name, or a name that is only known
// inside a network: without settings those are ours.
func (s *Server) checkHost(next http.Handler) http.Handler {
	names := slices.Clone(s.settings.Hosts)
	own, err := os.Hostname()
	if strict := len(names) > 0; !strict && err == nil {
		names = append(names, own)
	}
	strict := len(s.settings.Hosts) > 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isHost(r.Host, names, strict) {
			writeProblem(w, http.StatusForbidden, "this server does not go by that name; start it with --host NAME, or with the --public-url that people use")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isHost(host string, names []string, strict bool) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" {
		return true
	}
	if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
		return true
	}
	if strict {
		return false
	}
	inside := func(suffix string) bool { return strings.HasSuffix(name, suffix) }
	return name != "" && !strings.Contains(name, ".") ||
		slices.ContainsFunc([]string{".localhost", ".local", ".internal", ".lan", ".home.arpa"}, inside)
}
