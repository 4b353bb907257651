// Package crdt knows of Automerge what a server needs that relays and stores
// documents without holding them: it reads changes, keeps the graph of their
// dependencies, decides which changes may enter it, and speaks the sync protocol.
//
// Everything here is a pure function of its input. There are no goroutines, no
// clock and no log, nothing panics on bytes from the network, and every length is
// checked against Limits before memory is spent on it.
package crdt

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"openmic/crdt/columnar"
)

// Actor is the identity of one writer of a document, as raw bytes.
type Actor string

// String returns the actor in hexadecimal digits, as Automerge prints it.
func (a Actor) String() string { return hex.EncodeToString([]byte(a)) }

// MaxCounter is the highest number that an operation, or a change of one actor,
// can have: implementations keep both in 32 bits.
const MaxCounter = math.MaxUint32

const (
	chunkChange   = 1
	chunkDeflated = 2

	chunkMagic  = "\x85\x6f\x4a\x83"
	chunkPrefix = len(chunkMagic) + 4 // magic and checksum
)

// Change is one parsed change. Its columns have been verified: Operations of a
// parsed change never fails.
type Change struct {
	Hash    Hash
	Actor   Actor
	Seq     uint64 // 1 for the actor's first change
	StartOp uint64 // counter of the first operation, from 1
	NumOps  int
	Deps    []Hash // ascending
	Time    int64  // seconds since 1970, as the author claims
	Message string
	// OtherActors are the actors that operations refer to, without the author.
	OtherActors []Actor
	// Raw is the chunk as it was received. It aliases the input.
	Raw []byte

	columns columns
}

// MaxOp returns the counter of the last operation, or StartOp-1 when there is none.
func (c *Change) MaxOp() uint64 { return c.StartOp + uint64(c.NumOps) - 1 }

// ActorAt returns the actor that an OpID of this change means. The author is 0.
func (c *Change) ActorAt(index int) Actor {
	if index == 0 {
		return c.Actor
	}
	return c.OtherActors[index-1]
}

// UnknownColumns returns the number of columns that this package does not know.
func (c *Change) UnknownColumns() int { return c.columns.unknown }

// ParseChange reads one change chunk, deflated or not, and nothing after it. The
// change aliases chunk, which must not be modified while the change is in use.
// The error is a *Refusal of one of the rules R1 to R7.
func ParseChange(chunk []byte, lim Limits) (*Change, error) {
	body, hash, err := openChunk(chunk, lim)
	if err != nil {
		return nil, err
	}
	c := &Change{Hash: hash, Raw: chunk}
	r := reader{rest: body}
	if err := c.readHeader(&r, lim); err != nil {
		return nil, err
	}
	if c.columns, err = readColumns(&r, lim); err != nil {
		return nil, err
	}
	// A long text that is pasted is one operation a letter, and has the bytes to show for it.
	lim.Operations = max(lim.Operations, len(body))
	if c.NumOps, err = c.columns.operations(lim); err != nil {
		return nil, err
	}
	if c.StartOp > MaxCounter || c.MaxOp() > MaxCounter || c.Seq > MaxCounter {
		return nil, refuse(RuleHeader, "counter exceeds 32 bits")
	}
	if err := c.verify(lim); err != nil {
		return nil, err
	}
	return c, nil
}

