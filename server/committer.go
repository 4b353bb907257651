package server

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"openmic/server/store"
)

// A committer stores the changes of all rooms: whatever has gathered while one
// transaction runs goes into the next. While the store does not answer it keeps
// trying; what may gather then is bounded by each room's UnstoredBytes.
type committer struct {
	store    store.Store
	settings *Settings
	metrics  *metrics
	log      zerolog.Logger
	wake     chan struct{}

	mu      sync.Mutex
	queue   []commit
	storing bool
	quiet   *sync.Cond // with mu: queue or storing changed
}

// A commit is what one room hands over at a time: changes of its log in order.
type commit struct {
	room    *room
	entries []store.Entry
	upTo    int // the log is stored up to here when the entries are
}

func newCommitter(st store.Store, settings *Settings, m *metrics, log zerolog.Logger) *committer {
	c := &committer{store: st, settings: settings, metrics: m, log: log, wake: make(chan struct{}, 1)}
	c.quiet = sync.NewCond(&c.mu)
	return c
}

// submit hands changes over. It never waits.
func (c *committer) submit(k commit) {
	c.mu.Lock()
	c.queue = append(c.queue, k)
	c.mu.Unlock()
	poke(c.wake)
}

// run stores until ctx ends; what is queued then is stored first, unless the
// store does not answer.
func (c *committer) run(ctx context.Context) {
	for {
		group, entries := c.take()
		if len(group) == 0 {
			select {
			case <-c.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if !c.persist(ctx, entries) {
			return
		}
		for _, k := range group {
			k.room.storedUpTo(k.upTo)
		}
		c.mu.Lock()
		c.storing = false
		c.quiet.Broadcast()
		c.mu.Unlock()
	}
}

// take removes what fits one transaction from the queue.
func (c *committer) take() (group []commit, entries []store.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bytes := 0
	for len(c.queue) > 0 {
		k := c.queue[0]
		for _, e := range k.entries {
			bytes += len(e.Change)
		}
		if len(group) > 0 && (len(entries)+len(k.entries) > c.settings.CommitEntries || bytes > c.settings.CommitBytes) {
			break
		}
		group, entries = append(group, k), append(entries, k.entries...)
		c.queue[0] = commit{}
		c.queue = c.queue[1:]
	}
	if len(c.queue) == 0 {
		c.queue = nil
	}
	c.storing = len(group) > 0
	return group, entries
}

// persist stores one group, trying again until it is stored or ctx ends.
// Repeating is harmless where the outcome of an attempt is unknown.
func (c *committer) persist(ctx context.Context, entries []store.Entry) bool {
	pause := 50 * time.Millisecond
	for failures := 0; ; failures++ {
		began := time.Now()
		attempt, cancel := context.WithTimeout(ctx, c.settings.CommitTimeout)
		err := c.store.Append(attempt, entries)
		cancel()
		if err == nil {
			c.metrics.commits.Observe(time.Since(began).Seconds())
			c.metrics.stored.Add(float64(len(entries)))
			if failures > 0 {
				c.log.Info().Int("attempts", failures+1).Int("changes", len(entries)).Msg("the store answers again")
			}
			return true
		}
		if ctx.Err() != nil {
			c.log.Error().Err(err).Int("changes", len(entries)).Msg("changes left unstored at the end")
			return false
		}
		c.metrics.commitFailures.Inc()
		if failures == 0 || failures%30 == 0 {
			c.log.Error().Err(err).Int("attempts", failures+1).Int("changes", len(entries)).Msg("store changes")
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause = min(2*pause, c.settings.CommitRetry)
	}
}

// settled waits until nothing is queued or being stored, or ctx ends.
func (c *committer) settled(ctx context.Context) bool {
	stop := context.AfterFunc(ctx, func() {
		c.mu.Lock()
		c.quiet.Broadcast()
		c.mu.Unlock()
	})
	defer stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for (len(c.queue) > 0 || c.storing) && ctx.Err() == nil {
		c.quiet.Wait()
	}
	return len(c.queue) == 0 && !c.storing
}

// poke wakes whoever waits on a channel of one place; if it is awake already,
// it will look again anyway.
func poke(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}
