package load

import (
	"context"
	"fmt"
	"time"
)

// stormTimeout is how long to wait at most until everybody is back.
const stormTimeout = 2 * time.Minute

// storm kills the server, and everybody comes back at once.
func (r *run) storm(ctx context.Context, report *Report) error {
	// These people do not bring again what they drew, as browsers would; so it has to be stored.
	r.untilSaved(ctx)
	r.tell("the server is killed; everybody comes back")
	told := r.counts.refused.Load()
	r.counts.back.Store(0)
	r.storming.Store(true)
	pid, err := r.Restart()
	if err != nil {
		return fmt.Errorf("start the server again: %w", err)
	}
	began := time.Now()
	for r.counts.back.Load() < int64(r.People) && time.Since(began) < stormTimeout && ctx.Err() == nil {
		r.settle(ctx, 20*time.Millisecond)
	}
	s := &Storm{Back: r.counts.back.Load(), Took: time.Since(began), Told: r.counts.refused.Load() - told}
	report.Storm = s
	r.tell("%d are back", s.Back)
	expected, delivered := r.counts.expected.Load(), r.counts.delivered.Load()
	r.measuring.Store(true)
	stop := r.edit(ctx)
	r.settle(ctx, r.For)
	stop()
	r.measuring.Store(false)
	r.drain(ctx)
	s.After = r.counts.latencies()
	s.Lost = (r.counts.expected.Load() - expected) - (r.counts.delivered.Load() - delivered)
	s.Most = cost(pid).most
	if m := r.metrics(ctx); len(m) > 0 {
		s.Loads = int64(m[metricLoads])
	}
	return nil
}

// untilSaved waits until every editor was told heads that hold all that it has,
// but no longer than a drain may take.
func (r *run) untilSaved(ctx context.Context) {
	end := time.Now().Add(r.Drain)
	for _, p := range r.people[:r.Editors] {
		for !p.saved() && time.Now().Before(end) && ctx.Err() == nil {
			r.settle(ctx, 10*time.Millisecond)
		}
	}
}
