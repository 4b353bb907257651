package sqlite_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/sqlite"
)

// A copy is of one moment, whatever is written meanwhile, and writing goes on.
func TestBackupBesideAWriter(t *testing.T) {
	dir, doc := t.TempDir(), docid.New()
	s := open(t, dir)
	defer s.Close()
	big := strings.Repeat("x", 1000)
	add := func() error {
		var entries []store.Entry
		for range 20 {
			entries = append(entries, entry(doc, big+docid.New().String()))
		}
		return s.Append(t.Context(), entries)
	}
	for range 100 {
		if err := add(); err != nil {
			t.Fatal(err)
		}
	}
	stop := make(chan struct{})
	written := 0
	var writer sync.WaitGroup
	writer.Go(func() {
		for {
			if err := add(); err != nil {
				t.Error(err)
				return
			}
			written++
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	var copies []string
	for range 5 {
		dest := filepath.Join(t.TempDir(), "below", "copy")
		if err := sqlite.Backup(t.Context(), dir, dest); err != nil {
			t.Error(err)
		}
		copies = append(copies, dest)
	}
	close(stop)
	writer.Wait()
	t.Logf("%d transactions meanwhile", written)
	original, err := s.Load(t.Context(), doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, dest := range copies {
		kept := openToRead(t, dest)
		if err := kept.CheckDatabase(t.Context()); err != nil {
			t.Error(err)
		}
		d, err := kept.Load(t.Context(), doc)
		if err != nil {
			t.Fatal(err)
		}
		n := len(d.Tail)
		if n < 2000 || n%20 != 0 || n > len(original.Tail) || d.Tail[n-1].Hash != original.Tail[n-1].Hash {
			t.Errorf("the copy has %d changes of %d", n, len(original.Tail))
		}
		if kept.StorageID() != s.StorageID() {
			t.Error("the copy has another storage id")
		}
		files, err := os.ReadDir(dest)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if info, err := f.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
			}
		}
		closeStore(t, kept)
		// A server may go on with it.
		again := open(t, dest)
		if err := again.Append(t.Context(), []store.Entry{entry(doc, "later")}); err != nil {
			t.Error(err)
		}
		closeStore(t, again)
	}
}

func TestBackupOfADatabaseAtRest(t *testing.T) {
	dir, doc := t.TempDir(), docid.New()
	s := open(t, dir)
	if err := s.Append(t.Context(), []store.Entry{entry(doc, "a")}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	dest := t.TempDir()
	if err := os.WriteFile(filepath.Join(dest, "openmic.db.new"), []byte("of one that was cut off"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Backup(t.Context(), dir, dest); err != nil {
		t.Fatal(err)
	}
	if d, err := openToRead(t, dest).Load(t.Context(), doc); err != nil || len(d.Tail) != 1 {
		t.Errorf("%v, %v", d, err)
	}
	closeStore(t, open(t, dir))
}

func TestBackupRefuses(t *testing.T) {
	dir := t.TempDir()
	closeStore(t, open(t, dir))
	for _, name := range []string{"openmic.db", "openmic.db-wal", "openmic.db-journal"} {
		dest := t.TempDir()
		path := filepath.Join(dest, name)
		if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := sqlite.Backup(t.Context(), dir, dest); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s there: %v, not ErrExist", name, err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != "precious" {
			t.Errorf("%s is now %q, %v", name, b, err)
		}
	}
	if err := sqlite.Backup(t.Context(), dir, dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto itself: %v, not ErrExist", err)
	}
	dest := filepath.Join(t.TempDir(), "copy")
	if err := sqlite.Backup(t.Context(), t.TempDir(), dest); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nothing: %v, not ErrNotExist", err)
	}
	empty, file := t.TempDir(), filepath.Join(dir, "openmic.db")
	if err := os.WriteFile(filepath.Join(empty, "openmic.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Backup(t.Context(), empty, dest); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("of an empty file: %v, not ErrDamaged", err)
	}
	if err := sqlite.Backup(t.Context(), dir, file); err == nil {
		t.Error("a file was taken for a directory")
	}
	if _, err := os.Stat(dest); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is at %s: %v", dest, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sqlite.Backup(ctx, dir, dest); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dest, "openmic.db*")); len(left) > 0 {
		t.Errorf("cancelled, it left %v", left)
	}
}
