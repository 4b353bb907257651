package load

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Sample is what the server takes at one moment of a run.
type Sample struct {
	After      time.Duration // since measuring began
	Memory     int64         // bytes of the process
	Heap       int64         // bytes that the last collection left
	Goroutines int64
	Sessions   int64
}

// Drift is how much more a server takes from hour to hour.
type Drift struct{ Memory, Heap, Goroutines float64 }

// The metrics of a server that are read here.
const (
	metricGoroutines = "go_goroutines"
	metricHeap       = "go_gc_heap_live_bytes"
	metricSessions   = "openmic_sessions"
	metricLoads      = "openmic_load_seconds_count"
)

// metrics reads those of a server that have no labels; none if it does not tell.
func (r *run) metrics(ctx context.Context) map[string]float64 {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Target+"/metrics", nil)
	if err != nil {
		return nil
	}
	response, err := r.http.Do(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	found := map[string]float64{}
	lines := bufio.NewScanner(io.LimitReader(response.Body, 1<<20))
	for lines.Scan() && response.StatusCode == http.StatusOK {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			found[name] = v
		}
	}
	return found
}

// watch takes samples until stop is called.
func (r *run) watch(ctx context.Context, began time.Time) (stop func() []Sample) {
	if r.Every <= 0 {
		return func() []Sample { return nil }
	}
	var samples []Sample
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(r.Every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			m, memory := r.metrics(ctx), cost(r.PID).memory
			if len(m) == 0 {
				continue
			}
			s := Sample{
				After: time.Since(began), Memory: memory,
				Heap: int64(m[metricHeap]), Goroutines: int64(m[metricGoroutines]), Sessions: int64(m[metricSessions]),
			}
			samples = append(samples, s)
			r.tell("after %v: server memory %s, heap %s, %d goroutines, %d sockets",
				s.After.Round(time.Second), size(s.Memory), size(s.Heap), s.Goroutines, s.Sessions)
		}
	}()
	return func() []Sample { cancel(); <-done; return samples }
}

// drift leaves out the first quarter, in which a server warms up.
func drift(samples []Sample) Drift {
	samples = samples[len(samples)/4:]
	return Drift{
		Memory:     slope(samples, func(s Sample) int64 { return s.Memory }),
		Heap:       slope(samples, func(s Sample) int64 { return s.Heap }),
		Goroutines: slope(samples, func(s Sample) int64 { return s.Goroutines }),
	}
}

// slope is that of the straight line through the samples, by least squares, an hour.
func slope(samples []Sample, of func(Sample) int64) float64 {
	n, x, y, xx, xy := float64(len(samples)), 0.0, 0.0, 0.0, 0.0
	for _, s := range samples {
		at, v := s.After.Hours(), float64(of(s))
		x, y, xx, xy = x+at, y+v, xx+at*at, xy+at*v
	}
	if d := n*xx - x*x; d > 0 {
		return (n*xy - x*y) / d
	}
	return 0
}
