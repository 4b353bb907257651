package server

import "time"

// Shifts are the parts in which a room serves its peers, one after the other, where
// many draw. A change names all that its maker had and that nobody had drawn upon yet.
// What people do who were served at once lies side by side, and all of it is named by
// each change after it: so what is sent grows with the square of what gathers. In
// shifts, those who have just been served draw upon what the others still wait for.
//
// Peers are in classes by their ids. A shift serves one or several of these, and the
// next one goes on from there, however wide it is: nobody is passed over.
type shifts struct {
	wide   int         // so many classes have the next shift
	next   int         // from this one on
	left   int         // so many are to have one before everybody knows what has happened
	unseen []time.Time // by class: when the first change was taken that it has not been sent, if there is one
}

func newShifts(classes int) shifts {
	return shifts{wide: classes, unseen: make([]time.Time, classes)}
}

func (s *shifts) classes() int { return len(s.unseen) }

// happened notes that somebody may be owed something.
func (s *shifts) happened() { s.left = s.classes() }

// pending tells whether somebody may be still, when nothing else happens.
func (s *shifts) pending() bool { return s.left > 0 }

// serves tells whether the shift is a peer's.
func (s *shifts) serves(p *peer) bool {
	class := int(p.id % uint64(s.classes()))
	return (class-s.next+s.classes())%s.classes() < s.wide
}

// end ends a shift. The first change since the one before was taken at the given time,
// if there was one. brought tells whether anybody was sent changes; the result is when
// the first of these was taken.
func (s *shifts) end(taken time.Time, brought bool) (first time.Time) {
	for class := range s.unseen {
		if s.unseen[class].IsZero() {
			s.unseen[class] = taken
		}
	}
	for range s.wide {
		t := &s.unseen[s.next]
		if brought && !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = *t
		}
		*t = time.Time{} // who was not sent it has it, or takes nothing now
		s.next = (s.next + 1) % s.classes()
	}
	s.left = max(0, s.left-s.wide)
	return first
}

// width is how many of the classes are to be served at a time, when so many changes
// come in the time between two that one of them is served.
func (s *shifts) width(changes, enough int) int {
	parts := 1 + changes/enough
	return (s.classes() + parts - 1) / parts
}
