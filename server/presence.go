package server

import "container/list"

// presence holds the newest presence message of each peer of a room. A reader
// that was busy gets the newest of each sender, never a queue. In a crowd it
// gets a share at a time, going round, so that it sees everybody in turn.
type presence struct {
	version uint64 // counts what was set
	slots   map[*peer]*list.Element
	order   list.List // of *slot, by arrival
	left    int       // how many of these are of peers that have left
}

type slot struct {
	from    *peer // nil once it has left
	version uint64
	message []byte // a whole envelope, shared by all readers
}

// maxLeft is how many messages of peers that have left are kept for readers that are slow.
const maxLeft = 1000

// A round is how far a reader has come. It is sent what is newer than since;
// what changes behind its back is newer than began, and comes in the next round.
type round struct {
	since, began uint64
	at           *list.Element // the next slot; nil between rounds
}

// set puts a sender's newest message in its slot.
func (v *presence) set(from *peer, message []byte) {
	v.version++
	if e, ok := v.slots[from]; ok {
		s := e.Value.(*slot)
		s.version, s.message = v.version, message
		return
	}
	if v.slots == nil {
		v.slots = map[*peer]*list.Element{}
	}
	v.slots[from] = v.order.PushBack(&slot{from: from, version: v.version, message: message})
}

// leave puts a sender's farewell behind its last message. Both go once all
// readers have been sent them.
func (v *presence) leave(from *peer, farewell []byte) {
	e, ok := v.slots[from]
	if !ok {
		return
	}
	e.Value.(*slot).from = nil
	delete(v.slots, from)
	v.version++
	v.order.PushBack(&slot{version: v.version, message: farewell})
	v.left += 2
}

// sweep forgets those who have left, as far as the readers know it.
func (v *presence) sweep(readers []*peer) {
	if v.left == 0 {
		return
	}
	known := v.version
	for _, p := range readers {
		if p.served {
			known = min(known, p.presence.complete())
		}
	}
	for e, next := v.order.Front(), (*list.Element)(nil); e != nil; e = next {
		next = e.Next()
		if s := e.Value.(*slot); s.from == nil && (s.version <= known || v.left > maxLeft) {
			for _, p := range readers {
				if p.presence.at == e {
					p.presence.at = next
				}
			}
			v.order.Remove(e)
			v.left--
		}
	}
}

// complete is the version up to which the reader has been sent everything.
func (r *round) complete() uint64 {
	if r.at == nil {
		return r.began
	}
	return r.since
}

// share is how many messages one of n readers gets at a time.
func (v *presence) share(n, budget int) int {
	return max(1, budget/max(1, n))
}

// newFor returns up to most messages that are new to a reader.
func (v *presence) newFor(p *peer, most int) (messages [][]byte) {
	r := &p.presence
	if r.at == nil && r.began < v.version {
		r.since, r.began, r.at = r.began, v.version, v.order.Front()
	}
	for r.at != nil && len(messages) < most {
		s := r.at.Value.(*slot)
		r.at = r.at.Next()
		if s.version > r.since && s.from != p {
			messages = append(messages, s.message)
		}
	}
	return messages
}

// owed tells whether a reader has not seen all there is.
func (v *presence) owed(readers []*peer) bool {
	for _, p := range readers {
		if p.served && p.presence.complete() < v.version {
			return true
		}
	}
	return false
}
