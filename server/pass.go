package server

import (
	"crypto/sha512"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"openmic/server/embed"
	"openmic/server/store"
)

// A pass is what the token of a host page gives somebody: the page's server vouches
// for them. The token stands wherever the secret of a link may, and nothing of it is
// kept: it is judged each time, and it may come any number of times while it holds,
// for a page asks for more than one thing and comes back after a lost connection.
// Who must not come is banned by name, as they are the same one each time.
type pass struct {
	role     store.Role
	audience store.Audience
	name     string
	token    string // its id, for the log
	expires  time.Time
}

var (
	errPassed = errors.New("the token of the page has expired")
	errUnpass = errors.New("the owners of this board let nobody in for whom a page vouches")
)

// isToken tells a JWT from a link's secret, which has no dots.
func isToken(secret string) bool { return strings.Count(secret, ".") == 2 }

// findPassed reads the token that a request brings in place of a link's secret.
func (s *Server) findPassed(r *http.Request, token string) (visit, error) {
	var v visit
	t, err := s.tokens.Verify(token, time.Now())
	if err != nil {
		return v, err
	}
	role, audience := store.Role(t.Role), store.Audience(t.Audience)
	if audience == "" {
		audience = store.Customer
	}
	name, err := cleanText("its name", t.Name, s.settings.NameCharacters)
	switch {
	case err != nil:
		return v, badToken(err.Error())
	case !slices.Contains(Roles(), role):
		return v, badToken("its role is one of owner, editor, commenter and viewer")
	case audience != store.Customer && audience != store.Staff:
		return v, badToken("its audience is customer or staff")
	case t.Board == "" || t.Board != r.PathValue("id"):
		return v, store.ErrNotFound
	}
	v.comer = comer{
		board: t.Board, link: stands("issuer", t.Board, t.Issuer), // what limits go by, as with a link
		pass: &pass{role: role, audience: audience, name: name, token: t.ID, expires: t.Expires},
	}
	if v.board, err = s.store.Access(r.Context(), t.Board); err != nil {
		return v, err
	}
	v.subject = stands("subject", t.Board, t.Issuer, t.Subject)
	switch p, err := s.store.ParticipantByToken(r.Context(), v.subject); {
	case err == nil:
		v.comer.who = &p
	case !errors.Is(err, store.ErrNotFound):
		return v, err
	}
	return v, nil
}

func badToken(why string) error { return errors.Join(embed.ErrToken, errors.New(why)) }

// stands makes what stands for an issuer or a subject where others have the hash of
// a secret. It is a hash of another kind, so that no secret has it.
func stands(parts ...string) [32]byte {
	var text []byte
	for _, part := range parts {
		text = append(append(text, part...), 0)
	}
	return sha512.Sum512_256(text)
}

// judge is comer.judge for one whom a page vouches for.
func (p *pass) judge(c comer, b store.Access, now time.Time) (access, error) {
	a := access{doc: b.Doc, board: b.ID, role: weaker(p.role, b.Embedding.Role), audience: p.audience, link: c.link}
	switch {
	case !now.Before(p.expires):
		return a, errPassed
	case b.ID == "" || b.Embedding.Role == "":
		return access{}, errUnpass
	case !b.Deleted.IsZero():
		return a, errGone
	case c.who == nil:
		return a, errJoin
	case slices.Contains(b.Banned, c.who.ID):
		return a, errBanned
	}
	a.participant = c.who.ID
	if given := b.Roles[c.who.ID]; given != "" {
		a.role = given
	}
	a.hold(b)
	return a, nil
}

// weaker is the one of two roles that may do less.
func weaker(a, b store.Role) store.Role {
	roles := Roles()
	if slices.Index(roles, a) < slices.Index(roles, b) {
		return b
	}
	return a
}

// joinPassed answers POST /api/boards/{id}/participants with a token: it says what
// they are called, and who they were here before.
func (s *Server) joinPassed(w http.ResponseWriter, r *http.Request, v visit) {
	now := time.Now()
	p := store.Participant{
		ID: publicID(participantBytes), BoardID: v.board.ID, TokenHash: v.subject, Link: v.comer.link,
		Name: v.comer.pass.name, Audience: v.comer.pass.audience, Created: now,
	}
	here := v.comer.who != nil
	if !here {
		v.comer.who = &p
	}
	var err error
	if v.access, err = v.comer.enter(v.board, now); err == nil && !here && v.board.Closed && v.role != store.Owner {
		err = known{errClosed}
	}
	if err != nil {
		s.refuseVisit(w, r, err)
		return
	}
	if !s.allow(w, s.limits.joins, neighbourhood(s.address(r)), "people joining from this address") {
		return
	}
	v.participant = p.ID
	ctx := s.noting(r.Context(), v.line(auditJoined, p.ID, string(p.Audience)))
	p, err = s.store.JoinAs(ctx, p, s.settings.ParticipantsPerBoard)
	switch {
	case errors.Is(err, store.ErrFull):
		s.refuseComer(w, errFull)
		return
	case err != nil:
		s.fail(w, "join by a token", err)
		return
	}
	about(w, p.ID)
	s.log.Info().Str("board", v.board.ID).Str("participant", p.ID).Str("token", v.comer.pass.token).Msg("joined by a token")
	writeJSON(w, http.StatusCreated, answerParticipant(p))
}
