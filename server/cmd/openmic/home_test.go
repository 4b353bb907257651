package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/genesis"
	"openmic/server/store"
	"openmic/server/store/postgres/pgtest"
)

// home is a database of a test's own, on one of the stores.
type home struct {
	t *testing.T
	place
	flags []string
	db    *sql.DB // behind the store's back
}

// onBothStores runs a test with an empty database of each kind.
func onBothStores(t *testing.T, test func(t *testing.T, h *home)) {
	t.Run("SQLite", func(t *testing.T) { t.Parallel(); test(t, newSQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		url := pgtest.Database(t)
		h := &home{t: t, place: place{DatabaseURL: url}, flags: []string{"--database-url", url}}
		h.opened("pgx", url)
		test(t, h)
	})
}

func newSQLite(t *testing.T) *home {
	dir := t.TempDir()
	h := &home{t: t, place: place{Data: dir}, flags: []string{"--data", dir}}
	h.opened("sqlite3", "file:"+filepath.Join(dir, "openmic.db")+"?mode=rw")
	return h
}

// opened makes the database and connects to it.
func (h *home) opened(driver, name string) {
	h.t.Helper()
	h.stored(func(store.Store) {})
	db, err := sql.Open(driver, name)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { db.Close() })
	h.db = db
}

// stored has something done with the store, while no command uses it.
func (h *home) stored(do func(st store.Store)) {
	h.t.Helper()
	st, err := h.open(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	do(st)
	if err := st.Close(); err != nil {
		h.t.Fatal(err)
	}
}

// emptied is the home of a subtest, with everything forgotten.
func (h *home) emptied(t *testing.T) *home {
	t.Helper()
	for _, table := range []string{"attachments", "snapshots", "changes", "documents", "links", "boards"} {
		if _, err := h.db.Exec(`DELETE FROM ` + table); err != nil {
			t.Fatal(err)
		}
	}
	return &home{t: t, place: h.place, flags: h.flags, db: h.db}
}

// exec runs a statement that must change one row.
func (h *home) exec(statement string, args ...any) {
	h.t.Helper()
	result, err := h.db.Exec(statement, args...)
	if err != nil {
		h.t.Fatal(err)
	}
	if n, err := result.RowsAffected(); n != 1 || err != nil {
		h.t.Fatalf("%s changed %d rows (%v), not one", statement, n, err)
	}
}

// run runs a command on the database, which must exit with a status.
func (h *home) run(status int, args ...string) (stdout, stderr string) {
	h.t.Helper()
	return runs(h.t, status, append(args, h.flags...)...)
}

func runs(t *testing.T, status int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	if got := run(args, &out, &err); got != status {
		t.Fatalf("openmic %s: status %d, not %d\n%s%s", strings.Join(args, " "), got, status, out.String(), err.String())
	}
	return out.String(), err.String()
}

// sketch is a document of n changes that descends from genesis, as one that
// people made.
type sketch struct {
	log    *replay
	engine *engine.Pool
}

func newSketch(t *testing.T, n int) *sketch {
	t.Helper()
	eng, err := commandEngine()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	s := &sketch{log: newReplay(crdt.DefaultLimits()), engine: eng}
	s.add(t, genesis.Change())
	for i := 1; i < n; i++ {
		s.edit(t, i)
	}
	return s
}

// edit makes the change that only this number has.
func (s *sketch) edit(t *testing.T, i int) {
	t.Helper()
	chunk, err := s.engine.Edit(t.Context(), s.log.chunks(), s.log.graph.Heads(), engine.Edit{
		Actor: []byte{byte(i % 3)},
		Operations: []engine.Operation{
			{Kind: engine.PutMap, Path: []string{"elements", fmt.Sprint("e", i)}},
			{Kind: engine.SetScalar, Path: []string{"elements", fmt.Sprint("e", i), "x"}, Value: int64(i)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.add(t, chunk)
}

func (s *sketch) add(t *testing.T, chunk []byte) {
	t.Helper()
	c, err := crdt.ParseChange(chunk, crdt.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if verdict, err := s.log.add(c); verdict != crdt.Admitted {
		t.Fatal(verdict, err)
	}
}

// file writes the changes one after the other, and returns the file's name.
func (s *sketch) file(t *testing.T) string {
	return writeFile(t, bytes.Join(s.log.chunks(), nil))
}

func writeFile(t *testing.T, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "board.automerge")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// entries are the changes as a store keeps them.
func (s *sketch) entries(doc docid.ID) (entries []store.Entry) {
	for _, c := range s.log.log {
		entries = append(entries, store.Entry{Doc: doc, Hash: c.Hash, Change: c.Raw, At: time.UnixMilli(1_700_000_000_000)})
	}
	return entries
}

// document is the first n changes as one document chunk, with their heads.
func (s *sketch) document(t *testing.T, n int) engine.Compacted {
	t.Helper()
	made, err := s.engine.Compact(t.Context(), s.log.chunks()[:n], s.first(t, n).Heads())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// first is the graph of the first n changes.
func (s *sketch) first(t *testing.T, n int) *crdt.Graph {
	t.Helper()
	graph, err := crdt.UnmarshalGraph(s.log.graph.AppendBinary(nil, n))
	if err != nil {
		t.Fatal(err)
	}
	return graph
}

// snapshot stands for the first n changes.
func (s *sketch) snapshot(t *testing.T, n int) store.Snapshot {
	made := s.document(t, n)
	return store.Snapshot{
		Length: n, Heads: made.Heads, Chunk: made.Document,
		Graph: s.log.graph.AppendBinary(nil, n), Index: s.log.admission.AppendBinary(nil, n), At: time.UnixMilli(1_700_000_000_000),
	}
}
