package server

import (
	"math"

	"openmic/server/wire"
)

// A moment is what one tick has for the readers of a room's presence.
type moment struct {
	v        *presence
	settings *Settings
	turn     [2][]*slot
	most     [2]int    // that one reader gets of what it missed
	oldest   [2]uint64 // of what all of a kind get
	all      people    // the same for all batches: the turn, and before it who acts
	changed  []*slot   // in a crowd: who has moved since the last moment
	before   uint64    // the version then
	levels   [gridLevels]map[spot][]*slot
	near     map[window]people
}

// people are parts of a batch, one after the other; readers share them.
type people struct {
	n     int
	parts []byte
	first *peer
}

func (p *people) add(s *slot) {
	if p.n++; p.n == 1 {
		p.first = s.from
	}
	p.parts = append(p.parts, s.part()...)
}

// moment works out what all are sent now.
func (v *presence) moment(readers []*peer, settings *Settings) *moment {
	m := &moment{v: v, settings: settings, before: v.ticked, near: map[window]people{}}
	v.tick++
	var here [2]int
	for _, p := range readers {
		here[p.kind()]++
	}
	m.most = [2]int{max(1, settings.PresenceBudget/max(1, here[plain])), settings.PresenceCrowd}
	if here[plain] > 0 {
		m.turn[plain] = v.pass(plain, m.most[plain])
	}
	if here[batched] > 0 {
		m.forBatches(len(readers))
	}
	for k, found := range m.turn {
		m.oldest[k] = math.MaxUint64
		for _, s := range found {
			m.oldest[k] = min(m.oldest[k], s.version[k])
		}
	}
	v.ticked = v.version
	return m
}

// forBatches finds who is shown to all who understand batches: everybody who has
// changed, or in a crowd those who act, and some others in turn.
func (m *moment) forBatches(here int) {
	v, most := m.v, m.settings.PresenceCrowd
	if here > m.settings.PresenceCrowd {
		most = m.settings.PresenceTurn
		var acting []*slot
		for _, s := range v.slots {
			v.work++
			if s.version[batched] <= v.ticked {
				continue
			}
			m.changed = append(m.changed, s)
			// Also that it has ended, so that nothing is left hanging in the air.
			if s.place.Acts || s.was.Acts || s.from == nil {
				acting = append(acting, s)
			}
		}
		for i := range min(len(acting), m.settings.PresenceActing) {
			s := acting[(int(v.tick%uint64(len(acting)))*m.settings.PresenceActing+i)%len(acting)]
			s.passed[batched], s.brought[batched] = s.version[batched], v.tick
			m.turn[batched] = append(m.turn[batched], s)
		}
	}
	m.turn[batched] = append(m.turn[batched], v.pass(batched, most)...)
	for _, s := range m.turn[batched] {
		v.work++
		m.all.add(s)
	}
}

// end takes it that those who are near were shown what has changed.
func (m *moment) end() {
	for _, s := range m.changed {
		s.was = s.place
	}
}

// missed notes that a reader gets nothing now.
func (m *moment) missed(p *peer) {
	if oldest := m.oldest[p.kind()]; oldest != math.MaxUint64 {
		p.presence.missed(oldest - 1)
	}
}

// messages returns what a plain reader is sent.
func (m *moment) messages(p *peer) (messages [][]byte) {
	for _, s := range m.turn[plain] {
		messages = s.messages(messages, p)
	}
	for _, s := range m.v.catchUp(p, m.most[plain]) {
		messages = s.messages(messages, p)
	}
	m.v.work += len(messages)
	return messages
}

// batch returns who a reader that understands batches is told of: nobody from near
// at hand who is told to all, but now and then somebody twice.
func (m *moment) batch(p *peer) (batch []people) {
	add := func(of people) {
		m.v.work++
		if of.n > 1 || of.n == 1 && of.first != p {
			batch = append(batch, of)
		}
	}
	add(m.all)
	if caught := m.v.catchUp(p, m.most[batched]); len(caught) > 0 {
		var of people
		for _, s := range caught {
			m.v.work++
			of.add(s)
		}
		add(of)
	}
	mine := m.v.of[p]
	if mine == nil || len(m.changed) == 0 {
		return batch
	}
	if leader := m.v.named[mine.place.Follows]; leader != nil && leader.version[batched] > m.before && leader.brought[batched] != m.v.tick {
		add(people{1, leader.part(), leader.from})
	}
	if mine.place.Sees.Width > 0 {
		add(m.around(mine.place.Sees))
	}
	return batch
}

// The board is divided into cells, on several levels, each twice as wide as those of
// the level below. What a window sees, and some way around it, lies in four cells that
// meet at a corner, on the level where they are just large enough: so those who look
// at about the same part of the board share what they are sent, and nobody is gone
// through more often than there are levels, whoever looks at whatever.
const (
	gridCell   = 512. // the width of the smallest
	gridLevels = 16
	gridMargin = 0.25 // of the window, on each side
)

type spot struct{ x, y int32 }

// A window is what one or several readers see: four cells, from this one on.
type window struct {
	level int
	from  spot
}

func windowOf(a wire.Area) window {
	side := max(a.Width, a.Height)
	margin := side * gridMargin
	level, cell := 0, gridCell
	for cell < side+2*margin && level < gridLevels-1 {
		level, cell = level+1, cell*2
	}
	return window{level, spotOf(a.X-margin, a.Y-margin, level)}
}

func spotOf(x, y float64, level int) spot {
	cell := gridCell * float64(int(1)<<level)
	return spot{int32(math.Floor(x / cell)), int32(math.Floor(y / cell))}
}

// around returns who has moved in or near a part of the board, or away from it.
func (m *moment) around(a wire.Area) people {
	w := windowOf(a)
	of, ok := m.near[w]
	if !ok {
		of = m.gather(w)
		m.near[w] = of
	}
	return of
}

// gather finds those who are near a window.
func (m *moment) gather(w window) (of people) {
	if m.levels[w.level] == nil {
		m.levels[w.level] = m.divide(w.level)
	}
	var found []*slot
	m.v.windows++
	for dx := range int32(2) {
		for dy := range int32(2) {
			for _, s := range m.levels[w.level][spot{w.from.x + dx, w.from.y + dy}] {
				m.v.work++
				if s.gathered != m.v.windows && s.brought[batched] != m.v.tick {
					s.gathered = m.v.windows
					found = append(found, s)
				}
			}
		}
	}
	most := min(len(found), m.settings.PresenceNear)
	for i := range most {
		// Where there are too many, others at the next tick.
		m.v.work++
		of.add(found[(int(m.v.tick%uint64(len(found)))*most+i)%len(found)])
	}
	return of
}

// divide puts those who have moved into the cells of a level, where they are and where they were.
func (m *moment) divide(level int) map[spot][]*slot {
	cells := map[spot][]*slot{}
	for _, s := range m.changed {
		m.v.work++
		at, was := spotOf(s.place.X, s.place.Y, level), spotOf(s.was.X, s.was.Y, level)
		if s.place.Points {
			cells[at] = append(cells[at], s)
		}
		if s.was.Points && (was != at || !s.place.Points) {
			cells[was] = append(cells[was], s)
		}
	}
	return cells
}
