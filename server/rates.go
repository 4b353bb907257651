package server

import (
	"container/list"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how often something may be done: PerSecond in the long run, Burst at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// rates counts what is done by key (an address, a link, both), each at one rate.
// It remembers so many keys, and then forgets the one that was quiet the longest.
type rates struct {
	rate Rate
	most int

	mu    sync.Mutex
	keys  map[string]*list.Element
	order list.List // of *counted, the latest first
}

type counted struct {
	key     string
	limiter *rate.Limiter
}

func newRates(r Rate, most int) *rates {
	return &rates{rate: r, most: most, keys: map[string]*list.Element{}}
}

// take counts one. If that is too many it returns how long to wait.
func (r *rates) take(key string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.keys[key]
	if !ok {
		if r.order.Len() >= r.most {
			last := r.order.Back()
			delete(r.keys, last.Value.(*counted).key)
			r.order.Remove(last)
		}
		e = r.order.PushFront(&counted{key, rate.NewLimiter(rate.Limit(r.rate.PerSecond), r.rate.Burst)})
		r.keys[key] = e
	}
	r.order.MoveToFront(e)
	limiter := e.Value.(*counted).limiter
	if limiter.AllowN(now, 1) {
		return 0
	}
	missing := 1 - limiter.TokensAt(now)
	return max(time.Millisecond, time.Duration(missing/r.rate.PerSecond*float64(time.Second)))
}

// spent tells whether a key has none left, without counting one.
func (r *rates) spent(key string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.keys[key]
	return ok && e.Value.(*counted).limiter.TokensAt(now) < 1
}

// tally is how many of something each key has now.
type tally struct {
	most int

	mu   sync.Mutex
	held map[string]int
}

func newTally(most int) *tally { return &tally{most: most, held: map[string]int{}} }

// hold counts one until release is called. False: it has as many as it may.
func (t *tally) hold(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[key] >= t.most {
		return false
	}
	t.held[key]++
	return true
}

func (t *tally) release(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[key]--; t.held[key] <= 0 {
		delete(t.held, key)
	}
}

// allow asks a limit about a request. If it returns false the request has been answered.
func (s *Server) allow(w http.ResponseWriter, limit *rates, key, what string) bool {
	wait := limit.take(key, time.Now())
	if wait == 0 {
		return true
	}
	s.tooMany(w, what, wait)
	return false
}

func (s *Server) tooMany(w http.ResponseWriter, what string, wait time.Duration) {
	s.metrics.tooMany.WithLabelValues(what).Inc()
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	writeProblem(w, http.StatusTooManyRequests, fmt.Sprintf("too many %s; try again in %d s", what, seconds))
}

// turn waits for a request's turn to open a socket, or to get the ticket that opens
// one: after a restart everybody comes at once, and each costs questions to the store.
// If it returns false the request has been answered, or nobody waits for it any more.
func (s *Server) turn(w http.ResponseWriter, r *http.Request) bool {
	now := time.Now()
	place := s.limits.upgrades.ReserveN(now, 1)
	wait := place.DelayFrom(now)
	if wait > s.settings.UpgradeWait {
		place.CancelAt(now)
		s.metrics.socketsRefused.WithLabelValues("paced").Inc()
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(min(wait, time.Minute).Seconds()))))
		writeProblem(w, http.StatusServiceUnavailable, "very many people are coming at the moment; try again soon")
		return false
	}
	if wait <= 0 {
		return true
	}
	s.metrics.upgradesPaced.Inc()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// limits are the rates of a server.
type limits struct {
	boards, joins, tickets, strangers, tries, triesByLink, exports, onces *rates
	histories, signIns, namings                                           *rates
	sockets, socketsOf                                                    *tally // by address, by person
	upgrades                                                              *rate.Limiter
}

func newLimits(s *Settings) *limits {
	return &limits{
		boards:      newRates(s.Boards, s.Counted),
		joins:       newRates(s.Joins, s.Counted),
		tickets:     newRates(s.TicketRate, s.Counted),
		strangers:   newRates(s.Strangers, s.Counted),
		tries:       newRates(s.Tries, s.Counted),
		signIns:     newRates(s.SignIns, s.Counted),
		triesByLink: newRates(s.TriesByLink, s.Counted),
		histories:   newRates(s.HistoryRate, s.Counted),
		namings:     newRates(s.NamingRate, s.Counted),
		exports:     newRates(s.Exports, s.Counted),
		onces:       newRates(s.Onces, s.Counted),
		sockets:     newTally(s.Sockets),
		socketsOf:   newTally(s.SocketsOfOne),
		upgrades:    rate.NewLimiter(rate.Limit(s.Upgrades.PerSecond), s.Upgrades.Burst),
	}
}
