package columnar_test

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"

	"openmic/crdt/columnar"
)

func TestUint(t *testing.T) {
	for _, tt := range []struct {
		in   []byte
		want uint64
		n    int
		err  error
	}{
		{[]byte{0}, 0, 1, nil},
		{[]byte{0x7f, 0xff}, 127, 1, nil},
		{[]byte{0x80, 1}, 128, 2, nil},
		{[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, math.MaxUint64, 10, nil},
		{nil, 0, 0, columnar.ErrTruncated},
		{[]byte{0x80}, 0, 0, columnar.ErrTruncated},
		{[]byte{0x80, 0}, 0, 0, columnar.ErrNotCanonical},
		{[]byte{0xff, 0x80, 0}, 0, 0, columnar.ErrNotCanonical},
		{[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}, 0, 0, columnar.ErrOverflow},
		{[]byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1}, 0, 0, columnar.ErrOverflow},
	} {
		got, n, err := columnar.Uint(tt.in)
		if got != tt.want || n != tt.n || !errors.Is(err, tt.err) {
			t.Errorf("Uint(%x) = %d, %d, %v, want %d, %d, %v", tt.in, got, n, err, tt.want, tt.n, tt.err)
		}
	}
}

func TestInt(t *testing.T) {
	for _, tt := range []struct {
		in   []byte
		want int64
		n    int
		err  error
	}{
		{[]byte{0}, 0, 1, nil},
		{[]byte{0x3f}, 63, 1, nil},
		{[]byte{0x40}, -64, 1, nil},
		{[]byte{0x7f}, -1, 1, nil},
		{[]byte{0xc0, 0}, 64, 2, nil},
		{[]byte{0xbf, 0x7f}, -65, 2, nil},
		{[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0}, math.MaxInt64, 10, nil},
		{[]byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f}, math.MinInt64, 10, nil},
		{nil, 0, 0, columnar.ErrTruncated},
		{[]byte{0xff}, 0, 0, columnar.ErrTruncated},
		{[]byte{0x80, 0}, 0, 0, columnar.ErrNotCanonical},
		{[]byte{0xff, 0x7f}, 0, 0, columnar.ErrNotCanonical},
		{[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, 0, 0, columnar.ErrOverflow},
		{[]byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0}, 0, 0, columnar.ErrOverflow},
	} {
		got, n, err := columnar.Int(tt.in)
		if got != tt.want || n != tt.n || !errors.Is(err, tt.err) {
			t.Errorf("Int(%x) = %d, %d, %v, want %d, %d, %v", tt.in, got, n, err, tt.want, tt.n, tt.err)
		}
	}
}

// The rows of a column, nulls as null.
const null = 1 << 60

// readUints reads up to limit rows, and says how it ended.
func readUints(column []byte, limit int) ([]uint64, error) {
	rows := columnar.NewUints(column)
	var got []uint64
	for !rows.Done() && len(got) < limit {
		v, isNull, err := rows.Next()
		if err != nil {
			return got, err
		}
		if isNull {
			v = null
		}
		got = append(got, v)
	}
	return got, nil
}

