package crdt

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"errors"
	"io"
	"iter"
	"math"
	"unicode/utf8"

	"openmic/crdt/columnar"
)

const chunkDocument = 0

// CheckDocument reads one document chunk, and nothing after it, as far as it takes
// to know what it costs to load: its lengths are right, its columns inflate and have
// rows within the limits. Rows are counted run by run and never expanded, so the
// check takes time and memory in proportion to the inflated bytes. Whether the
// document makes sense is for whoever loads it to find out.
//
// The error is a *Refusal of one of the rules R1 to R5.
//
// Format: https://automerge.org/automerge-binary-format-spec/#document-chunks
func CheckDocument(chunk []byte, lim Limits) error {
	body, err := openDocument(chunk, lim)
	if err != nil {
		return err
	}
	r := reader{rest: body}
	actors, heads, err := documentHeader(&r, lim)
	if err != nil {
		return err
	}
	// The descriptions of both tables come before the columns of both.
	changeColumns, err := readDescriptions(&r, lim)
	if err != nil {
		return err
	}
	operationColumns, err := readDescriptions(&r, lim)
	if err != nil {
		return err
	}
	check := documentCheck{
		lim:       lim,
		actors:    actors,
		bytesLeft: min(lim.DocumentBytes, max(lim.InflateFree, lim.InflateRatio*len(chunk))),
		textLeft:  lim.DocumentBytes,
	}
	changes, err := check.table(&r, changeColumns, lim.DocumentChanges, changeActor)
	if err != nil {
		return err
	}
	if _, err := check.table(&r, operationColumns, lim.DocumentOperations, operationAction); err != nil {
		return err
	}
	return headIndexes(&r, heads, changes)
}

// openDocument checks the frame of a document chunk and returns its body.
func openDocument(chunk []byte, lim Limits) ([]byte, error) {
	if len(chunk) > lim.DocumentBytes {
		return nil, refuse(RuleSize, "document of %d bytes", len(chunk))
	}
	if len(chunk) <= chunkPrefix || string(chunk[:len(chunkMagic)]) != chunkMagic {
		return nil, refuse(RuleChunk, "not a chunk")
	}
	if kind := chunk[chunkPrefix]; kind != chunkDocument {
		return nil, refuse(RuleChunk, "type %d is not a document", kind)
	}
	size, n, err := columnar.Uint(chunk[chunkPrefix+1:])
	if err != nil {
		return nil, refuse(RuleChunk, "length: %v", err)
	}
	body := chunk[chunkPrefix+1+n:]
	if size != uint64(len(body)) {
		return nil, refuse(RuleChunk, "%d bytes where %d are announced", len(body), size)
	}
	// Unlike that of a change, it covers what is deflated as it is.
	sum := sha256.Sum256(chunk[chunkPrefix:])
	if !bytes.Equal(sum[:4], chunk[len(chunkMagic):chunkPrefix]) {
		return nil, refuse(RuleChecksum, "checksum differs from the content")
	}
	return body, nil
}

// documentHeader returns how many actors and heads there are.
func documentHeader(r *reader, lim Limits) (actors, heads int, err error) {
	actors = r.count(min(lim.DocumentActors, len(r.rest)), "actors")
	named := make(map[Actor]struct{}, actors)
	for range actors {
		named[r.actor(lim)] = struct{}{}
	}
	hashes := r.hashes(nil, r.count(lim.Heads, "heads"))
	if r.err != nil {
		return 0, 0, headerRefusal(r.err)
	}
	if len(named) != actors {
		return 0, 0, refuse(RuleHeader, "an actor is named twice")
	}
	for i := 1; i < len(hashes); i++ {
		if bytes.Compare(hashes[i-1][:], hashes[i][:]) >= 0 {
			return 0, 0, refuse(RuleHeader, "heads are not in ascending order")
		}
	}
	return actors, len(hashes), nil
}

// headIndexes reads which change each head is. Old libraries do not write that.
func headIndexes(r *reader, heads int, changes uint64) error {
	if len(r.rest) == 0 {
		return nil
	}
	for range heads {
		if index := r.uint(); r.err == nil && index >= changes {
			return refuse(RuleHeader, "head is change %d of %d", index, changes)
		}
	}
	if r.err != nil {
		return headerRefusal(r.err)
	}
	if len(r.rest) > 0 {
		return refuse(RuleChunk, "bytes after the document")
	}
	return nil
}

