package wire

import "encoding/binary"

// Joined is the server's answer to a join.
type Joined struct {
	SenderID string // the server
	TargetID string // the peer that joined
	Metadata Metadata
}

// Encode returns the message's bytes.
func (m Joined) Encode() []byte {
	return encode(struct {
		Type     string   `cbor:"type"`
		SenderID string   `cbor:"senderId"`
		Metadata Metadata `cbor:"peerMetadata"`
		Version  string   `cbor:"selectedProtocolVersion"`
		TargetID string   `cbor:"targetId"`
	}{TypePeer, m.SenderID, m.Metadata, Version, m.TargetID})
}

// Unavailable tells a peer that a document is not to be had here.
type Unavailable struct{ SenderID, TargetID, DocumentID string }

// Encode returns the message's bytes.
func (m Unavailable) Encode() []byte {
	return encode(struct {
		Type       string `cbor:"type"`
		SenderID   string `cbor:"senderId"`
		TargetID   string `cbor:"targetId"`
		DocumentID string `cbor:"documentId"`
	}{TypeUnavailable, m.SenderID, m.TargetID, m.DocumentID})
}

// Failure tells a peer why its connection is about to be closed, or, with a
// document, what is the matter with that. Stock clients write the text to their
// log; the condition is for our own.
type Failure struct{ SenderID, TargetID, Text, DocumentID, Condition string }

// Encode returns the message's bytes.
func (m Failure) Encode() []byte {
	return encode(struct {
		Type       string `cbor:"type"`
		SenderID   string `cbor:"senderId"`
		TargetID   string `cbor:"targetId"`
		Message    string `cbor:"message"`
		DocumentID string `cbor:"documentId,omitempty"`
		Condition  string `cbor:"condition,omitempty"`
	}{TypeError, m.SenderID, m.TargetID, m.Text, m.DocumentID, m.Condition})
}

// Ephemeral is a presence message on its way to its readers. It names no
// targetId, which no client reads, so that one encoding serves them all.
type Ephemeral struct {
	SenderID, DocumentID, SessionID string
	Count                           uint64
	Data                            []byte
	Participant, Audience           string // whose it is, by the server's word; empty where it does not know
}

// Encode returns the message's bytes.
func (m Ephemeral) Encode() []byte {
	return encode(struct {
		Type       string `cbor:"type"`
		SenderID   string `cbor:"senderId"`
		TargetID   string `cbor:"targetId"`
		Count      uint64 `cbor:"count"`
		SessionID  string `cbor:"sessionId"`
		DocumentID string `cbor:"documentId"`
		Data       []byte `cbor:"data"`
		// Stock clients pass over these.
		Participant string `cbor:"participant,omitempty"`
		Audience    string `cbor:"audience,omitempty"`
	}{TypeEphemeral, m.SenderID, "", m.Count, m.SessionID, m.DocumentID, m.Data, m.Participant, m.Audience})
}

// Left tells the readers of a document's presence that a peer is gone. No stock
// server sends it, and stock clients pass over it.
type Left struct{ SenderID, DocumentID string }

// Encode returns the message's bytes.
func (m Left) Encode() []byte {
	return encode(struct {
		Type       string `cbor:"type"`
		SenderID   string `cbor:"senderId"`
		TargetID   string `cbor:"targetId"`
		DocumentID string `cbor:"documentId"`
	}{TypeLeave, m.SenderID, "", m.DocumentID})
}

// Envelope is the part of a sync message that differs from peer to peer. It
// ends where the bytes of the sync message itself begin, so that one body can
// be shared by all peers.
type Envelope []byte

// NewEnvelope makes the envelope of the sync messages of one document to one peer.
func NewEnvelope(senderID, targetID, documentID string) Envelope {
	b := encode(struct {
		Type       string `cbor:"type"`
		SenderID   string `cbor:"senderId"`
		TargetID   string `cbor:"targetId"`
		DocumentID string `cbor:"documentId"`
		Data       []byte `cbor:"data"`
	}{TypeSync, senderID, targetID, documentID, []byte{}})
	return b[:len(b)-1] // without the head of the empty byte string
}

// Size is how many bytes Append appends.
func (e Envelope) Size(n int) int {
	switch {
	case n < 24:
		return len(e) + 1
	case n < 1<<8:
		return len(e) + 2
	case n < 1<<16:
		return len(e) + 3
	default:
		return len(e) + 5
	}
}

// Append appends the envelope of a body of n bytes; the body is to follow.
func (e Envelope) Append(dst []byte, n int) []byte {
	const byteString = 2 << 5
	dst = append(dst, e...)
	switch {
	case n < 24:
		return append(dst, byteString|byte(n))
	case n < 1<<8:
		return append(dst, byteString|24, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, byteString|25), uint16(n))
	default:
		return binary.BigEndian.AppendUint32(append(dst, byteString|26), uint32(n))
	}
}

func encode(v any) []byte {
	b, err := encoder.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and bytes always encode: a fault of this file
	}
	return b
}
