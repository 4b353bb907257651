package historytest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"openmic/crdt"
	"openmic/crdt/changetest"
	"openmic/crdt/replay"
	"openmic/server/genesis"
)

// Met counts what people have met with who worked without knowing of each other, so
// that a test can tell whether it showed anything.
type Met struct {
	Concurrent       int // changes made without knowing all there was
	SameText         int // letters put where somebody else had put others
	RemovedMeanwhile int // things written on that somebody else had removed
	SetTwice         int // fields set that somebody else had set
	Retyped          int // words taken out and written again
	BroughtBack      int // removed things put at their key again
	MadeAnew         int // removed things made once more at another key
}

// Add adds up.
func (m *Met) Add(o Met) {
	m.Concurrent += o.Concurrent
	m.SameText += o.SameText
	m.RemovedMeanwhile += o.RemovedMeanwhile
	m.SetTwice += o.SetTwice
	m.Retyped += o.Retyped
	m.BroughtBack += o.BroughtBack
	m.MadeAnew += o.MadeAnew
}

// Crowd has some people work on one board, each on what they know of it, and tell
// each other now and then. It returns about so many changes in the order in which
// they were made, and what people met with.
func Crowd(seed uint64, people []string, changes int) ([]*crdt.Change, Met) {
	c := &crowd{random: rand.New(rand.NewPCG(seed, 17))}
	c.all = append(c.all, made{change: Parse(genesis.Change())})
	c.all[0].read = changetest.Read(c.all[0].change)
	for _, name := range people {
		p := &hand{crowd: c, actor: crdt.Actor(name), document: replay.New(), seen: map[crdt.Hash]bool{}, set: map[slot][]id{}, gone: map[string]string{}}
		p.take(&c.all[0])
		c.hands = append(c.hands, p)
	}
	for len(c.all) < changes {
		if c.random.IntN(3) == 0 {
			// All do the same on top of the same: nothing tells their doings apart but who did them.
			for _, p := range c.hands {
				for _, other := range c.hands {
					p.hear(other)
				}
			}
			what, which, seed := c.random.IntN(deeds), c.random.IntN(1000), c.random.Uint64()
			for _, p := range c.hands {
				c.random = rand.New(rand.NewPCG(seed, 5))
				p.work(what, which)
			}
			c.random = rand.New(rand.NewPCG(seed, 6))
			continue
		}
		p := c.hands[c.random.IntN(len(c.hands))]
		if c.random.IntN(4) == 0 {
			p.hear(c.hands[c.random.IntN(len(c.hands))])
		}
		p.work(c.random.IntN(deeds), c.random.IntN(1000))
	}
	list := make([]*crdt.Change, len(c.all))
	for i := range c.all {
		list[i] = c.all[i].change
	}
	return list, c.met
}

type crowd struct {
	random *rand.Rand
	hands  []*hand
	all    []made
	met    Met
	keys   int
}

type made struct {
	change *crdt.Change
	read   changetest.Change
}

// slot is a key of an object.
type slot struct {
	object id
	key    string
}

// A hand is one person and what they know of the board.
type hand struct {
	*crowd
	actor    crdt.Actor
	seq      uint64
	most     uint64 // the highest counter that they know
	document *replay.Document
	order    []int // which changes they know, as they heard of them
	seen     map[crdt.Hash]bool
	heads    []crdt.Hash
	set      map[slot][]id     // what stands at a key
	gone     map[string]string // by key, what removed cards said
}

