package wire

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/fxamacker/cbor/v2"
)

// TypePresence is the type of what People writes.
const TypePresence = "presence"

// People begins the messages of one document that tell of many people at once, for
// clients that said they understand them: {type, senderId, documentId, people}. Each
// of the people is an array: the peer's id, what it says (the data of its ephemeral),
// whose it is and their audience, by the server's word; or the id alone, of who has
// left. They follow the beginning, so that readers can share their bytes.
type People []byte

// NewPeople makes the beginning of a document's messages.
func NewPeople(senderID, documentID string) People {
	b := encode(struct {
		Type       string     `cbor:"type"`
		SenderID   string     `cbor:"senderId"`
		DocumentID string     `cbor:"documentId"`
		People     []struct{} `cbor:"people"`
	}{TypePresence, senderID, documentID, []struct{}{}})
	return b[:len(b)-1] // without the head of the empty array
}

// Size is how many bytes Append appends.
func (p People) Size(n int) int {
	switch {
	case n < 24:
		return len(p) + 1
	case n < 1<<8:
		return len(p) + 2
	default:
		return len(p) + 3
	}
}

// Append appends the beginning of a message about n people, fewer than 65,536; they
// are to follow.
func (p People) Append(dst []byte, n int) []byte {
	const array = 4 << 5
	dst = append(dst, p...)
	switch {
	case n < 24:
		return append(dst, array|byte(n))
	case n < 1<<8:
		return append(dst, array|24, byte(n))
	default:
		return binary.BigEndian.AppendUint16(append(dst, array|25), uint16(n))
	}
}

// Person returns what stands for somebody in such a message.
func (m Ephemeral) Person() []byte {
	return encode([]any{m.SenderID, m.Data, m.Participant, m.Audience})
}

// Person returns what stands for somebody who is gone.
func (m Left) Person() []byte { return encode([]any{m.SenderID}) }

// Place is what a client of ours tells the server beside its presence, so that
// others are shown those who are near. The zero Place tells nothing, and so does
// whatever cannot be read: nobody is refused for it.
type Place struct {
	Points  bool // it is at X, Y, in the document's own measure
	X, Y    float64
	Sees    Area // nothing, if that has no width
	Acts    bool // it does what others want to see at once
	Follows string
}

// Area is a part of the board.
type Area struct{ X, Y, Width, Height float64 }

// farOut is further than any board goes.
const farOut = 1e7

// readPlace reads {at: [x, y], sees: [x, y, width, height], acts, follows}.
func readPlace(b cbor.RawMessage) (p Place) {
	var in struct {
		At      any `cbor:"at"`
		Sees    any `cbor:"sees"`
		Acts    any `cbor:"acts"`
		Follows any `cbor:"follows"`
	}
	if len(b) == 0 || decoder.Unmarshal(b, &in) != nil {
		return Place{}
	}
	if at, ok := numbers(in.At, 2); ok {
		p.Points, p.X, p.Y = true, at[0], at[1]
	}
	if a, ok := numbers(in.Sees, 4); ok && a[2] >= 1 && a[3] >= 1 {
		p.Sees = Area{a[0], a[1], a[2], a[3]}
	}
	p.Acts, _ = in.Acts.(bool)
	if id, ok := in.Follows.(string); ok && len(id) <= maxIDLength {
		p.Follows = id
	}
	return p
}

// numbers reads an array of n numbers that a board may have.
func numbers(v any, n int) ([]float64, bool) {
	in, ok := v.([]any)
	if !ok || len(in) != n {
		return nil, false
	}
	out := make([]float64, n)
	for i, v := range in {
		switch v := v.(type) {
		case uint64:
			out[i] = float64(v)
		case int64:
			out[i] = float64(v)
		case float64:
			out[i] = v
		default:
			return nil, false
		}
		if !(math.Abs(out[i]) < farOut) { // NaN is not either
			return nil, false
		}
	}
	return out, true
}

// Shown is what a batch tells of one person.
type Shown struct {
	ID                    string
	Data                  []byte // nil: it is gone
	Participant, Audience string
}

// ReadPeople reads a message of People, as its readers do.
func ReadPeople(b []byte) ([]Shown, error) {
	var in struct {
		People [][]cbor.RawMessage `cbor:"people"`
	}
	if err := decoder.Unmarshal(b, &in); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	shown := make([]Shown, len(in.People))
	for i, person := range in.People {
		s := &shown[i]
		for n, field := range []any{&s.ID, &s.Data, &s.Participant, &s.Audience} {
			if n < len(person) {
				if err := decoder.Unmarshal(person[n], field); err != nil {
					return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
				}
			}
		}
	}
	return shown, nil
}
