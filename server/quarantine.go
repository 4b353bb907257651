package server

import (
	"sync"
	"time"

	"openmic/server/docid"
)

// A quarantine remembers on which documents the engine died, so that one that
// keeps killing it is left alone. It is shared by all rooms.
type quarantine struct {
	settings *Settings

	mu     sync.Mutex
	deaths map[docid.ID]deaths
}

type deaths struct {
	count int
	last  time.Time
}

func newQuarantine(settings *Settings) *quarantine {
	return &quarantine{settings: settings, deaths: map[docid.ID]deaths{}}
}

// died counts one more death, and tells whether it was the one too many.
func (q *quarantine) died(doc docid.ID, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	d, known := q.deaths[doc]
	if !known && len(q.deaths) >= q.settings.Quarantined {
		q.forgetOldest()
	}
	if now.Sub(d.last) > q.settings.QuarantineTime {
		d.count = 0
	}
	d.count, d.last = d.count+1, now
	q.deaths[doc] = d
	return d.count == q.settings.EngineDeaths
}

// holds tells whether a document is to be left alone.
func (q *quarantine) holds(doc docid.ID, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	d := q.deaths[doc]
	return d.count >= q.settings.EngineDeaths && now.Sub(d.last) <= q.settings.QuarantineTime
}

func (q *quarantine) forgetOldest() {
	var oldest docid.ID
	first := true
	for doc, d := range q.deaths {
		if first || d.last.Before(q.deaths[oldest].last) {
			oldest, first = doc, false
		}
	}
	delete(q.deaths, oldest)
}
