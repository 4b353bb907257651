package wire

import (
	"bytes"
	"encoding/binary"
)

// Familiar knows the sync messages of one peer about one document by what
// surrounds their data, which is the same each time. It finds the data of the next
// without decoding it all. The zero Familiar knows none.
type Familiar struct{ before, after []byte }

// Learn takes a sync message that Decode has read, and its data.
func (f *Familiar) Learn(b, data []byte) {
	at := bytes.Index(b, data)
	if len(data) == 0 || at < 0 {
		return
	}
	head := at - len(Envelope(nil).Append(nil, len(data)))
	if head < 0 || !bytes.Equal(b[head:at], Envelope(nil).Append(nil, len(data))) {
		return // written in another way than the shortest
	}
	f.before, f.after = bytes.Clone(b[:head]), bytes.Clone(b[at+len(data):])
}

// Data returns the data of a message like the one that was learned, which aliases
// it. False: this one is to be decoded.
func (f *Familiar) Data(b []byte) ([]byte, bool) {
	if len(f.before) == 0 || !bytes.HasPrefix(b, f.before) {
		return nil, false
	}
	n, head, ok := byteString(b[len(f.before):])
	at := len(f.before) + head
	if !ok || n == 0 || n > uint64(len(b)-at) || !bytes.Equal(b[at+int(n):], f.after) {
		return nil, false
	}
	return b[at : at+int(n)], true
}

// byteString reads the head of a CBOR byte string. Source: RFC 8949, 3.
func byteString(b []byte) (n uint64, head int, ok bool) {
	if len(b) == 0 || b[0]>>5 != 2 {
		return 0, 0, false
	}
	switch low := b[0] & 31; {
	case low < 24:
		return uint64(low), 1, true
	case low == 24 && len(b) >= 2:
		return uint64(b[1]), 2, true
	case low == 25 && len(b) >= 3:
		return uint64(binary.BigEndian.Uint16(b[1:])), 3, true
	case low == 26 && len(b) >= 5:
		return uint64(binary.BigEndian.Uint32(b[1:])), 5, true
	}
	return 0, 0, false
}
