// Package history tells how a board came to be: what people contributed, in the
// words of blueprints, and the board at any moment. It is computed from the log of
// the board's changes and nothing else, so that doing it again gives the same.
//
// It knows actors, not people: whose an actor is, and what they are called, is for
// the server to say at the moment it is asked.
package history

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sort"
	"strconv"
	"time"

	"openmic/crdt"
	"openmic/crdt/replay"
)

// A Tape is the history of one board up to some change of its log. A position is a
// number of changes: the board at position n is as the first n changes made it. It
// has no lock of its own.
type Tape struct {
	doc           *replay.Document
	times         []int64 // of each change, milliseconds
	blocks        []block
	contributions []Contribution
	open          map[uint32]int // contributions that may go on, by actor
	numbers       map[string]int // of the steps, until one changes
	framed        int            // the length of the newest frame
	size          int
}

// A block is a stretch of the log: the board before it, and what each change of it
// made different.
type block struct {
	from, to int
	// While it grows:
	frame   []byte // JSON
	patches []byte // JSON: [[patch, ...], ...] without the last bracket
	// Once it is whole: gzip of what it is told as, which is never any other.
	packed []byte
	sum    uint32
}

// A block ends when it has so many changes, and as many bytes as the board that it
// begins with: the frames together then take no more than the rest.
const (
	blockChanges = 1000
	blockBytes   = 64 << 10
	blockLongest = 10_000
)

// ErrNoMoment is returned for a position or a time that the history does not have.
var ErrNoMoment = errors.New("there is no such moment")

// NewTape returns an empty one.
func NewTape() *Tape { return &Tape{doc: replay.New(), open: map[uint32]int{}} }

// Len returns how many changes there are.
func (t *Tape) Len() int { return len(t.times) }

// Size is about how many bytes it takes in memory.
func (t *Tape) Size() int { return t.size }

// Add takes the next change of the log, and when the server took it. After an
// error the tape is of no more use.
func (t *Tape) Add(c *crdt.Change, at time.Time) error {
	if n := len(t.blocks); n == 0 || t.blocks[n-1].packed != nil {
		frame := t.doc.AppendJSON(make([]byte, 0, t.framed*5/4))
		t.framed = len(frame)
		t.size += len(frame)
		t.blocks = append(t.blocks, block{from: t.Len(), to: t.Len(), frame: frame})
	}
	patches, err := t.doc.Apply(c)
	if err != nil {
		return err
	}
	t.times = append(t.times, at.UnixMilli())
	b := &t.blocks[len(t.blocks)-1]
	before := len(b.patches)
	if before == 0 {
		b.patches = append(b.patches, '[')
	} else {
		b.patches = append(b.patches, ',')
	}
	b.patches = append(b.patches, '[')
	for i := range patches {
		if i > 0 {
			b.patches = append(b.patches, ',')
		}
		b.patches = patches[i].AppendJSON(b.patches)
	}
	b.patches = append(b.patches, ']')
	b.to = t.Len()
	t.size += len(b.patches) - before + 8 + documentBytes*c.NumOps
	list := touches(patches)
	if slices.ContainsFunc(list, func(c touch) bool { return c.in == "steps" }) {
		t.numbers = nil
	}
	var done []Operation
	for i := range list {
		done = append(done, t.operations(&list[i])...)
	}
	t.contribute(t.doc.Number(c.Actor), at, done)
	if n := b.to - b.from; len(b.patches) > blockBytes && len(b.patches) > len(b.frame) && n >= blockChanges || n >= blockLongest {
		t.finish(b)
	}
	return nil
}

// documentBytes is what an operation takes in memory, about.
const documentBytes = 96

func (t *Tape) finish(b *block) {
	t.size -= len(b.frame) + len(b.patches)
	b.packed = compress(t.tell(b, true))
	b.sum = crc32.Checksum(b.packed, castagnoli)
	b.frame, b.patches = nil, nil
	t.size += len(b.packed)
}

