package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"openmic/server/store"
)

// linkAnswer is what is told to owners about a link. The secret is in url, which
// comes only once: in the answer to making the link.
type linkAnswer struct {
	ID        string         `json:"id"`
	Role      store.Role     `json:"role"`
	Audience  store.Audience `json:"audience"`
	Label     string         `json:"label"`
	ExpiresAt *time.Time     `json:"expiresAt"`
	Password  bool           `json:"password"`
	People    int            `json:"people"`
	Lanes     []string       `json:"lanes"` // null: everywhere
	CreatedAt time.Time      `json:"createdAt"`
	Current   bool           `json:"current,omitempty"` // it is the one that the request came by
	URL       string         `json:"url,omitempty"`
}

func answerLink(l store.Link, v visit) linkAnswer {
	a := linkAnswer{
		ID: linkID(l.SecretHash), Role: l.Role, Audience: l.Audience, Label: l.Label, Password: l.Password != "",
		People: l.People, Lanes: l.Lanes, CreatedAt: l.Created, Current: l.SecretHash == v.link,
	}
	if !l.Expires.IsZero() {
		a.ExpiresAt = &l.Expires
	}
	return a
}

// optional is a field of a request that may be left out, or be null.
type optional[T any] struct {
	given bool
	value *T
}

func (o *optional[T]) UnmarshalJSON(b []byte) error {
	o.given = true
	return json.Unmarshal(b, &o.value)
}

// or returns the value, that of T for null, and otherwise where nothing was given.
func (o optional[T]) or(otherwise T) T {
	switch {
	case !o.given:
		return otherwise
	case o.value == nil:
		var none T
		return none
	}
	return *o.value
}

// linkInput is what an owner says of a link. What is left out stays, or is as in
// an ordinary link.
type linkInput struct {
	Role      optional[store.Role]     `json:"role"`
	Audience  optional[store.Audience] `json:"audience"`
	Label     optional[string]         `json:"label"`
	ExpiresAt optional[time.Time]      `json:"expiresAt"`
	Password  optional[string]         `json:"password"`
	People    optional[int]            `json:"people"`
	Lanes     optional[[]string]       `json:"lanes"`
}

const linkExample = `{"role": "editor", "audience": "customer", "label": "Focus group"}`

// apply changes a link, but for its password. The error is for the sender.
func (in *linkInput) apply(l *store.Link, settings *Settings, now time.Time) error {
	l.Role = in.Role.or(l.Role)
	if !slices.Contains(Roles(), l.Role) {
		return errors.New("role is one of owner, editor, commenter and viewer")
	}
	if l.Audience == "" {
		l.Audience = audienceOf(l.Role)
	}
	if l.Audience = in.Audience.or(l.Audience); l.Audience != store.Customer && l.Audience != store.Staff {
		return errors.New("audience is customer or staff")
	}
	label, err := cleanText("a label", in.Label.or(l.Label), settings.LabelCharacters)
	if err != nil {
		return err
	}
	l.Label = label
	if l.Expires = in.ExpiresAt.or(l.Expires); in.ExpiresAt.value != nil && !l.Expires.After(now) {
		return errors.New("expiresAt is in the past")
	}
	if l.Expires.Year() > 9999 {
		return errors.New("expiresAt is too far off")
	}
	if l.People = in.People.or(l.People); l.People < 0 || l.People > settings.ParticipantsPerBoard {
		return fmt.Errorf("people is a number up to %d", settings.ParticipantsPerBoard)
	}
	if in.Lanes.value != nil && l.Role != store.Editor {
		return errors.New("only editors are limited to lanes")
	}
	if l.Lanes, err = cleanLanes(in.Lanes.or(l.Lanes), in.Lanes.value != nil, settings); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(in.Password.or("")); in.Password.value != nil &&
		(n < settings.PasswordShortest || n > settings.PasswordLongest) {
		return fmt.Errorf("a password has %d to %d characters", settings.PasswordShortest, settings.PasswordLongest)
	}
	return nil
}

