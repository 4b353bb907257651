package server_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"openmic/server"
)

// realProvider is an OpenID Connect provider that others have written, for all
// tests: client/test/provider says who signs in there.
var realProvider = sync.OnceValues(func() (string, error) {
	c := exec.Command("node", filepath.FromSlash("../client/test/provider/provider.mjs"))
	var err error
	if providerInput, err = c.StdinPipe(); err != nil {
		return "", err
	}
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	issuer, ok := strings.CutPrefix(strings.TrimSpace(line), "provider at ")
	if !ok {
		return "", fmt.Errorf("the provider does not start: %q, %v", line, err)
	}
	return issuer, nil
})

// providerInput is what the provider ends with, and so with us.
var providerInput io.Closer

// startStaffNode starts a node at which people of the real provider sign in.
func startStaffNode(t *testing.T, more ...func(*server.Settings)) *node {
	t.Helper()
	issuer, err := realProvider()
	if err != nil {
		t.Fatal(err)
	}
	return startNode(t, nodeOption{settings: signInAt(issuer, more...)})
}

func signInAt(issuer string, more ...func(*server.Settings)) func(*server.Settings) {
	return func(s *server.Settings) {
		closed(s)
		s.SignIn.Issuer, s.SignIn.ClientID, s.SignIn.ClientSecret = issuer, "openmic", "openmic-secret"
		s.SignIn.StaffGroups, s.SignIn.AdminGroups = []string{"staff"}, []string{"board-admins"}
		s.ProviderPause = 0
		for _, f := range more {
			f(s)
		}
	}
}

// A browser keeps cookies and does as it is told by links and forms.
type browser struct {
	n      *node
	client *http.Client
}

