package crdt

import "slices"

// A visit reads the operations of one change against the index of its document
// (rules R11 to R13), and keeps what they add to it until they are committed.
type visit struct {
	index  *index
	graph  *Graph
	limits *Limits

	change   *Change
	scope    *Scope
	fence    fence    // where the scope has lanes
	actors   []uint32 // the graph's numbers of the change's actors; unknownActor for none
	unseen   []int32  // changes of the graph that the change does not build on, ascending
	op       Operation
	own      actorOperations // of the change's operations so far
	admitted bool            // the change was judged before
	begin    opKey           // where the mark begins that is open
	climbs   int             // how much more may be looked at to tell places apart
	objects  []object        // that they made
	keys     []string        // that they brought
	keyIDs   map[string]uint32
	placings placings // that they made

	overwritten []opKey // scratch
}

const unknownActor = 1<<32 - 1

// start prepares for a change. Its author has a number from now on, if only the
// one that the graph gives next.
func (v *visit) start(c *Change, scope *Scope, unseen []int32) {
	v.change, v.scope, v.unseen, v.climbs = c, scope, unseen, v.limits.MarkSteps
	v.own.spans, v.own.made = v.own.spans[:0], v.own.made[:0]
	v.objects, v.keys = v.objects[:0], v.keys[:0]
	clear(v.keyIDs)
	v.placings.reset()
	if scope != nil && len(scope.Lanes) > 0 {
		v.fence.start(v, scope.Lanes)
	}
	v.actors = v.actors[:0]
	for i := range 1 + len(c.OtherActors) {
		id, known := v.graph.actorIDs[c.ActorAt(i)]
		switch {
		case known:
			v.actors = append(v.actors, uint32(id))
		case i == 0:
			v.actors = append(v.actors, uint32(len(v.graph.actors)))
		default:
			v.actors = append(v.actors, unknownActor)
		}
	}
}

// read judges every operation of the change.
func (v *visit) read() error {
	for op, err := range v.change.Operations() {
		if err != nil {
			return err
		}
		v.op = op
		if err := v.readOperation(); err != nil {
			return err
		}
	}
	if v.fenced() {
		return v.fence.judge()
	}
	return nil
}

func (v *visit) fenced() bool { return v.scope != nil && len(v.scope.Lanes) > 0 }

func (v *visit) readOperation() error {
	op := &v.op
	at, ok := v.object(op.Object)
	if !ok {
		return v.refuse(RuleReference, "object does not exist")
	}
	in := v.objectAt(at)
	if v.scope != nil && !v.allows(at, in) {
		return v.refuse(RuleScope, "writes where its author may not")
	}
	place, err := v.place(at, in)
	if err != nil {
		return err
	}
	if op.Action == Mark {
		if err := v.mark(place); err != nil {
			return err
		}
	}
	counters, err := v.preds(at, place)
	if err != nil {
		return err
	}
	if op.Action == Increment && !counters {
		return v.refuse(RuleKind, "increment of what is not a counter")
	}
	if op.Action != Delete && op.Action != Increment {
		if err := v.record(at, in, place); err != nil {
			return err
		}
	}
	if at, ok := v.spot(at, in, place); ok {
		v.put(at)
	}
	if v.fenced() {
		return v.fence.note(in, place)
	}
	return nil
}

// place returns the map key or the element that the operation is at.
func (v *visit) place(at uint32, in object) (opKey, error) {
	op := &v.op
	if op.Key != nil {
		if in.action != MakeMap {
			return opKey{}, v.refuse(RuleKind, "key in what is not a map")
		}
		return opKey{counter: v.key(op.Key)}, nil
	}
	switch in.action {
	case MakeText:
		if fault := wrongInText(op); fault != "" {
			return opKey{}, v.refuse(RuleKind, "%s", fault)
		}
	case MakeList:
		if op.Action == Mark {
			return opKey{}, v.refuse(RuleKind, "mark in a list")
		}
	default:
		return opKey{}, v.refuse(RuleKind, "element of a map")
	}
	if op.Element == (OpID{}) {
		return opKey{}, nil
	}
	s, ok := v.find(op.Element)
	if !ok {
		return opKey{}, v.refuse(RuleReference, "element does not exist")
	}
	if s.object != at || s.kind&inserted == 0 {
		return opKey{}, v.refuse(RuleKind, "not an element of its object")
	}
	return v.opKey(op.Element), nil
}

// wrongInText returns what is wrong with an operation on an element of a text, or
// "". Letters are put in and deleted. The reference takes more, and then shows
// texts that cannot be edited.
func wrongInText(op *Operation) string {
	switch {
	case op.Action == Delete || op.Action == Mark:
		return ""
	case !op.Insert:
		return "letter of a text overwritten"
	case op.Action == Set && (op.Value.Type != String || len(op.Value.Raw) == 0):
		return "letter that is not a string"
	case op.Action == MakeList || op.Action == MakeText:
		return "list or text in a text"
	}
	return ""
}

