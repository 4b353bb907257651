package differential_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"openmic/crdt"
	"openmic/crdt/changetest"
)

// disturb makes one wrong change, out of one of the log, and offers it.
func (h *history) disturb() {
	h.tried++
	i := h.rand.IntN(len(h.log))
	if h.rand.IntN(2) == 0 {
		i = len(h.log) - 1 - h.rand.IntN(min(3, len(h.log)))
	}
	if h.rand.IntN(4) == 0 {
		_, _ = h.take(h.flip(h.log[i]), true)
		return
	}
	d := h.read[i]
	d.Ops = slices.Clone(d.Ops)
	h.reauthor(&d)
	for range 1 + h.rand.IntN(3) {
		h.rewrite(&d)
	}
	_, _ = h.take(d.Chunk(), true)
}

// flip changes some bits, and repairs the checksum.
func (h *history) flip(chunk []byte) []byte {
	chunk = slices.Clone(chunk)
	const body = 10
	for range 1 + h.rand.IntN(2) {
		chunk[body+h.rand.IntN(len(chunk)-body)] ^= 1 << h.rand.IntN(8)
	}
	sum := sha256.Sum256(chunk[8:])
	copy(chunk[4:8], sum[:4])
	return chunk
}

// reauthor makes it a change that comes next of an actor: of one who has written
// nothing but wrong ones, or nothing at all.
func (h *history) reauthor(d *changetest.Change) {
	was := *d
	d.Actor = crdt.Actor(fmt.Sprintf("mallory%d", h.rand.IntN(3)))
	d.Seq = h.graph.LastSeq(d.Actor) + 1
	d.Deps = slices.Clone(h.graph.Heads())
	if h.rand.IntN(3) == 0 {
		// It has not seen everything.
		d.Deps = slices.DeleteFunc(d.Deps, func(crdt.Hash) bool { return h.rand.IntN(2) == 0 })
		if i, ok := h.lastOf(d.Actor); ok && !slices.Contains(d.Deps, h.graph.Hash(i)) {
			d.Deps = append(d.Deps, h.graph.Hash(i))
		}
		d.Deps = h.withoutAncestors(d.Deps)
	}
	d.StartOp = h.graph.MaxOp() + 1
	// What referred to the change itself goes on doing so.
	shift := func(id *changetest.ID) {
		if id.Actor == was.Actor && id.Counter >= was.StartOp && id.Counter < was.StartOp+uint64(len(was.Ops)) {
			*id = changetest.ID{Counter: id.Counter - was.StartOp + d.StartOp, Actor: d.Actor}
		}
	}
	for i := range d.Ops {
		shift(&d.Ops[i].Object)
		if d.Ops[i].Element != nil {
			element := *d.Ops[i].Element
			shift(&element)
			d.Ops[i].Element = &element
		}
		d.Ops[i].Pred = slices.Clone(d.Ops[i].Pred)
		for k := range d.Ops[i].Pred {
			shift(&d.Ops[i].Pred[k])
		}
	}
}

func (h *history) lastOf(actor crdt.Actor) (int, bool) {
	for i := len(h.read) - 1; i >= 0; i-- {
		if h.read[i].Actor == actor {
			return i, true
		}
	}
	return 0, false
}

// withoutAncestors keeps of some changes those that the others do not depend on; a
// peer may name others too, but honest ones do not.
func (h *history) withoutAncestors(deps []crdt.Hash) []crdt.Hash {
	if h.rand.IntN(4) == 0 {
		return deps
	}
	return slices.DeleteFunc(slices.Clone(deps), func(dep crdt.Hash) bool {
		i, _ := h.graph.Index(dep)
		others := slices.DeleteFunc(slices.Clone(deps), func(o crdt.Hash) bool { return o == dep })
		return len(others) > 0 && !slices.Contains(h.graph.Missing(others), i)
	})
}

