package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/docid"
)

// drawings are pictures of boards, so that nobody waits for Automerge to see one.
// The client draws them, by a script that the engine's child runs; here is who gets
// which, and when one is made. However many arrive together, a board is drawn once.
// While it is edited, they get one that is DrawStale old at most; who would rather
// see an older one than wait says so, and drawahead.go has one at hand for them.
type drawings struct {
	hub    *Hub
	script string
	drawer []byte        // names the script
	turns  chan struct{} // a place for each board being drawn

	recalls singleflight.Group

	mu      sync.Mutex // never held across I/O or a channel operation
	made    map[drawingKey]*drawing
	waiting int // drawings that are not finished
	kept    int // bytes of those that are
}

// A drawingKey says what a picture is of and how it looks; or what a copy is of, and
// in which form.
type drawingKey struct {
	doc             docid.ID
	theme, language string
	form            string // of a copy (copies.go); empty: a picture
}

// A drawing is made by one goroutine, which closes done; then it does not change.
type drawing struct {
	done chan struct{}
	at   []crdt.Hash // the heads that it shows
	gz   []byte      // SVG or the copy, compressed
	tag  string      // names its content

	title         string
	width, height int

	pics []string // the pictures that a JSON copy names
	err  error
	made time.Time // when what it shows was looked up

	used   time.Time // by the owner of the map
	former *drawing  // by the owner of the map: the last one that came out, until this one has
}

// fresh says how much a drawing has to be of what is stored.
type fresh int

const (
	recent  fresh = iota // it was a moment ago
	exact                // it is
	anyTime              // it was at any time, if otherwise one would have to wait
)

var (
	drawnThemes    = []string{"light", "dark"}
	drawnLanguages = []string{"en", "sv"}
)

var (
	errDrawingBusy = errors.New("too many boards wait to be drawn")
	errNoScript    = errors.New("the client holds no drawing")
)

// drawingScript is the part of the client that draws; "" if it has none.
func drawingScript(assets fs.FS) string {
	script, err := fs.ReadFile(assets, "drawing.js")
	if err != nil {
		return ""
	}
	return string(script)
}

func newDrawings(h *Hub, script string) *drawings {
	drawer := sha256.Sum256([]byte(script))
	return &drawings{
		hub:    h,
		script: script,
		drawer: drawer[:],
		turns:  make(chan struct{}, h.settings.Drawings),
		made:   map[drawingKey]*drawing{},
	}
}

// drawing answers GET /api/boards/{id}/drawing.svg.
func (s *Server) drawing(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visit(w, r)
	if !ok {
		return
	}
	if d, ok := s.drawn(w, r, v.board.Doc); ok {
		if err := d.write(w, r, "private, no-store"); err != nil {
			s.log.Info().Err(err).Msg("send drawing")
		}
	}
}

// drawn gives the drawing that a request is for. If it returns false the request has
// been answered.
func (s *Server) drawn(w http.ResponseWriter, r *http.Request, doc docid.ID) (*drawing, bool) {
	key, err := readDrawingKey(doc, r)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return nil, false
	}
	s.hub.ahead.wanted(key)
	how := recent
	if r.URL.Query().Get("soon") == "1" {
		how = anyTime
	}
	d, err := s.drawings.get(r.Context(), key, how)
	if err != nil {
		s.refuseDrawing(w, err)
	}
	return d, err == nil
}

// refuseDrawing answers where there is no picture or copy.
func (s *Server) refuseDrawing(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errNoRoom):
		writeProblem(w, http.StatusNotFound, "there is no such board, or this link does not open it")
	case errors.Is(err, errDrawingBusy), errors.Is(err, errDraining):
		writeProblem(w, http.StatusServiceUnavailable, "the server has much to do; try again in a moment")
	default:
		// What went wrong was logged where it did.
		writeProblem(w, http.StatusServiceUnavailable, "this board cannot be drawn now")
	}
}

func readDrawingKey(doc docid.ID, r *http.Request) (drawingKey, error) {
	q := r.URL.Query()
	choose := func(name string, allowed []string) (string, error) {
		value := q.Get(name)
		if value == "" {
			return allowed[0], nil
		}
		if !slices.Contains(allowed, value) {
			return "", fmt.Errorf("%s may be %s", name, strings.Join(allowed, " or "))
		}
		return value, nil
	}
	theme, err := choose("theme", drawnThemes)
	if err != nil {
		return drawingKey{}, err
	}
	language, err := choose("lang", drawnLanguages)
	return drawingKey{doc: doc, theme: theme, language: language}, err
}

