// Package docid names an automerge-repo document: 16 bytes, written as
// base58check text (Bitcoin's alphabet, four checksum bytes, no version byte),
// as automerge-repo writes its document ids.
package docid

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"github.com/mr-tron/base58"
)

// Size is the length of an ID in bytes.
const Size = 16

const (
	checksumSize = 4
	// maxText is the longest text of 20 bytes in base58: ceil(20·log(256)/log(58)).
	maxText = 28
)

// ErrInvalid is returned for a text that is not a document id.
var ErrInvalid = errors.New("invalid document id")

// ID is a document id.
type ID [Size]byte

// New returns a random ID.
func New() ID {
	var id ID
	rand.Read(id[:])
	return id
}

// Parse reads the base58check text of an id. One id has exactly one text.
func Parse(text string) (ID, error) {
	var id ID
	if len(text) == 0 || len(text) > maxText {
		return id, ErrInvalid
	}
	raw, err := base58.Decode(text)
	if err != nil || len(raw) != Size+checksumSize {
		return id, ErrInvalid
	}
	sum := checksum(raw[:Size])
	if !bytes.Equal(sum[:], raw[Size:]) {
		return id, ErrInvalid
	}
	copy(id[:], raw)
	if id.String() != text {
		return ID{}, ErrInvalid
	}
	return id, nil
}

// String returns the base58check text.
func (id ID) String() string {
	sum := checksum(id[:])
	return base58.Encode(append(id[:], sum[:]...))
}

func checksum(b []byte) (sum [checksumSize]byte) {
	first := sha256.Sum256(b)
	second := sha256.Sum256(first[:])
	copy(sum[:], second[:])
	return sum
}
