package columnar

import (
	"bytes"
	"math"
	"unicode/utf8"
)

// Run is a number of equal neighbouring rows.
type Run[T any] struct {
	Value T
	Null  bool
	Rows  uint64 // at least 1
}

// codec reads and compares the values of one kind of run-length column.
type codec[T any] interface {
	read(b []byte) (T, int, error)
	equal(a, b T) bool
}

type (
	uintCodec   struct{}
	intCodec    struct{}
	stringCodec struct{}
)

func (uintCodec) read(b []byte) (uint64, int, error) { return Uint(b) }
func (uintCodec) equal(a, b uint64) bool             { return a == b }
func (intCodec) read(b []byte) (int64, int, error)   { return Int(b) }
func (intCodec) equal(a, b int64) bool               { return a == b }
func (stringCodec) equal(a, b []byte) bool           { return bytes.Equal(a, b) }

func (stringCodec) read(b []byte) ([]byte, int, error) {
	size, n, err := Uint(b)
	if err != nil {
		return nil, 0, err
	}
	if size > uint64(len(b)-n) {
		return nil, 0, ErrTruncated
	}
	end := n + int(size)
	if !utf8.Valid(b[n:end]) {
		return nil, 0, ErrNotUTF8
	}
	return b[n:end:end], end, nil
}

type state uint8

const (
	atStart state = iota
	afterNulls
	afterRun
	afterLiteral
)

// RLE reads a run-length column. A positive count repeats the value that follows,
// a negative one is followed by that many different values, and a zero by a count
// of nulls. A column of nulls only is empty.
type RLE[T any, C codec[T]] struct {
	codec   C
	rest    []byte
	literal uint64 // values of the current literal run that are still in rest
	state   state
	last    T // the last value read, unless at the start or after nulls
	current Run[T]
}

type (
	// Uints is a column of unsigned numbers.
	Uints = RLE[uint64, uintCodec]
	// Strings is a column of UTF-8 strings. They alias the column.
	Strings = RLE[[]byte, stringCodec]
)

// NewUints reads a column of unsigned numbers.
func NewUints(column []byte) Uints { return Uints{rest: column} }

// NewStrings reads a column of UTF-8 strings.
func NewStrings(column []byte) Strings { return Strings{rest: column} }

// Done reports whether every row has been read.
func (r *RLE[T, C]) Done() bool {
	return r.current.Rows == 0 && r.literal == 0 && len(r.rest) == 0
}

// Next reads one row. It fails with ErrTruncated after the last one.
func (r *RLE[T, C]) Next() (value T, null bool, err error) {
	if r.current.Rows == 0 {
		if r.current, err = r.NextRun(); err != nil {
			return value, false, err
		}
	}
	r.current.Rows--
	return r.current.Value, r.current.Null, nil
}

// NextOrNull reads one row like Next, but of a column without a byte every row is
// null: that is how a column of nulls is written.
func (r *RLE[T, C]) NextOrNull() (value T, null bool, err error) {
	if r.state == atStart && len(r.rest) == 0 {
		return value, true, nil
	}
	return r.Next()
}

// NextRun reads as many equal rows as the encoding gives at once; different values
// in a row come one by one. It is not to be mixed with Next, and fails with
// ErrTruncated after the last run: ask Done first.
func (r *RLE[T, C]) NextRun() (Run[T], error) {
	if r.literal > 0 {
		return r.value(1)
	}
	count, err := r.int()
	if err != nil {
		return Run[T]{}, err
	}
	switch {
	case count > 1:
		run, err := r.value(uint64(count))
		r.state = afterRun
		return run, err
	case count < 0:
		// A value takes a byte at least.
		if count == math.MinInt64 || uint64(-count) > uint64(len(r.rest)) {
			return Run[T]{}, ErrTruncated
		}
		if r.state == afterLiteral {
			return Run[T]{}, ErrNotCanonical
		}
		r.literal = uint64(-count)
		run, err := r.value(1)
		r.state = afterLiteral
		return run, err
	case count == 0:
		rows, n, err := Uint(r.rest)
		if err != nil {
			return Run[T]{}, err
		}
		r.rest = r.rest[n:]
		if rows == 0 || r.state == afterNulls || r.state == atStart && len(r.rest) == 0 {
			return Run[T]{}, ErrNotCanonical
		}
		r.state = afterNulls
		return Run[T]{Null: true, Rows: rows}, nil
	default: // one value is written as a literal run
		return Run[T]{}, ErrNotCanonical
	}
}

func (r *RLE[T, C]) int() (int64, error) {
	v, n, err := Int(r.rest)
	if err != nil {
		return 0, err
	}
	r.rest = r.rest[n:]
	return v, nil
}

// value reads a value that repeats for rows. Two equal values never meet: they
// would be one run.
func (r *RLE[T, C]) value(rows uint64) (Run[T], error) {
	v, n, err := r.codec.read(r.rest)
	if err != nil {
		return Run[T]{}, err
	}
	if r.state >= afterRun && r.codec.equal(r.last, v) {
		return Run[T]{}, ErrNotCanonical
	}
	r.rest = r.rest[n:]
	r.last = v
	if r.literal > 0 {
		r.literal--
	}
	return Run[T]{Value: v, Rows: rows}, nil
}

// Deltas is a column of numbers, each written as its difference from the one
// before, and the first from zero.
type Deltas struct {
	rle      RLE[int64, intCodec]
	absolute int64
}

// NewDeltas reads a column of deltas.
func NewDeltas(column []byte) Deltas {
	return Deltas{rle: RLE[int64, intCodec]{rest: column}}
}

// Done reports whether every row has been read.
func (d *Deltas) Done() bool { return d.rle.Done() }

// Next reads one row. It fails with ErrTruncated after the last one and with
// ErrOverflow when a sum leaves 64 bits.
func (d *Deltas) Next() (value int64, null bool, err error) {
	return d.sum(d.rle.Next())
}

// NextOrNull reads one row like Next, but of a column without a byte every row is null.
func (d *Deltas) NextOrNull() (value int64, null bool, err error) {
	return d.sum(d.rle.NextOrNull())
}

func (d *Deltas) sum(delta int64, null bool, err error) (int64, bool, error) {
	if err != nil || null {
		return 0, null, err
	}
	sum := d.absolute + delta
	if (sum > d.absolute) != (delta > 0) && delta != 0 {
		return 0, false, ErrOverflow
	}
	d.absolute = sum
	return sum, false, nil
}
