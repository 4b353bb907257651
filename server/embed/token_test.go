package embed_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"openmic/server/embed"
)

var (
	now    = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	secret = bytes.Repeat([]byte("k"), 32)
	rsaKey = must(rsa.GenerateKey(rand.Reader, 2048))
	ecKey  = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

type fields = map[string]any

func with(base, more fields) fields {
	out := maps.Clone(base)
	maps.Copy(out, more)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

var good = fields{
	"iss": "intranet", "aud": "openmic", "sub": "anna@example.org", "jti": "1", "name": "Anna", "audience": "staff", "board": "b", "role": "editor",
	"exp": now.Add(5 * time.Minute).Unix(),
}

// sign makes a token by hand, so that it may be one that no library makes.
func sign(head, claims any, key any) string {
	part := func(v any) string {
		b, raw := v.([]byte)
		if !raw {
			b = must(json.Marshal(v))
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(head) + "." + part(claims)
	sum := crypto.SHA256.New()
	sum.Write([]byte(text))
	digest := sum.Sum(nil)
	var signature []byte
	switch k := key.(type) {
	case []byte:
		mac := hmac.New(sha256.New, k)
		mac.Write([]byte(text))
		signature = mac.Sum(nil)
	case *rsa.PrivateKey:
		signature = must(rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, digest))
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, k, digest)
		if err != nil {
			panic(err)
		}
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func keySet(keys ...jose.JSONWebKey) []byte {
	return must(json.Marshal(jose.JSONWebKeySet{Keys: keys}))
}

// verifier knows one shared key, and the keys of a JWKS that it has read.
func verifier(t *testing.T, set []byte) *embed.Verifier {
	t.Helper()
	file := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(file, set, 0o600); err != nil {
		t.Fatal(err)
	}
	v := embed.NewVerifier(embed.Trust{Secrets: [][]byte{secret}, KeySet: file, Issuer: "intranet", Audience: "openmic"}, embed.DefaultLimits())
	run(t, v)
	return v
}

// run has a verifier read its keys.
func run(t *testing.T, v *embed.Verifier) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { v.Run(ctx, func(err error) { t.Log(err) }); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	asked := sign(fields{"alg": "RS256"}, good, rsaKey)
	deadline := time.Now().Add(15 * time.Second)
	for {
		if _, err := v.Verify(asked, now); !errors.Is(err, embed.ErrNoKeys) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the keys do not come")
		}
		time.Sleep(time.Millisecond)
	}
}

func standardSet() []byte {
	return keySet(jose.JSONWebKey{Key: &rsaKey.PublicKey, KeyID: "r", Algorithm: "RS256", Use: "sig"}, jose.JSONWebKey{Key: &ecKey.PublicKey, KeyID: "e"})
}

func TestTokensThatAreTaken(t *testing.T) {
	v := verifier(t, standardSet())
	for name, token := range map[string]string{
		"HS256":                        sign(fields{"alg": "HS256", "typ": "JWT"}, good, secret),
		"HS256 with the name of a key": sign(fields{"alg": "HS256", "kid": "../../etc/passwd"}, good, secret),
		"RS256":                        sign(fields{"alg": "RS256", "kid": "r"}, good, rsaKey),
		"RS256 without a name":         sign(fields{"alg": "RS256", "x5t": "abc"}, good, rsaKey),
		"ES256":                        sign(fields{"alg": "ES256", "kid": "e"}, good, ecKey),
		"for several":                  sign(fields{"alg": "HS256"}, with(good, fields{"aud": []string{"x", "openmic"}}), secret),
		"that says more":               sign(fields{"alg": "HS256"}, with(good, fields{"email": "x", "roles": make([]int, 1000)}), secret),
	} {
		p, err := v.Verify(token, now)
		want := embed.Pass{Issuer: "intranet", Subject: "anna@example.org", ID: "1", Name: "Anna", Audience: "staff", Board: "b", Role: "editor", Expires: now.Add(5 * time.Minute)}
		p.Expires = p.Expires.UTC()
		if err != nil || p != want {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

// The clocks may differ by a minute. What came within that minute goes on for it.
func TestTimesOfTokens(t *testing.T) {
	v := verifier(t, standardSet())
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for _, c := range []struct {
		claims fields
		ends   time.Duration // 0: it is refused
	}{
		{fields{"exp": at(time.Second)}, time.Second},
		{fields{"exp": at(-30 * time.Second)}, 30 * time.Second},
		{fields{"exp": at(-59 * time.Second)}, time.Second},
		{fields{"exp": at(-61 * time.Second)}, 0},
		{fields{"exp": at(-120 * time.Second)}, 0},
		{fields{"nbf": at(30 * time.Second)}, 5 * time.Minute},
		{fields{"nbf": at(120 * time.Second)}, 0},
		{fields{"iat": at(30 * time.Second)}, 5 * time.Minute},
		{fields{"iat": at(120 * time.Second)}, 0},
		{fields{"exp": at(time.Hour)}, time.Hour},
		{fields{"exp": at(time.Hour + 2*time.Minute)}, 0},
		{fields{"exp": at(10 * 365 * 24 * time.Hour)}, 0},
		{fields{"exp": nil}, 0},
		{fields{"exp": 0}, 0},
		{fields{"exp": -1}, 0},
		{fields{"exp": "2099-01-01"}, 0},
		{fields{"exp": 1e300}, 0},
		{fields{"exp": []int{1}}, 0},
	} {
		p, err := v.Verify(sign(fields{"alg": "HS256"}, with(good, c.claims), secret), now)
		switch {
		case c.ends == 0 && !errors.Is(err, embed.ErrToken):
			t.Errorf("%v: %+v, %v", c.claims, p, err)
		case c.ends > 0 && (err != nil || p.Expires.Sub(now) != c.ends):
			t.Errorf("%v: ends after %s, %v; want %s", c.claims, p.Expires.Sub(now), err, c.ends)
		}
	}
}

// Nobody is let in by a token that the page's server has not signed, and none of
// these leads to a request of ours.
func TestTokensThatAreRefused(t *testing.T) {
	var asked atomic.Int64
	attacker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(keySet(jose.JSONWebKey{Key: &rsaKey.PublicKey, KeyID: "theirs"}))
	}))
	defer attacker.Close()
	theirs, theirEC := must(rsa.GenerateKey(rand.Reader, 2048)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	spki := must(x509.MarshalPKIXPublicKey(&rsaKey.PublicKey))
	public := [][]byte{
		spki, x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey),
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}), bytes.TrimSpace(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})),
		must(json.Marshal(jose.JSONWebKey{Key: &rsaKey.PublicKey, KeyID: "r"})), rsaKey.N.Bytes(),
	}
	jwk := json.RawMessage(must(json.Marshal(jose.JSONWebKey{Key: &theirs.PublicKey})))
	refused := map[string]string{
		"nothing":                         "",
		"dots":                            "..",
		"a secret of a link":              strings.Repeat("a", 24),
		"alg none":                        sign(fields{"alg": "none"}, good, nil),
		"alg None":                        sign(fields{"alg": "None"}, good, nil),
		"no alg":                          sign(fields{}, good, secret),
		"alg that is no text":             sign(fields{"alg": []string{"HS256"}}, good, secret),
		"HS512":                           sign(fields{"alg": "HS512"}, good, secret),
		"PS256":                           sign(fields{"alg": "PS256"}, good, rsaKey),
		"ES256 with a key of RSA":         sign(fields{"alg": "ES256", "kid": "r"}, good, rsaKey),
		"RS256 with the shared key":       sign(fields{"alg": "RS256", "kid": "r"}, good, secret),
		"no signature":                    strings.TrimRight(sign(fields{"alg": "RS256"}, good, nil), "."),
		"an empty signature":              sign(fields{"alg": "HS256"}, good, nil),
		"another shared key":              sign(fields{"alg": "HS256"}, good, []byte(strings.Repeat("x", 32))),
		"an empty shared key":             sign(fields{"alg": "HS256"}, good, []byte{}),
		"another key of RSA":              sign(fields{"alg": "RS256"}, good, theirs),
		"another key of a known name":     sign(fields{"alg": "RS256", "kid": "r"}, good, theirs),
		"another elliptic key":            sign(fields{"alg": "ES256", "kid": "e"}, good, theirEC),
		"an elliptic signature of zero":   strings.TrimRight(sign(fields{"alg": "ES256", "kid": "e"}, good, nil), ".") + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
		"an unknown name of a key":        sign(fields{"alg": "RS256", "kid": "other"}, good, rsaKey),
		"a key's name that is a path":     sign(fields{"alg": "RS256", "kid": "../../../../dev/null"}, good, theirs),
		"a key's name that is SQL":        sign(fields{"alg": "RS256", "kid": "r' OR '1'='1"}, good, theirs),
		"a key's name that is an address": sign(fields{"alg": "RS256", "kid": attacker.URL}, good, theirs),
		"jku":                             sign(fields{"alg": "RS256", "kid": "theirs", "jku": attacker.URL}, good, theirs),
		"jku of a good token":             sign(fields{"alg": "RS256", "kid": "r", "jku": attacker.URL}, good, rsaKey),
		"x5u":                             sign(fields{"alg": "RS256", "x5u": attacker.URL}, good, rsaKey),
		"x5c":                             sign(fields{"alg": "RS256", "x5c": []string{"AA=="}}, good, rsaKey),
		"jwk":                             sign(fields{"alg": "RS256", "jwk": jwk}, good, theirs),
		"crit":                            sign(fields{"alg": "HS256", "crit": []string{"exp"}}, good, secret),
		"crit with b64":                   sign(fields{"alg": "HS256", "crit": []string{"b64"}, "b64": false}, good, secret),
		"zip":                             sign(fields{"alg": "HS256", "zip": "DEF"}, good, secret),
		"a head that is no JSON":          sign([]byte("alg"), good, secret),
		"a head with alg twice":           sign([]byte(`{"alg":"HS256","alg":"none"}`), good, secret),
		"claims that are no JSON":         sign(fields{"alg": "HS256"}, []byte("{"), secret),
		"claims that are a list":          sign(fields{"alg": "HS256"}, []int{1}, secret),
		"claims that are twice":           sign(fields{"alg": "HS256"}, []byte(`{"sub":"a","sub":"b"}`), secret),
		"nested":                          sign(fields{"alg": "HS256"}, []byte(`{"x":`+strings.Repeat("[", 2500)+strings.Repeat("]", 2500)+"}"), secret),
		"nested without an end":           sign(fields{"alg": "HS256"}, []byte(strings.Repeat(`{"x":`, 1000)), secret),
		"a head that is nested":           sign([]byte(`{"alg":"HS256","kid":`+strings.Repeat("[", 2500)+strings.Repeat("]", 2500)+"}"), good, secret),
		"a megabyte":                      sign(fields{"alg": "HS256"}, with(good, fields{"x": strings.Repeat("x", 1<<20)}), secret),
		"a thousand roles":                sign(fields{"alg": "HS256"}, with(good, fields{"role": strings.Split(strings.Repeat("owner ", 1000), " ")}), secret),
		"another issuer":                  sign(fields{"alg": "HS256"}, with(good, fields{"iss": "else"}), secret),
		"no issuer":                       sign(fields{"alg": "HS256"}, with(good, fields{"iss": nil}), secret),
		"for another":                     sign(fields{"alg": "HS256"}, with(good, fields{"aud": "else"}), secret),
		"for nobody":                      sign(fields{"alg": "HS256"}, with(good, fields{"aud": nil}), secret),
		"of nobody":                       sign(fields{"alg": "HS256"}, with(good, fields{"sub": nil}), secret),
		"of somebody long":                sign(fields{"alg": "HS256"}, with(good, fields{"sub": strings.Repeat("x", 256)}), secret),
		"of somebody with a control":      sign(fields{"alg": "HS256"}, with(good, fields{"sub": "a\x00b"}), secret),
		"with a control in its id":        sign(fields{"alg": "HS256"}, with(good, fields{"jti": "a\nb"}), secret),
		"encrypted":                       "a.b.c.d.e",
		"with a line after it":            sign(fields{"alg": "HS256"}, good, secret) + "\n",
	}
	for i, key := range public {
		refused["HS256 with the public key, form "+string(rune('a'+i))] = sign(fields{"alg": "HS256", "kid": "r"}, good, key)
	}
	honest := sign(fields{"alg": "HS256"}, good, secret)
	claims := with(good, fields{"role": "owner"})
	head, rest, _ := strings.Cut(honest, ".")
	_, signature, _ := strings.Cut(rest, ".")
	refused["claims exchanged"] = head + "." + base64.RawURLEncoding.EncodeToString(must(json.Marshal(claims))) + "." + signature
	v := verifier(t, standardSet())
	if _, err := v.Verify(honest, now); err != nil {
		t.Fatal(err)
	}
	for name, token := range refused {
		if p, err := v.Verify(token, now); !errors.Is(err, embed.ErrToken) {
			t.Errorf("%s: %+v, %v", name, p, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("%s: it is answered at length: %s", name, err)
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests were made", n)
	}
	none := embed.NewVerifier(embed.Trust{Issuer: "intranet", Audience: "openmic"}, embed.DefaultLimits())
	if _, err := none.Verify(honest, now); !errors.Is(err, embed.ErrToken) {
		t.Errorf("without keys: %v", err)
	}
}

// Keys come from the address that was named, and from no other that it names.
func TestKeysFromAnAddress(t *testing.T) {
	var answer atomic.Value
	var asked, elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		elsewhere.Add(1)
		_, _ = w.Write(standardSet())
	}))
	defer other.Close()
	answer.Store(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(standardSet()) })
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer.Load().(func(http.ResponseWriter, *http.Request))(w, r)
	}))
	defer web.Close()
	limits := embed.DefaultLimits()
	limits.FetchInterval, limits.FetchRetry, limits.KeySetBytes = time.Millisecond, time.Millisecond, 8<<10
	v := embed.NewVerifier(embed.Trust{KeySet: web.URL, Issuer: "intranet", Audience: "openmic"}, limits)
	token := sign(fields{"alg": "RS256", "kid": "r"}, good, rsaKey)
	if _, err := v.Verify(token, now); !errors.Is(err, embed.ErrNoKeys) {
		t.Errorf("before the keys are here: %v", err)
	}
	run(t, v)
	if _, err := v.Verify(token, now); err != nil {
		t.Error(err)
	}
	again := func() {
		t.Helper()
		before := asked.Load()
		for deadline := time.Now().Add(15 * time.Second); asked.Load() < before+3; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the keys are not asked for again")
			}
		}
	}
	for name, bad := range map[string]func(http.ResponseWriter, *http.Request){
		"an error":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"another place": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) },
		"no JSON":       func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"no keys":       func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) },
		"too much":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte(" "), 9<<10)) },
	} {
		answer.Store(bad)
		again()
		if _, err := v.Verify(token, now); err != nil {
			t.Errorf("after %s the keys are gone: %v", name, err)
		}
	}
	if n := elsewhere.Load(); n > 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
	answer.Store(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(keySet(jose.JSONWebKey{Key: &ecKey.PublicKey, KeyID: "e"}))
	})
	again()
	if _, err := v.Verify(token, now); !errors.Is(err, embed.ErrToken) {
		t.Errorf("a key that was taken out: %v", err)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	small := must(rsa.GenerateKey(rand.Reader, 1024))
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	dir := t.TempDir()
	write := func(b []byte) string {
		file := filepath.Join(dir, "f")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	limits := embed.DefaultLimits()
	for name, set := range map[string][]byte{
		"short RSA":          keySet(jose.JSONWebKey{Key: &small.PublicKey}),
		"P-384":              keySet(jose.JSONWebKey{Key: &p384.PublicKey}),
		"for encryption":     keySet(jose.JSONWebKey{Key: &rsaKey.PublicKey, Use: "enc"}),
		"for something else": keySet(jose.JSONWebKey{Key: &rsaKey.PublicKey, Algorithm: "RS512"}),
		"private":            keySet(jose.JSONWebKey{Key: rsaKey}),
		"shared":             keySet(jose.JSONWebKey{Key: secret}),
		"no set":             []byte(`[]`),
		"nothing":            nil,
	} {
		if err := embed.CheckKeySet(write(set), limits); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if err := embed.CheckKeySet(write(standardSet()), limits); err != nil {
		t.Error(err)
	}
	limits.Keys = 1
	if err := embed.CheckKeySet(write(standardSet()), limits); err == nil {
		t.Error("more keys than may be")
	}
	for address, ok := range map[string]bool{
		"https://intranet.example/jwks.json": true, "http://localhost:3000/jwks": true, "http://127.0.0.1/jwks": true,
		"http://intranet.example/jwks.json": false, "https://a:b@intranet.example/": false, "https:///x": false,
	} {
		if err := embed.CheckKeySet(address, limits); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := embed.ReadSecret(write([]byte("too short\n"))); err == nil {
		t.Error("a short secret is taken")
	}
	if b, err := embed.ReadSecret(write(append(secret, '\n'))); err != nil || !bytes.Equal(b, secret) {
		t.Errorf("the secret is %q, %v", b, err)
	}
}