// rewrite changes one thing about a change.
func (h *history) rewrite(d *changetest.Change) {
	r := h.rand
	if len(d.Ops) == 0 || r.IntN(8) == 0 {
		h.rewriteHeader(d)
		return
	}
	k := r.IntN(len(d.Ops))
	op := &d.Ops[k]
	switch r.IntN(13) {
	case 0:
		op.Object = h.anyID(d)
	case 1:
		id := h.anyID(d)
		op.Element, op.Key = &id, ""
	case 2:
		op.Element, op.Key = nil, h.anyKey()
	case 3:
		op.Insert = !op.Insert
	case 4:
		op.Action = crdt.Action(r.IntN(8))
		if op.Action != crdt.Set && r.IntN(2) == 0 {
			op.Type, op.Value = crdt.Null, nil
		}
	case 5:
		op.Type, op.Value = h.anyValue()
	case 6:
		op.Pred = nil
	case 7:
		op.Pred = append(op.Pred, h.anyID(d))
	case 8:
		if len(op.Pred) > 0 {
			op.Pred[r.IntN(len(op.Pred))] = h.anyID(d)
		}
	case 9:
		d.Ops = slices.Insert(d.Ops, k, h.anyOp())
	case 10:
		d.Ops = slices.Delete(d.Ops, k, k+1)
	case 11:
		o := r.IntN(len(d.Ops))
		d.Ops[k], d.Ops[o] = d.Ops[o], d.Ops[k]
	case 12:
		op.Expand = !op.Expand
		if name := h.anyKey(); r.IntN(3) == 0 {
			op.MarkName = &name
		}
	}
}

func (h *history) rewriteHeader(d *changetest.Change) {
	switch r := h.rand; r.IntN(6) {
	case 0:
		d.StartOp += uint64(r.IntN(3)) - 1
	case 1:
		d.Seq += uint64(r.IntN(3)) - 1
	case 2:
		d.Time = []int64{-1, 0, 1 << 31, 1 << 52, 1<<53 - 1, 1 << 53, math.MinInt64}[r.IntN(7)]
	case 3:
		d.Message = []string{"", "\x00", "\u202e", "e\u0301", "<b>"}[r.IntN(5)]
	case 4:
		d.Deps = append(d.Deps, h.graph.Hash(r.IntN(h.graph.Len())))
		slices.SortFunc(d.Deps, func(a, b crdt.Hash) int { return slices.Compare(a[:], b[:]) })
		d.Deps = slices.Compact(d.Deps)
	case 5:
		d.Ops = nil
	}
}

// anyOp is an operation of the log, as it is there.
func (h *history) anyOp() changetest.Op {
	for range 10 {
		if ops := h.read[h.rand.IntN(len(h.read))].Ops; len(ops) > 0 {
			return ops[h.rand.IntN(len(ops))]
		}
	}
	return changetest.Op{Key: "k", Action: crdt.MakeMap}
}

// anyID names something of the log, of the change, or nothing.
func (h *history) anyID(d *changetest.Change) changetest.ID {
	r := h.rand
	switch r.IntN(8) {
	case 0:
		return changetest.ID{}
	case 1:
		return changetest.ID{Counter: 1 + r.Uint64N(h.graph.MaxOp()+3), Actor: h.read[r.IntN(len(h.read))].Actor}
	case 2:
		if len(d.Ops) > 0 {
			return d.ID(r.IntN(len(d.Ops)))
		}
	case 3:
		return h.anyOp().Object
	case 4:
		if op := h.anyOp(); op.Element != nil {
			return *op.Element
		}
	}
	c := &h.read[r.IntN(len(h.read))]
	return c.ID(r.IntN(len(c.Ops) + 1))
}

func (h *history) anyKey() string {
	return []string{"a", "b", "text", "x", "map", "list", "els", "", "a/b", "__proto__", "\x00", "length", "constructor"}[h.rand.IntN(13)]
}

func (h *history) anyValue() (crdt.ValueType, []byte) {
	r := h.rand
	kind := crdt.ValueType(r.IntN(16))
	switch kind {
	case crdt.Null, crdt.False, crdt.True:
		return kind, nil
	case crdt.Uint:
		return kind, binary.AppendUvarint(nil, []uint64{0, 5, 1<<53 - 1, 1 << 53, math.MaxUint64}[r.IntN(5)])
	case crdt.Int, crdt.Counter, crdt.Timestamp:
		return kind, []byte{byte(r.IntN(128))}
	case crdt.Float:
		f := []float64{0, 1.5, math.NaN(), math.Inf(1), math.Copysign(0, -1), math.MaxFloat64}[r.IntN(6)]
		return kind, binary.LittleEndian.AppendUint64(nil, math.Float64bits(f))
	case crdt.String:
		return kind, []byte([]string{"", "a", "two letters", "å🏠", "\x00", "\ufffc", "\u202e"}[r.IntN(7)])
	}
	return kind, make([]byte, r.IntN(4))
}
