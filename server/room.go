package server

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/internal/alarm"
	"openmic/server/internal/failpoint"
	"openmic/server/store"
	"openmic/server/wire"
)

// A room is one open document. Its state belongs to whoever has the turn: its own
// goroutine, run, or a session that brings a change while nobody has it. Everything
// else reaches it through inbox, or leaves a note and wakes it.
type room struct {
	// Set once.
	doc     docid.ID
	hub     *Hub
	log     zerolog.Logger
	inbox   chan event
	wake    chan struct{}
	people  wire.People
	loaded  chan struct{} // closed when loadErr is known
	loadErr error         // why the document could not be loaded
	gone    chan struct{} // closed when run has returned

	// Guarded by the hub's lock.
	holders int // sessions in the room or about to enter; the room stays while there are any

	// Notes to the room's goroutine.
	mu      sync.Mutex
	freed   []*member // whose batch was written
	durable int       // the log is stored up to here
	failure error     // the store cannot take this document's changes

	turn    sync.Mutex   // roomturn.go
	waiting atomic.Int64 // events that were put into the inbox, and are not over
	alarm   alarm.Alarm  // to look again
	timer   *time.Timer  // and that of a crowd

	slowest atomic.Int64 // for the metrics: how far behind a reader was at the last flush

	// Of whoever has the turn.
	over         bool // the room has ended, or is about to
	state        *roomState
	members      map[*peer]*member
	gate         chan struct{} // closed when the gate is made; nil unless that is under way
	oldIndex     bool          // beside the snapshot in the store
	compacting   bool
	compactAfter time.Time     // not before
	lull         lull          // compaction.go
	touched      time.Time     // the last event
	told         bool          // that the document is frozen
	board        bool          // it is a board's; a document that anybody may open is drawn for nobody
	dirty        bool          // somebody may be owed something since the last flush
	showing      bool          // somebody is owed presence
	flushed      time.Time     // when somebody was last sent something
	flushedUpTo  int           // the log was so long then
	gathered     int           // and had grown so much since the time before
	spacing      time.Duration // between two changes meanwhile
	taken        time.Time     // when the first change after that was taken
	presenceSent time.Time
	due          time.Time // the alarm is set to go off then, unless that is zero
}

// A member joins a session to its peer in one room.
type member struct {
	session  *session
	room     *room
	peer     *peer
	envelope wire.Envelope

	// The session's.
	ready    bool          // its room can judge changes
	learned  bool          // how the peer's messages look
	familiar wire.Familiar // and so they do
	given    uint64        // how many sync messages of the peer the room has been given

	atEase atomic.Uint64 // the room was at ease with the peer after that many of them
}

// confirmedHeads is how many heads a confirmation has at most that is understood
// without the room.
const confirmedHeads = 64

// confirms tells whether a message says only that the peer has what the room has,
// at a moment when that changes nothing. Stock clients send one for each that they
// get, so the room is not to hear of them.
func (m *member) confirms(data []byte) bool {
	if m.given == 0 || m.atEase.Load() != m.given {
		return false
	}
	heads, ok := crdt.Confirmation(data, confirmedHeads)
	return ok && m.room.state.hasAll(heads)
}

func newRoom(h *Hub, doc docid.ID) *room {
	r := &room{
		doc:     doc,
		hub:     h,
		log:     h.log.With().Stringer("document", doc).Logger(),
		inbox:   make(chan event, h.settings.RoomInbox),
		wake:    make(chan struct{}, 1),
		people:  wire.NewPeople(h.peerID, doc.String()),
		loaded:  make(chan struct{}),
		gone:    make(chan struct{}),
		members: map[*peer]*member{},
	}
	r.alarm.Ring = r.ring
	return r
}

// storedUpTo notes that the log is stored up to n. It never waits.
func (r *room) storedUpTo(n int) {
	r.mu.Lock()
	r.durable = max(r.durable, n)
	r.mu.Unlock()
	poke(r.wake)
}

// fail notes that the store will never take what this room has: the room ends,
// and with it what was not stored. It never waits.
func (r *room) fail(err error) {
	r.mu.Lock()
	r.failure = err
	r.mu.Unlock()
	poke(r.wake)
}

// written notes that the batches of some members have left. It never waits.
func (r *room) written(members ...*member) {
	r.mu.Lock()
	r.freed = append(r.freed, members...)
	r.mu.Unlock()
	poke(r.wake)
}

