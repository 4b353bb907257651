package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"openmic/server/store"
)

// attachments is what the transfers of pictures share.
type attachments struct {
	// Bytes of pictures in memory, each way, so that those who send slowly do not
	// keep others from looking.
	up, down *semaphore.Weighted

	mu      sync.Mutex
	uploads map[[32]byte]*rate.Limiter // by link
}

// attachmentLinks bounds the links whose uploads are counted.
const attachmentLinks = 10_000

func newAttachments(settings *Settings) *attachments {
	return &attachments{
		up:      semaphore.NewWeighted(settings.AttachmentMemory),
		down:    semaphore.NewWeighted(settings.AttachmentMemory),
		uploads: map[[32]byte]*rate.Limiter{},
	}
}

// allow counts an upload. False: there have been too many with this link.
func (a *attachments) allow(link [32]byte, settings *Settings) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	limiter := a.uploads[link]
	if limiter == nil {
		if len(a.uploads) >= attachmentLinks {
			for link, l := range a.uploads {
				if l.Tokens() >= float64(settings.AttachmentBurst) {
					delete(a.uploads, link)
				}
			}
			if len(a.uploads) >= attachmentLinks {
				return false
			}
		}
		limiter = rate.NewLimiter(rate.Limit(settings.AttachmentRate), settings.AttachmentBurst)
		a.uploads[link] = limiter
	}
	return limiter.Allow()
}

// createAttachment answers POST /api/boards/{id}/attachments: the body is a
// picture. The board has it under its content's hash, which the answer tells.
func (s *Server) createAttachment(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visit(w, r)
	if !ok {
		return
	}
	if v.role != store.Editor && v.role != store.Owner || v.locked {
		writeProblem(w, http.StatusForbidden, "this link does not let you change the board")
		return
	}
	most := s.settings.AttachmentBytes
	if r.ContentLength > most {
		s.refuseLarge(w, r)
		return
	}
	if !s.attachments.allow(v.showing(), &s.settings) {
		writeProblem(w, http.StatusTooManyRequests, "so many pictures cannot be taken at once; try again in a moment")
		return
	}
	content, free, ok := s.receive(w, r, most)
	if !ok {
		return
	}
	defer free()
	if err := checkPicture(content, s.settings.AttachmentPixels); err != nil {
		status := http.StatusUnsupportedMediaType
		if errors.Is(err, errManyPixels) {
			status = http.StatusRequestEntityTooLarge
		}
		writeProblem(w, status, err.Error())
		return
	}
	room := store.Room{Files: s.settings.BoardAttachments, Bytes: s.settings.BoardAttachmentBytes}
	err := s.store.PutAttachment(r.Context(), v.board.ID, store.Attachment{Content: content, Created: time.Now()}, room)
	switch {
	case errors.Is(err, store.ErrFull):
		writeProblem(w, http.StatusConflict, fmt.Sprintf("a board may have %d pictures and %d MiB of them, and this one has",
			room.Files, room.Bytes>>20))
	case err != nil:
		s.fail(w, "store attachment", err)
	default:
		name := attachmentName(store.NameAttachment(content))
		w.Header().Set("Location", "/api/boards/"+v.board.ID+"/attachments/"+name)
		writeJSON(w, http.StatusCreated, struct {
			ID string `json:"id"`
		}{name})
	}
}

// receive reads the body of an upload, once there is memory for it; free gives
// that back. False: it has answered.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, most int64) (content []byte, free func(), ok bool) {
	held := most
	if r.ContentLength >= 0 {
		held = r.ContentLength
	}
	if !s.hold(w, r, s.attachments.up, held) {
		return nil, nil, false
	}
	free = func() { s.attachments.up.Release(held) }
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(s.settings.AttachmentTimeout))
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	var body bytes.Buffer
	if r.ContentLength > 0 {
		// One byte more, so that the end is found without a larger buffer.
		body.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, most))
	if err == nil {
		return body.Bytes(), free, true
	}
	free()
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		s.refuseLarge(w, r)
	} else {
		w.Header().Set("Connection", "close")
		writeProblem(w, http.StatusBadRequest, "the picture did not arrive whole")
	}
	return nil, nil, false
}

// refuseLarge answers an upload of too many bytes. A browser that is still
// sending hears nothing of an answer, so what is not much too large is read to
// its end, and thrown away.
func (s *Server) refuseLarge(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(s.settings.AttachmentWait))
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	_, _ = io.CopyN(io.Discard, r.Body, 2*s.settings.AttachmentBytes)
	w.Header().Set("Connection", "close")
	writeProblem(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("a picture may have %d bytes", s.settings.AttachmentBytes))
}

// hold takes memory for a transfer, waiting for others to end. False: it has
// answered that there is none.
func (s *Server) hold(w http.ResponseWriter, r *http.Request, memory *semaphore.Weighted, n int64) bool {
	ctx, cancel := context.WithTimeout(r.Context(), s.settings.AttachmentWait)
	defer cancel()
	if err := memory.Acquire(ctx, n); err != nil {
		writeProblem(w, http.StatusServiceUnavailable, "many pictures are on their way; try again in a moment")
		return false
	}
	return true
}

// attachment answers GET /api/boards/{id}/attachments/{attachment}.
func (s *Server) attachment(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visit(w, r)
	if !ok {
		return
	}
	id, ok := parseAttachmentName(r.PathValue("attachment"))
	if !ok {
		writeProblem(w, http.StatusNotFound, noPicture)
		return
	}
	// How large it is is known once it is here; then others may go on.
	held, down := s.settings.AttachmentBytes, s.attachments.down
	if !s.hold(w, r, down, held) {
		return
	}
	defer func() { down.Release(held) }()
	content, err := s.store.Attachment(r.Context(), v.board.ID, id)
	if err != nil {
		s.failAttachment(w, v.board.Board, err)
		return
	}
	if spare := held - int64(len(content)); spare > 0 {
		down.Release(spare)
		held -= spare
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(s.settings.AttachmentTimeout))
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
	h := w.Header()
	// Whatever else it may be beside a picture, nobody runs it.
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	if kind := pictureType(content); kind != "" {
		h.Set("Content-Type", kind)
		h.Set("Content-Disposition", "inline")
	} else {
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", "attachment")
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, bytes.NewReader(content)) // the client has gone if this fails
	}
}

func (s *Server) failAttachment(w http.ResponseWriter, b store.Board, err error) {
	switch {
	case errors.Is(err, store.ErrNotFound):
		writeProblem(w, http.StatusNotFound, noPicture)
	case errors.Is(err, store.ErrDamaged):
		s.metrics.damage.WithLabelValues("attachment").Inc()
		s.log.Error().Err(err).Str("board", b.ID).Msg("read attachment")
		writeProblem(w, http.StatusInternalServerError, "the picture is damaged")
	default:
		s.fail(w, "read attachment", err)
	}
}

const noPicture = "this board has no such picture"

func attachmentName(id store.AttachmentID) string { return base64.RawURLEncoding.EncodeToString(id[:]) }

// parseAttachmentName reads what attachmentName writes, and that alone.
func parseAttachmentName(name string) (id store.AttachmentID, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(name)
	if err != nil || len(b) != len(id) {
		return id, false
	}
	copy(id[:], b)
	return id, attachmentName(id) == name
}
