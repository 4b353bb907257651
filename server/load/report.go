package load

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// counts are what happened. All may be counted by anyone.
type counts struct {
	edits, expected, delivered, repeated, late atomic.Int64 // measured ones, but repeated and late
	messages, bytes, sent, answers             atomic.Int64
	pointed, presence                          atomic.Int64
	refused, lostSockets, back, left           atomic.Int64
	behindMost                                 atomic.Int64

	latency [shards]shard

	mu   sync.Mutex
	lost map[string]int // why sockets were lost, and how often
}

// shards keep people from waiting for each other to write a latency down.
const shards = 16

type shard struct {
	mu        sync.Mutex
	histogram *hdrhistogram.Histogram
}

// Latencies are kept in microseconds, with two digits.
const (
	longest = int64(10 * time.Minute / time.Microsecond)
	digits  = 2
)

func (c *counts) record(who int, d time.Duration) {
	s := &c.latency[who%shards]
	s.mu.Lock()
	if s.histogram == nil {
		s.histogram = hdrhistogram.New(1, longest, digits)
	}
	_ = s.histogram.RecordValue(min(max(d.Microseconds(), 1), longest))
	s.mu.Unlock()
}

// latencies takes what was recorded, and begins anew.
func (c *counts) latencies() Latency {
	all := hdrhistogram.New(1, longest, digits)
	for i := range c.latency {
		s := &c.latency[i]
		s.mu.Lock()
		if s.histogram != nil {
			all.Merge(s.histogram)
			s.histogram.Reset()
		}
		s.mu.Unlock()
	}
	at := func(q float64) time.Duration { return time.Duration(all.ValueAtQuantile(q)) * time.Microsecond }
	return Latency{P50: at(50), P90: at(90), P99: at(99), P999: at(99.9), Max: time.Duration(all.Max()) * time.Microsecond}
}

// behind notes that this program itself was late with something.
func (c *counts) behind(late time.Duration) {
	for {
		most := c.behindMost.Load()
		if int64(late) <= most || c.behindMost.CompareAndSwap(most, int64(late)) {
			return
		}
	}
}

const lostReasons = 10

func (c *counts) lose(err error) {
	c.lostSockets.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost == nil {
		c.lost = map[string]int{}
	}
	reason := err.Error()
	if _, known := c.lost[reason]; known || len(c.lost) < lostReasons {
		c.lost[reason]++
	}
}

// Latency is from before an edit is sent to after somebody else has read it.
type Latency struct{ P50, P90, P99, P999, Max time.Duration }

// A Report is what came of a run.
type Report struct {
	Plan       Plan `json:"-"`
	Host, Load string
	Connecting time.Duration // until everybody was there
	Took       time.Duration // the measured time, and until the last edit had arrived

	Edits, Expected, Delivered int64
	Lost                       int64 // deliveries that did not come, or later than can be told
	Repeated                   int64 // deliveries that came again
	LostSockets                int64
	Reasons                    map[string]int // for that
	Left                       int64          // times that people left of their own accord, and came back
	Told                       int64          // times that people were told to come later
	Latency                    Latency
	BytesIn, BytesOut          int64 // of people, from and to the server, the former while measured
	PerMessage                 float64
	Pointed, Presence          int64 // presence messages sent, and received by all others together

	Server       bool // its costs are known
	CPU          time.Duration
	PerDelivery  time.Duration
	MemoryBefore int64 // bytes, when measuring began
	Memory, Most int64 // bytes
	IdleMemory   int64
	OwnCPU       time.Duration
	Behind       time.Duration // how late this program was with its own edits, at most
	Samples      []Sample      // of what the server took while measured
	Drift        Drift
	Storm        *Storm
}

// A Storm is what came of killing the server and having everybody return.
type Storm struct {
	Back  int64
	Took  time.Duration // from the server's start until all were back
	Told  int64
	Loads int64 // of boards, until the end
	Most  int64 // bytes of memory
	After Latency
	Lost  int64
}

