package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/store"
)

// titles are what boards are called: the documents hold it, and the store what it
// was when it was last looked up. That is done for lists, of boards that have
// changed since, one at a time.
type titles struct {
	hub  *Hub
	turn chan struct{} // a place for the board that is being read

	mu      sync.Mutex // never held across I/O or a channel operation
	reading map[docid.ID]*titleReading
}

// A titleReading is made by one goroutine, which closes done; then it does not change.
type titleReading struct {
	done  chan struct{}
	title string
	err   error
}

func newTitles(h *Hub) *titles {
	return &titles{hub: h, turn: make(chan struct{}, 1), reading: map[docid.ID]*titleReading{}}
}

// freshen brings the titles of a list up to date, as far as that is done soon.
// The others are there when one looks again.
func (t *titles) freshen(ctx context.Context, boards []store.Listed) {
	soon := time.NewTimer(t.hub.settings.TitleWait)
	defer soon.Stop()
	for i := range boards {
		b := &boards[i]
		if b.Titled || !b.Deleted.IsZero() {
			continue
		}
		reading := t.read(*b)
		if reading == nil {
			continue
		}
		select {
		case <-reading.done:
			if reading.err == nil {
				b.Title = reading.title
			}
		case <-soon.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// read looks a title up, or waits with those who do already. nil: too many wait.
func (t *titles) read(b store.Listed) *titleReading {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.reading[b.Doc]; r != nil {
		return r
	}
	if len(t.reading) >= t.hub.settings.TitlesRead {
		return nil
	}
	r := &titleReading{done: make(chan struct{})}
	t.reading[b.Doc] = r
	t.hub.running.Go(func() {
		r.title, r.err = t.look(b)
		if r.err != nil && !errors.Is(r.err, context.Canceled) {
			t.hub.log.Warn().Err(r.err).Str("board", b.ID).Msg("look up a title")
		}
		t.mu.Lock()
		delete(t.reading, b.Doc)
		t.mu.Unlock()
		close(r.done)
	})
	return r
}

func (t *titles) look(b store.Listed) (string, error) {
	ctx, cancel := context.WithTimeout(t.hub.ctx, t.hub.settings.LoadTimeout*time.Duration(t.hub.settings.TitlesRead))
	defer cancel()
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	title, changes := b.Title, b.Changes
	// A document that cannot be read is not tried again until it changes.
	defer func() {
		if ctx.Err() == nil {
			_ = t.hub.store.SetTitle(ctx, b.ID, title, changes)
		}
	}()
	r, err := t.hub.enter(ctx, b.Doc, false)
	if err != nil {
		return "", err
	}
	defer t.hub.release(r)
	c, err := r.content(ctx, true)
	if err != nil {
		return "", err
	}
	read, cancel := context.WithTimeout(ctx, t.hub.settings.LoadTimeout)
	defer cancel()
	text, err := t.hub.engine.JSON(read, c.chunks, c.heads, nil)
	if err != nil {
		return "", err
	}
	var doc struct {
		Meta struct {
			Title any `json:"title"`
		} `json:"meta"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return "", err
	}
	held, _ := doc.Meta.Title.(string)
	if runes := []rune(held); len(runes) > t.hub.settings.TitleCharacters {
		held = string(runes[:t.hub.settings.TitleCharacters])
	}
	title, changes = legible(held, t.hub.settings.TitleCharacters), c.length
	return title, nil
}

// errTakesNone says that a board takes no changes now.
var errTakesNone = errors.New("the board takes no changes now")

// rename gives a board's document a title: one change as any other, of the
// participant's if there is one, that all who are there see. It returns once that
// is stored.
func (h *Hub) rename(ctx context.Context, v visit, title string) error {
	ctx, cancel := context.WithTimeout(ctx, h.settings.LoadTimeout)
	defer cancel()
	r, err := h.enter(ctx, v.board.Doc, false)
	if err != nil {
		return err
	}
	defer h.release(r)
	if !r.untilGate(ctx) {
		return errNotEntered
	}
	c, err := r.content(ctx, true)
	if err != nil {
		return err
	}
	chunk, err := h.engine.Edit(ctx, c.chunks, c.heads, TitleEdit(title))
	if errors.Is(err, engine.ErrRefused) {
		return fmt.Errorf("%w: %w", errTakesNone, err)
	}
	if err != nil {
		return err
	}
	change, err := crdt.ParseChange(chunk, h.settings.Change)
	if err != nil {
		return err
	}
	length, err := r.make(ctx, &peer{writes: true, level: true, participant: v.participant, link: linkID(v.link)}, change)
	if err != nil {
		return err
	}
	return h.store.SetTitle(ctx, v.board.ID, title, length)
}

// make adds a change of the server's own to the log, on behalf of somebody, and
// waits until it is stored. It returns how long the log was then.
func (r *room) make(ctx context.Context, by *peer, change *crdt.Change) (length int, err error) {
	type made struct {
		length int
		err    error
	}
	answer := make(chan made, 1)
	asked := r.do(ctx, func(r *room) {
		err := r.state.admit(by, []*crdt.Change{change})
		if _, in := r.state.graph.Index(change.Hash); err == nil && !in {
			err = errTakesNone // frozen, or something it stands on is gone
		}
		answer <- made{r.state.graph.Len(), err}
	})
	if !asked {
		return 0, errNotEntered
	}
	m := made{err: errNotEntered}
	select {
	case m = <-answer:
	case <-r.gone:
	case <-ctx.Done():
		m.err = ctx.Err()
	}
	if m.err != nil {
		return 0, m.err
	}
	tick := time.NewTicker(storedTick)
	defer tick.Stop()
	for {
		c, err := r.content(ctx, false)
		if err != nil {
			return 0, err
		}
		if c.length >= m.length {
			return m.length, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// storedTick is how often it is looked whether a change of the server's is stored.
const storedTick = 10 * time.Millisecond
