// Package historytest writes histories of boards as people make them, for tests.
package historytest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"openmic/crdt"
	"openmic/crdt/changetest"
	"openmic/server/genesis"
)

// A Scribe writes the changes of a board: things appear and are written on, moved
// and removed. It knows what Automerge would, and is fast enough for 100,000.
type Scribe struct {
	Chunks [][]byte
	Lanes  []string
	Steps  []string

	random *rand.Rand
	seqs   map[crdt.Actor]uint64
	next   uint64 // operation
	heads  []crdt.Hash
	things map[string]*thing
	made   int
}

type id = changetest.ID

type thing struct {
	in     string
	object id
	fields map[string]id // the operation that set each
	texts  map[string]*text
}

type text struct {
	object  id
	letters []letter
}

type letter struct {
	id   id
	gone bool
}

// New begins with the first change of every board.
func New(seed uint64) *Scribe {
	first := Parse(genesis.Change())
	s := &Scribe{
		Chunks: [][]byte{genesis.Change()},
		random: rand.New(rand.NewPCG(seed, 9)), seqs: map[crdt.Actor]uint64{}, next: first.MaxOp() + 1,
		heads: []crdt.Hash{first.Hash}, things: map[string]*thing{},
	}
	read := changetest.Read(first)
	inside := map[id]string{}
	for i, op := range read.Ops {
		name := read.ID(i)
		switch {
		case op.Object == id{} && op.Action == crdt.MakeMap:
			s.things[op.Key] = &thing{object: name}
			inside[name] = op.Key
		case op.Action == crdt.MakeMap && inside[op.Object] != "":
			s.things[op.Key] = newThing(inside[op.Object], name)
			inside[name] = op.Key
			if inside[op.Object] == "lanes" {
				s.Lanes = append(s.Lanes, op.Key)
			} else {
				s.Steps = append(s.Steps, op.Key)
			}
		case op.Action == crdt.MakeText && s.things[inside[op.Object]] != nil && s.things[inside[op.Object]].texts != nil:
			s.things[inside[op.Object]].texts[op.Key] = &text{object: name}
		}
	}
	slices.Sort(s.Lanes)
	return s
}

func newThing(in string, object id) *thing {
	return &thing{in: in, object: object, fields: map[string]id{}, texts: map[string]*text{}}
}

// Parse reads a change that is whole.
func Parse(chunk []byte) *crdt.Change {
	c, err := crdt.ParseChange(chunk, crdt.DefaultLimits())
	if err != nil {
		panic(err)
	}
	return c
}

// Changes returns all changes so far.
func (s *Scribe) Changes() []*crdt.Change {
	list := make([]*crdt.Change, len(s.Chunks))
	for i, chunk := range s.Chunks {
		list[i] = Parse(chunk)
	}
	return list
}

// commit makes one change of the operations that write gives.
func (s *Scribe) commit(by string, write func(next func() id) []changetest.Op) *crdt.Change {
	actor := crdt.Actor(by)
	s.seqs[actor]++
	start := s.next
	ops := write(func() id {
		s.next++
		return id{Counter: s.next - 1, Actor: actor}
	})
	c := changetest.Change{Actor: actor, Seq: s.seqs[actor], StartOp: start, Deps: s.heads, Ops: ops}
	chunk := c.Chunk()
	parsed := Parse(chunk)
	s.heads, s.Chunks = []crdt.Hash{parsed.Hash}, append(s.Chunks, chunk)
	return parsed
}

// Add makes a thing in one of the maps of the board, with a text and scalar fields,
// and returns its key.
func (s *Scribe) Add(by, in, words string, fields map[string]string) string {
	s.made++
	key := fmt.Sprintf("%s%06d", in[:1], s.made)
	s.AddAs(by, in, key, words, fields)
	return key
}

// AddAs is Add with a key, which may have been another thing's.
func (s *Scribe) AddAs(by, in, key, words string, fields map[string]string) {
	s.commit(by, func(next func() id) (ops []changetest.Op) {
		made := newThing(in, next())
		s.things[key] = made
		ops = append(ops, changetest.Op{Object: s.things[in].object, Key: key, Action: crdt.MakeMap})
		for _, field := range slices.Sorted(maps.Keys(fields)) {
			made.fields[field] = next()
			ops = append(ops, scalar(made.object, field, fields[field]))
		}
		t := &text{object: next()}
		made.texts["text"] = t
		ops = append(ops, changetest.Op{Object: made.object, Key: "text", Action: crdt.MakeText})
		return append(ops, t.insert(0, words, next)...)
	})
}

func scalar(object id, key, value string, pred ...id) changetest.Op {
	return changetest.Op{Object: object, Key: key, Action: crdt.Set, Type: crdt.String, Value: []byte(value), Pred: pred}
}

// place returns where the letter is that is seen at a place.
func (t *text) place(at int) int {
	for i := range t.letters {
		if t.letters[i].gone {
			continue
		}
		if at == 0 {
			return i
		}
		at--
	}
	return len(t.letters)
}

