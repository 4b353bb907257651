package crdt

import (
	"fmt"
	"slices"
)

// Verdict is what Admission says of a change.
type Verdict int

const (
	// Refused goes with a *Refusal.
	Refused Verdict = iota
	// Admitted changes may be added to the graph.
	Admitted
	// Known changes are in the graph already.
	Known
	// Waiting changes depend on one that the graph does not have. Nothing else has
	// been checked of them: they are to be checked again.
	Waiting
)

func (v Verdict) String() string {
	switch v {
	case Admitted:
		return "admitted"
	case Known:
		return "known"
	case Waiting:
		return "waiting"
	default:
		return "refused"
	}
}

// Admission decides which changes may enter a graph, so that nothing is stored or
// relayed that any peer could choke on. The reference implementation applies many
// changes that break these rules, and then saves documents that cannot be loaded,
// or shows ones that cannot be edited.
//
// By ParseChange, from the change alone:
//
//	R1  The chunk is whole: magic, type 1 or 2, length, deflated data, nothing after it.
//	R2  Its checksum is right.
//	R3  It is within Limits: size, inflated size, dependencies, actors, operations,
//	    predecessors, message, keys, values.
//	R4  The header is well formed. Counters begin at 1 and end below 2^32. The time is
//	    below 2^53. The message is UTF-8. Other actors are in ascending order,
//	    without the author, and each is referred to.
//	R5  Columns are in ascending order and not deflated, none is empty, each has as
//	    many rows as there are operations, in its canonical form. Actions are known,
//	    values are whole, strings are UTF-8, predecessors are in ascending order.
//	R6  Each operation has the shape of its action. The root is a map. An insertion is
//	    into a list, and overwrites nothing; what is put at an element overwrites
//	    something. A deletion has predecessors, and nothing else. An increment has
//	    predecessors and a whole number. Only marks have a name or expand; they are
//	    insertions, the end directly after the begin. There are no tables.
//	R7  Dependencies are in ascending order, none twice.
//	R14 Numbers are finite, whole ones below 2^53, times those of a JavaScript Date.
//	    Values are of a known type, and counters only where Limits has them. No key
//	    and no mark is called __proto__.
//
// By Check, from the graph:
//
//	R5  There is no column that this package does not know.
//	R7  Dependencies are known, or the change waits. None is the change itself. A
//	    change without any is the first of the document, where Limits says so.
//	R8  Seq is the actor's next. So no actor has two changes of the same number.
//	R9  The actor's change before is something that this one depends on, directly or
//	    not: an actor does not fork.
//	R10 StartOp is above every operation of every dependency, and at most one above
//	    the highest of the graph; of a change without operations it is one above the
//	    highest of its dependencies.
//	R15 The document has room for it, by Limits. Where it has not, and is not Full,
//	    the change is too large.
//
// By Check, from the index of all operations:
//
//	R3  Objects are not too deep within each other.
//	R11 Every object, element and predecessor named exists among what the change
//	    depends on, or earlier in it.
//	R12 Each is of the right kind. Keys are in maps, elements in lists and texts, and
//	    of the object that is named. Predecessors are of the same object, and the
//	    same key or element. Marks are in texts and are not overwritten, and end
//	    behind another element than they begin, further on. An increment has only counters as predecessors. Letters of a text are strings, not empty,
//	    and never overwritten; maps may stand among them, lists and texts not.
//	R13 What it touches lies within the Scope of its author.
//
// R5 and R6 are strict because a saved document holds operations, not changes: a
// change is encoded anew when the document is loaded. What is lost or spelled in
// another way on that path changes its hash, and the document loads no more.
type Admission struct {
	graph  *Graph
	limits Limits
	index  *index
	visit  visit
	deps   []int32

	checked *Change // the last that was admitted, until the graph grows
	tip     branch
}

// A branch is a change and what it does not build on: the changes below length
// that are in unseen. It serves a run of changes that follow one another, which
// would each have to go through the log otherwise.
type branch struct {
	change int32
	unseen []int32 // ascending
	length int
}

// NewAdmission returns the gate of an empty graph, which shares its owner.
func NewAdmission(g *Graph, lim Limits) *Admission { return newAdmission(g, newIndex(), lim) }

func newAdmission(g *Graph, x *index, lim Limits) *Admission {
	a := &Admission{graph: g, limits: lim, index: x, tip: branch{change: -1}}
	a.visit = visit{index: x, graph: g, limits: &a.limits}
	return a
}