func (p *hand) take(m *made) {
	if p.seen[m.change.Hash] {
		return
	}
	if _, err := p.document.Apply(m.change); err != nil {
		panic(err)
	}
	p.seen[m.change.Hash] = true
	p.order = append(p.order, slices.IndexFunc(p.all, func(o made) bool { return o.change == m.change }))
	p.heads = append(slices.DeleteFunc(p.heads, func(h crdt.Hash) bool { return slices.Contains(m.change.Deps, h) }), m.change.Hash)
	p.most = max(p.most, m.change.MaxOp())
	for i, op := range m.read.Ops {
		if op.Element != nil {
			continue
		}
		at := slot{op.Object, op.Key}
		p.set[at] = slices.DeleteFunc(p.set[at], func(o id) bool { return slices.Contains(op.Pred, o) })
		if op.Action != crdt.Delete {
			p.set[at] = append(p.set[at], m.read.ID(i))
		}
	}
}

// hear has them know all that another one knows.
func (p *hand) hear(other *hand) {
	for _, i := range other.order {
		p.take(&p.all[i])
	}
}

// strange yields the operations that they do not know of.
func (p *hand) strange(is func(changetest.Op) bool) bool {
	return slices.ContainsFunc(p.all, func(m made) bool {
		return !p.seen[m.change.Hash] && slices.ContainsFunc(m.read.Ops, is)
	})
}

func (p *hand) say(write func(next func() id) []changetest.Op) {
	start := p.most + 1
	counter := start
	ops := write(func() id {
		counter++
		return id{Counter: counter - 1, Actor: p.actor}
	})
	if len(p.order) < len(p.all) {
		p.met.Concurrent++
	}
	for _, op := range ops {
		switch {
		case op.Insert && p.strange(func(o changetest.Op) bool { return o.Insert && o.Object == op.Object && *o.Element == *op.Element }):
			p.met.SameText++
		case op.Element == nil && op.Action == crdt.Set && p.strange(func(o changetest.Op) bool { return o.Element == nil && o.Object == op.Object && o.Key == op.Key }):
			p.met.SetTwice++
		}
	}
	p.seq++
	c := changetest.Change{Actor: p.actor, Seq: p.seq, StartOp: start, Deps: slices.SortedFunc(slices.Values(p.heads), compareHashes), Ops: ops}
	change := Parse(c.Chunk())
	p.all = append(p.all, made{change, changetest.Read(change)})
	p.take(&p.all[len(p.all)-1])
}

func compareHashes(a, b crdt.Hash) int { return slices.Compare(a[:], b[:]) }

// of gives the object of a thing that is seen.
func (p *hand) of(t replay.Thing) id {
	return id{Counter: uint64(t.Counter), Actor: p.document.Actor(t.Maker)}
}

// root gives the object of a map of the board.
func (p *hand) root(in string) id { return p.set[slot{id{}, in}][0] }

// There are few, so that the same is said by several.
var phrases = []string{"I waited three weeks", "nobody told me why", "wait"}

// deeds is how many things there are to do, some more often than others.
const deeds = 24