func TestUints(t *testing.T) {
	long := slices.Concat(sleb(math.MaxInt64), []byte{7})
	for _, tt := range []struct {
		name   string
		column []byte
		want   []uint64 // the first four rows
		err    error
	}{
		{"empty", nil, nil, nil},
		{"one", []byte{0x7f, 9}, []uint64{9}, nil},
		{"run", []byte{3, 9}, []uint64{9, 9, 9}, nil},
		{"literal", []byte{0x7d, 1, 2, 1}, []uint64{1, 2, 1}, nil},
		{"nulls first", []byte{0, 2, 0x7f, 1}, []uint64{null, null, 1}, nil},
		{"nulls last", []byte{0x7f, 1, 0, 2}, []uint64{1, null, null}, nil},
		{"runs", []byte{2, 1, 2, 0}, []uint64{1, 1, 0, 0}, nil},
		{"value again after nulls", []byte{0x7f, 1, 0, 1, 0x7f, 1}, []uint64{1, null, 1}, nil},
		{"2^63-1 rows", long, []uint64{7, 7, 7, 7}, nil},

		{"run of one", []byte{1, 9}, nil, columnar.ErrNotCanonical},
		{"run twice", []byte{2, 9, 2, 9}, []uint64{9, 9}, columnar.ErrNotCanonical},
		{"literal of equals", []byte{0x7e, 9, 9}, []uint64{9}, columnar.ErrNotCanonical},
		{"literal twice", []byte{0x7f, 9, 0x7f, 8}, []uint64{9}, columnar.ErrNotCanonical},
		{"literal begins like the run before", []byte{2, 9, 0x7e, 9, 8}, []uint64{9, 9}, columnar.ErrNotCanonical},
		{"run goes on from the literal before", []byte{0x7e, 8, 9, 2, 9}, []uint64{8, 9}, columnar.ErrNotCanonical},
		{"only nulls", []byte{0, 3}, nil, columnar.ErrNotCanonical},
		{"nulls twice", []byte{0x7f, 1, 0, 1, 0, 1}, []uint64{1, null}, columnar.ErrNotCanonical},
		{"no nulls", []byte{0, 0, 0x7f, 1}, nil, columnar.ErrNotCanonical},
		{"run without a value", []byte{3}, nil, columnar.ErrTruncated},
		{"nulls without a count", []byte{0}, nil, columnar.ErrTruncated},
		{"literal longer than the data", []byte{0x7c, 1, 2, 3}, nil, columnar.ErrTruncated},
		{"literal of 2^63", sleb(math.MinInt64), nil, columnar.ErrTruncated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readUints(tt.column, 4)
			if !slices.Equal(got, tt.want) || !errors.Is(err, tt.err) {
				t.Errorf("got %v, %v, want %v, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestNextRunTakesRunsWhole(t *testing.T) {
	rows := columnar.NewUints(slices.Concat(sleb(1<<40), []byte{7, 0x7e, 1, 2, 0}, binary.AppendUvarint(nil, 1<<50)))
	want := []columnar.Run[uint64]{{Value: 7, Rows: 1 << 40}, {Value: 1, Rows: 1}, {Value: 2, Rows: 1}, {Null: true, Rows: 1 << 50}}
	for _, w := range want {
		if got, err := rows.NextRun(); got != w || err != nil {
			t.Fatalf("got %v, %v, want %v", got, err, w)
		}
	}
	if !rows.Done() {
		t.Error("not done")
	}
	if _, err := rows.NextRun(); !errors.Is(err, columnar.ErrTruncated) {
		t.Errorf("after the end: %v", err)
	}
}

func TestStrings(t *testing.T) {
	rows := columnar.NewStrings([]byte{2, 2, 0xc3, 0xa5, 0, 1, 0x7e, 0, 1, 'x'})
	for _, want := range []string{"å", "å", "null", "", "x"} {
		got, isNull, err := rows.Next()
		if isNull {
			got = []byte("null")
		}
		if string(got) != want || err != nil {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	}
	if !rows.Done() {
		t.Error("not done")
	}
	for name, tt := range map[string]struct {
		column []byte
		err    error
	}{
		"not UTF-8":            {[]byte{0x7f, 1, 0xff}, columnar.ErrNotUTF8},
		"half a letter":        {[]byte{0x7f, 1, 0xc3}, columnar.ErrNotUTF8},
		"longer than the data": {[]byte{0x7f, 2, 'x'}, columnar.ErrTruncated},
		"2^64-1 bytes":         {append([]byte{0x7f}, binary.AppendUvarint(nil, math.MaxUint64)...), columnar.ErrTruncated},
		"equal twice":          {[]byte{0x7e, 1, 'x', 1, 'x'}, columnar.ErrNotCanonical},
	} {
		rows := columnar.NewStrings(tt.column)
		var err error
		for err == nil && !rows.Done() {
			_, _, err = rows.Next()
		}
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", name, err, tt.err)
		}
	}
}

func TestDeltas(t *testing.T) {
	rows := columnar.NewDeltas([]byte{3, 2, 0, 1, 0x7e, 0x7b, 0})
	for _, want := range []int64{2, 4, 6, null, 1, 1} {
		got, isNull, err := rows.Next()
		if isNull {
			got = null
		}
		if got != want || err != nil {
			t.Fatalf("got %d, %v, want %d", got, err, want)
		}
	}
	if !rows.Done() {
		t.Error("not done")
	}
	for name, first := range map[string]int64{"up": math.MaxInt64, "down": math.MinInt64} {
		rows := columnar.NewDeltas(slices.Concat(sleb(2), sleb(first)))
		if got, _, err := rows.Next(); got != first || err != nil {
			t.Fatalf("%s: %d, %v", name, got, err)
		}
		if _, _, err := rows.Next(); !errors.Is(err, columnar.ErrOverflow) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBooleans(t *testing.T) {
	for _, tt := range []struct {
		name   string
		column []byte
		want   []bool // the first four rows
		err    error
	}{
		{"empty", nil, nil, nil},
		{"false", []byte{2}, []bool{false, false}, nil},
		{"true", []byte{0, 2}, []bool{true, true}, nil},
		{"mixed", []byte{1, 2, 1}, []bool{false, true, true, false}, nil},
		{"2^64-1 rows", binary.AppendUvarint(nil, math.MaxUint64), []bool{false, false, false, false}, nil},
		{"nothing", []byte{0}, nil, columnar.ErrNotCanonical},
		{"nothing in between", []byte{1, 0, 1}, []bool{false}, columnar.ErrNotCanonical},
		{"nothing at the end", []byte{1, 0}, []bool{false}, columnar.ErrNotCanonical},
		{"half a count", []byte{1, 0x80}, []bool{false}, columnar.ErrTruncated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows := columnar.NewBooleans(tt.column)
			var got []bool
			var err error
			for len(got) < 4 && !rows.Done() {
				var v bool
				if v, err = rows.Next(); err != nil {
					break
				}
				got = append(got, v)
			}
			if !slices.Equal(got, tt.want) || !errors.Is(err, tt.err) {
				t.Errorf("got %v, %v, want %v, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func sleb(v int64) []byte {
	var b []byte
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}
