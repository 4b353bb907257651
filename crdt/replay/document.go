// Package replay builds a document as its readers see it, change by change, and
// tells of each change what it made different. It is how history is read: what is
// told of a change is enough to bring plain JSON from one moment to the next, by
// anybody who knows nothing of Automerge.
//
// It takes changes that were admitted, in an order in which each comes after those
// it depends on; whatever the order, the same changes make the same document.
package replay

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"openmic/crdt"
	"openmic/crdt/columnar"
)

// An id names an operation: its counter, and its actor as the document numbers
// them. The zero id is the root, or the head of a list.
type id struct{ counter, actor uint32 }

// Document is a document as of the changes that it was given.
type Document struct {
	actors  []crdt.Actor
	numbers map[crdt.Actor]uint32
	keys    map[string]string // each map key once in memory
	root    *object
	objects map[id]*object
	made    []*object // in the order in which they came

	// Of the change that is being applied.
	numberOf []uint32 // by the change's own index of actors
	author   uint32
	patches  []Patch
	pending  []*object // whose value is written into a patch at the end
}

// object is one map, list or text. It stays when nobody sees it any more: the
// changes of somebody who did not know may still come.
type object struct {
	id      id
	action  crdt.Action
	parent  *object
	key     string // in a map
	element id     // in a list or text
	slots   map[string]slot
	list    sequence
	pending bool
}

// slot is all that a key or an element has at the same time, in ascending order of
// the operations: the last one is what is seen.
type slot []entry

type entry struct {
	id    id
	value value
}

// value is a scalar or an object.
type value struct {
	kind   crdt.ValueType
	number uint64 // of numbers, as their bits
	text   string // of strings and bytes
	object *object
}

// New returns an empty document.
func New() *Document {
	root := &object{action: crdt.MakeMap, slots: map[string]slot{}}
	return &Document{
		numbers: map[crdt.Actor]uint32{},
		keys:    map[string]string{},
		root:    root,
		objects: map[id]*object{{}: root},
	}
}

// Apply takes the next change and returns what readers see differently after it,
// in order. What it returns is good until the next call. An error means that the
// change does not fit what came before, and that the document is of no more use.
func (d *Document) Apply(c *crdt.Change) ([]Patch, error) {
	d.patches = d.patches[:0]
	d.numberOf = d.numberOf[:0]
	for i := range 1 + len(c.OtherActors) {
		d.numberOf = append(d.numberOf, d.Number(c.ActorAt(i)))
	}
	d.author = d.numberOf[0]
	for op, err := range c.Operations() {
		if err == nil {
			err = d.operation(&op)
		}
		if err != nil {
			return nil, fmt.Errorf("operation %d of change %s: %w", op.ID.Counter, c.Hash, err)
		}
	}
	for i := range d.patches {
		if p := &d.patches[i]; p.shows != nil {
			p.Value = p.shows.appendJSON(nil)
		}
	}
	for _, o := range d.pending {
		o.pending = false
	}
	d.pending = d.pending[:0]
	return d.patches, nil
}

// Number returns the number of an actor, which it has from now on.
func (d *Document) Number(a crdt.Actor) uint32 {
	n, ok := d.numbers[a]
	if !ok {
		n = uint32(len(d.actors))
		d.actors, d.numbers[a] = append(d.actors, a), n
	}
	return n
}

func (d *Document) id(o crdt.OpID) id {
	if o == (crdt.OpID{}) {
		return id{}
	}
	return id{uint32(o.Counter), d.numberOf[o.Actor]}
}

// before orders operations as Automerge does: by counter, then by actor.
func (d *Document) before(a, b id) bool {
	if a.counter != b.counter {
		return a.counter < b.counter
	}
	return a.actor != b.actor && d.actors[a.actor] < d.actors[b.actor]
}

func (d *Document) operation(op *crdt.Operation) error {
	in, ok := d.objects[d.id(op.Object)]
	if !ok {
		return fmt.Errorf("its object is not there")
	}
	switch {
	case op.Key != nil && in.action == crdt.MakeMap:
		d.atKey(in, op)
		return nil
	case op.Key == nil && in.action != crdt.MakeMap:
		return d.atElement(in, op)
	}
	return fmt.Errorf("it is at a place that its object does not have")
}

// atKey applies an operation on a key of a map.
func (d *Document) atKey(in *object, op *crdt.Operation) {
	key, known := d.keys[string(op.Key)]
	if !known {
		key = string(op.Key)
		d.keys[key] = key
	}
	before := in.slots[key]
	was, had := before.seen()
	old := d.oldOf(in, was, had)
	after, counted := d.change(before, op, func(made *object) { made.parent, made.key = in, key })
	if len(after) == 0 {
		delete(in.slots, key)
	} else {
		in.slots[key] = after
	}
	is, has := after.seen()
	if had == has && (!has || was.id == is.id) && !counted {
		return
	}
	path, ok := d.path(in, 1)
	if !ok {
		return
	}
	path = append(path, key)
	if !has {
		d.patches = append(d.patches, Patch{Kind: Remove, Path: path, Old: old, By: d.author})
		return
	}
	d.put(path, is.value, old)
}

