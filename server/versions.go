package server

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"openmic/server/history"
	"openmic/server/store"
)

// A version is a moment of a board's history that somebody has named. Whoever may
// edit names moments, now or looking back, and takes their own names away again, as
// owners do with all of them; whoever may open the board sees them. The start and the
// end of each time in which people worked are versions too, which nobody has to name:
// they are computed from the history when somebody asks.
//
// Versions are rows beside the document. Naming what is past does not change the board,
// the server can hold people to whose a name is, and nobody's client has to know of them.

const versionExample = `{"title": "After the workshop"}`

type versionAnswer struct {
	ID     string     `json:"id"`
	Title  string     `json:"title"`
	Moment int        `json:"moment"`
	At     time.Time  `json:"at"`           // of the moment
	Named  time.Time  `json:"namedAt"`      // when it got its title
	By     *whoAnswer `json:"by,omitempty"` // as they are called now; nothing: they had not joined
	Mine   bool       `json:"mine,omitempty"`
}

func (v visit) answerVersion(n store.NamedVersion, named bool) versionAnswer {
	a := versionAnswer{ID: n.ID, Title: n.Title, Moment: n.Moment, At: n.At, Named: n.Created, Mine: v.named(n)}
	if n.Participant == "" {
		return a
	}
	a.By = &whoAnswer{Audience: n.Audience}
	if named {
		a.By.Participant, a.By.Name = n.Participant, n.Name
	}
	a.By.Pseudonym = unnamed(v.board.ID, n.Participant, a.By.Name)
	return a
}

// named tells whether it is the visitor who has named a version.
func (v visit) named(n store.NamedVersion) bool {
	return v.participant != "" && n.Participant == v.participant
}

// versions answers GET /api/boards/{id}/versions: the named ones, by moment.
func (s *Server) versions(w http.ResponseWriter, r *http.Request) {
	v, named, ok := s.historyVisit(w, r)
	if !ok {
		return
	}
	list, err := s.store.NamedVersions(r.Context(), v.board.ID, s.settings.VersionsPerBoard)
	if err != nil {
		s.fail(w, "list versions", err)
		return
	}
	answer := struct {
		Versions []versionAnswer `json:"versions"`
	}{[]versionAnswer{}}
	for _, n := range list {
		answer.Versions = append(answer.Versions, v.answerVersion(n, named))
	}
	writeJSON(w, http.StatusOK, answer)
}

var errMayNotName = errors.New("this link does not let you change the board now, so it does not let you name a moment of it")

// namingVisit is visit for those who name moments: whoever may edit, be it in some
// lanes. How often is bounded.
func (s *Server) namingVisit(w http.ResponseWriter, r *http.Request) (visit, bool) {
	v, ok := s.visit(w, r)
	if !ok {
		return v, false
	}
	if v.role != store.Editor && v.role != store.Owner || v.locked {
		writeProblem(w, http.StatusForbidden, errMayNotName.Error())
		return v, false
	}
	return v, s.allow(w, s.limits.namings, v.counted()+" "+neighbourhood(s.address(r)), "moments named by this link")
}

func (s *Server) stillNames(w http.ResponseWriter, r *http.Request) bool {
	_, ok := s.namingVisit(w, r)
	return ok
}

// readVersionTitle reads a title from a body that was decoded. If it returns false the
// request has been answered.
func (s *Server) readVersionTitle(w http.ResponseWriter, text string) (title string, ok bool) {
	title, err := s.settings.CleanTitle(text)
	if err == nil && title == "" {
		err = errors.New("a version has a title")
	}
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
	}
	return title, err == nil
}

// nameVersion answers POST /api/boards/{id}/versions: what is stored now is named, or
// the board as it was after so many changes.
func (s *Server) nameVersion(w http.ResponseWriter, r *http.Request) {
	v, ok := s.namingVisit(w, r)
	var in struct {
		Title  string `json:"title"`
		Moment *int   `json:"moment"`
	}
	if !ok || !s.readBody(w, r, &in, versionExample) {
		return
	}
	title, ok := s.readVersionTitle(w, in.Title)
	if !ok {
		return
	}
	n := store.NamedVersion{Board: v.board.ID, ID: publicID(versionIDBytes), Title: title, Participant: v.participant, Created: time.Now()}
	if in.Moment != nil {
		if n.Moment = *in.Moment; n.Moment < 1 {
			writeProblem(w, http.StatusBadRequest, "moment is a number of changes, from 1 on")
			return
		}
	}
	ctx := s.noting(r.Context(), v.line(auditVersionNamed, "", n.ID))
	n, err := s.store.NameVersion(ctx, n, s.settings.VersionsPerBoard)
	switch {
	case errors.Is(err, store.ErrFull):
		writeCondition(w, http.StatusConflict, "full", fmt.Sprintf("a board may have %d named versions; remove one that is not needed", s.settings.VersionsPerBoard))
		return
	case isNotFound(err):
		writeProblem(w, http.StatusNotFound, "the history of this board has no such moment")
		return
	case err != nil:
		s.fail(w, "name a version", err)
		return
	}
	w.Header().Set("Location", "/api/boards/"+v.board.ID+"/versions/"+n.ID)
	writeJSON(w, http.StatusCreated, v.answerVersion(n, false)) // it may be kept, and a name may not
}

