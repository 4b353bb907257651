package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"openmic/server"
)

// signIn is how the organisation's people sign in.
type signIn struct {
	OIDCIssuer       string   `name:"oidc-issuer" placeholder:"URL" help:"Let staff sign in with this OpenID Connect provider; exactly as it names itself. Needs --public-url."`
	OIDCClientID     string   `name:"oidc-client-id" placeholder:"ID" help:"What this server is called there."`
	OIDCClientSecret string   `name:"oidc-client-secret" placeholder:"SECRET" help:"The secret that it has there; better in the environment, or in a file."`
	OIDCSecretFile   string   `name:"oidc-client-secret-file" placeholder:"FILE" help:"A file with that secret."`
	OIDCScopes       []string `name:"oidc-scopes" default:"profile" placeholder:"NAME,..." help:"What is asked for beside openid (${default})."`
	OIDCGroupsClaim  string   `name:"oidc-groups-claim" default:"groups" placeholder:"NAME" help:"The claim that has somebody's groups (${default})."`
	OIDCStaffGroups  []string `name:"oidc-staff-groups" placeholder:"NAME,..." help:"Groups whose people may sign in; without: everybody whom the provider knows."`
	OIDCAdminGroups  []string `name:"oidc-admin-groups" placeholder:"NAME,..." help:"Groups whose people administer."`

	SignInToMake bool          `help:"Only those who have signed in make boards."`
	SignInFor    time.Duration `default:"12h" placeholder:"TIME" help:"How long one stays signed in (${default})."`
}

// validate checks what kong cannot; its error is a usage error.
func (s *signIn) validate(publicURL httpURL) error {
	if s.OIDCIssuer == "" {
		if s.OIDCClientID != "" || s.SignInToMake {
			return errors.New("--oidc-issuer: without a provider nobody signs in")
		}
		return nil
	}
	u, err := url.Parse(s.OIDCIssuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil ||
		u.Scheme != "https" && (u.Scheme != "http" || !onThisMachine(u.Hostname())) {
		return fmt.Errorf("--oidc-issuer: %q is not an address like https://login.example.org", s.OIDCIssuer)
	}
	switch {
	case publicURL == "":
		return errors.New("--public-url: the sign-in provider has to lead people back here; say where that is")
	case s.OIDCClientID == "":
		return errors.New("--oidc-client-id: say what this server is called at the provider")
	case s.OIDCClientSecret != "" && s.OIDCSecretFile != "":
		return errors.New("--oidc-client-secret-file: there is a secret already")
	case s.SignInFor < time.Minute || s.SignInFor > 400*24*time.Hour: // browsers keep no cookie longer
		return fmt.Errorf("--sign-in-for: %s is not between a minute and 400 days", s.SignInFor)
	}
	return nil
}

func onThisMachine(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// settings reads the secret, too.
func (s *signIn) settings() (server.SignIn, error) {
	secret := s.OIDCClientSecret
	if s.OIDCSecretFile != "" {
		text, err := os.ReadFile(s.OIDCSecretFile)
		if err != nil {
			return server.SignIn{}, fmt.Errorf("read the client secret: %w", err)
		}
		secret = strings.TrimSpace(string(text))
	}
	return server.SignIn{
		Issuer: s.OIDCIssuer, ClientID: s.OIDCClientID, ClientSecret: secret,
		Scopes: s.OIDCScopes, GroupsClaim: s.OIDCGroupsClaim, StaffGroups: s.OIDCStaffGroups, AdminGroups: s.OIDCAdminGroups,
		Needed: s.SignInToMake, Life: s.SignInFor,
	}, nil
}
