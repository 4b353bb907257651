package server

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/history"
	"openmic/server/store"
)

// historian is somebody whose changes are on a board. They have a name or a pseudonym.
type historian struct {
	ID        string         `json:"id,omitempty"` // of the participant
	Name      string         `json:"name,omitempty"`
	Pseudonym *pseudonym     `json:"pseudonym,omitempty"`
	Audience  store.Audience `json:"audience,omitempty"`
	Joined    *time.Time     `json:"joinedAt,omitempty"`
}

// historians are the people of a history, and whose each actor is.
type historians struct {
	people []historian
	of     map[crdt.Actor]int
}

func (h *historians) person(actor crdt.Actor) int {
	if i, ok := h.of[actor]; ok {
		return i
	}
	return -1
}

// historiansOf asks who the contributors of a board are, as they are called now: a
// name that was taken back is not there. Without names everybody is a pseudonym.
func (s *Server) historiansOf(ctx context.Context, v visit, named bool) (*historians, error) {
	list, err := s.store.Contributors(ctx, v.board.Doc, s.settings.AuthorsListed)
	if err != nil {
		return nil, err
	}
	links := map[string]store.Audience{}
	for _, l := range v.board.Links {
		links[linkID(l.SecretHash)] = l.Audience
	}
	h := &historians{people: []historian{}, of: map[crdt.Actor]int{}}
	byID := map[string]int{}
	for _, c := range list {
		i, known := byID[c.Participant]
		if !known {
			p := historian{ID: c.Participant, Name: c.Name, Audience: cmp.Or(c.Audience, links[c.Link])}
			if !c.Joined.IsZero() {
				p.Joined = &c.Joined
			}
			if !named {
				p.ID, p.Name, p.Joined = "", "", nil
			}
			p.Pseudonym = unnamed(v.board.ID, c.Participant, p.Name)
			i = len(h.people)
			h.people, byID[c.Participant] = append(h.people, p), i
		}
		h.of[c.Actor] = i
	}
	return h, nil
}

// contributionAnswer is a contribution as it is told. By is a place in people, or
// nothing where nobody knows.
type contributionAnswer struct {
	First      int                 `json:"first"`
	Last       int                 `json:"last"`
	Start      time.Time           `json:"start"`
	End        time.Time           `json:"end"`
	By         *int                `json:"by,omitempty"`
	Changes    int                 `json:"changes"`
	Operations []history.Operation `json:"operations"`
}

func answerContributions(t *history.Tape, h *historians, list []history.Contribution) []contributionAnswer {
	answers := make([]contributionAnswer, len(list))
	for i, c := range list {
		// The tape may go on to change what it holds: the answer has its own.
		answers[i] = contributionAnswer{First: c.First, Last: c.Last, Start: c.Start, End: c.End, Changes: c.Changes, Operations: slices.Clone(c.Operations)}
		if p := h.person(t.Actor(c.By)); p >= 0 {
			answers[i].By = &p
		}
	}
	return answers
}

// historyVisit is visit for what looks back; how often is bounded. named tells
// whether people are to be called by their names.
func (s *Server) historyVisit(w http.ResponseWriter, r *http.Request) (v visit, named, ok bool) {
	if v, ok = s.visit(w, r); !ok {
		return v, false, false
	}
	if !s.allow(w, s.limits.histories, linkID(v.link)+" "+neighbourhood(s.address(r)), "looks at the history by this link") {
		return v, false, false
	}
	names := r.URL.Query().Get("names")
	if names != "" && names != "none" {
		writeProblem(w, http.StatusBadRequest, "names may be none, or not be given")
		return v, false, false
	}
	return v, names == "", true
}