func (t *text) insert(at int, words string, next func() id) (ops []changetest.Op) {
	i := t.place(at)
	for _, r := range words {
		var behind id
		if i > 0 {
			behind = t.letters[i-1].id
		}
		made := next()
		ops = append(ops, changetest.Op{Object: t.object, Element: &behind, Insert: true, Action: crdt.Set, Type: crdt.String, Value: []byte(string(r))})
		t.letters = slices.Insert(t.letters, i, letter{id: made})
		i++
	}
	return ops
}

// Write takes so many letters out of a text and puts others there, in one change.
func (s *Scribe) Write(by, key, field string, at, gone int, words string) {
	t := s.things[key].texts[field]
	s.commit(by, func(next func() id) (ops []changetest.Op) {
		for range gone {
			l := &t.letters[t.place(at)]
			element := l.id
			l.gone = true
			next()
			ops = append(ops, changetest.Op{Object: t.object, Element: &element, Action: crdt.Delete, Pred: []id{element}})
		}
		return append(ops, t.insert(at, words, next)...)
	})
}

// Set gives a thing other values, in one change.
func (s *Scribe) Set(by, key string, fields map[string]string) {
	t := s.things[key]
	s.commit(by, func(next func() id) (ops []changetest.Op) {
		for _, field := range slices.Sorted(maps.Keys(fields)) {
			var pred []id
			if before, ok := t.fields[field]; ok {
				pred = append(pred, before)
			}
			ops = append(ops, scalar(t.object, field, fields[field], pred...))
			t.fields[field] = next()
		}
		return ops
	})
}

// Remove takes a thing away.
func (s *Scribe) Remove(by, key string) {
	t := s.things[key]
	s.commit(by, func(next func() id) []changetest.Op {
		next()
		return []changetest.Op{{Object: s.things[t.in].object, Key: key, Action: crdt.Delete, Pred: []id{t.object}}}
	})
}

// Apart has some people write without knowing of each other, each on top of what
// there is, and brings it together afterwards. What they do must not be the same
// thing's: the scribe knows only one of them.
func (s *Scribe) Apart(deeds ...func()) {
	before := s.heads
	start, most := s.next, s.next
	var after []crdt.Hash
	for _, deed := range deeds {
		s.heads, s.next = before, start
		deed()
		after = append(after, s.heads...)
		most = max(most, s.next)
	}
	s.heads, s.next = after, most
}

const alphabet = "abcdefghijklmnopqrstuvwxyzåäö     "

// Live writes on as some people would, until there are so many changes, of at most so
// many cards.
func (s *Scribe) Live(people, changes, cards int) {
	var list []string
	who, at := 0, 0
	letters := []rune(alphabet)
	place := func() map[string]string {
		return map[string]string{
			"lane": s.Lanes[s.random.IntN(len(s.Lanes))], "step": s.Steps[s.random.IntN(len(s.Steps))],
			"order": fmt.Sprintf("a%d", s.random.IntN(1000)),
		}
	}
	for len(s.Chunks) < changes {
		if s.random.IntN(30) == 0 {
			who = s.random.IntN(people)
		}
		if s.random.IntN(20) == 0 && len(list) > 0 {
			at = s.random.IntN(len(list))
		}
		by := fmt.Sprintf("person %09d", who)
		kind := s.random.IntN(1000)
		switch {
		case len(list) == 0 || len(list) < cards && kind < 25:
			fields := place()
			fields["kind"], fields["color"] = "note", "yellow"
			list = append(list, s.Add(by, "elements", "", fields))
			at = len(list) - 1
		case kind < 40:
			s.Add(by, "comments", "Why?", map[string]string{"target": list[at], "fate": "open"})
		case kind < 50:
			s.Add(by, "markers", "", map[string]string{"target": list[at], "type": "fail-point"})
		case kind < 65:
			s.Add(by, "connectors", "", map[string]string{"from": list[at], "to": list[s.random.IntN(len(list))], "meaning": "leads-to"})
		case kind < 70 && len(list) > 10:
			s.Remove(by, list[at])
			list[at] = list[len(list)-1]
			list, at = list[:len(list)-1], 0
		case kind < 200:
			s.Set(by, list[at], place())
		default:
			t := s.things[list[at]].texts["text"]
			s.commit(by, func(next func() id) []changetest.Op {
				return t.append(letters[s.random.IntN(len(letters))], next)
			})
		}
	}
}

// append is insert at the end, where nothing has to be looked for.
func (t *text) append(r rune, next func() id) []changetest.Op {
	var behind id
	if n := len(t.letters); n > 0 {
		behind = t.letters[n-1].id
	}
	t.letters = append(t.letters, letter{id: next()})
	return []changetest.Op{{Object: t.object, Element: &behind, Insert: true, Action: crdt.Set, Type: crdt.String, Value: []byte(string(r))}}
}