// The low bits of a column's specification say how it is encoded, those above
// deflatedColumn which columns belong together.
const (
	groupCount = iota // how many rows of the columns that belong to it are this row's
	actorIndex
	unsigned
	delta
	boolean
	text
	valueSizes // and types, of what is in the column after it
	valueBytes

	columnID = ^uint64(0xf)
)

// A column that has a value in every row, and so tells how many rows there are.
const (
	changeActor     = 0x01
	operationAction = 0x42
)

// description is what stands about a column in front of all columns.
type description struct {
	spec     uint64 // without deflatedColumn
	deflated bool
	size     uint64
}

func (d description) kind() uint64 { return d.spec & 7 }

func readDescriptions(r *reader, lim Limits) ([]description, error) {
	columns := make([]description, r.count(lim.Columns, "columns"))
	for i := range columns {
		spec, size := r.uint(), r.uint()
		columns[i] = description{spec: spec &^ deflatedColumn, deflated: spec&deflatedColumn != 0, size: size}
		if spec > math.MaxUint32 || i > 0 && columns[i].spec <= columns[i-1].spec {
			r.fail(ErrMalformed)
		}
	}
	if r.err != nil {
		if errors.Is(r.err, ErrTooLarge) {
			return nil, refuse(RuleSize, "%v", r.err)
		}
		return nil, refuse(RuleColumns, "columns are not in ascending order, or cut off")
	}
	return columns, nil
}

// documentCheck is what may still come.
type documentCheck struct {
	lim       Limits
	actors    int
	bytesLeft int // of inflated columns
	textLeft  int // of strings, where a run counts as often as it has rows
}

// table reads the columns of one table and returns how many rows it has: as many as
// the key column, and at most so many.
func (c *documentCheck) table(r *reader, columns []description, most int, key uint64) (uint64, error) {
	tallies := make([]tally, len(columns))
	rows := uint64(0)
	for i, column := range columns {
		if column.size > uint64(len(r.rest)) {
			return 0, refuse(RuleColumns, "column %#x: %v", column.spec, columnar.ErrTruncated)
		}
		data, err := c.open(column, r.bytes(int(column.size)))
		if err != nil {
			return 0, err
		}
		if tallies[i], err = c.tally(column, data); err != nil {
			return 0, err
		}
		if column.spec == key {
			rows = tallies[i].rows
		}
	}
	if rows > uint64(max(most, 0)) {
		return 0, refuse(RuleSize, "%d rows, at most %d", rows, most)
	}
	return rows, compareTallies(columns, tallies, rows)
}

// compareTallies finds whether every column has the rows that it should, or none:
// that is how a column is written in which nothing stands. In a group there are as
// many as its counts come to, and of values as many bytes as their sizes.
func compareTallies(columns []description, tallies []tally, rows uint64) error {
	var group, sizes struct {
		id  uint64
		sum uint64
	}
	group.id, sizes.id = math.MaxUint64, math.MaxUint64
	for i, column := range columns {
		id, got, want := column.spec&columnID, tallies[i].rows, rows
		if id == group.id {
			want = group.sum
		}
		switch column.kind() {
		case groupCount:
			group.id, group.sum = id, tallies[i].sum
		case valueSizes:
			sizes.id, sizes.sum = id, tallies[i].sum
			if last := i+1 == len(columns) || columns[i+1].spec != column.spec+1; last && sizes.sum > 0 {
				return refuse(RuleColumns, "column %#x: the values are missing", column.spec)
			}
		case valueBytes:
			if want = 0; id == sizes.id {
				want = sizes.sum
			}
			if got != want {
				return refuse(RuleColumns, "column %#x has %d bytes of values, not %d", column.spec, got, want)
			}
		}
		if got != want && got != 0 {
			return refuse(RuleColumns, "column %#x has %d rows, not %d", column.spec, got, want)
		}
	}
	return nil
}