// openChunk checks the frame of a chunk and returns the inflated body and its hash.
func openChunk(chunk []byte, lim Limits) ([]byte, Hash, error) {
	if len(chunk) > lim.ChunkBytes {
		return nil, Hash{}, refuse(RuleSize, "chunk of %d bytes", len(chunk))
	}
	if len(chunk) <= chunkPrefix || string(chunk[:len(chunkMagic)]) != chunkMagic {
		return nil, Hash{}, refuse(RuleChunk, "not a chunk")
	}
	kind := chunk[chunkPrefix]
	size, n, err := columnar.Uint(chunk[chunkPrefix+1:])
	if err != nil {
		return nil, Hash{}, refuse(RuleChunk, "length: %v", err)
	}
	data := chunk[chunkPrefix+1+n:]
	if size != uint64(len(data)) {
		return nil, Hash{}, refuse(RuleChunk, "%d bytes where %d are announced", len(data), size)
	}
	// The hash covers type, length and body of the change that is not deflated.
	var hashed, body []byte
	switch kind {
	case chunkChange:
		hashed, body = chunk[chunkPrefix:], data
	case chunkDeflated:
		if hashed, body, err = inflate(data, lim); err != nil {
			return nil, Hash{}, err
		}
	default:
		return nil, Hash{}, refuse(RuleChunk, "type %d is not a change", kind)
	}
	hash := Hash(sha256.Sum256(hashed))
	if !bytes.Equal(hash[:4], chunk[len(chunkMagic):chunkPrefix]) {
		return nil, Hash{}, refuse(RuleChecksum, "checksum differs from the content")
	}
	return body, hash, nil
}

// inflate returns the body of a deflated chunk, alone and preceded by the type and
// length it has when it is not deflated.
func inflate(data []byte, lim Limits) (framed, body []byte, err error) {
	most := min(lim.ChunkBytes, max(lim.InflateFree, lim.InflateRatio*len(data)))
	const room = 1 + binary.MaxVarintLen64
	buf := make([]byte, room, room+min(most, max(512, 4*len(data)))+1)
	source := bytes.NewReader(data)
	inflater := flate.NewReader(source)
	for {
		n, err := inflater.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if len(buf)-room > most {
			return nil, nil, refuse(RuleSize, "%d bytes inflate to more than %d", len(data), most)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, refuse(RuleChunk, "not deflated data")
		}
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, min(len(buf), most+room+1-len(buf)))
		}
	}
	if source.Len() > 0 {
		return nil, nil, refuse(RuleChunk, "bytes after the deflated data")
	}
	var head [room]byte
	prefix := binary.AppendUvarint(append(head[:0], chunkChange), uint64(len(buf)-room))
	framed = buf[room-len(prefix):]
	copy(framed, prefix)
	return framed, buf[room:], nil
}

func (c *Change) readHeader(r *reader, lim Limits) error {
	deps := r.count(lim.Deps, "dependencies")
	c.Deps = r.hashes(nil, deps)
	c.Actor = r.actor(lim)
	c.Seq = r.uint()
	c.StartOp = r.uint()
	c.Time = r.int()
	message := r.bytes(r.count(lim.MessageBytes, "message bytes"))
	others := r.count(lim.OtherActors, "other actors")
	if r.err == nil && others > 0 {
		c.OtherActors = make([]Actor, others)
		for i := range c.OtherActors {
			c.OtherActors[i] = r.actor(lim)
		}
	}
	if r.err != nil {
		return headerRefusal(r.err)
	}
	if c.Seq == 0 || c.StartOp == 0 {
		return refuse(RuleHeader, "counters begin at 1")
	}
	if c.Time > maxExact || c.Time < -maxExact {
		return refuse(RuleHeader, "time out of range")
	}
	if !utf8.Valid(message) {
		return refuse(RuleHeader, "message is not UTF-8")
	}
	c.Message = string(message)
	for i := 1; i < len(c.Deps); i++ {
		if bytes.Compare(c.Deps[i-1][:], c.Deps[i][:]) >= 0 {
			return refuse(RuleDeps, "dependencies are not in ascending order")
		}
	}
	for i, other := range c.OtherActors {
		if other == c.Actor || i > 0 && c.OtherActors[i-1] >= other {
			return refuse(RuleHeader, "other actors are not in ascending order, or contain the author")
		}
	}
	return nil
}

func headerRefusal(err error) *Refusal {
	if errors.Is(err, ErrTooLarge) {
		return refuse(RuleSize, "%v", err)
	}
	return refuse(RuleHeader, "%v", err)
}
