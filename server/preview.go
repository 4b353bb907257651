package server

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"openmic/server/store"
)

// A preview is a picture of a board, and its title, for those who have no link to
// it: a chat or a page where its address was pasted. The secret of a link is behind
// the # and never comes here, so that nothing of what it opens can be shown on its
// account; a preview is only of a board whose owners have allowed everybody one.

// previewed finds the board of a request for a preview. One that has none is as one
// that is not there. If it returns false the request has been answered.
func (s *Server) previewed(w http.ResponseWriter, r *http.Request, id string) (store.Board, bool) {
	b, err := s.store.Board(r.Context(), id)
	if err == nil && b.Embedding.Preview && b.Deleted.IsZero() {
		return b, true
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.fail(w, "find board", err)
	} else if s.allow(w, s.limits.strangers, neighbourhood(s.address(r)), "previews tried that are none") {
		writeProblem(w, http.StatusNotFound, "there is no such board, or it has no public preview")
	}
	return b, false
}

// preview answers GET /api/boards/{id}/preview.svg.
func (s *Server) preview(w http.ResponseWriter, r *http.Request) {
	b, ok := s.previewed(w, r, r.PathValue("id"))
	if !ok {
		return
	}
	if d, ok := s.drawn(w, r, b.Doc); ok {
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		if err := d.write(w, r, "public, max-age="+strconv.Itoa(previewAge)); err != nil {
			s.log.Info().Err(err).Msg("send preview")
		}
	}
}

// previewAge is for how many seconds a preview may be shown again.
const previewAge = 30

func (s *Server) previewURL(r *http.Request, b store.Board) string {
	return s.publicURL(r) + "/api/boards/" + b.ID + "/preview.svg"
}

// writeCard writes what chats and search engines read of a page.
func (s *Server) writeCard(head io.Writer, r *http.Request, b store.Board) {
	title := s.drawings.titleOf(drawingKey{doc: b.Doc, theme: drawnThemes[0], language: drawnLanguages[0]})
	if title == "" {
		title = b.Title
	}
	if title == "" {
		title = "Openmic"
	}
	page, picture := s.publicURL(r)+"/b/"+b.ID, s.previewURL(r, b)
	icon := s.publicURL(r) + "/icon-512.png"
	for _, m := range [][3]string{
		{"property", "og:type", "website"}, {"property", "og:site_name", "Openmic"}, {"property", "og:title", title}, {"property", "og:url", page},
		// Whoever does not show SVG takes the next.
		{"property", "og:image", picture}, {"property", "og:image:type", "image/svg+xml"}, {"property", "og:image:alt", title},
		{"property", "og:image", icon}, {"property", "og:image:type", "image/png"},
		{"name", "twitter:card", "summary"}, {"name", "twitter:title", title}, {"name", "twitter:image", icon},
	} {
		fmt.Fprintf(head, "<meta %s=\"%s\" content=\"%s\" />\n", m[0], m[1], html.EscapeString(m[2]))
	}
	fmt.Fprintf(head, "<link rel=\"alternate\" type=\"application/json+oembed\" href=\"%s\" title=\"%s\" />\n",
		html.EscapeString(s.publicURL(r)+"/oembed?url="+url.QueryEscape(page)), html.EscapeString(title))
}

// An oembed is an answer as oembed.com has it.
type oembed struct {
	Version      string `json:"version"`
	Type         string `json:"type"`
	Title        string `json:"title"`
	ProviderName string `json:"provider_name"`
	ProviderURL  string `json:"provider_url"`
	CacheAge     int    `json:"cache_age"`
	URL          string `json:"url"`
	Width        int    `json:"width"`
	Height       int    `json:"height"`
}

// oembed answers GET /oembed?url=: the picture of a board. A frame would be empty,
// as whoever reads the page has shown no link.
func (s *Server) oembed(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if format := q.Get("format"); format != "" && format != "json" {
		writeProblem(w, http.StatusNotImplemented, "format is json")
		return
	}
	most, err := sizes(q)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	page, _, _ := strings.Cut(q.Get("url"), "#") // a secret that comes along opens nothing here
	id, ok := strings.CutPrefix(page, s.publicURL(r)+"/b/")
	if !ok || id == "" || strings.ContainsAny(id, "/?") {
		writeProblem(w, http.StatusNotFound, "url is the address of a board here, "+s.publicURL(r)+"/b/...")
		return
	}
	b, ok := s.previewed(w, r, id)
	if !ok {
		return
	}
	d, ok := s.drawn(w, r, b.Doc)
	if !ok {
		return
	}
	answer := oembed{
		Version: "1.0", Type: "photo", Title: d.title, ProviderName: "Openmic", ProviderURL: s.publicURL(r), CacheAge: previewAge,
		URL: s.previewURL(r, b), Width: d.width, Height: d.height,
	}
	answer.Width, answer.Height = within(most, answer.Width, answer.Height)
	w.Header().Set("Access-Control-Allow-Origin", "*")
	writeJSON(w, http.StatusOK, answer)
}

// sizes reads the largest width and height that somebody wants; 0: any.
func sizes(q url.Values) (most [2]int, err error) {
	for i, name := range []string{"maxwidth", "maxheight"} {
		if text := q.Get(name); text != "" {
			if most[i], err = strconv.Atoi(text); err != nil || most[i] < 1 {
				return most, errors.New(name + " is a number of pixels")
			}
		}
	}
	return most, nil
}

// within makes a size as small as is wanted, in its proportions.
func within(most [2]int, width, height int) (int, int) {
	share := 1.0
	if most[0] > 0 {
		share = min(share, float64(most[0])/float64(max(width, 1)))
	}
	if most[1] > 0 {
		share = min(share, float64(most[1])/float64(max(height, 1)))
	}
	return max(1, int(float64(width)*share)), max(1, int(float64(height)*share))
}

var svgHead = regexp.MustCompile(`^<svg [^>]*\bwidth="([0-9.]+)" height="([0-9.]+)"[^>]*><title>([^<]*)</title>`)

// look reads what a drawing says of itself.
func (d *drawing) look(svg []byte) {
	found := svgHead.FindSubmatch(svg[:min(len(svg), 16<<10)])
	if found == nil {
		return
	}
	size := func(b []byte) int {
		f, _ := strconv.ParseFloat(string(b), 64)
		return int(min(f, 1e6))
	}
	d.width, d.height, d.title = size(found[1]), size(found[2]), html.UnescapeString(string(bytes.TrimSpace(found[3])))
}

// titleOf is the title in a drawing that is there already.
func (ds *drawings) titleOf(key drawingKey) string {
	ds.mu.Lock()
	d := ds.made[key]
	ds.mu.Unlock()
	if d == nil || !finished(d) {
		return ""
	}
	return d.title
}
