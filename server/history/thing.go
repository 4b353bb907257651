package history

import (
	"openmic/crdt"
)

// A Span is a piece of a text that is seen, and who wrote it.
type Span struct {
	By   crdt.Actor
	Text string
}

// Written tells who wrote the text at a field of a thing that is on the board.
func (t *Tape) Written(in, key, field string) (spans []Span) {
	thing, ok := t.doc.Thing(in, key)
	if !ok {
		return nil
	}
	for l := range thing.Letters(field) {
		if l.Gone {
			continue
		}
		by := t.doc.Actor(l.By)
		if n := len(spans); n > 0 && spans[n-1].By == by {
			spans[n-1].Text += l.Text
			continue
		}
		spans = append(spans, Span{By: by, Text: l.Text})
	}
	return spans
}

// About returns the contributions with an operation on a thing, each with those
// operations alone, the newest first and most at most.
func (t *Tape) About(id string, most int) (list []Contribution) {
	for i := len(t.contributions) - 1; i >= 0 && len(list) < most; i-- {
		c := t.contributions[i]
		var about []Operation
		for _, op := range c.Operations {
			if op.ID == id || op.Target != nil && op.Target.ID == id {
				about = append(about, op)
			}
		}
		if len(about) > 0 {
			c.Operations = about
			list = append(list, c)
		}
	}
	return list
}

// Place returns in which map of the board a thing lies that is on it.
func (t *Tape) Place(id string) (in string, ok bool) {
	for in, what := range whats {
		if what != Board && what != Vote && t.doc.Has(in, id) {
			return in, true
		}
	}
	return "", false
}

// Actor returns the actor that a contribution is by.
func (t *Tape) Actor(number uint32) crdt.Actor { return t.doc.Actor(number) }
