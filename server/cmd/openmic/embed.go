package main

import (
	"errors"
	"fmt"

	"openmic/server/embed"
)

// embedFlags say which pages of others may show boards, and whose tokens are taken.
type embedFlags struct {
	EmbedOrigin     []string `placeholder:"ORIGIN,..." help:"Pages that may show any board in a frame, as https://intranet.example. Owners name others for their own boards."`
	EmbedSecretFile []string `placeholder:"FILE,..." help:"Files with a key each that a page's server shares with this one, to sign tokens with HS256."`
	EmbedJWKS       string   `name:"embed-jwks" placeholder:"URL|FILE" help:"The public keys (a JWKS) of a page's server that signs tokens with RS256 or ES256."`
	EmbedIssuer     string   `placeholder:"NAME" help:"The iss of those tokens."`
	EmbedAudience   string   `default:"openmic" placeholder:"NAME" help:"What is among the aud of those tokens (${default})."`
}

// mostOrigins bounds what goes into a header of every board's page.
const mostOrigins = 50

// Validate checks what kong cannot; its error is a usage error.
func (c *embedFlags) Validate() error {
	if _, err := embed.ParseOrigins(c.EmbedOrigin, mostOrigins); err != nil {
		return fmt.Errorf("--embed-origin: %w", err)
	}
	if keys := len(c.EmbedSecretFile) > 0 || c.EmbedJWKS != ""; keys && (c.EmbedIssuer == "" || c.EmbedAudience == "") {
		return errors.New("--embed-issuer: tokens are taken of one issuer, and for one audience: name them")
	}
	return nil
}

// read gets the origins and the keys, and says what is wrong with them at once.
func (c *embedFlags) read(limits embed.Limits) ([]string, embed.Trust, error) {
	trust := embed.Trust{KeySet: c.EmbedJWKS, Issuer: c.EmbedIssuer, Audience: c.EmbedAudience}
	for _, file := range c.EmbedSecretFile {
		secret, err := embed.ReadSecret(file)
		if err != nil {
			return nil, trust, fmt.Errorf("--embed-secret-file: %w", err)
		}
		trust.Secrets = append(trust.Secrets, secret)
	}
	if trust.KeySet != "" {
		if err := embed.CheckKeySet(trust.KeySet, limits); err != nil {
			return nil, trust, fmt.Errorf("--embed-jwks: %w", err)
		}
	}
	origins, err := embed.ParseOrigins(c.EmbedOrigin, mostOrigins)
	return origins, trust, err
}
