package server

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/internal/alarm"
	"openmic/server/store"
)

var (
	errDraining   = errors.New("the server is going down")
	errNoRoom     = errors.New("no such document")
	errNotEntered = errors.New("the session or the room ended first")
)

// Hub knows the open rooms and the connected sessions.
type Hub struct {
	// Set once.
	settings    Settings
	store       store.Store
	engine      *engine.Pool
	committer   *committer
	metrics     *metrics
	log         zerolog.Logger
	peerID      string          // of this server, in the automerge-repo protocol
	ctx         context.Context // ends when the rooms are to stop
	loading     chan struct{}   // a place for each document being loaded
	gates       chan struct{}   // a place for each gate being made
	compactions *compactions
	clock       *alarm.Clock
	quarantine  *quarantine
	ahead       *drawAhead
	compacted   func(doc docid.ID, changes int) // told of each compaction; does not wait

	mu       sync.Mutex // never held across I/O or a channel operation
	rooms    map[docid.ID]*room
	sessions map[*session]struct{}
	peers    map[string]*session // those that have joined, by peer id
	running  sync.WaitGroup      // sessions and rooms

	draining atomic.Bool // set once, with mu held
}

// enter gives the room of a document, opening it if need be: once, however many
// arrive together. With create unset a document without changes is errNoRoom.
// The caller holds the room until it calls release.
func (h *Hub) enter(ctx context.Context, doc docid.ID, create bool) (*room, error) {
	h.mu.Lock()
	if h.draining.Load() {
		h.mu.Unlock()
		return nil, errDraining
	}
	r := h.rooms[doc]
	if r == nil {
		r = newRoom(h, doc)
		h.rooms[doc] = r
		h.running.Go(func() { r.run(h.ctx) })
	}
	r.holders++
	h.mu.Unlock()

	select {
	case <-r.loaded:
	case <-ctx.Done():
		h.release(r)
		return nil, ctx.Err()
	}
	if r.loadErr != nil {
		h.release(r)
		return nil, r.loadErr
	}
	if !create && !r.exists(ctx) {
		h.release(r)
		return nil, errNoRoom
	}
	return r, nil
}

// exists tells whether the document has changes.
func (r *room) exists(ctx context.Context) bool {
	answer := make(chan bool, 1)
	if !r.do(ctx, func(r *room) { answer <- r.state.graph.Len() > 0 }) {
		return false
	}
	select {
	case yes := <-answer:
		return yes
	case <-r.gone:
		return false
	case <-ctx.Done():
		return false
	}
}

// release ends a hold on a room.
func (h *Hub) release(r *room) {
	h.mu.Lock()
	r.holders--
	h.mu.Unlock()
	poke(r.wake)
}

// drop forgets a room whose document could not be loaded.
func (h *Hub) drop(r *room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rooms[r.doc] == r {
		delete(h.rooms, r.doc)
	}
}

// dropIfEmpty forgets a room that nobody holds; whoever comes later opens it anew.
func (h *Hub) dropIfEmpty(r *room) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.holders > 0 {
		return false
	}
	delete(h.rooms, r.doc)
	return true
}

// register enters a session under its peer id. If another session has it, the
// newcomer takes its place when both are of one principal (a peer that comes
// back before its old socket was found dead), and is refused otherwise.
func (h *Hub) register(s *session) error {
	if s.peerID == h.peerID {
		return end(closePeerInUse, "this peer id is the server's")
	}
	h.mu.Lock()
	old := h.peers[s.peerID]
	if old != nil && old.access.principal() != s.access.principal() {
		h.mu.Unlock()
		return end(closePeerInUse, "this peer id is in use")
	}
	h.peers[s.peerID] = s
	h.mu.Unlock()
	if old != nil {
		old.end(end(closeGoingAway, "the peer has connected again"))
	}
	return nil
}

// begin takes a session in, unless the server is going down.
func (h *Hub) begin(s *session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining.Load() {
		return false
	}
	h.sessions[s] = struct{}{}
	h.running.Add(1)
	return true
}

// forget ends what begin and register began.
func (h *Hub) forget(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.peers[s.peerID] == s {
		delete(h.peers, s.peerID)
	}
	delete(h.sessions, s)
	h.running.Done()
}

// pulse looks after quiet sockets until ctx ends.
func (h *Hub) pulse(ctx context.Context) {
	tick := time.NewTicker(max(h.settings.PingInterval/pulses, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			h.mu.Lock()
			sessions := slices.Collect(maps.Keys(h.sessions))
			h.mu.Unlock()
			for _, s := range sessions {
				s.pulse(now)
			}
		case <-ctx.Done():
			return
		}
	}
}

// pulses is how often in a PingInterval it is looked for quiet sockets.
const pulses = 4

// drain stops listening to the sessions, stores what they have brought, and
// tells each that the server goes away. It reports whether all is stored.
func (h *Hub) drain(ctx context.Context, stop context.CancelFunc) bool {
	h.mu.Lock()
	h.draining.Store(true)
	sessions := slices.Collect(maps.Keys(h.sessions))
	rooms := slices.Collect(maps.Values(h.rooms))
	h.mu.Unlock()

	for _, r := range rooms {
		r.handled(ctx)
	}
	h.committer.settled(ctx)
	for _, s := range sessions {
		s.end(end(closeGoingAway, "%s", errDraining.Error()))
	}
	for _, s := range sessions {
		select {
		case <-s.done:
		case <-ctx.Done():
			s.socket.abandon()
			<-s.done
		}
	}
	// What a reader was at when draining began may have come since.
	for _, r := range rooms {
		r.handled(ctx)
	}
	all := h.committer.settled(ctx)
	stop()
	h.running.Wait()
	return all
}

// handled waits until the room has taken every event given to it so far and
// handed what came of it to the committer, or ctx ends.
func (r *room) handled(ctx context.Context) {
	select {
	case <-r.loaded:
	case <-ctx.Done():
		return
	}
	if r.loadErr != nil {
		return
	}
	done := make(chan struct{})
	if !r.do(ctx, func(r *room) { r.submit(time.Now()); close(done) }) {
		return
	}
	select {
	case <-done:
	case <-r.gone:
	case <-ctx.Done():
	}
}
