package crdt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The binary form of an index, version 2. Numbers are unsigned LEB128. Version 1
// had no things and no placings.
//
//	version 2, one byte
//	number of map keys; of each: length, bytes
//	number of objects without the root; of each: action, depth, root key, thing
//	number of actors, as the graph numbers them; of each:
//	  number of spans; of each: operations passed over since the last, count,
//	  object, kind, actor and counter of its place
//	  number of runs of objects made; of each: operations passed over, count, object
//	number of placings, in log order; of each: what it leaves (+ 4 at a key of a
//	  thing), where, key, actor, counter, value, number of what it overwrites; of
//	  each of that: actor, counter
//	CRC-32C of all that, four bytes, little endian
const indexVersion = 2

// ErrOldIndex says that an index is of an older version: the log has to be read instead.
var ErrOldIndex = errors.New("index of an older version")

// AppendBinary appends the index of the first n changes of the log to dst, for
// ResumeAdmission: about 8 bytes for each operation that sets a key, and less
// for text.
func (a *Admission) AppendBinary(dst []byte, n int) []byte {
	g, x, start := a.graph, a.index, len(dst)
	ends := make([]uint64, 0, len(g.actors)) // of each actor, the first counter that is left out
	for i := range g.entries[:n] {
		e := &g.entries[i]
		for len(ends) <= int(e.actor) {
			ends = append(ends, 0)
		}
		ends[e.actor] = g.maxOpOf(int32(i)) + 1
	}
	objects, keys, placings := x.sizeUpTo(ends)
	dst = append(dst, indexVersion)
	dst = binary.AppendUvarint(dst, uint64(keys))
	for _, key := range x.keys[:keys] {
		dst = binary.AppendUvarint(dst, uint64(len(key)))
		dst = append(dst, key...)
	}
	dst = binary.AppendUvarint(dst, uint64(objects-1))
	for _, o := range x.objects[1:objects] {
		dst = append(dst, byte(o.action), o.depth)
		dst = binary.AppendUvarint(dst, uint64(o.root))
		dst = binary.AppendUvarint(dst, uint64(o.thing))
	}
	dst = binary.AppendUvarint(dst, uint64(len(ends)))
	for id, end := range ends {
		var actor actorOperations
		if id < len(x.actors) {
			actor = x.actors[id]
		}
		dst = actor.append(dst, end)
	}
	dst = x.placings.append(dst, placings)
	return binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
}

// sizeUpTo returns how many objects, keys and placings the operations below the
// ends use. They are numbered in log order, so those are the first ones.
func (x *index) sizeUpTo(ends []uint64) (objects, keys, placings int) {
	objects = 1
	for _, p := range x.placings.list {
		if int(p.by.actor) >= len(ends) || uint64(p.by.counter) >= ends[p.by.actor] {
			break
		}
		placings++
		if p.what == idOf {
			keys = max(keys, int(p.value)+1)
		}
	}
	for id, end := range ends {
		if id >= len(x.actors) {
			break
		}
		for _, m := range x.actors[id].made {
			if uint64(m.first) < end {
				objects = max(objects, int(m.object+cut(m.first, m.count, end)))
			}
		}
		for _, s := range x.actors[id].spans {
			if uint64(s.first) < end && s.isKey(x) {
				keys = max(keys, int(s.place.counter)+1)
			}
		}
	}
	return objects, keys, placings
}

func (s span) isKey(x *index) bool { return x.objects[s.object].action == MakeMap }

// cut returns how many of count operations from first on are below end.
func cut(first, count uint32, end uint64) uint32 {
	return uint32(min(uint64(count), end-uint64(first)))
}

func (a *actorOperations) append(dst []byte, end uint64) []byte {
	n, at := 0, uint32(0)
	for n < len(a.spans) && uint64(a.spans[n].first) < end {
		n++
	}
	dst = binary.AppendUvarint(dst, uint64(n))
	for _, s := range a.spans[:n] {
		count := cut(s.first, s.count, end)
		dst = binary.AppendUvarint(dst, uint64(s.first-at))
		dst = binary.AppendUvarint(dst, uint64(count))
		dst = binary.AppendUvarint(dst, uint64(s.object))
		dst = append(dst, byte(s.kind))
		dst = binary.AppendUvarint(dst, uint64(s.place.actor))
		dst = binary.AppendUvarint(dst, uint64(s.place.counter))
		at = s.first + count
	}
	n, at = 0, 0
	for n < len(a.made) && uint64(a.made[n].first) < end {
		n++
	}
	dst = binary.AppendUvarint(dst, uint64(n))
	for _, m := range a.made[:n] {
		count := cut(m.first, m.count, end)
		dst = binary.AppendUvarint(dst, uint64(m.first-at))
		dst = binary.AppendUvarint(dst, uint64(count))
		dst = binary.AppendUvarint(dst, uint64(m.object))
		at = m.first + count
	}
	return dst
}

