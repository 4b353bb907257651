package server

import (
	"context"
	"net/http"
	"time"

	"openmic/crdt"
	"openmic/server/genesis"
	"openmic/server/store"
)

type boardAnswer struct {
	ID          string                `json:"id"`
	DocumentID  string                `json:"documentId"`
	Title       string                `json:"title"`
	Role        store.Role            `json:"role,omitempty"`
	Audience    store.Audience        `json:"audience,omitempty"`
	Link        string                `json:"link,omitempty"`        // the public id of the one that was used
	Participant string                `json:"participant,omitempty"` // of the one who asks, if they have joined
	Locked      bool                  `json:"locked,omitempty"`
	Closed      bool                  `json:"closed,omitempty"`
	Archived    bool                  `json:"archived,omitempty"`
	Lanes       []string              `json:"lanes,omitempty"` // that an editor may write in; missing: everywhere
	Own         bool                  `json:"own,omitempty"`   // it was just made, and is whose is signed in
	Fork        *forkOf               `json:"fork,omitempty"`  // what it was forked from
	Links       map[store.Role]string `json:"links,omitempty"`
	LinkIDs     map[store.Role]string `json:"linkIds,omitempty"`
}

// createBoard answers POST /api/boards.
func (s *Server) createBoard(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title string `json:"title"`
	}
	if !s.readBody(w, r, &in, `{"title": "Moving house"}`) {
		return
	}
	key, ok := s.mayMakeBoards(w, r)
	if !ok {
		return
	}
	who, ok := s.makes(w, r, key)
	if !ok {
		return
	}
	title, err := s.settings.CleanTitle(in.Title)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	if !s.allow(w, s.limits.boards, neighbourhood(s.address(r)), "boards made from this address") {
		return
	}
	first, err := s.firstChanges(r.Context(), title)
	if err != nil {
		s.fail(w, "make the first changes of a board", err)
		return
	}
	ctx := s.noting(r.Context(), store.AuditLine{At: time.Now(), Kind: auditMade, Key: key})
	board, err := CreateBoard(ctx, s.store, title, first, key)
	if err != nil {
		s.fail(w, "store board", err)
		return
	}
	if who != nil {
		if err := s.store.AddOwner(r.Context(), board.ID, who.Person, board.Created, s.settings.OwnersPerBoard); err != nil {
			s.fail(w, "make a board somebody's", err)
			return
		}
	}
	answer := board.answer(s.publicURL(r))
	answer.Own = who != nil
	s.log.Info().Str("board", board.ID).Stringer("document", board.Doc).Msg("board created")
	w.Header().Set("Location", "/api/boards/"+board.ID)
	writeJSON(w, http.StatusCreated, answer)
}

// answer is what is told to whoever has made a board.
func (b *NewBoard) answer(publicURL string) boardAnswer {
	answer := boardAnswer{ID: b.ID, DocumentID: b.Doc.String(), Title: b.Title, Fork: answerFork(b.Fork), Links: map[store.Role]string{}, LinkIDs: map[store.Role]string{}}
	for _, role := range Roles() {
		answer.Links[role] = b.Link(publicURL, role)
		answer.LinkIDs[role] = linkID(secretHash(b.Secrets[role]))
	}
	return answer
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
	if v, ok := s.visit(w, r); ok {
		writeJSON(w, http.StatusOK, v.answer())
	}
}

// answer is what is told about a board to somebody who may open it.
func (v visit) answer() boardAnswer {
	return boardAnswer{
		ID: v.board.ID, DocumentID: v.board.Doc.String(), Title: v.board.Title,
		Role: v.role, Audience: v.audience, Link: linkID(v.link), Participant: v.participant,
		Locked: v.board.Locked, Closed: v.board.Closed, Archived: !v.board.Archived.IsZero(), Lanes: v.laneList(),
		Fork: answerFork(v.board.Fork),
	}
}

// createTicket answers POST /api/boards/{id}/tickets.
func (s *Server) createTicket(w http.ResponseWriter, r *http.Request) {
	late := s.limits.strangers.spent(neighbourhood(s.address(r)), time.Now())
	if !late && !s.turn(w, r) {
		return
	}
	v, ok := s.visit(w, r)
	if !ok || late && !s.turn(w, r) {
		return
	}
	if v.key != "" {
		s.refuseComer(w, errKey)
		return
	}
	if !s.allow(w, s.limits.tickets, v.counted()+" "+neighbourhood(s.address(r)), "tickets asked for by this link") {
		return
	}
	if v.comer.in != nil && v.comer.who == nil && !s.joinAsPerson(w, r, &v) {
		return
	}
	if who := v.comer.who; v.comer.in != nil && who.Erased.IsZero() && who.Name != v.comer.in.Name {
		who.Name = v.comer.in.Name // they are called something else now
		if err := s.store.SetParticipant(r.Context(), *who); err != nil {
			s.fail(w, "change a name", err)
			return
		}
	}
	name, expires, ok := s.tickets.issue(v.comer, time.Now())
	if !ok {
		writeProblem(w, http.StatusServiceUnavailable, "too many people are arriving; try again in a moment")
		return
	}
	writeJSON(w, http.StatusCreated, struct {
		Ticket    string     `json:"ticket"`
		ExpiresAt time.Time  `json:"expiresAt"`
		Role      store.Role `json:"role"`
		SignedIn  bool       `json:"signedIn,omitempty"`
		Lanes     []string   `json:"lanes,omitempty"`
	}{name, expires, v.role, v.comer.in != nil, v.laneList()})
}

// fail answers a request that went wrong through no fault of its sender.
func (s *Server) fail(w http.ResponseWriter, what string, err error) {
	s.log.Error().Err(err).Msg(what)
	writeProblem(w, http.StatusServiceUnavailable, "the server cannot do this now; try again in a moment")
}
