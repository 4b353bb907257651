package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestBackupWhileAServerRuns(t *testing.T) {
	data := t.TempDir()
	p := start(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
	address := p.address()
	board := func() {
		res, err := http.Post(address+"/api/boards", "application/json", strings.NewReader(`{"title": "Moving house"}`))
		if err != nil {
			t.Error(err)
			return
		}
		res.Body.Close()
		if res.StatusCode != http.StatusCreated {
			t.Errorf("a board got %d while the copy was made", res.StatusCode)
		}
	}
	board()
	stop := make(chan struct{})
	var people sync.WaitGroup
	people.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				board()
			}
		}
	})
	var copies []string
	for i := range 5 {
		dest := filepath.Join(t.TempDir(), "copy", strconv.Itoa(i))
		runs(t, 0, "backup", dest, "--data", data)
		copies = append(copies, dest)
	}
	close(stop)
	people.Wait()
	if _, said := runs(t, 1, "backup", copies[0], "--data", data); !strings.Contains(said, copies[0]) {
		t.Errorf("over a copy it says %q", said)
	}
	runs(t, 1, "backup", data, "--data", data)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, _ := p.status(); status != 0 || strings.Contains(p.log.String(), `"level":"error"`) {
		t.Errorf("the server ended with %d, log:\n%s", status, p.log)
	}
	for _, dir := range append(copies, data) {
		said, _ := runs(t, 0, "check", "--data", dir)
		t.Log(strings.TrimSpace(said))
		if strings.Contains(said, "at 0 boards") {
			t.Errorf("nothing is in %s", dir)
		}
	}
}

func TestBackupIsForSQLite(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "copy")
	if _, said := runs(t, 1, "backup", dest, "--database-url", "postgres://127.0.0.1:1/none"); !strings.Contains(said, "pg_dump") {
		t.Errorf("it says %q", said)
	}
	if _, said := runs(t, 1, "backup", dest, "--data", t.TempDir()); !strings.Contains(said, "openmic.db") {
		t.Errorf("of nothing it says %q", said)
	}
	if _, err := os.Stat(dest); !os.IsNotExist(err) {
		t.Errorf("something is at %s: %v", dest, err)
	}
}