const ofThing = 4 // bit of a placing's first byte

func (p *placings) append(dst []byte, n int) []byte {
	dst = binary.AppendUvarint(dst, uint64(n))
	for i, q := range p.list[:n] {
		what := byte(q.what)
		if q.at.of {
			what |= ofThing
		}
		dst = append(dst, what)
		preds := p.predsOf(int32(i))
		for _, number := range []uint32{q.at.in, q.at.key, q.by.actor, q.by.counter, q.value, uint32(len(preds))} {
			dst = binary.AppendUvarint(dst, uint64(number))
		}
		for _, id := range preds {
			dst = binary.AppendUvarint(binary.AppendUvarint(dst, uint64(id.actor)), uint64(id.counter))
		}
	}
	return dst
}

// ResumeAdmission returns the gate of a graph that is not empty. The index b, which
// AppendBinary wrote, is of the first changes of its log, nil being that of none;
// chunks are the changes after those. They have been admitted before and are not
// judged again, but must fit. It keeps nothing of b. The error wraps ErrMalformed,
// ErrTooLarge or ErrOldIndex.
func ResumeAdmission(g *Graph, b []byte, chunks [][]byte, lim Limits) (*Admission, error) {
	x := newIndex()
	if n := g.Len() - len(chunks); b != nil || n > 0 {
		var err error
		if x, err = unmarshalIndex(g, b, n); err != nil {
			return nil, fmt.Errorf("read index: %w", err)
		}
	}
	a := newAdmission(g, x, lim.Stored())
	a.visit.admitted = true
	for _, chunk := range chunks {
		c, err := ParseChange(chunk, a.limits)
		if err != nil {
			return nil, err
		}
		a.visit.start(c, nil, nil)
		if err := a.visit.read(); err != nil {
			return nil, fmt.Errorf("change %v: %w", c.Hash, err)
		}
		a.visit.commit()
	}
	a.limits, a.visit.admitted = lim, false
	return a, nil
}

func unmarshalIndex(g *Graph, b []byte, n int) (*index, error) {
	const sum = 4
	if len(b) < 1+sum {
		return nil, fmt.Errorf("%w: not an index", ErrMalformed)
	}
	content := b[:len(b)-sum]
	if binary.LittleEndian.Uint32(b[len(content):]) != checksum(content) {
		return nil, fmt.Errorf("%w: checksum differs from the content", ErrMalformed)
	}
	switch version := b[0]; {
	case version > 0 && version < indexVersion:
		return nil, fmt.Errorf("%w: %d", ErrOldIndex, version)
	case version != indexVersion:
		return nil, fmt.Errorf("%w: not an index of version %d", ErrMalformed, indexVersion)
	}
	r := reader{rest: content[1:]}
	x := newIndex()
	x.readKeys(&r)
	x.readObjects(&r)
	actors := r.count(len(g.actors), "actors")
	if there := g.actorsUpTo(n); r.err == nil && actors != there {
		r.fail(fmt.Errorf("%w: %d actors of %d", ErrMalformed, actors, there))
	}
	for id := range actors {
		if r.err == nil {
			x.readActor(&r, g, x.actor(int32(id)))
		}
	}
	x.readPlacings(&r, actors)
	switch {
	case r.err != nil:
		return nil, r.err
	case len(r.rest) > 0:
		return nil, fmt.Errorf("%w: bytes after the last actor", ErrMalformed)
	}
	return x, nil
}

func (x *index) readKeys(r *reader) {
	keys := r.count(len(r.rest), "keys")
	for range keys {
		key := r.bytes(r.count(len(r.rest), "key bytes"))
		if r.err != nil {
			return
		}
		if _, twice := x.keyIDs[string(key)]; twice {
			r.fail(fmt.Errorf("%w: key is twice there", ErrMalformed))
			return
		}
		x.key(key)
	}
}