// versionIDBytes is the length of what is drawn at random, in bytes.
const versionIDBytes = 9

// versionVisit finds the version that an address is of, for who may change it. If it
// returns false the request has been answered.
func (s *Server) versionVisit(w http.ResponseWriter, r *http.Request) (v visit, n store.NamedVersion, ok bool) {
	if v, ok = s.namingVisit(w, r); !ok {
		return v, n, false
	}
	list, err := s.store.NamedVersions(r.Context(), v.board.ID, s.settings.VersionsPerBoard)
	if err != nil {
		s.fail(w, "find version", err)
		return v, n, false
	}
	for _, n := range list {
		if n.ID != r.PathValue("version") {
			continue
		}
		if v.role != store.Owner && !v.named(n) {
			writeProblem(w, http.StatusForbidden, "only who named this version and the owners of the board may do that")
			return v, n, false
		}
		return v, n, true
	}
	s.noVersion(w)
	return v, n, false
}

func (s *Server) noVersion(w http.ResponseWriter) {
	writeProblem(w, http.StatusNotFound, "the board has no such version")
}

// renameVersion answers PATCH /api/boards/{id}/versions/{version}.
func (s *Server) renameVersion(w http.ResponseWriter, r *http.Request) {
	v, n, ok := s.versionVisit(w, r)
	var in struct {
		Title string `json:"title"`
	}
	if !ok || !s.readBody(w, r, &in, versionExample) {
		return
	}
	title, ok := s.readVersionTitle(w, in.Title)
	if !ok {
		return
	}
	ctx := s.noting(r.Context(), v.line(auditVersionRenamed, "", n.ID))
	if s.versionChanged(w, s.store.RenameVersion(ctx, v.board.ID, n.ID, title)) {
		n.Title = title
		writeJSON(w, http.StatusOK, v.answerVersion(n, false))
	}
}

// removeVersion answers DELETE /api/boards/{id}/versions/{version}: only the name goes.
func (s *Server) removeVersion(w http.ResponseWriter, r *http.Request) {
	v, n, ok := s.versionVisit(w, r)
	if !ok {
		return
	}
	ctx := s.noting(r.Context(), v.line(auditVersionRemoved, "", n.ID))
	if s.versionChanged(w, s.store.RemoveVersion(ctx, v.board.ID, n.ID)) {
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) versionChanged(w http.ResponseWriter, err error) bool {
	switch {
	case isNotFound(err): // somebody else was faster
		s.noVersion(w)
	case err != nil:
		s.fail(w, "change a version", err)
	}
	return err == nil
}

// periodAnswer is a time in which people worked. By are places in people; there may be
// others of whom nobody knows who they are.
type periodAnswer struct {
	First int       `json:"first"`
	Last  int       `json:"last"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	By    []int     `json:"by"`
}

// periods answers GET /api/boards/{id}/history/periods.
func (s *Server) periods(w http.ResponseWriter, r *http.Request) {
	v, named, ok := s.historyVisit(w, r)
	if !ok {
		return
	}
	s.tell(w, r, v, named, func(t *history.Tape, h *historians) any {
		answer := struct {
			Pause   float64        `json:"pauseSeconds"` // longer than this parts two
			People  []historian    `json:"people"`
			Periods []periodAnswer `json:"periods"`
		}{s.settings.PeriodPause.Seconds(), h.people, []periodAnswer{}}
		for _, p := range t.Periods(s.settings.PeriodPause) {
			answer.Periods = append(answer.Periods, periodAnswer{p.First, p.Last, p.Start, p.End, h.peopleOf(t, p.By)})
		}
		return answer
	})
}

// peopleOf are the people whose some actors are, each once.
func (h *historians) peopleOf(t *history.Tape, actors []uint32) []int {
	people, seen := []int{}, map[int]bool{}
	for _, a := range actors {
		if i := h.person(t.Actor(a)); i >= 0 && !seen[i] {
			seen[i] = true
			people = append(people, i)
		}
	}
	return people
}
