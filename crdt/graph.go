package crdt

import (
	"errors"
	"fmt"
	"math"
)

var (
	// ErrKnownChange says that a change is in the graph already.
	ErrKnownChange = errors.New("change is known")
	// ErrUnknownDependency says that a change depends on one that is not in the graph.
	ErrUnknownDependency = errors.New("dependency is unknown")
)

// Graph is what a server keeps of the changes of a document: hashes, dependencies,
// actors and counters, in the order of its log, but no content. Changes are named
// by their index in the log; each comes after everything it depends on.
//
// A graph takes about 120 bytes a change. It is not safe for concurrent use.
type Graph struct {
	hashes   []Hash
	entries  []entry
	deps     []int32 // of all changes, one after the other
	index    map[Hash]int32
	actors   []actorEntry
	actorIDs map[Actor]int32
	frontier Frontier
	maxOp    uint64
}

// entry is a change without its hash.
type entry struct {
	actor   int32
	seq     uint32
	startOp uint32
	numOps  uint32
	depsEnd int32 // in Graph.deps; its dependencies begin where those of the change before end
}

type actorEntry struct {
	actor Actor
	seq   uint32
	last  int32 // index of its newest change
}

// NewGraph returns an empty graph.
func NewGraph() *Graph {
	return &Graph{index: make(map[Hash]int32), actorIDs: make(map[Actor]int32)}
}

// Len returns the number of changes.
func (g *Graph) Len() int { return len(g.hashes) }

// Index returns the place of a change in the log.
func (g *Graph) Index(h Hash) (int, bool) {
	i, ok := g.index[h]
	return int(i), ok
}

// Has reports whether a change is in the graph.
func (g *Graph) Has(h Hash) bool {
	_, ok := g.index[h]
	return ok
}

// Hash returns the hash of change i.
func (g *Graph) Hash(i int) Hash { return g.hashes[i] }

// Deps appends to dst the indexes of the changes that change i depends on directly.
func (g *Graph) Deps(dst []int, i int) []int {
	for _, dep := range g.depsOf(int32(i)) {
		dst = append(dst, int(dep))
	}
	return dst
}

// Heads returns the changes that no other depends on, in ascending order. The
// caller must not modify them; they stay as they are when the graph grows.
func (g *Graph) Heads() []Hash { return g.frontier.Heads() }

// MaxOp returns the highest operation counter of the document, 0 when it is empty.
func (g *Graph) MaxOp() uint64 { return g.maxOp }

// LastSeq returns the sequence number of the actor's newest change, 0 when it has none.
func (g *Graph) LastSeq(a Actor) uint64 {
	if id, ok := g.actorIDs[a]; ok {
		return uint64(g.actors[id].seq)
	}
	return 0
}

// Add appends a change and returns its index. It must not be known, all of its
// dependencies must be, and its sequence number must be its actor's next: the error
// wraps ErrKnownChange or ErrUnknownDependency where it says that. Everything else
// about a change is for Admission to judge.
func (g *Graph) Add(c *Change) (int, error) {
	if g.Has(c.Hash) {
		return 0, fmt.Errorf("add change %v: %w", c.Hash, ErrKnownChange)
	}
	if len(g.hashes) == math.MaxInt32 || len(g.deps) > math.MaxInt32-len(c.Deps) {
		return 0, fmt.Errorf("add change %v: graph is full", c.Hash)
	}
	if seq := g.LastSeq(c.Actor) + 1; c.Seq != seq || seq > MaxCounter {
		return 0, fmt.Errorf("add change %v: sequence number %d of actor %v, expected %d", c.Hash, c.Seq, c.Actor, seq)
	}
	if c.StartOp == 0 || c.StartOp > MaxCounter || c.MaxOp() > MaxCounter {
		return 0, fmt.Errorf("add change %v: operation counter exceeds 32 bits", c.Hash)
	}
	before := len(g.deps)
	for _, hash := range c.Deps {
		dep, ok := g.index[hash]
		if !ok {
			g.deps = g.deps[:before]
			return 0, fmt.Errorf("add change %v: %v: %w", c.Hash, hash, ErrUnknownDependency)
		}
		g.deps = append(g.deps, dep)
	}
	i := g.append(c.Hash, g.intern(c.Actor), uint32(c.StartOp), uint32(c.NumOps))
	return i, nil
}

// append adds a change whose dependencies are the last of g.deps.
func (g *Graph) append(hash Hash, actor int32, startOp, numOps uint32) int {
	i := len(g.hashes)
	a := &g.actors[actor]
	a.seq++
	a.last = int32(i)
	g.hashes = append(g.hashes, hash)
	g.entries = append(g.entries, entry{
		actor: actor, seq: a.seq, startOp: startOp, numOps: numOps, depsEnd: int32(len(g.deps)),
	})
	g.index[hash] = int32(i)
	g.maxOp = max(g.maxOp, g.maxOpOf(int32(i)))
	// The frontier follows the log change by change, so it cannot refuse this one.
	_ = g.frontier.Advance(g, i)
	return i
}

func (g *Graph) intern(a Actor) int32 {
	id, ok := g.actorIDs[a]
	if !ok {
		id = int32(len(g.actors))
		g.actors = append(g.actors, actorEntry{actor: a, last: -1})
		g.actorIDs[a] = id
	}
	return id
}

func (g *Graph) depsOf(i int32) []int32 {
	start := int32(0)
	if i > 0 {
		start = g.entries[i-1].depsEnd
	}
	return g.deps[start:g.entries[i].depsEnd]
}

// maxOpOf returns the counter of the last operation of change i.
func (g *Graph) maxOpOf(i int32) uint64 {
	e := &g.entries[i]
	return uint64(e.startOp) + uint64(e.numOps) - 1
}

// lastChange returns the index of the actor's newest change.
func (g *Graph) lastChange(a Actor) (int32, bool) {
	if id, ok := g.actorIDs[a]; ok {
		return g.actors[id].last, true
	}
	return 0, false
}

// isAncestor reports whether change old is among the given changes or something
// that they depend on. Only changes newer than old are looked at.
func (g *Graph) isAncestor(old int32, of []int32) bool {
	for _, i := range of {
		if i == old {
			return true
		}
	}
	// Dependencies come earlier in the log, so that one sweep backwards reaches all.
	newer := int32(g.Len()) - old // index i is kept as i-old
	seen := newBitset(int(newer))
	top := int32(0)
	for _, i := range of {
		if i > old {
			seen.add(i - old)
			top = max(top, i-old)
		}
	}
	for i := top; i > 0; i-- {
		if !seen.has(i) {
			continue
		}
		for _, dep := range g.depsOf(i + old) {
			if dep == old {
				return true
			}
			if dep > old {
				seen.add(dep - old)
			}
		}
	}
	return false
}
