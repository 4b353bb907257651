package history

import "time"

// A Period is a time in which people worked on a board without a long pause.
type Period struct {
	First, Last int       // positions, as of a Contribution: before the first it had not begun
	Start, End  time.Time // by the server's clock
	By          []uint32  // the numbers of the actors, each once, by when they first did something
}

// Periods returns the times in which people worked: a pause longer than this parts two.
func (t *Tape) Periods(pause time.Duration) []Period { return Periods(t.contributions, pause) }

// Periods is what Tape.Periods does, of contributions in the order in which they begin.
// Clocks are set back now and then: what lies among the changes of a period is of it.
func Periods(contributions []Contribution, pause time.Duration) []Period {
	var periods []Period
	var seen map[uint32]bool
	for i := range contributions {
		c := &contributions[i]
		n := len(periods) - 1
		if n < 0 || c.First > periods[n].Last && c.Start.Sub(periods[n].End) > pause {
			periods = append(periods, Period{First: c.First, Last: c.Last, Start: c.Start, End: c.End})
			seen = map[uint32]bool{}
			n++
		}
		p := &periods[n]
		p.Last = max(p.Last, c.Last)
		if c.End.After(p.End) {
			p.End = c.End
		}
		if c.Start.Before(p.Start) {
			p.Start = c.Start
		}
		if !seen[c.By] {
			seen[c.By] = true
			p.By = append(p.By, c.By)
		}
	}
	return periods
}
