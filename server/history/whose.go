package history

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"openmic/crdt/replay"
)

// A group is one thing to people: all that has been at one key, for what was removed
// and brought back is two objects; and what was removed and made again by hand, with
// the same words.
type group struct {
	in, key string
	things  []replay.Thing
}

func (g *group) there() bool {
	return slices.ContainsFunc(g.things, func(thing replay.Thing) bool { return thing.There })
}

// older compares two operations by their age, which is the same wherever and in
// whatever order they came.
func older(t *Tape, a, b, actorA, actorB uint32) int {
	return cmp.Or(cmp.Compare(a, b), cmp.Compare(t.doc.Actor(actorA), t.doc.Actor(actorB)))
}

func (c *count) byAge(a, b replay.Thing) int {
	return older(c.tape, a.Counter, b.Counter, a.Maker, b.Maker)
}

func (c *count) oldest(g *group) *replay.Thing {
	first := &g.things[0]
	for i := range g.things {
		if c.byAge(g.things[i], *first) < 0 {
			first = &g.things[i]
		}
	}
	return first
}

func (c *count) groups() (groups []*group) {
	byKey := map[[2]string]*group{}
	c.connectedBy = map[string][]int{}
	for thing := range c.tape.doc.Things() {
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
		if p := c.who(thing.Maker); thing.In == "connectors" && thing.There && p >= 0 {
			for _, end := range []string{"from", "to"} {
				c.connectedBy[thing.String(end)] = append(c.connectedBy[thing.String(end)], p)
			}
		}
	}
	return c.again(groups)
}

// sentence is how many words are somebody's own, wherever they stand again. With
// fewer, two people may well have meant different things.
const sentence = 3

// saying is what two things have to have in common to be the same one, made again.
type saying struct {
	in, words string
	by        int // who made it, where the words are too few to be anybody's own
}

// said gives what a group says, or said last, and then what it said when it was made:
// whoever makes a thing anew may go on with it. Nothing where there are no words, or
// they are nobody's own.
func (c *count) said(g *group) (list []saying) {
	if g.in != "elements" && g.in != "comments" {
		return nil
	}
	last, alone := &g.things[0], true
	for i := range g.things {
		thing := &g.things[i]
		if thing.There || !last.There && c.byAge(*thing, *last) > 0 {
			last = thing
		}
		alone = alone && c.who(thing.Maker) == c.who(g.things[0].Maker)
	}
	add := func(thing *replay.Thing, text string) {
		words := strings.FieldsFunc(strings.ToLower(text), outsideWords)
		s := saying{in: g.in, words: strings.Join(words, " "), by: -1}
		if len(words) < sentence {
			s.by = c.who(thing.Maker)
		}
		if len(words) >= sentence || len(words) > 0 && alone && s.by >= 0 {
			list = append(list, s)
		}
	}
	add(last, last.String("text"))
	for i := range g.things {
		add(&g.things[i], madeWith(&g.things[i]))
	}
	return list
}

// madeWith is the text that a thing was made with, in one go.
func madeWith(thing *replay.Thing) string {
	var own []replay.Letter
	for l := range thing.Letters("text") {
		if l.By == thing.Maker {
			own = append(own, l)
		}
	}
	slices.SortFunc(own, func(a, b replay.Letter) int { return cmp.Compare(a.Counter, b.Counter) })
	var text strings.Builder
	for i, l := range own {
		if i > 0 && l.Counter != own[i-1].Counter+1 {
			break
		}
		text.WriteString(l.Text)
	}
	return text.String()
}

// again puts what was removed together with the oldest thing that is there and says
// the same, or was made with it; if none does, with the oldest that is gone too. So nobody brings more by
// writing a thing anew in another place, and nobody's words become another's by that.
func (c *count) again(groups []*group) (all []*group) {
	type aged struct {
		*group
		there bool
		first *replay.Thing
	}
	sorted := make([]aged, len(groups))
	for i, g := range groups {
		sorted[i] = aged{g, g.there(), c.oldest(g)}
	}
	slices.SortFunc(sorted, func(a, b aged) int {
		if a.there != b.there {
			if a.there {
				return -1
			}
			return 1
		}
		return c.byAge(*a.first, *b.first)
	})
	home := map[saying]*group{}
	for _, g := range sorted {
		said := c.said(g.group)
		if !g.there && len(said) > 0 {
			if first := home[said[0]]; first != nil {
				first.things = append(first.things, g.things...)
				continue
			}
		}
		for _, s := range said {
			if home[s] == nil {
				home[s] = g.group
			}
		}
		all = append(all, g.group)
	}
	return all
}

