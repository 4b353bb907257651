package server

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"openmic/crdt"
	"openmic/server/store"
)

// listedAnswer is a board in a list.
type listedAnswer struct {
	ID         string     `json:"id"`
	DocumentID string     `json:"documentId"`
	Title      string     `json:"title"`
	CreatedAt  time.Time  `json:"createdAt"`
	ArchivedAt *time.Time `json:"archivedAt,omitempty"`
	DeletedAt  *time.Time `json:"deletedAt,omitempty"`
	GoesAt     *time.Time `json:"goesAt,omitempty"` // until then it can be brought back
	Owners     *int       `json:"owners,omitempty"` // how many people who sign in have it; for administrators
}

func given(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// goes is when a deleted board is removed for good.
func (s *Server) goes(b store.Board) *time.Time {
	if b.Deleted.IsZero() {
		return nil
	}
	return given(b.Deleted.Add(s.settings.DeletedKept))
}

// ownBoards answers GET /api/me/boards?shelf=...&after=...
func (s *Server) ownBoards(w http.ResponseWriter, r *http.Request) {
	in, ok := s.asPerson(w, r)
	if !ok {
		return
	}
	s.shelf(w, r, false, func(shelf store.Shelf, after store.Place, most int) ([]store.Listed, error) {
		return s.store.BoardsOf(r.Context(), in.Person, shelf, after, most)
	})
}

// allBoards answers GET /api/admin/boards, for administrators: what there is, and
// nothing of what is in it.
func (s *Server) allBoards(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.asAdministrator(w, r); !ok {
		return
	}
	s.shelf(w, r, true, func(shelf store.Shelf, after store.Place, most int) ([]store.Listed, error) {
		return s.store.AllBoards(r.Context(), shelf, after, most)
	})
}

func (s *Server) asAdministrator(w http.ResponseWriter, r *http.Request) (*store.SignIn, bool) {
	in, ok := s.asPerson(w, r)
	if ok && !in.Administrator {
		writeProblem(w, http.StatusForbidden, "only administrators may do that")
		return nil, false
	}
	return in, ok
}

// shelf answers with a page of a list.
func (s *Server) shelf(w http.ResponseWriter, r *http.Request, counted bool, list func(store.Shelf, store.Place, int) ([]store.Listed, error)) {
	q := r.URL.Query()
	shelf := store.Current
	switch name := store.Shelf(q.Get("shelf")); name {
	case "":
	case store.Current, store.Archived, store.Deleted:
		shelf = name
	default:
		writeProblem(w, http.StatusBadRequest, "shelf is current, archived or deleted")
		return
	}
	after, err := readPlace(q.Get("after"))
	if err != nil {
		writeProblem(w, http.StatusBadRequest, "after is what the page before named as next")
		return
	}
	boards, err := list(shelf, after, s.settings.BoardsListed+1)
	if err != nil {
		s.fail(w, "list boards", err)
		return
	}
	answer := struct {
		Boards []listedAnswer `json:"boards"`
		Next   string         `json:"next,omitempty"`
	}{Boards: []listedAnswer{}}
	if len(boards) > s.settings.BoardsListed {
		boards = boards[:s.settings.BoardsListed]
		answer.Next = placeText(boards[len(boards)-1].Place)
	}
	s.titles.freshen(r.Context(), boards)
	for _, b := range boards {
		l := listedAnswer{
			ID: b.ID, DocumentID: b.Doc.String(), Title: b.Title, CreatedAt: b.Created,
			ArchivedAt: given(b.Archived), DeletedAt: given(b.Deleted), GoesAt: s.goes(b.Board),
		}
		if counted {
			l.Owners = &b.Owners
		}
		answer.Boards = append(answer.Boards, l)
	}
	writeJSON(w, http.StatusOK, answer)
}

// Places are written as one word, which is for nobody to take apart.
func placeText(p store.Place) string {
	b, _ := json.Marshal([]string{strconv.FormatInt(p.At.UnixMilli(), 10), p.Board})
	return base64.RawURLEncoding.EncodeToString(b)
}

func readPlace(text string) (store.Place, error) {
	if text == "" {
		return store.Place{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	var parts []string
	if err == nil {
		err = json.Unmarshal(b, &parts)
	}
	if err == nil && len(parts) != 2 {
		err = errors.New("not a place")
	}
	if err != nil {
		return store.Place{}, err
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || at < 0 || at > maxPlace {
		return store.Place{}, errors.New("not a place")
	}
	return store.Place{At: time.UnixMilli(at), Board: parts[1]}, nil
}

// maxPlace is the year 9999, the last that a database takes.
const maxPlace = 253_370_764_800_000

// takeOwn answers PUT /api/me/boards/{id}, with the secret of an owner's link: the
// board is the person's from then on.
func (s *Server) takeOwn(w http.ResponseWriter, r *http.Request) {
	in, ok := s.asPerson(w, r)
	if !ok {
		return
	}
	v, ok := s.ownersVisit(w, r)
	if !ok {
		return
	}
	if s.owned(w, r, v, in, auditOwned, "board taken into a list") {
		w.WriteHeader(http.StatusNoContent)
	}
}

// owned makes a board a person's. If it returns false the request has been answered.
func (s *Server) owned(w http.ResponseWriter, r *http.Request, v visit, in *store.SignIn, kind, what string) bool {
	ctx := s.noting(r.Context(), v.line(kind, v.participant, ""))
	err := s.store.AddOwner(ctx, v.board.ID, in.Person, time.Now(), s.settings.OwnersPerBoard)
	if errors.Is(err, store.ErrFull) {
		writeCondition(w, http.StatusConflict, "full", fmt.Sprintf("a board may be %d people's", s.settings.OwnersPerBoard))
		return false
	}
	return s.changed(w, r, v, what, err)
}

// leaveOwn answers DELETE /api/me/boards/{id}: the board stays, and is not the
// person's any more.
func (s *Server) leaveOwn(w http.ResponseWriter, r *http.Request) {
	in, ok := s.asPerson(w, r)
	if !ok {
		return
	}
	v := visit{access: access{person: in.Person}, board: store.Access{Board: store.Board{ID: r.PathValue("id")}}, comer: comer{board: r.PathValue("id"), in: in}}
	if err := s.findPerson(r, &v); err != nil {
		s.fail(w, "find participant", err)
		return
	}
	if v.comer.who != nil {
		v.participant = v.comer.who.ID
	}
	ctx := s.noting(r.Context(), v.line(auditDisowned, v.participant, ""))
	if s.changed(w, r, v, "board taken off a list", s.store.RemoveOwner(ctx, v.board.ID, in.Person)) {
		w.WriteHeader(http.StatusNoContent)
	}
}

// takeOver answers POST /api/admin/boards/{id}/owners: an administrator becomes an
// owner, as of a board that nobody can open any more. Its owners see it.
func (s *Server) takeOver(w http.ResponseWriter, r *http.Request) {
	in, ok := s.asAdministrator(w, r)
	if !ok {
		return
	}
	b, err := s.store.Access(r.Context(), r.PathValue("id"))
	if err != nil {
		s.refuseVisit(w, r, err)
		return
	}
	v := visit{access: access{person: in.Person}, board: b, comer: comer{board: b.ID, in: in}}
	if s.joinAsPerson(w, r, &v) && s.owned(w, r, v, in, auditTakenOver, "board taken over by an administrator") {
		w.WriteHeader(http.StatusNoContent)
	}
}

// renamed gives a board another title, for PATCH. If it returns false the request
// has been answered.
func (s *Server) renamed(w http.ResponseWriter, r *http.Request, v *visit, title string) bool {
	title, err := s.settings.CleanTitle(title)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return false
	}
	switch {
	case !v.board.Deleted.IsZero():
		s.refuseComer(w, errGone)
		return false
	case !v.board.Archived.IsZero():
		writeCondition(w, http.StatusConflict, frozenArchived, (&freeze{condition: frozenArchived}).text())
		return false
	}
	var refusal *crdt.Refusal
	switch err := s.hub.rename(r.Context(), *v, title); {
	case errors.Is(err, errTakesNone), errors.As(err, &refusal):
		writeCondition(w, http.StatusConflict, "frozen", errTakesNone.Error())
		return false
	case err != nil:
		s.fail(w, "rename a board", err)
		return false
	}
	v.board.Title = title
	return true
}

// makes tells who makes a board: nobody who has signed in, where nobody has to be.
// If it returns false the request has been answered.
func (s *Server) makes(w http.ResponseWriter, r *http.Request, key string) (*store.SignIn, bool) {
	if key != "" {
		return nil, true // a program is known by that
	}
	in, err := s.signedIn(r)
	if err == nil && in == nil && s.provider != nil && s.provider.Needed {
		err = errSignIn
	}
	return in, err == nil || s.refuseVisit(w, r, err)
}
