package crdt

import (
	"fmt"
	"iter"
	"math"
	"unicode/utf8"

	"openmic/crdt/columnar"
)

// Action is what an operation does.
type Action uint8

// The actions of the format.
const (
	MakeMap Action = iota
	Set
	MakeList
	Delete
	MakeText
	Increment
	MakeTable
	Mark
)

// makes reports whether the action makes an object.
func (a Action) makes() bool { return a == MakeMap || a == MakeList || a == MakeText }

// ValueType says how the raw bytes of a value are read.
type ValueType uint8

// The value types of the format. Codes from 10 to 15 are reserved.
const (
	Null ValueType = iota
	False
	True
	Uint      // unsigned LEB128
	Int       // signed LEB128
	Float     // IEEE 754, 8 bytes, little endian
	String    // UTF-8
	Bytes     // any
	Counter   // signed LEB128
	Timestamp // signed LEB128, milliseconds since 1970
)

// Value is a scalar as it is written. Raw aliases the change.
type Value struct {
	Type ValueType
	Raw  []byte
}

// OpID names an operation. Actor is an index for Change.ActorAt. The zero OpID, the
// only one with counter 0, is the root object or the head of a list.
type OpID struct {
	Counter uint64
	Actor   int
}

// Operation is one operation of a change.
type Operation struct {
	ID     OpID
	Object OpID
	// Key is the map key, or nil when Element names a place in a list or text.
	Key     []byte
	Element OpID
	Insert  bool
	Action  Action
	Value   Value
	// Pred names the operations that this one overwrites, in ascending order. It
	// is valid until the next operation is read.
	Pred []OpID
	// Expand says of a mark whether it grows at this end.
	Expand bool
	// MarkName is set where a mark begins, nil otherwise.
	MarkName []byte
}

// Column specifications: id<<4 | type. Bit 3 marks a deflated column.
// Indexes into columns.data follow the same, ascending, order.
var columnSpecs = [numColumns]uint64{
	0x01, 0x02, 0x11, 0x13, 0x15, 0x34, 0x42, 0x56, 0x57, 0x70, 0x71, 0x73, 0x94, 0xa5,
}

const (
	objectActor = iota
	objectCounter
	keyActor
	keyCounter
	keyString
	insertFlag
	actionCode
	valueMeta
	valueRaw
	predCount
	predActor
	predCounter
	expandFlag
	markName
	numColumns

	deflatedColumn = 0x08
)

// columns holds the bytes of each known column; an absent one is nil.
type columns struct {
	data    [numColumns][]byte
	unknown int
}

func readColumns(r *reader, lim Limits) (columns, error) {
	var cols columns
	count := r.count(lim.Columns, "columns")
	// Specifications and lengths come first, then all the data.
	data := *r
	for range count {
		data.uint()
		data.uint()
	}
	if data.err != nil {
		return cols, headerRefusal(data.err)
	}
	known, last := 0, uint64(0)
	for i := range count {
		spec, size := r.uint(), r.uint()
		switch {
		case spec > math.MaxUint32 || i > 0 && spec <= last:
			return cols, refuse(RuleColumns, "columns are not in ascending order")
		case spec&deflatedColumn != 0:
			return cols, refuse(RuleColumns, "column %#x is deflated", spec)
		case size == 0:
			return cols, refuse(RuleColumns, "column %#x is empty", spec)
		case size > uint64(len(data.rest)):
			return cols, refuse(RuleColumns, "column %#x: %v", spec, columnar.ErrTruncated)
		}
		last = spec
		bytes := data.bytes(int(size))
		for known < numColumns && columnSpecs[known] < spec {
			known++
		}
		if known < numColumns && columnSpecs[known] == spec {
			cols.data[known] = bytes
		} else {
			cols.unknown++
		}
	}
	*r = data // what is left are extra bytes, which belong to the change
	return cols, nil
}

// operations returns the number of operations, at a cost that does not depend on
// the number claimed.
func (cols *columns) operations(lim Limits) (int, error) {
	actions := columnar.NewUints(cols.data[actionCode])
	total := uint64(0)
	for !actions.Done() {
		run, err := actions.NextRun()
		if err != nil {
			return 0, refuse(RuleColumns, "action: %v", err)
		}
		if run.Rows > uint64(lim.Operations) || total+run.Rows > uint64(lim.Operations) {
			return 0, refuse(RuleSize, "more than %d operations", lim.Operations)
		}
		total += run.Rows
	}
	return int(total), nil
}