// run loads the document and serves it until nobody needs it.
func (r *room) run(ctx context.Context) {
	defer close(r.gone)
	r.state, r.loadErr = r.load(ctx)
	if r.loadErr == nil {
		r.durable = r.state.durable
		r.flushedUpTo = r.state.graph.Len()
		r.timer = time.NewTimer(r.grace())
		defer r.timer.Stop()
		defer r.hub.clock.Stop(&r.alarm)
	}
	close(r.loaded)
	if r.loadErr != nil {
		r.log.Error().Err(r.loadErr).Msg("load document")
		r.hub.drop(r)
		return
	}
	r.hub.metrics.rooms.Inc()
	defer r.hub.metrics.rooms.Dec()
	defer r.thaw()
	defer func() {
		r.turn.Lock()
		r.over = true
		r.turn.Unlock()
	}()
	for ended := false; !ended; {
		var e event
		select {
		case e = <-r.inbox:
		case <-r.wake:
		case <-r.timer.C:
		case <-ctx.Done():
			return
		}
		ended = r.takeTurn(e)
	}
}

// grace is how long the room stays with nobody in it. One that was opened for
// a document that does not exist goes at once.
func (r *room) grace() time.Duration {
	if r.state.graph.Len() == 0 {
		return time.Millisecond
	}
	return r.hub.settings.RoomGrace
}

func (r *room) takeNotes() error {
	r.mu.Lock()
	freed, durable, failure := r.freed, r.durable, r.failure
	r.freed = nil
	r.mu.Unlock()
	for _, m := range freed {
		m.peer.busy = false
		r.dirty = r.dirty || r.state.owes(m.peer)
	}
	if durable > r.state.durable {
		r.state.setDurable(durable)
		r.dirty = true
		if r.board {
			r.hub.ahead.changed(r.doc, time.Now())
		}
	}
	return failure
}

// submit hands what was admitted to the committer.
func (r *room) submit(now time.Time) {
	first := r.state.submitted
	hashes, chunks := r.state.unsubmitted()
	if len(hashes) == 0 {
		return
	}
	entries := make([]store.Entry, len(hashes))
	for i := range hashes {
		entries[i] = store.Entry{Doc: r.doc, Hash: hashes[i], Change: chunks[i], At: now, From: r.state.authors.takeNews(first + i)}
	}
	failpoint.Reach("room.submit")
	r.hub.metrics.admitted.Add(float64(len(entries)))
	r.hub.committer.submit(commit{room: r, entries: entries, upTo: r.state.submitted})
}

// never is when to look again where nothing is due.
const never = time.Hour

// pause is the time between two batches. It grows with the number of readers, and
// with that of those who draw until enough gathers in it: so a crowd that draws costs
// few large writes, and who draws alone is seen at once. Ten who draw wait longest, for
// the least gathers where a batch already has many readers.
func (r *room) pause() time.Duration {
	settings := &r.hub.settings
	gather := func(changes int) time.Duration {
		return time.Duration(changes)*r.spacing - settings.FlushInterval
	}
	readers := time.Duration(len(r.state.peers)) * settings.FlushPerPeer
	editors := time.Duration(r.state.editors(settings.FlushEditors)) * settings.FlushPerEditor
	most := settings.FlushForEditors
	if r.state.graph.Len()-r.flushedUpTo < settings.FlushFew {
		most = max(most, gather(settings.FlushFew))
	}
	return settings.FlushInterval + max(readers, min(editors, most, gather(settings.FlushGathered)))
}

// shift returns how many classes of peers are to be served now. It is all of them after
// a quiet time; where one person draws, for then nothing lies side by side; and where too
// much does so already, for the sooner everybody has that, the sooner it is drawn upon.
func (r *room) shift(now time.Time, pause time.Duration) (wide int) {
	settings, shifts := &r.hub.settings, &r.state.shifts
	quiet := r.spacing <= 0 || now.Sub(r.flushed) > pause
	if quiet || r.state.editors(1) == 0 || len(r.state.graph.Heads()) > settings.FlushHeads {
		return shifts.classes()
	}
	return shifts.width(int(pause/r.spacing), settings.FlushShift)
}

