package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"openmic/server/store"
)

// keyMark begins what a program of the organisation sends as a bearer token, so
// that it is told from a link's secret, also by whoever finds it where it should not be.
const keyMark = "omk_"

const (
	keyIDBytes    = 6
	keyNameLength = 100
)

// NewKey makes a key and the secret that goes with it, which is told only once.
func NewKey(name string) (k store.Key, secret string, err error) {
	if name, err = cleanText("a name", name, keyNameLength); err != nil {
		return k, "", err
	}
	secret = keyMark + token(secretBytes)
	return store.Key{ID: publicID(keyIDBytes), Name: name, Hash: secretHash(secret), Created: time.Now()}, secret, nil
}

var (
	errNoKey   = errors.New("send a key as a bearer token; the operator makes one")
	errKey     = errors.New("a key comes to no board: make a link, and join by that")
	errKeyGone = errors.New("this key is not known here, or was revoked")
)

// bearer is what a request shows of itself.
func bearer(r *http.Request) (secret string, ok bool) {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return secret, ok && strings.EqualFold(scheme, "Bearer")
}

// keyVisit is findVisit for a key: the boards that it made are there for it.
func (s *Server) keyVisit(r *http.Request, secret string) (visit, error) {
	var v visit
	k, err := s.store.KeyByHash(r.Context(), secretHash(secret))
	if err != nil {
		return v, err
	}
	if v.board, err = s.store.Access(r.Context(), r.PathValue("id")); err != nil {
		return v, err
	}
	if v.board.Key != k.ID {
		return v, store.ErrNotFound
	}
	v.comer = comer{board: v.board.ID, key: k.ID}
	return v, nil
}

// keyOf finds the key of a request that need not be about a board. Nothing and no
// error: it shows none.
func (s *Server) keyOf(r *http.Request) (*store.Key, error) {
	secret, ok := bearer(r)
	if !ok || !strings.HasPrefix(secret, keyMark) {
		return nil, nil
	}
	k, err := s.store.KeyByHash(r.Context(), secretHash(secret))
	if err != nil {
		return nil, err
	}
	return &k, nil
}

// refuseKey answers a request whose key is not good.
func (s *Server) refuseKey(w http.ResponseWriter, r *http.Request, err error) {
	if !isNotFound(err) {
		s.fail(w, "find key", err)
		return
	}
	if s.allow(w, s.limits.strangers, neighbourhood(s.address(r)), strangers) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeProblem(w, http.StatusUnauthorized, errKeyGone.Error())
	}
}

// boards answers GET /api/boards: those that a key has made.
func (s *Server) boards(w http.ResponseWriter, r *http.Request) {
	k, err := s.keyOf(r)
	if err != nil {
		s.refuseKey(w, r, err)
		return
	}
	if k == nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeProblem(w, http.StatusUnauthorized, errNoKey.Error())
		return
	}
	limit, _, ok := page(w, r, s.settings.BoardsListed)
	if !ok {
		return
	}
	found, err := s.store.BoardsOfKey(r.Context(), k.ID, r.URL.Query().Get("after"), limit+1)
	if err != nil {
		s.fail(w, "list boards", err)
		return
	}
	type listed struct {
		boardAnswer
		CreatedAt time.Time  `json:"createdAt"`
		DeletedAt *time.Time `json:"deletedAt,omitempty"`
	}
	answer := struct {
		Boards []listed `json:"boards"`
		Next   string   `json:"next,omitempty"` // to be asked for as after
	}{Boards: []listed{}}
	if len(found) > limit {
		found = found[:limit]
		answer.Next = found[limit-1].ID
	}
	for _, b := range found {
		one := listed{CreatedAt: b.Created, boardAnswer: boardAnswer{
			ID: b.ID, DocumentID: b.Doc.String(), Title: b.Title, Role: store.Owner, Locked: b.Locked, Closed: b.Closed,
		}}
		if !b.Deleted.IsZero() {
			one.DeletedAt = &b.Deleted
		}
		answer.Boards = append(answer.Boards, one)
	}
	writeJSON(w, http.StatusOK, answer)
}

// mayMakeBoards finds out by which key a board is made: none, or one that holds.
// If it returns false the request has been answered.
func (s *Server) mayMakeBoards(w http.ResponseWriter, r *http.Request) (key string, ok bool) {
	k, err := s.keyOf(r)
	switch {
	case err != nil:
		s.refuseKey(w, r, err)
		return "", false
	case k == nil:
		return "", true
	}
	return k.ID, true
}

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// KeyStore is what the operator's commands about keys need of a store.
type KeyStore interface {
	AddKey(ctx context.Context, k store.Key) error
	Keys(ctx context.Context) ([]store.Key, error)
	RevokeKey(ctx context.Context, id string, at time.Time) error
}
