package server

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"openmic/server/store"
)

const (
	signInPath   = "/signin"
	callbackPath = "/signin/callback"
)

// An attempt is one way to the provider and back. It lies in a cookie meanwhile,
// so that nobody can have somebody else's browser end what they began.
type attempt struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	To       string    `json:"to"`
	Until    time.Time `json:"until"`
}

// The cookies: of an attempt, and of who is signed in. Over HTTPS the browser
// keeps other hosts from setting them.
func (s *Server) attemptCookie() string { return s.cookiePrefix() + "openmic-signin" }
func (s *Server) signInCookie() string  { return s.cookiePrefix() + "openmic" }

func (s *Server) cookiePrefix() string {
	if s.overHTTPS() {
		return "__Host-"
	}
	return ""
}

func (s *Server) overHTTPS() bool { return strings.HasPrefix(s.settings.PublicURL, "https://") }

func (s *Server) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true, Secure: s.overHTTPS(), SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// startSignIn answers GET /signin?to=/path: it leads to the provider, and from
// there back to a path of ours.
func (s *Server) startSignIn(w http.ResponseWriter, r *http.Request) {
	if s.provider == nil {
		writeProblem(w, http.StatusNotFound, "nobody signs in at this server: a link is all it takes")
		return
	}
	if !s.allow(w, s.limits.signIns, neighbourhood(s.address(r)), "sign-ins from this address") {
		return
	}
	to := ownPath(r.URL.Query().Get("to"))
	d, err := s.provider.discover(r.Context())
	if err != nil {
		s.log.Error().Err(err).Msg("begin a sign-in")
		backToStart(w, r, "away")
		return
	}
	a := attempt{State: token(secretBytes), Nonce: token(secretBytes), Verifier: oauth2.GenerateVerifier(), To: to, Until: time.Now().Add(s.settings.SignInTime)}
	value, err := json.Marshal(a)
	if err != nil {
		s.fail(w, "begin a sign-in", err)
		return
	}
	s.setCookie(w, s.attemptCookie(), base64.RawURLEncoding.EncodeToString(value), s.settings.SignInTime)
	lead(w, r, d.config.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)))
}

// endSignIn answers GET /signin/callback, where the provider leads back to.
func (s *Server) endSignIn(w http.ResponseWriter, r *http.Request) {
	if s.provider == nil {
		writeProblem(w, http.StatusNotFound, "nobody signs in at this server: a link is all it takes")
		return
	}
	if !s.allow(w, s.limits.signIns, neighbourhood(s.address(r)), "sign-ins from this address") {
		return
	}
	to, err := s.completeSignIn(w, r)
	why := ""
	switch {
	case err == nil:
		lead(w, r, to)
		return
	case errors.Is(err, errAway), errors.Is(err, context.DeadlineExceeded):
		why = "away"
	case errors.Is(err, errNotStaff):
		why = "notstaff"
	case errors.Is(err, errDeclined):
		why = "declined"
	case errors.Is(err, errUnproved):
		why = "again"
	default:
		why = "failed"
	}
	s.log.Warn().Err(err).Stringer("address", s.address(r)).Msg("sign-in refused")
	backToStart(w, r, why)
}

// errDeclined says that somebody turned back at the provider.
var errDeclined = errors.New("given up at the provider")

func (s *Server) completeSignIn(w http.ResponseWriter, r *http.Request) (to string, err error) {
	now := time.Now()
	a, ok := s.attemptOf(r, now)
	s.setCookie(w, s.attemptCookie(), "", 0) // it counts once
	q := r.URL.Query()
	switch {
	case !ok || !same(q.Get("state"), a.State):
		return "", errors.Join(errUnproved, errors.New("no attempt of this browser"))
	case q.Has("iss") && q.Get("iss") != s.provider.Issuer:
		return "", errors.Join(errUnproved, errors.New("the answer of another issuer"))
	case q.Get("error") == "access_denied":
		return "", errDeclined
	case q.Has("error") || q.Get("code") == "":
		return "", errors.Join(errUnproved, errors.New("the provider reports an error"))
	}
	ctx, cancel := context.WithTimeout(r.Context(), 3*s.settings.ProviderTimeout)
	defer cancel()
	d, err := s.provider.discover(ctx)
	if err != nil {
		return "", err
	}
	proof, err := s.provider.redeem(ctx, d, q.Get("code"), a)
	if err != nil {
		return "", err
	}
	secret := token(secretBytes)
	p, err := s.store.SignIn(ctx, proof.person(now), store.SignIn{
		TokenHash: secretHash(secret), Administrator: proof.administrator, Created: now, Expires: now.Add(s.provider.Life),
	})
	if err != nil {
		return "", err
	}
	s.setCookie(w, s.signInCookie(), secret, s.provider.Life)
	s.log.Info().Str("person", p.ID).Bool("administrator", proof.administrator).Msg("signed in")
	return ownPath(a.To), nil
}

