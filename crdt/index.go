package crdt

import (
	"cmp"
	"slices"
)

// An index is what admission keeps of the operations of a document: which object,
// and which place in it, each operation stands for that another may refer to. It
// holds no values, but for ids at the spots that tell where things stand. Deletions
// elsewhere, and increments, are not in it, for nothing may name them.
//
// Operations that one actor made one after the other share a span where each is an
// element behind the one before: a text takes 24 bytes for each stretch typed,
// other operations 24 each.
type index struct {
	objects []object // 0 is the root
	keys    []string
	keyIDs  map[string]uint32
	actors  []actorOperations // numbered as in the graph

	placings placings
}

// object is one map, list or text.
type object struct {
	action Action // that made it
	depth  uint8  // 0 for the root
	root   uint32 // the root key below which it lies, an index of keys
	thing  uint32 // the object of depth 2 that it is or lies in; 0 above
}

type actorOperations struct {
	spans []span        // ascending
	made  []madeObjects // ascending
}

// madeObjects says that the operations first, first+1 ... made the objects
// object, object+1 ... A span of that length is what they stand for.
type madeObjects struct{ first, count, object uint32 }

// span is count operations from counter first, alike in all that is here.
type span struct {
	first, count uint32
	object       uint32
	kind         kind
	// For a map key its index in keys; for a value in a list its element: the
	// operation that made it; for an insertion, which is an element itself, the
	// element that the first of the span stands behind, zero at the head. The others
	// of the span stand each behind the one before.
	place opKey
}

// opKey names an operation of the graph. The zero opKey is none.
type opKey struct{ actor, counter uint32 }

// kind is what an operation leaves behind.
type kind uint8

const (
	inserted kind = 1 << iota // a new element, otherwise a value at a key or an element
	counting                  // a counter
	marking                   // begin or end of a mark
)

const rootObject = 0

func newIndex() *index {
	return &index{objects: []object{{action: MakeMap}}, keyIDs: make(map[string]uint32)}
}

func (x *index) actor(id int32) *actorOperations {
	for len(x.actors) <= int(id) {
		x.actors = append(x.actors, actorOperations{})
	}
	return &x.actors[id]
}

// key returns the number of a map key, which it has from now on.
func (x *index) key(name []byte) uint32 {
	id, ok := x.keyIDs[string(name)]
	if !ok {
		id = uint32(len(x.keys))
		x.keys = append(x.keys, string(name))
		x.keyIDs[x.keys[id]] = id
	}
	return id
}

// add appends a span of the actor with this number, to the last one where it goes on.
func (a *actorOperations) add(actor uint32, s span) {
	if n := len(a.spans); n > 0 {
		last := &a.spans[n-1]
		if last.first+last.count == s.first && last.object == s.object && last.kind == s.kind &&
			s.kind&inserted != 0 && s.place == (opKey{actor, s.first - 1}) {
			last.count += s.count
			return
		}
	}
	a.spans = append(a.spans, s)
}

func (a *actorOperations) addObject(counter, object uint32) {
	if n := len(a.made); n > 0 {
		last := &a.made[n-1]
		if last.first+last.count == counter && last.object+last.count == object {
			last.count++
			return
		}
	}
	a.made = append(a.made, madeObjects{first: counter, count: 1, object: object})
}

// find returns the span that an operation is in.
func (a *actorOperations) find(counter uint32) (span, bool) {
	at, _ := slices.BinarySearchFunc(a.spans, uint64(counter)+1, func(s span, above uint64) int {
		return cmp.Compare(uint64(s.first), above)
	})
	if at == 0 || counter-a.spans[at-1].first >= a.spans[at-1].count {
		return span{}, false
	}
	return a.spans[at-1], true
}

// findObject returns the object that an operation made.
func (a *actorOperations) findObject(counter uint32) (uint32, bool) {
	at, _ := slices.BinarySearchFunc(a.made, uint64(counter)+1, func(m madeObjects, above uint64) int {
		return cmp.Compare(uint64(m.first), above)
	})
	if at == 0 || counter-a.made[at-1].first >= a.made[at-1].count {
		return 0, false
	}
	return a.made[at-1].object + counter - a.made[at-1].first, true
}
