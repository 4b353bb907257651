// Package columnar reads the column encodings of the Automerge binary format:
// LEB128 numbers, run-length encoded numbers and strings, deltas and booleans.
//
// Decoders are plain values over a byte slice. They allocate nothing, never read
// past the slice, and take time in proportion to the bytes and the rows that the
// caller asks for: a run of 2^40 rows costs as much as a run of two.
//
// They accept one spelling of each column only, the one that encoders write. A
// saved document holds operations, from which changes are encoded anew when it is
// loaded, so a change spelled in another way would come back with another hash.
//
// Format: https://automerge.org/automerge-binary-format-spec/
package columnar

import "errors"

var (
	// ErrTruncated says that the bytes end inside a number, a string or a run.
	ErrTruncated = errors.New("column ends early")
	// ErrOverflow says that a number does not fit into 64 bits.
	ErrOverflow = errors.New("number exceeds 64 bits")
	// ErrNotCanonical says that the same rows have another, shorter encoding.
	ErrNotCanonical = errors.New("column is not in its canonical form")
	// ErrNotUTF8 says that a string is not UTF-8.
	ErrNotUTF8 = errors.New("string is not UTF-8")
)

// Uint reads an unsigned LEB128 number and returns it with its length in bytes.
// The error is ErrTruncated, ErrOverflow or ErrNotCanonical.
func Uint(b []byte) (uint64, int, error) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), 1, nil
	}
	var v uint64
	for i, c := range b {
		if i == 9 && c > 1 {
			return 0, 0, ErrOverflow
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			if c == 0 {
				return 0, 0, ErrNotCanonical
			}
			return v, i + 1, nil
		}
	}
	return 0, 0, ErrTruncated
}

// Int reads a signed LEB128 number and returns it with its length in bytes.
// The error is ErrTruncated, ErrOverflow or ErrNotCanonical.
func Int(b []byte) (int64, int, error) {
	var v int64
	for i, c := range b {
		if i == 9 && c != 0 && c != 0x7f {
			return 0, 0, ErrOverflow
		}
		v |= int64(c&0x7f) << (7 * i)
		if c >= 0x80 {
			continue
		}
		if i > 0 {
			// The last byte may not merely repeat the sign of the one before.
			negative := b[i-1]&0x40 != 0
			if c == 0 && !negative || c == 0x7f && negative {
				return 0, 0, ErrNotCanonical
			}
		}
		if i < 9 && c&0x40 != 0 {
			v |= -1 << (7 * (i + 1))
		}
		return v, i + 1, nil
	}
	return 0, 0, ErrTruncated
}
