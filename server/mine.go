package server

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"openmic/crdt"
	"openmic/server/store"
)

// What somebody who has joined can see, take away and give up of their own. It is
// theirs also when they have been shut out, and when the board was deleted.

// ownVisit is visit for that. If it returns false the request has been answered.
func (s *Server) ownVisit(w http.ResponseWriter, r *http.Request) (visit, bool) {
	v, err := s.findVisit(r)
	if err == nil && v.comer.key != "" {
		err = known{errKey}
	}
	if err == nil && v.comer.who == nil {
		err = known{errJoin}
	}
	if err == nil {
		v.access, err = v.comer.judge(v.board, time.Now())
		for _, also := range []error{errBanned, errGone, errPassword, errUnpass} {
			if errors.Is(err, also) {
				err = nil
			}
		}
		v.participant = v.comer.who.ID
	}
	return v, err == nil || s.refuseVisit(w, r, err)
}

type mineAnswer struct {
	participantAnswer
	Label        string        `json:"label,omitempty"` // of the link
	NameErasedAt *time.Time    `json:"nameErasedAt,omitempty"`
	LastOpenedAt *time.Time    `json:"lastOpenedAt,omitempty"`
	Actors       []string      `json:"actors"`  // of the document, in hexadecimal
	Changes      int           `json:"changes"` // made by them
	Audit        []auditAnswer `json:"audit"`   // the newest lines
	AuditDays    int           `json:"auditDays"`
}

// mine answers GET /api/boards/{id}/participants/me: what is stored about whoever asks.
func (s *Server) mine(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownVisit(w, r)
	if !ok {
		return
	}
	who := *v.comer.who
	answer := mineAnswer{participantAnswer: answerParticipant(who), Actors: []string{}, AuditDays: s.settings.AuditDays}
	// They are told also what they will go by once their name is erased.
	own := pseudonymOf(who.BoardID, who.ID)
	answer.Pseudonym = &own
	for _, l := range v.board.Links {
		if l.SecretHash == who.Link {
			answer.Label = l.Label
		}
	}
	if !who.Erased.IsZero() {
		answer.NameErasedAt = &who.Erased
	}
	lines, err := s.store.AuditOf(r.Context(), v.board.ID, who.ID, s.settings.AuditListed)
	if err == nil {
		answer.Audit, err = s.readable(r.Context(), v.board, lines)
	}
	var actors []store.Actor
	if err == nil {
		actors, err = s.store.Actors(r.Context(), v.board.Doc)
	}
	if err == nil {
		answer.Changes, answer.Actors, err = s.made(r.Context(), v, actors)
	}
	if err != nil {
		s.fail(w, "find what is stored about a participant", err)
		return
	}
	for i, l := range lines {
		if l.Kind == auditOpened && answer.LastOpenedAt == nil {
			answer.LastOpenedAt = &lines[i].At
		}
		// Others are not named to them: it is their own data that they see.
		if by := answer.Audit[i].By; by != nil && by.Participant != who.ID {
			answer.Audit[i].By = &whoAnswer{Audience: by.Audience}
		}
		if of := answer.Audit[i].Subject; of != nil && of.Participant != who.ID {
			answer.Audit[i].Subject = nil
		}
	}
	writeJSON(w, http.StatusOK, answer)
}

// made counts the changes of those actors that are a participant's.
func (s *Server) made(ctx context.Context, v visit, known []store.Actor) (changes int, names []string, err error) {
	names = []string{}
	var actors []crdt.Actor
	for _, a := range known {
		if a.Owns && a.Participant == v.participant {
			actors = append(actors, a.Actor)
			names = append(names, hex.EncodeToString([]byte(a.Actor)))
		}
	}
	if len(actors) == 0 {
		return 0, names, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.settings.LoadTimeout)
	defer cancel()
	at, err := s.hub.enter(ctx, v.board.Doc, false)
	if err != nil {
		return 0, names, err
	}
	defer s.hub.release(at)
	answer := make(chan int, 1)
	if !at.do(ctx, func(r *room) { answer <- r.state.changesOf(actors) }) {
		return 0, names, errNotEntered
	}
	select {
	case changes = <-answer:
		return changes, names, nil
	case <-at.gone:
		return 0, names, errNotEntered
	case <-ctx.Done():
		return 0, names, ctx.Err()
	}
}

// changesOf counts the changes of some actors.
func (s *roomState) changesOf(actors []crdt.Actor) (n int) {
	for _, a := range actors {
		n += int(s.graph.LastSeq(a))
	}
	return n
}

// eraseName answers DELETE /api/boards/{id}/participants/me/name. Nothing else is
// called by the name: history, audit and exports have the id.
func (s *Server) eraseName(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownVisit(w, r)
	if !ok {
		return
	}
	ctx := s.noting(r.Context(), v.line(auditNameErased, v.participant, ""))
	if s.changed(w, r, v, "name erased", s.store.EraseName(ctx, v.board.ID, v.participant, time.Now())) {
		w.WriteHeader(http.StatusNoContent)
	}
}

// leave answers DELETE /api/boards/{id}/participants/me: the token is worthless
// from now on, and their sessions end.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownVisit(w, r)
	if !ok {
		return
	}
	ctx := s.noting(r.Context(), v.line(auditLeft, v.participant, ""))
	if !s.changed(w, r, v, "participant left", s.store.Leave(ctx, v.board.ID, v.participant, time.Now())) {
		return
	}
	s.hub.remove(v.board.ID, v.participant, &ending{code: closeRemoved, reason: "you have left this board", condition: "left"})
	w.WriteHeader(http.StatusNoContent)
}