// flush sends what is due and returns when to look again. After a quiet time that
// is at once.
func (r *room) flush(now time.Time) time.Duration {
	shifts := &r.state.shifts
	if r.dirty {
		shifts.happened()
	}
	r.dirty = false
	if !shifts.pending() && !r.showing {
		return never
	}
	settings := &r.hub.settings
	n := len(r.state.peers)
	pause := r.pause()
	shifts.wide = r.shift(now, pause)
	every := pause * time.Duration(shifts.wide) / time.Duration(shifts.classes())
	if wait := every - now.Sub(r.flushed); wait > 0 {
		return wait
	}
	presenceEvery := settings.PresenceInterval * time.Duration(1+n/settings.PresenceBudget)
	presenceWait := presenceEvery - now.Sub(r.presenceSent)
	withPresence := presenceWait <= 0 && r.state.presence.owed(r.state.peers)
	if withPresence {
		r.presenceSent = now
		shifts.wide = shifts.classes()
	}
	batches, fetches := r.state.flush(withPresence)
	for _, f := range fetches {
		m := f.peer.member
		r.hub.running.Go(func() { r.fetch(m, f) })
	}
	first := shifts.end(r.taken, r.state.brought > 0)
	r.taken = time.Time{}
	r.slowest.Store(int64(r.state.slowest))
	if len(batches) > 0 {
		length := r.state.graph.Len()
		if r.gathered = length - r.flushedUpTo; r.gathered > 0 {
			r.spacing = now.Sub(r.flushed) / time.Duration(r.gathered)
		}
		// To tell somebody that something is saved makes no change wait.
		if r.state.brought > 0 || withPresence {
			r.flushed = now
		}
		r.flushedUpTo = length
		r.send(batches, first)
		r.count()
	}
	wait := never
	if r.dirty || shifts.pending() {
		wait = every
	}
	if r.showing = r.state.presence.owed(r.state.peers); r.showing {
		wait = min(wait, max(every, presenceEvery-now.Sub(r.presenceSent)))
	}
	return wait
}

// sendAtOnce is how many batches the room writes itself. More are written beside
// it, so that it goes on meanwhile and the last reader waits for half of the others.
const sendAtOnce = 100

// send gives batches to their sessions, which write them without waiting. The
// first change in them was taken at the given time, if there is one.
func (r *room) send(batches []batch, taken time.Time) {
	done := func() {
		if !taken.IsZero() {
			r.hub.metrics.fanout.Observe(time.Since(taken).Seconds())
		}
	}
	if len(batches) > sendAtOnce {
		// In as many parts as there are cores, and not too small ones.
		size := max(sendAtOnce, (len(batches)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
		var parts atomic.Int64
		parts.Store(int64((len(batches) + size - 1) / size))
		for part := range slices.Chunk(batches, size) {
			r.hub.running.Go(func() {
				r.written(r.post(part)...)
				if parts.Add(-1) == 0 {
					done()
				}
			})
		}
		return
	}
	for _, m := range r.post(batches) {
		m.peer.busy = false
		r.dirty = r.dirty || r.state.owes(m.peer)
	}
	done()
}

// count keeps the metrics of a flush.
func (r *room) count() {
	m := r.hub.metrics
	m.flushes.Inc()
	if r.gathered > 0 {
		m.flushChanges.Observe(float64(r.gathered))
	}
	m.encodings.Add(float64(r.state.encodings))
	r.state.encodings = 0
}

// post returns whose batches have left already.
func (r *room) post(batches []batch) []*member {
	left := make([]*member, 0, len(batches))
	for i := range batches {
		m := batches[i].peer.member
		if m.session.post(parcel{member: m, batch: batches[i]}) {
			left = append(left, m)
		}
	}
	return left
}

// fetch reads changes for one peer from the store.
func (r *room) fetch(m *member, f *fetch) {
	ctx := m.session.ctx
	select {
	case r.hub.loading <- struct{}{}:
		defer func() { <-r.hub.loading }()
	case <-ctx.Done():
		return
	}
	chunks, err := r.hub.store.Changes(ctx, r.doc, f.hashes)
	if err != nil {
		if ctx.Err() == nil {
			m.session.end(fmt.Errorf("read changes for a peer: %w", err))
		}
		return
	}
	r.do(ctx, func(r *room) { r.state.fetchDone(f, chunks) })
}
