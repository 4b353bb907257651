// Package genesis holds the first change of every board, schema version 1: the
// five lanes, five steps and empty maps that a board begins with. All boards
// begin with the same bytes, so that any two of them have a common history and
// nothing that does not descend from it can be taken for a board.
//
// Titles are empty. A client shows names for lanes by their role, in its own
// language, until somebody gives them one.
//
// genesis.mjs made genesis.change with the Automerge library for JavaScript.
package genesis

import (
	_ "embed"

	"openmic/crdt"
)

//go:embed genesis.change
var change string

// hash is recorded apart from the bytes: boards that exist depend on it.
var hash = crdt.Hash{
	0x79, 0xf2, 0x14, 0x2f, 0x4b, 0x5d, 0x75, 0xbf, 0x15, 0x2e, 0x8d, 0xee, 0x68, 0xc4, 0x65, 0xcd,
	0xa0, 0xff, 0x19, 0xf2, 0x38, 0x59, 0xe2, 0x07, 0xb7, 0x5c, 0xed, 0xfe, 0x1d, 0x11, 0xe4, 0xf8,
}

// Change returns the change chunk. The caller may keep and change the slice.
func Change() []byte { return []byte(change) }

// Hash names the change.
func Hash() crdt.Hash { return hash }
