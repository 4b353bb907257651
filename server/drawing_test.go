package server_test

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/store"
)

// drawing asks for the picture of a board with a link's secret.
func (n *node) drawing(b board, query, secret string, header ...string) answer {
	n.t.Helper()
	return n.request("GET", "/api/boards/"+b.ID+"/drawing.svg"+query, "", append(header, "Authorization", "Bearer "+secret)...)
}

// svgTitle reads a picture as XML, whole, and returns its title.
func svgTitle(t *testing.T, svg []byte) (title string) {
	t.Helper()
	var in []string
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return title
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(in) == 0 && token.Name.Local != "svg" || token.Name.Local == "script" {
				t.Errorf("<%s> in a drawing", token.Name.Local)
			}
			in = append(in, token.Name.Local)
		case xml.EndElement:
			in = in[:len(in)-1]
		case xml.CharData:
			if len(in) == 2 && in[1] == "title" {
				title += string(token)
			}
		}
	}
}

func TestDrawing(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	const title = `</title><script>alert("å & 🏠")</script>`
	b := n.createBoard(title)
	other := n.createBoard("Another")
	for _, role := range server.Roles() {
		a := n.drawing(b, "", b.secret(string(role)))
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "image/svg+xml; charset=utf-8" {
			t.Fatalf("%s is answered %d %s", role, a.StatusCode, a.body)
		}
		if got := svgTitle(t, a.body); got != title {
			t.Errorf("the title is %q", got)
		}
		if policy := a.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") {
			t.Errorf("policy %q", policy)
		}
		if cache := a.Header.Get("Cache-Control"); cache != "private, no-store" {
			t.Errorf("to be kept %q", cache)
		}
	}

	plain := n.drawing(b, "?theme=light&lang=en", b.secret("viewer"))
	packed := n.drawing(b, "", b.secret("viewer"), "Accept-Encoding", "gzip")
	unpacked, err := gzip.NewReader(bytes.NewReader(packed.body))
	noError(t, err)
	if text, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(text, plain.body) || packed.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("compressed it is another: %v", err)
	}
	tag := plain.Header.Get("ETag")
	if a := n.drawing(b, "", b.secret("viewer"), "If-None-Match", `"x", `+tag); a.StatusCode != http.StatusNotModified || len(a.body) > 0 || tag == "" {
		t.Errorf("who has %q is answered %d", tag, a.StatusCode)
	}
	if a := n.drawing(b, "", b.secret("viewer"), "If-None-Match", `"x"`); a.StatusCode != http.StatusOK {
		t.Errorf("who has another is answered %d", a.StatusCode)
	}
	swedish := n.drawing(b, "?theme=dark&lang=sv", b.secret("viewer"))
	if !bytes.Contains(swedish.body, []byte("Bakom")) || bytes.Contains(plain.body, []byte("Bakom")) || swedish.Header.Get("ETag") == tag {
		t.Error("theme and language make no difference")
	}

	for what, a := range map[string]struct {
		answer
		status int
	}{
		"no secret":       {n.request("GET", "/api/boards/"+b.ID+"/drawing.svg", ""), http.StatusUnauthorized},
		"a wrong secret":  {n.drawing(b, "", "x"), http.StatusNotFound},
		"another's board": {n.drawing(b, "", other.secret("owner")), http.StatusNotFound},
		"no board":        {n.drawing(board{ID: "x"}, "", b.secret("owner")), http.StatusNotFound},
		"a strange theme": {n.drawing(b, "?theme=%22onload=", b.secret("owner")), http.StatusBadRequest},
		"a strange word":  {n.drawing(b, "?lang=de", b.secret("owner")), http.StatusBadRequest},
	} {
		if a.StatusCode != a.status || a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s is answered %d %s", what, a.StatusCode, a.body)
		}
	}
}

func TestDrawingIsShared(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("Moving house")
	var all sync.WaitGroup
	const people = 20
	for range people {
		all.Go(func() {
			if a := n.drawing(b, "", b.secret("viewer")); a.StatusCode != http.StatusOK {
				t.Errorf("answered %d %s", a.StatusCode, a.body)
			}
		})
	}
	all.Wait()
	page := n.request("GET", "/metrics", "").body
	if drawn := metricIn(t, page, `openmic_drawing_answers_total{from="drawn"}`); drawn != 1 || metricIn(t, page, "openmic_drawing_seconds_count") != 1 {
		t.Errorf("drawn %v times for %d people", drawn, people)
	}
}

