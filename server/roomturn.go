package server

import (
	"context"
	"time"
)

// An event is one thing that happens to a room; whoever has the turn runs it.
type event func(*room)

// do gives the room an event. It waits while the inbox is full, and returns
// false if ctx or the room ends first; the room does not while the caller holds it.
func (r *room) do(ctx context.Context, e event) bool {
	r.waiting.Add(1)
	select {
	case r.inbox <- e:
		return true
	case <-r.gone:
	case <-ctx.Done():
	}
	r.waiting.Add(-1)
	return false
}

// doNow is do by who does not mind doing it: if nobody has the turn, nothing else
// has to be woken for it. Never ahead of what the caller gave the room before.
func (r *room) doNow(ctx context.Context, e event) bool {
	if r.waiting.Load() > 0 || !r.turn.TryLock() {
		return r.do(ctx, e)
	}
	if r.over {
		r.turn.Unlock()
		return false
	}
	defer r.turn.Unlock()
	e(r)
	now := time.Now()
	r.happened(now)
	r.rest(now, r.follow(now))
	return true
}

// ring looks again, as the alarm had been set for; if no others wait, without waking
// another goroutine for it.
func (r *room) ring(busy bool) {
	if busy || r.waiting.Load() > 0 || !r.turn.TryLock() {
		poke(r.wake)
		return
	}
	defer r.turn.Unlock()
	if r.over || r.state.idle() || r.crowd() {
		poke(r.wake)
		return
	}
	now := time.Now()
	r.due = time.Time{}
	r.rest(now, r.follow(now))
}

// takeTurn has run see to an event, if there is one, and to whatever else there is.
// True: the room has ended.
func (r *room) takeTurn(e event) (ended bool) {
	r.turn.Lock()
	defer r.turn.Unlock()
	if e != nil {
		r.see(e)
		r.drain()
		r.happened(time.Now())
	}
	now := time.Now()
	if !now.Before(r.due) {
		r.due = time.Time{} // the alarm has gone off, or is about to
	}
	if err := r.takeNotes(); err != nil {
		r.log.Error().Err(err).Msg("room ended")
		r.hub.drop(r)
		for _, m := range r.members {
			m.session.end(err)
		}
		r.over = true
		return true
	}
	wait := r.follow(now)
	if r.state.idle() && !r.compacting && r.gate == nil {
		if now.Sub(r.touched) >= r.grace() && r.hub.dropIfEmpty(r) {
			r.over = true
			return true
		}
		wait = min(wait, r.grace())
	}
	r.rest(now, wait)
	return false
}

// see handles an event of the inbox.
func (r *room) see(e event) {
	e(r)
	r.waiting.Add(-1)
}

// happened notes that there was an event.
func (r *room) happened(now time.Time) {
	r.dirty, r.touched = true, now
	if r.taken.IsZero() && r.state.graph.Len() > r.flushedUpTo {
		r.taken = now
	}
}

// follow does what follows of what has happened, and returns when to look again.
func (r *room) follow(now time.Time) time.Duration {
	r.tellFrozen()
	wait := r.flush(now)
	r.submit(now)
	return min(wait, r.compact(r.hub.ctx, now))
}

// rest has the room look again after a time, or sooner. The clock costs least while
// little happens; a crowd has threads awake that keep timers, and they are more punctual.
func (r *room) rest(now time.Time, wait time.Duration) {
	due := now.Add(wait)
	if wait == never || !r.due.IsZero() && !due.Before(r.due) {
		return
	}
	r.due = due
	if r.crowd() {
		r.timer.Reset(wait)
	} else {
		r.hub.clock.Set(&r.alarm, due)
	}
}

// crowd tells whether the room writes batches beside it.
func (r *room) crowd() bool { return len(r.state.peers) > sendAtOnce }

// drain takes what else waits, so that one flush serves it all.
func (r *room) drain() {
	for range cap(r.inbox) {
		select {
		case e := <-r.inbox:
			r.see(e)
		default:
			return
		}
	}
}
