package server

import (
	"slices"

	"openmic/crdt"
)

// A peer is one session's place in one room. All of it belongs to the room.
type peer struct {
	id     uint64 // unique in the room's life, never 0
	writes bool   // it may change the document
	locked bool   // but not now
	scope  *crdt.Scope

	member *member // the room's; nil in a state that has none

	participant string // whose it is; empty where nobody is told apart
	link        string // the public id of the link that it came by
	level       bool   // it and the log have had all of each other's changes

	// What it is owed. Everything before cursor was sent or is in backlog.
	served   bool     // its first sync message has come
	unsure   bool     // that message did not say what it has; the next is as a first
	starting bool     // its first message, or the first since it began again, is not answered yet
	starts   int      // how often that was
	v2       bool     // it takes version 2 messages
	cursor   int      // the first change of the log not yet sent
	snapshot bool     // the snapshot comes before all else
	backlog  []int    // changes before the cursor, in log order
	fetching *fetch   // the store has been asked for the first of them, which memory lacks; one at a time
	fetched  [][]byte // and this is its answer
	answer   bool     // a message is due even if it carries nothing new
	presence round    // the presence that it has missed
	batches  bool     // it understands presence in batches
	busy     bool     // a batch is with its writer, the next has to wait

	// What it may be told is stored.
	own    int         // one past the last change of its own in the log
	claims []crdt.Hash // heads it named that were not stored then: they may stand on changes of its own
	told   int         // the heads it was last told are those of so many changes

	// What it owes.
	ask       []crdt.Hash // what to ask it for in the next message
	asks      int         // how often in a row that brought nothing
	confirmed bool        // it has shown heads since it was served
	waiting   []waiting
	waitBytes int // of their chunks
	ignored   int // messages with changes from a peer that may not change anything
}

// A waiting change is one whose dependencies have not come. It is parsed again
// when it is tried again, so that it takes the memory of its chunk and no more.
type waiting struct {
	hash  crdt.Hash
	deps  []crdt.Hash
	chunk []byte
}

func (p *peer) kind() kind {
	if p.batches {
		return batched
	}
	return plain
}

// missing sets what the peer is owed to the changes with the given indexes (in
// log order) and all that come after end. Changes before base are in memory
// only as the snapshot.
func (p *peer) missing(indexes []int, base, end int) {
	p.cursor = end
	for n := len(indexes); n > 0 && indexes[n-1] == p.cursor-1 && p.cursor > base; n-- {
		p.cursor--
		indexes = indexes[:n-1]
	}
	p.owe(slices.Clone(indexes))
}

// again adds changes that were sent already to what the peer is owed.
func (p *peer) again(indexes []int) {
	backlog := p.backlog
	for _, i := range indexes {
		if i < p.cursor {
			backlog = append(backlog, i)
		}
	}
	slices.Sort(backlog)
	p.owe(slices.Compact(backlog))
}

// owe sets the backlog; what was read of another is of no use.
func (p *peer) owe(backlog []int) {
	p.backlog, p.fetched = backlog, nil
	if p.fetching != nil {
		p.fetching.stale = true
	}
}

// outgrown notes that the snapshot now stands for the changes [0,n), where it
// stood for [0,base): what the peer is owed of those is no longer in memory.
func (p *peer) outgrown(base, n int) {
	first, _ := slices.BinarySearch(p.backlog, base)
	beyond, _ := slices.BinarySearch(p.backlog, n)
	if p.cursor >= n && first == beyond {
		return
	}
	backlog := slices.Clone(p.backlog[beyond:])
	if p.v2 {
		p.snapshot = true
	} else {
		backlog = slices.Clone(p.backlog)
		for i := p.cursor; i < n; i++ {
			backlog = append(backlog, i)
		}
	}
	p.cursor = max(p.cursor, n)
	p.owe(backlog)
}

// pending tells whether there is something to send besides presence and heads.
func (p *peer) pending(end int) bool {
	return p.snapshot || len(p.backlog) > 0 || p.cursor < end
}