// attemptOf reads the attempt that a browser brings back.
func (s *Server) attemptOf(r *http.Request, now time.Time) (a attempt, ok bool) {
	c, err := r.Cookie(s.attemptCookie())
	if err != nil {
		return a, false
	}
	value, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(value, &a) != nil {
		return a, false
	}
	return a, a.State != "" && a.Nonce != "" && now.Before(a.Until)
}

// same compares what nobody may find out bit by bit.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// ownPath is a path of this site, and the start page for whatever is none.
func ownPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, "/") || strings.HasPrefix(u.Path, "//") || u.Host != "" || u.Scheme != "" ||
		strings.ContainsFunc(to, func(r rune) bool { return r == '\\' || r == '#' || r <= ' ' || r > '~' }) {
		return "/"
	}
	return to
}

// backToStart leads to the start page, which says why one is not signed in.
func backToStart(w http.ResponseWriter, r *http.Request, why string) { lead(w, r, "/?signin="+why) }

func lead(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

var (
	errOrigin = errors.New("a request with a sign-in comes from a page of this server, and says so by its Origin")
	errSignIn = errors.New("sign in first")
)

// signedIn tells who is signed in in the browser that a request comes from; nil:
// nobody. A cookie goes with requests of any page; so what changes anything
// counts only where the page is ours. errOrigin: it is not.
func (s *Server) signedIn(r *http.Request) (*store.SignIn, error) {
	if s.provider == nil {
		return nil, nil
	}
	c, err := r.Cookie(s.signInCookie())
	if err != nil || c.Value == "" {
		return nil, nil
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && !s.fromOwnPage(r) {
		return nil, errOrigin
	}
	in, err := s.store.SignedIn(r.Context(), secretHash(c.Value))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil || !time.Now().Before(in.Expires) {
		return nil, err
	}
	return &in, nil
}

// fromOwnPage tells whether a page of ours made a request.
func (s *Server) fromOwnPage(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	return len(origins) == 1 && origins[0] == s.settings.PublicURL
}

// borrowed tells whether a socket is opened by somebody else's page, with nothing
// to show but the cookie of who is signed in.
func (s *Server) borrowed(r *http.Request) bool {
	if s.provider == nil || s.fromOwnPage(r) || r.URL.Query().Has("ticket") || r.URL.Query().Has("link") {
		return false
	}
	_, err := r.Cookie(s.signInCookie())
	return err == nil
}

// asPerson finds who is signed in, for what one has to be for. If it returns false
// the request has been answered.
func (s *Server) asPerson(w http.ResponseWriter, r *http.Request) (*store.SignIn, bool) {
	in, err := s.signedIn(r)
	if err == nil && in == nil {
		err = errSignIn
	}
	return in, err == nil || s.refuseVisit(w, r, err)
}

type personAnswer struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Administrator bool      `json:"administrator"`
	Until         time.Time `json:"until"`
}

// me answers GET /api/me: who is signed in, and whether anybody can be.
func (s *Server) me(w http.ResponseWriter, r *http.Request) {
	in, err := s.signedIn(r)
	if err != nil {
		s.fail(w, "find out who is signed in", err)
		return
	}
	answer := struct {
		SignIn   bool          `json:"signIn"`             // people can sign in here
		Needed   bool          `json:"needed"`             // to make boards
		DaysKept int           `json:"daysKept,omitempty"` // that a deleted board can be brought back
		Person   *personAnswer `json:"person"`
	}{SignIn: s.provider != nil, DaysKept: int(s.settings.DeletedKept / (24 * time.Hour))}
	if s.provider != nil {
		answer.Needed = s.provider.Needed
	}
	if in != nil {
		answer.Person = &personAnswer{in.Person, in.Name, in.Administrator, in.Expires}
	}
	writeJSON(w, http.StatusOK, answer)
}

// signOut answers POST /api/signout: it ends what this browser was signed in to,
// and tells where to sign out of the provider.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	in, ok := s.asPerson(w, r)
	if !ok {
		return
	}
	if err := s.store.SignOut(r.Context(), in.TokenHash); err != nil {
		s.fail(w, "sign out", err)
		return
	}
	s.hub.signedOut(in.TokenHash)
	s.setCookie(w, s.signInCookie(), "", 0)
	s.log.Info().Str("person", in.Person).Msg("signed out")
	writeJSON(w, http.StatusOK, struct {
		Next string `json:"next,omitempty"`
	}{s.provider.leaving(r.Context())})
}

// signedOut ends the sessions that a browser had opened as who was signed in.
func (h *Hub) signedOut(browser [32]byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.sessions {
		if s.comer.in != nil && s.comer.in.TokenHash == browser {
			s.end(endingFor(errSignIn))
		}
	}
}

// stillIn tells whether a comer is signed in who said so. ErrNotFound: no longer.
func (h *Hub) stillIn(ctx context.Context, c comer) error {
	if c.in == nil {
		return nil
	}
	_, err := h.store.SignedIn(ctx, c.in.TokenHash)
	return err
}