// history answers GET /api/boards/{id}/history: what people contributed, in order.
// A page begins with contribution after; before settled nothing changes any more.
func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	v, named, ok := s.historyVisit(w, r)
	if !ok {
		return
	}
	after, err1 := number(r, "after", 0, 1<<30)
	limit, err2 := number(r, "limit", s.settings.HistoryPage, s.settings.HistoryPage)
	if err := cmp.Or(err1, err2); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	var answer struct {
		Length        int                  `json:"length"` // how many changes there are
		Count         int                  `json:"count"`  // and contributions
		Settled       int                  `json:"settled"`
		Next          *int                 `json:"next,omitempty"`
		Start         time.Time            `json:"start"`
		End           time.Time            `json:"end"`
		People        []historian          `json:"people"`
		Contributions []contributionAnswer `json:"contributions"`
	}
	s.tell(w, r, v, named, func(t *history.Tape, h *historians) any {
		list := t.Contributions(after, limit)
		answer.Length, answer.Count, answer.Settled = t.Len(), t.Count(), t.Settled(time.Now())
		answer.Start, answer.End = t.TimeOf(1), t.TimeOf(t.Len())
		answer.People, answer.Contributions = h.people, answerContributions(t, h, list)
		if next := after + len(list); len(list) > 0 && next < t.Count() {
			answer.Next = &next
		}
		return answer
	})
}

// tell answers with what look finds on the tape of a board. Nil: nothing.
func (s *Server) tell(w http.ResponseWriter, r *http.Request, v visit, named bool, look func(*history.Tape, *historians) any) {
	h, err := s.historiansOf(r.Context(), v, named)
	if err != nil {
		s.fail(w, "list contributors", err)
		return
	}
	var answer any
	err = s.histories.read(r.Context(), v.board.Doc, func(t *history.Tape) error {
		if answer = look(t, h); answer == nil {
			return history.ErrNoMoment
		}
		return nil
	})
	if err != nil {
		s.refuseHistory(w, err)
		return
	}
	text, err := json.Marshal(answer)
	if err != nil {
		s.fail(w, "write history", err)
		return
	}
	sendJSON(w, r, text)
}

func (s *Server) refuseHistory(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errNoRoom), errors.Is(err, history.ErrNoMoment):
		writeProblem(w, http.StatusNotFound, "the history of this board has no such moment or thing")
	case errors.Is(err, errHistoryBusy), errors.Is(err, context.DeadlineExceeded):
		writeProblem(w, http.StatusServiceUnavailable, "the server has much to do; try again in a moment")
	default:
		s.fail(w, "read history", err)
	}
}

// sendJSON sends what may be large, compressed for those who take that.
func sendJSON(w http.ResponseWriter, r *http.Request, text []byte) {
	send(w, r, "application/json", text)
}

func send(w http.ResponseWriter, r *http.Request, kind string, content []byte) {
	headers(w, kind)
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		_, _ = w.Write(content) // the client has gone if this fails
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // a level that there is
	_, _ = z.Write(content)
	_ = z.Close()
}

func headers(w http.ResponseWriter, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Vary", "Accept-Encoding, Authorization")
}

func number(r *http.Request, name string, otherwise, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, fmt.Errorf("%s may be a whole number from 0 to %d", name, most)
	}
	return n, nil
}

