package history

import "time"

// A Contribution is what one person did without a long pause.
type Contribution struct {
	First, Last int       // positions: how many changes there were after the first and the last of it
	Start, End  time.Time // by the server's clock
	By          uint32    // the number of the actor
	Changes     int
	Operations  []Operation
}

const (
	pause             = 8 * time.Second // ends a contribution
	turn              = time.Second     // does so when somebody else has done something meanwhile
	longest           = 2 * time.Minute
	operationsOfOne   = 20
	contributionBytes = 120 // in memory, without operations
	operationBytes    = 400
)

// contribute adds what was done at a moment to what the same hand did just before,
// or begins anew.
func (t *Tape) contribute(by uint32, at time.Time, done []Operation) {
	if len(done) == 0 {
		return
	}
	position := t.Len()
	i, open := t.open[by]
	if open {
		c := &t.contributions[i]
		gap := at.Sub(c.End)
		if gap > pause || gap > turn && c.Last < position-1 || at.Sub(c.Start) > longest || len(c.Operations) >= operationsOfOne {
			open = false
		}
	}
	if !open {
		i = len(t.contributions)
		t.open[by] = i
		t.contributions = append(t.contributions, Contribution{First: position, Start: at, By: by})
		t.size += contributionBytes
	}
	c := &t.contributions[i]
	c.Last, c.End = position, at
	c.Changes++
	for k := range done {
		if !c.join(&done[k]) {
			c.Operations = append(c.Operations, done[k])
			t.size += operationBytes
		}
	}
}

// join makes an operation part of one before it that it goes on.
func (c *Contribution) join(op *Operation) bool {
	for i := len(c.Operations) - 1; i >= 0; i-- {
		before := &c.Operations[i]
		if before.What != op.What || before.ID != op.ID {
			continue
		}
		switch {
		case op.Do == Removed || before.Do == Removed:
			return false
		case before.Do == op.Do && before.Field == op.Field:
			from := before.From
			*before = *op
			if from != nil {
				before.From = from
				if op.At != nil {
					before.Crossed = crossed(from.Role, op.At.Role)
				}
			}
			return true
		case before.Do == Added && (op.Do == Wrote || op.Do == Changed || op.Do == Moved && len(op.Crossed) == 0):
			do := before.Do
			*before = *op
			before.Do, before.From, before.Field, before.Value = do, nil, "", ""
			return true
		}
	}
	return false
}

// Settled is how many contributions will not change any more, from the first.
func (t *Tape) Settled(now time.Time) int {
	settled := len(t.contributions)
	for _, i := range t.open {
		if c := &t.contributions[i]; now.Sub(c.End) <= pause {
			settled = min(settled, i)
		}
	}
	return settled
}
