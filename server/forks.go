package server

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/internal/failpoint"
	"openmic/server/store"
)

// A fork is a board that begins with the changes of another one: a variant of it.
// Both are edited, and what becomes of one can be brought home to the other, since
// they share what Automerge needs for that. The changes are copied from the log as
// they are stored; no document is opened for it, and the board's room notices nothing.
//
// Whoever may edit the whole board may make a variant; the others can save a copy of
// their own, which tells nothing of who wrote what. Whoever may open the board sees
// which variants it has, what is in them, and may come to them in the role they have
// on the board, unless a variant is closed to new people.

// forkOf is what is told of where a board comes from.
type forkOf struct {
	Of     string    `json:"of"`   // the board's id
	Name   string    `json:"name"` // what the variant is called
	Heads  []string  `json:"heads"`
	Moment time.Time `json:"moment"` // of the newest change that both have
}

func answerFork(f store.Fork) *forkOf {
	if f.Of == "" {
		return nil
	}
	heads := []string{}
	for _, h := range f.Hashes() {
		heads = append(heads, hex.EncodeToString(h[:]))
	}
	return &forkOf{f.Of, f.Name, heads, f.Moment}
}

type forkAnswer struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"createdAt"`
	Closed    bool      `json:"closed,omitempty"` // nobody new may come to it
	forkOf
}

// forks answers GET /api/boards/{id}/forks: the variants of a board.
func (s *Server) forks(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visit(w, r)
	if !ok {
		return
	}
	found, err := s.store.Forks(r.Context(), v.board.ID, s.settings.ForksPerBoard)
	if err != nil {
		s.fail(w, "list variants", err)
		return
	}
	answer := struct {
		Forks []forkAnswer `json:"forks"`
	}{[]forkAnswer{}}
	for _, b := range found {
		answer.Forks = append(answer.Forks, forkAnswer{b.ID, b.Created, b.Closed, *answerFork(b.Fork)})
	}
	writeJSON(w, http.StatusOK, answer)
}

var errMayNotFork = errors.New("this link does not let you change the board, so it does not let you make a variant of it")

// editorsVisit is visit for what only those do who may change the whole board.
func (s *Server) editorsVisit(w http.ResponseWriter, r *http.Request) (visit, bool) {
	v, ok := s.visit(w, r)
	if ok && (v.role != store.Editor && v.role != store.Owner || v.locked || v.lanes != "") {
		writeProblem(w, http.StatusForbidden, errMayNotFork.Error())
		return v, false
	}
	return v, ok
}

func (s *Server) stillEdits(w http.ResponseWriter, r *http.Request) bool {
	_, ok := s.editorsVisit(w, r)
	return ok
}

const forkExample = `{"title": "Without the form"}`

// createFork answers POST /api/boards/{id}/forks: a variant, of the board as it is
// stored now, or as it was at some heads or after so many changes.
func (s *Server) createFork(w http.ResponseWriter, r *http.Request) {
	v, ok := s.editorsVisit(w, r)
	var in struct {
		Title  string   `json:"title"`
		Heads  []string `json:"heads"`
		Moment *int     `json:"moment"` // so many changes of the history
	}
	if !ok || !s.readBody(w, r, &in, forkExample) {
		return
	}
	who, ok := s.makes(w, r, v.key)
	if !ok {
		return
	}
	name, err := s.settings.CleanTitle(in.Title)
	heads, headsErr := readHeads(in.Heads)
	if err == nil {
		err = headsErr
	}
	if err == nil && in.Moment != nil && (len(heads) > 0 || *in.Moment < 1) {
		err = errors.New("a variant is of some heads, or of a moment from 1 on")
	}
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	if !s.allow(w, s.limits.boards, neighbourhood(s.address(r)), "boards made from this address") {
		return
	}
	there, err := s.store.Forks(r.Context(), v.board.ID, s.settings.ForksPerBoard)
	if err != nil {
		s.fail(w, "list variants", err)
		return
	}
	if len(there) >= s.settings.ForksPerBoard {
		writeCondition(w, http.StatusConflict, "full", fmt.Sprintf("a board may have %d variants; delete one that is not needed", s.settings.ForksPerBoard))
		return
	}
	board, err := s.fork(r.Context(), v, name, forkPoint{heads: heads, moment: in.Moment})
	if err != nil {
		s.refuseFork(w, err)
		return
	}
	if who != nil {
		if err := s.store.AddOwner(r.Context(), board.ID, who.Person, board.Created, s.settings.OwnersPerBoard); err != nil {
			s.fail(w, "make a board somebody's", err)
			return
		}
	}
	s.scribe.note(v.line(auditForked, "", board.ID))
	s.log.Info().Str("board", board.ID).Str("from", v.board.ID).Stringer("document", board.Doc).Msg("board forked")
	w.Header().Set("Location", "/api/boards/"+board.ID)
	writeJSON(w, http.StatusCreated, board.answer(s.publicURL(r)))
}

func readHeads(texts []string) (heads []crdt.Hash, err error) {
	for _, text := range texts {
		b, err := hex.DecodeString(text)
		if err != nil || len(b) != len(crdt.Hash{}) {
			return nil, errors.New("heads are hashes of changes, in hexadecimal")
		}
		heads = append(heads, crdt.Hash(b))
	}
	return heads, nil
}

var (
	errForkBusy   = errors.New("other variants are being made; try again in a moment")
	errForkPoint  = errors.New("the board has no such heads or moment")
	errForkDamage = errors.New("a part of this board is damaged where it is stored, so no whole variant can be made of it")
)

func (s *Server) refuseFork(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errForkBusy), errors.Is(err, context.DeadlineExceeded):
		writeProblem(w, http.StatusServiceUnavailable, errForkBusy.Error())
	case errors.Is(err, errForkPoint):
		writeProblem(w, http.StatusBadRequest, errForkPoint.Error())
	case errors.Is(err, store.ErrDamaged):
		writeCondition(w, http.StatusConflict, "damaged", errForkDamage.Error())
	default:
		s.fail(w, "make a variant", err)
	}
}

// A forkPoint is where a variant begins: at heads, after so many changes, or now.
type forkPoint struct {
	heads  []crdt.Hash
	moment *int
}

// A forkPlan is which changes of a log a variant begins with.
type forkPlan struct {
	length int    // of the log, as far as it is needed
	taken  []bool // by position; nil: all of them
	heads  []crdt.Hash
	moment time.Time
}

// forkPage is how many changes are read and stored at once, so that what people
// draw elsewhere is stored between them.
const forkPage = 500

// fork makes the variant. Until it is whole it is a board that was deleted, so long
// ago that it goes for good once nobody can be making it any more: whatever cuts this
// off, what there is of it is found and swept.
func (s *Server) fork(ctx context.Context, v visit, name string, at forkPoint) (NewBoard, error) {
	waiting, cancel := context.WithTimeout(ctx, s.settings.ForkWait)
	defer cancel()
	select {
	case s.forking <- struct{}{}:
		defer func() { <-s.forking }()
	case <-waiting.Done():
		return NewBoard{}, errForkBusy
	}
	ctx, cancel = context.WithTimeout(ctx, s.settings.ForkTimeout)
	defer cancel()
	from := v.board.Doc
	plan, err := s.planFork(ctx, from, at)
	if err != nil {
		return NewBoard{}, err
	}
	b, links := newBoard(v.board.Title, v.key)
	b.Fork = store.Fork{Of: v.board.ID, Name: name, Heads: store.JoinHeads(plan.heads), Moment: plan.moment, Shared: plan.shared()}
	b.Deleted = b.Created.Add(2*s.settings.ForkTimeout - s.settings.DeletedKept)
	if err := s.store.CreateBoard(ctx, b.Board, links, nil); err != nil {
		return NewBoard{}, err
	}
	if err := s.copyLog(ctx, from, b.Doc, plan); err != nil {
		return NewBoard{}, err
	}
	b.Deleted = time.Time{}
	ctx = s.noting(ctx, store.AuditLine{At: b.Created, Kind: auditMade, Key: v.key})
	return b, s.store.SetBoard(ctx, b.Board)
}

// planFork reads the log as far as it is needed. That all of it is whole is seen here.
func (s *Server) planFork(ctx context.Context, doc docid.ID, at forkPoint) (*forkPlan, error) {
	graph, limits := crdt.NewGraph(), s.settings.Change.Stored()
	var times []time.Time
	for at.moment == nil || graph.Len() < *at.moment {
		most := forkPage
		if at.moment != nil {
			most = min(most, *at.moment-graph.Len())
		}
		page, err := s.store.Log(ctx, doc, graph.Len(), most)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			c, err := crdt.ParseChange(e.Change, limits)
			if err == nil {
				_, err = graph.Add(c)
			}
			if err != nil {
				return nil, fmt.Errorf("%w: change %d of the log: %w", store.ErrDamaged, graph.Len(), err)
			}
			times = append(times, e.At)
		}
	}
	plan := &forkPlan{length: graph.Len(), heads: graph.Heads()}
	if at.moment != nil && plan.length < *at.moment || plan.length == 0 {
		return nil, errForkPoint
	}
	if len(at.heads) > 0 {
		taken, ok := ancestors(graph, at.heads)
		if !ok {
			return nil, errForkPoint
		}
		plan.taken, plan.heads = taken, at.heads
	}
	for i, at := range times {
		if plan.takes(i) && at.After(plan.moment) {
			plan.moment = at
		}
	}
	return plan, nil
}

func (p *forkPlan) takes(position int) bool { return p.taken == nil || p.taken[position] }

// shared is how many changes are taken before the first that is not.
func (p *forkPlan) shared() int {
	for i := range p.length {
		if !p.takes(i) {
			return i
		}
	}
	return p.length
}

// ancestors marks heads and all that they depend on. False: there is no such head.
func ancestors(g *crdt.Graph, heads []crdt.Hash) (marked []bool, ok bool) {
	marked = make([]bool, g.Len())
	for _, h := range heads {
		i, ok := g.Index(h)
		if !ok {
			return nil, false
		}
		marked[i] = true
	}
	var deps []int
	for i := g.Len() - 1; i >= 0; i-- {
		if marked[i] {
			deps = g.Deps(deps[:0], i)
			for _, d := range deps {
				marked[d] = true
			}
		}
	}
	return marked, true
}

// copyLog stores the changes of one document as those of another, at the times at
// which they were made, and the snapshot that stands for the first of them.
func (s *Server) copyLog(ctx context.Context, from, to docid.ID, plan *forkPlan) error {
	for position := 0; position < plan.length; {
		page, err := s.store.Log(ctx, from, position, min(forkPage, plan.length-position))
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return fmt.Errorf("%w: the log of document %s ends at %d", store.ErrDamaged, from, position)
		}
		entries := page[:0]
		for _, e := range page {
			if plan.takes(position) {
				e.Doc = to
				entries = append(entries, e)
			}
			position++
		}
		if err := s.store.Append(ctx, entries); err != nil {
			return err
		}
		failpoint.Reach("fork.copying")
	}
	if plan.taken != nil {
		return nil // one is made when somebody comes
	}
	stored, err := s.store.Load(ctx, from)
	if err != nil || stored.Snapshot == nil || stored.Snapshot.Length > plan.length {
		return nil
	}
	return s.store.PutSnapshot(ctx, to, *stored.Snapshot)
}

// forkVisit is visit for what is about a variant of a board. If it returns false the
// request has been answered.
func (s *Server) forkVisit(w http.ResponseWriter, r *http.Request) (v visit, fork store.Access, ok bool) {
	if v, ok = s.visit(w, r); !ok {
		return v, fork, false
	}
	fork, err := s.store.Access(r.Context(), r.PathValue("fork"))
	switch {
	case err == nil && fork.Fork.Of == v.board.ID && fork.Deleted.IsZero() && !fork.Closed:
		return v, fork, true
	case err == nil && fork.Fork.Of == v.board.ID && fork.Closed:
		writeCondition(w, http.StatusForbidden, "closed", errClosed.Error())
	case err == nil, errors.Is(err, store.ErrNotFound):
		writeProblem(w, http.StatusNotFound, "the board has no such variant")
	default:
		s.fail(w, "find variant", err)
	}
	return v, fork, false
}

// forkCopy answers GET /api/boards/{id}/forks/{fork}/export.automerge: a variant with
// its history, for whoever may open the board.
func (s *Server) forkCopy(w http.ResponseWriter, r *http.Request) {
	v, fork, ok := s.forkVisit(w, r)
	if !ok || !s.allow(w, s.limits.exports, v.counted()+" "+neighbourhood(s.address(r)), "copies") {
		return
	}
	d, err := s.drawings.get(r.Context(), drawingKey{doc: fork.Doc, form: formAutomerge}, exact)
	if err != nil {
		s.refuseDrawing(w, err)
		return
	}
	v.board = fork
	if err := s.sendCopy(w, r, v, formAutomerge, d); err != nil {
		s.log.Info().Err(err).Str("board", fork.ID).Msg("send copy")
	}
}

// enterFork answers POST /api/boards/{id}/forks/{fork}/entry: an address that opens a
// variant in the role that somebody has on the board. Whoever shows the same link gets
// the same address: its secret is made of theirs, so that a variant has no more links
// than the board, and the server keeps none.
func (s *Server) enterFork(w http.ResponseWriter, r *http.Request) {
	v, fork, ok := s.forkVisit(w, r)
	if !ok {
		return
	}
	switch {
	case v.key != "":
		s.refuseComer(w, errKey)
		return
	case v.comer.pass != nil:
		// What a page vouches for ends with its token; a link would not.
		writeProblem(w, http.StatusForbidden, "come by a link to the board to go on to its variants")
		return
	case v.link == ([32]byte{}):
		s.enterAsOwner(w, r, v, fork)
		return
	}
	l := store.Link{BoardID: fork.ID, Role: v.role, Audience: v.audience, Lanes: v.laneList(), Created: time.Now()}
	shown, _ := bearer(r)
	secret := forkSecret(fork.ID, shown)
	l.SecretHash = secretHash(secret)
	if own := linkWith(v.board.Links, v.link); own != nil {
		l.Label, l.Expires, l.Password, l.People = own.Label, own.Expires, own.Password, own.People
	}
	if linkWith(fork.Links, l.SecretHash) == nil {
		ctx := s.noting(r.Context(), store.AuditLine{Board: fork.ID, At: l.Created, Kind: auditLinkMade, Subject: linkID(l.SecretHash), Detail: string(l.Role)})
		err := s.store.AddLink(ctx, l, s.settings.LinksPerBoard)
		if errors.Is(err, store.ErrFull) {
			writeCondition(w, http.StatusConflict, "full", fmt.Sprintf("a board may have %d links, and the variant has", s.settings.LinksPerBoard))
			return
		}
		// Somebody else may have made it a moment ago.
		if err != nil {
			if _, again := s.store.LinkBySecret(r.Context(), l.SecretHash); again != nil {
				s.fail(w, "make a link to a variant", err)
				return
			}
		}
	}
	writeJSON(w, http.StatusCreated, entryAnswer{s.publicURL(r) + "/b/" + fork.ID + "#" + secret, v.role})
}

type entryAnswer struct {
	URL  string     `json:"url"`
	Role store.Role `json:"role"`
}

// enterAsOwner is enterFork for somebody who has signed in and whose board it is: so
// are its variants, if they want.
func (s *Server) enterAsOwner(w http.ResponseWriter, r *http.Request, v visit, fork store.Access) {
	err := s.store.AddOwner(r.Context(), fork.ID, v.person, time.Now(), s.settings.OwnersPerBoard)
	if errors.Is(err, store.ErrFull) {
		writeCondition(w, http.StatusConflict, "full", fmt.Sprintf("a board may be %d people's", s.settings.OwnersPerBoard))
		return
	}
	if err != nil {
		s.fail(w, "make a variant somebody's", err)
		return
	}
	writeJSON(w, http.StatusCreated, entryAnswer{s.publicURL(r) + "/b/" + fork.ID, v.role})
}

func linkWith(links []store.Link, hash [32]byte) *store.Link {
	for i := range links {
		if links[i].SecretHash == hash {
			return &links[i]
		}
	}
	return nil
}

// forkSecret makes the secret of a link to a variant of that of a link to its board.
// Nobody gets from one to the other, or to that of another variant, without the latter.
func forkSecret(fork, secret string) string {
	sum := stands("fork", fork, secret)
	return base64.RawURLEncoding.EncodeToString(sum[:secretBytes])
}
