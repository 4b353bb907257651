package server

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"openmic/crdt/engine"
	"openmic/server/store"
)

// The forms of a copy, beside engine.FormJSON.
const (
	formCSV       = "csv"
	formMarkdown  = "markdown"
	formAutomerge = "automerge"
)

// copyTypes has for each form its ending and what it is.
var copyTypes = map[string]struct{ ending, kind string }{
	engine.FormJSON: {"json", "application/json"},
	formCSV:         {"csv", "text/csv; charset=utf-8"},
	formMarkdown:    {"md", "text/markdown; charset=utf-8"},
	formAutomerge:   {"automerge", "application/octet-stream"},
}

// copy answers GET /api/boards/{id}/export.json and the like: a copy of the board as
// it is stored, such as people save in the client, which makes it here as well.
func (s *Server) copy(form string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, ok := s.visit(w, r)
		if !ok || !s.allow(w, s.limits.exports, v.counted()+" "+neighbourhood(s.address(r)), "copies") {
			return
		}
		key, err := readDrawingKey(v.board.Doc, r)
		pictures := r.URL.Query().Get("pictures")
		if err == nil && !slices.Contains([]string{"", "yes", "no"}, pictures) {
			err = errors.New("pictures may be yes or no")
		}
		if err != nil {
			writeProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		key.theme, key.form = "", form
		if form == engine.FormJSON || form == formAutomerge {
			key.language = "" // they have no words of ours
		}
		d, err := s.drawings.get(r.Context(), key, exact)
		if err != nil {
			s.refuseDrawing(w, err)
			return
		}
		s.scribe.note(v.line(auditExported, "", form))
		if pictures == "no" {
			d = d.without()
		}
		if err := s.sendCopy(w, r, v, form, d); err != nil {
			s.log.Info().Err(err).Str("board", v.board.ID).Msg("send copy")
		}
	}
}

// without is a copy without the pictures.
func (d *drawing) without() *drawing {
	return &drawing{gz: d.gz, tag: strings.TrimSuffix(d.tag, `"`) + `-bare"`}
}

// sendCopy sends a copy, unless the sender has it. Opened by itself it can run nothing.
func (s *Server) sendCopy(w http.ResponseWriter, r *http.Request, v visit, form string, d *drawing) error {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Vary", "Accept-Encoding, Authorization")
	h.Set("ETag", d.tag)
	if hasTag(r, d.tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", copyTypes[form].kind)
	h.Set("Content-Disposition", `attachment; filename="board-`+v.board.ID+`.`+copyTypes[form].ending+`"`)
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(s.settings.AttachmentTimeout))
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
	if len(d.pics) == 0 || r.Method == http.MethodHead {
		return d.send(w, r)
	}
	plain, err := gzip.NewReader(bytes.NewReader(d.gz))
	if err != nil {
		return err
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		return err
	}
	text = bytes.TrimSuffix(bytes.TrimSpace(text), []byte("}"))
	if _, err := w.Write(append(bytes.TrimSpace(text), ",\n  \"pictures\": {"...)); err != nil {
		return err
	}
	return s.sendPictures(w, r, v.board.Board, d.pics)
}

// sendPictures ends a JSON copy with the pictures it names, one after the other, and
// says how many it has not. What goes wrong once it has begun cuts the answer off.
func (s *Server) sendPictures(w http.ResponseWriter, r *http.Request, b store.Board, names []string) error {
	control := http.NewResponseController(w)
	room, left, between := s.settings.CopyPictures, 0, "\n    "
	for _, name := range names {
		id, ok := parseAttachmentName(name)
		if !ok {
			left++
			continue
		}
		if err := s.attachments.down.Acquire(r.Context(), s.settings.AttachmentBytes); err != nil {
			panic(http.ErrAbortHandler)
		}
		content, err := s.store.Attachment(r.Context(), b.ID, id)
		switch kind := pictureType(content); {
		case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrDamaged), err == nil && (kind == "" || int64(len(content)) > room):
			left++
			err = nil
		case err == nil:
			room -= int64(len(content))
			_ = control.SetWriteDeadline(time.Now().Add(s.settings.AttachmentTimeout))
			_, err = fmt.Fprintf(w, "%s%q: \"data:%s;base64,%s\"", between, name, kind, base64.StdEncoding.EncodeToString(content))
			between = ",\n    "
		}
		s.attachments.down.Release(s.settings.AttachmentBytes)
		if err != nil {
			s.log.Info().Err(err).Str("board", b.ID).Msg("send the pictures of a copy")
			panic(http.ErrAbortHandler)
		}
	}
	end := "\n  }"
	if left > 0 {
		end += fmt.Sprintf(",\n  \"picturesLeft\": %d", left)
	}
	_, err := io.WriteString(w, end+"\n}\n")
	return err
}

// picturesIn finds the pictures that a JSON copy names, each once.
func picturesIn(copied []byte) ([]string, error) {
	var file struct {
		Board struct {
			Elements map[string]struct {
				Image json.RawMessage `json:"image"`
			} `json:"elements"`
		} `json:"board"`
	}
	if err := json.Unmarshal(copied, &file); err != nil {
		return nil, fmt.Errorf("read a copy: %w", err)
	}
	var names []string
	for _, e := range file.Board.Elements {
		var name string
		if json.Unmarshal(e.Image, &name) == nil && name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
