package crdt

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The binary form of an index, version 1. Numbers are unsigned LEB128.
//
//	version 1, one byte
//	number of map keys; of each: length, bytes
//	number of objects without the root; of each: action, depth, root key
//	number of actors, as the graph numbers them; of each:
//	  number of spans; of each: operations passed over since the last, count,
//	  object, kind, actor and counter of its place
//	  number of runs of objects made; of each: operations passed over, count, object
//	CRC-32C of all that, four bytes, little endian
const indexVersion = 1

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
	objects, keys := x.sizeUpTo(ends)
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
	}
	dst = binary.AppendUvarint(dst, uint64(len(ends)))
	for id, end := range ends {
		var actor actorOperations
		if id < len(x.actors) {
			actor = x.actors[id]
		}
		dst = actor.append(dst, end)
	}
	return binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
}

// sizeUpTo returns how many objects and keys the operations below the ends use.
// They are numbered in log order, so those are the first ones.
func (x *index) sizeUpTo(ends []uint64) (objects, keys int) {
	objects = 1
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
	return objects, keys
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

// ResumeAdmission returns the gate of a graph that is not empty. The index b, which
// AppendBinary wrote, is of the first changes of its log, nil being that of none;
// chunks are the changes after those. They have been admitted before and are not
// judged again, but must fit. It keeps nothing of b. The error wraps ErrMalformed
// or ErrTooLarge.
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
	if len(b) < 1+sum || b[0] != indexVersion {
		return nil, fmt.Errorf("%w: not an index of version %d", ErrMalformed, indexVersion)
	}
	content := b[:len(b)-sum]
	if binary.LittleEndian.Uint32(b[len(content):]) != checksum(content) {
		return nil, fmt.Errorf("%w: checksum differs from the content", ErrMalformed)
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
	const least = 3
	objects := r.count(len(r.rest)/least, "objects")
	for range objects {
		o := object{action: Action(r.byte()), depth: r.byte()}
		o.root = uint32(r.count(len(x.keys)-1, "th key"))
		if r.err == nil && (!o.action.makes() || o.depth == 0 || len(x.keys) == 0) {
			r.fail(fmt.Errorf("%w: object %d", ErrMalformed, len(x.objects)))
		}
		if r.err != nil {
			return
		}
		x.objects = append(x.objects, o)
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
