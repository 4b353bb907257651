// Package wire is the automerge-repo envelope: the CBOR maps that travel as
// binary WebSocket messages between a server and its peers, protocol version
// "1". What is written is what the npm packages write; what is read is more
// generous (any key order, missing optionals, unknown keys, numbers as floats).
//
// One thing is ours (people.go). A client whose join has presenceBatches: true in
// its peerMetadata is sent the presence of many people in one message of the type
// "presence", and never an ephemeral or a leave; the server says the same of itself
// in its answer. Stock peers keep metadata they do not know and look at none of it,
// are never sent that type, and would pass over it. Such a client may add a place to
// its ephemeral messages: where it points and what it sees. That too a stock server
// passes on unread.
//
// Source: the README and src/ of @automerge/automerge-repo-network-websocket
// and src/network/messages.ts of @automerge/automerge-repo.
package wire

import (
	"errors"
	"fmt"
	"math"

	"github.com/fxamacker/cbor/v2"
)

// Version is the only protocol version there is.
const Version = "1"

// The types of message that mean something here. Others, such as those by which
// peers tell each other what third parties have, are passed over.
const (
	TypeJoin        = "join"
	TypePeer        = "peer"
	TypeLeave       = "leave"
	TypeError       = "error"
	TypeRequest     = "request"
	TypeSync        = "sync"
	TypeUnavailable = "doc-unavailable"
	TypeEphemeral   = "ephemeral"
)

// Limits of one message.
const (
	maxDepth     = 8
	maxMapPairs  = 32
	maxArray     = 1024
	maxIDLength  = 256
	maxVersions  = 16
	maxTypeChars = 64
)

// ErrMalformed is returned, wrapped, for bytes that are not a message.
var ErrMalformed = errors.New("malformed message")

// Message is what a client sends. Which fields are set depends on Type: a join
// has Versions and Metadata, a sync or request DocumentID and Data, an
// ephemeral these and SessionID and Count. A Type that is not listed above is
// to be ignored.
type Message struct {
	Type       string
	SenderID   string
	TargetID   string
	DocumentID string
	Data       []byte
	SessionID  string
	Count      uint64
	Place      Place // of an ephemeral
	Metadata   Metadata
	Versions   []string // nil when the join names none, which means Version
	Text       string   // of an error
}

// Metadata is what a peer tells of itself when it joins.
type Metadata struct {
	StorageID   string `cbor:"storageId,omitempty"`
	IsEphemeral bool   `cbor:"isEphemeral"`
	Batches     bool   `cbor:"presenceBatches,omitempty"` // it understands People
}

type inbound struct {
	Type         string          `cbor:"type"`
	SenderID     string          `cbor:"senderId"`
	TargetID     string          `cbor:"targetId"`
	DocumentID   string          `cbor:"documentId"`
	Data         []byte          `cbor:"data"`
	SessionID    string          `cbor:"sessionId"`
	Count        any             `cbor:"count"`
	Place        cbor.RawMessage `cbor:"place"`
	PeerMetadata *Metadata       `cbor:"peerMetadata"`
	Metadata     *Metadata       `cbor:"metadata"` // as the README of the npm package calls it
	Versions     []string        `cbor:"supportedProtocolVersions"`
	Text         string          `cbor:"message"`
}

var (
	decoder = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:   maxDepth,
		MaxMapPairs:       maxMapPairs,
		MaxArrayElements:  maxArray,
		IndefLength:       cbor.IndefLengthForbidden,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		UTF8:              cbor.UTF8RejectInvalid,
	}.DecMode())
	encoder = must(cbor.EncOptions{}.EncMode())
)

func must[T any](mode T, err error) T {
	if err != nil {
		panic(err) // options are constants: a fault of this file
	}
	return mode
}

// Decode reads one message. Data is copied from b.
func Decode(b []byte) (*Message, error) {
	if len(b) == 0 || b[0]>>5 != 5 {
		return nil, fmt.Errorf("%w: not a map", ErrMalformed)
	}
	var in inbound
	if err := decoder.Unmarshal(b, &in); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	m := &Message{
		Type: in.Type, SenderID: in.SenderID, TargetID: in.TargetID, DocumentID: in.DocumentID,
		Data: in.Data, SessionID: in.SessionID, Versions: in.Versions, Text: in.Text,
	}
	if in.PeerMetadata != nil {
		m.Metadata = *in.PeerMetadata
	} else if in.Metadata != nil {
		m.Metadata = *in.Metadata
	}
	if err := m.check(in.Count, in.Place); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return m, nil
}

// check holds the fields to what their type needs.
func (m *Message) check(count any, place cbor.RawMessage) error {
	if m.Type == "" || len(m.Type) > maxTypeChars {
		return errors.New("no type")
	}
	if len(m.SenderID) > maxIDLength || len(m.TargetID) > maxIDLength || len(m.DocumentID) > maxIDLength || len(m.SessionID) > maxIDLength {
		return fmt.Errorf("an id of more than %d bytes", maxIDLength)
	}
	switch m.Type {
	case TypeJoin:
		if m.SenderID == "" {
			return errors.New("join without senderId")
		}
		if len(m.Versions) > maxVersions {
			return fmt.Errorf("more than %d protocol versions", maxVersions)
		}
	case TypeSync, TypeRequest, TypeEphemeral:
		if m.DocumentID == "" || len(m.Data) == 0 {
			return fmt.Errorf("%s without documentId or data", m.Type)
		}
	}
	if m.Type == TypeEphemeral {
		n, err := natural(count)
		if err != nil {
			return fmt.Errorf("count of ephemeral: %w", err)
		}
		m.Count = n
		m.Place = readPlace(place)
	}
	return nil
}

// natural reads a count that may have been written as any kind of number.
func natural(v any) (uint64, error) {
	switch n := v.(type) {
	case uint64:
		return n, nil
	case float64:
		if n >= 0 && n <= 1<<53 && n == math.Trunc(n) {
			return uint64(n), nil
		}
	}
	return 0, errors.New("not a natural number")
}
