package server

import (
	"context"
	"sync"
	"time"

	"openmic/server/docid"
)

// drawAhead has boards drawn before anybody asks: when nobody has changed one for
// DrawQuiet, or every DrawBusy while people go on. So whoever comes to it next sees
// it at once, however long it takes to draw.
type drawAhead struct {
	drawings *drawings
	wake     chan struct{}

	mu    sync.Mutex // never held across I/O or a channel operation
	unmet map[docid.ID]unmet
	asked map[look]int // how often each has been asked for, of any board
}

// An unmet board has changed since it was drawn last.
type unmet struct {
	first, last time.Time // of those changes
}

// A look is how a picture looks, whatever it is of.
type look struct{ theme, language string }

func newDrawAhead(ds *drawings) *drawAhead {
	return &drawAhead{drawings: ds, wake: make(chan struct{}, 1), unmet: map[docid.ID]unmet{}, asked: map[look]int{}}
}

// changed notes that more of a board is stored. It never waits.
func (a *drawAhead) changed(doc docid.ID, now time.Time) {
	if a.drawings.script == "" {
		return
	}
	a.mu.Lock()
	u, known := a.unmet[doc]
	if known || len(a.unmet) < maxDrawings {
		if !known {
			u.first = now
		}
		u.last = now
		a.unmet[doc] = u
	}
	a.mu.Unlock()
	if !known {
		poke(a.wake)
	}
}

// wanted notes that somebody has asked for a picture.
func (a *drawAhead) wanted(key drawingKey) {
	if key.form != "" {
		return
	}
	a.mu.Lock()
	a.asked[look{key.theme, key.language}]++
	a.mu.Unlock()
}

// due tells when a board is to be drawn.
func (u unmet) due(s *Settings) time.Time {
	quiet, busy := u.last.Add(s.DrawQuiet), u.first.Add(s.DrawBusy)
	if busy.Before(quiet) {
		return busy
	}
	return quiet
}

// take gives the board that has waited longest, once it is due; otherwise how long
// that will be.
func (a *drawAhead) take(now time.Time) (doc docid.ID, ok bool, wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	wait = time.Hour
	for d, u := range a.unmet {
		if w := u.due(&a.drawings.hub.settings).Sub(now); w < wait {
			doc, wait = d, w
		}
	}
	if wait > 0 {
		return doc, false, wait
	}
	delete(a.unmet, doc)
	return doc, true, 0
}

// run draws one board at a time, and rests between them: it must not take the
// machine from those who are at work.
func (a *drawAhead) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		doc, ok, wait := a.take(time.Now())
		if ok {
			began := time.Now()
			for _, key := range a.looks(doc) {
				// What went wrong was logged where it did, and whoever asks is told.
				_, _, _, _ = a.drawings.obtain(ctx, key, exact)
			}
			wait = time.Since(began) * time.Duration(a.drawings.hub.settings.DrawRest)
			if !sleep(ctx, wait) {
				return
			}
			continue
		}
		timer.Reset(wait)
		select {
		case <-a.wake:
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// looks gives the pictures of a board that somebody has asked for before; if nobody
// has, the one that is asked for most.
func (a *drawAhead) looks(doc docid.ID) []drawingKey {
	var keys []drawingKey
	best, most := drawingKey{doc: doc, theme: drawnThemes[0], language: drawnLanguages[0]}, 0
	ds := a.drawings
	ds.mu.Lock()
	defer ds.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, theme := range drawnThemes {
		for _, language := range drawnLanguages {
			key := drawingKey{doc: doc, theme: theme, language: language}
			if ds.made[key] != nil {
				keys = append(keys, key)
			}
			if n := a.asked[look{theme, language}]; n > most {
				best, most = key, n
			}
		}
	}
	if len(keys) == 0 {
		keys = append(keys, best)
	}
	return keys
}

// sleep waits, and tells whether ctx lasted.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