// Check judges a change that ParseChange returned, by an author who may write in
// scope. The error, when the verdict is Refused, is a *Refusal.
func (a *Admission) Check(c *Change, scope *Scope) (Verdict, error) {
	a.checked = nil
	g := a.graph
	if g.Has(c.Hash) {
		return Known, nil
	}
	if err := a.checkShape(c); err != nil {
		return Refused, err
	}
	a.deps = a.deps[:0]
	for _, hash := range c.Deps {
		i, ok := g.index[hash]
		if !ok {
			return Waiting, nil
		}
		a.deps = append(a.deps, i)
	}
	a.follow()
	if err := a.checkPlace(c); err != nil {
		return Refused, err
	}
	a.visit.start(c, scope, a.tip.unseen)
	if err := a.visit.read(); err != nil {
		return Refused, err
	}
	// Last, since a room that hears of it may take no more of anybody.
	if err := a.checkRoom(c); err != nil {
		return Refused, err
	}
	a.checked = c
	return Admitted, nil
}

// Add appends to the graph a change that Check has just admitted.
func (a *Admission) Add(c *Change) error {
	if a.checked != c {
		return fmt.Errorf("add change %v: it was not the last to be admitted", c.Hash)
	}
	a.checked = nil
	i, err := a.graph.Add(c)
	if err != nil {
		return err
	}
	a.visit.commit()
	a.tip = branch{change: int32(i), unseen: a.tip.unseen, length: i + 1}
	return nil
}

// Full tells whether there is hardly any room left in the document. Then a change
// that breaks R15 says something of the document, and otherwise of itself.
func (a *Admission) Full() bool {
	lim := &a.limits
	return a.graph.Operations() > lim.LogOperations-lim.SpareOperations || a.graph.Bytes() > lim.LogBytes-lim.SpareBytes
}

// checkShape looks at the change alone.
func (a *Admission) checkShape(c *Change) error {
	if len(c.Deps) > a.limits.Deps {
		return refuse(RuleSize, "%d dependencies", len(c.Deps))
	}
	if c.UnknownColumns() > 0 {
		return refuse(RuleColumns, "%d unknown columns", c.UnknownColumns())
	}
	if a.limits.OneBeginning && len(c.Deps) == 0 && a.graph.Len() > 0 {
		return refuse(RuleDeps, "the document has begun with another change")
	}
	if slices.Contains(c.Deps, c.Hash) {
		return refuse(RuleDeps, "change depends on itself")
	}
	return nil
}

// follow makes a.tip.unseen what a change does not build on whose dependencies are
// a.deps.
func (a *Admission) follow() {
	g := a.graph
	if len(a.deps) == 1 && a.deps[0] == a.tip.change {
		for i := a.tip.length; i < g.Len(); i++ {
			a.tip.unseen = append(a.tip.unseen, int32(i))
		}
		a.tip.length = g.Len()
		return
	}
	a.tip = branch{change: -1, unseen: g.unseen(a.tip.unseen[:0], a.deps), length: g.Len()}
}

// checkPlace looks at the change among its dependencies, a.deps.
func (a *Admission) checkPlace(c *Change) error {
	g := a.graph
	switch next := g.LastSeq(c.Actor) + 1; {
	case c.Seq < next:
		return refuse(RuleSeq, "sequence number %d of actor %v is taken", c.Seq, c.Actor)
	case c.Seq > next:
		return refuse(RuleSeq, "sequence number %d of actor %v, expected %d", c.Seq, c.Actor, next)
	}
	if id, ok := g.actorIDs[c.Actor]; ok {
		changes := g.actors[id].changes
		if _, forks := slices.BinarySearch(a.tip.unseen, changes[len(changes)-1]); forks {
			return refuse(RuleFork, "change %d of actor %v does not depend on the one before", c.Seq, c.Actor)
		}
	}
	below := uint64(0)
	for _, dep := range a.deps {
		below = max(below, g.maxOpOf(dep))
	}
	switch {
	case c.StartOp <= below:
		return refuse(RuleStart, "first operation %d, but a dependency has %d", c.StartOp, below)
	case c.StartOp > g.MaxOp()+1:
		return refuse(RuleStart, "first operation %d, but the highest is %d", c.StartOp, g.MaxOp())
	case c.NumOps == 0 && c.StartOp != below+1:
		return refuse(RuleStart, "no operations from %d on, but the dependencies end at %d", c.StartOp, below)
	}
	return nil
}

// checkRoom asks whether the document may grow by the change.
func (a *Admission) checkRoom(c *Change) error {
	g := a.graph
	switch {
	case g.Operations()+int64(c.NumOps) > a.limits.LogOperations:
		return refuse(RuleRoom, "%d operations, and the document has %d of %d", c.NumOps, g.Operations(), a.limits.LogOperations)
	case g.Bytes()+int64(len(c.Raw)) > a.limits.LogBytes:
		return refuse(RuleRoom, "%d bytes, and the document has %d of %d", len(c.Raw), g.Bytes(), a.limits.LogBytes)
	}
	return nil
}