// work does one thing, to one of the cards.
func (p *hand) work(what, which int) {
	cards := p.document.Keys("elements")
	slices.Sort(cards)
	if len(cards) == 0 || what < 3 {
		p.add("elements", p.key("e"), phrases[p.random.IntN(len(phrases))], map[string]string{"kind": "note"})
		return
	}
	card, _ := p.document.Thing("elements", cards[which%len(cards)])
	other := cards[p.random.IntN(len(cards))]
	switch {
	case what < 5:
		p.write(card, 0, 0, phrases[p.random.IntN(len(phrases))]+" ")
	case what < 6:
		p.write(card, p.random.IntN(8), 1+p.random.IntN(8), "")
	case what < 9: // what is taken out is written again
		at, n := p.random.IntN(4), 1+p.random.IntN(12)
		if words := p.write(card, at, n, ""); words != "" {
			p.met.Retyped++
			p.write(card, at, 0, words)
		}
	case what < 11: // the same once more
		p.add("elements", p.key("e"), card.String("text"), map[string]string{"kind": "note"})
	case what < 15:
		p.met.RemovedMeanwhile += p.meanwhile(card)
		p.gone[card.Key] = card.String("text")
		p.say(func(next func() id) []changetest.Op {
			next()
			at := slot{p.root("elements"), card.Key}
			return []changetest.Op{{Object: at.object, Key: card.Key, Action: crdt.Delete, Pred: slices.Clone(p.set[at])}}
		})
	case what < 19:
		gone := slices.Sorted(maps.Keys(p.gone))
		if len(gone) == 0 {
			return
		}
		key := gone[which%len(gone)]
		words := p.gone[key]
		if p.random.IntN(2) == 0 {
			p.met.MadeAnew++
			key = p.key("e")
		} else {
			p.met.BroughtBack++
		}
		p.add("elements", key, words, map[string]string{"kind": "note"})
	case what < 21:
		p.put(card, "order", fmt.Sprint("a", p.random.IntN(9)))
	case what < 22:
		p.add("connectors", p.key("c"), "", map[string]string{"from": card.Key, "to": other})
	default:
		if talk := p.document.Keys("comments"); len(talk) > 0 && p.random.IntN(2) == 0 {
			slices.Sort(talk)
			if thread, ok := p.document.Thing("comments", talk[0]); ok {
				p.put(thread, "fate", []string{"answered", "adopted", "declined"}[p.random.IntN(3)])
			}
			return
		}
		p.add("comments", p.key("t"), "why", map[string]string{"target": card.Key, "fate": "open"})
	}
}

func (p *hand) key(first string) string {
	p.keys++
	return fmt.Sprintf("%s%05d", first, p.keys)
}

func (p *hand) add(in, key, words string, fields map[string]string) {
	p.say(func(next func() id) (ops []changetest.Op) {
		at := slot{p.root(in), key}
		ops = append(ops, changetest.Op{Object: at.object, Key: key, Action: crdt.MakeMap, Pred: slices.Clone(p.set[at])})
		object := next()
		for _, name := range []string{"fate", "from", "kind", "target", "to"} {
			if value, ok := fields[name]; ok {
				ops = append(ops, scalar(object, name, value))
				next()
			}
		}
		ops = append(ops, changetest.Op{Object: object, Key: "text", Action: crdt.MakeText})
		return append(ops, (&text{object: next()}).insert(0, words, next)...)
	})
}

// put sets a field.
func (p *hand) put(t replay.Thing, field, value string) {
	p.say(func(next func() id) []changetest.Op {
		next()
		at := slot{p.of(t), field}
		return []changetest.Op{scalar(at.object, field, value, p.set[at]...)}
	})
}

// write takes letters out of a text, as far as there are any, and puts others in
// their place. It returns what it took out.
func (p *hand) write(t replay.Thing, at, n int, words string) (out string) {
	var letters []letter
	var shown []string
	for l := range t.Letters("text") {
		letters = append(letters, letter{id: id{Counter: uint64(l.Counter), Actor: p.document.Actor(l.By)}, gone: l.Gone})
		if !l.Gone {
			shown = append(shown, l.Text)
		}
	}
	at = min(at, len(shown))
	n = min(n, len(shown)-at)
	if n == 0 && words == "" {
		return ""
	}
	p.met.RemovedMeanwhile += p.meanwhile(t)
	is := &text{object: p.set[slot{p.of(t), "text"}][0], letters: letters}
	p.say(func(next func() id) (ops []changetest.Op) {
		for i := range n {
			out += shown[at+i]
			l := &is.letters[is.place(at)]
			element := l.id
			l.gone = true
			next()
			ops = append(ops, changetest.Op{Object: is.object, Element: &element, Action: crdt.Delete, Pred: []id{element}})
		}
		return append(ops, is.insert(at, words, next)...)
	})
	return out
}

// meanwhile is 1 if somebody else has removed a thing, which they do not know.
func (p *hand) meanwhile(t replay.Thing) int {
	if p.strange(func(o changetest.Op) bool { return o.Element == nil && o.Key == t.Key && o.Action == crdt.Delete }) {
		return 1
	}
	return 0
}
