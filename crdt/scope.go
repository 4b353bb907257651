package crdt

import "slices"

// Scope is where a change may write (rule R13). A nil *Scope is the whole document.
//
// Of boards, and in this file alone, this package knows as much as it takes to
// keep somebody to some lanes: which keys say what stands where.
type Scope struct {
	// Below are keys of the root: everything below each may be written.
	Below []string
	// Lanes are ids of lanes. What stands in them may be written, and nothing else
	// of the board:
	//
	//   - an element whose lane is one of them, before the change and after it. A
	//     lane that several people have set at once is as many lanes. What is put
	//     into a cell names a step that is there: a card without one lies free, over
	//     the lanes of others.
	//   - a connector that has an end at such an element, before and after, so that
	//     whoever may take a card away can take along what hangs on it;
	//   - a marker of such an element, before and after.
	//
	// "Before" is what the change builds on, and not what has come meanwhile: who
	// was offline when a card was moved to others has edited a card of theirs.
	Lanes []string
}

// thingKeys are the keys of the root below which things lie by their ids, each
// with those of its keys that say where it stands.
var thingKeys = map[string][]string{
	"elements":   {"lane", "step"},
	"connectors": {"from", "to"},
	"markers":    {"target"},
	"steps":      nil,
}

// A spot is a place in the document that is looked at to tell where things stand:
// the id of a thing below a key of the root, or a key of a thing.
type spot struct {
	in  uint32 // the root key's index in keys; of a key of a thing, the thing's object
	key uint32 // index in keys
	of  bool   // it is a key of a thing
}

// A placing is an operation at a spot.
type placing struct {
	at       spot
	by       opKey
	what     placed
	value    uint32 // a thing's object; the index in keys of an id
	before   int32  // the placing at this spot before this one, -1: none
	predsEnd uint32 // in the list of what all placings overwrite; its own begin where those of the one before end
}

// placed is what a placing leaves at its spot.
type placed uint8

const (
	nothing  placed = iota // a deletion
	thing                  // a map
	idOf                   // a string that can be an id
	anything               // something else
	placedKinds
)

// placings are those of an index, in the order of the log, or of one change.
type placings struct {
	list  []placing
	preds []opKey
	last  map[spot]int32
}

func (p *placings) add(at spot, by opKey, what placed, value uint32, preds []opKey) {
	before, ok := p.last[at]
	if !ok {
		before = -1
	}
	if p.last == nil {
		p.last = make(map[spot]int32)
	}
	p.last[at] = int32(len(p.list))
	p.preds = append(p.preds, preds...)
	p.list = append(p.list, placing{at: at, by: by, what: what, value: value, before: before, predsEnd: uint32(len(p.preds))})
}

func (p *placings) reset() {
	if len(p.list) > 0 {
		p.list, p.preds = p.list[:0], p.preds[:0]
		clear(p.last)
	}
}

func (p *placings) predsOf(i int32) []opKey {
	start := uint32(0)
	if i > 0 {
		start = p.list[i-1].predsEnd
	}
	return p.preds[start:p.list[i].predsEnd]
}

// spot tells whether the operation is at one, after place has found where it is.
func (v *visit) spot(at uint32, in object, place opKey) (spot, bool) {
	if in.depth == 0 || in.depth > 2 || v.op.Key == nil || v.op.Action == Increment {
		return spot{}, false
	}
	keys, ok := thingKeys[v.keyAt(in.root)]
	switch {
	case !ok:
		return spot{}, false
	case in.depth == 1:
		return spot{in: in.root, key: place.counter}, true
	}
	return spot{in: at, key: place.counter, of: true}, slices.Contains(keys, string(v.op.Key))
}

// put keeps what the operation leaves at a spot. It has been recorded.
func (v *visit) put(at spot) {
	op := &v.op
	what, value := anything, uint32(0)
	switch {
	case op.Action == Delete:
		what = nothing
	case op.Action == MakeMap && !at.of:
		what, value = thing, uint32(len(v.index.objects)+len(v.objects)-1)
	case op.Action == Set && op.Value.Type == String && len(op.Value.Raw) <= maxID && at.of:
		what, value = idOf, v.key(op.Value.Raw)
	}
	v.overwritten = v.overwritten[:0]
	for _, id := range op.Pred {
		v.overwritten = append(v.overwritten, v.opKey(id))
	}
	v.placings.add(at, opKey{v.actors[0], uint32(op.ID.Counter)}, what, value, v.overwritten)
}

