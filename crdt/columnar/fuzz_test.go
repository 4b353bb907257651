package columnar_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"openmic/crdt/columnar"
)

// A number that is read is the one spelling of itself.
func FuzzNumbers(f *testing.F) {
	f.Add([]byte{0x80, 1})
	f.Add([]byte{0xbf, 0x7f})
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, n, err := columnar.Uint(b); err == nil && !bytes.Equal(binary.AppendUvarint(nil, v), b[:n]) {
			t.Errorf("Uint(%x) = %d, %d", b, v, n)
		}
		if v, n, err := columnar.Int(b); err == nil && !bytes.Equal(sleb(v), b[:n]) {
			t.Errorf("Int(%x) = %d, %d", b, v, n)
		}
	})
}

const mostRows = 1000 // that the fuzzers read of a column

// A column that is read to its end is what an encoder makes of its rows.
func FuzzUints(f *testing.F) {
	f.Add([]byte{3, 9, 0, 2, 0x7d, 1, 2, 1})
	f.Add([]byte{0, 1, 0x7e, 1, 2, 2, 3})
	f.Fuzz(func(t *testing.T, column []byte) {
		if bytes.Contains(column, binary.AppendUvarint(nil, null)) {
			return // cannot be told from a null here
		}
		got, err := readUints(column, mostRows)
		if err == nil && len(got) < mostRows && !bytes.Equal(encodeUints(got), column) {
			t.Errorf("%x is read as %v, which is written %x", column, got, encodeUints(got))
		}
	})
}

// encodeUints writes a column row by row, as the format describes it.
func encodeUints(rows []uint64) []byte {
	var column []byte
	for i := 0; i < len(rows); {
		same := i
		for same < len(rows) && rows[same] == rows[i] {
			same++
		}
		switch {
		case rows[i] == null:
			if same-i == len(rows) {
				return nil
			}
			column = binary.AppendUvarint(append(column, 0), uint64(same-i))
		case same-i > 1:
			column = binary.AppendUvarint(append(column, sleb(int64(same-i))...), rows[i])
		default: // as far as neighbours differ
			for same < len(rows) && rows[same] != null && (same+1 == len(rows) || rows[same+1] != rows[same]) {
				same++
			}
			column = append(column, sleb(-int64(same-i))...)
			for _, v := range rows[i:same] {
				column = binary.AppendUvarint(column, v)
			}
		}
		i = same
	}
	return column
}

func FuzzBooleans(f *testing.F) {
	f.Add([]byte{0, 2, 3})
	f.Fuzz(func(t *testing.T, column []byte) {
		rows := columnar.NewBooleans(column)
		var counts []byte
		last, count, total := false, uint64(0), 0
		for ; !rows.Done() && total < mostRows; total++ {
			v, err := rows.Next()
			if err != nil {
				return
			}
			if v != last {
				counts = binary.AppendUvarint(counts, count)
				last, count = v, 0
			}
			count++
		}
		if count > 0 {
			counts = binary.AppendUvarint(counts, count)
		}
		if total < mostRows && !bytes.Equal(counts, column) {
			t.Errorf("%x is written %x", column, counts)
		}
	})
}

// Other columns are read within their bytes, whatever these are.
func FuzzStringsAndDeltas(f *testing.F) {
	f.Add([]byte{2, 2, 0xc3, 0xa5, 0, 1, 0x7e, 0, 1, 'x'})
	f.Fuzz(func(t *testing.T, column []byte) {
		strings := columnar.NewStrings(column)
		for n := 0; n < mostRows && !strings.Done(); n++ {
			if s, _, err := strings.Next(); err != nil {
				break
			} else if !bytes.Contains(column, s) {
				t.Fatalf("%q is not in %x", s, column)
			}
		}
		deltas := columnar.NewDeltas(column)
		for n := 0; n < mostRows && !deltas.Done(); n++ {
			if _, _, err := deltas.Next(); err != nil {
				break
			}
		}
	})
}