// rename gives the board another title, as an editor does, and waits until that is stored.
func (n *node) rename(b board, title string) {
	n.t.Helper()
	p := n.participant("editor-"+title, "link="+b.secret("editor"), b.DocumentID)
	p.until("the document", func() bool { return p.Len() > 0 })
	var chunks [][]byte
	for _, e := range n.stored(b.DocumentID).Tail {
		chunks = append(chunks, e.Change)
	}
	chunk, err := sharedEngine().Edit(n.t.Context(), chunks, p.Heads(), server.TitleEdit(title))
	noError(n.t, err)
	m := crdt.SyncMessage{Version: 1, Heads: p.Heads(), Have: []crdt.Have{{}}, Changes: [][]byte{chunk}}
	p.sendSync("sync", b.DocumentID, m.Append(nil))
	poll(n.t, "the title is stored", func() bool { return len(n.stored(b.DocumentID).Tail) > len(chunks) })
	p.hangUp()
}

func TestDrawingMayBeStale(t *testing.T) {
	stale := time.Hour
	for _, c := range []struct {
		name  string
		stale time.Duration
		title string
	}{{"for a while", stale, "Before"}, {"not for longer", 0, "After"}} {
		t.Run(c.name, func(t *testing.T) {
			n := startNode(t, nodeOption{settings: func(s *server.Settings) { notAhead(s); s.DrawStale = c.stale }})
			b := n.createBoard("Before")
			if got := svgTitle(t, n.drawing(b, "", b.secret("viewer")).body); got != "Before" {
				t.Errorf("the title is %q", got)
			}
			n.rename(b, "After")
			if got := svgTitle(t, n.drawing(b, "", b.secret("viewer")).body); got != c.title {
				t.Errorf("then the title is %q", got)
			}
			// What has not changed is not drawn again.
			n.drawing(b, "", b.secret("viewer"))
			drawn := n.metric(`openmic_drawing_answers_total{from="drawn"}`)
			if want := map[string]float64{"Before": 1, "After": 2}[c.title]; drawn != want {
				t.Errorf("drawn %v times", drawn)
			}
		})
	}
}

// notAhead draws boards only when somebody asks.
func notAhead(s *server.Settings) {
	closed(s)
	s.DrawQuiet, s.DrawBusy = time.Hour, time.Hour
}

func TestDrawingAhead(t *testing.T) {
	for name, settings := range map[string]func(*server.Settings){
		"when a board is still":   func(s *server.Settings) { s.DrawQuiet, s.DrawBusy = time.Millisecond, time.Hour },
		"while people draw on it": func(s *server.Settings) { s.DrawQuiet, s.DrawBusy = time.Hour, time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			n := startNode(t, nodeOption{settings: func(s *server.Settings) { closed(s); settings(s) }})
			b := n.createBoard("Before")
			n.rename(b, "After")
			poll(t, "it is drawn, and nobody has asked", func() bool { return n.metric("openmic_drawing_seconds_count") == 1 })
			if got := svgTitle(t, n.drawing(b, "", b.secret("viewer")).body); got != "After" {
				t.Errorf("the title is %q", got)
			}
			if kept := n.metric(`openmic_drawing_answers_total{from="kept"}`); kept != 1 {
				t.Errorf("%v answers were at hand", kept)
			}
			// What is drawn ahead looks as it was asked for.
			n.drawing(b, "?theme=dark&lang=sv", b.secret("viewer"))
			n.rename(b, "Again")
			poll(t, "both looks are drawn", func() bool { return n.metric("openmic_drawing_seconds_count") == 4 })
			if got := svgTitle(t, n.drawing(b, "?theme=dark&lang=sv", b.secret("viewer")).body); got != "Again" {
				t.Errorf("then the title is %q", got)
			}
		})
	}
}

// Whoever would rather see an older picture than wait gets it while the next is made.
func TestDrawingSoon(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { notAhead(s); s.DrawStale = 0 }})
	b := n.createBoard("Before")
	if got := svgTitle(t, n.drawing(b, "?soon=1", b.secret("viewer")).body); got != "Before" {
		t.Errorf("the first title is %q", got)
	}
	n.rename(b, "After")
	if got := svgTitle(t, n.drawing(b, "?soon=1", b.secret("viewer")).body); got != "Before" {
		t.Errorf("at once the title is %q", got)
	}
	poll(t, "the next is there", func() bool { return svgTitle(t, n.drawing(b, "?soon=1", b.secret("viewer")).body) == "After" })
	if drawn := n.metric("openmic_drawing_seconds_count"); drawn != 2 {
		t.Errorf("drawn %v times", drawn)
	}
}

