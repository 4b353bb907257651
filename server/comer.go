package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	if err != nil && !errors.Is(err, store.ErrNotFound) {
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
	secret, ok := bearer(r)
	if !ok {
		return v, errNoSecret
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
	v.comer = comer{board: link.BoardID, link: link.SecretHash}
	if v.board, err = s.store.Access(r.Context(), link.BoardID); err != nil {
		return v, err
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

// refuseVisit answers a request that is not met, and returns false.
func (s *Server) refuseVisit(w http.ResponseWriter, r *http.Request, err error) bool {
	var k known
	switch {
	case errors.Is(err, errNoSecret):
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeProblem(w, http.StatusUnauthorized, err.Error())
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
