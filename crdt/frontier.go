package crdt

import (
	"bytes"
	"fmt"
	"slices"
)

// Frontier is the heads of the first changes of a log: those that no other of them
// depends on. The zero Frontier is that of the empty log. It is not safe for
// concurrent use.
type Frontier struct {
	heads  []Hash // ascending
	length int
	shared bool // heads has been handed out and is copied before it changes
}

// NewFrontier returns the frontier of the empty log.
func NewFrontier() *Frontier { return &Frontier{} }

// Len returns the number of changes that the frontier covers.
func (f *Frontier) Len() int { return f.length }

// Advance takes change i of the graph into the frontier. Changes come one by one:
// i is Len().
func (f *Frontier) Advance(g *Graph, i int) error {
	if i != f.length || i >= g.Len() {
		return fmt.Errorf("advance frontier of %d changes by change %d of %d", f.length, i, g.Len())
	}
	if f.shared {
		f.heads, f.shared = slices.Clone(f.heads), false
	}
	for _, dep := range g.depsOf(int32(i)) {
		if at, found := slices.BinarySearchFunc(f.heads, g.hashes[dep], compareHashes); found {
			f.heads = slices.Delete(f.heads, at, at+1)
		}
	}
	at, _ := slices.BinarySearchFunc(f.heads, g.hashes[i], compareHashes)
	f.heads = slices.Insert(f.heads, at, g.hashes[i])
	f.length++
	return nil
}

// Heads returns the heads in ascending order. The caller must not modify them; they
// stay as they are when the frontier advances.
func (f *Frontier) Heads() []Hash {
	f.shared = true
	return f.heads[:len(f.heads):len(f.heads)]
}

func compareHashes(a, b Hash) int { return bytes.Compare(a[:], b[:]) }