func (n *node) browser() *browser {
	jar := must(cookiejar.New(nil))
	return &browser{n, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) send(r *http.Request) (*http.Response, string) {
	b.n.t.Helper()
	res, err := b.client.Do(r)
	if err != nil {
		b.n.t.Fatal(err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	_, _ = body.ReadFrom(res.Body)
	return res, body.String()
}

// get follows redirects until there is a page, or until to; it returns where that is.
func (b *browser) get(address, until string) (*url.URL, string) {
	b.n.t.Helper()
	at := must(url.Parse(address))
	for range 20 {
		if until != "" && strings.HasPrefix(at.String(), until) {
			return at, ""
		}
		res, body := b.send(must(http.NewRequestWithContext(b.n.t.Context(), "GET", at.String(), nil)))
		next, err := res.Location()
		if err != nil {
			return at, body
		}
		at = next
	}
	b.n.t.Fatalf("round and round, to %s", at)
	return nil, ""
}

var action = regexp.MustCompile(`action="([^"]+)"`)

// beSomebody goes to the provider, is somebody there, and comes back as far as the
// callback's address.
func (b *browser) beSomebody(who, to string) *url.URL {
	b.n.t.Helper()
	callback := b.n.web.URL + "/signin/callback"
	at, page := b.get(b.n.web.URL+"/signin?to="+url.QueryEscape(to), callback)
	form := action.FindStringSubmatch(page)
	if form == nil {
		return at // the provider knows them already, or is away
	}
	r := must(http.NewRequestWithContext(b.n.t.Context(), "POST", must(at.Parse(form[1])).String(), strings.NewReader(url.Values{"who": {who}}.Encode())))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, body := b.send(r)
	next, err := res.Location()
	if err != nil {
		b.n.t.Fatalf("the provider answers %d %s", res.StatusCode, body)
	}
	at, _ = b.get(next.String(), callback)
	return at
}

// signIn signs in, and returns where that leads.
func (b *browser) signIn(who, to string) string {
	b.n.t.Helper()
	at := b.beSomebody(who, to)
	if at.Path != "/signin/callback" {
		return at.RequestURI()
	}
	return b.back(at)
}

// back opens the callback's address, and returns where that leads.
func (b *browser) back(callback *url.URL) string {
	b.n.t.Helper()
	res, body := b.send(must(http.NewRequestWithContext(b.n.t.Context(), "GET", callback.String(), nil)))
	if res.StatusCode != http.StatusSeeOther {
		b.n.t.Fatalf("the callback answers %d %s", res.StatusCode, body)
	}
	return res.Header.Get("Location")
}

// do sends a request as a page of the server does.
func (b *browser) do(method, path, body string, header ...string) answer {
	b.n.t.Helper()
	return b.n.request(method, path, body, append([]string{"Cookie", b.cookies(), "Origin", b.n.web.URL}, header...)...)
}

func (b *browser) cookies() string {
	var all []string
	for _, c := range b.client.Jar.Cookies(must(url.Parse(b.n.web.URL))) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

func (b *browser) cookie(name string) string {
	for _, c := range b.client.Jar.Cookies(must(url.Parse(b.n.web.URL))) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func (b *browser) setCookie(name, value string) {
	b.client.Jar.SetCookies(must(url.Parse(b.n.web.URL)), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

type meAnswer struct {
	SignIn, Needed bool
	Person         *struct {
		ID, Name      string
		Administrator bool
	}
}

func (b *browser) me() meAnswer {
	b.n.t.Helper()
	return do[meAnswer](b.n.t, b.do("GET", "/api/me", ""), http.StatusOK)
}

func TestSignIn(t *testing.T) {
	var out noted
	issuer, err := realProvider()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: signInAt(issuer), log: zerolog.New(&out).Level(zerolog.TraceLevel)})
	anna := n.browser()
	if me := anna.me(); !me.SignIn || me.Needed || me.Person != nil {
		t.Errorf("before: %+v", me)
	}
	at := anna.beSomebody("anna", "/b/x")
	res, _ := anna.send(must(http.NewRequestWithContext(t.Context(), "GET", at.String(), nil)))
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/b/x" {
		t.Fatalf("signed in: %d, to %s", res.StatusCode, to)
	}
	attributes := strings.Join(res.Header.Values("Set-Cookie"), "\n")
	if !regexp.MustCompile(`(?m)^openmic=[\w-]{24}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax$`).MatchString(attributes) {
		t.Errorf("cookies are %s", attributes)
	}
	me := anna.me()
	if me.Person == nil || me.Person.Name != "Anna Åberg" || me.Person.Administrator {
		t.Fatalf("signed in as %+v", me.Person)
	}
	// The same person elsewhere, and an administrator.
	phone, bo := n.browser(), n.browser()
	if to := phone.signIn("anna", "https://evil.example/"); to != "/" || phone.me().Person.ID != me.Person.ID {
		t.Errorf("on the phone: to %s as %+v", to, phone.me().Person)
	}
	if bo.signIn("bo", "/"); !bo.me().Person.Administrator {
		t.Errorf("the administrator is %+v", bo.me().Person)
	}

	secret := anna.cookie("openmic")
	isProblem(t, n.request("POST", "/api/signout", "", "Cookie", anna.cookies()), http.StatusForbidden)
	isProblem(t, n.request("POST", "/api/signout", "", "Cookie", anna.cookies(), "Origin", "http://evil.example"), http.StatusForbidden)
	next := do[struct{ Next string }](t, anna.do("POST", "/api/signout", ""), http.StatusOK).Next
	if !strings.HasPrefix(next, issuer) || !strings.Contains(next, url.QueryEscape(n.web.URL+"/")) {
		t.Errorf("sign out of the provider at %q", next)
	}
	if anna.me().Person != nil || phone.me().Person == nil {
		t.Errorf("after signing out: %+v, and on the phone %+v", anna.me().Person, phone.me().Person)
	}
	isProblem(t, anna.do("POST", "/api/signout", ""), http.StatusUnauthorized)
	secrets := []string{secret, phone.cookie("openmic"), at.Query().Get("code"), "openmic-secret", "Åberg"}
	n.stop()
	for _, s := range secrets {
		if s == "" || strings.Contains(out.String(), s) {
			t.Errorf("%q is in the log", s)
		}
	}
	database := string(must(os.ReadFile(filepath.Join(dir, "openmic.db"))))
	if strings.Contains(database, secrets[1]) || !strings.Contains(database, "Åberg") {
		t.Error("the database has the token of a cookie, or not the name")
	}
}

// Whatever is wrong with what comes back, nobody is signed in.
func TestSignInRefused(t *testing.T) {
	n := startStaffNode(t)
	changed := func(b *browser, change func(map[string]any)) {
		t.Helper()
		var attempt map[string]any
		if err := json.Unmarshal(must(base64.RawURLEncoding.DecodeString(b.cookie("openmic-signin"))), &attempt); err != nil {
			t.Fatal(err)
		}
		change(attempt)
		b.setCookie("openmic-signin", base64.RawURLEncoding.EncodeToString(must(json.Marshal(attempt))))
	}
	set := func(key string, value any) func(*browser, *url.URL) {
		return func(b *browser, _ *url.URL) { changed(b, func(a map[string]any) { a[key] = value }) }
	}
	query := func(key, value string) func(*browser, *url.URL) {
		return func(_ *browser, at *url.URL) {
			q := at.Query()
			q.Set(key, value)
			at.RawQuery = q.Encode()
		}
	}
	for _, row := range []struct {
		what, who string
		spoil     func(*browser, *url.URL)
		want      string
	}{
		{"nothing", "anna", func(*browser, *url.URL) {}, "/there"},
		{"another state", "anna", query("state", "x"), "/?signin=again"},
		{"no state", "anna", query("state", ""), "/?signin=again"},
		{"another browser", "anna", func(b *browser, _ *url.URL) { b.setCookie("openmic-signin", "") }, "/?signin=again"},
		{"nonsense", "anna", func(b *browser, _ *url.URL) { b.setCookie("openmic-signin", "e30") }, "/?signin=again"},
		{"another verifier", "anna", set("verifier", strings.Repeat("x", 43)), "/?signin=again"},
		{"another nonce", "anna", set("nonce", "x"), "/?signin=again"},
		{"too late", "anna", set("until", time.Now().Add(-time.Second)), "/?signin=again"},
		{"a code that nobody gave", "anna", query("code", "x"), "/?signin=again"},
		{"no code", "anna", query("code", ""), "/?signin=again"},
		{"another issuer", "anna", query("iss", "https://evil.example"), "/?signin=again"},
		{"to elsewhere", "anna", set("to", "//evil.example"), "/"},
		{"no group of ours", "cia", func(*browser, *url.URL) {}, "/?signin=notstaff"},
		{"turned back", "", func(*browser, *url.URL) {}, "/?signin=declined"},
	} {
		t.Run(row.what, func(t *testing.T) {
			b := n.browser()
			at := b.beSomebody(row.who, "/there")
			row.spoil(b, at)
			if to := b.back(at); to != row.want {
				t.Errorf("leads to %s, not %s", to, row.want)
			}
			if in := b.me().Person != nil; in != (row.want == "/there" || row.want == "/") {
				t.Errorf("signed in: %v", in)
			}
		})
	}
	t.Run("a code comes twice", func(t *testing.T) {
		b := n.browser()
		at := b.beSomebody("anna", "/there")
		attempt := b.cookie("openmic-signin")
		if to := b.back(at); to != "/there" {
			t.Fatalf("leads to %s", to)
		}
		if b.cookie("openmic-signin") != "" {
			t.Error("the attempt is still there")
		}
		b.setCookie("openmic-signin", attempt)
		if to := b.back(at); to != "/?signin=again" {
			t.Errorf("the second time it leads to %s", to)
		}
	})
}

func TestSignInLeadsOnlyToOwnPaths(t *testing.T) {
	for to, want := range map[string]string{
		"": "/", "/": "/", "/b/x?y=z": "/b/x?y=z", "b/x": "/", "//evil.example": "/", "/\\evil.example": "/", "/\tx": "/",
		"https://evil.example/": "/", "javascript:alert(1)": "/", "/%2F/evil": "/", "/b/x#secret": "/", "/\x00": "/", "/ö": "/", "///x": "/", "/%zz": "/",
	} {
		if got := server.OwnPath(to); got != want {
			t.Errorf("%q leads to %q, not %q", to, got, want)
		}
	}
}

// Guests do not notice that nobody can sign in; and once the provider is there, people can.
func TestSignInWhileTheProviderIsAway(t *testing.T) {
	liar := newLiar(t)
	liar.away.Store(true)
	n := startNode(t, nodeOption{settings: signInAt(liar.web.URL)})
	anna := n.browser()
	for range 2 {
		if to := anna.signIn("anna", "/"); to != "/?signin=away" {
			t.Errorf("leads to %s", to)
		}
	}
	b := n.createBoard("Guests")
	n.connect("guest", "ticket="+n.ticket(b, b.secret("editor"))).alive()
	liar.away.Store(false)
	if to := anna.signIn("anna", "/x"); to != "/x" || anna.me().Person == nil {
		t.Errorf("afterwards it leads to %s", to)
	}
	// It goes away between there and back.
	at := anna.beSomebody("anna", "/x")
	liar.away.Store(true)
	if to := anna.back(at); to != "/?signin=away" {
		t.Errorf("on the way back it leads to %s", to)
	}
}
