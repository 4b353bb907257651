// Package changetest takes changes apart into operations and writes changes of
// operations, right or wrong, in the canonical form. It is for tests.
package changetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"openmic/crdt"
)

// A Change is what a chunk says, with operations named by their actors.
type Change struct {
	Actor   crdt.Actor
	Seq     uint64
	StartOp uint64
	Deps    []crdt.Hash
	Time    int64
	Message string
	Ops     []Op
}

// An ID names an operation. The zero ID is the root, or the head of a list.
type ID struct {
	Counter uint64
	Actor   crdt.Actor
}

// An Op is one operation. Its own ID follows from its place in the change.
type Op struct {
	Object   ID
	Key      string // of a map, when Element is nil
	Element  *ID
	Insert   bool
	Action   crdt.Action
	Type     crdt.ValueType
	Value    []byte
	Pred     []ID
	Expand   bool
	MarkName *string
}

// Read takes a parsed change apart.
func Read(c *crdt.Change) Change {
	id := func(o crdt.OpID) ID {
		if o == (crdt.OpID{}) {
			return ID{}
		}
		return ID{o.Counter, c.ActorAt(o.Actor)}
	}
	d := Change{Actor: c.Actor, Seq: c.Seq, StartOp: c.StartOp, Deps: slices.Clone(c.Deps), Time: c.Time, Message: c.Message}
	for op, err := range c.Operations() {
		if err != nil {
			panic(err) // a parsed change yields none
		}
		o := Op{
			Object: id(op.Object), Key: string(op.Key), Insert: op.Insert, Action: op.Action,
			Type: op.Value.Type, Value: bytes.Clone(op.Value.Raw), Expand: op.Expand,
		}
		if op.Key == nil {
			element := id(op.Element)
			o.Element = &element
		}
		if op.MarkName != nil {
			name := string(op.MarkName)
			o.MarkName = &name
		}
		for _, p := range op.Pred {
			o.Pred = append(o.Pred, id(p))
		}
		d.Ops = append(d.Ops, o)
	}
	return d
}

// ID returns the name of operation i.
func (c *Change) ID(i int) ID { return ID{c.StartOp + uint64(i), c.Actor} }

// Chunk writes the change: dependencies, actors and predecessors are sorted, and
// the checksum is right.
func (c *Change) Chunk() []byte {
	others := c.others()
	actors := map[crdt.Actor]uint64{c.Actor: 0}
	for i, a := range others {
		actors[a] = uint64(i + 1)
	}
	deps := slices.Clone(c.Deps)
	slices.SortFunc(deps, func(a, b crdt.Hash) int { return bytes.Compare(a[:], b[:]) })
	b := binary.AppendUvarint(nil, uint64(len(deps)))
	for _, dep := range deps {
		b = append(b, dep[:]...)
	}
	b = appendBytes(b, string(c.Actor))
	b = binary.AppendUvarint(binary.AppendUvarint(b, c.Seq), c.StartOp)
	b = appendInt(b, c.Time)
	b = appendBytes(b, c.Message)
	b = binary.AppendUvarint(b, uint64(len(others)))
	for _, a := range others {
		b = appendBytes(b, string(a))
	}
	return Seal(1, append(b, c.columns(actors)...))
}

// Seal frames a body as a chunk of a type, with the right checksum.
func Seal(kind byte, body []byte) []byte {
	content := append(binary.AppendUvarint([]byte{kind}, uint64(len(body))), body...)
	sum := sha256.Sum256(content)
	return slices.Concat([]byte("\x85\x6f\x4a\x83"), sum[:4], content)
}

