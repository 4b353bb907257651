package load

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"

	"openmic/crdt"
)

// A board is one document and who is at it.
type board struct {
	address string // of its socket
	tickets string // where there are tickets for it; empty: the address needs none
	secret  string // of its link
	doc     string
	editors []*editor
	people  []*person
}

// actorMark begins the actors of this program, so that a change tells by itself
// whose it is.
const (
	actorMark  = "load"
	actorBytes = len(actorMark) + 12
)

// actorOf names an editor: the mark, the run, and its number at the board.
func actorOf(p *person) crdt.Actor {
	b := append([]byte(actorMark), make([]byte, 12)...)
	binary.BigEndian.PutUint64(b[len(actorMark):], uint64(p.run.began.UnixNano()))
	binary.BigEndian.PutUint32(b[len(actorMark)+8:], uint32(p.editor))
	return crdt.Actor(b)
}

// An editor makes changes. What it keeps of them is what readers need to tell
// how late each came, for as long as that may be.
type editor struct {
	actor crdt.Actor

	mu    sync.RWMutex
	edits []edit // the newest, by sequence number
	last  uint32
}

// An edit later than this is not told from one that never came.
const (
	keptFor   = time.Minute
	keptLeast = 64
	keptMost  = 4096
)

func newEditor(p *person) *editor {
	kept := int(p.run.Rate * keptFor.Seconds())
	return &editor{actor: actorOf(p), edits: make([]edit, min(max(kept, keptLeast), keptMost))}
}

type edit struct {
	hash     crdt.Hash
	at       time.Time
	measured bool
}

func (e *editor) note(seq uint32, made edit) {
	e.mu.Lock()
	e.edits[seq%uint32(len(e.edits))], e.last = made, seq
	e.mu.Unlock()
}

// find is false for an edit that was made too long ago.
func (e *editor) find(seq uint32) (edit, bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.edits[seq%uint32(len(e.edits))], seq <= e.last && e.last-seq < uint32(len(e.edits))
}

// upTo is the newest edit that is among the given heads; 0: none of those kept.
func (e *editor) upTo(heads []crdt.Hash) uint32 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	n := uint32(len(e.edits))
	for seq := e.last; seq > 0 && e.last-seq < n; seq-- {
		if slices.Contains(heads, e.edits[seq%n].hash) {
			return seq
		}
	}
	return 0
}

// A move is a change that puts something somewhere else.
type move struct {
	actor   crdt.Actor
	name    string // of what is moved
	seq     uint64
	startOp uint64
	before  uint64 // the first operation of the move before; 0: there is none
	deps    []crdt.Hash
	x, y    int64
}

// chunk returns the change as Automerge writes it, and its hash.
func (m *move) chunk() ([]byte, crdt.Hash) {
	deps := slices.Clone(m.deps)
	slices.SortFunc(deps, func(a, b crdt.Hash) int { return slices.Compare(a[:], b[:]) })
	b := binary.AppendUvarint(nil, uint64(len(deps)))
	for _, d := range deps {
		b = append(b, d[:]...)
	}
	b = appendText(b, string(m.actor))
	b = binary.AppendUvarint(binary.AppendUvarint(b, m.seq), m.startOp)
	b = append(b, 0, 0, 0) // no time, no message, no other actors

	x, y := signed(m.x), signed(m.y)
	number := func(v []byte) uint64 { return uint64(len(v))<<4 | uint64(crdt.Int) }
	columns := []struct {
		specification uint64
		data          []byte
	}{
		{0x15, appendText(appendText([]byte{0x7e}, m.name+" x"), m.name+" y")},
		{0x34, []byte{2}},                              // neither inserts
		{0x42, []byte{2, byte(crdt.Set)}},              // both set
		{0x56, pair(number(x), number(y))},             // how long what they set is
		{0x57, append(slices.Clone(x), y...)},          // which is this
		{0x70, []byte{2, 0}}, {0x71, nil}, {0x73, nil}, // and they overwrite nothing,
	}
	if m.before > 0 { // or what the last move set
		columns[5].data, columns[6].data = []byte{2, 1}, []byte{2, 0}
		if m.before == 1 {
			columns[7].data = []byte{2, 1}
		} else {
			columns[7].data = append(append([]byte{0x7e}, signed(int64(m.before))...), 1)
		}
	} else {
		columns = columns[:6]
	}
	b = binary.AppendUvarint(b, uint64(len(columns)))
	for _, c := range columns {
		b = binary.AppendUvarint(binary.AppendUvarint(b, c.specification), uint64(len(c.data)))
	}
	for _, c := range columns {
		b = append(b, c.data...)
	}
	body := append(binary.AppendUvarint([]byte{1}, uint64(len(b))), b...)
	hash := crdt.Hash(sha256.Sum256(body))
	return append(append([]byte("\x85\x6f\x4a\x83"), hash[:4]...), body...), hash
}

// pair is the run-length encoding of two numbers.
func pair(a, b uint64) []byte {
	if a == b {
		return binary.AppendUvarint([]byte{2}, a)
	}
	return binary.AppendUvarint(binary.AppendUvarint([]byte{0x7e}, a), b)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// signed is a number in signed LEB128.
func signed(v int64) (b []byte) {
	for {
		low := byte(v & 0x7f)
		v >>= 7
		if (v == 0 && low&0x40 == 0) || (v == -1 && low&0x40 != 0) {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}

// A heard change is what a reader needs to know of one.
type heard struct {
	deps   []byte // hashes, one after the other
	editor int    // of this program; -1: somebody else's
	seq    uint32
	maxOp  uint64
	hash   crdt.Hash // of somebody else's
}

// hear reads a change chunk. Those of this program are not looked into further
// than the head, for there are very many.
func hear(chunk []byte, mine crdt.Actor, limits crdt.Limits) (heard, error) {
	if h, ok := ours(chunk, mine); ok {
		return h, nil
	}
	c, err := crdt.ParseChange(chunk, limits)
	if err != nil {
		return heard{}, fmt.Errorf("the server sent a change that is wrong: %w", err)
	}
	h := heard{editor: -1, maxOp: c.MaxOp(), hash: c.Hash}
	for _, d := range c.Deps {
		h.deps = append(h.deps, d[:]...)
	}
	return h, nil
}

// ours reads the head of a change that this run made.
func ours(chunk []byte, mine crdt.Actor) (h heard, ok bool) {
	const kind = 8 // magic and checksum
	if len(chunk) < kind+2 || chunk[kind] != 1 {
		return h, false
	}
	r := chunk[kind+1:]
	next := func() uint64 {
		v, n := binary.Uvarint(r)
		if n <= 0 {
			r = nil
			return 0
		}
		r = r[n:]
		return v
	}
	next()
	deps := next()
	if deps*32 > uint64(len(r)) {
		return h, false
	}
	h.deps, r = r[:deps*32], r[deps*32:]
	run := len(actorMark) + 8
	if next() != uint64(actorBytes) || len(r) < actorBytes || string(r[:run]) != string(mine[:run]) {
		return h, false
	}
	h.editor, r = int(binary.BigEndian.Uint32(r[run:])), r[actorBytes:]
	h.seq = uint32(next())
	h.maxOp = next() + 1
	return h, r != nil
}
