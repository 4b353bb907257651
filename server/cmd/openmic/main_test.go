package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// The test binary is the program as well, and the engine of that, which starts
// with an empty environment.
func TestMain(m *testing.M) {
	if os.Getenv("OPENMIC_TEST_PROGRAM") != "" || (len(os.Args) == 2 && os.Args[1] == "engine") {
		main()
	}
	os.Exit(m.Run())
}

func TestBadSettingsAreUsageErrors(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
		says string
	}{
		"no command":                 {nil, nil, "serve"},
		"an unknown command":         {[]string{"dance"}, nil, "dance"},
		"an unknown flag":            {[]string{"serve", "--colour"}, nil, "--colour"},
		"an argument":                {[]string{"serve", "now"}, nil, "now"},
		"listen without port":        {[]string{"serve", "--listen", "localhost"}, nil, "--listen"},
		"listen on port 70000":       {[]string{"serve", "--listen", ":70000"}, nil, "--listen"},
		"listen on a word":           {[]string{"serve", "--listen", ":nosuchservice"}, nil, "--listen"},
		"listen in the env":          {[]string{"serve"}, map[string]string{"OPENMIC_LISTEN": "8080"}, "--listen"},
		"no data":                    {[]string{"serve", "--data", ""}, nil, "--data"},
		"log level":                  {[]string{"serve", "--log-level", "loud"}, nil, "--log-level"},
		"log level in the env":       {[]string{"serve"}, map[string]string{"OPENMIC_LOG_LEVEL": "loud"}, "--log-level"},
		"database":                   {[]string{"serve", "--database-url", "mysql://x"}, nil, "--database-url"},
		"database in the env":        {[]string{"serve"}, map[string]string{"OPENMIC_DATABASE_URL": "x"}, "--database-url"},
		"public url with path":       {[]string{"serve", "--public-url", "https://example.org/openmic"}, nil, "--public-url"},
		"public url with user":       {[]string{"serve", "--public-url", "https://me@example.org"}, nil, "--public-url"},
		"public url with query":      {[]string{"serve", "--public-url", "https://example.org?"}, nil, "--public-url"},
		"public url of no web":       {[]string{"serve", "--public-url", "ftp://example.org"}, nil, "--public-url"},
		"public url in the env":      {[]string{"serve"}, map[string]string{"OPENMIC_PUBLIC_URL": "example.org"}, "--public-url"},
		"open that is no boolean":    {[]string{"serve", "--open=perhaps"}, nil, "--open"},
		"open in the env":            {[]string{"serve"}, map[string]string{"OPENMIC_OPEN": "perhaps"}, "OPENMIC_OPEN"},
		"sign-in without an address": {[]string{"serve", "--oidc-issuer", "https://id.example", "--oidc-client-id", "x"}, nil, "--public-url"},
		"sign-in without a client":   {[]string{"serve", "--oidc-issuer", "https://id.example", "--public-url", "https://a.example"}, nil, "--oidc-client-id"},
		"sign-in without a provider": {[]string{"serve", "--sign-in-to-make"}, nil, "--oidc-issuer"},
		"sign-in in the clear":       {[]string{"serve", "--oidc-issuer", "http://id.example"}, nil, "--oidc-issuer"},
		"sign-in with two secrets": {[]string{"serve", "--oidc-issuer", "http://localhost:1", "--public-url", "http://localhost:2", "--oidc-client-id", "x",
			"--oidc-client-secret-file", "x"}, map[string]string{"OPENMIC_OIDC_CLIENT_SECRET": "y"}, "--oidc-client-secret-file"},
		"signed in for a second": {[]string{"serve", "--oidc-issuer", "http://localhost:1", "--public-url", "http://localhost:2", "--oidc-client-id", "x",
			"--sign-in-for", "1s"}, nil, "--sign-in-for"},
		"deleted before it was":    {[]string{"serve"}, map[string]string{"OPENMIC_DELETED_KEPT_DAYS": "-1"}, "--deleted-kept-days"},
		"a page with a path":       {[]string{"serve", "--embed-origin", "https://a.example,https://b.example/page"}, nil, "--embed-origin"},
		"a page in the env":        {[]string{"serve"}, map[string]string{"OPENMIC_EMBED_ORIGIN": "*"}, "--embed-origin"},
		"tokens of anybody":        {[]string{"serve", "--embed-jwks", "https://a.example/jwks"}, nil, "--embed-issuer"},
		"tokens in the env":        {[]string{"serve"}, map[string]string{"OPENMIC_EMBED_SECRET_FILE": "x"}, "--embed-issuer"},
		"an argument to engine":    {[]string{"engine", "x"}, nil, "x"},
		"a flag without its value": {[]string{"serve", "--listen"}, nil, "--listen"},
		"an argument to check":     {[]string{"check", "x"}, nil, "x"},
		"check in no directory":    {[]string{"check", "--data", ""}, nil, "--data"},
		"check in no database":     {[]string{"check", "--database-url", "x"}, nil, "--database-url"},
		"export of nothing":        {[]string{"export", "-o", "x"}, nil, "board"},
		"export to nothing":        {[]string{"export", "x"}, nil, "--output"},
		"import of nothing":        {[]string{"import"}, nil, "file"},
		"import in the env":        {[]string{"import", "x"}, map[string]string{"OPENMIC_PUBLIC_URL": "example.org"}, "--public-url"},
		"profiles for everybody":   {[]string{"serve", "--debug-listen", "0.0.0.0:6060"}, nil, "--debug-listen"},
		"profiles at a name":       {[]string{"serve", "--debug-listen", "localhost:6060"}, nil, "--debug-listen"},
		"profiles at another":      {[]string{"serve", "--debug-listen", "[2001:db8::1]:6060"}, nil, "--debug-listen"},
		"profiles at all":          {[]string{"serve"}, map[string]string{"OPENMIC_DEBUG_LISTEN": ":6060"}, "--debug-listen"},
		"bench of nobody":          {[]string{"bench", "--people", "0"}, nil, "people"},
		"bench that kills another": {[]string{"bench", "--storm", "--target", "http://127.0.0.1:1"}, nil, "--storm"},
		"backup to nothing":        {[]string{"backup"}, nil, "dest"},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range c.env {
				t.Setenv(key, value)
			}
			// Should it take them after all, it can keep nothing here and ends.
			t.Chdir(t.TempDir())
			if err := os.WriteFile("openmic-data", nil, 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			if status := run(c.args, &stdout, &stderr); status != exitUsage {
				t.Errorf("status %d, want %d", status, exitUsage)
			}
			if !strings.Contains(stderr.String(), c.says) || strings.Contains(stderr.String(), "goroutine") {
				t.Errorf("says %q, want something of %q", stderr.String(), c.says)
			}
			if stdout.Len() > 0 {
				t.Errorf("on standard output: %q", stdout.String())
			}
		})
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := run([]string{"serve", "--help"}, &stdout, &stderr); status != 0 {
		t.Errorf("status %d: %s", status, stderr.String())
	}
	for _, flag := range []string{"--listen", "--data", "--database-url", "--open", "--log-level", "--public-url", "--oidc-issuer", "--deleted-kept-days"} {
		if !strings.Contains(stdout.String(), flag) {
			t.Errorf("no %s", flag)
		}
	}
	if strings.Contains(stdout.String(), "engine") {
		t.Error("the engine is not for people")
	}
}