// tell writes a block down as it goes to whoever replays: JSON of the board before
// it, of what each of its changes made different, and when each was, in milliseconds.
// A whole one does not grow any more.
func (t *Tape) tell(b *block, whole bool) []byte {
	told := fmt.Appendf(make([]byte, 0, len(b.frame)+len(b.patches)+14*(b.to-b.from)+100), `{"from":%d,"to":%d,"whole":%t,"times":[`, b.from, b.to, whole)
	for i, at := range t.times[b.from:b.to] {
		if i > 0 {
			told = append(told, ',')
		}
		told = strconv.AppendInt(told, at, 10)
	}
	told = append(append(told, `],"frame":`...), b.frame...)
	told = append(append(told, `,"patches":`...), b.patches...)
	return append(told, "]}"...)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func compress(raw []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed) // a level that there is
	_, _ = w.Write(raw)                               // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

func inflate(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// A Stretch is a block as it is told: JSON with from, to, whole, times, frame and
// patches.
type Stretch struct {
	From, To int
	// Packed is gzip of it where it is whole, the same bytes for everybody, and Sum
	// tells those bytes from any others.
	Packed []byte
	Sum    uint32
	text   []byte
}

// Whole tells whether it does not grow any more.
func (s *Stretch) Whole() bool { return s.Packed != nil }

// Text returns the JSON.
func (s *Stretch) Text() ([]byte, error) {
	if s.text != nil {
		return s.text, nil
	}
	text, err := inflate(s.Packed)
	if err != nil {
		return nil, fmt.Errorf("read block: %w", err)
	}
	return text, nil
}

// Pack returns gzip of the JSON.
func (s *Stretch) Pack() []byte {
	if s.Packed != nil {
		return s.Packed
	}
	return compress(s.text)
}

// Stretch returns the block that the change after a position is in; at the end,
// the last one. ErrNoMoment: the history does not go so far.
func (t *Tape) Stretch(position int) (Stretch, error) {
	i := sort.Search(len(t.blocks), func(i int) bool { return t.blocks[i].to > position })
	if i == len(t.blocks) {
		i--
	}
	if position < 0 || position > t.Len() || i < 0 {
		return Stretch{}, ErrNoMoment
	}
	b := &t.blocks[i]
	s := Stretch{From: b.from, To: b.to, Packed: b.packed, Sum: b.sum}
	if s.Packed == nil {
		s.text = t.tell(b, false)
	}
	return s, nil
}

// State returns the board at a position as JSON. It is found from the block that
// the position is in, whatever came before.
func (t *Tape) State(position int) ([]byte, error) {
	if position == t.Len() {
		return t.doc.AppendJSON(nil), nil
	}
	s, err := t.Stretch(position)
	if err != nil {
		return nil, err
	}
	text, err := s.Text()
	if err != nil {
		return nil, err
	}
	var told struct {
		Frame   json.RawMessage
		Patches []json.RawMessage
	}
	if err := json.Unmarshal(text, &told); err != nil {
		return nil, fmt.Errorf("read stretch: %w", err)
	}
	if position == s.From {
		return told.Frame, nil
	}
	var root map[string]any
	if err := json.Unmarshal(told.Frame, &root); err != nil {
		return nil, fmt.Errorf("read frame: %w", err)
	}
	for _, patches := range told.Patches[:position-s.From] {
		if err := replay.Advance(root, patches); err != nil {
			return nil, fmt.Errorf("go on from frame: %w", err)
		}
	}
	return json.Marshal(root)
}

// PositionAt returns the last position that was reached by a time.
func (t *Tape) PositionAt(at time.Time) int {
	// Clocks are set back now and then: the last one counts.
	limit := at.UnixMilli()
	for i := len(t.times) - 1; i >= 0; i-- {
		if t.times[i] <= limit {
			return i + 1
		}
	}
	return 0
}

// TimeOf returns when the change was taken that led to a position.
func (t *Tape) TimeOf(position int) time.Time {
	if position <= 0 || position > len(t.times) {
		return time.Time{}
	}
	return time.UnixMilli(t.times[position-1]).UTC()
}

// Contributions returns at most so many contributions from one on.
func (t *Tape) Contributions(from, most int) []Contribution {
	from = max(0, min(from, len(t.contributions)))
	return t.contributions[from:min(from+most, len(t.contributions))]
}

// Count returns how many contributions there are.
func (t *Tape) Count() int { return len(t.contributions) }

// Document is the board as it is at the end.
func (t *Tape) Document() *replay.Document { return t.doc }
