package alarm

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func bells(t *testing.T, test func(*testing.T, *Clock)) {
	for name, make := range map[string]func() bell{"as here": newBell, "as elsewhere": newTimer} {
		t.Run(name, func(t *testing.T) {
			c := &Clock{bell: make()}
			ctx, cancel := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { c.Run(ctx) })
			test(t, c)
			cancel()
			running.Wait() // the end of ctx ends Run, whatever is set
		})
	}
}

// Alarms go off once for each time that they are set, in order, and not too soon.
func TestAlarmsGoOffInOrder(t *testing.T) {
	bells(t, func(t *testing.T, c *Clock) {
		const n = 200
		start := time.Now()
		order := make(chan int, n)
		all := make([]Alarm, n)
		for i, place := range rand.Perm(n) {
			at := start.Add(300*time.Millisecond + time.Duration(place)*100*time.Microsecond)
			all[place].Ring = func(bool) {
				if time.Now().Before(at) {
					t.Errorf("alarm %d goes off too soon", place)
				}
				order <- place
			}
			if i%3 == 0 { // what it is set for last counts, sooner or later
				c.Set(&all[place], start.Add(time.Duration(rand.IntN(2))*time.Hour+250*time.Millisecond))
			}
			c.Set(&all[place], at)
		}
		for want := range n {
			if got := <-order; got != want {
				t.Fatalf("alarm %d goes off, want %d", got, want)
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.set) > 0 {
			t.Errorf("%d are still set", len(c.set))
		}
	})
}

// One that is stopped does not go off, nor keep others from it.
func TestStoppedAlarm(t *testing.T) {
	bells(t, func(t *testing.T, c *Clock) {
		rung := make(chan string, 3)
		first := &Alarm{Ring: func(bool) { rung <- "first" }}
		second := &Alarm{Ring: func(bool) { rung <- "second" }}
		third := &Alarm{Ring: func(bool) { rung <- "third" }}
		now := time.Now()
		c.Set(second, now.Add(20*time.Millisecond))
		c.Set(third, now.Add(30*time.Millisecond))
		c.Set(first, now.Add(10*time.Millisecond))
		c.Stop(first)
		c.Stop(third)
		c.Stop(third)
		if got := <-rung; got != "second" {
			t.Errorf("%s goes off", got)
		}
		c.Set(third, now) // past: at once
		if got := <-rung; got != "third" {
			t.Errorf("%s goes off", got)
		}
	})
}

// Many set theirs again and again, from wherever; none that is set is forgotten.
func TestAlarmsUnderLoad(t *testing.T) {
	bells(t, func(t *testing.T, c *Clock) {
		const n, times = 50, 40
		var done sync.WaitGroup
		var busy atomic.Int64
		for range n {
			done.Add(1)
			left := times
			a := &Alarm{}
			a.Ring = func(others bool) {
				if others {
					busy.Add(1)
				}
				if left--; left == 0 {
					done.Done()
					return
				}
				go c.Set(a, time.Now().Add(time.Duration(rand.IntN(1000))*time.Microsecond))
			}
			c.Set(a, time.Now().Add(5*time.Millisecond))
		}
		done.Wait()
		t.Logf("%d of %d went off beside others", busy.Load(), n*times)
	})
}
