package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"openmic/crdt"
	"openmic/server/genesis"
	"openmic/server/store"
)

type boardAnswer struct {
	ID         string                `json:"id"`
	DocumentID string                `json:"documentId"`
	Title      string                `json:"title"`
	Role       store.Role            `json:"role,omitempty"`
	Links      map[store.Role]string `json:"links,omitempty"`
}

// createBoard answers POST /api/boards.
func (s *Server) createBoard(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title string `json:"title"`
	}
	body := http.MaxBytesReader(w, r.Body, s.settings.RequestBody)
	decoder := json.NewDecoder(body)
	err := decoder.Decode(&in)
	if err == nil && !errors.Is(decoder.Decode(new(json.RawMessage)), io.EOF) {
		err = errors.New("more than one value")
	}
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			writeProblem(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the request may have %d bytes", large.Limit))
			return
		}
		writeProblem(w, http.StatusBadRequest, `the body is not JSON like {"title": "Moving house"}`)
		return
	}
	title, err := s.settings.CleanTitle(in.Title)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	first, err := s.firstChanges(r.Context(), title)
	if err != nil {
		s.fail(w, "make the first changes of a board", err)
		return
	}
	board, err := CreateBoard(r.Context(), s.store, title, first)
	if err != nil {
		s.fail(w, "store board", err)
		return
	}
	answer := boardAnswer{ID: board.ID, DocumentID: board.Doc.String(), Title: title, Links: map[store.Role]string{}}
	for _, role := range Roles() {
		answer.Links[role] = board.Link(s.publicURL(r), role)
	}
	s.log.Info().Str("board", board.ID).Stringer("document", board.Doc).Msg("board created")
	w.Header().Set("Location", "/api/boards/"+board.ID)
	writeJSON(w, http.StatusCreated, answer)
}

// firstChanges are those that every board begins with: the genesis, which all
// boards share, and the title as a change of the server's.
func (s *Server) firstChanges(ctx context.Context, title string) ([]*crdt.Change, error) {
	ctx, cancel := context.WithTimeout(ctx, s.settings.LoadTimeout)
	defer cancel()
	chunks := [][]byte{genesis.Change()}
	if title != "" {
		change, err := s.hub.engine.Edit(ctx, chunks, []crdt.Hash{genesis.Hash()}, TitleEdit(title))
		if err != nil {
			return nil, err
		}
		chunks = append(chunks, change)
	}
	var first []*crdt.Change
	for _, chunk := range chunks {
		c, err := crdt.ParseChange(chunk, s.settings.Change)
		if err != nil {
			return nil, err
		}
		first = append(first, c)
	}
	return first, nil
}

// board answers GET /api/boards/{id}.
func (s *Server) board(w http.ResponseWriter, r *http.Request) {
	b, link, ok := s.boardByLink(w, r)
	if ok {
		writeJSON(w, http.StatusOK, boardAnswer{ID: b.ID, DocumentID: b.Doc.String(), Title: b.Title, Role: link.Role})
	}
}

// createTicket answers POST /api/boards/{id}/tickets.
func (s *Server) createTicket(w http.ResponseWriter, r *http.Request) {
	b, link, ok := s.boardByLink(w, r)
	if !ok {
		return
	}
	a := access{doc: b.Doc, role: link.Role, link: link.SecretHash}
	name, expires, ok := s.tickets.issue(a, time.Now())
	if !ok {
		writeProblem(w, http.StatusServiceUnavailable, "too many people are arriving; try again in a moment")
		return
	}
	writeJSON(w, http.StatusCreated, struct {
		Ticket    string    `json:"ticket"`
		ExpiresAt time.Time `json:"expiresAt"`
	}{name, expires})
}

// boardByLink finds the board of a request whose Authorization header carries a
// link's secret. A board that is not there and one that the secret does not
// open get one and the same answer.
func (s *Server) boardByLink(w http.ResponseWriter, r *http.Request) (store.Board, store.Link, bool) {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeProblem(w, http.StatusUnauthorized, "send the secret of a link to this board as a bearer token")
		return store.Board{}, store.Link{}, false
	}
	link, err := s.store.LinkBySecret(r.Context(), secretHash(secret))
	var b store.Board
	if err == nil && link.BoardID != r.PathValue("id") {
		err = store.ErrNotFound
	}
	if err == nil {
		b, err = s.store.Board(r.Context(), link.BoardID)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		writeProblem(w, http.StatusNotFound, "there is no such board, or this link does not open it")
		return b, link, false
	case err != nil:
		s.fail(w, "find board", err)
		return b, link, false
	}
	return b, link, true
}

// fail answers a request that went wrong through no fault of its sender.
func (s *Server) fail(w http.ResponseWriter, what string, err error) {
	s.log.Error().Err(err).Msg(what)
	writeProblem(w, http.StatusServiceUnavailable, "the server cannot do this now; try again in a moment")
}
