package crdt

import (
	"encoding/binary"
	"fmt"

	"openmic/crdt/columnar"
)

// A filter of 10 bits an entry and 7 probes is wrong about one hash in a hundred.
const (
	bloomBits   = 10
	bloomProbes = 7
)

// Bloom is a set of hashes that may claim to contain some it does not. The zero
// Bloom is the empty set.
//
// The probes are the triple hashing of Dillinger and Manolios, "Bloom Filters in
// Probabilistic Verification" (2004), over the first twelve bytes of a hash.
type Bloom struct {
	Entries      uint32
	BitsPerEntry uint32
	Probes       uint32
	Bits         []byte // ceil(Entries*BitsPerEntry/8) bytes
}

// NewBloom returns a filter of the given hashes.
func NewBloom(hashes []Hash) Bloom {
	if len(hashes) == 0 {
		return Bloom{}
	}
	b := Bloom{Entries: uint32(len(hashes)), BitsPerEntry: bloomBits, Probes: bloomProbes}
	b.Bits = make([]byte, b.size())
	for i := range hashes {
		b.probe(hashes[i], func(bit uint32) bool {
			b.Bits[bit>>3] |= 1 << (bit & 7)
			return true
		})
	}
	return b
}

// Contains reports whether the hash may be in the set. False is certain.
func (b *Bloom) Contains(h Hash) bool {
	return len(b.Bits) > 0 && b.probe(h, func(bit uint32) bool {
		return b.Bits[bit>>3]&(1<<(bit&7)) != 0
	})
}

// probe calls visit with the bits of a hash until it returns false, and reports
// whether it never did.
func (b *Bloom) probe(h Hash, visit func(bit uint32) bool) bool {
	// Sums of two remainders stay below 2^64 whatever the size.
	modulo := uint64(len(b.Bits)) * 8
	x := uint64(binary.LittleEndian.Uint32(h[0:])) % modulo
	y := uint64(binary.LittleEndian.Uint32(h[4:])) % modulo
	z := uint64(binary.LittleEndian.Uint32(h[8:])) % modulo
	for i := uint32(0); i < b.Probes; i++ {
		if !visit(uint32(x)) {
			return false
		}
		x = (x + y) % modulo
		y = (y + z) % modulo
	}
	return true
}

func (b *Bloom) size() uint64 {
	return (uint64(b.Entries)*uint64(b.BitsPerEntry) + 7) / 8
}

// append writes the filter with its length in front. The empty filter has length 0.
func (b *Bloom) append(dst []byte) []byte {
	if b.Entries == 0 {
		return append(dst, 0)
	}
	var head [3 * binary.MaxVarintLen32]byte
	prefix := binary.AppendUvarint(head[:0], uint64(b.Entries))
	prefix = binary.AppendUvarint(prefix, uint64(b.BitsPerEntry))
	prefix = binary.AppendUvarint(prefix, uint64(b.Probes))
	dst = binary.AppendUvarint(dst, uint64(len(prefix)+len(b.Bits)))
	dst = append(dst, prefix...)
	return append(dst, b.Bits...)
}

// readBloom reads what append wrote. Bits alias the input.
func readBloom(r *reader, lim Limits) Bloom {
	body := reader{rest: r.bytes(r.count(len(r.rest), "filter bytes"))}
	if r.err != nil || len(body.rest) == 0 {
		return Bloom{}
	}
	b := Bloom{
		Entries:      uint32(body.count(1<<32-1, "filter entries")),
		BitsPerEntry: uint32(body.count(lim.BloomBits, "filter bits per entry")),
		Probes:       uint32(body.count(lim.BloomProbes, "filter probes")),
		Bits:         body.rest,
	}
	switch {
	case body.err != nil:
		r.fail(body.err)
	case b.Entries == 0 || b.BitsPerEntry == 0 || b.Probes == 0:
		r.fail(fmt.Errorf("%w: Bloom filter of nothing", ErrMalformed))
	case uint64(len(b.Bits)) != b.size():
		r.fail(fmt.Errorf("%w: Bloom filter: %w", ErrMalformed, columnar.ErrTruncated))
	}
	if r.err != nil {
		return Bloom{}
	}
	return b
}
