package history

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

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
	// TakenUp are the elements of theirs, on the board today, that somebody else went
	// on with: wrote on, moved, changed or connected.
	TakenUp int `json:"takenUp"`
	// Comments are the threads that they began.
	Comments int `json:"comments"`
	Answered int `json:"answered"`
	Adopted  int `json:"adopted"`
	Declined int `json:"declined"`
	// Minutes are how long they were at work, by the server's clock.
	Minutes float64 `json:"minutes"`
}

func (v *Voice) add(o Voice) {
	v.Contributions += o.Contributions
	v.Living += o.Living
	v.Words += o.Words
	v.TakenUp += o.TakenUp
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

// moment is what a contribution of a single change counts as.
const moment = 15 * time.Second

// Voices tells what each of so many people has brought. person gives the number of
// the one whose an actor is, or -1. All but the minutes depends on what changes
// there are and not on the order in which they came.
func (t *Tape) Voices(people int, person func(crdt.Actor) int) []Voice {
	voices := make([]Voice, people)
	who := func(actor uint32) int { return person(t.doc.Actor(actor)) }
	for i := range t.contributions {
		if p := who(t.contributions[i].By); p >= 0 {
			c := &t.contributions[i]
			voices[p].Minutes += (max(0, c.End.Sub(c.Start)) + moment).Minutes()
		}
	}
	groups, connectedBy := t.groups(who)
	for _, g := range groups {
		g.count(t, voices, who, connectedBy)
	}
	return voices
}

// A group is all things that have been at one key: one that was removed and brought
// back is two objects, and one thing to people.
type group struct {
	in, key string
	things  []replay.Thing
}

func (t *Tape) groups(who func(uint32) int) (groups []*group, connectedBy map[string][]int) {
	byKey := map[[2]string]*group{}
	connectedBy = map[string][]int{}
	for thing := range t.doc.Things() {
		if whats[thing.In] == "" || thing.In == "meta" || thing.In == "votes" {
			continue
		}
		name := [2]string{thing.In, thing.Key}
		g := byKey[name]
		if g == nil {
			g = &group{in: thing.In, key: thing.Key}
			byKey[name] = g
			groups = append(groups, g)
		}
		g.things = append(g.things, thing)
		if p := who(thing.Maker); thing.In == "connectors" && thing.There && p >= 0 {
			for _, end := range []string{"from", "to"} {
				connectedBy[thing.String(end)] = append(connectedBy[thing.String(end)], p)
			}
		}
	}
	return groups, connectedBy
}

// written are the fields that hold words.
var written = []string{"text", "title", "note", "label", "reason", "channel", "owner"}

func (g *group) count(t *Tape, voices []Voice, who func(uint32) int, connectedBy map[string][]int) {
	made, wrote, words := map[int]bool{}, map[int]bool{}, map[int]int{}
	var there *replay.Thing
	first := &g.things[0]
	for i := range g.things {
		thing := &g.things[i]
		if cmp.Or(cmp.Compare(thing.Counter, first.Counter), cmp.Compare(t.doc.Actor(thing.Maker), t.doc.Actor(first.Maker))) < 0 {
			first = thing
		}
		if thing.There {
			there = thing
		}
		if p := who(thing.Maker); p >= 0 {
			made[p] = true
		}
		for _, field := range written {
			for l := range thing.Letters(field) {
				if p := who(l.By); p >= 0 {
					wrote[p] = true
				}
			}
		}
	}
	if there != nil {
		for _, field := range written {
			for _, w := range g.words(t, there, field) {
				if p := who(w.by); p >= 0 {
					words[p]++
				}
			}
		}
	}
	for p := range voices {
		if !made[p] && !wrote[p] {
			continue
		}
		v := &voices[p]
		v.Contributions++
		v.Words += words[p]
		if there != nil && (words[p] > 0 || made[p] && !wrote[p]) {
			v.Living++
		}
	}
	if there == nil {
		return
	}
	maker := who(first.Maker)
	if maker < 0 {
		return
	}
	if g.in == "elements" && g.takenUp(there, made, wrote, who, connectedBy) {
		voices[maker].TakenUp++
	}
	if g.in == "comments" && there.String("parent") == "" {
		voices[maker].Comments++
		switch there.String("fate") {
		case "answered":
			voices[maker].Answered++
		case "adopted":
			voices[maker].Adopted++
		case "declined":
			voices[maker].Declined++
		}
	}
}

// takenUp tells whether anybody went on with a thing who has not made it, or brought
// it back.
func (g *group) takenUp(there *replay.Thing, made, wrote map[int]bool, who func(uint32) int, connectedBy map[string][]int) bool {
	other := func(p int) bool { return p >= 0 && !made[p] }
	for p := range wrote {
		if other(p) {
			return true
		}
	}
	for _, actor := range there.Setters() {
		if other(who(actor)) {
			return true
		}
	}
	return slices.ContainsFunc(connectedBy[g.key], other)
}

// A word of a text, with the actor who wrote most of it.
type word struct {
	text    string
	by      uint32
	counter uint32 // of its oldest letter
}

// words returns the words of a field that are seen, each with whose it is. One that
// was deleted and written again is still that of whoever wrote it first.
func (g *group) words(t *Tape, there *replay.Thing, field string) []word {
	seen := t.split(there, field, false)
	var gone []word
	for i := range g.things {
		thing := &g.things[i]
		gone = append(gone, t.split(thing, field, true)...)
		if !thing.There {
			gone = append(gone, t.split(thing, field, false)...)
		}
	}
	if len(gone) == 0 {
		return seen
	}
	older := func(a, b word) int {
		return cmp.Or(cmp.Compare(a.counter, b.counter), cmp.Compare(t.doc.Actor(a.by), t.doc.Actor(b.by)))
	}
	first := map[string][]word{}
	slices.SortStableFunc(gone, older)
	for _, w := range gone {
		first[w.text] = append(first[w.text], w)
	}
	for i := range seen {
		if list := first[seen[i].text]; len(list) > 0 && older(list[0], seen[i]) < 0 {
			seen[i].by = list[0].by
			first[seen[i].text] = list[1:]
		}
	}
	return seen
}

// split gives the words of a text that are seen, or those that are gone.
func (t *Tape) split(thing *replay.Thing, field string, gone bool) (words []word) {
	var text strings.Builder
	var letters []replay.Letter
	end := func() {
		if len(letters) > 0 {
			by, counter := t.most(letters)
			words = append(words, word{strings.ToLower(text.String()), by, counter})
		}
		text.Reset()
		letters = letters[:0]
	}
	for l := range thing.Letters(field) {
		if l.Gone != gone {
			if gone {
				end()
			}
			continue
		}
		if strings.IndexFunc(l.Text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }) >= 0 {
			end()
			continue
		}
		text.WriteString(l.Text)
		letters = append(letters, l)
	}
	end()
	return words
}

// most returns who wrote most of some letters; of two who wrote as many, the one who
// did first. Its counter is that of the oldest letter.
func (t *Tape) most(letters []replay.Letter) (by, counter uint32) {
	type share struct {
		letters int
		first   uint32
	}
	shares := map[uint32]share{}
	counter = letters[0].Counter
	for _, l := range letters {
		s, ok := shares[l.By]
		if !ok || l.Counter < s.first {
			s.first = l.Counter
		}
		s.letters++
		shares[l.By] = s
		counter = min(counter, l.Counter)
	}
	by = letters[0].By
	for actor, s := range shares {
		best := shares[by]
		if cmp.Or(cmp.Compare(best.letters, s.letters), cmp.Compare(s.first, best.first), cmp.Compare(t.doc.Actor(actor), t.doc.Actor(by))) < 0 {
			by = actor
		}
	}
	return by, counter
}