// maxID is the longest string that is taken for an id, in bytes: as long as a key.
const maxID = 1 << 10

// A fence keeps a change to its author's lanes.
type fence struct {
	visit   *visit
	lanes   []uint32 // indexes in keys
	touched []touch  // in the order of the change, each once
	seen    map[touchKey]bool
	known   map[judged]bool
}

// A touch is something that the change does to a thing.
type touch struct {
	thing   uint32 // object
	deed    deed
	at      spot   // of what is made
	counter uint64 // of the operation
}

type touchKey struct {
	thing uint32
	deed  deed
}

type deed uint8

const (
	changes deed = iota
	makes
	removes
)

// judged is a question that was asked before.
type judged struct {
	thing uint32
	when  when
}

// when says which operations count.
type when uint8

const (
	before  when = iota // what the change builds on
	after               // and what it does
	present             // the whole log
)

func (f *fence) start(v *visit, lanes []string) {
	f.visit, f.lanes, f.touched = v, f.lanes[:0], f.touched[:0]
	f.seen, f.known = make(map[touchKey]bool), make(map[judged]bool)
	for _, id := range lanes {
		if key, ok := v.index.keyIDs[id]; ok { // otherwise nothing is there yet
			f.lanes = append(f.lanes, key)
		}
	}
}

// allows tells whether a scope has an operation at all in an object. What stands
// in lanes is judged when the whole change has been read.
func (v *visit) allows(at uint32, in object) bool {
	if at == rootObject {
		return false
	}
	root := v.keyAt(in.root)
	if slices.Contains(v.scope.Below, root) {
		return true
	}
	return len(v.scope.Lanes) > 0 && root != "steps" && thingKeys[root] != nil
}

// note keeps what an operation does to things, for judge.
func (f *fence) note(in object, place opKey) error {
	v := f.visit
	op := &v.op
	root := v.keyAt(in.root)
	if slices.Contains(v.scope.Below, root) {
		return nil
	}
	if in.thing != 0 {
		f.touch(touch{thing: in.thing, deed: changes})
		return nil
	}
	// It is at the map that holds the things, or what somebody has put in its place.
	if in.action != MakeMap || op.Action != MakeMap && op.Action != Delete {
		return v.refuse(RuleScope, "neither makes nor removes something in the lanes of its author")
	}
	for _, id := range op.Pred {
		object, ok := v.object(id)
		if !ok {
			return v.refuse(RuleScope, "overwrites what stands in no lane")
		}
		f.touch(touch{thing: object, deed: removes})
	}
	if op.Action == MakeMap {
		made := uint32(len(v.index.objects) + len(v.objects) - 1)
		f.touch(touch{thing: made, deed: makes, at: spot{in: in.root, key: place.counter}})
	}
	return nil
}

func (f *fence) touch(t touch) {
	if key := (touchKey{t.thing, t.deed}); !f.seen[key] {
		f.seen[key] = true
		t.counter = f.visit.op.ID.Counter
		f.touched = append(f.touched, t)
	}
}

// judge says whether all that the change does is within the lanes.
func (f *fence) judge() error {
	v := f.visit
	for _, id := range v.scope.Lanes { // those that the change is the first to name
		if key, ok := v.keyIDs[id]; ok {
			f.lanes = append(f.lanes, key)
		}
	}
	for _, t := range f.touched {
		v.op.ID.Counter = t.counter
		if !f.may(t) {
			if v.climbs < 0 {
				return v.refuse(RuleSize, "what it touches was moved too often to tell where it stands")
			}
			return v.refuse(RuleScope, "writes outside the lanes of its author")
		}
	}
	return nil
}

func (f *fence) may(t touch) bool {
	own := int(t.thing) >= len(f.visit.index.objects)
	switch t.deed {
	case removes:
		return own || f.within(t.thing, before)
	case changes:
		return (own || f.within(t.thing, before)) && f.within(t.thing, after) && f.inCell(t.thing, own)
	}
	// What is made hides whatever has its id: what the change builds on, and what
	// others have made meanwhile.
	for _, p := range f.standing(t.at, before) {
		if p.what != thing || !f.within(p.value, before) {
			return false
		}
	}
	for _, p := range f.standing(t.at, present) {
		if !f.counts(p.by) && (p.what != thing || !f.within(p.value, present)) {
			return false
		}
	}
	return f.within(t.thing, after) && f.inCell(t.thing, true)
}

