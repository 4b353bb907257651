package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"openmic/server/store"
)

// SignIn is how people of the organisation sign in: with an OpenID Connect
// provider. Without an issuer nobody does, and links are all there is.
type SignIn struct {
	Issuer       string // its URL, exactly as the provider names itself
	ClientID     string
	ClientSecret string   // empty for a client that has none
	Scopes       []string // beside openid
	GroupsClaim  string   // of the ID token, or else of what the provider tells of a person
	StaffGroups  []string // who may sign in; none named: everybody whom the provider knows
	AdminGroups  []string // who administers; they are staff as well
	Needed       bool     // nobody makes a board without
	Life         time.Duration
}

// A provider is the organisation's, which is asked for what it offers when it is
// first needed: the server starts without it, and guests never notice it.
type provider struct {
	SignIn
	settings *Settings
	client   *http.Client
	turn     chan struct{} // one place: whoever has it owns what follows

	found *discovered
	err   error     // why it was not, the last time
	after time.Time // not asked again before
}

// discovered is what a provider says of itself.
type discovered struct {
	*oidc.Provider
	config     oauth2.Config
	verifier   *oidc.IDTokenVerifier
	endSession string // where one signs out of it; empty if it does not say
}

// errAway says that the provider does not answer as one should.
var errAway = errors.New("the sign-in provider does not answer")

func newProvider(s *Settings) *provider {
	if s.SignIn.Issuer == "" {
		return nil
	}
	return &provider{
		SignIn: s.SignIn, settings: s, turn: make(chan struct{}, 1),
		client: &http.Client{Timeout: s.ProviderTimeout, Transport: bounded{http.DefaultTransport, s.ProviderBytes}},
	}
}

// bounded cuts answers that are too large.
type bounded struct {
	http.RoundTripper
	most int64
}

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, b.most), res.Body}
	}
	return res, err
}

// discover asks the provider what it offers, once; while it does not answer,
// again after a pause.
func (p *provider) discover(ctx context.Context) (*discovered, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p.found != nil || time.Now().Before(p.after) {
		return p.found, p.err
	}
	// Whoever asks first may leave; the others still want to know.
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.settings.ProviderTimeout)
	defer cancel()
	p.found, p.err = p.ask(asking)
	p.after = time.Now().Add(p.settings.ProviderPause)
	return p.found, p.err
}

