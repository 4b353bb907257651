package server_test

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"openmic/server"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/postgres/pgtest"
)

func TestServersMigrateAtOnce(t *testing.T) {
	program := programOf(t, ordinary)
	for range 2 {
		url := pgtest.Database(t)
		sites := []*site{newSite(t, program, url), newSite(t, program, url), newSite(t, program, url)}
		var starting sync.WaitGroup
		for _, s := range sites {
			time.Sleep(rand.N(30 * time.Millisecond))
			p := s.launch()
			starting.Go(func() {
				if !p.listens() {
					t.Error("a server ended before it listened")
				}
			})
		}
		starting.Wait()
		if t.Failed() {
			return
		}
		names := map[string]bool{}
		for _, s := range sites {
			c, err := join(t.Context(), s.address, "visitor")
			noError(t, err)
			names[c.server] = true
			c.close()
		}
		all := gather(t, 1, []string{docid.New().String()})
		end := together(t, sites[0].address, all)
		watchAll(all).untilBack(t)
		end()
		if len(names) != 1 {
			t.Errorf("%d servers of one database have %d names", len(sites), len(names))
		}
	}
}

// first is what the first migration had a place for.
var first = map[string]string{
	"meta":      "storage_id",
	"documents": "id, length",
	"changes":   "doc, position, hash, change, at, sum",
	"boards":    "id, doc, title, created",
	"links":     "secret_hash, board_id, role, created",
}

// older makes a database anew as the first migration made it, and puts into it
// what was in it before and had a place then, with a snapshot as was made then.
func older(t *testing.T, s *site) {
	t.Helper()
	dialect, driver, name, at := goose.DialectSQLite3, "sqlite3", filepath.Join(s.args[1], "openmic.db"), "0"
	if s.store == "postgres" {
		dialect, driver, name, at = goose.DialectPostgres, "pgx", s.args[1], "now()"
	}
	db, err := sql.Open(driver, name)
	noError(t, err)
	held := map[string][][]any{}
	for table, columns := range first {
		held[table] = rowsOf(t, db, "SELECT "+columns+" FROM "+table)
	}
	if s.store == "postgres" {
		run(t, db, `DROP SCHEMA public CASCADE`)
		run(t, db, `CREATE SCHEMA public`)
	}
	noError(t, db.Close())
	if s.store == "sqlite" {
		files, err := filepath.Glob(name + "*")
		noError(t, err)
		for _, file := range files {
			noError(t, os.Remove(file))
		}
	}

	db, err = sql.Open(driver, name)
	noError(t, err)
	defer db.Close()
	provider, err := goose.NewProvider(dialect, db, os.DirFS("../migrations/"+s.store), goose.WithDisableGlobalRegistry(true), goose.WithTableName("schema_migrations"))
	noError(t, err)
	_, err = provider.UpTo(t.Context(), 1)
	noError(t, err)
	run(t, db, `DELETE FROM meta`)
	for _, table := range []string{"meta", "documents", "changes", "boards", "links"} {
		places := make([]string, strings.Count(first[table], ",")+1)
		for i := range places {
			places[i] = "$" + strconv.Itoa(i+1)
		}
		for _, row := range held[table] {
			run(t, db, "INSERT INTO "+table+" ("+first[table]+") VALUES ("+strings.Join(places, ", ")+")", row...)
		}
	}
	run(t, db, `INSERT INTO snapshots (doc, length, heads, chunk, graph, at, sha256)
		SELECT id, length, id, id, id, `+at+`, id FROM documents`)
}

func run(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func rowsOf(t *testing.T, db *sql.DB, query string) (all [][]any) {
	t.Helper()
	rows, err := db.Query(query)
	noError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	noError(t, err)
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		noError(t, rows.Scan(into...))
		all = append(all, row)
	}
	noError(t, rows.Err())
	return all
}

func TestDatabaseOfTheFirstMigration(t *testing.T) {
	for _, name := range both {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, programOf(t, ordinary), databaseOf(t, name))
			doc := docid.New()
			log := history(doc, server.DefaultSettings().CompactChanges+10)
			s.withStore(func(st store.Store) error {
				var links []store.Link
				for i, role := range server.Roles() {
					links = append(links, store.Link{BoardID: "board", Role: role, Audience: store.Staff, SecretHash: [32]byte{byte(i)}, Created: time.Now()})
				}
				b := store.Board{ID: "board", Doc: doc, Title: "As it was", Created: time.Now()}
				if err := st.CreateBoard(t.Context(), b, links, log[:1]); err != nil {
					return err
				}
				return st.Append(t.Context(), log[1:])
			})
			older(t, s)

			p := s.start()
			has := open(t, s.address, doc.String()).Has
			for i, e := range log {
				if !has(e.Hash) {
					t.Fatalf("change %d of %d is not there", i, len(log))
				}
			}
			all := gather(t, 2, []string{doc.String()})
			end := together(t, s.address, all)
			watchAll(all).untilBack(t)
			settle(t, all)
			p.kill()
			end()
			stored := s.stored(doc.String())
			for _, e := range log {
				if !stored(e.Hash) {
					t.Fatal("a change is not stored any more")
				}
			}
			s.withStore(func(st store.Store) error {
				b, err := st.Access(t.Context(), "board")
				if err != nil {
					return err
				}
				if b.Title != "As it was" || b.Doc != doc || b.Version != 0 || b.Locked || b.Closed || !b.Deleted.IsZero() || len(b.Links) != 4 {
					t.Errorf("the board is %v", b)
				}
				for _, l := range b.Links {
					staff := l.Role == store.Owner
					if (l.Audience == store.Staff) != staff || l.Password != "" || l.People != 0 || l.Lanes != nil || !l.Expires.IsZero() {
						t.Errorf("a link from before is %+v", l)
					}
				}
				return nil
			})
		})
	}
}
