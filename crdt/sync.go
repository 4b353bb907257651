package crdt

import (
	"encoding/binary"
	"fmt"

	"openmic/crdt/columnar"
)

// The first byte of a sync message.
const (
	syncV1 = 0x42
	syncV2 = 0x43
)

// Flag bytes of a sync message. A byte with flagField set is a bit field.
const (
	flagV2            = 0x02
	flagField         = 0x80
	flagReset         = 0x01
	flagReadOnly      = 0x02
	flagSupportsReset = 0x04
)

// SyncMessage is one message of the Automerge sync protocol, about one document,
// from one peer to another.
//
// The published format does not describe it; testdata has what @automerge/automerge
// writes and reads.
type SyncMessage struct {
	Version int // 1 or 2
	// Heads are the sender's heads, ascending.
	Heads []Hash
	// Need names changes that the sender asks for.
	Need []Hash
	// Have says which changes the sender has beyond those of an earlier sync.
	Have []Have
	// Changes holds change chunks, and in version 2 document chunks too.
	Changes [][]byte
	// Flags is the flag list that follows, nil when none was sent.
	Flags []byte
}

// Have says that the sender has the changes of LastSync, everything those depend
// on, and about what the filter contains.
type Have struct {
	LastSync []Hash
	Bloom    Bloom
}

// syncMessageSpace is a message together with the lists of an ordinary one, which
// then takes a single allocation.
type syncMessageSpace struct {
	message  SyncMessage
	heads    [2]Hash
	lastSync [2]Hash
	have     [1]Have
	changes  [1][]byte
}

// ParseSyncMessage reads a sync message. Changes, filters and flags alias b, which
// must not be modified while the message is in use. Bytes after the flags are
// ignored, as the reference does. The error wraps ErrMalformed or ErrTooLarge.
func ParseSyncMessage(b []byte, lim Limits) (*SyncMessage, error) {
	space := new(syncMessageSpace)
	m := &space.message
	r := reader{rest: b}
	switch first := r.byte(); first {
	case syncV1:
		m.Version = 1
	case syncV2:
		m.Version = 2
	default:
		return nil, fmt.Errorf("read sync message: %w: type %#x", ErrMalformed, first)
	}
	m.Heads = r.hashes(space.heads[:0], r.count(lim.Heads, "heads"))
	m.Need = r.hashes(nil, r.count(lim.Need, "needed changes"))
	haves := r.count(lim.Have, "have entries")
	m.Have = space.have[:0]
	for i := 0; i < haves && r.err == nil; i++ {
		var have Have
		last := r.count(lim.Heads, "lastSync hashes")
		if i == 0 {
			have.LastSync = r.hashes(space.lastSync[:0], last)
		} else {
			have.LastSync = r.hashes(nil, last)
		}
		have.Bloom = readBloom(&r, lim)
		m.Have = append(m.Have, have)
	}
	changes := r.count(lim.Changes, "changes")
	if changes > len(r.rest) { // each takes a byte at least
		r.fail(fmt.Errorf("%w: %w", ErrMalformed, columnar.ErrTruncated))
		changes = 0
	}
	m.Changes = space.changes[:0]
	if changes > len(space.changes) {
		m.Changes = make([][]byte, 0, changes)
	}
	for i := 0; i < changes && r.err == nil; i++ {
		m.Changes = append(m.Changes, r.bytes(r.count(len(r.rest), "chunk bytes")))
	}
	if len(r.rest) > 0 {
		m.Flags = r.bytes(r.count(lim.Flags, "flag bytes"))
	}
	if r.err != nil {
		return nil, fmt.Errorf("read sync message: %w", r.err)
	}
	return m, nil
}

// Confirmation reads a sync message that only says which heads its sender has, and
// has had confirmed: it asks for nothing, brings nothing and does not begin anew.
// The heads, at most so many, are one after the other and alias b. False:
// ParseSyncMessage reads it.
func Confirmation(b []byte, most int) (heads []byte, ok bool) {
	r := reader{rest: b}
	if first := r.byte(); first != syncV1 && first != syncV2 {
		return nil, false
	}
	hashes := func() []byte { return r.bytes(r.count(most, "hashes") * len(Hash{})) }
	heads = hashes()
	if len(heads) == 0 || len(hashes()) > 0 || r.count(1, "have") != 1 || len(hashes()) == 0 {
		return nil, false
	}
	r.bytes(r.count(len(r.rest), "filter bytes"))
	if r.uint() != 0 { // changes
		return nil, false
	}
	m := SyncMessage{}
	if len(r.rest) > 0 {
		m.Flags = r.bytes(r.count(len(r.rest), "flag bytes"))
	}
	return heads, r.err == nil && !m.Reset()
}

// Append appends the message in its binary form to dst.
func (m *SyncMessage) Append(dst []byte) []byte {
	if m.Version == 2 {
		dst = append(dst, syncV2)
	} else {
		dst = append(dst, syncV1)
	}
	dst = appendHashes(dst, m.Heads)
	dst = appendHashes(dst, m.Need)
	dst = binary.AppendUvarint(dst, uint64(len(m.Have)))
	for i := range m.Have {
		dst = appendHashes(dst, m.Have[i].LastSync)
		dst = m.Have[i].Bloom.append(dst)
	}
	dst = binary.AppendUvarint(dst, uint64(len(m.Changes)))
	for _, chunk := range m.Changes {
		dst = binary.AppendUvarint(dst, uint64(len(chunk)))
		dst = append(dst, chunk...)
	}
	if m.Flags != nil {
		dst = binary.AppendUvarint(dst, uint64(len(m.Flags)))
		dst = append(dst, m.Flags...)
	}
	return dst
}

// Size returns the length of the binary form, or a little more.
func (m *SyncMessage) Size() int {
	const number = binary.MaxVarintLen64
	size := 1 + 5*number + len(Hash{})*(len(m.Heads)+len(m.Need)) + len(m.Flags)
	for i := range m.Have {
		size += 5*number + len(Hash{})*len(m.Have[i].LastSync) + len(m.Have[i].Bloom.Bits)
	}
	for _, chunk := range m.Changes {
		size += number + len(chunk)
	}
	return size
}

func appendHashes(dst []byte, hashes []Hash) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(hashes)))
	for i := range hashes {
		dst = append(dst, hashes[i][:]...)
	}
	return dst
}

// SyncFlags returns the flag list of a peer that understands version 2 and the
// reset flag, and that ignores incoming changes when it is read-only.
func SyncFlags(readOnly bool) []byte {
	field := byte(flagField | flagSupportsReset)
	if readOnly {
		field |= flagReadOnly
	}
	return []byte{flagV2, field}
}

// UnderstandsV2 reports whether the sender takes version 2 messages: every peer
// that sends flags does.
func (m *SyncMessage) UnderstandsV2() bool { return m.Flags != nil }

// ReadOnly reports whether the sender ignores incoming changes.
func (m *SyncMessage) ReadOnly() bool { return m.flag(flagReadOnly) }

// Reset reports whether the sender asks to be treated as if nothing had been sent
// to it before.
func (m *SyncMessage) Reset() bool { return m.flag(flagReset) }

func (m *SyncMessage) flag(bit byte) bool {
	for _, b := range m.Flags {
		if b&flagField != 0 && b&bit != 0 {
			return true
		}
	}
	return false
}
