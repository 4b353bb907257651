package crdt

import (
	"encoding/hex"
	"errors"
)

// Hash is the SHA-256 that names a change.
type Hash [32]byte

// String returns the hash as 64 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads 64 hexadecimal digits.
func ParseHash(text string) (Hash, error) {
	var h Hash
	if len(text) != 2*len(h) {
		return h, errors.New("a change hash is 64 hexadecimal digits")
	}
	_, err := hex.Decode(h[:], []byte(text))
	return h, err
}
