package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"openmic/server/internal/failpoint"
	"openmic/server/store"
)

// A committer stores the changes of all rooms: whatever has gathered while one
// transaction runs goes into the next. At a steady load transactions keep a pace, for
// each costs more than what is in it, and those with little in them a slower one.
// While the store does not answer it keeps trying; what may gather then is bounded by
// each room's UnstoredBytes.
type committer struct {
	store    store.Store
	settings *Settings
	metrics  *metrics
	log      zerolog.Logger
	wake     chan struct{}
	pace     *rate.Limiter

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
	c.pace = rate.NewLimiter(rate.Limit(settings.Commits.PerSecond), settings.Commits.Burst)
	c.quiet = sync.NewCond(&c.mu)
	return c
}

// submit hands changes over. It never waits.
func (c *committer) submit(k commit) {
	c.mu.Lock()
	c.queue = append(c.queue, k)
	c.mu.Unlock()
	poke(c.wake)
	if failpoint.Wrong("store later") {
		k.room.storedUpTo(k.upTo)
	}
}

// run stores until ctx ends.
func (c *committer) run(ctx context.Context) {
	for ctx.Err() == nil {
		if !c.waiting() {
			select {
			case <-c.wake:
			case <-ctx.Done():
			}
			continue
		}
		if !c.gather(ctx, c.pace.Reserve().Delay()) {
			return
		}
		group := c.take()
		c.persist(ctx, group)
		if few(group, c.settings.CommitFew) {
			c.pace.Reserve()
		}
		c.mu.Lock()
		c.storing = false
		c.quiet.Broadcast()
		c.mu.Unlock()
	}
}

// few tells whether a group has fewer changes than so many. Where many gather they
// are not to stay unstored for long: every message to a room's readers names those.
func few(group []commit, most int) bool {
	entries := 0
	for _, k := range group {
		entries += len(k.entries)
	}
	return entries < most
}

// gather waits as long as the pace asks for, and long enough for a room to send what it
// has just handed over before the cores are needed for storing it. What comes meanwhile
// is stored with it. False: ctx has ended.
func (c *committer) gather(ctx context.Context, pace time.Duration) bool {
	select {
	case <-time.After(max(pace, c.settings.CommitGather)):
		return true
	case <-ctx.Done():
		return false
	}
}

// waiting tells whether there is something to store.
func (c *committer) waiting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue) > 0
}

// take removes what fits one transaction from the queue.
func (c *committer) take() (group []commit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entries, bytes := 0, 0
	for len(c.queue) > 0 {
		k := c.queue[0]
		entries += len(k.entries)
		for _, e := range k.entries {
			bytes += len(e.Change)
		}
		if len(group) > 0 && (entries > c.settings.CommitEntries || bytes > c.settings.CommitBytes) {
			break
		}
		group = append(group, k)
		c.queue[0] = commit{}
		c.queue = c.queue[1:]
	}
	if len(c.queue) == 0 {
		c.queue = nil
	}
	c.storing = len(group) > 0
	return group
}

// persist stores one group and tells its rooms, trying again until ctx ends.
// Repeating is harmless where the outcome of an attempt is unknown. A document
// that the store finds damaged does not hold the others up.
func (c *committer) persist(ctx context.Context, group []commit) {
	var entries []store.Entry
	for _, k := range group {
		entries = append(entries, k.entries...)
	}
	if failpoint.Wrong("store later") {
		time.Sleep(50 * time.Millisecond)
	}
	pause := 50 * time.Millisecond
	for failures := 0; ; failures++ {
		err := c.attempt(ctx, entries)
		switch {
		case err == nil:
			if failures > 0 {
				c.log.Info().Int("attempts", failures+1).Int("changes", len(entries)).Msg("the store answers again")
			}
			failpoint.Reach("committer.stored")
			for _, k := range group {
				k.room.storedUpTo(k.upTo)
			}
			failpoint.Reach("committer.told")
			return
		case ctx.Err() != nil:
			c.log.Error().Err(err).Int("changes", len(entries)).Msg("changes left unstored at the end")
			return
		case errors.Is(err, store.ErrDamaged) && len(group) == 1:
			group[0].room.fail(err)
			return
		case errors.Is(err, store.ErrDamaged):
			for _, k := range group {
				c.persist(ctx, []commit{k})
			}
			return
		}
		if failures%30 == 0 {
			c.log.Error().Err(err).Int("attempts", failures+1).Int("changes", len(entries)).Msg("store changes")
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause = min(2*pause, c.settings.CommitRetry)
	}
}

func (c *committer) attempt(ctx context.Context, entries []store.Entry) error {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.settings.CommitTimeout)
	defer cancel()
	failpoint.Reach("committer.append")
	if err := c.store.Append(ctx, entries); err != nil {
		c.metrics.commitFailures.Inc()
		return err
	}
	c.metrics.commits.Observe(time.Since(began).Seconds())
	c.metrics.commitChanges.Observe(float64(len(entries)))
	c.metrics.stored.Add(float64(len(entries)))
	return nil
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
