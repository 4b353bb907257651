package server

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"openmic/server/store"
)

type participantAnswer struct {
	ID        string         `json:"id"`
	Token     string         `json:"token,omitempty"` // told once
	Name      string         `json:"name"`
	Pseudonym *pseudonym     `json:"pseudonym,omitempty"` // of who has no name
	Audience  store.Audience `json:"audience"`
	Link      string         `json:"link,omitempty"` // the public id of the one that they came by first
	SignedIn  bool           `json:"signedIn,omitempty"`
	Banned    bool           `json:"banned,omitempty"`
	Role      store.Role     `json:"role,omitempty"` // that an owner has given them, whatever their link allows
	JoinedAt  time.Time      `json:"joinedAt"`
	LeftAt    *time.Time     `json:"leftAt,omitempty"` // for good: their token opens nothing
}

func answerParticipant(p store.Participant) participantAnswer {
	a := participantAnswer{ID: p.ID, Name: p.Name, Pseudonym: unnamed(p.BoardID, p.ID, p.Name), Audience: p.Audience, Link: linkID(p.Link), SignedIn: p.Person != "", Banned: p.Banned, Role: p.Role, JoinedAt: p.Created}
	if !p.Left.IsZero() {
		a.LeftAt = &p.Left
	}
	return a
}

