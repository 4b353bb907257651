package crdt

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
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
// A graph takes about 130 bytes a change. It is not safe for concurrent use.
type Graph struct {
	hashes   []Hash
	entries  []entry
	deps     []int32 // of all changes, one after the other
	index    map[Hash]int32
	actors   []actorEntry
	actorIDs map[Actor]int32
	frontier Frontier
	maxOp    uint64
	ops      int64 // of all changes
	bytes    int64 // of all chunks
}

// entry is a change without its hash.
type entry struct {
	actor   int32
	seq     uint32
	startOp uint32
	numOps  uint32
	size    uint32 // bytes of the chunk
	depsEnd int32  // in Graph.deps; its dependencies begin where those of the change before end
}

type actorEntry struct {
	actor   Actor
	changes []int32 // in the order of their sequence numbers, which begin at 1
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

// Operations returns the number of operations of all changes.
func (g *Graph) Operations() int64 { return g.ops }

// Bytes returns the size of all change chunks together.
func (g *Graph) Bytes() int64 { return g.bytes }

// LastSeq returns the sequence number of the actor's newest change, 0 when it has none.
func (g *Graph) LastSeq(a Actor) uint64 {
	if id, ok := g.actorIDs[a]; ok {
		return uint64(len(g.actors[id].changes))
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
	i := g.append(c.Hash, entry{
		actor: g.intern(c.Actor), startOp: uint32(c.StartOp), numOps: uint32(c.NumOps), size: uint32(len(c.Raw)),
	})
	return i, nil
}

// append adds a change whose dependencies are the last of g.deps.
func (g *Graph) append(hash Hash, e entry) int {
	i := len(g.hashes)
	a := &g.actors[e.actor]
	a.changes = append(a.changes, int32(i))
	e.seq, e.depsEnd = uint32(len(a.changes)), int32(len(g.deps))
	g.hashes = append(g.hashes, hash)
	g.entries = append(g.entries, e)
	g.index[hash] = int32(i)
	g.maxOp = max(g.maxOp, g.maxOpOf(int32(i)))
	g.ops += int64(e.numOps)
	g.bytes += int64(e.size)
	// The frontier follows the log change by change, so it cannot refuse this one.
	_ = g.frontier.Advance(g, i)
	return i
}

func (g *Graph) intern(a Actor) int32 {
	id, ok := g.actorIDs[a]
	if !ok {
		id = int32(len(g.actors))
		g.actors = append(g.actors, actorEntry{actor: a})
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

// changeWith returns the index of the actor's change that has an operation.
func (g *Graph) changeWith(actor int32, counter uint64) (int32, bool) {
	changes := g.actors[actor].changes
	at, _ := slices.BinarySearchFunc(changes, counter+1, func(i int32, above uint64) int {
		return cmp.Compare(uint64(g.entries[i].startOp), above)
	})
	if at == 0 || counter > g.maxOpOf(changes[at-1]) {
		return 0, false
	}
	return changes[at-1], true
}