func (r *Report) measure(run *run, from, to expense, took, own time.Duration, bytes int64) {
	c := &run.counts
	r.Took, r.OwnCPU, r.BytesIn, r.BytesOut = took, own, bytes, c.sent.Load()
	r.Edits, r.Expected, r.Delivered = c.edits.Load(), c.expected.Load(), c.delivered.Load()
	r.Lost, r.Repeated = r.Expected-r.Delivered, c.repeated.Load()
	r.Left = c.left.Load()
	r.Told, r.LostSockets = c.refused.Load(), c.lostSockets.Load()
	r.Latency = c.latencies()
	r.Pointed, r.Presence = c.pointed.Load(), c.presence.Load()
	r.PerMessage = float64(r.Delivered) / float64(max(1, c.messages.Load()))
	r.Behind = time.Duration(c.behindMost.Load())
	if r.Server = from.known && to.known; r.Server {
		r.CPU, r.MemoryBefore, r.Memory, r.Most = to.cpu-from.cpu, from.memory, to.memory, to.most
		r.PerDelivery = r.CPU / time.Duration(max(1, r.Delivered))
	}
	c.mu.Lock()
	r.Reasons = c.lost
	c.mu.Unlock()
}

// Whole tells whether everything arrived once and nobody lost their socket.
func (r *Report) Whole() bool {
	return r.Lost == 0 && r.Repeated == 0 && r.LostSockets == 0 && (r.Storm == nil || (r.Storm.Lost == 0 && r.Storm.Back == int64(r.Plan.People)))
}

// Print writes the report for people.
func (r *Report) Print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	line := func(name, format string, args ...any) { fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	kind := "quiet clients"
	if r.Plan.Stock {
		kind = "stock clients"
	}
	line("scenario", "%d people (%s) at %d boards, %d of them editing %g times a second for %v; presence %g a second",
		r.Plan.People, kind, r.Plan.Boards, r.Plan.Editors, r.Plan.Rate, r.Plan.For, r.Plan.Presence)
	line("machine", "%s, load %s before", r.Host, r.Load)
	line("connecting", "%v, told %d times to come later", r.Connecting.Round(time.Millisecond), r.Told)
	line("delivered", "%d of %d (%d edits); lost %d, repeated %d", r.Delivered, r.Expected, r.Edits, r.Lost, r.Repeated)
	line("sockets lost", "%d", r.LostSockets)
	if r.Left > 0 {
		line("left and back", "%d", r.Left)
	}
	for reason, n := range r.Reasons {
		line("", "%d: %s", n, reason)
	}
	line("latency", "%s", r.Latency)
	line("received", "%s, %s/s; %.2f edits a message", size(r.BytesIn), size(int64(float64(r.BytesIn)/r.Took.Seconds())), r.PerMessage)
	if r.Pointed > 0 {
		line("presence", "%d sent, %d received", r.Pointed, r.Presence)
	}
	if r.Server {
		line("server CPU", "%v, %.0f %% of a core; %v a delivered edit", r.CPU, share(r.CPU, r.Took), r.PerDelivery)
		line("server memory", "%s, %s before, at most %s; %s a person while idle", size(r.Memory), size(r.MemoryBefore), size(r.Most), size(r.IdleMemory/int64(r.Plan.People)))
	}
	if n := len(r.Samples); n > 0 {
		first, last := r.Samples[0], r.Samples[n-1]
		line("in the long run", "memory %s to %s, %+.1f MiB an hour; heap %s to %s, %+.1f MiB an hour; goroutines %d to %d, %+.0f an hour (%d samples, the last three quarters)",
			size(first.Memory), size(last.Memory), r.Drift.Memory/(1<<20), size(first.Heap), size(last.Heap), r.Drift.Heap/(1<<20),
			first.Goroutines, last.Goroutines, r.Drift.Goroutines, n)
	}
	line("this program", "%.0f %% of a core; behind its own schedule by %v at most", share(r.OwnCPU, r.Took), r.Behind.Round(time.Millisecond))
	if s := r.Storm; s != nil {
		line("storm", "%d back after %v, told %d times to come later; %d boards read %d times; server memory at most %s, %.2f times what it was before",
			s.Back, s.Took.Round(time.Millisecond), s.Told, r.Plan.Boards, s.Loads, size(s.Most), float64(s.Most)/float64(max(1, r.Memory)))
		line("after it", "lost %d; %s", s.Lost, s.After)
	}
}

func (l Latency) String() string {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("p50 %.1f, p90 %.1f, p99 %.1f, p99.9 %.1f, max %.1f ms", ms(l.P50), ms(l.P90), ms(l.P99), ms(l.P999), ms(l.Max))
}

func share(cpu, of time.Duration) float64 { return 100 * float64(cpu) / float64(max(1, of)) }

func size(bytes int64) string {
	switch {
	case bytes >= 10<<20:
		return fmt.Sprintf("%d MiB", bytes>>20)
	case bytes >= 10<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/1024)
	}
	return fmt.Sprintf("%d bytes", bytes)
}
