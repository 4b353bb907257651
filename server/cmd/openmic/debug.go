package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"runtime"
)

// loopback is an address that only this machine reaches.
type loopback string

// UnmarshalText refuses every other address, and names, which may come to mean one.
func (l *loopback) UnmarshalText(b []byte) error {
	at, err := netip.ParseAddrPort(string(b))
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("%q is not an address of this machine alone, like 127.0.0.1:6060", b)
	}
	*l = loopback(b)
	return nil
}

// profileRates are how much of what waits is noted, while somebody may ask.
const (
	mutexFraction = 100
	blockEvery    = 100_000 // nanoseconds of waiting
)

// serveProfiles tells whoever asks on this machine what the program is busy with.
// stop ends that.
func serveProfiles(at loopback) (address net.Addr, stop func(), err error) {
	listener, err := net.Listen("tcp", string(at))
	if err != nil {
		return nil, nil, err
	}
	runtime.SetMutexProfileFraction(mutexFraction)
	runtime.SetBlockProfileRate(blockEvery)
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	web := &http.Server{Handler: mux, ReadHeaderTimeout: headerTimeout}
	go func() { _ = web.Serve(listener) }()
	return listener.Addr(), func() { _ = web.Close() }, nil
}
