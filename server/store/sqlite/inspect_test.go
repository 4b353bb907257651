package sqlite_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/sqlite"
)

func openToRead(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.OpenToRead(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestOpenToReadChangesNothing(t *testing.T) {
	dir := t.TempDir()
	for _, missing := range []string{dir, filepath.Join(dir, "none")} {
		if _, err := sqlite.OpenToRead(t.Context(), missing); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, not ErrNotExist", missing, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
	first, doc := open(t, dir), docid.New()
	if err := first.Append(t.Context(), []store.Entry{entry(doc, "a")}); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.OpenToRead(t.Context(), dir); !errors.Is(err, store.ErrInUse) {
		t.Errorf("beside a store: %v, not ErrInUse", err)
	}
	id := first.StorageID()
	closeStore(t, first)
	s := openToRead(t, dir)
	if err := s.Append(t.Context(), []store.Entry{entry(doc, "b")}); err == nil {
		t.Error("it writes")
	}
	if d, err := s.Load(t.Context(), doc); err != nil || len(d.Tail) != 1 || s.StorageID() != id {
		t.Errorf("load: %v, %v", d, err)
	}
}

func TestCheckDatabase(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(t *testing.T, dir string)
		says   string
	}{
		"nothing": {func(*testing.T, string) {}, ""},
		"a link of no board": {func(t *testing.T, dir string) {
			_, err := database(t, dir).Exec(`INSERT INTO links (secret_hash, board_id, role, created) VALUES (zeroblob(32), 'x', 'owner', 1)`)
			if err != nil {
				t.Fatal(err)
			}
		}, "rows of links that belong to none of boards: 1"},
		"an index that lacks a row": {func(t *testing.T, dir string) {
			// Dropped from the schema while a row is added, the index is back without it.
			db := database(t, dir)
			db.SetMaxOpenConns(1)
			for _, statement := range []string{
				`CREATE TEMP TABLE hidden AS SELECT * FROM sqlite_schema WHERE name = 'changes_doc_hash'`,
				`PRAGMA writable_schema = ON`,
				`DELETE FROM sqlite_schema WHERE name = 'changes_doc_hash'`,
				`PRAGMA writable_schema = RESET`,
				`INSERT INTO changes (doc, position, hash, change, at, sum) VALUES (zeroblob(16), 5, zeroblob(32), zeroblob(5), 1, 1)`,
				`PRAGMA writable_schema = ON`,
				`INSERT INTO sqlite_schema SELECT * FROM hidden`,
				`PRAGMA writable_schema = RESET`,
			} {
				if _, err := db.Exec(statement); err != nil {
					t.Fatalf("%s: %v", statement, err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}, "changes_doc_hash"},
		"zeros in a page": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "openmic.db")
			db, err := sql.Open("sqlite3", path)
			if err != nil {
				t.Fatal(err)
			}
			var root int // of an index: what the schema takes is read when the file is opened
			err = db.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'changes_doc_hash'`).Scan(&root)
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			clear(b[(root-1)*4096 : root*4096])
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "database: "},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			if err := s.Append(t.Context(), []store.Entry{entry(docid.New(), "a")}); err != nil {
				t.Fatal(err)
			}
			closeStore(t, s)
			c.damage(t, dir)
			err := openToRead(t, dir).CheckDatabase(t.Context())
			if c.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, not ErrDamaged with %q", err, c.says)
			}
		})
	}
}