// cleanLanes puts the ids of lanes in order, each once. Whether the board has them
// is not for the server to know: who may write in none comments only.
func cleanLanes(ids []string, given bool, settings *Settings) ([]string, error) {
	if given && len(ids) == 0 {
		return nil, errors.New("lanes names the ids of lanes; null takes the limit away")
	}
	if len(ids) > settings.LanesPerLink {
		return nil, fmt.Errorf("a link may have %d lanes", settings.LanesPerLink)
	}
	for _, id := range ids {
		if clean, err := cleanText("the id of a lane", id, settings.LaneCharacters); err != nil || clean != id || id == "" {
			return nil, fmt.Errorf("the id of a lane has up to %d characters, without spaces around them or control characters", settings.LaneCharacters)
		}
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// cleanText trims what somebody calls something, and refuses what would pretend
// to be something else on the screen.
func cleanText(what, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > most {
		return "", fmt.Errorf("%s may have %d characters", what, most)
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}) {
		return "", fmt.Errorf("%s has no control characters", what)
	}
	return text, nil
}

// setPassword hashes the password of a link that was given one.
func (s *Server) setPassword(w http.ResponseWriter, r *http.Request, in *linkInput, l *store.Link) bool {
	if !in.Password.given {
		return true
	}
	if in.Password.value == nil {
		l.Password = ""
		return true
	}
	hash, err := s.passwords.hash(r.Context(), *in.Password.value)
	if err != nil {
		s.fail(w, "hash a password", err)
		return false
	}
	l.Password = hash
	return true
}

// links answers GET /api/boards/{id}/links.
func (s *Server) links(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownersVisit(w, r)
	if !ok {
		return
	}
	answers := make([]linkAnswer, len(v.board.Links))
	for i, l := range v.board.Links {
		answers[i] = answerLink(l, v)
	}
	writeJSON(w, http.StatusOK, map[string]any{"links": answers})
}

// createLink answers POST /api/boards/{id}/links.
func (s *Server) createLink(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownersVisit(w, r)
	var in linkInput
	if !ok || !s.readBody(w, r, &in, linkExample) {
		return
	}
	secret := token(secretBytes)
	l := store.Link{BoardID: v.board.ID, Role: store.Editor, SecretHash: secretHash(secret), Created: time.Now()}
	if err := in.apply(&l, &s.settings, time.Now()); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	if !s.setPassword(w, r, &in, &l) {
		return
	}
	ctx := s.noting(r.Context(), v.line(auditLinkMade, linkID(l.SecretHash), string(l.Role)))
	err := s.store.AddLink(ctx, l, s.settings.LinksPerBoard)
	if errors.Is(err, store.ErrFull) {
		writeCondition(w, http.StatusConflict, "full", fmt.Sprintf("a board may have %d links; revoke one that is not needed", s.settings.LinksPerBoard))
		return
	}
	if !s.changed(w, r, v, "link made", err) {
		return
	}
	answer := answerLink(l, v)
	answer.URL = s.publicURL(r) + "/b/" + v.board.ID + "#" + secret
	writeJSON(w, http.StatusCreated, answer)
}

// changeLink answers PATCH /api/boards/{id}/links/{link}.
func (s *Server) changeLink(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownersVisit(w, r)
	if !ok {
		return
	}
	l, ok := s.linkOf(w, r, v)
	var in linkInput
	if !ok || !s.readBody(w, r, &in, linkExample) {
		return
	}
	if err := in.apply(&l, &s.settings, time.Now()); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	if !keepsOwner(v.board.Links, l.SecretHash, &l) {
		refuseLast(w)
		return
	}
	ctx := s.noting(r.Context(), v.line(auditLinkChanged, linkID(l.SecretHash), string(l.Role)))
	if s.setPassword(w, r, &in, &l) && s.changed(w, r, v, "link changed", s.store.SetLink(ctx, l)) {
		writeJSON(w, http.StatusOK, answerLink(l, v))
	}
}

// revokeLink answers DELETE /api/boards/{id}/links/{link}.
func (s *Server) revokeLink(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownersVisit(w, r)
	if !ok {
		return
	}
	l, ok := s.linkOf(w, r, v)
	if !ok {
		return
	}
	if !keepsOwner(v.board.Links, l.SecretHash, nil) {
		refuseLast(w)
		return
	}
	ctx := s.noting(r.Context(), v.line(auditLinkRevoked, linkID(l.SecretHash), string(l.Role)))
	if s.changed(w, r, v, "link revoked", s.store.DeleteLink(ctx, v.board.ID, l.SecretHash)) {
		w.WriteHeader(http.StatusNoContent)
	}
}

// linkOf finds the link that the address of a request names.
func (s *Server) linkOf(w http.ResponseWriter, r *http.Request, v visit) (store.Link, bool) {
	id := r.PathValue("link")
	i := slices.IndexFunc(v.board.Links, func(l store.Link) bool { return linkID(l.SecretHash) == id })
	if i < 0 {
		writeProblem(w, http.StatusNotFound, "the board has no such link")
		return store.Link{}, false
	}
	return v.board.Links[i], true
}

// keepsOwner tells whether somebody will always be an owner when a link is
// replaced, or revoked.
func keepsOwner(links []store.Link, changed [32]byte, by *store.Link) bool {
	return slices.ContainsFunc(links, func(l store.Link) bool {
		if l.SecretHash == changed {
			if by == nil {
				return false
			}
			l = *by
		}
		return l.Role == store.Owner && l.Expires.IsZero()
	})
}

func refuseLast(w http.ResponseWriter) {
	writeCondition(w, http.StatusConflict, "last-owner", "a board keeps one link for owners that does not expire; make another one first")
}

// changed tells those who are connected of a change of the board's access. If
// it could not be made it answers the request and returns false.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, v visit, what string, err error) bool {
	if errors.Is(err, store.ErrNotFound) {
		writeProblem(w, http.StatusNotFound, "somebody else has just taken it away")
		return false
	}
	if err != nil {
		s.fail(w, what, err)
		return false
	}
	s.log.Info().Str("board", v.board.ID).Str("link", linkID(v.link)).Str("participant", v.participant).Str("person", v.person).Msg(what)
	if _, err := s.hub.recheck(r.Context(), v.board.ID); err != nil {
		s.log.Warn().Err(err).Msg("recheck sessions; the guard will")
	}
	return true
}
