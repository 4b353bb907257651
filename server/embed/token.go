package embed

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Trust is whose tokens are taken. The zero value takes none.
type Trust struct {
	Secrets  [][]byte // shared keys, for HS256; several while one takes the place of another
	KeySet   string   // the address or the file of a JWKS, for RS256 and ES256
	Issuer   string   // the iss of every token
	Audience string   // which is among the aud of every token
}

// Any tells whether any tokens are taken.
func (t Trust) Any() bool { return len(t.Secrets) > 0 || t.KeySet != "" }

// Limits bound what a token and a set of keys may be.
type Limits struct {
	TokenBytes   int
	SubjectBytes int
	Lifetime     time.Duration // the longest that a token has left
	Leeway       time.Duration // between the clocks of its maker and ours

	KeySetBytes   int64
	Keys          int
	FetchTimeout  time.Duration
	FetchInterval time.Duration // a key is published so long before it signs
	FetchRetry    time.Duration
}

// DefaultLimits returns the limits that the program starts from.
func DefaultLimits() Limits {
	return Limits{
		TokenBytes:   8 << 10,
		SubjectBytes: 255,
		Lifetime:     time.Hour,
		Leeway:       time.Minute,

		KeySetBytes:   256 << 10,
		Keys:          100,
		FetchTimeout:  10 * time.Second,
		FetchInterval: 5 * time.Minute,
		FetchRetry:    15 * time.Second,
	}
}

// Pass is what a token says: a page's server vouches for somebody.
type Pass struct {
	Issuer   string
	Subject  string // the same for as long as they are the same
	ID       string // of the token; may be empty
	Name     string
	Audience string
	Board    string
	Role     string
	Expires  time.Time // when what came with it ends
}

// ErrToken is wrapped by what is wrong with a token. The text is for its maker.
var ErrToken = errors.New("this token is not taken")

// ErrNoKeys is returned while the set of keys has not come yet.
var ErrNoKeys = errors.New("the keys that tokens are judged by are not here yet")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrToken, fmt.Sprintf(format, args...))
}

// Verifier judges tokens. It is safe for concurrent use.
type Verifier struct {
	trust  Trust
	limits Limits
	keys   atomic.Pointer[[]jose.JSONWebKey]
}

// NewVerifier returns a Verifier whose set of keys comes with Run.
func NewVerifier(trust Trust, limits Limits) *Verifier {
	return &Verifier{trust: trust, limits: limits}
}

var algorithms = []jose.SignatureAlgorithm{jose.HS256, jose.RS256, jose.ES256}

// headers are all that the head of a token may have. What would name a key of its
// own, or ask for more than is understood, is not among them.
var headers = []string{"alg", "kid", "typ", "cty", "x5t", "x5t#S256"}

// claims are what is read of a token; whatever else it says is passed over.
type claims struct {
	jwt.Claims
	Name   string `json:"name"`
	People string `json:"audience"`
	Board  string `json:"board"`
	Role   string `json:"role"`
}

// Verify judges a token. An error wraps ErrToken, or is ErrNoKeys.
func (v *Verifier) Verify(token string, now time.Time) (Pass, error) {
	if !v.trust.Any() {
		return Pass{}, refuse("this server takes none")
	}
	if len(token) > v.limits.TokenBytes {
		return Pass{}, refuse("it has more than %d bytes", v.limits.TokenBytes)
	}
	if err := checkHead(token); err != nil {
		return Pass{}, err
	}
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil {
		return Pass{}, refuse("it is not signed with HS256, RS256 or ES256")
	}
	keys, err := v.candidates(parsed.Headers[0])
	if err != nil {
		return Pass{}, err
	}
	var c claims
	err = jose.ErrCryptoFailure
	for _, key := range keys {
		if err = parsed.Claims(key, &c); !errors.Is(err, jose.ErrCryptoFailure) {
			break
		}
	}
	if errors.Is(err, jose.ErrCryptoFailure) {
		return Pass{}, refuse("it is signed with no key that this server knows")
	}
	if err != nil {
		return Pass{}, refuse("what it says cannot be read")
	}
	return v.judge(c, now)
}

var compact = regexp.MustCompile(`^[\w-]+\.[\w-]+\.[\w-]+$`)

func checkHead(token string) error {
	head, _, _ := strings.Cut(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(head)
	var fields map[string]json.RawMessage
	if !compact.MatchString(token) || err != nil || json.Unmarshal(b, &fields) != nil {
		return refuse("it is no JWT")
	}
	for name := range fields {
		if !slices.Contains(headers, name) {
			return refuse("its head has %.20q", name)
		}
	}
	return nil
}

// candidates are the keys that may have signed a token: those of its algorithm,
// and of the name that it gives. A name is compared, and nothing else is done with it.
func (v *Verifier) candidates(head jose.Header) (keys []any, err error) {
	if head.Algorithm == string(jose.HS256) {
		for _, secret := range v.trust.Secrets {
			keys = append(keys, secret)
		}
		return keys, nil
	}
	set := v.keys.Load()
	if set == nil {
		if v.trust.KeySet == "" {
			return nil, nil
		}
		return nil, ErrNoKeys
	}
	for _, key := range *set {
		if string(verifies(&key)) == head.Algorithm && (head.KeyID == "" || head.KeyID == key.KeyID) {
			keys = append(keys, key.Key)
		}
	}
	return keys, nil
}

// judge looks at what a token says that its maker has signed.
func (v *Verifier) judge(c claims, now time.Time) (Pass, error) {
	expected := jwt.Expected{Issuer: v.trust.Issuer, AnyAudience: jwt.Audience{v.trust.Audience}, Time: now}
	switch err := c.ValidateWithLeeway(expected, v.limits.Leeway); {
	case errors.Is(err, jwt.ErrInvalidIssuer):
		return Pass{}, refuse("its iss is not %q", v.trust.Issuer)
	case errors.Is(err, jwt.ErrInvalidAudience):
		return Pass{}, refuse("its aud is not %q", v.trust.Audience)
	case errors.Is(err, jwt.ErrExpired):
		return Pass{}, refuse("it has expired")
	case err != nil:
		return Pass{}, refuse("it is not valid yet")
	case c.Expiry == nil:
		return Pass{}, refuse("it has no exp")
	}
	expires := c.Expiry.Time()
	switch {
	case expires.After(now.Add(v.limits.Lifetime + v.limits.Leeway)):
		return Pass{}, refuse("it is valid for longer than %s", v.limits.Lifetime)
	case c.Subject == "" || len(c.Subject) > v.limits.SubjectBytes || !plain(c.Subject):
		return Pass{}, refuse("its sub has 1 to %d bytes of text", v.limits.SubjectBytes)
	case !plain(c.ID) || len(c.ID) > v.limits.SubjectBytes:
		return Pass{}, refuse("its jti has up to %d bytes of text", v.limits.SubjectBytes)
	}
	if !expires.After(now) {
		// By its maker's clock it is still good.
		expires = expires.Add(v.limits.Leeway)
	}
	return Pass{
		Issuer: c.Issuer, Subject: c.Subject, ID: c.ID, Name: c.Name, Audience: c.People, Board: c.Board, Role: c.Role, Expires: expires,
	}, nil
}

func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