// within tells whether a thing stands in the lanes.
func (f *fence) within(object uint32, w when) bool {
	question := judged{object, w}
	if known, ok := f.known[question]; ok {
		return known
	}
	within := false
	switch root := f.rootOf(object); root {
	case "elements":
		within = f.all(f.field(object, "lane", w), func(p placing) bool { return p.what == idOf && slices.Contains(f.lanes, p.value) })
	case "connectors":
		within = f.atElement(object, "from", w) || f.atElement(object, "to", w)
	case "markers":
		within = f.atElement(object, "target", w)
	}
	f.known[question] = within
	return within
}

// atElement tells whether a key of a thing names an element that stands in the lanes.
func (f *fence) atElement(object uint32, key string, w when) bool {
	elements, ok := f.visit.keyNamed("elements")
	return ok && f.all(f.field(object, key, w), func(p placing) bool {
		return p.what == idOf && f.all(f.standing(spot{in: elements, key: p.value}, w), func(e placing) bool {
			return e.what == thing && f.within(e.value, w)
		})
	})
}

// inCell tells whether an element is in a step that is there, where the change has
// made it or put it somewhere.
func (f *fence) inCell(object uint32, put bool) bool {
	v := f.visit
	if f.rootOf(object) != "elements" {
		return true
	}
	for _, field := range thingKeys["elements"] {
		key, _ := v.keyNamed(field)
		i, ok := v.placings.last[spot{in: object, key: key, of: true}]
		for put = put || ok; ok && i >= 0; i = v.placings.list[i].before {
			if p := v.placings.list[i]; field == "step" && p.what == idOf && !f.isStep(p.value) {
				return false
			}
		}
	}
	return !put || f.all(f.field(object, "step", after), func(p placing) bool { return p.what == idOf })
}

func (f *fence) isStep(id uint32) bool {
	steps, ok := f.visit.keyNamed("steps")
	return ok && f.all(f.standing(spot{in: steps, key: id}, before), func(p placing) bool { return p.what == thing })
}

// all is true where there is something, and each of it holds.
func (f *fence) all(list []placing, holds func(placing) bool) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(p placing) bool { return !holds(p) })
}

func (f *fence) rootOf(object uint32) string { return f.visit.keyAt(f.visit.objectAt(object).root) }

// field returns what stands at a key of a thing.
func (f *fence) field(object uint32, key string, w when) []placing {
	id, ok := f.visit.keyNamed(key)
	if !ok {
		return nil
	}
	return f.standing(spot{in: object, key: id, of: true}, w)
}

// standing returns what stands at a spot: one value, or several that were put there
// at the same time.
func (f *fence) standing(at spot, w when) (list []placing) {
	over := make(map[opKey]bool)
	take := func(from *placings, counts func(opKey) bool) {
		i, ok := from.last[at]
		if !ok {
			return
		}
		for ; i >= 0; i = from.list[i].before {
			if f.visit.climbs--; f.visit.climbs < 0 {
				return
			}
			if p := from.list[i]; counts(p.by) {
				list = append(list, p)
				for _, id := range from.predsOf(i) {
					over[id] = true
				}
			}
		}
	}
	if w == after {
		take(&f.visit.placings, func(opKey) bool { return true })
	}
	take(&f.visit.index.placings, func(by opKey) bool { return w == present || f.counts(by) })
	if f.visit.climbs < 0 {
		return []placing{{what: anything}} // nothing is allowed then
	}
	return slices.DeleteFunc(list, func(p placing) bool { return p.what == nothing || over[p.by] })
}

// counts tells whether the change builds on an operation of the log.
func (f *fence) counts(by opKey) bool {
	v := f.visit
	if len(v.unseen) == 0 {
		return true
	}
	i, ok := v.graph.changeWith(int32(by.actor), uint64(by.counter))
	if !ok {
		return false
	}
	_, unseen := slices.BinarySearch(v.unseen, i)
	return !unseen
}

// keyNamed returns the number of a key that somebody has used.
func (v *visit) keyNamed(name string) (uint32, bool) {
	if id, ok := v.index.keyIDs[name]; ok {
		return id, true
	}
	id, ok := v.keyIDs[name]
	return id, ok
}
