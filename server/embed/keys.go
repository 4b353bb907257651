package embed

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	shortestSecret = 32 // bytes: what HS256 signs with is no password
	smallestRSA    = 2048
)

// ReadSecret reads a file that holds a shared key, and nothing else.
func ReadSecret(file string) ([]byte, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if b = bytes.TrimSpace(b); len(b) < shortestSecret {
		return nil, fmt.Errorf("%s: a shared key has at least %d bytes; make one with `openssl rand -base64 48`", file, shortestSecret)
	}
	return b, nil
}

// CheckKeySet tells whether keys can come from there: a file that holds some, or
// an address, which may not answer yet.
func CheckKeySet(from string, limits Limits) error {
	if !isAddress(from) {
		_, err := readKeySet(context.Background(), from, limits)
		return err
	}
	u, err := url.Parse(from)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
		return fmt.Errorf("%q is not an address like https://intranet.example/jwks.json", from)
	}
	return nil
}

func isAddress(from string) bool { return strings.Contains(from, "://") }

// readKeySet gets the keys of a JWKS that verify RS256 or ES256.
func readKeySet(ctx context.Context, from string, limits Limits) ([]jose.JSONWebKey, error) {
	b, err := readBounded(ctx, from, limits)
	if err != nil {
		return nil, err
	}
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(b, &set); err != nil {
		return nil, fmt.Errorf("%s is no JWKS: %w", from, err)
	}
	if len(set.Keys) > limits.Keys {
		return nil, fmt.Errorf("%s has %d keys, and there may be %d", from, len(set.Keys), limits.Keys)
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) == nil && key.Valid() && verifies(&key) != "" {
			keys = append(keys, key) // others are for something else
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s has no key for RS256 (of %d bits or more) or ES256", from, smallestRSA)
	}
	return keys, nil
}

// verifies names the one algorithm that a key is for; "" if it is none of ours.
// A key that is secret has no place in a set that is public.
func verifies(key *jose.JSONWebKey) jose.SignatureAlgorithm {
	var alg jose.SignatureAlgorithm
	switch k := key.Key.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() >= smallestRSA {
			alg = jose.RS256
		}
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			alg = jose.ES256
		}
	}
	if key.Use != "" && key.Use != "sig" || key.Algorithm != "" && key.Algorithm != string(alg) {
		return ""
	}
	return alg
}

var errMoved = errors.New("it has moved: name the address where it is")

func readBounded(ctx context.Context, from string, limits Limits) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limits.FetchTimeout)
	defer cancel()
	var source io.ReadCloser
	if isAddress(from) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Accept", "application/jwk-set+json, application/json")
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errMoved }}
		res, err := client.Do(r)
		if err != nil {
			return nil, err
		}
		defer client.CloseIdleConnections()
		source = res.Body
		if res.StatusCode != http.StatusOK {
			source.Close()
			return nil, fmt.Errorf("%s answers %s", from, res.Status)
		}
	} else {
		f, err := os.Open(from)
		if err != nil {
			return nil, err
		}
		source = f
	}
	defer source.Close()
	b, err := io.ReadAll(io.LimitReader(source, limits.KeySetBytes+1))
	if err == nil && int64(len(b)) > limits.KeySetBytes {
		err = fmt.Errorf("%s has more than %d bytes", from, limits.KeySetBytes)
	}
	return b, err
}

// Run keeps the keys as they are where they come from, until ctx ends. What goes
// wrong is told; the keys from before stay.
func (v *Verifier) Run(ctx context.Context, failed func(error)) {
	if v.trust.KeySet == "" {
		return
	}
	for {
		wait := v.limits.FetchInterval
		keys, err := readKeySet(ctx, v.trust.KeySet, v.limits)
		switch {
		case err == nil:
			v.keys.Store(&keys)
		case ctx.Err() == nil:
			failed(err)
			wait = min(wait, v.limits.FetchRetry)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}
