package postgres_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/postgres"
	"openmic/server/store/postgres/pgtest"
	"openmic/server/store/storetest"
)

func TestContract(t *testing.T) { storetest.Run(t, newHome) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, newHome) }

func newHome(t testing.TB) storetest.Home {
	url := pgtest.Database(t)
	return storetest.Home{
		Open: func(t testing.TB) store.Store { return open(t, url) },
		DB:   func(t testing.TB) *sql.DB { return database(t, url) },
	}
}

func open(t testing.TB, url string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func database(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(t testing.TB, db interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func entry(doc docid.ID, text string) store.Entry {
	return store.Entry{Doc: doc, Hash: sha256.Sum256([]byte(text)), Change: []byte(text), At: time.Unix(1, 0)}
}

// Nodes that start together on an empty database agree on its schema and its
// name, and then append to the same documents, partly the same changes.
func TestNodesShareADatabase(t *testing.T) {
	const nodes, batches = 3, 20
	url := pgtest.Database(t)
	docs := []docid.ID{docid.New(), docid.New(), docid.New(), docid.New()}
	stores := make([]*postgres.Store, nodes)
	var starting, appending sync.WaitGroup
	for n := range stores {
		starting.Go(func() {
			var err error
			if stores[n], err = postgres.Open(t.Context(), url); err != nil {
				t.Errorf("node %d: %v", n, err)
			}
		})
	}
	starting.Wait()
	if t.Failed() {
		t.FailNow()
	}
	for n, s := range stores {
		t.Cleanup(func() { s.Close() })
		if s.StorageID() != stores[0].StorageID() {
			t.Errorf("node %d has storage id %s, node 0 has %s", n, s.StorageID(), stores[0].StorageID())
		}
		appending.Go(func() {
			for b := range batches {
				var batch []store.Entry
				for i := range docs { // each node in an order of its own
					doc := docs[(i*(n+1)+b)%len(docs)]
					batch = append(batch, entry(doc, fmt.Sprint("shared ", b)), entry(doc, fmt.Sprint(n, " ", b)))
				}
				if err := s.Append(t.Context(), batch); err != nil {
					t.Errorf("node %d: %v", n, err)
				}
			}
		})
	}
	appending.Wait()
	for i, doc := range docs {
		d, err := stores[i%nodes].Load(t.Context(), doc)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for n := range nodes {
			for b := range batches {
				for k := range docs {
					if docs[(k*(n+1)+b)%len(docs)] == doc {
						want++
						break
					}
				}
			}
		}
		shared := 0
		for _, e := range d.Tail {
			if strings.HasPrefix(string(e.Change), "shared") {
				shared++
			}
		}
		if shared != batches || len(d.Tail)-shared != want {
			t.Errorf("document %d has %d shared changes and %d others, not %d and %d", i, shared, len(d.Tail)-shared, batches, want)
		}
	}
}

// Nodes that meet the same new documents in different orders do not block each other.
func TestNewDocumentsInAnyOrder(t *testing.T) {
	const nodes, rounds, documents = 2, 8, 200
	url := pgtest.Database(t)
	stores := []*postgres.Store{open(t, url), open(t, url)}
	for round := range rounds {
		batches := make([][]store.Entry, nodes)
		for range documents {
			doc := docid.New()
			batches[0] = append(batches[0], entry(doc, "a"))
			batches[1] = append(batches[1], entry(doc, "b"))
		}
		slices.Reverse(batches[1])
		var appending sync.WaitGroup
		for n, s := range stores {
			appending.Go(func() {
				if err := s.Append(t.Context(), batches[n]); err != nil {
					t.Errorf("round %d, node %d: %v", round, n, err)
				}
			})
		}
		appending.Wait()
	}
}

// An append that waits for another node's lock gives up with its context, and
// is then stored whole or not at all.
func TestCancelWhileWaitingForALock(t *testing.T) {
	url := pgtest.Database(t)
	s, db := open(t, url), database(t, url)
	locked, free := docid.New(), docid.New()
	if err := s.Append(t.Context(), []store.Entry{entry(locked, "first")}); err != nil {
		t.Fatal(err)
	}
	other, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	exec(t, other, `SELECT FROM documents WHERE id = $1 FOR UPDATE`, locked[:])

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	batch := []store.Entry{entry(free, "a"), entry(locked, "b"), entry(locked, "c")}
	outcome := make(chan error, 1)
	go func() { outcome <- s.Append(ctx, batch) }()
	waitFor(t, db, `SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	cancel()
	if err := <-outcome; !errors.Is(err, context.Canceled) {
		t.Fatalf("append: %v, not context.Canceled", err)
	}
	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, db, `SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'openmic' AND state <> 'idle'`)
	_, err = s.Load(t.Context(), free)
	there := err == nil
	d, err := s.Load(t.Context(), locked)
	if err != nil || there != (len(d.Tail) == 3) {
		t.Errorf("one document has its change: %t; the other has %d and %v", there, len(d.Tail), err)
	}
	if err := s.Append(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if d, err := s.Load(t.Context(), locked); err != nil || len(d.Tail) != 3 {
		t.Errorf("after a repetition: %v, %v", d, err)
	}
}

// waitFor asks until a query selects true.
func waitFor(t testing.TB, db *sql.DB, query string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		var yes bool
		if err := db.QueryRowContext(ctx, query).Scan(&yes); err != nil {
			t.Fatal(err)
		}
		if yes {
			return
		}
	}
}

func TestLostConnectionsAreReplaced(t *testing.T) {
	url := pgtest.Database(t)
	s, db := open(t, url), database(t, url)
	doc := docid.New()
	batch := []store.Entry{entry(doc, "a")}
	if err := s.Append(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	exec(t, db, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'openmic'`)
	batch = append(batch, entry(doc, "b"))
	for attempt := 0; ; attempt++ { // each attempt may meet another lost connection
		err := s.Append(t.Context(), batch)
		if err == nil {
			break
		}
		if attempt == 10 {
			t.Fatal(err)
		}
	}
	if d, err := s.Load(t.Context(), doc); err != nil || len(d.Tail) != 2 {
		t.Errorf("load: %v, %v", d, err)
	}
}

func TestConnectionSettings(t *testing.T) {
	url := pgtest.Database(t)
	db := database(t, url)
	var name string
	if err := db.QueryRow(`SELECT current_database()`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	exec(t, db, `ALTER DATABASE `+name+` SET synchronous_commit = off`)
	exec(t, db, `ALTER DATABASE `+name+` SET default_transaction_isolation = serializable`)
	s := open(t, url+"&synchronous_commit=off&options=-c%20synchronous_commit%3Doff")
	for setting, want := range map[string]string{
		"synchronous_commit":                  "on",
		"default_transaction_isolation":       "read committed",
		"idle_in_transaction_session_timeout": "30s",
		"application_name":                    "openmic",
		"enable_seqscan":                      "off",
		"enable_hashjoin":                     "off",
		"enable_mergejoin":                    "off",
	} {
		if got, err := s.Setting(t.Context(), setting); err != nil || got != want {
			t.Errorf("%s is %q, %v, not %q", setting, got, err, want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	url := pgtest.Database(t)
	const secret = "correct-horse"
	for name, test := range map[string]struct{ url, want string }{
		"the simple protocol": {url + "&default_query_exec_mode=simple_protocol", "simple_protocol"},
		"no URL":              {"postgres://user:" + secret + "@host:port/", "URL"},
		"no server":           {"postgres://user:" + secret + "@127.0.0.1:1/", "connect"},
		"no database":         {strings.Replace(url, "openmic_test_", "other_", 1), "does not exist"},
	} {
		s, err := postgres.Open(t.Context(), test.url)
		if err == nil {
			s.Close()
			t.Errorf("%s: opened", name)
			continue
		}
		if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServerWithoutFsync(t *testing.T) {
	pg, err := pgtest.Start("-c fsync=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Close() })
	if errors.Is(pg.Thaw(), pgtest.ErrNotOurs) {
		t.Skip(pgtest.ErrNotOurs)
	}
	url, _, err := pg.Create()
	if err != nil {
		t.Fatal(err)
	}
	if s, err := postgres.Open(t.Context(), url); err == nil || !strings.Contains(err.Error(), "fsync=off") {
		t.Errorf("opened %v, %v", s, err)
	}
	s, err := postgres.Open(t.Context(), url, postgres.AcceptDataLoss)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestSupportedServers(t *testing.T) {
	for _, test := range []struct {
		version     int
		name, fsync string
		want        string // in the error
	}{
		{90624, "9.6.24", "on", "PostgreSQL 9.6.24, and 15 or newer is needed"},
		{140011, "14.11", "on", "PostgreSQL 14.11, and 15 or newer is needed"},
		{150000, "15.0", "on", ""},
		{180001, "18.1", "on", ""},
		{180001, "18.1", "off", "fsync"},
	} {
		err := postgres.Supported(test.version, test.name, test.fsync)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("PostgreSQL %s with fsync %s: %v", test.name, test.fsync, err)
		}
	}
}

// A node of the release before runs on beside a newer schema.
func TestNewerSchemaIsTaken(t *testing.T) {
	url := pgtest.Database(t)
	open(t, url)
	exec(t, database(t, url), `INSERT INTO schema_migrations (version_id, is_applied) VALUES (9999, true)`)
	open(t, url)
}
