// Package alarm rings alarms at their times, by one bell for all of them.
//
// Where little happens, a timer of Go's that goes off wakes the program four times:
// the thread that waits for the network early, since it waits in whole milliseconds,
// and again; the thread that watches over all others, and that one once more. On Linux
// the bell is the kernel's, a file that becomes readable like any socket, and wakes it
// once. Elsewhere it is a timer of Go's.
package alarm

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// A Clock has alarms. It is safe for concurrent use.
type Clock struct {
	bell bell

	mu    sync.Mutex
	set   alarms
	rings time.Time // when the bell does; zero: it is not set
}

// An Alarm is set for one time at most. All but Ring is its clock's.
type Alarm struct {
	// Ring is called when it goes off. It is set once, must not block and may set the alarm
	// again. busy: others go off at the same time, and wait for this call to return.
	Ring func(busy bool)

	at    time.Time
	place int // among those that are set, from 1; 0: it is not
}

// bell rings once for each time that it is set, at the last of them.
type bell interface {
	set(after time.Duration)
	wait() bool // until it rings; false: it is closed
	close()     // once
}

// NewClock returns a clock that goes while Run does.
func NewClock() *Clock { return &Clock{bell: newBell()} }

// Set has an alarm go off at a time, and at none that it was set for before.
func (c *Clock) Set(a *Alarm, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a.at = at
	if a.place == 0 {
		heap.Push(&c.set, a)
	} else {
		heap.Fix(&c.set, a.place-1)
	}
	c.setBell()
}

// Stop has an alarm not go off; it may be doing so.
func (c *Clock) Stop(a *Alarm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.place > 0 {
		heap.Remove(&c.set, a.place-1)
	}
}

func (c *Clock) setBell() {
	// That it rings for one which has been set later or stopped does no harm.
	if first := c.set[0].at; c.rings.IsZero() || first.Before(c.rings) {
		c.rings = first
		c.bell.set(time.Until(first))
	}
}

// Run rings alarms until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	stop := context.AfterFunc(ctx, c.bell.close)
	defer stop()
	for c.bell.wait() {
		due := c.due(time.Now())
		for i, a := range due {
			a.Ring(i < len(due)-1)
		}
	}
}

// due takes out the alarms whose time has come.
func (c *Clock) due(now time.Time) (due []*Alarm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.set) > 0 && !c.set[0].at.After(now) {
		due = append(due, heap.Pop(&c.set).(*Alarm))
	}
	if c.rings = (time.Time{}); len(c.set) > 0 {
		c.setBell()
	}
	return due
}

// alarms is a heap: the first to go off is at its top.
type alarms []*Alarm

func (s alarms) Len() int           { return len(s) }
func (s alarms) Less(i, j int) bool { return s[i].at.Before(s[j].at) }
func (s alarms) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].place, s[j].place = i+1, j+1
}

func (s *alarms) Push(x any) {
	a := x.(*Alarm)
	*s = append(*s, a)
	a.place = len(*s)
}

func (s *alarms) Pop() any {
	last := len(*s) - 1
	a := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	a.place = 0
	return a
}