// join answers POST /api/boards/{id}/participants.
func (s *Server) join(w http.ResponseWriter, r *http.Request) {
	v, err := s.findVisit(r)
	if err == nil && v.comer.pass != nil {
		s.joinPassed(w, r, v)
		return
	}
	if errors.Is(err, errToken) {
		err = nil // a device that was forgotten joins anew
	}
	if err == nil && v.comer.key != "" {
		err = known{errKey}
	}
	p := store.Participant{ID: publicID(participantBytes), BoardID: v.board.ID, Link: v.comer.link, Created: time.Now()}
	if err == nil {
		// As one who has given the password: whether they did is asked for last.
		if i := slices.IndexFunc(v.board.Links, func(l store.Link) bool { return l.SecretHash == v.comer.link }); i >= 0 {
			p.Password = v.board.Links[i].Password
		}
		if v.comer.in == nil || v.comer.who == nil {
			v.comer.who = &p
		} else {
			as := *v.comer.who // somebody who comes by another link now, or by none
			as.Link, as.Password = p.Link, p.Password
			v.comer.who = &as
		}
		v.access, err = v.comer.enter(v.board, p.Created)
		if err == nil && v.board.Closed && v.role != store.Owner {
			err = known{errClosed}
		}
	}
	if err != nil {
		s.refuseVisit(w, r, err)
		return
	}
	var in struct {
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	if !s.allow(w, s.limits.joins, neighbourhood(s.address(r)), "people joining from this address") ||
		!s.readBody(w, r, &in, `{"name": "Anna"}`) {
		return
	}
	if p.Name, err = cleanText("a name", in.Name, s.settings.NameCharacters); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	if p.Password != "" && !s.passes(w, r, v, in.Password, p.Password) {
		return
	}
	if v.comer.in != nil {
		v.comer.who = &p
		if s.joinAsPerson(w, r, &v) {
			writeJSON(w, http.StatusCreated, answerParticipant(*v.comer.who))
		}
		return
	}
	token := token(secretBytes)
	p.Audience, p.TokenHash = v.audience, secretHash(token)
	v.participant = p.ID
	about(w, p.ID)
	switch err := s.store.Join(s.noting(r.Context(), v.line(auditJoined, p.ID, string(p.Audience))), p, s.settings.ParticipantsPerBoard); {
	case errors.Is(err, store.ErrFull):
		s.refuseComer(w, errFull)
		return
	case errors.Is(err, store.ErrNotFound):
		s.refuseVisit(w, r, err)
		return
	case err != nil:
		s.fail(w, "join", err)
		return
	}
	answer := answerParticipant(p)
	answer.Token = token
	writeJSON(w, http.StatusCreated, answer)
}

// joinAsPerson makes who is signed in a participant, with the name that they have
// there. If it returns false the request has been answered.
func (s *Server) joinAsPerson(w http.ResponseWriter, r *http.Request, v *visit) bool {
	p := store.Participant{
		ID: publicID(participantBytes), BoardID: v.board.ID, TokenHash: secretHash(token(secretBytes)), Link: v.comer.link,
		Name: v.comer.in.Name, Audience: store.Staff, Person: v.comer.in.Person, Created: time.Now(),
	}
	if v.comer.who != nil {
		p.Password = v.comer.who.Password
	}
	v.participant = p.ID
	p, err := s.store.JoinPerson(s.noting(r.Context(), v.line(auditJoined, p.ID, string(p.Audience))), p, s.settings.ParticipantsPerBoard)
	switch {
	case errors.Is(err, store.ErrFull):
		s.refuseComer(w, errFull)
	case errors.Is(err, store.ErrNotFound):
		s.refuseVisit(w, r, err)
	case err != nil:
		s.fail(w, "join", err)
	}
	v.comer.who, v.participant = &p, p.ID
	about(w, p.ID)
	return err == nil
}

// passes asks for the password of a link. If it returns false the request has been answered.
func (s *Server) passes(w http.ResponseWriter, r *http.Request, v visit, password, hash string) bool {
	if password == "" {
		s.refuseComer(w, errPassword)
		return false
	}
	here := linkID(v.comer.link) + " " + neighbourhood(s.address(r))
	if !s.allow(w, s.limits.tries, here, "passwords tried") ||
		!s.allow(w, s.limits.triesByLink, linkID(v.comer.link), "passwords tried for this link") {
		return false
	}
	ok, err := s.passwords.matches(r.Context(), password, hash)
	if err != nil {
		s.fail(w, "compare a password", err)
		return false
	}
	if !ok {
		writeCondition(w, http.StatusForbidden, "wrong-password", "that is not the password of this link")
	}
	return ok
}

// person is somebody who is at a board now.
type person struct {
	PeerID      string         `json:"peerId"`
	Participant string         `json:"participant"`
	Audience    store.Audience `json:"audience"`
	Role        store.Role     `json:"role"`
}

// people answers GET /api/boards/{id}/people: who is here, by peer; and to owners
// also who has joined.
func (s *Server) people(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visit(w, r)
	if !ok {
		return
	}
	answer := struct {
		Here   []person            `json:"here"`
		Joined []participantAnswer `json:"joined,omitempty"`
	}{Here: s.hub.peopleAt(v.board.ID, s.settings.PeopleListed)}
	if v.role == store.Owner {
		joined, err := s.store.Participants(r.Context(), v.board.ID, s.settings.PeopleListed)
		if err != nil {
			s.fail(w, "list participants", err)
			return
		}
		for _, p := range joined {
			answer.Joined = append(answer.Joined, answerParticipant(p))
		}
	}
	writeJSON(w, http.StatusOK, answer)
}

// peopleAt lists who is at a board, most of them at most.
func (h *Hub) peopleAt(board string, most int) []person {
	here := []person{}
	h.mu.Lock()
	for id, s := range h.peers {
		if s.access.board == board && len(here) < most {
			here = append(here, person{PeerID: id, Participant: s.participantAs(id), Audience: s.access.audience, Role: s.access.role})
		}
	}
	h.mu.Unlock()
	slices.SortFunc(here, func(a, b person) int { return strings.Compare(a.PeerID, b.PeerID) })
	return here
}

// changeParticipant answers PATCH /api/boards/{id}/participants/{participant}:
// owners ban people and let them in again, everybody changes their own name.
func (s *Server) changeParticipant(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visit(w, r)
	if !ok {
		return
	}
	id := r.PathValue("participant")
	if id == "" { // .../participants/me
		if v.comer.who == nil {
			s.refuseComer(w, errJoin)
			return
		}
		id = v.comer.who.ID
	}
	own := v.comer.who != nil && v.comer.who.ID == id
	if v.role != store.Owner && !own {
		s.refuseComer(w, errOwners)
		return
	}
	var in struct {
		Name   optional[string]     `json:"name"`
		Banned optional[bool]       `json:"banned"`
		Role   optional[store.Role] `json:"role"`
	}
	if !s.readBody(w, r, &in, `{"banned": true}`) {
		return
	}
	switch {
	case in.Name.given && v.comer.pass != nil:
		writeProblem(w, http.StatusForbidden, "what you are called is said by the page that you come from")
		return
	case in.Name.given && !own:
		writeProblem(w, http.StatusForbidden, "a name is changed by whoever it is the name of")
		return
	case in.Banned.given && (own || v.role != store.Owner):
		writeProblem(w, http.StatusForbidden, "only an owner bans people, and not themselves")
		return
	case in.Role.given && (own || v.role != store.Owner):
		writeProblem(w, http.StatusForbidden, "only an owner says what others may do, and not what they may themselves")
		return
	case in.Role.or("") != "" && !slices.Contains(Roles(), in.Role.or("")):
		writeProblem(w, http.StatusBadRequest, "a role is viewer, commenter, editor or owner, or null for what their link allows")
		return
	}
	p, ok := s.participantOf(w, r, v.board.ID, id)
	if !ok {
		return
	}
	name, err := cleanText("a name", in.Name.or(p.Name), s.settings.NameCharacters)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	kind := auditRenamed
	if in.Banned.given {
		kind = auditLetIn
		if in.Banned.or(false) {
			kind = auditBanned
		}
	}
	detail := ""
	if in.Role.given {
		kind, detail = auditRole, string(in.Role.or(""))
	}
	p.Name, p.Banned, p.Role = name, in.Banned.or(p.Banned), in.Role.or(p.Role)
	ctx := s.noting(r.Context(), v.line(kind, p.ID, detail))
	if s.changed(w, r, v, "participant changed", s.store.SetParticipant(ctx, p)) {
		writeJSON(w, http.StatusOK, answerParticipant(p))
	}
}

func (s *Server) participantOf(w http.ResponseWriter, r *http.Request, board, id string) (store.Participant, bool) {
	if strings.HasPrefix(id, passerMark) {
		writeProblem(w, http.StatusConflict, "they came by a link alone: change or revoke the link")
		return store.Participant{}, false
	}
	p, err := s.store.Participant(r.Context(), board, id)
	if errors.Is(err, store.ErrNotFound) {
		writeProblem(w, http.StatusNotFound, "the board has no such participant")
		return p, false
	}
	if err != nil {
		s.fail(w, "find participant", err)
		return p, false
	}
	return p, true
}

// removeParticipant answers DELETE /api/boards/{id}/participants/{participant}:
// it ends their sessions. They may come again, unless they are banned.
func (s *Server) removeParticipant(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownersVisit(w, r)
	if !ok {
		return
	}
	id := r.PathValue("participant")
	asked := &ending{code: closeRemoved, reason: "an owner of this board has asked you to leave", condition: conditionRemoved}
	if !s.hub.remove(v.board.ID, id, asked) {
		writeProblem(w, http.StatusNotFound, "nobody of that name is here")
		return
	}
	s.log.Info().Str("board", v.board.ID).Str("participant", id).Msg("participant removed")
	s.scribe.note(v.line(auditRemoved, id, ""))
	w.WriteHeader(http.StatusNoContent)
}

// remove ends the sessions of a participant at a board, and tells whether there were any.
func (h *Hub) remove(board, participant string, why *ending) (found bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, s := range h.peers {
		if s.access.board == board && s.participantAs(id) == participant {
			s.end(why)
			found = true
		}
	}
	return found
}

// changeBoard answers PATCH /api/boards/{id}.
func (s *Server) changeBoard(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownersVisit(w, r)
	var in struct {
		Locked   optional[bool]   `json:"locked"`
		Closed   optional[bool]   `json:"closed"`
		Deleted  optional[bool]   `json:"deleted"`
		Archived optional[bool]   `json:"archived"`
		Title    optional[string] `json:"title"`
	}
	if !ok || !s.readBody(w, r, &in, `{"locked": true}`) {
		return
	}
	before := v.board.Board
	b := before
	b.Locked, b.Closed = in.Locked.or(b.Locked), in.Closed.or(b.Closed)
	if deleted := in.Deleted.or(!b.Deleted.IsZero()); deleted && b.Deleted.IsZero() {
		b.Deleted = time.Now()
	} else if !deleted {
		b.Deleted = time.Time{}
	}
	if archived := in.Archived.or(!b.Archived.IsZero()); archived && b.Archived.IsZero() {
		b.Archived = time.Now()
	} else if !archived {
		b.Archived = time.Time{}
	}
	if in.Title.given && !s.renamed(w, r, &v, in.Title.or("")) {
		return
	}
	b.Title = v.board.Title
	ctx := s.noting(r.Context(), v.stateLines(before, b)...)
	if s.changed(w, r, v, "board changed", s.store.SetBoard(ctx, b)) {
		v.board.Board = b
		writeJSON(w, http.StatusOK, v.answer())
	}
}

// deleteBoard answers DELETE /api/boards/{id}. The board can be brought back for
// a while, by PATCH.
func (s *Server) deleteBoard(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownersVisit(w, r)
	if !ok {
		return
	}
	b := v.board.Board
	if b.Deleted.IsZero() {
		b.Deleted = time.Now()
	}
	ctx := s.noting(r.Context(), v.stateLines(v.board.Board, b)...)
	if s.changed(w, r, v, "board deleted", s.store.SetBoard(ctx, b)) {
		w.WriteHeader(http.StatusNoContent)
	}
}