func (p *provider) ask(ctx context.Context) (*discovered, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	var more struct {
		EndSession string   `json:"end_session_endpoint"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&more); err != nil {
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	d := &discovered{Provider: found, endSession: more.EndSession}
	d.config = oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(),
		RedirectURL: p.settings.PublicURL + callbackPath, Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...),
	}
	// Trying both would send the code twice.
	d.config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.ClientSecret == "" || len(more.Methods) > 0 && !slices.Contains(more.Methods, "client_secret_basic") {
		d.config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	d.verifier = found.Verifier(&oidc.Config{
		ClientID: p.ClientID,
		Now:      func() time.Time { return time.Now().Add(-p.settings.ClockSkew) },
	})
	return d, nil
}

// Why somebody is not signed in who was at the provider.
var (
	errUnproved = errors.New("what the provider answered proves nothing")
	errNotStaff = errors.New("in none of the groups that sign in here")
)

// A proof is who has been at the provider, as far as we believe it.
type proof struct {
	issuer, subject, name string
	administrator         bool
}

// redeem exchanges the code of an attempt for who it was that signed in.
func (p *provider) redeem(ctx context.Context, d *discovered, code string, a attempt) (proof, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := d.config.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError:
		// Not the answer itself, which is for nobody's log.
		return proof{}, fmt.Errorf("%w: the code was refused: %.100q", errUnproved, refused.ErrorCode)
	case errors.As(err, &refused):
		return proof{}, fmt.Errorf("%w: status %d", errAway, refused.Response.StatusCode)
	case err != nil:
		return proof{}, fmt.Errorf("%w: exchange the code: %w", errAway, err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return proof{}, fmt.Errorf("%w: it has no ID token", errUnproved)
	}
	id, err := d.verifier.Verify(ctx, raw)
	if err != nil {
		return proof{}, fmt.Errorf("%w: %w", errUnproved, err)
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return proof{}, fmt.Errorf("%w: %w", errUnproved, err)
	}
	switch party, named := claims["azp"]; {
	case !same(id.Nonce, a.Nonce):
		return proof{}, fmt.Errorf("%w: it answers another attempt", errUnproved)
	case (named || len(id.Audience) > 1) && party != p.ClientID:
		return proof{}, fmt.Errorf("%w: it is for another party", errUnproved)
	case id.Subject == "" || len(id.Subject) > maxSubject:
		return proof{}, fmt.Errorf("%w: the subject is too long, or empty", errUnproved)
	}
	if p.misses(claims) && d.UserInfoEndpoint() != "" {
		// Many providers tell more there than in the token.
		info, err := d.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return proof{}, fmt.Errorf("%w: ask about the person: %w", errAway, err)
		}
		if info.Subject != id.Subject {
			return proof{}, fmt.Errorf("%w: it tells of somebody else", errUnproved)
		}
		more := map[string]any{}
		if err := info.Claims(&more); err != nil {
			return proof{}, fmt.Errorf("%w: %w", errUnproved, err)
		}
		for name, value := range more {
			if _, told := claims[name]; !told {
				claims[name] = value
			}
		}
	}
	return p.judge(id.Issuer, id.Subject, claims)
}

// maxSubject is the longest that OpenID Connect lets a subject be, in bytes.
const maxSubject = 255

func (p *provider) misses(claims map[string]any) bool {
	_, grouped := claims[p.GroupsClaim]
	return nameIn(claims) == "" || !grouped && len(p.StaffGroups)+len(p.AdminGroups) > 0
}

// judge tells who somebody is by their claims. errNotStaff: nobody here.
func (p *provider) judge(issuer, subject string, claims map[string]any) (proof, error) {
	var groups []string
	switch value := claims[p.GroupsClaim].(type) {
	case string:
		groups = []string{value}
	case []any:
		for _, g := range value {
			if g, ok := g.(string); ok {
				groups = append(groups, g)
			}
		}
	}
	among := func(wanted []string) bool {
		return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(wanted, g) })
	}
	admin := among(p.AdminGroups)
	if len(p.StaffGroups) > 0 && !among(p.StaffGroups) && !admin {
		return proof{}, errNotStaff
	}
	name := legible(nameIn(claims), p.settings.NameCharacters)
	return proof{issuer: issuer, subject: subject, name: name, administrator: admin}, nil
}

func nameIn(claims map[string]any) string {
	for _, claim := range []string{"name", "preferred_username"} {
		if name, _ := claims[claim].(string); name != "" {
			return name
		}
	}
	return ""
}

// legible makes a name of what a provider has: never an error, for whose name is
// written badly there signs in all the same.
func legible(name string, most int) string {
	name = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if _, err := cleanText("", string(r), 1); err != nil {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, ""))), " ")
	if runes := []rune(name); len(runes) > most {
		name = strings.TrimSpace(string(runes[:most]))
	}
	return name
}

// leaving is where one signs out of the provider as well; empty if it does not say.
func (p *provider) leaving(ctx context.Context) string {
	d, err := p.discover(ctx)
	if err != nil || d.endSession == "" {
		return ""
	}
	u, err := url.Parse(d.endSession)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", p.ClientID)
	q.Set("post_logout_redirect_uri", p.settings.PublicURL+"/")
	u.RawQuery = q.Encode()
	return u.String()
}

// person is the row of somebody who has proved who they are.
func (p proof) person(now time.Time) store.Person {
	return store.Person{ID: publicID(participantBytes), Issuer: p.issuer, Subject: p.subject, Name: p.name, Created: now}
}