// preds checks what the operation overwrites, and tells whether all of it are counters.
func (v *visit) preds(at uint32, place opKey) (counters bool, err error) {
	counters = true
	for _, id := range v.op.Pred {
		s, ok := v.find(id)
		if !ok {
			return false, v.refuse(RuleReference, "predecessor does not exist")
		}
		there := s.place
		if s.kind&inserted != 0 {
			there = v.opKey(id)
		}
		if s.object != at || there != place || s.kind&marking != 0 {
			return false, v.refuse(RuleKind, "predecessor is in another place")
		}
		counters = counters && s.kind&counting != 0
	}
	return counters, nil
}

// record keeps what the operation leaves behind.
func (v *visit) record(at uint32, in object, place opKey) error {
	op := &v.op
	s := span{first: uint32(op.ID.Counter), count: 1, object: at}
	s.place = place
	if op.Insert {
		s.kind |= inserted
	}
	if op.Action == Set && op.Value.Type == Counter {
		s.kind |= counting
	}
	if op.Action == Mark {
		s.kind |= marking
	}
	v.own.add(v.actors[0], s)
	if !op.Action.makes() {
		return nil
	}
	if int(in.depth) >= v.limits.Depth {
		return refuse(RuleSize, "objects more than %d deep", v.limits.Depth)
	}
	number := uint32(len(v.index.objects) + len(v.objects))
	made := object{action: op.Action, depth: in.depth + 1, root: in.root, thing: in.thing}
	switch in.depth {
	case 0:
		made.root = place.counter
	case 1:
		made.thing = number
	}
	v.own.addObject(s.first, number)
	v.objects = append(v.objects, made)
	return nil
}

// commit enters the operations into the index, once the graph has the change.
func (v *visit) commit() {
	x := v.index
	for _, name := range v.keys {
		x.key([]byte(name))
	}
	x.objects = append(x.objects, v.objects...)
	for i, p := range v.placings.list {
		x.placings.add(p.at, p.by, p.what, p.value, v.placings.predsOf(int32(i)))
	}
	a := x.actor(int32(v.actors[0]))
	for _, s := range v.own.spans {
		a.add(v.actors[0], s)
	}
	for _, m := range v.own.made {
		for i := range m.count {
			a.addObject(m.first+i, m.object+i)
		}
	}
}

// find returns what an operation left behind that the change builds on.
func (v *visit) find(id OpID) (span, bool) {
	a := v.operations(id)
	if a == nil {
		return span{}, false
	}
	return a.find(uint32(id.Counter))
}

// object returns the number of an object that the change builds on.
func (v *visit) object(id OpID) (uint32, bool) {
	if id == (OpID{}) {
		return rootObject, true
	}
	a := v.operations(id)
	if a == nil {
		return 0, false
	}
	return a.findObject(uint32(id.Counter))
}

// operations returns where to look for an operation: among those of this change so
// far, or among its actor's if the change builds on it; nil if it does not.
func (v *visit) operations(id OpID) *actorOperations {
	if id.Actor == 0 && id.Counter >= v.change.StartOp {
		return &v.own
	}
	actor := v.actors[id.Actor]
	if int(actor) >= len(v.index.actors) {
		return nil
	}
	if len(v.unseen) > 0 {
		i, ok := v.graph.changeWith(int32(actor), id.Counter)
		if !ok {
			return nil
		}
		if _, found := slices.BinarySearch(v.unseen, i); found {
			return nil
		}
	}
	return &v.index.actors[actor]
}

func (v *visit) opKey(id OpID) opKey {
	return opKey{actor: v.actors[id.Actor], counter: uint32(id.Counter)}
}

func (v *visit) objectAt(i uint32) object {
	if known := len(v.index.objects); int(i) >= known {
		return v.objects[int(i)-known]
	}
	return v.index.objects[i]
}

// key returns the number that a map key has or gets.
func (v *visit) key(name []byte) uint32 {
	if id, ok := v.index.keyIDs[string(name)]; ok {
		return id
	}
	id, ok := v.keyIDs[string(name)]
	if !ok {
		id = uint32(len(v.index.keys) + len(v.keys))
		v.keys = append(v.keys, string(name))
		if v.keyIDs == nil {
			v.keyIDs = make(map[string]uint32)
		}
		v.keyIDs[v.keys[len(v.keys)-1]] = id
	}
	return id
}

func (v *visit) keyAt(i uint32) string {
	if known := len(v.index.keys); int(i) >= known {
		return v.keys[int(i)-known]
	}
	return v.index.keys[i]
}

func (v *visit) refuse(rule Rule, format string, args ...any) error {
	r := refuse(rule, format, args...)
	r.Operation = v.op.ID.Counter
	return r
}
