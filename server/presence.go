package server

import (
	"bytes"
	"math"

	"openmic/server/wire"
)

// presence holds the newest presence message of each peer of a room. A reader
// that was busy gets the newest of each sender, never a queue. In a crowd readers
// get a share at a time: the turn goes round and comes to everybody, those who
// understand batches are shown before who acts, who is near and whom they follow
// (nearby.go).
//
// What all get at one moment is worked out once, and costs in proportion to the
// people and not to their square. Who misses it (newcomers, and those whose socket
// was busy) goes round alone besides, with a share of its own.
type presence struct {
	version uint64 // counts what was set
	slots   []*slot
	of      map[*peer]*slot
	named   map[string]*slot // by the peer's id
	left    int              // how many slots are of peers that have left
	turns   [2]turn
	tick    uint64 // counts the moments at which something is sent
	ticked  uint64 // the version at the last one
	windows uint64 // counts those that people were gathered for
	work    int    // counts what was looked at or passed on, for the tests
}

// A reader is of one of two kinds.
type kind int

const (
	plain   kind = iota // gets messages as automerge-repo knows them
	batched             // gets several people in one
)

// said is a presence message as its readers get it.
type said struct {
	by      string // the peer's id
	message []byte // a whole envelope, for plain readers; shared by all
	person  []byte // a part of a batch, for the others
	place   wire.Place
}

type slot struct {
	said
	from     *peer      // nil once it has left
	farewell said       // then
	version  [2]uint64  // when it last had news for readers of each kind
	passed   [2]uint64  // up to which the turn has brought it to all of them
	brought  [2]uint64  // the last tick at which all readers of a kind got it
	was      wire.Place // what those near were last shown
	gathered uint64     // the last window that it was gathered for (nearby.go)
}

// maxLeft is how many peers that have left are kept for readers that are slow.
const maxLeft = 1000

// A turn is how far all readers of a kind have come together.
type turn struct {
	at    int
	clean uint64 // everything up to this version was passed
}

// A round is what one reader has missed. Zero: nothing.
type round struct {
	lacking   bool
	lacks     uint64 // what is newer than this, not counting what the walk brings
	walking   bool
	since     uint64 // the walk brings what is newer than this
	next, end int    // of the slots
}

// newcomer is the round of somebody who comes now.
func (v *presence) newcomer() round { return round{lacking: len(v.slots) > 0} }

func (r *round) missed(since uint64) {
	if !r.lacking || since < r.lacks {
		r.lacking, r.lacks = true, since
	}
}

// complete is the version up to which nothing was missed that is not yet made good.
func (r *round) complete() uint64 {
	known := uint64(math.MaxUint64)
	if r.lacking {
		known = r.lacks
	}
	if r.walking {
		known = min(known, r.since)
	}
	return known
}

// set puts a sender's newest message in its slot. A peer that has come back takes
// the one it had, so that nobody gets its farewell after it.
func (v *presence) set(from *peer, m said) {
	v.version++
	s, news := v.of[from], false
	if s == nil {
		if v.of == nil {
			v.of, v.named = map[*peer]*slot{}, map[string]*slot{}
		}
		if s = v.named[m.by]; s == nil {
			s = &slot{}
			v.slots, v.named[m.by] = append(v.slots, s), s
		} else if s.from == nil {
			s.farewell = said{}
			v.left--
		} else {
			delete(v.of, s.from)
		}
		s.from, v.of[from], news = from, s, true
	}
	news = news || !bytes.Equal(s.person, m.person)
	s.said = m
	s.version[plain] = v.version
	if news {
		s.version[batched] = v.version
	}
}

// leave puts a sender's farewell behind its last message. Both go once all
// readers have been sent them.
func (v *presence) leave(from *peer, farewell said) {
	s, ok := v.of[from]
	if !ok {
		return
	}
	delete(v.of, from)
	v.version++
	s.from, s.farewell = nil, farewell
	s.version = [2]uint64{v.version, v.version}
	v.left++
}

// messages appends what a plain reader is sent of a slot.
func (s *slot) messages(to [][]byte, reader *peer) [][]byte {
	if s.from == reader {
		return to
	}
	if to = append(to, s.message); s.from == nil {
		to = append(to, s.farewell.message)
	}
	return to
}

// part is what batches have of a slot.
func (s *slot) part() []byte {
	if s.from == nil {
		return s.farewell.person
	}
	return s.person
}

// pass goes on with a kind's turn until it has found so many with news.
func (v *presence) pass(k kind, most int) (found []*slot) {
	t := &v.turns[k]
	for range len(v.slots) {
		if len(found) == most {
			return found
		}
		if t.at >= len(v.slots) {
			t.at = 0
		}
		s := v.slots[t.at]
		t.at++
		v.work++
		if s.passed[k] < s.version[k] {
			s.passed[k], s.brought[k] = s.version[k], v.tick
			found = append(found, s)
		}
	}
	t.clean = v.version
	return found
}

// stepsPerShare bounds how many slots a reader passes by for each that has news for it.
const stepsPerShare = 8

// catchUp goes on with what one reader has missed.
func (v *presence) catchUp(p *peer, most int) (found []*slot) {
	r := &p.presence
	if !r.walking {
		if !r.lacking {
			return nil
		}
		*r = round{walking: true, since: r.lacks, end: len(v.slots)}
	}
	for steps := most * stepsPerShare; r.next < r.end && len(found) < most && steps > 0; steps-- {
		s := v.slots[r.next]
		r.next++
		v.work++
		if k := p.kind(); s.version[k] > r.since && s.brought[k] != v.tick && s.from != p {
			found = append(found, s)
		}
	}
	r.walking = r.next < r.end
	return found
}

// owed tells whether a reader has not seen all there is.
func (v *presence) owed(readers []*peer) bool {
	var here [2]bool
	for _, p := range readers {
		if !p.served {
			continue
		}
		if p.presence.lacking || p.presence.walking {
			return true
		}
		here[p.kind()] = true
	}
	return here[plain] && v.turns[plain].clean < v.version || here[batched] && v.turns[batched].clean < v.version
}

// sweep forgets those who have left, as far as the readers know it.
func (v *presence) sweep(readers []*peer) {
	if v.left == 0 {
		return
	}
	known, here := [2]uint64{math.MaxUint64, math.MaxUint64}, [2]bool{}
	for _, p := range readers {
		if p.served {
			known[p.kind()] = min(known[p.kind()], p.presence.complete())
			here[p.kind()] = true
		}
	}
	kept := v.slots[:0]
	before := make([]int, len(v.slots)+1) // how many of the slots before each stay
	for i, s := range v.slots {
		before[i] = len(kept)
		told := true
		for k := range known {
			told = told && (!here[k] || s.passed[k] == s.version[k] && s.version[k] <= known[k])
		}
		if s.from == nil && (told || v.left > maxLeft) {
			delete(v.named, s.by)
			v.left--
			continue
		}
		kept = append(kept, s)
	}
	before[len(v.slots)] = len(kept)
	clear(v.slots[len(kept):])
	v.slots = kept
	for _, p := range readers {
		r := &p.presence
		r.next, r.end = before[min(r.next, len(before)-1)], before[min(r.end, len(before)-1)]
	}
	for k := range v.turns {
		v.turns[k].at = before[min(v.turns[k].at, len(before)-1)]
	}
}
