package server

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"openmic/server/store"
)

// A comer is who wants to open a board: what they have shown of it. It is what
// tickets stand for, so that whoever comes with one is judged by what holds then.
type comer struct {
	board string
	link  [32]byte // the hash of the secret
	key   string   // the id of the key that was shown instead
	who   *store.Participant
	in    *store.SignIn // who is signed in, if anybody is
	pass  *pass         // of one whom a page vouches for, in place of a link
}

// Why somebody who has the secret of a link does not get in by it.
var (
	errGone     = errors.New("this board was deleted")
	errBanned   = errors.New("an owner of this board has shut you out")
	errPassword = errors.New("this link asks for a password")
	errJoin     = errors.New("join the board first")
	errClosed   = errors.New("this board takes nobody new at the moment")
	errFull     = errors.New("as many people as it takes have come by this link")
	errToken    = errors.New("this participant is not known here any more: join the board again")
)

// judge says what a comer may do by what is known of the board. store.ErrNotFound:
// the link is unknown, revoked or expired, which are one and the same to them.
func (c comer) judge(b store.Access, now time.Time) (access, error) {
	if c.key != "" {
		return c.judgeKey(b)
	}
	if c.pass != nil {
		return c.pass.judge(c, b, now)
	}
	if c.in != nil && !now.Before(c.in.Expires) {
		return access{}, known{errSignIn}
	}
	l, err := c.shows(b, now)
	if err != nil {
		return access{}, err
	}
	a := access{doc: b.Doc, board: b.ID, role: l.Role, audience: l.Audience, link: l.SecretHash}
	if c.in != nil {
		a.person, a.audience = c.in.Person, store.Staff
	}
	if !b.Deleted.IsZero() {
		return a, errGone
	}
	if c.who != nil {
		a.participant = c.who.ID
		if slices.Contains(b.Banned, c.who.ID) {
			return a, errBanned
		}
		if given := b.Roles[c.who.ID]; given != "" && c.link != ([32]byte{}) {
			a.role = given
		}
	}
	switch {
	case l.Password != "" && (c.who == nil || c.who.Password != l.Password || c.who.Link != c.link):
		return a, errPassword
	case l.People > 0 && (c.who == nil || c.who.Link != c.link):
		return a, errJoin
	}
	a.hold(b)
	if a.role == store.Editor {
		a.lanes = strings.Join(l.Lanes, laneBreak)
	}
	return a, nil
}

// judgeKey is judge for a program: it owns the boards that its key has made.
func (c comer) judgeKey(b store.Access) (access, error) {
	if b.Key != c.key {
		return access{}, store.ErrNotFound
	}
	a := access{doc: b.Doc, board: b.ID, role: store.Owner, audience: store.Staff, key: c.key}
	a.hold(b)
	if !b.Deleted.IsZero() {
		return a, errGone
	}
	return a, nil
}

// hold is for boards that take no changes, of some or of anybody.
func (a *access) hold(b store.Access) {
	a.archived = !b.Archived.IsZero()
	a.locked = b.Locked && a.role != store.Owner || a.archived
}

// shows is what a comer has to show: a link, or, without one, that the board is
// theirs, which is as good as an owner's link.
func (c comer) shows(b store.Access, now time.Time) (store.Link, error) {
	if c.link == ([32]byte{}) && c.in != nil && slices.Contains(b.Owners, c.in.Person) {
		return store.Link{Role: store.Owner, Audience: store.Staff}, nil
	}
	i := slices.IndexFunc(b.Links, func(l store.Link) bool { return l.SecretHash == c.link })
	if i < 0 || expired(b.Links[i], now) {
		return store.Link{}, store.ErrNotFound
	}
	return b.Links[i], nil
}

func expired(l store.Link, now time.Time) bool { return !l.Expires.IsZero() && !now.Before(l.Expires) }

// endingFor is what a connected comer is told who does not get in any more.
func endingFor(err error) *ending {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return end(closeRevoked, "this link does not open the board any more")
	case errors.Is(err, errGone):
		return end(closeGone, "%s", err.Error())
	case errors.Is(err, errBanned):
		return &ending{code: closeRemoved, reason: err.Error(), condition: conditionRemoved}
	case errors.Is(err, errPassword), errors.Is(err, errJoin), errors.Is(err, errPassed), errors.Is(err, errUnpass), errors.Is(err, errSignIn):
		return end(closeRevoked, "%s", err.Error())
	}
	return endingOf(err)
}

