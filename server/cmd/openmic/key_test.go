package main

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

func TestKeys(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *home) {
		made, said := h.run(0, "key", "create", "--name", "Bokningen", "--can", "boards")
		key := strings.TrimSpace(made)
		if !strings.HasPrefix(key, "omk_") || len(key) != 28 || strings.Contains(said, key) {
			t.Errorf("made %q, said %q", made, said)
		}
		var id string
		if _, err := fmt.Sscanf(said, "openmic: made key %s", &id); err != nil {
			t.Fatal(err)
		}
		id = strings.TrimSuffix(id, ";")
		if list, _ := h.run(0, "key", "list"); !strings.Contains(list, id) || !strings.Contains(list, "Bokningen") || strings.Contains(list, key) {
			t.Errorf("the list is %s", list)
		}
		h.run(0, "key", "revoke", id)
		if _, said := h.run(1, "key", "revoke", id); !strings.Contains(said, id) {
			t.Errorf("revoked again it says %q", said)
		}
		h.run(2, "key", "create")
		h.run(2, "key", "create", "--name", "a\u202eb")
		h.run(2, "key", "create", "--name", "x", "--can", "everything")
	})
}

// A key holds, and ends, while the server runs.
func TestKeyWhileAServerRuns(t *testing.T) {
	data := t.TempDir()
	p := start(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
	address := p.address()
	list := func(key string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "GET", address+"/api/boards", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	made, said := runs(t, 0, "key", "create", "--name", "x", "--data", data)
	key := strings.TrimSpace(made)
	if got := list(key); got != http.StatusOK {
		t.Errorf("a key that was just made gets %d", got)
	}
	id := strings.TrimSuffix(strings.Fields(said)[3], ";")
	runs(t, 0, "key", "revoke", id, "--data", data)
	if got := list(key); got != http.StatusUnauthorized {
		t.Errorf("a revoked key gets %d", got)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, _ := p.status(); status != 0 {
		t.Errorf("the server ended with %d, log:\n%s", status, p.log)
	}
}