// A program is one that runs as a process of its own.
type program struct {
	t   *testing.T
	cmd *exec.Cmd
	out *bufio.Reader
	log *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(os.Args[0], args...), log: &syncBuffer{}}
	p.cmd.Env = append(os.Environ(), "OPENMIC_TEST_PROGRAM=1")
	p.cmd.Dir = t.TempDir()
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	t.Cleanup(func() {
		stop.Stop()
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
	return p
}

// address reads the one line that says where the program listens.
func (p *program) address() string {
	p.t.Helper()
	line, err := p.out.ReadString('\n')
	address, ok := strings.CutPrefix(line, "openmic: listening on ")
	if err != nil || !ok {
		p.t.Fatalf("said %q (%v), log:\n%s", line, err, p.log)
	}
	return strings.TrimSpace(address)
}

// status is what the program exits with, and what it said meanwhile.
func (p *program) status() (status int, rest string) {
	p.t.Helper()
	b, _ := io.ReadAll(p.out)
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode(), string(b)
}

func TestServeUntilASignal(t *testing.T) {
	for name, sig := range map[string]os.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": os.Interrupt} {
		t.Run(name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "below", "data")
			p := start(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
			address := p.address()
			if !strings.HasPrefix(address, "http://127.0.0.1:") || strings.HasSuffix(address, ":0") {
				t.Errorf("address %q", address)
			}
			res, err := http.Get(address + "/readyz")
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Errorf("/readyz: %d", res.StatusCode)
			}
			// With the engine, which is this binary once more.
			res, err = http.Post(address+"/api/boards", "application/json", strings.NewReader(`{"title": "Moving house"}`))
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(res.Body)
			res.Body.Close()
			if res.StatusCode != http.StatusCreated || !strings.Contains(string(body), address+"/b/") {
				t.Errorf("create board: %d %s", res.StatusCode, body)
			}
			if err := p.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if status, rest := p.status(); status != 0 || rest != "" {
				t.Errorf("status %d, further output %q, log:\n%s", status, rest, p.log)
			}
			if _, err := os.Stat(filepath.Join(data, "openmic.db")); err != nil {
				t.Error(err)
			}
			if strings.Contains(p.log.String(), "Moving") || strings.Contains(p.log.String(), "#") {
				t.Errorf("a title or a secret is in the log:\n%s", p.log)
			}
		})
	}
}

func TestDataInUse(t *testing.T) {
	data := t.TempDir()
	first := start(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
	first.address()
	second := start(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
	status, said := second.status()
	if status != 1 || said != "" {
		t.Errorf("status %d, said %q", status, said)
	}
	if log := second.log.String(); !strings.Contains(log, data) || !strings.Contains(log, "already in use by another process") {
		t.Errorf("log:\n%s", log)
	}
}

func TestAddressInUse(t *testing.T) {
	first := start(t, "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	address := strings.TrimPrefix(first.address(), "http://")
	second := start(t, "serve", "--listen", address, "--data", t.TempDir())
	if status, said := second.status(); status != 1 || said != "" || !strings.Contains(second.log.String(), address) {
		t.Errorf("status %d, said %q, log:\n%s", status, said, second.log)
	}
}

func TestEnvironment(t *testing.T) {
	data := t.TempDir()
	t.Setenv("OPENMIC_LISTEN", "127.0.0.1:0")
	t.Setenv("OPENMIC_DATA", data)
	t.Setenv("OPENMIC_PUBLIC_URL", "https://boards.example.org/")
	p := start(t, "serve")
	res, err := http.Post(p.address()+"/api/boards", "application/json", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if !strings.Contains(string(body), `"https://boards.example.org/b/`) {
		t.Errorf("links %s", body)
	}
	if _, err := os.Stat(filepath.Join(data, "openmic.db")); err != nil {
		t.Error(err)
	}
}