// oldOf writes down what is about to be replaced, if anybody sees it.
func (d *Document) oldOf(in *object, was entry, had bool) []byte {
	if !had || in.hidden() {
		return nil
	}
	return was.value.appendJSON(nil)
}

// put tells that there is something else at a path. What an object holds is told
// at the end of the change, with all that the change does to it.
func (d *Document) put(path []string, v value, old []byte) {
	p := Patch{Kind: Put, Path: path, Old: old, By: d.author}
	if v.object == nil {
		p.Value = v.appendJSON(nil)
	} else {
		p.shows = v.object
		if !v.object.pending {
			v.object.pending = true
			d.pending = append(d.pending, v.object)
		}
	}
	d.patches = append(d.patches, p)
}

// change gives a slot after an operation on it, and whether a counter in it went on.
func (d *Document) change(s slot, op *crdt.Operation, place func(*object)) (after slot, counted bool) {
	if op.Action == crdt.Increment {
		step, _, _ := columnar.Int(op.Value.Raw)
		if op.Value.Type == crdt.Uint {
			u, _, _ := columnar.Uint(op.Value.Raw)
			step = int64(u)
		}
		for _, p := range op.Pred {
			switch i := s.index(d.id(p)); {
			case i < 0:
			case s[i].value.kind == crdt.Counter:
				s[i].value.number = uint64(int64(s[i].value.number) + step)
				counted = true
			default: // what was there beside a counter is overwritten
				s = slices.Delete(s, i, i+1)
			}
		}
		return s, counted
	}
	for _, p := range op.Pred {
		if i := s.index(d.id(p)); i >= 0 {
			s = slices.Delete(s, i, i+1)
		}
	}
	if op.Action == crdt.Delete {
		return s, false
	}
	e := entry{id: d.id(op.ID), value: d.valueOf(op)}
	if e.value.object != nil {
		place(e.value.object)
	}
	at := len(s)
	for at > 0 && d.before(e.id, s[at-1].id) {
		at--
	}
	return slices.Insert(s, at, e), false
}

func (s slot) index(of id) int {
	return slices.IndexFunc(s, func(e entry) bool { return e.id == of })
}

func (s slot) seen() (entry, bool) {
	if len(s) == 0 {
		return entry{}, false
	}
	return s[len(s)-1], true
}

// valueOf reads what an operation sets or makes.
func (d *Document) valueOf(op *crdt.Operation) value {
	if op.Action != crdt.Set {
		o := &object{id: d.id(op.ID), action: op.Action}
		if op.Action == crdt.MakeMap {
			o.slots = map[string]slot{}
		}
		d.objects[o.id] = o
		d.made = append(d.made, o)
		return value{object: o}
	}
	v := value{kind: op.Value.Type}
	switch raw := op.Value.Raw; v.kind {
	case crdt.Uint:
		v.number, _, _ = columnar.Uint(raw)
	case crdt.Int, crdt.Counter, crdt.Timestamp:
		n, _, _ := columnar.Int(raw)
		v.number = uint64(n)
	case crdt.Float:
		v.number = binary.LittleEndian.Uint64(raw)
	case crdt.Null, crdt.False, crdt.True:
	default:
		v.text = string(raw)
	}
	return v
}

func (v value) float() float64 { return math.Float64frombits(v.number) }

// hidden tells whether nobody sees an object, or whether all that it holds is told
// at the end of the change anyway.
func (o *object) hidden() bool {
	for ; o.parent != nil; o = o.parent {
		if o.pending || !o.stands() {
			return true
		}
	}
	return false
}

// stands tells whether an object is what is seen at its place.
func (o *object) stands() bool {
	if o.parent.action == crdt.MakeMap {
		e, ok := o.parent.slots[o.key].seen()
		return ok && e.value.object == o
	}
	e := o.parent.list.at(o.element)
	if e == nil || o.parent.action == crdt.MakeText {
		return false // a text shows a mark for it
	}
	seen, ok := e.slot.seen()
	return ok && seen.value.object == o
}

// path returns where an object is, with room for more; false when it is hidden.
func (d *Document) path(o *object, room int) ([]string, bool) {
	if o.hidden() {
		return nil, false
	}
	n := 0
	for at := o; at.parent != nil; at = at.parent {
		n++
	}
	path := make([]string, n, n+room)
	for at := o; at.parent != nil; at = at.parent {
		n--
		path[n] = at.step()
	}
	return path, true
}
