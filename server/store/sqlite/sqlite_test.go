package sqlite_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/sqlite"
	"openmic/server/store/storetest"
)

func TestContract(t *testing.T) { storetest.Run(t, newHome) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, newHome) }

func newHome(t testing.TB) storetest.Home {
	dir := filepath.Join(t.TempDir(), "data")
	return storetest.Home{
		Open: func(t testing.TB) store.Store { return open(t, dir) },
		DB:   func(t testing.TB) *sql.DB { return database(t, dir) },
	}
}

func open(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// database opens the file of a data directory beside the store.
func database(t testing.TB, dir string) *sql.DB {
	t.Helper()
	path := url.URL{Scheme: "file", Path: filepath.Join(dir, "openmic.db"), RawQuery: "mode=rw"}
	db, err := sql.Open("sqlite3", path.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func closeStore(t testing.TB, s *sqlite.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func entry(doc docid.ID, text string) store.Entry {
	return store.Entry{Doc: doc, Hash: sha256.Sum256([]byte(text)), Change: []byte(text), At: time.Unix(1, 0)}
}

func TestDirectoryIsForOneStore(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	if _, err := sqlite.Open(t.Context(), dir); !errors.Is(err, store.ErrInUse) {
		t.Errorf("second open: %v, not ErrInUse", err)
	}
	if err := first.Ping(t.Context()); err != nil {
		t.Errorf("the first one suffered: %v", err)
	}
	closeStore(t, first)
	closeStore(t, open(t, dir))
}

// What a killed server leaves holds its lock a moment longer.
func TestDirectoryIsWaitedForAMoment(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	closed := make(chan error)
	time.AfterFunc(50*time.Millisecond, func() { closed <- first.Close() })
	second, err := sqlite.Open(t.Context(), dir)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, second)
}

func TestFilesArePrivate(t *testing.T) {
	top := filepath.Join(t.TempDir(), "var")
	dir := filepath.Join(top, "a?b#c%20d=é", "data")
	s := open(t, dir)
	defer s.Close()
	if err := s.Append(t.Context(), []store.Entry{entry(docid.New(), "a")}); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if !d.IsDir() {
			files++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files != 4 { // database, its log and index, lock
		t.Errorf("%d files, not 4", files)
	}
}

func TestWorldReadableDatabaseIsTightened(t *testing.T) {
	dir := t.TempDir()
	closeStore(t, open(t, dir))
	path := filepath.Join(dir, "openmic.db")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	closeStore(t, open(t, dir))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o640 {
		t.Errorf("mode is %v, not 0640", info.Mode())
	}
}

func TestDamagedFileIsRefusedAndLeft(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"empty":       func([]byte) []byte { return nil },
		"cut":         func(b []byte) []byte { return b[:len(b)-5000] },
		"cut short":   func(b []byte) []byte { return b[:50] },
		"other file":  func([]byte) []byte { return []byte("#!/bin/sh\nexec openmic serve --data /somewhere/else\n") },
		"zeroed page": func(b []byte) []byte { clear(b[4096:8192]); return b },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			doc := docid.New()
			if err := s.Append(t.Context(), []store.Entry{entry(doc, "a")}); err != nil {
				t.Fatal(err)
			}
			closeStore(t, s)
			path := filepath.Join(dir, "openmic.db")
			sound, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			damaged := damage(append([]byte{}, sound...))
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := sqlite.Open(t.Context(), dir); !errors.Is(err, store.ErrDamaged) {
				t.Fatalf("open: %v, not ErrDamaged", err)
			}
			left, err := os.ReadFile(path)
			if err != nil || string(left) != string(damaged) {
				t.Errorf("the damaged file was changed (%v)", err)
			}
			// A backup that is put in its place opens.
			if err := os.WriteFile(path, sound, 0o600); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir)
			defer s.Close()
			if _, err := s.Load(t.Context(), doc); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestUnfinishedDatabaseIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"openmic.db.new", "openmic.db.new-wal", "openmic.db.new-shm"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half of a database"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dir)
	defer s.Close()
	if left, _ := filepath.Glob(filepath.Join(dir, "*.new*")); left != nil {
		t.Errorf("%v was left", left)
	}
}

func TestOpenRefusesWhatIsNoDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{path, filepath.Join(path, "below")} {
		if _, err := sqlite.Open(t.Context(), dir); err == nil {
			t.Errorf("%s was opened", dir)
		}
	}
}

// A node of the release before runs on beside a newer schema.
func TestNewerSchemaIsTaken(t *testing.T) {
	dir := t.TempDir()
	closeStore(t, open(t, dir))
	if _, err := database(t, dir).Exec(`INSERT INTO schema_migrations (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		t.Fatal(err)
	}
	closeStore(t, open(t, dir))
}

// lapsing is a context that is cancelled after it was asked a number of times.
type lapsing struct {
	context.Context
	left int
}

func (c *lapsing) Err() error {
	if c.left == 0 {
		return context.Canceled
	}
	c.left--
	return nil
}

func TestCancelWithinAppend(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	doc := docid.New()
	log := []store.Entry{entry(doc, "a"), entry(doc, "b"), entry(doc, "c")}
	refused := 0
	for left := 0; ; left++ {
		err := s.Append(&lapsing{Context: context.Background(), left: left}, log)
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || left > 100 {
			t.Fatal(err)
		}
		refused++
		if _, err := s.Load(t.Context(), doc); !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("cancelled after %d steps: %v, not ErrNotFound", left, err)
		}
	}
	if want := len(log) + 1; refused != want { // before each entry and before the commit
		t.Errorf("cancelled in %d places, not %d", refused, want)
	}
	if d, err := s.Load(t.Context(), doc); err != nil || len(d.Tail) != len(log) {
		t.Errorf("load: %v, %v", d, err)
	}
}

// A name that is erased is in no file any more, wherever it was written before.
func TestErasedNameIsInNoFile(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const name = "Erik-som-vill-bort"
	b := store.Board{ID: "b", Doc: docid.New(), Created: time.Unix(1, 0)}
	l := store.Link{BoardID: "b", Role: store.Editor, Audience: store.Customer, SecretHash: sha256.Sum256([]byte("l")), Created: time.Unix(1, 0)}
	if err := s.CreateBoard(t.Context(), b, []store.Link{l}, []store.Entry{entry(b.Doc, "first")}); err != nil {
		t.Fatal(err)
	}
	for i := range 100 { // so that pages are split, and their rows moved
		p := store.Participant{
			ID: fmt.Sprint("p", i*37%100), BoardID: "b", TokenHash: sha256.Sum256([]byte{byte(i)}), Link: l.SecretHash,
			Name: name + strings.Repeat("x", i%40), Audience: store.Customer, Created: time.Unix(1, 0),
		}
		if err := s.Join(t.Context(), p, 1000); err != nil {
			t.Fatal(err)
		}
		p.Name, p.Banned = name+strings.Repeat("y", i*7%60), true
		if err := s.SetParticipant(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	found := func() (files []string) {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			content, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, []byte(name)) {
				files = append(files, e.Name())
			}
		}
		return files
	}
	if len(found()) == 0 {
		t.Fatal("the name is not where it is looked for")
	}
	for i := range 100 {
		if err := s.EraseName(t.Context(), "b", fmt.Sprint("p", i), time.Unix(2, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if files := found(); len(files) > 0 {
		t.Errorf("the name is still in %q", files)
	}
}