// stretch answers GET /api/boards/{id}/history/stretches/{moment}: the board at a
// moment before the one asked for, and each change since and a while after.
func (s *Server) stretch(w http.ResponseWriter, r *http.Request) {
	v, _, ok := s.historyVisit(w, r)
	if !ok {
		return
	}
	packed, tag, err := s.histories.stretch(r.Context(), v.board.Doc, r.PathValue("moment"))
	if err != nil {
		s.refuseHistory(w, err)
		return
	}
	headers(w, "application/json")
	if tag != "" {
		// It may be kept. Whoever has it asks each time, for they may not see it any more.
		w.Header().Set("Cache-Control", "private, no-cache")
		w.Header().Set("Etag", tag)
		if hasTag(r, tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	_ = (&drawing{gz: packed}).send(w, r) // the client has gone if this fails
}

// readMoment reads a position or a time.
func readMoment(t *history.Tape, text string) (int, error) {
	if n, err := strconv.Atoi(text); err == nil {
		if n < 0 || n > t.Len() {
			return 0, history.ErrNoMoment
		}
		return n, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, history.ErrNoMoment
	}
	return t.PositionAt(at), nil
}

// stateAt finds the board at a moment. If it returns false the request has been answered.
func (s *Server) stateAt(w http.ResponseWriter, r *http.Request) (state []byte, ok bool) {
	v, _, ok := s.historyVisit(w, r)
	if !ok {
		return nil, false
	}
	position := 0
	err := s.histories.read(r.Context(), v.board.Doc, func(t *history.Tape) (err error) {
		if position, err = readMoment(t, r.PathValue("moment")); err == nil {
			state, err = t.State(position)
		}
		return err
	})
	if err != nil {
		s.refuseHistory(w, err)
		return nil, false
	}
	w.Header().Set("Openmic-Moment", strconv.Itoa(position))
	return state, true
}

// boardAt answers GET /api/boards/{id}/at/{moment}.
func (s *Server) boardAt(w http.ResponseWriter, r *http.Request) {
	if state, ok := s.stateAt(w, r); ok {
		sendJSON(w, r, state)
	}
}

// drawingAt answers GET /api/boards/{id}/at/{moment}/drawing.svg.
func (s *Server) drawingAt(w http.ResponseWriter, r *http.Request) {
	key, err := readDrawingKey([16]byte{}, r)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	state, ok := s.stateAt(w, r)
	if !ok {
		return
	}
	svg, err := s.drawings.drawPast(r.Context(), state, key)
	if err != nil {
		s.log.Error().Err(err).Msg("draw a moment")
		writeProblem(w, http.StatusServiceUnavailable, "this board cannot be drawn now")
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	send(w, r, "image/svg+xml; charset=utf-8", svg)
}

// drawPast draws a board as it was, when it is its turn.
func (ds *drawings) drawPast(ctx context.Context, state []byte, key drawingKey) ([]byte, error) {
	if ds.script == "" {
		return nil, errNoScript
	}
	settings := &ds.hub.settings
	ctx, cancel := context.WithTimeout(ctx, 2*settings.DrawTimeout)
	defer cancel()
	select {
	case ds.turns <- struct{}{}:
		defer func() { <-ds.turns }()
	case <-ctx.Done():
		return nil, errDrawingBusy
	}
	ctx, cancel = context.WithTimeout(ctx, settings.DrawTimeout)
	defer cancel()
	look := engine.Drawing{Script: ds.script, Theme: key.theme, Language: key.language}
	return ds.hub.engine.DrawJSON(ctx, state, look, settings.DrawBytes)
}

// thing answers GET /api/boards/{id}/history/things/{thing}: who did what to one
// thing, the newest first, and who wrote its words.
func (s *Server) thing(w http.ResponseWriter, r *http.Request) {
	v, named, ok := s.historyVisit(w, r)
	if !ok {
		return
	}
	type span struct {
		By   *int   `json:"by,omitempty"`
		Text string `json:"text"`
	}
	var answer struct {
		People        []historian          `json:"people"`
		Contributions []contributionAnswer `json:"contributions"`
		Text          []span               `json:"text"`
	}
	id := r.PathValue("thing")
	s.tell(w, r, v, named, func(t *history.Tape, h *historians) any {
		list := t.About(id, s.settings.HistoryPage)
		in, there := t.Place(id)
		if len(list) == 0 && !there {
			return nil
		}
		answer.People, answer.Contributions, answer.Text = h.people, answerContributions(t, h, list), []span{}
		if !there {
			return answer
		}
		field := "text"
		if in == "lanes" || in == "steps" || in == "phases" {
			field = "title"
		}
		for _, piece := range t.Written(in, id, field) {
			one := span{Text: piece.Text}
			if p := h.person(piece.By); p >= 0 {
				one.By = &p
			}
			answer.Text = append(answer.Text, one)
		}
		return answer
	})
}
