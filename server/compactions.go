package server

import (
	"context"
	"slices"
	"sync"
)

// compactions gives documents their turns at being compacted, one at a time in all.
// Those that wait while people go on writing come before those that are quiet, of
// which there may be thousands after a workshop.
type compactions struct {
	mu     sync.Mutex // never held across I/O or a channel operation
	taken  bool
	urgent []chan struct{} // closed when it is one's turn
	quiet  []chan struct{}
}

func (c *compactions) line(urgent bool) *[]chan struct{} {
	if urgent {
		return &c.urgent
	}
	return &c.quiet
}

// turn waits for one's turn, which ends with done. False: ctx ended first.
func (c *compactions) turn(ctx context.Context, urgent bool) bool {
	c.mu.Lock()
	if !c.taken {
		c.taken = true
		c.mu.Unlock()
		return true
	}
	mine := make(chan struct{})
	line := c.line(urgent)
	*line = append(*line, mine)
	c.mu.Unlock()
	select {
	case <-mine:
		return true
	case <-ctx.Done():
	}
	c.mu.Lock()
	i := slices.Index(*line, mine)
	if i >= 0 {
		*line = slices.Delete(*line, i, i+1)
	}
	c.mu.Unlock()
	if i < 0 {
		c.done() // it has come meanwhile
	}
	return false
}

// done gives the turn to whoever has waited longest.
func (c *compactions) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	line := c.line(len(c.urgent) > 0)
	if len(*line) == 0 {
		c.taken = false
		return
	}
	close((*line)[0])
	*line = slices.Delete(*line, 0, 1)
}