// conditionRemoved says that an owner does not want somebody at the board.
const conditionRemoved = "removed"

// reconsider ends the session if its access is not what it was when it began.
// Whoever comes back gets what holds then.
func (s *session) reconsider(b store.Access, now time.Time) {
	a, err := s.comer.judge(b, now)
	switch {
	case err != nil:
		s.end(endingFor(err))
	case a != s.access:
		s.end(end(closeRevoked, "what this link allows has changed; connect again"))
	}
}

// admitted judges a session once more that has begun: any change of its board
// after that finds it among those of the hub.
func (h *Hub) admitted(s *session) error {
	if s.access.open {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, h.settings.LoadTimeout)
	defer cancel()
	if err := h.stillIn(ctx, s.comer); errors.Is(err, store.ErrNotFound) {
		return endingFor(errSignIn)
	} else if err != nil {
		return err
	}
	b, err := h.store.Access(ctx, s.comer.board)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	s.reconsider(b, time.Now())
	return nil
}

// A guard sees to it that what changes about who may do what reaches those who
// are connected: by recheck what this node changes, and by what it reads every
// AccessInterval what another does, and what ends by itself.
type guard struct {
	hub  *Hub
	seen map[string]store.Access // of the boards that somebody is at
}

// watch runs until the rooms are to stop.
func (g *guard) watch(ctx context.Context) {
	tick := time.NewTicker(g.hub.settings.AccessInterval)
	defer tick.Stop()
	for failures := 0; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := g.look(ctx, time.Now()); err != nil && ctx.Err() == nil {
			if failures%60 == 0 {
				g.hub.log.Error().Err(err).Msg("look for changes of access")
			}
			failures++
		} else {
			failures = 0
		}
	}
}

// look finds the boards whose access has changed, and the links that have expired.
func (g *guard) look(ctx context.Context, now time.Time) error {
	sessions := g.hub.sessionsByBoard()
	maps.DeleteFunc(g.seen, func(board string, _ store.Access) bool { return len(sessions[board]) == 0 })
	if len(sessions) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, g.hub.settings.LoadTimeout)
	defer cancel()
	// Expiry does not wait for the store.
	for _, s := range slices.Concat(slices.Collect(maps.Values(sessions))...) {
		if s.comer.pass != nil && !now.Before(s.comer.pass.expires) {
			s.end(endingFor(errPassed))
		}
	}
	for board, b := range g.seen {
		if slices.ContainsFunc(b.Links, func(l store.Link) bool { return expired(l, now) }) {
			for _, s := range sessions[board] {
				s.reconsider(b, now)
			}
		}
	}
	for _, here := range sessions {
		for _, s := range here {
			if s.comer.in != nil && !now.Before(s.comer.in.Expires) {
				s.end(endingFor(errSignIn))
			}
		}
	}
	for boards := range slices.Chunk(slices.Collect(maps.Keys(sessions)), versionsPerQuery) {
		versions, err := g.hub.store.Versions(ctx, boards)
		if err != nil {
			return err
		}
		for _, board := range boards {
			if b, ok := g.seen[board]; ok && b.Version == versions[board] {
				continue
			}
			b, err := g.hub.recheck(ctx, board)
			if err != nil {
				return err
			}
			g.seen[board] = b
		}
	}
	return nil
}

// versionsPerQuery is how many boards one question to the store names.
const versionsPerQuery = 1000

// recheck judges everybody at a board anew.
func (h *Hub) recheck(ctx context.Context, board string) (store.Access, error) {
	b, err := h.store.Access(ctx, board)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return b, err
	}
	now := time.Now()
	for _, s := range h.sessionsByBoard()[board] {
		s.reconsider(b, now)
	}
	return b, nil
}

// sessionsByBoard are those that have been admitted.
func (h *Hub) sessionsByBoard() map[string][]*session {
	h.mu.Lock()
	defer h.mu.Unlock()
	sessions := map[string][]*session{}
	for s := range h.sessions {
		if s.comer.board != "" {
			sessions[s.comer.board] = append(sessions[s.comer.board], s)
		}
	}
	return sessions
}
