package history

import (
	"math"
	"slices"
	"time"

	"openmic/crdt"
)

// Between two contributions one reads, talks and thinks. So what lies between counts
// as work, unless it is longer than a sitting allows; and before the first of a
// sitting there was something as well.
const (
	rest = 10 * time.Minute // a longer one ends a sitting
	lead = time.Minute      // is counted with each
)

// minutes counts how long people were at work: a sitting is what somebody contributed
// with no rest between, on however many devices at once, from the first of it to the
// end of the last and a minute more. Somebody who looked on and said nothing is not
// counted.
func (c *count) minutes() {
	type span struct{ start, end time.Time }
	spans := make([][]span, len(c.voices))
	for i := range c.tape.contributions {
		one := &c.tape.contributions[i]
		if p := c.who(one.By); p >= 0 {
			end := one.End
			if end.Before(one.Start) {
				end = one.Start // the clock was set back
			}
			spans[p] = append(spans[p], span{one.Start, end})
		}
	}
	for p, list := range spans {
		slices.SortFunc(list, func(a, b span) int { return a.start.Compare(b.start) })
		for i := 0; i < len(list); {
			start, end := list[i].start, list[i].end
			for i++; i < len(list) && list[i].start.Sub(end) <= rest; i++ {
				if list[i].end.After(end) {
					end = list[i].end
				}
			}
			c.voices[p].Minutes += (end.Sub(start) + lead).Minutes()
		}
	}
}

// Weeks is for how many weeks, begun ones counted whole, those whom person knows have
// been at the board: from their first contribution to the end of the last.
func (t *Tape) Weeks(person func(crdt.Actor) int) int {
	var first, last time.Time
	for i := range t.contributions {
		c := &t.contributions[i]
		if person(t.doc.Actor(c.By)) < 0 {
			continue
		}
		if first.IsZero() || c.Start.Before(first) {
			first = c.Start
		}
		if c.End.After(last) {
			last = c.End
		}
	}
	if first.IsZero() {
		return 0
	}
	return max(1, int(math.Ceil(last.Sub(first).Hours()/(7*24))))
}