// verify reads every operation once. So Operations need not fail later, and a
// change is refused before anything is done with it.
func (c *Change) verify(lim Limits) error {
	var used []bool
	if len(c.OtherActors) > 0 {
		used = make([]bool, len(c.OtherActors)+1)
	}
	use := func(id OpID) {
		if used != nil {
			used[id.Actor] = true
		}
	}
	rows := newRows(c, lim.Preds)
	anyExpand := false
	var shape shapeCheck
	for range c.NumOps {
		if err := rows.next(); err != nil {
			return err
		}
		if fault := shape.next(&rows.op); fault != "" {
			return &Refusal{Rule: RuleShape, Operation: rows.op.ID.Counter, Detail: fault}
		}
		if err := checkValue(&rows.op, &lim); err != nil {
			return err
		}
		use(rows.op.Object)
		use(rows.op.Element)
		for _, id := range rows.op.Pred {
			use(id)
		}
		anyExpand = anyExpand || rows.op.Expand
	}
	if shape.open {
		return refuse(RuleShape, "mark without an end")
	}
	if column := rows.unread(); column >= 0 {
		return refuse(RuleColumns, "column %#x has more rows than there are operations", columnSpecs[column])
	}
	if c.columns.data[expandFlag] != nil && !anyExpand {
		return refuse(RuleColumns, "column %#x is not needed", columnSpecs[expandFlag])
	}
	for i := 1; i < len(used); i++ {
		if !used[i] {
			return refuse(RuleHeader, "an actor is named that no operation refers to")
		}
	}
	return nil
}

// Operations yields the operations in order, decoding each as it is asked for. A
// parsed change yields no error.
func (c *Change) Operations() iter.Seq2[Operation, error] {
	return func(yield func(Operation, error) bool) {
		rows := newRows(c, math.MaxInt)
		for range c.NumOps {
			if err := rows.next(); err != nil {
				yield(Operation{}, err)
				return
			}
			if !yield(rows.op, nil) {
				return
			}
		}
	}
}

// rows decodes the columns of a change side by side.
type rows struct {
	change *Change
	actors int
	op     Operation // the current row

	objectActor   columnar.Uints
	objectCounter columnar.Uints
	keyActor      columnar.Uints
	keyCounter    columnar.Deltas
	keyString     columnar.Strings
	insert        columnar.Booleans
	action        columnar.Uints
	meta          columnar.Uints
	raw           []byte
	predCount     columnar.Uints
	predActor     columnar.Uints
	predCounter   columnar.Deltas
	expand        columnar.Booleans
	markName      columnar.Strings

	predsLeft int // how many more predecessors there may be
}

func newRows(c *Change, preds int) rows {
	data := &c.columns.data
	r := rows{
		change:    c,
		actors:    1 + len(c.OtherActors),
		predsLeft: preds,

		objectActor:   columnar.NewUints(data[objectActor]),
		objectCounter: columnar.NewUints(data[objectCounter]),
		keyActor:      columnar.NewUints(data[keyActor]),
		keyCounter:    columnar.NewDeltas(data[keyCounter]),
		keyString:     columnar.NewStrings(data[keyString]),
		insert:        columnar.NewBooleans(data[insertFlag]),
		action:        columnar.NewUints(data[actionCode]),
		meta:          columnar.NewUints(data[valueMeta]),
		raw:           data[valueRaw],
		predCount:     columnar.NewUints(data[predCount]),
		predActor:     columnar.NewUints(data[predActor]),
		predCounter:   columnar.NewDeltas(data[predCounter]),
		expand:        columnar.NewBooleans(data[expandFlag]),
		markName:      columnar.NewStrings(data[markName]),
	}
	r.op.ID.Counter = c.StartOp - 1
	return r
}

// unread returns the index of a column with rows left, or -1.
func (r *rows) unread() int {
	for column, done := range [numColumns]bool{
		objectActor: r.objectActor.Done(), objectCounter: r.objectCounter.Done(),
		keyActor: r.keyActor.Done(), keyCounter: r.keyCounter.Done(), keyString: r.keyString.Done(),
		insertFlag: r.insert.Done(), actionCode: r.action.Done(),
		valueMeta: r.meta.Done(), valueRaw: len(r.raw) == 0,
		predCount: r.predCount.Done(), predActor: r.predActor.Done(), predCounter: r.predCounter.Done(),
		expandFlag: r.expand.Done(), markName: r.markName.Done(),
	} {
		if !done {
			return column
		}
	}
	return -1
}

// next reads the next row into r.op.
func (r *rows) next() error {
	r.op.ID.Counter++
	if err := r.readObject(); err != nil {
		return err
	}
	if err := r.readKey(); err != nil {
		return err
	}
	if err := r.readAction(); err != nil {
		return err
	}
	if err := r.readValue(); err != nil {
		return err
	}
	return r.readPred()
}

func (r *rows) readObject() error {
	actor, noActor, err := r.objectActor.NextOrNull()
	if err != nil {
		return columnRefusal(objectActor, err)
	}
	counter, noCounter, err := r.objectCounter.NextOrNull()
	if err != nil {
		return columnRefusal(objectCounter, err)
	}
	r.op.Object = OpID{}
	if noActor != noCounter {
		return refuse(RuleColumns, "object without actor or counter")
	}
	if noActor {
		return nil
	}
	r.op.Object, err = r.opID(objectCounter, actor, counter)
	return err
}

