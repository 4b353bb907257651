package store

import (
	"context"
	"time"

	"openmic/crdt"
)

// Forks is the part of a Store that knows which boards come from which. Boards of
// one family read each other's attachments, and an actor belongs to whoever first
// sent a change of it that was new, on any board of the family: so what somebody
// else brings home from a variant stays its author's.
type Forks interface {
	// Forks returns the boards that were forked from one and are not deleted, oldest
	// first, most of them at most.
	Forks(ctx context.Context, board string, most int) ([]Board, error)
}

// Fork is where a board comes from. The zero value: it is no fork.
type Fork struct {
	Of     string    // the board's id, which may be gone
	Name   string    // what it is called beside that board
	Heads  string    // of the document that both had, 32 bytes each
	Moment time.Time // when the newest change was made that both had; kept to the millisecond

	// Shared is with how many changes both logs begin. It is not kept: CreateBoard goes
	// by it when it takes the versions along that were named of that board.
	Shared int
}

// JoinHeads and Hashes turn heads into what a Fork holds, and back.
func JoinHeads(heads []crdt.Hash) string {
	var b []byte
	for _, h := range heads {
		b = append(b, h[:]...)
	}
	return string(b)
}

// Hashes are the heads one by one.
func (f Fork) Hashes() (heads []crdt.Hash) {
	for b := f.Heads; len(b) >= len(crdt.Hash{}); b = b[len(crdt.Hash{}):] {
		heads = append(heads, crdt.Hash([]byte(b[:len(crdt.Hash{})])))
	}
	return heads
}
