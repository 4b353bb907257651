// Package load plays people at the boards of a server and measures how it bears
// them: what of their edits reaches whom, how late, and at what price.
//
// A person is a socket that speaks the automerge-repo protocol. Each edit is a
// change that moves something: two operations, as when a card is dragged. Who
// reads does not apply changes, but it looks at each of them, so an edit that
// does not come, or comes twice, is found out.
package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// A Plan says who does what.
type Plan struct {
	Target   string                      // where the server is: http://HOST:PORT
	Open     bool                        // it serves any document to anybody: no boards are made for it
	Boards   int                         // how many
	People   int                         // at all of them together
	Editors  int                         // of these, spread over the boards evenly
	Rate     float64                     // edits a second of each editor
	Presence float64                     // presence messages a second of each editor
	Tickets  bool                        // come as our own client does: with a ticket for each socket
	Stock    bool                        // answer every message as a stock client does, rather than keep quiet
	Idle     time.Duration               // nobody does anything once all are there
	Warm     time.Duration               // edits before measuring begins
	For      time.Duration               // measured
	Drain    time.Duration               // at most, for what is under way at the end
	Churn    float64                     // readers who leave and come back, a second
	Connects float64                     // people who come in a second
	Every    time.Duration               // how often to note what the server takes while measuring; 0: never
	PID      int                         // the server's process, to tell what it costs; 0: not known
	Restart  func() (pid int, err error) // kills the server after the measured time and starts it anew; nil: no storm
	Progress func(string)                // is told what is going on; may be nil

	// Proxied says that the server believes X-Forwarded-For: people then come from
	// many addresses, as they would.
	Proxied bool
}

// Limits of a plan, so that a slip of the pen does not take the machine down.
const (
	maxPeople = 100_000
	maxPairs  = 100_000_000 // of an editor and a reader of the same board: 4 bytes each
	connects  = 128         // people who are connecting at the same time
)

// Check finds out plans that make no sense.
func (p *Plan) Check() error {
	switch {
	case !strings.HasPrefix(p.Target, "http://") && !strings.HasPrefix(p.Target, "https://"):
		return fmt.Errorf("%q is not an address like http://127.0.0.1:8080", p.Target)
	case p.Boards < 1 || p.People < p.Boards || p.People > maxPeople:
		return fmt.Errorf("%d people at %d boards: at least one each, and at most %d in all", p.People, p.Boards, maxPeople)
	case p.Editors < 0 || p.Editors > p.People:
		return fmt.Errorf("%d editors of %d people", p.Editors, p.People)
	case p.Open && p.Editors < p.Boards:
		return errors.New("a document of an open server is made by an editor: at least one for each")
	case p.Open && p.Tickets:
		return errors.New("tickets are for boards, and an open server has documents")
	case p.Rate < 0 || p.Rate > 1000 || p.Presence < 0 || p.Presence > 1000 || p.Churn < 0 || p.Churn > 1000:
		return errors.New("rates are from 0 to 1000 a second")
	case p.For <= 0 || p.Connects <= 0 || p.Every < 0:
		return errors.New("durations and rates of connecting are more than nothing")
	case (p.People/p.Boards+1)*(p.Editors/p.Boards+1)*p.Boards > maxPairs:
		return fmt.Errorf("more than %d pairs of an editor and a reader", maxPairs)
	}
	return nil
}

// A run is one plan being carried out.
type run struct {
	Plan
	measuring, storming atomic.Bool
	http                *http.Client
	boards              []*board
	people              []*person
	counts              counts
	began               time.Time
}

// Run carries a plan out. What goes wrong with single people is in the report;
// the error says why there is none.
func Run(ctx context.Context, plan Plan) (*Report, error) {
	if err := plan.Check(); err != nil {
		return nil, err
	}
	r := &run{Plan: plan, began: time.Now()}
	r.http = &http.Client{Transport: &http.Transport{
		// A connection that became a WebSocket keeps its buffers.
		ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10, MaxIdleConnsPerHost: connects,
	}}
	defer r.http.CloseIdleConnections()
	report := &Report{Plan: plan, Host: host(), Load: loadAverage()}
	before := cost(plan.PID)
	if err := r.makeBoards(ctx); err != nil {
		return nil, err
	}
	r.invite()
	ctx, leave := context.WithCancel(ctx)
	var here sync.WaitGroup
	defer here.Wait()
	defer leave()
	began := time.Now()
	if err := r.connect(ctx, &here); err != nil {
		return nil, err
	}
	report.Connecting = time.Since(began)
	r.settle(ctx, r.Idle)
	idle := cost(plan.PID)
	report.IdleMemory = idle.memory - before.memory

	r.tell("measuring for %v", plan.For)
	stop := r.edit(ctx)
	r.settle(ctx, plan.Warm)
	r.measuring.Store(true)
	from, self, start := cost(plan.PID), ownCPU(), time.Now()
	received := r.counts.bytes.Load()
	unwatch := r.watch(ctx, start)
	r.settle(ctx, plan.For)
	stop()
	report.Samples = unwatch()
	report.Drift = drift(report.Samples)
	r.measuring.Store(false)
	r.drain(ctx)
	to, took := cost(plan.PID), time.Since(start)
	report.measure(r, from, to, took, ownCPU()-self, r.counts.bytes.Load()-received)

	if plan.Restart != nil && ctx.Err() == nil {
		if err := r.storm(ctx, report); err != nil {
			return nil, err
		}
	}
	return report, ctx.Err()
}

