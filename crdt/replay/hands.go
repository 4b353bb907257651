package replay

import (
	"iter"

	"openmic/crdt"
)

// Actor returns the actor of a number that a Patch, Thing or Span names.
func (d *Document) Actor(number uint32) crdt.Actor { return d.actors[number] }

// A Thing is a map that lies at a key of one of the maps of the root, such as one
// card. It is told of also when it is gone: what people made does not vanish.
type Thing struct {
	In, Key string
	Maker   uint32 // the number of the actor
	Counter uint32 // of the operation that made it
	There   bool   // it is seen in the document
	object  *object
}

// Things yields all things there have been, by when their changes came.
func (d *Document) Things() iter.Seq[Thing] {
	return func(yield func(Thing) bool) {
		for _, o := range d.made {
			in := o.parent
			if o.action != crdt.MakeMap || in.parent != d.root || in.action != crdt.MakeMap {
				continue
			}
			if !yield(Thing{In: in.key, Key: o.key, Maker: o.id.actor, Counter: o.id.counter, There: !o.hidden(), object: o}) {
				return
			}
		}
	}
}

// Thing finds the thing that is seen at a key of one of the maps of the root.
func (d *Document) Thing(in, key string) (Thing, bool) {
	v, ok := d.look([]string{in, key})
	if !ok || v.object == nil || v.object.action != crdt.MakeMap {
		return Thing{}, false
	}
	return Thing{In: in, Key: key, Maker: v.object.id.actor, Counter: v.object.id.counter, There: true, object: v.object}, true
}

// A Letter is one letter of a text and who wrote it. Letters that are gone are told
// too, where they stood. Of two letters the one with the lower Counter is not younger.
type Letter struct {
	By      uint32
	Counter uint32
	Gone    bool
	Text    string
}

// Letters yields the letters of the text at a field of a thing.
func (t Thing) Letters(field string) iter.Seq[Letter] {
	return func(yield func(Letter) bool) {
		e, ok := t.object.slots[field].seen()
		if !ok || e.value.object == nil || e.value.object.action != crdt.MakeText {
			return
		}
		o := e.value.object
		for _, b := range o.list.blocks {
			for i := range b.elements {
				e := &b.elements[i]
				if e.width == markWidth {
					continue
				}
				if !yield(Letter{By: e.id.actor, Counter: e.id.counter, Gone: e.seen() == 0, Text: o.list.text(e)}) {
					return
				}
			}
		}
	}
}

// Setters yields which actors set what is seen at the fields of a thing.
func (t Thing) Setters() iter.Seq2[string, uint32] {
	return func(yield func(string, uint32) bool) {
		for name, s := range t.object.slots {
			if e, ok := s.seen(); ok && !yield(name, e.id.actor) {
				return
			}
		}
	}
}

// String returns the string or text at a field of a thing.
func (t Thing) String(field string) string {
	e, ok := t.object.slots[field].seen()
	switch {
	case !ok:
		return ""
	case e.value.object != nil && e.value.object.action == crdt.MakeText:
		return e.value.object.text()
	case e.value.object == nil && e.value.kind == crdt.String:
		return e.value.text
	}
	return ""
}
