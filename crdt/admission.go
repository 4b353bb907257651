package crdt

import "slices"

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
// changes that break these rules, and then saves documents that cannot be loaded.
//
// In force, by ParseChange:
//
//	R1  The chunk is whole: magic, type 1 or 2, length, deflated data, nothing after it.
//	R2  Its checksum is right.
//	R3  It is within Limits: size, inflated size, dependencies, actors, operations,
//	    predecessors, message.
//	R4  The header is well formed. Counters begin at 1 and end below 2^32. The message
//	    is UTF-8. Other actors are in ascending order, without the author, and each
//	    is referred to.
//	R5  Columns are in ascending order and not deflated, none is empty, each has as
//	    many rows as there are operations, in its canonical form. Actions are known,
//	    values are whole, strings are UTF-8, predecessors are in ascending order.
//	R6  Each operation has the shape of its action. The root is a map. An insertion is
//	    into a list, and overwrites nothing. A deletion has predecessors, and nothing
//	    else. An increment has predecessors and a whole number. Only marks have a name
//	    or expand; they are insertions, the end directly after the begin.
//	R7  Dependencies are in ascending order, none twice.
//
// In force, by Check:
//
//	R5  There is no column that this package does not know.
//	R7  Dependencies are known, or the change waits. None is the change itself.
//	R8  Seq is the actor's next. So no actor has two changes of the same number.
//	R9  The actor's change before is something that this one depends on, directly or
//	    not: an actor does not fork.
//	R10 StartOp is above every operation of every dependency, and at most one above
//	    the highest of the graph.
//
// Not in force yet:
//
//	R11 Every object, element and predecessor named exists among what the change
//	    depends on, or earlier in it.
//	R12 Each is of the right kind: map keys in maps, elements in lists and texts,
//	    predecessors of the same object and key, increments of counters. A mark ends
//	    behind where it begins.
//	R13 What it touches is allowed to the role of the session.
//
// R5 and R6 are strict because a saved document holds operations, not changes: a
// change is encoded anew when the document is loaded. What is lost or spelled in
// another way on that path changes its hash, and the document loads no more.
type Admission struct {
	graph  *Graph
	limits Limits
	deps   []int32
}

// NewAdmission returns the gate of a graph. It reads the graph, and shares its owner.
func NewAdmission(g *Graph, lim Limits) *Admission {
	return &Admission{graph: g, limits: lim}
}

// Check judges a change that ParseChange returned. The error, when the verdict is
// Refused, is a *Refusal.
func (a *Admission) Check(c *Change) (Verdict, error) {
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
	if err := a.checkPlace(c); err != nil {
		return Refused, err
	}
	return Admitted, nil
}

// checkShape looks at the change alone.
func (a *Admission) checkShape(c *Change) error {
	if len(c.Deps) > a.limits.Deps {
		return refuse(RuleSize, "%d dependencies", len(c.Deps))
	}
	if c.UnknownColumns() > 0 {
		return refuse(RuleColumns, "%d unknown columns", c.UnknownColumns())
	}
	if slices.Contains(c.Deps, c.Hash) {
		return refuse(RuleDeps, "change depends on itself")
	}
	return nil
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
	if before, ok := g.lastChange(c.Actor); ok && !g.isAncestor(before, a.deps) {
		return refuse(RuleFork, "change %d of actor %v does not depend on the one before", c.Seq, c.Actor)
	}
	for _, dep := range a.deps {
		if c.StartOp <= g.maxOpOf(dep) {
			return refuse(RuleStart, "first operation %d, but a dependency has %d", c.StartOp, g.maxOpOf(dep))
		}
	}
	if c.StartOp > g.MaxOp()+1 {
		return refuse(RuleStart, "first operation %d, but the highest is %d", c.StartOp, g.MaxOp())
	}
	return nil
}
