package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/fxamacker/cbor/v2"

	"openmic/crdt"
)

// A frame is four bytes with the length of its head, eight with the length of
// its body, both big-endian, the head (one CBOR map) and the body (bytes as
// they are). Parent and child send one frame each in turn.
const framePrefix = 4 + 8

// frameLimits bounds what a reader accepts, before it allocates.
type frameLimits struct {
	head int64
	body int64
}

// childLimits is all that the framing allows. The pool's own settings, which
// decide what is sent, are far below.
var childLimits = frameLimits{head: 64 << 20, body: 1 << 30}

var errFrame = errors.New("malformed engine frame")

// request is the head of a frame to the child; the chunks are its body.
type request struct {
	Memory int64    `cbor:"1,keyasint,omitempty"` // bytes the child may grow by
	Answer int64    `cbor:"2,keyasint,omitempty"` // most bytes of the answer's body
	Want   []byte   `cbor:"3,keyasint,omitempty"` // the heads of the chunks, end to end
	Edit   *Edit    `cbor:"4,keyasint,omitempty"` // for taskEdit
	Task   task     `cbor:"5,keyasint,omitempty"`
	At     []byte   `cbor:"6,keyasint,omitempty"` // heads to go back to; none is the newest
	Draw   *Drawing `cbor:"7,keyasint,omitempty"` // for taskDraw and taskDrawJSON
}

type task uint8

const (
	taskCompact task = iota
	taskEdit
	taskChanges
	taskJSON
	taskDraw
	taskDrawJSON
)

// answer is the head of a frame from the child; what it made is its body.
type answer struct {
	Status  status `cbor:"1,keyasint"`
	Reason  string `cbor:"2,keyasint,omitempty"`
	Changes int    `cbor:"3,keyasint,omitempty"`
}

type status uint8

const (
	statusDone status = iota + 1
	statusRefused
	statusUnchanged
	statusTooLarge
)

// reasonBytes bounds the text of an error that came from the core.
const reasonBytes = 300

var (
	encoding = must(cbor.EncOptions{Time: cbor.TimeUnix}.EncMode())
	decoding = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		IntDec:            cbor.IntDecConvertSignedOrFail,
		MaxNestedLevels:   8,
	}.DecMode())
)

// must is for options that are fixed when the program is compiled.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// writeFrame sends a head and the parts of a body without joining them first.
func writeFrame(w io.Writer, head []byte, body ...[]byte) error {
	prefix := make([]byte, framePrefix, framePrefix+len(head))
	binary.BigEndian.PutUint32(prefix, uint32(len(head)))
	binary.BigEndian.PutUint64(prefix[4:], uint64(total(body)))
	if _, err := w.Write(append(prefix, head...)); err != nil {
		return err
	}
	for _, part := range body {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// readFrame reads one frame. It returns io.EOF only where a frame could have
// begun, and errFrame for one that the limits refuse.
func readFrame(r io.Reader, limits frameLimits) (head, body []byte, err error) {
	var prefix [framePrefix]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return nil, nil, err
	}
	headLength := int64(binary.BigEndian.Uint32(prefix[:4]))
	bodyLength := binary.BigEndian.Uint64(prefix[4:])
	if headLength > limits.head {
		return nil, nil, fmt.Errorf("%w: head of %d bytes, %d allowed", errFrame, headLength, limits.head)
	}
	if bodyLength > math.MaxInt64 || int64(bodyLength) > limits.body {
		return nil, nil, fmt.Errorf("%w: body of %d bytes, %d allowed", errFrame, bodyLength, limits.body)
	}
	frame := make([]byte, headLength+int64(bodyLength))
	if _, err := io.ReadFull(r, frame); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, nil, err
	}
	return frame[:headLength:headLength], frame[headLength:], nil
}

func decodeHead(head []byte, into any) error {
	if err := decoding.Unmarshal(head, into); err != nil {
		return fmt.Errorf("%w: %w", errFrame, err)
	}
	return nil
}

func total(parts [][]byte) (n int64) {
	for _, part := range parts {
		n += int64(len(part))
	}
	return n
}

func joinHashes(hashes []crdt.Hash) []byte {
	joined := make([]byte, 0, len(hashes)*len(crdt.Hash{}))
	for _, h := range hashes {
		joined = append(joined, h[:]...)
	}
	return joined
}

func splitHashes(joined []byte) ([]crdt.Hash, error) {
	const size = len(crdt.Hash{})
	if len(joined)%size != 0 {
		return nil, fmt.Errorf("%w: %d bytes of hashes", errFrame, len(joined))
	}
	hashes := make([]crdt.Hash, 0, len(joined)/size)
	for ; len(joined) > 0; joined = joined[size:] {
		hashes = append(hashes, crdt.Hash(joined[:size]))
	}
	return hashes, nil
}