// write sends the picture, unless the sender has it. Opened by itself it can run
// nothing and load nothing.
func (d *drawing) write(w http.ResponseWriter, r *http.Request, cache string) error {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Cache-Control", cache)
	h.Set("Vary", "Accept-Encoding, Authorization")
	h.Set("ETag", d.tag)
	if hasTag(r, d.tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "image/svg+xml; charset=utf-8")
	return d.send(w, r)
}

// send sends its content, compressed to those who take that.
func (d *drawing) send(w http.ResponseWriter, r *http.Request) error {
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		_, err := w.Write(d.gz)
		return err
	}
	plain, err := gzip.NewReader(bytes.NewReader(d.gz))
	if err == nil {
		_, err = io.Copy(w, plain)
	}
	return err
}

func etagOf(content []byte) string {
	hash := sha256.Sum256(content)
	return `W/"` + base64.RawURLEncoding.EncodeToString(hash[:12]) + `"`
}

// hasTag tells whether the sender has this content already.
func hasTag(r *http.Request, tag string) bool {
	return slices.ContainsFunc(strings.Split(r.Header.Get("If-None-Match"), ","), func(has string) bool { return strings.TrimSpace(has) == tag })
}

// get gives a picture of a board as it is, or was a moment ago; a copy as it is.
func (ds *drawings) get(ctx context.Context, key drawingKey, how fresh) (*drawing, error) {
	if ds.script == "" {
		return nil, errNoScript
	}
	d, now, err := ds.look(ctx, key, how)
	// One that others had begun to wait for may lack what was stored since. However
	// fast a board is drawn on, one that is begun now lacks nothing.
	for range 2 {
		if err != nil || how != exact || slices.Equal(d.at, now) {
			break
		}
		d, now, err = ds.look(ctx, key, how)
	}
	return d, err
}

// look gives one picture or copy, and the heads that the board had when it was asked for.
func (ds *drawings) look(ctx context.Context, key drawingKey, how fresh) (*drawing, []crdt.Hash, error) {
	d, now, from, err := ds.obtain(ctx, key, how)
	if err == nil {
		ds.hub.metrics.drawingAnswers.WithLabelValues(from).Inc()
	}
	return d, now, err
}

func (ds *drawings) obtain(ctx context.Context, key drawingKey, how fresh) (d *drawing, now []crdt.Hash, from string, err error) {
	r, err := ds.hub.enter(ctx, key.doc, false)
	if err != nil {
		return nil, nil, "", err
	}
	defer ds.hub.release(r)
	c, err := r.content(ctx, false)
	if err != nil {
		return nil, nil, "", err
	}
	ds.recall(key)
	d, from, err = ds.find(key, c.heads, time.Now(), how)
	if err != nil {
		return nil, nil, "", err
	}
	select {
	case <-d.done:
	case <-ctx.Done():
		return nil, nil, "", ctx.Err()
	}
	return d, c.heads, from, d.err
}

// find gives the drawing that serves for a board with these heads, and where from: one that is kept,
// one that is being made, or else one that it begins. For whoever takes one of any
// time it is always one that is finished, if there is one.
func (ds *drawings) find(key drawingKey, heads []crdt.Hash, now time.Time, how fresh) (*drawing, string, error) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	settings := &ds.hub.settings
	old := ds.made[key]
	var former *drawing
	if old != nil {
		old.used = now
		former = old.former
		if !finished(old) {
			if how == anyTime && former != nil {
				return former, "old", nil
			}
			return old, "shared", nil
		}
		same := slices.Equal(old.at, heads)
		if old.err == nil && (same || how != exact && now.Sub(old.made) < settings.DrawStale) {
			return old, "kept", nil
		}
		if old.err == nil {
			former = old
		} else if now.Sub(old.made) < settings.DrawPause {
			if how == anyTime && former != nil {
				return former, "old", nil
			}
			return old, "", nil
		}
	}
	var next *drawing
	if ds.waiting < settings.DrawQueue {
		next = &drawing{done: make(chan struct{}), used: now, former: former}
		ds.made[key] = next
		ds.waiting++
		ds.hub.running.Go(func() { ds.make(key, next) })
	}
	switch {
	case how == anyTime && former != nil:
		return former, "old", nil
	case next == nil:
		return nil, "", errDrawingBusy
	}
	return next, "drawn", nil
}