// outsideWords tells whether a letter is part of no word.
func outsideWords(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// A word of a text, with the actor who wrote most of it.
type word struct {
	text    string
	by      uint32
	counter uint32 // of its oldest letter
}

func (t *Tape) word(letters []replay.Letter) word {
	by, counter := t.most(letters)
	var text strings.Builder
	for _, l := range letters {
		text.WriteString(strings.ToLower(l.Text))
	}
	return word{text.String(), by, counter}
}

// A find is a word among letters that are gone.
type find struct {
	word
	letters []int // which of those that are gone
}

// longestWord is how many letters a word may have that is looked for among those that
// are gone.
const longestWord = 64

// words returns the words of a field that are seen, each with whose it is. One that
// was deleted and written again is still that of whoever wrote it first.
func (g *group) words(t *Tape, there *replay.Thing, field string) []word {
	var seen []word
	finds, longest := map[string][]find{}, 0
	for _, letters := range runs(there, field, false) {
		w := t.word(letters)
		seen, finds[w.text], longest = append(seen, w), nil, max(longest, len(letters))
	}
	longest = min(longest, longestWord)
	passed := 0
	look := func(letters []replay.Letter) {
		for from := range letters {
			if !begins(letters, from) {
				continue
			}
			var text strings.Builder
			for to := from + 1; to <= len(letters) && to-from <= longest; to++ {
				text.WriteString(strings.ToLower(letters[to-1].Text))
				list, wanted := finds[text.String()]
				if !wanted || !begins(letters, to) {
					continue
				}
				f := find{word: t.word(letters[from:to])}
				for i := from; i < to; i++ {
					f.letters = append(f.letters, passed+i)
				}
				finds[f.text] = append(list, f)
			}
		}
		passed += len(letters)
	}
	for i := range g.things {
		for _, letters := range runs(&g.things[i], field, true) {
			look(letters)
		}
		if !g.things[i].There {
			for _, letters := range runs(&g.things[i], field, false) {
				look(letters)
			}
		}
	}
	age := func(a, b word) int { return older(t, a.counter, b.counter, a.by, b.by) }
	for _, list := range finds {
		slices.SortStableFunc(list, func(a, b find) int { return age(a.word, b.word) })
	}
	taken := make([]bool, passed)
	for i := range seen {
		for text := seen[i].text; len(finds[text]) > 0 && age(finds[text][0].word, seen[i]) < 0; {
			f := finds[text][0]
			finds[text] = finds[text][1:]
			if slices.ContainsFunc(f.letters, func(l int) bool { return taken[l] }) {
				continue
			}
			seen[i].by = f.by
			for _, l := range f.letters {
				taken[l] = true
			}
			break
		}
	}
	return seen
}

// begins tells whether something may begin at a place among letters, or end before
// it, that was written by itself: what is gone lies side by side, however often the
// same was written there.
func begins(letters []replay.Letter, at int) bool {
	if at == 0 || at == len(letters) {
		return true
	}
	before, after := letters[at-1], letters[at]
	return before.By != after.By || after.Counter != before.Counter+1
}

// runs gives the words of a text that are seen, or what lies side by side of those
// that are gone.
func runs(thing *replay.Thing, field string, gone bool) (list [][]replay.Letter) {
	var letters []replay.Letter
	end := func() {
		if len(letters) > 0 {
			list = append(list, letters)
		}
		letters = nil
	}
	for l := range thing.Letters(field) {
		switch {
		case l.Gone != gone:
			if gone {
				end()
			}
		case strings.IndexFunc(l.Text, outsideWords) >= 0:
			end()
		default:
			letters = append(letters, l)
		}
	}
	end()
	return list
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
