package replay

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"openmic/crdt"
)

// errBinary is returned for bytes that AppendBinary has not written.
var errBinary = errors.New("not a document that was written down")

// loaded is how many elements a block of a sequence has that was read: there is room
// for more in each.
const loaded = blockSize / 2

// AppendBinary writes down all that Apply needs to go on.
func (d *Document) AppendBinary(b []byte) []byte {
	w := writer{b: b, index: make(map[*object]uint64, 1+len(d.made))}
	w.uint(uint64(len(d.actors)))
	for _, a := range d.actors {
		w.text(string(a))
	}
	w.uint(uint64(len(d.made)))
	w.index[d.root] = 0
	for i, o := range d.made {
		w.index[o] = uint64(i + 1)
	}
	w.object(d.root)
	for _, o := range d.made {
		w.uint(w.index[o.parent])
		w.id(o.id)
		w.uint(uint64(o.action))
		if o.parent.action == crdt.MakeMap {
			w.text(o.key)
		} else {
			w.id(o.element)
		}
		w.object(o)
	}
	return w.b
}

type writer struct {
	b     []byte
	index map[*object]uint64
}

func (w *writer) uint(n uint64) { w.b = binary.AppendUvarint(w.b, n) }

func (w *writer) text(s string) {
	w.uint(uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *writer) id(i id) {
	w.uint(uint64(i.counter))
	w.uint(uint64(i.actor))
}

func (w *writer) slot(s slot) {
	w.uint(uint64(len(s)))
	for _, e := range s {
		w.id(e.id)
		if o := e.value.object; o != nil {
			w.uint(0)
			w.uint(w.index[o])
			continue
		}
		w.uint(1 + uint64(e.value.kind))
		w.uint(e.value.number)
		w.text(e.value.text)
	}
}

func (w *writer) object(o *object) {
	if o.action == crdt.MakeMap {
		w.uint(uint64(len(o.slots)))
		for _, key := range slices.Sorted(maps.Keys(o.slots)) {
			w.text(key)
			w.slot(o.slots[key])
		}
		return
	}
	n := 0
	for _, b := range o.list.blocks {
		n += len(b.elements)
	}
	w.uint(uint64(n))
	last := uint32(0)
	o.list.each(func(e *element) {
		w.b = binary.AppendVarint(w.b, int64(e.id.counter)-int64(last))
		last = e.id.counter
		w.uint(uint64(e.id.actor))
		w.b = binary.AppendVarint(w.b, int64(e.width))
		w.b = binary.AppendVarint(w.b, int64(e.letter))
		if e.letter < 0 {
			w.text(o.list.long[e.id])
		}
		w.slot(e.slot)
	})
}

// ReadDocument reads what AppendBinary wrote, and returns what follows it.
func ReadDocument(b []byte) (*Document, []byte, error) {
	d := New()
	r := reader{b: b, d: d}
	for range r.count() {
		d.Number(crdt.Actor(r.text()))
	}
	n := r.count()
	if len(d.actors) != len(d.numbers) || r.bad {
		return nil, nil, errBinary
	}
	all := make([]object, n)
	r.objects = append(make([]*object, 0, n+1), d.root)
	for i := range all {
		r.objects = append(r.objects, &all[i])
	}
	d.made = slices.Clone(r.objects[1:])
	r.object(d.root)
	for i, o := range d.made {
		if o.parent = r.at(uint64(i)); o.parent == nil {
			return nil, nil, errBinary
		}
		o.id, o.action = r.id(), crdt.Action(r.uint())
		if o.parent.action == crdt.MakeMap {
			o.key = r.key()
		} else {
			o.element = r.id()
		}
		if o.action == crdt.MakeMap {
			o.slots = map[string]slot{}
		}
		d.objects[o.id] = o
		r.object(o)
	}
	if r.bad || len(d.objects) != n+1 {
		return nil, nil, errBinary
	}
	return d, r.b, nil
}

// reader reads on; once something is bad, all that follows is nothing.
type reader struct {
	b       []byte
	bad     bool
	d       *Document
	objects []*object
}

func (r *reader) fail() { r.bad, r.b = true, nil }

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count is how many things follow, each of which takes a byte at least.
func (r *reader) count() int {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.count()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) key() string {
	s := r.text()
	key, known := r.d.keys[s]
	if !known {
		key, r.d.keys[s] = s, s
	}
	return key
}

func (r *reader) id() id {
	i := id{uint32(r.uint()), uint32(r.uint())}
	if int(i.actor) >= len(r.d.actors) && i != (id{}) {
		r.fail()
	}
	return i
}

// at returns an object by its number, if that is most at most.
func (r *reader) at(most uint64) *object {
	i := r.uint()
	if r.bad || i > most || i >= uint64(len(r.objects)) {
		r.fail()
		return nil
	}
	return r.objects[i]
}

func (r *reader) slot() slot {
	n := r.count()
	if n == 0 {
		return nil
	}
	s := make(slot, n)
	for i := range s {
		s[i].id = r.id()
		if kind := r.uint(); kind == 0 {
			s[i].value.object = r.at(uint64(len(r.objects)))
		} else {
			s[i].value = value{kind: crdt.ValueType(kind - 1), number: r.uint(), text: r.text()}
		}
	}
	return s
}

func (r *reader) object(o *object) {
	n := r.count()
	if o.action == crdt.MakeMap {
		for range n {
			key := r.key()
			o.slots[key] = r.slot()
		}
		return
	}
	last, q := uint32(0), &o.list
	for n > 0 && !r.bad {
		b := &block{elements: make([]element, min(n, loaded))}
		n -= len(b.elements)
		for i := range b.elements {
			e := &b.elements[i]
			last = uint32(int64(last) + r.int())
			e.id = id{last, uint32(r.uint())}
			if int(e.id.actor) >= len(r.d.actors) {
				r.fail()
			}
			e.width, e.letter = int32(r.int()), rune(r.int())
			if e.letter < 0 {
				if q.long == nil {
					q.long = map[id]string{}
				}
				q.long[e.id] = r.text()
			}
			e.slot = r.slot()
			b.width += e.seen()
		}
		q.blocks = append(q.blocks, b)
	}
	if len(q.blocks) < 2 {
		return
	}
	q.where = map[id]*block{}
	for _, b := range q.blocks {
		for i := range b.elements {
			q.where[b.elements[i].id] = b
		}
	}
}