// others are the actors that operations refer to, without the author.
func (c *Change) others() []crdt.Actor {
	set := map[crdt.Actor]struct{}{}
	use := func(id ID) {
		if id != (ID{}) && id.Actor != c.Actor {
			set[id.Actor] = struct{}{}
		}
	}
	for i := range c.Ops {
		use(c.Ops[i].Object)
		if c.Ops[i].Element != nil {
			use(*c.Ops[i].Element)
		}
		for _, p := range c.Ops[i].Pred {
			use(p)
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func (c *Change) columns(actors map[crdt.Actor]uint64) []byte {
	var w columns
	for i := range c.Ops {
		w.add(&c.Ops[i], actors)
	}
	list := []struct {
		spec uint64
		data []byte
	}{
		{0x01, w.objectActor.encode(appendUint)}, {0x02, w.objectCounter.encode(appendUint)},
		{0x11, w.keyActor.encode(appendUint)}, {0x13, w.keyCounter.deltas().encode(appendInt)}, {0x15, w.keyString.encode(appendBytes)},
		{0x34, flags(w.insert)}, {0x42, w.action.encode(appendUint)},
		{0x56, w.meta.encode(appendUint)}, {0x57, w.raw},
		{0x70, w.predCount.encode(appendUint)}, {0x71, w.predActor.encode(appendUint)}, {0x73, w.predCounter.deltas().encode(appendInt)},
		{0x94, nil}, {0xa5, w.markName.encode(appendBytes)},
	}
	if slices.Contains(w.expand, true) {
		list[12].data = flags(w.expand)
	}
	var head, data []byte
	n := 0
	for _, column := range list {
		if len(column.data) > 0 {
			n++
			head = binary.AppendUvarint(binary.AppendUvarint(head, column.spec), uint64(len(column.data)))
			data = append(data, column.data...)
		}
	}
	return slices.Concat(binary.AppendUvarint(nil, uint64(n)), head, data)
}

// columns are the rows of each column.
type columns struct {
	objectActor, objectCounter, keyActor column[uint64]
	keyCounter                           numbers
	keyString                            column[string]
	insert, expand                       []bool
	action, meta, predCount, predActor   column[uint64]
	raw                                  []byte
	predCounter                          numbers
	markName                             column[string]
}

func (w *columns) add(o *Op, actors map[crdt.Actor]uint64) {
	root := o.Object == ID{}
	w.objectActor.add(actors[o.Object.Actor], root)
	w.objectCounter.add(o.Object.Counter, root)
	if o.Element == nil {
		w.keyActor.add(0, true)
		w.keyCounter.add(0, true)
	} else {
		w.keyActor.add(actors[o.Element.Actor], *o.Element == ID{})
		w.keyCounter.add(int64(o.Element.Counter), false)
	}
	w.keyString.add(o.Key, o.Element != nil)
	w.insert = append(w.insert, o.Insert)
	w.action.add(uint64(o.Action), false)
	w.meta.add(uint64(len(o.Value))<<4|uint64(o.Type), false)
	w.raw = append(w.raw, o.Value...)
	w.predCount.add(uint64(len(o.Pred)), false)
	preds := slices.Clone(o.Pred)
	slices.SortFunc(preds, func(a, b ID) int {
		return bytes.Compare(fmt.Appendf(nil, "%020d%s", a.Counter, a.Actor), fmt.Appendf(nil, "%020d%s", b.Counter, b.Actor))
	})
	for _, p := range preds {
		w.predActor.add(actors[p.Actor], false)
		w.predCounter.add(int64(p.Counter), false)
	}
	w.expand = append(w.expand, o.Expand)
	if o.MarkName == nil {
		w.markName.add("", true)
	} else {
		w.markName.add(*o.MarkName, false)
	}
}

// A column is run-length encoded; a row that is null has no value.
type column[T comparable] []row[T]

type row[T comparable] struct {
	value T
	null  bool
}

func (c *column[T]) add(value T, null bool) {
	if null {
		value = *new(T)
	}
	*c = append(*c, row[T]{value, null})
}

func (c column[T]) encode(write func([]byte, T) []byte) []byte {
	if !slices.ContainsFunc(c, func(r row[T]) bool { return !r.null }) {
		return nil
	}
	var b []byte
	var literal []row[T]
	flush := func() {
		if len(literal) > 0 {
			b = appendInt(b, int64(-len(literal)))
			for _, r := range literal {
				b = write(b, r.value)
			}
			literal = literal[:0]
		}
	}
	for len(c) > 0 {
		n := 1
		for n < len(c) && c[n] == c[0] {
			n++
		}
		switch {
		case c[0].null:
			flush()
			b = binary.AppendUvarint(append(b, 0), uint64(n))
		case n > 1:
			flush()
			b = write(appendInt(b, int64(n)), c[0].value)
		default:
			literal = append(literal, c[0])
		}
		c = c[n:]
	}
	flush()
	return b
}

// numbers are written as the differences from row to row.
type numbers struct{ column[int64] }

func (n numbers) deltas() column[int64] {
	var deltas column[int64]
	last := int64(0)
	for _, r := range n.column {
		deltas.add(r.value-last, r.null)
		if !r.null {
			last = r.value
		}
	}
	return deltas
}

// flags encodes runs of false and true in turn.
func flags(rows []bool) []byte {
	var b []byte
	for current := false; len(rows) > 0; current = !current {
		n := 0
		for n < len(rows) && rows[n] == current {
			n++
		}
		b = binary.AppendUvarint(b, uint64(n))
		rows = rows[n:]
	}
	return b
}

func appendUint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

func appendBytes(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// appendInt appends a signed LEB128 number.
func appendInt(b []byte, v int64) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}
