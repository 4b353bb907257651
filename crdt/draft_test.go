package crdt_test

import (
	"bytes"
	"cmp"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"openmic/crdt"
)

// draft is a change to be encoded, well formed or not. Where a field is zero it
// sets the key "k" of the root to a number, NumOps times.
type draft struct {
	deps    []crdt.Hash
	actor   string
	seq     uint64
	start   uint64
	time    int64
	message string
	others  []string
	numOps  int
	columns []column // in place of those of numOps operations
	extra   []byte
	kind    byte // of the chunk; 1 when zero
}

type column struct {
	spec uint64
	data []byte
}

func (d draft) body() []byte {
	b := binary.AppendUvarint(nil, uint64(len(d.deps)))
	for _, dep := range d.deps {
		b = append(b, dep[:]...)
	}
	b = appendText(b, cmp.Or(d.actor, "a"))
	b = binary.AppendUvarint(b, cmp.Or(d.seq, 1))
	b = binary.AppendUvarint(b, cmp.Or(d.start, 1))
	b = append(b, sleb(d.time)...)
	b = appendText(b, d.message)
	b = binary.AppendUvarint(b, uint64(len(d.others)))
	for _, other := range d.others {
		b = appendText(b, other)
	}
	columns := d.columns
	if columns == nil {
		columns = setKey(max(d.numOps, 1))
	}
	b = binary.AppendUvarint(b, uint64(len(columns)))
	for _, c := range columns {
		b = binary.AppendUvarint(b, c.spec)
		b = binary.AppendUvarint(b, uint64(len(c.data)))
	}
	for _, c := range columns {
		b = append(b, c.data...)
	}
	return append(b, d.extra...)
}

func (d draft) chunk() []byte {
	return chunkOf(cmp.Or(d.kind, 1), d.body())
}

// parsed returns the change of a draft that is well formed.
func (d draft) parsed(tb testing.TB) *crdt.Change {
	tb.Helper()
	return parse(tb, d.chunk())
}

// chunkOf frames a body. A deflated chunk has the checksum of the one it inflates to.
func chunkOf(kind byte, body []byte) []byte {
	framed := append(binary.AppendUvarint([]byte{1}, uint64(len(body))), body...)
	sum := sha256.Sum256(framed)
	chunk := append([]byte("\x85\x6f\x4a\x83"), sum[:4]...)
	if kind == 1 {
		return append(chunk, framed...)
	}
	data := body
	if kind == 2 {
		data = deflate(body)
	}
	chunk = binary.AppendUvarint(append(chunk, kind), uint64(len(data)))
	return append(chunk, data...)
}

func deflate(b []byte) []byte {
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// setKey returns the columns of n operations that set "k" to 5.
func setKey(n int) []column {
	return []column{
		{0x15, run(n, []byte{1, 'k'})},
		{0x34, binary.AppendUvarint(nil, uint64(n))},
		{0x42, run(n, []byte{1})},
		{0x56, run(n, []byte{0x14})},
		{0x57, bytes.Repeat([]byte{5}, n)},
		{0x70, run(n, []byte{0})},
	}
}

// with returns columns in which those of the given specifications are replaced, or
// inserted, or left out when they have no data.
func with(columns []column, changed ...column) []column {
	columns = slices.Clone(columns)
	for _, c := range changed {
		at, found := slices.BinarySearchFunc(columns, c.spec, func(c column, spec uint64) int { return cmp.Compare(c.spec, spec) })
		switch {
		case found && c.data == nil:
			columns = slices.Delete(columns, at, at+1)
		case found:
			columns[at] = c
		default:
			columns = slices.Insert(columns, at, c)
		}
	}
	return columns
}

// run encodes a value that repeats n times.
func run(n int, value []byte) []byte {
	if n == 1 {
		return append([]byte{0x7f}, value...)
	}
	return append(sleb(int64(n)), value...)
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

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// testHash returns a hash that nothing has.
func testHash(i int) crdt.Hash { return sha256.Sum256(fmt.Append(nil, "hash ", i)) }

func sortedHashes(hashes ...crdt.Hash) []crdt.Hash {
	slices.SortFunc(hashes, compare)
	return hashes
}