// After a start the last picture is at hand, once read from the store however many
// ask, and what has changed since is drawn.
func TestDrawingAfterAStart(t *testing.T) {
	dir := t.TempDir()
	slow := func(s *server.Settings) { notAhead(s); s.DrawStale = 0 }
	n := startNode(t, nodeOption{dir: dir, settings: slow})
	b := n.createBoard("Before")
	n.drawing(b, "", b.secret("viewer"))
	id, err := docid.Parse(b.DocumentID)
	noError(t, err)
	var first store.Drawing
	poll(t, "it is stored", func() (is bool) {
		first, err = n.store.Drawing(t.Context(), id, "light", "en")
		return err == nil
	})
	n.stop()

	n = startNode(t, nodeOption{dir: dir, settings: slow})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if a := n.drawing(b, "", b.secret("viewer")); a.StatusCode != http.StatusOK || svgTitle(t, a.body) != "Before" {
				t.Errorf("answered %d %s", a.StatusCode, a.body)
			}
		})
	}
	all.Wait()
	if drawn, read := n.metric("openmic_drawing_seconds_count"), n.metric("openmic_drawings_recalled_total"); drawn != 0 || read != 1 {
		t.Errorf("drawn %v times, read %v times", drawn, read)
	}
	n.rename(b, "After")
	n.stop()

	n = startNode(t, nodeOption{dir: dir, settings: slow})
	if got := svgTitle(t, n.drawing(b, "?soon=1", b.secret("viewer")).body); got != "Before" {
		t.Errorf("at once the title is %q", got)
	}
	if got := svgTitle(t, n.drawing(b, "", b.secret("viewer")).body); got != "After" {
		t.Errorf("to who waits the title is %q", got)
	}
	// One that another client drew is not taken.
	poll(t, "the next is stored", func() bool {
		d, err := n.store.Drawing(t.Context(), id, "light", "en")
		return err == nil && !slices.Equal(d.Heads, first.Heads)
	})
	d, err := n.store.Drawing(t.Context(), id, "light", "en")
	noError(t, err)
	d.Script = []byte("another")
	noError(t, n.store.PutDrawing(t.Context(), id, d))
	n.stop()
	n = startNode(t, nodeOption{dir: dir, settings: slow})
	n.drawing(b, "", b.secret("viewer"))
	if drawn := n.metric("openmic_drawing_seconds_count"); drawn != 1 {
		t.Errorf("of another client's: drawn %v times", drawn)
	}
}

func TestDrawingThatCannotBeMade(t *testing.T) {
	dead := newEngine("dead engine")
	defer dead.Close()
	for _, c := range []struct {
		name     string
		engine   *engine.Pool
		settings func(*server.Settings)
		failures float64
	}{
		{"the engine dies", dead, func(*server.Settings) {}, 1},
		{"it takes too long", nil, func(s *server.Settings) { s.DrawTimeout = time.Nanosecond }, 1},
		{"it is too large", nil, func(s *server.Settings) { s.DrawBytes = 100 }, 1},
		{"too many wait", nil, func(s *server.Settings) { s.DrawQueue = 0 }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := startNode(t, nodeOption{engine: c.engine, settings: func(s *server.Settings) { closed(s); c.settings(s) }})
			b := n.createBoard("")
			// Trying at once again would be in vain.
			for range 2 {
				a := n.drawing(b, "", b.secret("viewer"))
				if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || a.Header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("answered %d %s", a.StatusCode, a.body)
				}
			}
			if failures := n.metric("openmic_drawing_failures_total"); failures != c.failures {
				t.Errorf("%v failures are counted", failures)
			}
			if a := n.request("GET", "/api/boards/"+b.ID, "", "Authorization", "Bearer "+b.secret("viewer")); a.StatusCode != http.StatusOK {
				t.Errorf("the board itself is answered %d", a.StatusCode)
			}
		})
	}
}

// Drawings that were asked for longest ago go when they all take too much.
func TestDrawingsKeptAreBounded(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { closed(s); s.DrawCacheBytes, s.DrawStored = 1, 0 }})
	first, second := n.createBoard("First"), n.createBoard("Second")
	for range 2 {
		for _, b := range []board{first, first, second} {
			if got := svgTitle(t, n.drawing(b, "", b.secret("viewer")).body); got != b.Title {
				t.Errorf("the title is %q", got)
			}
		}
	}
	if drawn := n.metric(`openmic_drawing_answers_total{from="drawn"}`); drawn != 4 {
		t.Errorf("drawn %v times", drawn)
	}
}

func TestDrawingOfADamagedBoard(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: closed})
	b := n.createBoard("Intact")
	n.rename(b, "Lost")
	n.stop()
	id, err := docid.Parse(b.DocumentID)
	noError(t, err)
	db, err := sql.Open("sqlite3", filepath.Join(dir, "openmic.db"))
	noError(t, err)
	_, err = db.Exec(`UPDATE changes SET sum = sum + 1 WHERE doc = ? AND position = 2`, id[:])
	noError(t, err)
	noError(t, db.Close())
	n = startNode(t, nodeOption{dir: dir, settings: closed})
	if a := n.drawing(b, "", b.secret("viewer")); a.StatusCode != http.StatusOK || svgTitle(t, a.body) != "Intact" {
		t.Errorf("answered %d %s", a.StatusCode, a.body)
	}
}
