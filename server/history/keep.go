package history

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"

	"openmic/crdt/replay"
)

// keptForm is the form of what Save writes and of the packed stretches. One of another
// form is of no use: it goes up with every change of what a tape tells.
const keptForm = 1

// ErrKept is returned, wrapped, for what does not make a tape.
var ErrKept = errors.New("this does not make a history")

// kept is a tape without its document, its times and its whole blocks.
type kept struct {
	Blocks         []keptBlock
	Frame, Patches []byte // of the block that grows
	Contributions  []Contribution
	Open           map[uint32]int
	Framed, Size   int
}

type keptBlock struct {
	From, To int
	Sum      uint32
}

// Packed yields the whole stretches that end after a position, as they are told, by where they begin.
func (t *Tape) Packed(after int) iter.Seq2[int, []byte] {
	blocks := t.blocks
	return func(yield func(int, []byte) bool) {
		for i := range blocks {
			if b := &blocks[i]; b.packed != nil && b.to > after && !yield(b.from, b.packed) {
				return
			}
		}
	}
}

// Save writes down what Load makes a tape of, together with the whole stretches.
func (t *Tape) Save() []byte {
	k := kept{Contributions: t.contributions, Open: t.open, Framed: t.framed, Size: t.size}
	for i := range t.blocks {
		b := &t.blocks[i]
		k.Blocks = append(k.Blocks, keptBlock{b.from, b.to, b.sum})
		if b.packed == nil {
			k.Frame, k.Patches = b.frame, b.patches
		}
	}
	saved := []byte{keptForm}
	saved = binary.AppendUvarint(saved, uint64(len(t.times)))
	last := int64(0)
	for _, at := range t.times {
		saved = binary.AppendVarint(saved, at-last)
		last = at
	}
	out := bytes.NewBuffer(t.doc.AppendBinary(saved))
	_ = gob.NewEncoder(out).Encode(&k) // a buffer takes everything
	return compress(out.Bytes())
}

// Load makes the tape that was saved. packed gives the whole stretches.
func Load(saved []byte, packed func(from int) []byte) (*Tape, error) {
	raw, err := inflate(saved)
	if err != nil || len(raw) == 0 || raw[0] != keptForm {
		return nil, fmt.Errorf("%w: it is of another form", ErrKept)
	}
	raw = raw[1:]
	n, size := binary.Uvarint(raw)
	if size <= 0 || n > uint64(len(raw)) {
		return nil, fmt.Errorf("%w: its times", ErrKept)
	}
	raw = raw[size:]
	t := NewTape()
	t.times = make([]int64, n)
	last := int64(0)
	for i := range t.times {
		step, size := binary.Varint(raw)
		if size <= 0 {
			return nil, fmt.Errorf("%w: its times", ErrKept)
		}
		raw, last = raw[size:], last+step
		t.times[i] = last
	}
	if t.doc, raw, err = replay.ReadDocument(raw); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKept, err)
	}
	var k kept
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(&k); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKept, err)
	}
	t.contributions, t.framed, t.size = k.Contributions, k.Framed, k.Size
	for actor, i := range k.Open {
		t.open[actor] = i
	}
	at := 0
	for i, b := range k.Blocks {
		loaded := block{from: b.From, to: b.To, packed: packed(b.From), sum: b.Sum}
		if i == len(k.Blocks)-1 && b.Sum == 0 && k.Patches != nil {
			loaded = block{from: b.From, to: b.To, frame: k.Frame, patches: k.Patches}
		} else if loaded.packed == nil || crc32.Checksum(loaded.packed, castagnoli) != b.Sum {
			return nil, fmt.Errorf("%w: the stretch at %d is not there", ErrKept, b.From)
		}
		if b.From != at || b.To <= at {
			return nil, fmt.Errorf("%w: no stretch begins at %d", ErrKept, at)
		}
		at = b.To
		t.blocks = append(t.blocks, loaded)
	}
	if at != len(t.times) {
		return nil, fmt.Errorf("%w: it ends at %d and not at %d", ErrKept, at, len(t.times))
	}
	return t, nil
}
