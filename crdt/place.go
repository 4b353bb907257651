package crdt

// mark checks that a mark ends further on than it begins (rule R12). Its begin is
// the operation before its end.
func (v *visit) mark(place opKey) error {
	if v.op.MarkName != nil {
		v.begin = place
		return nil
	}
	if v.admitted {
		return nil
	}
	before, ok := v.precedes(v.begin, place)
	switch {
	case !ok:
		return v.refuse(RuleSize, "marks in a text that was written in too many pieces")
	case !before:
		return v.refuse(RuleKind, "mark that ends where it begins, or before")
	}
	return nil
}

// precedes tells whether element a of a list comes before element b, both of which
// the change builds on; the zero opKey is the head. Elements that stand behind the
// same one come in descending order, each followed by all that stands behind it, so
// that the way up from each to the head tells. ok is false when that takes more
// steps than are left.
func (v *visit) precedes(a, b opKey) (before, ok bool) {
	type stretch struct{ actor, first uint32 }
	passed := make(map[stretch]int)
	var up []opKey // from a: the last element of each stretch on its way
	var spans []span
	for at := a; at != (opKey{}); {
		if v.climbs--; v.climbs < 0 {
			return false, false
		}
		s := v.spanAt(at)
		passed[stretch{at.actor, s.first}] = len(up)
		up, spans = append(up, at), append(spans, s)
		at = s.place
	}
	// below is the first element of the stretch that was climbed last.
	below := func(i int) opKey { return opKey{up[i].actor, spans[i].first} }
	var fromB opKey // the element on b's way that stands behind the present one; zero for b itself
	for at := b; at != (opKey{}); {
		if v.climbs--; v.climbs < 0 {
			return false, false
		}
		s := v.spanAt(at)
		if i, met := passed[stretch{at.actor, s.first}]; met {
			switch {
			case up[i].counter < at.counter: // a's way leaves the stretch first
				fromB = opKey{at.actor, up[i].counter + 1}
				if i == 0 {
					return true, true
				}
				return v.descends(below(i-1), fromB), true
			case up[i].counter > at.counter:
				if fromB == (opKey{}) {
					return false, true // b is on a's way
				}
				return v.descends(opKey{at.actor, at.counter + 1}, fromB), true
			case i == 0:
				return a != b, true // a is on b's way
			case fromB == (opKey{}):
				return false, true
			}
			return v.descends(below(i-1), fromB), true
		}
		fromB = opKey{at.actor, s.first}
		at = s.place
	}
	if len(up) == 0 {
		return a != b, true // everything is behind the head
	}
	return fromB != (opKey{}) && v.descends(below(len(up)-1), fromB), true
}

// spanAt returns the span of an element that was found before.
func (v *visit) spanAt(at opKey) span {
	a := &v.own
	if at.actor != v.actors[0] || uint64(at.counter) < v.change.StartOp {
		a = &v.index.actors[at.actor]
	}
	s, _ := a.find(at.counter)
	return s
}

// descends tells whether a, of two elements behind the same one, comes first.
func (v *visit) descends(a, b opKey) bool {
	if a.counter != b.counter {
		return a.counter > b.counter
	}
	return v.actorOf(a) > v.actorOf(b)
}

func (v *visit) actorOf(id opKey) Actor {
	if id.actor == v.actors[0] {
		return v.change.Actor
	}
	return v.graph.actors[id.actor].actor
}
