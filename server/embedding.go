package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"openmic/server/embed"
	"openmic/server/store"
)

// embeddingAnswer is what owners read of where else their board is shown.
type embeddingAnswer struct {
	Origins []string    `json:"origins"`
	Role    *store.Role `json:"role"` // the most for whom a page vouches; null: they do not come in
	Preview bool        `json:"preview"`
	// Of the installation: which pages may show any board, and whether it takes tokens.
	Everywhere []string `json:"everywhere"`
	Tokens     bool     `json:"tokens"`
}

func (s *Server) answerEmbedding(e store.Embedding) embeddingAnswer {
	a := embeddingAnswer{
		Origins: append([]string{}, strings.Fields(e.Origins)...), Preview: e.Preview,
		Everywhere: append([]string{}, s.settings.EmbedOrigins...), Tokens: s.settings.EmbedTrust.Any(),
	}
	if e.Role != "" {
		a.Role = &e.Role
	}
	return a
}

// embedding answers GET /api/boards/{id}/embedding.
func (s *Server) embedding(w http.ResponseWriter, r *http.Request) {
	if v, ok := s.ownersVisit(w, r); ok {
		writeJSON(w, http.StatusOK, s.answerEmbedding(v.board.Embedding))
	}
}

// changeEmbedding answers PATCH /api/boards/{id}/embedding.
func (s *Server) changeEmbedding(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownersVisit(w, r)
	var in struct {
		Origins optional[[]string]   `json:"origins"`
		Role    optional[store.Role] `json:"role"`
		Preview optional[bool]       `json:"preview"`
	}
	if !ok || !s.readBody(w, r, &in, `{"origins": ["https://intranet.example"], "role": "editor", "preview": false}`) {
		return
	}
	e := v.board.Embedding
	origins, err := embed.ParseOrigins(in.Origins.or(strings.Fields(e.Origins)), s.settings.OriginsPerBoard)
	if err != nil {
		writeCondition(w, http.StatusBadRequest, "origin", err.Error())
		return
	}
	e.Origins, e.Preview = strings.Join(origins, " "), in.Preview.or(e.Preview)
	if e.Role = in.Role.or(e.Role); e.Role != "" && !slices.Contains(Roles(), e.Role) {
		writeProblem(w, http.StatusBadRequest, "role is null or one of owner, editor, commenter and viewer")
		return
	}
	ctx := s.noting(r.Context(), v.line(auditEmbedding, "", string(e.Role)))
	if s.changed(w, r, v, "embedding changed", s.store.SetEmbedding(ctx, v.board.ID, e)) {
		writeJSON(w, http.StatusOK, s.answerEmbedding(e))
	}
}

// contentPolicy is the security policy of every page; others may show it in a
// frame only if they are among the ancestors.
func contentPolicy(ancestors ...string) string {
	return "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; " +
		"img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; " +
		"form-action 'self'; frame-ancestors 'self'" + strings.Join(append([]string{""}, ancestors...), " ")
}

// boardPage answers GET /b/{id} with the client. Which pages may show it in a frame
// has to be said before anybody has shown a secret, so it is all that a stranger can
// find out about a board; of one that was never embedded that is what they are told
// of one that is not there.
func (s *Server) boardPage(assets fs.FS) http.HandlerFunc {
	client := serveClient(assets)
	page, _ := fs.ReadFile(assets, "index.html")
	return func(w http.ResponseWriter, r *http.Request) {
		var b store.Board
		if r.Header.Get("Sec-Fetch-Dest") != "document" { // a window of its own is in no frame, and reads no cards
			b = s.shownElsewhere(r)
		}
		origins := append(slices.Clone(s.settings.EmbedOrigins), strings.Fields(b.Embedding.Origins)...)
		w.Header().Set("Content-Security-Policy", contentPolicy(origins...))
		before, after, ok := bytes.Cut(page, []byte("</head>"))
		if len(origins) == 0 && !b.Embedding.Preview || !ok {
			client(w, r)
			return
		}
		var head strings.Builder
		if len(origins) > 0 {
			fmt.Fprintf(&head, "<meta name=\"openmic-embedders\" content=\"%s\" />\n", html.EscapeString(strings.Join(origins, " ")))
		}
		if b.Embedding.Preview {
			s.writeCard(&head, r, b)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = fmt.Fprintf(w, "%s%s</head>%s", before, head.String(), after)
	}
}

// shownElsewhere is the board that a page is for, and a board that nobody else may
// show where it cannot be told in time: the page itself waits for no database.
func (s *Server) shownElsewhere(r *http.Request) store.Board {
	ctx, cancel := context.WithTimeout(r.Context(), s.settings.PageWait)
	defer cancel()
	b, err := s.store.Board(ctx, r.PathValue("id"))
	if err != nil || !b.Deleted.IsZero() {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			s.log.Warn().Err(err).Msg("look up who may show a board")
		}
		return store.Board{}
	}
	return b
}

// embedScript answers GET /embed.js, and the same under the version of what pages
// may say to it: that name stays as long as that version is understood.
func embedScript(assets fs.FS) http.HandlerFunc {
	script, err := fs.ReadFile(assets, "embed.js")
	tag := etagOf(script)
	return func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			writeProblem(w, http.StatusNotFound, "there is no such file")
			return
		}
		h := w.Header()
		// It is for the pages of others, and holds nothing of anybody's.
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "public, no-cache")
		h.Set("ETag", tag)
		h.Set("Content-Type", "text/javascript; charset=utf-8")
		if hasTag(r, tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(script)
	}
}
