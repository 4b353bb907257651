package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// A liar is a provider that signs whatever a test wants, which a real one does not.
type liar struct {
	web  *httptest.Server
	key  *ecdsa.PrivateKey
	away atomic.Bool

	mu     sync.Mutex
	nonce  string // of the last attempt
	claims func(map[string]any)
	sign   func(payload []byte) string
	info   map[string]any // what it tells of a person; nil: nothing
}

func newLiar(t *testing.T) *liar {
	l := &liar{key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		about := map[string]any{
			"issuer": l.web.URL, "authorization_endpoint": l.web.URL + "/auth", "token_endpoint": l.web.URL + "/token", "jwks_uri": l.web.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"ES256"},
		}
		if l.info != nil {
			about["userinfo_endpoint"] = l.web.URL + "/info"
		}
		say(w, about)
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		say(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: l.key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("/info", func(w http.ResponseWriter, r *http.Request) { say(w, l.info) })
	mux.HandleFunc("/auth", func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		q := r.URL.Query()
		l.nonce = q.Get("nonce")
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"state": {q.Get("state")}, "code": {"c"}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		claims := map[string]any{
			"iss": l.web.URL, "sub": "anna", "aud": "openmic", "nonce": l.nonce, "name": "Anna", "groups": []string{"staff"},
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
		}
		sign := l.signed
		if l.claims != nil {
			l.claims(claims)
		}
		if l.sign != nil {
			sign = l.sign
		}
		say(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": sign(must(json.Marshal(claims)))})
	})
	l.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.away.Load() {
			panic(http.ErrAbortHandler)
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(l.web.Close)
	return l
}

func (l *liar) signed(payload []byte) string { return signedWith(jose.ES256, l.key, "k", payload) }

func signedWith(algorithm jose.SignatureAlgorithm, key any, id string, payload []byte) string {
	options := (&jose.SignerOptions{}).WithHeader("kid", id)
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options))
	return must(must(signer.Sign(payload)).CompactSerialize())
}

// A provider that says what is not so is not believed.
func TestSignInByLies(t *testing.T) {
	claim := func(name string, value any) func(map[string]any) {
		return func(c map[string]any) {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		}
	}
	const again = "/?signin=again"
	replayed := ""
	liar := newLiar(t)
	n := startNode(t, nodeOption{settings: signInAt(liar.web.URL)})
	ago := func(d time.Duration) int64 { return time.Now().Add(-d).Unix() }
	none := func(payload []byte) string {
		parts := strings.Split(liar.signed(payload), ".")
		return "eyJhbGciOiJub25lIn0." + parts[1] + "."
	}
	for _, row := range []struct {
		what   string
		claims func(map[string]any)
		sign   func([]byte) string
		want   string
	}{
		{"the truth", func(c map[string]any) { replayed, _ = c["nonce"].(string) }, nil, "/x"},
		{"expired within the leeway", claim("exp", ago(30*time.Second)), nil, "/x"},
		{"expired", claim("exp", ago(2*time.Minute)), nil, again},
		{"without an end", claim("exp", nil), nil, again},
		{"of another audience", claim("aud", "else"), nil, again},
		{"of several audiences, without a party", claim("aud", []string{"openmic", "else"}), nil, again},
		{"of another party", claim("azp", "else"), nil, again},
		{"of several audiences, for us", func(c map[string]any) {
			maps.Copy(c, map[string]any{"aud": []string{"openmic", "else"}, "azp": "openmic"})
		}, nil, "/x"},
		{"of another issuer", claim("iss", "https://evil.example"), nil, again},
		{"from the time to come", claim("nbf", ago(-time.Hour)), nil, again},
		{"a nonce of before", func(c map[string]any) { c["nonce"] = replayed }, nil, again},
		{"no nonce", claim("nonce", nil), nil, again},
		{"no subject", claim("sub", ""), nil, again},
		{"an endless subject", claim("sub", strings.Repeat("x", 256)), nil, again},
		{"unsigned", nil, none, again},
		{"signed with another key", nil, func(p []byte) string {
			return signedWith(jose.ES256, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), "k", p)
		}, again},
		{"signed with the client's secret", nil, func(p []byte) string {
			return signedWith(jose.HS256, []byte("openmic-secret-openmic-secret-openmic"), "k", p)
		}, again},
		{"no token at all", nil, func([]byte) string { return "" }, again},
		{"a token beyond all bounds", nil, func([]byte) string { return strings.Repeat("x", 2<<20) }, "/?signin=away"},
		{"in no group", claim("groups", nil), nil, "/?signin=notstaff"},
		{"in a group of no sense", claim("groups", map[string]any{"staff": true}), nil, "/?signin=notstaff"},
		{"in one group, as a word", claim("groups", "staff"), nil, "/x"},
	} {
		t.Run(row.what, func(t *testing.T) {
			liar.mu.Lock()
			liar.claims, liar.sign = row.claims, row.sign
			liar.mu.Unlock()
			b := n.browser()
			if to := b.signIn("", "/x"); to != row.want {
				t.Errorf("leads to %s, not %s", to, row.want)
			}
			if in := b.me().Person != nil; in != (row.want == "/x") {
				t.Errorf("signed in: %v", in)
			}
		})
	}
	for name, want := range map[string]string{" Anna\u202e\n Å ": "Anna Å", strings.Repeat("ö", 100): strings.Repeat("ö", 64), "": ""} {
		liar.mu.Lock()
		liar.claims, liar.sign = claim("name", name), nil
		liar.mu.Unlock()
		b := n.browser()
		b.signIn("", "/x")
		if p := b.me().Person; p == nil || p.Name != want {
			t.Errorf("the name %q became %+v", name, p)
		}
	}
}

// What the token does not tell is asked for, and is to be of the same person.
func TestSignInAsksAboutThePerson(t *testing.T) {
	liar := newLiar(t)
	liar.info = map[string]any{"sub": "anna", "name": "Anna Å", "groups": []string{"staff", "board-admins"}}
	liar.claims = func(c map[string]any) { delete(c, "name"); delete(c, "groups") }
	n := startNode(t, nodeOption{settings: signInAt(liar.web.URL)})
	b := n.browser()
	if to := b.signIn("", "/x"); to != "/x" || b.me().Person.Name != "Anna Å" || !b.me().Person.Administrator {
		t.Errorf("leads to %s as %+v", to, b.me().Person)
	}
	liar.info["sub"] = "bo"
	if to := n.browser().signIn("", "/x"); to != "/?signin=again" {
		t.Errorf("told of somebody else it leads to %s", to)
	}
}
