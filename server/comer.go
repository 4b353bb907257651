package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"openmic/server/embed"
	"openmic/server/store"
)

// participantHeader carries the token of somebody who has joined.
const participantHeader = "Openmic-Participant"

// enter judges a comer who is not there yet.
func (c comer) enter(b store.Access, now time.Time) (access, error) {
	a, err := c.judge(b, now)
	if err == nil && c.who == nil && b.Closed && a.role != store.Owner {
		err = errClosed
	}
	var k known
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.As(err, &k) {
		err = known{err}
	}
	return a, err
}

// known marks a refusal of one whose link is good, and who may be told why.
type known struct{ error }

func (k known) Unwrap() error { return k.error }

// A visit is a request about a board, from one who may make it.
type visit struct {
	access
	comer comer
	board store.Access

	subject [32]byte // what stands for the subject of a token, where it came with one
}

// visit finds the board of a request whose Authorization header carries a link's
// secret. A board that is not there and one that the secret does not open get one
// and the same answer. If it returns false the request has been answered.
func (s *Server) visit(w http.ResponseWriter, r *http.Request) (visit, bool) {
	v, err := s.findVisit(r)
	if err == nil {
		v.access, err = v.comer.enter(v.board, time.Now())
	}
	if errors.Is(err, errGone) && v.role == store.Owner {
		write(w, http.StatusGone, "application/problem+json", problem{
			Type: "about:blank", Title: http.StatusText(http.StatusGone), Status: http.StatusGone,
			Detail: errGone.Error(), Condition: "deleted", GoesAt: s.goes(v.board.Board),
		})
		return v, false
	}
	return v, err == nil || s.refuseVisit(w, r, err)
}

// ownersVisit is visit for what only owners do.
func (s *Server) ownersVisit(w http.ResponseWriter, r *http.Request) (visit, bool) {
	v, err := s.findVisit(r)
	if err == nil {
		v.access, err = v.comer.enter(v.board, time.Now())
		if errors.Is(err, errGone) && v.role == store.Owner {
			err = nil // who can bring it back
		}
	}
	if err == nil && v.role != store.Owner {
		err = known{errOwners}
	}
	return v, err == nil || s.refuseVisit(w, r, err)
}

// strangers is what the limit on guessing is called.
const strangers = "links tried that open nothing"

var (
	errNoSecret = errors.New("send the secret of a link to this board as a bearer token")
	errOwners   = errors.New("only an owner of the board may do that")
)

// findVisit reads what a request brings, and does not judge it. That a hash is
// looked up, and never a secret, keeps the time it takes from telling anything.
func (s *Server) findVisit(r *http.Request) (visit, error) {
	var v visit
	in, inErr := s.signedIn(r)
	secret, ok := bearer(r)
	if !ok {
		return s.findOwn(r, in, inErr)
	}
	if inErr != nil && !errors.Is(inErr, errOrigin) {
		return v, inErr
	}
	if strings.HasPrefix(secret, keyMark) {
		return s.keyVisit(r, secret)
	}
	if isToken(secret) {
		return s.findPassed(r, secret)
	}
	link, err := s.store.LinkBySecret(r.Context(), secretHash(secret))
	if err == nil && link.BoardID != r.PathValue("id") {
		err = store.ErrNotFound
	}
	if err != nil {
		return v, err
	}
	v.comer = comer{board: link.BoardID, link: link.SecretHash, in: in}
	if v.board, err = s.store.Access(r.Context(), link.BoardID); err != nil {
		return v, err
	}
	if in != nil {
		return v, s.findPerson(r, &v)
	}
	if token := r.Header.Get(participantHeader); token != "" {
		p, err := s.store.ParticipantByToken(r.Context(), secretHash(token))
		if err == nil && p.BoardID != link.BoardID {
			err = store.ErrNotFound
		}
		if errors.Is(err, store.ErrNotFound) {
			err = known{errToken}
		}
		if err != nil {
			return v, err
		}
		v.comer.who = &p
	}
	return v, nil
}

// findOwn is findVisit for one who shows no link: the board is theirs.
func (s *Server) findOwn(r *http.Request, in *store.SignIn, err error) (v visit, _ error) {
	if err == nil && in == nil {
		err = errNoSecret
	}
	if err != nil {
		return v, err
	}
	v.comer = comer{board: r.PathValue("id"), in: in}
	if v.board, err = s.store.Access(r.Context(), v.comer.board); err != nil {
		return v, err
	}
	if !slices.Contains(v.board.Owners, in.Person) {
		return v, store.ErrNotFound
	}
	return v, s.findPerson(r, &v)
}

// findPerson finds who is signed in among those who have joined: they are the same
// participant on all their devices.
func (s *Server) findPerson(r *http.Request, v *visit) error {
	p, err := s.store.ParticipantByPerson(r.Context(), v.comer.board, v.comer.in.Person)
	if err == nil && p.Left.IsZero() { // or else they come back anew
		v.comer.who = &p
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// refuseVisit answers a request that is not met, and returns false.
func (s *Server) refuseVisit(w http.ResponseWriter, r *http.Request, err error) bool {
	var k known
	switch {
	case errors.Is(err, errNoSecret), errors.Is(err, errSignIn):
		condition := ""
		if s.provider != nil {
			condition = "signin"
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeCondition(w, http.StatusUnauthorized, condition, err.Error())
	case errors.Is(err, errOrigin):
		writeCondition(w, http.StatusForbidden, "origin", err.Error())
	case errors.Is(err, embed.ErrToken):
		if s.allow(w, s.limits.strangers, neighbourhood(s.address(r)), strangers) {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			writeCondition(w, http.StatusUnauthorized, "token", err.Error())
		}
	case errors.Is(err, embed.ErrNoKeys):
		writeProblem(w, http.StatusServiceUnavailable, err.Error())
	case errors.As(err, &k):
		s.refuseComer(w, k.error)
	case errors.Is(err, store.ErrNotFound):
		if s.allow(w, s.limits.strangers, neighbourhood(s.address(r)), strangers) {
			writeProblem(w, http.StatusNotFound, "there is no such board, or this link does not open it")
		}
	default:
		s.fail(w, "find board", err)
	}
	return false
}

// refuseComer tells one whose link is good why they do not get in.
func (s *Server) refuseComer(w http.ResponseWriter, err error) {
	status, condition := http.StatusForbidden, ""
	switch {
	case errors.Is(err, errGone):
		status, condition = http.StatusGone, "deleted"
	case errors.Is(err, errBanned):
		condition = "banned"
	case errors.Is(err, errPassword):
		condition = "password"
	case errors.Is(err, errJoin):
		condition = "join"
	case errors.Is(err, errClosed):
		condition = "closed"
	case errors.Is(err, errFull):
		condition = "full"
	case errors.Is(err, errToken):
		condition = "participant"
	case errors.Is(err, errPassed):
		status, condition = http.StatusUnauthorized, "token"
	case errors.Is(err, errUnpass):
		condition = "embedding"
	}
	writeCondition(w, status, condition, err.Error())
}

// readBody decodes the JSON of a request. like is an example, for whoever sent
// something else. If it returns false the request has been answered.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, into any, like string) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, s.settings.RequestBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil && !errors.Is(decoder.Decode(new(json.RawMessage)), io.EOF) {
		err = errors.New("more than one value")
	}
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &large):
		writeProblem(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the request may have %d bytes", large.Limit))
	default:
		writeProblem(w, http.StatusBadRequest, "the body is not JSON like "+like)
	}
	return false
}
