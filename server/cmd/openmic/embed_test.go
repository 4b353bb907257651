package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is larger than a request's head may be is not even read.
func TestLargeTokens(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(strings.Repeat("k", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--embed-secret-file", key, "--embed-issuer", "intranet")
	address := p.address()
	for size, want := range map[int]int{1 << 20: http.StatusRequestHeaderFieldsTooLarge, 12 << 10: http.StatusUnauthorized} {
		r, err := http.NewRequest("GET", address+"/api/boards/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer e30.e30."+strings.Repeat("x", size))
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("a token of %d bytes is answered with %d, not %d", size, res.StatusCode, want)
		}
	}
}

func TestKeysThatAreWrongEndTheProgram(t *testing.T) {
	dir := t.TempDir()
	for name, flags := range map[string][]string{
		"no file":   {"--embed-secret-file", filepath.Join(dir, "none")},
		"too short": {"--embed-secret-file", filepath.Join(dir, "short")},
		"no set":    {"--embed-jwks", filepath.Join(dir, "short")},
		"elsewhere": {"--embed-jwks", "http://intranet.example/jwks.json"},
	} {
		if err := os.WriteFile(filepath.Join(dir, "short"), []byte("short"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, said := runs(t, 1, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--embed-issuer", "x"}, flags...)...)
		if !strings.Contains(said, flags[0]) {
			t.Errorf("%s: it says %q", name, said)
		}
	}
}