// make draws a board and keeps what came of it.
func (ds *drawings) make(key drawingKey, d *drawing) {
	d.err = ds.draw(key, d)
	if d.err != nil && !errors.Is(d.err, context.Canceled) {
		ds.hub.metrics.drawingFailures.Inc()
		ds.hub.log.Error().Err(d.err).Stringer("document", key.doc).Msg("draw board")
	}
	ds.mu.Lock()
	ds.waiting--
	ds.kept += len(d.gz)
	if d.err == nil && d.former != nil {
		ds.kept -= len(d.former.gz)
		d.former = nil
	}
	close(d.done)
	ds.shrink(d)
	ds.mu.Unlock()
	ds.store(key, d)
}

func (ds *drawings) draw(key drawingKey, d *drawing) error {
	settings := &ds.hub.settings
	ctx, cancel := context.WithTimeout(ds.hub.ctx, settings.LoadTimeout+settings.DrawTimeout*time.Duration(settings.DrawQueue))
	defer cancel()
	d.made = time.Now()
	select {
	case ds.turns <- struct{}{}:
		defer func() { <-ds.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	r, err := ds.hub.enter(ctx, key.doc, false)
	if err != nil {
		return err
	}
	defer ds.hub.release(r)
	began := time.Now()
	d.made = began
	c, err := r.content(ctx, true)
	if err != nil {
		return err
	}
	ctx, cancel = context.WithTimeout(ctx, settings.DrawTimeout)
	defer cancel()
	made, err := ds.form(ctx, key, d, c)
	if err != nil {
		return err
	}
	d.at = c.heads
	d.tag = etagOf(made)
	d.look(made)
	d.gz = compressed(made)
	ds.hub.metrics.drawings.Observe(time.Since(began).Seconds())
	return nil
}

// form makes what is asked for of a board.
func (ds *drawings) form(ctx context.Context, key drawingKey, d *drawing, c content) ([]byte, error) {
	settings := &ds.hub.settings
	switch key.form {
	case "":
		look := engine.Drawing{Script: ds.script, Theme: key.theme, Language: key.language}
		return ds.hub.engine.Draw(ctx, c.chunks, c.heads, look, settings.DrawBytes)
	case formAutomerge:
		made, err := ds.hub.engine.Compact(ctx, c.chunks, c.heads)
		return made.Document, err
	}
	made, err := ds.hub.engine.Draw(ctx, c.chunks, c.heads, engine.Drawing{Script: ds.script, Language: key.language, Form: key.form}, settings.CopyBytes)
	if err == nil && key.form == engine.FormJSON {
		d.pics, err = picturesIn(made)
	}
	return made, err
}

// shrink lets go of the drawings that were asked for longest ago, while all take
// too much, and of those that failed. The newest stays. ds.mu is held.
func (ds *drawings) shrink(newest *drawing) {
	for ds.kept > ds.hub.settings.DrawCacheBytes || len(ds.made) > maxDrawings {
		var oldest drawingKey
		var found *drawing
		for key, d := range ds.made {
			if d == newest || !finished(d) || (found != nil && !d.used.Before(found.used)) {
				continue
			}
			oldest, found = key, d
		}
		if found == nil {
			return
		}
		ds.kept -= len(found.gz)
		if found.former != nil {
			ds.kept -= len(found.former.gz)
		}
		delete(ds.made, oldest)
	}
}

// maxDrawings bounds how many are remembered, were they never so small.
const maxDrawings = 10_000

func finished(d *drawing) bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

func compressed(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// A content is what is stored of an open board.
type content struct {
	heads  []crdt.Hash
	length int      // how many changes that is
	chunks [][]byte // in any order
}

// content asks an open room for what is stored, or for its heads alone.
func (r *room) content(ctx context.Context, whole bool) (content, error) {
	answer := make(chan content, 1)
	asked := r.do(ctx, func(r *room) {
		s := r.state
		c := content{heads: s.stored.Heads(), length: s.durable}
		if whole && s.snapshot != nil {
			c.chunks = append(c.chunks, s.snapshot)
		}
		if whole {
			c.chunks = append(c.chunks, s.chunks[:s.durable-s.base]...)
		}
		answer <- c
	})
	if !asked {
		return content{}, errNotEntered
	}
	select {
	case c := <-answer:
		return c, nil
	case <-r.gone:
		return content{}, errNotEntered
	case <-ctx.Done():
		return content{}, ctx.Err()
	}
}