func (x *index) readObjects(r *reader) {
	const least = 4
	objects := r.count(len(r.rest)/least, "objects")
	for range objects {
		o := object{action: Action(r.byte()), depth: r.byte()}
		o.root = uint32(r.count(len(x.keys)-1, "th key"))
		o.thing = uint32(r.count(len(x.objects), "th object"))
		if r.err == nil && (!o.action.makes() || o.depth == 0 || len(x.keys) == 0 || !x.isThing(o)) {
			r.fail(fmt.Errorf("%w: object %d", ErrMalformed, len(x.objects)))
		}
		if r.err != nil {
			return
		}
		x.objects = append(x.objects, o)
	}
}

// isThing tells whether the next object names the thing that it can lie in.
func (x *index) isThing(o object) bool {
	switch {
	case o.depth < 2:
		return o.thing == 0
	case o.depth == 2:
		return int(o.thing) == len(x.objects)
	}
	return int(o.thing) < len(x.objects) && x.objects[o.thing].depth == 2
}

func (x *index) readPlacings(r *reader, actors int) {
	const least = 7
	var preds []opKey
	for range r.count(len(r.rest)/least, "placings") {
		first := r.byte()
		at := spot{of: first&ofThing != 0}
		what := placed(first &^ ofThing)
		where, value := len(x.keys), 1
		if at.of {
			where = len(x.objects)
		}
		switch what {
		case thing:
			value = len(x.objects)
		case idOf:
			value = len(x.keys)
		}
		at.in = uint32(r.count(where-1, "th place"))
		at.key = uint32(r.count(len(x.keys)-1, "th key"))
		by := opKey{uint32(r.count(actors-1, "th actor")), uint32(r.count(MaxCounter, "th operation"))}
		number := uint32(r.count(value-1, "th value"))
		preds = preds[:0]
		for range r.count(len(r.rest)/2, "overwritten operations") {
			preds = append(preds, opKey{uint32(r.count(actors-1, "th actor")), uint32(r.count(MaxCounter, "th operation"))})
		}
		if r.err == nil && (what >= placedKinds || by.counter == 0 || actors == 0 || len(x.keys) == 0 || at.of && x.objects[at.in].depth != 2 ||
			what == thing && (at.of || x.objects[number].depth != 2)) {
			r.fail(fmt.Errorf("%w: placing of operation %d", ErrMalformed, by.counter))
		}
		if r.err != nil {
			return
		}
		x.placings.add(at, by, what, number, preds)
	}
}

func (x *index) readActor(r *reader, g *Graph, a *actorOperations) {
	const least = 6
	at := uint32(0)
	for range r.count(len(r.rest)/least, "spans") {
		s := span{first: readFirst(r, at)}
		s.count = uint32(r.count(math.MaxInt32, "operations"))
		s.object = uint32(r.count(len(x.objects)-1, "th object"))
		s.kind = kind(r.byte())
		s.place.actor = uint32(r.count(max(len(g.actors)-1, 0), "th actor"))
		s.place.counter = uint32(r.count(MaxCounter, "th place"))
		if r.err == nil && !x.plausible(s) {
			r.fail(fmt.Errorf("%w: span of operation %d", ErrMalformed, s.first))
		}
		if r.err != nil {
			return
		}
		a.spans = append(a.spans, s)
		at = s.first + s.count
	}
	at = 0
	for range r.count(len(r.rest)/3, "runs of objects") {
		m := madeObjects{first: readFirst(r, at)}
		m.count = uint32(r.count(len(x.objects)-1, "objects"))
		m.object = uint32(r.count(len(x.objects)-1, "th object"))
		if r.err == nil && (m.count == 0 || m.object == rootObject || int(m.object+m.count) > len(x.objects)) {
			r.fail(fmt.Errorf("%w: objects of operation %d", ErrMalformed, m.first))
		}
		if r.err != nil {
			return
		}
		a.made = append(a.made, m)
		at = m.first + m.count
	}
}

func readFirst(r *reader, at uint32) uint32 {
	return at + uint32(r.count(MaxCounter-int(at), "th operation"))
}

// plausible tells whether a span is one that record could have made.
func (x *index) plausible(s span) bool {
	switch {
	case s.first == 0 || s.count == 0 || uint64(s.first)+uint64(s.count) > MaxCounter || s.kind > inserted|counting|marking:
		return false
	case s.kind&inserted != 0:
		return !s.isKey(x) && s.place.counter < s.first
	case s.count != 1 || s.kind&marking != 0:
		return false
	case s.isKey(x):
		return s.place.actor == 0 && int(s.place.counter) < len(x.keys)
	}
	return s.place.counter > 0
}