func (r *run) tell(format string, args ...any) {
	if r.Progress != nil {
		r.Progress(fmt.Sprintf(format, args...))
	}
}

// settle lets time pass.
func (r *run) settle(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// invite says who goes where: the editors of a board first, since they make it
// where nobody else does.
func (r *run) invite() {
	for i := range r.People {
		b := r.boards[i%r.Boards]
		p := newPerson(r, b, i)
		if i < r.Editors {
			p.editor = len(b.editors)
			b.editors = append(b.editors, newEditor(p))
		}
		b.people = append(b.people, p)
		r.people = append(r.people, p)
	}
	for _, p := range r.people {
		p.seen = make([]uint32, len(p.board.editors))
	}
}

// connect has everybody come, at the pace of the plan.
func (r *run) connect(ctx context.Context, here *sync.WaitGroup) error {
	r.tell("%d people come", r.People)
	first := r.people
	if r.Open {
		// Who makes a board has to be there before anybody asks for it.
		if err := r.come(ctx, here, r.people[:r.Boards]); err != nil {
			return err
		}
		first = r.people[r.Boards:]
	}
	return r.come(ctx, here, first)
}

func (r *run) come(ctx context.Context, here *sync.WaitGroup, people []*person) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(connects)
	tick := time.NewTicker(time.Duration(float64(time.Second) / r.Connects))
	defer tick.Stop()
	for _, p := range people {
		select {
		case <-tick.C:
		case <-gctx.Done():
			return group.Wait()
		}
		group.Go(func() error {
			if err := p.connect(gctx); err != nil {
				return fmt.Errorf("person %d: %w", p.number, err)
			}
			here.Go(func() { p.stay(ctx) })
			return p.untilJoined(gctx)
		})
	}
	return group.Wait()
}

// edit has the editors edit until stop is called.
func (r *run) edit(ctx context.Context) (stop func()) {
	editing, cancel := context.WithCancel(ctx) // what has begun is sent all the same
	var all sync.WaitGroup
	rhythm := func(rate float64, act func()) {
		if rate <= 0 {
			return
		}
		every := time.Duration(float64(time.Second) / rate)
		all.Go(func() {
			next := time.Now().Add(rand.N(every))
			for {
				select {
				case <-time.After(time.Until(next)):
				case <-editing.Done():
					return
				}
				act()
				next = next.Add(every)
				if late := time.Since(next); late > 0 {
					r.counts.behind(late)
					next = time.Now()
				}
			}
		})
	}
	for _, p := range r.people[:r.Editors] {
		rhythm(r.Rate, func() { p.edit(ctx) })
		rhythm(r.Presence, func() { p.point(ctx) })
	}
	if readers := r.people[r.Editors:]; len(readers) > 0 {
		rhythm(r.Churn, func() {
			p := readers[rand.N(len(readers))]
			p.mu.Lock()
			defer p.mu.Unlock()
			if !p.away && !p.left.Load() {
				r.counts.left.Add(1)
				p.leave()
			}
		})
	}
	return func() { cancel(); all.Wait() }
}

// drain waits until everything has arrived, or nothing comes any more.
func (r *run) drain(ctx context.Context) {
	const quiet = 3 * time.Second
	end, last, since := time.Now().Add(r.Drain), int64(-1), time.Now()
	for time.Now().Before(end) && ctx.Err() == nil {
		got := r.counts.delivered.Load()
		if got >= r.counts.expected.Load() {
			return
		}
		if got != last {
			last, since = got, time.Now()
		} else if time.Since(since) > quiet {
			return
		}
		r.settle(ctx, 10*time.Millisecond)
	}
}

func host() string {
	name, _ := os.Hostname()
	return fmt.Sprintf("%s, %d cores", name, runtime.NumCPU())
}
