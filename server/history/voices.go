package history

import (
	"slices"

	"openmic/crdt"
	"openmic/crdt/replay"
)

// A Voice is what one person, or several together, have brought to a board.
type Voice struct {
	// Contributions are the things that they made or wrote words in: a card is one,
	// however often they come back to it.
	Contributions int `json:"contributions"`
	// Living are those of them that are on the board today with something of theirs
	// in it: a word, or the thing itself where they wrote none.
	Living int `json:"living"`
	// Words are the words on the board today that are theirs.
	Words int `json:"words"`
	// TakenUp are the elements of theirs, on the board today, that somebody else built
	// on: words of theirs are in it, it lies where they put it or is as they set it, or
	// they connected it. Across are those that somebody of the other audience built on.
	TakenUp int `json:"takenUp"`
	Across  int `json:"takenUpAcross"`
	// Comments are the threads that they began.
	Comments int `json:"comments"`
	Answered int `json:"answered"`
	Adopted  int `json:"adopted"`
	Declined int `json:"declined"`
	// Minutes are how long they were at work, by the server's clock: see count.minutes.
	Minutes float64 `json:"minutes"`
}

func (v *Voice) add(o Voice) {
	v.Contributions += o.Contributions
	v.Living += o.Living
	v.Words += o.Words
	v.TakenUp += o.TakenUp
	v.Across += o.Across
	v.Comments += o.Comments
	v.Answered += o.Answered
	v.Adopted += o.Adopted
	v.Declined += o.Declined
	v.Minutes += o.Minutes
}

// Sum adds voices up.
func Sum(voices ...Voice) (sum Voice) {
	for _, v := range voices {
		sum.add(v)
	}
	return sum
}

// Voices tells what each of some people has brought, of whom it is given which
// audience they are of. person gives the number of the one whose an actor is, or -1.
// All but the minutes depends on what changes there are and not on the order in which
// they came.
func (t *Tape) Voices(audiences []string, person func(crdt.Actor) int) []Voice {
	c := count{
		tape: t, audiences: audiences, voices: make([]Voice, len(audiences)),
		who: func(actor uint32) int { return person(t.doc.Actor(actor)) },
	}
	c.minutes()
	for _, g := range c.groups() {
		g.count(&c)
	}
	return c.voices
}

// A count is what the voices of a board are being counted with.
type count struct {
	tape        *Tape
	audiences   []string
	voices      []Voice
	who         func(actor uint32) int
	connectedBy map[string][]int // by element
}

// written are the fields that hold words.
var written = []string{"text", "title", "note", "label", "reason", "channel", "owner"}

func (g *group) count(c *count) {
	made, wrote, words := map[int]bool{}, map[int]bool{}, map[int]int{}
	first := c.oldest(g)
	var there *replay.Thing
	for i := range g.things {
		thing := &g.things[i]
		if thing.There {
			there = thing
		}
		if p := c.who(thing.Maker); p >= 0 {
			made[p] = true
		}
		for _, field := range written {
			for l := range thing.Letters(field) {
				if p := c.who(l.By); p >= 0 {
					wrote[p] = true
				}
			}
		}
	}
	if there != nil {
		for _, field := range written {
			for _, w := range g.words(c.tape, there, field) {
				if p := c.who(w.by); p >= 0 {
					words[p]++
				}
			}
		}
	} else if len(wrote) == 0 && g.in == "elements" && !wordless[first.String("kind")] {
		return // a card that was put away before anything was said on it
	}
	for p := range c.voices {
		if !made[p] && !wrote[p] {
			continue
		}
		v := &c.voices[p]
		v.Contributions++
		v.Words += words[p]
		if there != nil && (words[p] > 0 || made[p] && !wrote[p]) {
			v.Living++
		}
	}
	maker := c.who(first.Maker)
	if there == nil || maker < 0 {
		return
	}
	v := &c.voices[maker]
	if g.in == "elements" {
		if others := g.builders(c, there, made); len(others) > 0 {
			v.TakenUp++
			if slices.ContainsFunc(others, func(p int) bool { return c.audiences[p] != c.audiences[maker] }) {
				v.Across++
			}
		}
	}
	if g.in == "comments" && there.String("parent") == "" {
		v.Comments++
		switch there.String("fate") {
		case "answered":
			v.Answered++
		case "adopted":
			v.Adopted++
		case "declined":
			v.Declined++
		}
	}
}

// wordless are the kinds of elements that say something without words.
var wordless = map[string]bool{"ink": true, "image": true, "shape": true, "frame": true}

// builders are those who built on a thing that is on the board, and have not made it
// or brought it back. What somebody did and somebody undid is nobody's.
func (g *group) builders(c *count, there *replay.Thing, made map[int]bool) (others []int) {
	add := func(p int) {
		if p >= 0 && !made[p] {
			others = append(others, p)
		}
	}
	for _, field := range written {
		for l := range there.Letters(field) {
			if !l.Gone {
				add(c.who(l.By))
			}
		}
	}
	for _, actor := range there.Setters() {
		add(c.who(actor))
	}
	for _, p := range c.connectedBy[g.key] {
		add(p)
	}
	return others
}