// open inflates a column that is deflated.
func (c *documentCheck) open(column description, data []byte) ([]byte, error) {
	if column.deflated {
		source := bytes.NewReader(data)
		inflated, err := io.ReadAll(io.LimitReader(flate.NewReader(source), int64(c.bytesLeft)+1))
		switch {
		case err != nil:
			return nil, refuse(RuleColumns, "column %#x: not deflated data", column.spec)
		case len(inflated) > c.bytesLeft:
			return nil, refuse(RuleSize, "column %#x: %d bytes inflate to more than %d", column.spec, len(data), c.bytesLeft)
		case source.Len() > 0:
			return nil, refuse(RuleColumns, "column %#x: bytes after the deflated data", column.spec)
		}
		data = inflated
	}
	if len(data) > c.bytesLeft {
		return nil, refuse(RuleSize, "column %#x: %d bytes, of which %d are left", column.spec, len(data), c.bytesLeft)
	}
	c.bytesLeft -= len(data)
	return data, nil
}

// tally is what a column comes to.
type tally struct {
	rows uint64 // bytes for valueBytes
	sum  uint64 // of the group's counts, the values' sizes or the strings' lengths
}

// tally counts a column.
func (c *documentCheck) tally(column description, data []byte) (tally, error) {
	kind := column.kind()
	if kind == valueBytes {
		return tally{rows: uint64(len(data))}, nil
	}
	mostRows := uint64(max(c.lim.DocumentChanges, c.lim.DocumentOperations, c.lim.DocumentLinks, 0))
	mostSum := uint64(c.lim.DocumentBytes)
	switch kind {
	case groupCount:
		mostSum = uint64(max(c.lim.DocumentLinks, 0))
	case text:
		mostSum = uint64(c.textLeft)
	}
	var t tally
	for run, err := range runs(kind, data) {
		if err != nil {
			return t, refuse(RuleColumns, "column %#x: %v", column.spec, err)
		}
		if run.Rows > mostRows-t.rows {
			return t, refuse(RuleSize, "column %#x has more than %d rows", column.spec, mostRows)
		}
		t.rows += run.Rows
		if kind == actorIndex && !run.Null && run.Value >= uint64(c.actors) {
			return t, refuse(RuleColumns, "column %#x: actor %d of %d", column.spec, run.Value, c.actors)
		}
		if weight := weigh(kind, run.Value); weight > 0 {
			if run.Rows > (mostSum-t.sum)/weight {
				return t, refuse(RuleSize, "column %#x comes to more than %d", column.spec, mostSum)
			}
			t.sum += run.Rows * weight
		}
	}
	if kind == text {
		c.textLeft -= int(t.sum)
	}
	return t, nil
}

// weigh says what a value of a column adds to the column's sum.
func weigh(kind, value uint64) uint64 {
	switch kind {
	case groupCount, text:
		return value
	case valueSizes:
		return value >> 4
	}
	return 0
}

// runs reads a column as package columnar does, but takes more spellings of the same
// rows: loaders do, and some libraries have written them. A string's value is its
// length; deltas and booleans have none.
func runs(kind uint64, data []byte) iter.Seq2[columnar.Run[uint64], error] {
	return func(yield func(columnar.Run[uint64], error) bool) {
		r := reader{rest: data}
		emit := func(run columnar.Run[uint64]) bool { return r.err == nil && yield(run, nil) }
		going := true
		for going && len(r.rest) > 0 {
			if kind == boolean {
				going = emit(columnar.Run[uint64]{Rows: r.uint()})
				continue
			}
			switch count := r.int(); {
			case count > 0:
				going = emit(columnar.Run[uint64]{Value: r.value(kind), Rows: uint64(count)})
			case count == 0:
				going = emit(columnar.Run[uint64]{Null: true, Rows: r.uint()})
			default: // a value each, which takes a byte at least
				for ; going && count < 0; count++ {
					going = emit(columnar.Run[uint64]{Value: r.value(kind), Rows: 1})
				}
			}
		}
		if r.err != nil {
			yield(columnar.Run[uint64]{}, r.err)
		}
	}
}

// value reads one value of a column.
func (r *reader) value(kind uint64) uint64 {
	switch kind {
	case delta:
		r.int()
		return 0
	case text:
		size := r.uint()
		if size > uint64(len(r.rest)) {
			r.fail(columnar.ErrTruncated)
		} else if !utf8.Valid(r.bytes(int(size))) {
			r.fail(columnar.ErrNotUTF8)
		}
		return size
	}
	return r.uint()
}