func (r *rows) readKey() error {
	actor, noActor, err := r.keyActor.NextOrNull()
	if err != nil {
		return columnRefusal(keyActor, err)
	}
	counter, noCounter, err := r.keyCounter.NextOrNull()
	if err != nil {
		return columnRefusal(keyCounter, err)
	}
	key, noKey, err := r.keyString.NextOrNull()
	if err != nil {
		return columnRefusal(keyString, err)
	}
	r.op.Key, r.op.Element = nil, OpID{}
	switch {
	case !noKey && noActor && noCounter:
		r.op.Key = key
		return nil
	case noKey && noActor && !noCounter && counter == 0: // the head of a list
		return nil
	case noKey && !noActor && !noCounter:
		r.op.Element, err = r.opID(keyCounter, actor, uint64(counter))
		return err
	}
	return refuse(RuleColumns, "key is neither a map key nor an element")
}

func (r *rows) readAction() error {
	insert, err := r.insert.Next()
	if err != nil {
		return columnRefusal(insertFlag, err)
	}
	action, null, err := r.action.Next()
	if err != nil {
		return columnRefusal(actionCode, err)
	}
	if null || action > uint64(Mark) {
		return refuse(RuleColumns, "unknown action")
	}
	r.op.Insert, r.op.Action = insert, Action(action)
	if r.op.Expand, err = r.expand.NextOrFalse(); err != nil {
		return columnRefusal(expandFlag, err)
	}
	if r.op.MarkName, _, err = r.markName.NextOrNull(); err != nil {
		return columnRefusal(markName, err)
	}
	return nil
}

func (r *rows) readValue() error {
	meta, null, err := r.meta.Next()
	if err != nil {
		return columnRefusal(valueMeta, err)
	}
	if null {
		return refuse(RuleColumns, "value without a type")
	}
	kind, size := ValueType(meta&0xf), meta>>4
	if size > uint64(len(r.raw)) {
		return columnRefusal(valueRaw, columnar.ErrTruncated)
	}
	raw := r.raw[:size:size]
	r.raw = r.raw[size:]
	r.op.Value = Value{Type: kind, Raw: raw}
	whole := len(raw)
	switch kind {
	case Null, False, True:
		whole = 0
	case Uint:
		_, whole, err = columnar.Uint(raw)
	case Int, Counter, Timestamp:
		_, whole, err = columnar.Int(raw)
	case Float:
		whole = 8
	case String:
		if !utf8.Valid(raw) {
			err = columnar.ErrNotUTF8
		}
	}
	if err != nil {
		return columnRefusal(valueRaw, err)
	}
	if whole != len(raw) {
		return refuse(RuleColumns, "value of type %d has %d bytes", kind, len(raw))
	}
	return nil
}

func (r *rows) readPred() error {
	count, null, err := r.predCount.Next()
	if err != nil {
		return columnRefusal(predCount, err)
	}
	if null {
		return refuse(RuleColumns, "predecessors without a count")
	}
	if count > uint64(r.predsLeft) {
		return refuse(RuleSize, "too many predecessors")
	}
	r.predsLeft -= int(count)
	r.op.Pred = r.op.Pred[:0]
	for i := range int(count) {
		actor, noActor, err := r.predActor.Next()
		if err != nil {
			return columnRefusal(predActor, err)
		}
		counter, noCounter, err := r.predCounter.Next()
		if err != nil {
			return columnRefusal(predCounter, err)
		}
		if noActor || noCounter {
			return refuse(RuleColumns, "predecessor without actor or counter")
		}
		id, err := r.opID(predCounter, actor, uint64(counter))
		if err != nil {
			return err
		}
		if i > 0 && !r.before(r.op.Pred[i-1], id) {
			return refuse(RuleColumns, "predecessors are not in ascending order")
		}
		r.op.Pred = append(r.op.Pred, id)
	}
	return nil
}

// before orders operations as Automerge does: by counter, then by actor.
func (r *rows) before(a, b OpID) bool {
	if a.Counter != b.Counter {
		return a.Counter < b.Counter
	}
	return r.change.ActorAt(a.Actor) < r.change.ActorAt(b.Actor)
}

func (r *rows) opID(column int, actor, counter uint64) (OpID, error) {
	if counter == 0 || counter > MaxCounter {
		return OpID{}, refuse(RuleColumns, "column %#x: counter out of range", columnSpecs[column])
	}
	if actor >= uint64(r.actors) {
		return OpID{}, refuse(RuleColumns, "column %#x: actor %d of %d", columnSpecs[column], actor, r.actors)
	}
	return OpID{Counter: counter, Actor: int(actor)}, nil
}

func columnRefusal(column int, err error) *Refusal {
	return &Refusal{Rule: RuleColumns, Detail: fmt.Sprintf("column %#x: %v", columnSpecs[column], err)}
}
