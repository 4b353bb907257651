package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/wire"
)

// A session is one WebSocket: a peer of the automerge-repo protocol that may
// have many documents open. Two goroutines serve it: serve reads and takes part
// in rooms, write (socket.go) writes.
type session struct {
	// Set once.
	hub    *Hub
	socket *socket
	comer  comer
	access access // what the comer might do when the session began
	from   netip.Addr
	ctx    context.Context // ends with the session
	cancel context.CancelFunc
	done   chan struct{} // closed when the session has left all rooms
	out    *outbox

	// Owned by serve.
	peerID   string
	batches  bool // it understands presence in batches
	members  map[docid.ID]*member
	last     *member // whose document the last sync message was about
	requests *rate.Limiter
	changes  *rate.Limiter
	presence *rate.Limiter
}

func newSession(h *Hub, socket *socket, c comer, a access, from netip.Addr) *session {
	s := &session{
		hub: h, socket: socket, comer: c, access: a, from: from,
		done:     make(chan struct{}),
		out:      newOutbox(h.settings.ControlQueue),
		members:  map[docid.ID]*member{},
		requests: rate.NewLimiter(rate.Limit(h.settings.Requests), h.settings.RequestBurst),
		changes:  rate.NewLimiter(rate.Limit(h.settings.ChangeRate), h.settings.ChangeBurst),
		presence: rate.NewLimiter(rate.Limit(h.settings.PresenceRate), int(h.settings.PresenceRate)),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// end asks for the end of the session, for the reason that err stands for. It
// never waits and may be called by anyone, any number of times.
func (s *session) end(err error) {
	if s.out.close(endingOf(err)) {
		s.write()
	}
}

// serve is the life of the session. While nothing comes, it and what it calls wait
// with little on the stack (socket.wait): that is most of what a session takes.
func (s *session) serve() {
	if !s.hub.begin(s) {
		s.socket.refuse(end(closeGoingAway, "%s", errDraining.Error()))
		return
	}
	s.socket.flooded = func() { s.end(end(closeTooMany, "too many pings and pongs")) }
	began := time.Now()
	s.hub.metrics.sessions.Inc()
	s.write() // nobody has yet
	s.over(s.read(), began)
}

// over is the end of the session, which err brought about unless it was asked for.
func (s *session) over(err error, began time.Time) {
	var e *ending
	if errors.As(err, &e) {
		s.end(e) // the peer is told
	} else if !s.out.closed() {
		s.out.finish(nil)
	}
	<-s.out.done
	if reason := s.out.reason(); reason != nil {
		err = reason
	}
	s.cancel()
	s.socket.linger()
	s.socket.abandon()
	for _, m := range s.members {
		m.room.do(context.Background(), func(r *room) { r.leave(m) })
		s.hub.release(m.room)
	}
	s.hub.metrics.sessions.Dec()
	close(s.done)
	s.hub.forget(s)
	s.logEnd(err, time.Since(began))
}

// logEnd says once why the session ended.
func (s *session) logEnd(err error, lasted time.Duration) {
	event, code := s.hub.log.Info(), 0
	var e *ending
	if errors.As(err, &e) {
		code = e.code
		if code >= closeMalformed {
			event = s.hub.log.Warn()
		}
		s.hub.metrics.endings.WithLabelValues(fmt.Sprint(code)).Inc()
	}
	event.Stringer("address", s.from).Str("role", string(s.access.role)).Str("peer", s.peerID).Int("documents", len(s.members)).Int("code", code).
		Dur("lasted", lasted).AnErr("reason", err).Msg("session ended")
}

// read takes messages until the socket or the session ends.
func (s *session) read() error {
	if err := s.hub.admitted(s); err != nil {
		return endingOf(err)
	}
	if err := s.join(); err != nil {
		return err
	}
	for {
		s.socket.wait()
		if err := s.socket.read(s.take); err != nil {
			return err
		}
	}
}

// take handles the bytes of one message.
func (s *session) take(b []byte) error {
	if s.out.closed() || s.hub.draining.Load() {
		return nil // what comes between our close and the peer's is not looked at
	}
	if data, ok := s.familiar(b); ok {
		if s.last.confirms(data) {
			s.hub.metrics.confirmations.Inc()
			return nil
		}
		if err := s.syncWith(s.last, bytes.Clone(data)); err != nil {
			return endingOf(err)
		}
		return nil
	}
	m, err := wire.Decode(b)
	if err == nil {
		err = s.handle(m)
	}
	if err != nil {
		return endingOf(err)
	}
	if m.Type == wire.TypeSync && s.last != nil && !s.last.learned {
		s.last.learned = true
		s.last.familiar.Learn(b, m.Data)
	}
	return nil
}

// familiar finds the data of a sync message about the document that the last one
// was about.
func (s *session) familiar(b []byte) ([]byte, bool) {
	if s.last == nil {
		return nil, false
	}
	return s.last.familiar.Data(b)
}

// join waits for the first message and answers it.
func (s *session) join() error {
	silent := time.AfterFunc(s.hub.settings.JoinTimeout, func() {
		s.end(end(closeTooSlow, "no join within %s", s.hub.settings.JoinTimeout))
	})
	defer silent.Stop()
	var m *wire.Message
	err := s.socket.read(func(b []byte) (err error) {
		if m, err = wire.Decode(b); err != nil {
			return endingOf(err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if m.Type != wire.TypeJoin {
		return end(closeMalformed, "%s before join", m.Type)
	}
	if m.Versions != nil && !slices.Contains(m.Versions, wire.Version) {
		return end(closeMalformed, "unsupported protocol version")
	}
	s.peerID, s.batches = m.SenderID, m.Metadata.Batches
	if err := s.hub.register(s); err != nil {
		return err
	}
	return s.answer(wire.Joined{
		SenderID: s.hub.peerID,
		TargetID: s.peerID,
		Metadata: wire.Metadata{StorageID: s.hub.store.StorageID(), Batches: s.batches},
	}.Encode())
}

// handle takes one message after the join.
func (s *session) handle(m *wire.Message) error {
	if m.Type == wire.TypeEphemeral && m.SenderID != s.peerID {
		return nil // a stock client sends what it hears from others back to us
	}
	if m.SenderID != s.peerID {
		return end(closeMalformed, "senderId is not the one that joined")
	}
	if m.TargetID != "" && m.TargetID != s.hub.peerID {
		return end(closeMalformed, "targetId is not this server")
	}
	switch m.Type {
	case wire.TypeSync, wire.TypeRequest:
		return s.handleSync(m)
	case wire.TypeEphemeral:
		return s.handlePresence(m)
	case wire.TypeJoin, wire.TypePeer:
		return end(closeMalformed, "unexpected %s", m.Type)
	default: // leave, error, doc-unavailable, remote heads, and whatever may be invented
		return nil
	}
}

func (s *session) handleSync(m *wire.Message) error {
	doc, err := docid.Parse(m.DocumentID)
	if err != nil {
		return end(closeMalformed, "%s", err.Error())
	}
	if !s.access.mayRead(doc) {
		return s.unavailable(m.DocumentID)
	}
	msg, changes, err := s.parse(m.Data)
	if err != nil {
		return err
	}
	mem, err := s.member(doc, m, msg)
	if err != nil {
		return err
	}
	if mem == nil {
		return s.unavailable(m.DocumentID)
	}
	s.last = mem
	return s.give(mem, msg, changes)
}

// syncWith takes the content of a sync message about a document that is open.
func (s *session) syncWith(mem *member, data []byte) error {
	msg, changes, err := s.parse(data)
	if err != nil {
		return err
	}
	return s.give(mem, msg, changes)
}

// give hands a sync message to its room.
func (s *session) give(mem *member, msg *crdt.SyncMessage, changes []*crdt.Change) error {
	if len(changes) > 0 && !mem.ready {
		if !mem.room.untilGate(s.ctx) {
			return errNotEntered
		}
		mem.ready = true
	}
	mem.given++
	given := mem.given
	mem.room.doNow(s.ctx, func(r *room) {
		if err := r.state.receive(mem.peer, msg, changes); err != nil {
			r.hub.metrics.countRefusal(err)
			s.end(err)
		}
		if r.state.atEase(mem.peer) {
			mem.atEase.Store(given)
		}
	})
	return s.pace(len(changes))
}

// pace waits, reading nothing, until a sender of many changes may send more.
func (s *session) pace(changes int) error {
	reservation := s.changes.ReserveN(time.Now(), min(changes, s.changes.Burst()))
	delay := reservation.Delay()
	if delay <= 0 {
		return nil
	}
	s.hub.metrics.paced.Inc()
	s.socket.paused.Store(true)
	defer s.socket.resume()
	select {
	case <-time.After(delay):
		return nil
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

// parse reads a sync message with its changes. Those of one who may only read are
// not looked at; the room counts such messages.
func (s *session) parse(data []byte) (*crdt.SyncMessage, []*crdt.Change, error) {
	msg, err := crdt.ParseSyncMessage(data, s.hub.settings.Change)
	if err != nil || !s.access.mayWrite() || s.access.locked || len(msg.Changes) == 0 {
		return msg, nil, err
	}
	changes := make([]*crdt.Change, 0, len(msg.Changes))
	for _, chunk := range msg.Changes {
		c, err := crdt.ParseChange(chunk, s.hub.settings.Change)
		if err != nil {
			s.hub.metrics.countRefusal(err)
			return nil, nil, err
		}
		changes = append(changes, c)
	}
	return msg, changes, nil
}

// member gives the session's place in a room, entering it if need be. It is
// nil for a document that is not there.
func (s *session) member(doc docid.ID, m *wire.Message, msg *crdt.SyncMessage) (*member, error) {
	if mem, ok := s.members[doc]; ok {
		return mem, nil
	}
	if len(s.members) >= s.hub.settings.Documents {
		return nil, end(closeTooMany, "more than %d documents in one session", s.hub.settings.Documents)
	}
	if !s.requests.Allow() {
		return nil, end(closeTooMany, "too many requests for documents")
	}
	// Who says it has a document that is nowhere yet brings it, where that is allowed.
	create := s.access.mayCreate() && m.Type == wire.TypeSync && len(msg.Heads) > 0
	r, err := s.hub.enter(s.ctx, doc, create)
	if errors.Is(err, errNoRoom) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	mem := &member{session: s, room: r, envelope: wire.NewEnvelope(s.hub.peerID, s.peerID, m.DocumentID)}
	if !r.do(s.ctx, func(r *room) { r.join(mem) }) {
		s.hub.release(r)
		return nil, errNotEntered
	}
	s.members[doc] = mem
	return mem, nil
}

func (s *session) unavailable(documentID string) error {
	return s.answer(wire.Unavailable{SenderID: s.hub.peerID, TargetID: s.peerID, DocumentID: documentID}.Encode())
}

func (s *session) answer(envelope []byte) error {
	full := false
	mine := s.out.put(func(l *load) {
		if full = len(l.answers) >= s.out.limit; !full {
			l.answers = append(l.answers, envelope)
		}
	})
	if full {
		return end(closeTooSlow, "answers are not read")
	}
	if mine {
		s.write()
	}
	return nil
}

func (s *session) handlePresence(m *wire.Message) error {
	doc, err := docid.Parse(m.DocumentID)
	if err != nil {
		return end(closeMalformed, "%s", err.Error())
	}
	mem := s.members[doc]
	if mem == nil || len(m.Data) > s.hub.settings.PresenceBytes || !s.presence.Allow() {
		s.hub.metrics.presenceDropped.Inc()
		return nil
	}
	shown := wire.Ephemeral{
		SenderID: s.peerID, DocumentID: m.DocumentID, SessionID: m.SessionID, Count: m.Count, Data: m.Data,
		Audience: string(s.access.audience), Participant: s.participant(),
	}
	said := said{by: s.peerID, message: shown.Encode(), person: shown.Person(), place: m.Place}
	mem.room.doNow(s.ctx, func(r *room) { r.state.presence.set(mem.peer, said) })
	return nil
}

// join gives a member its peer.
func (r *room) join(m *member) {
	a := m.session.access
	m.peer = r.state.join(a.mayWrite(), a.scope())
	m.peer.locked, m.peer.batches = a.locked, m.session.batches
	m.peer.participant, m.peer.link = m.session.participant(), linkID(a.link)
	m.peer.member = m
	r.members[m.peer] = m
	r.board = r.board || !a.open
	if r.told || m.peer.locked {
		r.tell(m)
	}
}

// participant is the id of whose the session is; empty where nobody is told apart.
func (s *session) participant() string { return s.participantAs(s.peerID) }

func (s *session) participantAs(peerID string) string {
	if s.access.open || s.access.participant != "" {
		return s.access.participant
	}
	return passer(s.access.showing(), peerID)
}

func (r *room) leave(m *member) {
	if m.peer != nil {
		left := wire.Left{SenderID: m.session.peerID, DocumentID: m.room.doc.String()}
		r.state.leave(m.peer, said{message: left.Encode(), person: left.Person()})
		delete(r.members, m.peer)
	}
}
