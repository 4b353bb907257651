package server

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"openmic/server/store"
)

// What makes something may be asked for twice under one Idempotency-Key, and is
// made once: the second time the sender gets the answer of the first.
//
// Such an answer has secrets in it, of which the server otherwise keeps hashes
// only. So it is kept sealed. What opens it comes of the sender's Idempotency-Key
// and of the secret that the request came with, neither of which is stored:
// whoever has the database alone can read no answer. To derive the secrets
// themselves from such a key was the alternative; but then a key that is easy to
// guess would be a link that is easy to guess, for as long as the link lives,
// and not only for the day that an answer is kept.
//
// A request that ends otherwise than well leaves nothing, and may be sent again.
// So may one of which the server died: whatever it had made by then, nobody was
// told how to open.

const (
	onceHeader   = "Idempotency-Key"
	onceShortest = 16 // what is guessed gives others the answer
	onceLongest  = 200
)

var errOnceShort = fmt.Errorf("an %s has %d to %d characters from ! to ~: draw a random one, such as a UUID", onceHeader, onceShortest, onceLongest)

// sealed is what an answer is kept as, before it is sealed.
type sealed struct {
	Status   int    `json:"status"`
	Kind     string `json:"kind"`
	Location string `json:"location,omitempty"`
	Body     []byte `json:"body"`
}

// once answers a request that has an Idempotency-Key, and others as they come. may
// judges the sender, also when the answer is there.
func (s *Server) once(may func(http.ResponseWriter, *http.Request) bool, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get(onceHeader)
		if key == "" {
			next(w, r)
			return
		}
		if len(key) < onceShortest || len(key) > onceLongest || !printable(key) {
			writeProblem(w, http.StatusBadRequest, errOnceShort.Error())
			return
		}
		if !s.allow(w, s.limits.onces, neighbourhood(s.address(r)), "requests with an "+onceHeader) || !may(w, r) {
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.settings.RequestBody))
		if err != nil {
			writeProblem(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the request may have %d bytes", s.settings.RequestBody))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		secret, _ := bearer(r)
		name, seal := onceKeys(key, secret, r)
		asked := store.Once{Name: name, Request: sha256.Sum256(body), At: time.Now()}
		kept, err := s.store.BeginOnce(r.Context(), asked, asked.At.Add(-s.settings.AnswerPatience), s.settings.Answers)
		switch {
		case errors.Is(err, store.ErrFull):
			writeProblem(w, http.StatusServiceUnavailable, "so many answers cannot be kept; try again later, or without an "+onceHeader)
		case err != nil:
			s.fail(w, "begin to answer once", err)
		case kept != nil:
			s.again(w, *kept, asked, seal)
		default:
			s.first(w, r, asked, seal, next)
		}
	}
}

// onceKeys makes of what a sender shows the name of their request and what seals its answer.
func onceKeys(key, secret string, r *http.Request) (name [32]byte, seal cipher.AEAD) {
	drawn, err := hkdf.Key(sha256.New, []byte(secret+"\x00"+key), nil, "openmic once "+r.Method+" "+r.URL.Path, 64)
	if err != nil {
		panic(err) // only for lengths that are not these
	}
	copy(name[:], drawn)
	block, err := aes.NewCipher(drawn[32:])
	if err == nil {
		seal, err = cipher.NewGCMWithRandomNonce(block)
	}
	if err != nil {
		panic(err)
	}
	return name, seal
}

// again gives the answer that there was.
func (s *Server) again(w http.ResponseWriter, kept, asked store.Once, seal cipher.AEAD) {
	switch {
	case kept.Request != asked.Request:
		writeCondition(w, http.StatusUnprocessableEntity, "other-request", "this "+onceHeader+" was used for another request")
		return
	case len(kept.Answer) == 0:
		w.Header().Set("Retry-After", "1")
		writeCondition(w, http.StatusConflict, "in-progress", "a request with this "+onceHeader+" is being answered")
		return
	}
	var a sealed
	plain, err := seal.Open(nil, nil, kept.Answer, nil)
	if err == nil {
		err = json.Unmarshal(plain, &a)
	}
	if err != nil {
		s.fail(w, "open a kept answer", err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.Kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Idempotent-Replayed", "true")
	if a.Location != "" {
		h.Set("Location", a.Location)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the client has gone if this fails
}

// first has a request answered, and keeps the answer if it went well. It is kept
// before it is sent: who has it can have it again.
func (s *Server) first(w http.ResponseWriter, r *http.Request, asked store.Once, seal cipher.AEAD, next http.HandlerFunc) {
	// Whoever has gone meanwhile may come again for the answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), s.settings.AnswerPatience/2)
	defer cancel()
	rec := &recorder{header: w.Header(), status: http.StatusOK}
	next(rec, r.WithContext(ctx))
	if rec.status >= 200 && rec.status < 300 {
		plain, err := json.Marshal(sealed{rec.status, w.Header().Get("Content-Type"), w.Header().Get("Location"), rec.body.Bytes()})
		if err == nil {
			asked.Answer = seal.Seal(nil, nil, plain, nil)
			asked.Subject = rec.subject
			err = s.store.FinishOnce(ctx, asked)
		}
		if err != nil {
			s.log.Error().Err(err).Msg("keep an answer")
		}
	} else if err := s.store.AbandonOnce(ctx, asked.Name); err != nil {
		s.log.Error().Err(err).Msg("give the name of a request back")
	}
	w.WriteHeader(rec.status)
	_, _ = rec.body.WriteTo(w) // the client has gone if this fails
}

// A recorder holds an answer back. Answers to what makes something are small.
type recorder struct {
	header  http.Header
	status  int
	body    bytes.Buffer
	subject string // the participant that it tells about
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

// about says whom an answer tells about, so that it goes when their name does.
func about(w http.ResponseWriter, participant string) {
	if r, ok := w.(*recorder); ok {
		r.subject = participant
	}
}

func printable(s string) bool {
	for _, c := range []byte(s) {
		if c < '!' || c > '~' {
			return false
		}
	}
	return true
}

// Who may have an answer.

func (s *Server) stillMakesBoards(w http.ResponseWriter, r *http.Request) bool {
	_, ok := s.mayMakeBoards(w, r)
	return ok
}

func (s *Server) stillOwns(w http.ResponseWriter, r *http.Request) bool {
	_, ok := s.ownersVisit(w, r)
	return ok
}

// stillComes asks whether the link is still there.
func (s *Server) stillComes(w http.ResponseWriter, r *http.Request) bool {
	_, err := s.findVisit(r)
	if errors.Is(err, errToken) {
		err = nil
	}
	return err == nil || s.refuseVisit(w, r, err)
}
