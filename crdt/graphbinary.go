package crdt

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
)

// The binary form of a graph, version 2. Numbers are unsigned LEB128.
//
//	version 2, one byte
//	number of actors; of each: length, bytes
//	number of changes; of each: its hash
//	of each change: actor, first operation, number of operations, size of the chunk,
//	number of dependencies; of each dependency: how many changes further up the log it is
//	CRC-32C of all that, four bytes, little endian
//
// Sequence numbers are not written: an actor's changes are numbered in log order.
const graphVersion = 2

// AppendBinary appends the graph of the first n changes of the log to dst, for
// UnmarshalGraph. It takes about 42 bytes a change.
func (g *Graph) AppendBinary(dst []byte, n int) []byte {
	start := len(dst)
	actors := g.actorsUpTo(n)
	dst = append(dst, graphVersion)
	dst = binary.AppendUvarint(dst, uint64(actors))
	for i := range g.actors[:actors] {
		dst = binary.AppendUvarint(dst, uint64(len(g.actors[i].actor)))
		dst = append(dst, g.actors[i].actor...)
	}
	dst = binary.AppendUvarint(dst, uint64(n))
	for i := range g.hashes[:n] {
		dst = append(dst, g.hashes[i][:]...)
	}
	for i := range g.entries[:n] {
		e := &g.entries[i]
		deps := g.depsOf(int32(i))
		dst = binary.AppendUvarint(dst, uint64(e.actor))
		dst = binary.AppendUvarint(dst, uint64(e.startOp))
		dst = binary.AppendUvarint(dst, uint64(e.numOps))
		dst = binary.AppendUvarint(dst, uint64(e.size))
		dst = binary.AppendUvarint(dst, uint64(len(deps)))
		for _, dep := range deps {
			dst = binary.AppendUvarint(dst, uint64(int32(i)-dep))
		}
	}
	return binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
}

// actorsUpTo returns the number of actors of the first n changes. Actors are
// numbered in the order of their first changes.
func (g *Graph) actorsUpTo(n int) int {
	actors := 0
	for i := range g.entries[:n] {
		actors = max(actors, int(g.entries[i].actor)+1)
	}
	return actors
}

// UnmarshalGraph reads what AppendBinary wrote. It keeps nothing of b and spends
// memory in proportion to its length. The error wraps ErrMalformed or ErrTooLarge.
func UnmarshalGraph(b []byte) (*Graph, error) {
	g, err := unmarshalGraph(b)
	if err != nil {
		return nil, fmt.Errorf("read graph: %w", err)
	}
	return g, nil
}

func unmarshalGraph(b []byte) (*Graph, error) {
	const sum = 4
	if len(b) < 1+sum {
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, len(b))
	}
	if b[0] != graphVersion {
		return nil, fmt.Errorf("%w: version %d", ErrMalformed, b[0])
	}
	content := b[:len(b)-sum]
	if binary.LittleEndian.Uint32(b[len(content):]) != checksum(content) {
		return nil, fmt.Errorf("%w: checksum differs from the content", ErrMalformed)
	}
	r := reader{rest: content[1:]}
	g := NewGraph()
	g.readActors(&r)
	g.readChanges(&r)
	switch {
	case r.err != nil:
		return nil, r.err
	case len(r.rest) > 0:
		return nil, fmt.Errorf("%w: bytes after the last change", ErrMalformed)
	}
	for i := range g.actors {
		if len(g.actors[i].changes) == 0 {
			return nil, fmt.Errorf("%w: actor without a change", ErrMalformed)
		}
	}
	return g, nil
}

func (g *Graph) readActors(r *reader) {
	actors := r.count(len(r.rest)/2, "actors") // a length and a byte
	for range actors {
		actor := Actor(r.bytes(r.count(len(r.rest), "actor bytes")))
		if r.err != nil {
			return
		}
		if _, known := g.actorIDs[actor]; known || actor == "" {
			r.fail(fmt.Errorf("%w: actor is empty or twice there", ErrMalformed))
			return
		}
		g.intern(actor)
	}
}

func (g *Graph) readChanges(r *reader) {
	const least = len(Hash{}) + 5 // a hash and five numbers
	changes := r.count(len(r.rest)/least, "changes")
	if len(g.actors) == 0 && changes > 0 {
		r.fail(fmt.Errorf("%w: changes without an actor", ErrMalformed))
	}
	hashes := reader{rest: r.bytes(changes * len(Hash{}))}
	if r.err != nil {
		return
	}
	g.hashes = make([]Hash, 0, changes)
	g.entries = make([]entry, 0, changes)
	g.deps = make([]int32, 0, changes)
	g.index = make(map[Hash]int32, changes)
	for i := range changes {
		actor := r.count(len(g.actors)-1, "th actor")
		startOp := r.count(MaxCounter, "th operation")
		numOps := r.count(MaxCounter, "operations")
		size := r.count(math.MaxUint32, "bytes")
		deps := r.count(min(i, len(r.rest)), "dependencies")
		for range deps {
			back := r.count(i, "changes up the log")
			if back == 0 {
				r.fail(fmt.Errorf("%w: change depends on itself", ErrMalformed))
			}
			g.deps = append(g.deps, int32(i-back))
		}
		hash := Hash(hashes.bytes(len(Hash{})))
		if r.err == nil && (startOp == 0 || startOp+numOps-1 > MaxCounter || len(g.deps) > math.MaxInt32) {
			r.fail(fmt.Errorf("%w: change %d", ErrMalformed, i))
		}
		if r.err != nil {
			return
		}
		g.append(hash, entry{actor: int32(actor), startOp: uint32(startOp), numOps: uint32(numOps), size: uint32(size)})
	}
	if len(g.index) != changes {
		r.fail(fmt.Errorf("%w: change is twice there", ErrMalformed))
	}
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }
