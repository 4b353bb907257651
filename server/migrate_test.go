package server_test

import (
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

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

// older takes a database back to how the first migration left it, with a
// snapshot as was made then.
func older(t *testing.T, s *site) {
	t.Helper()
	driver, name, at := "sqlite3", filepath.Join(s.args[1], "openmic.db"), "0"
	if s.store == "postgres" {
		driver, name, at = "pgx", s.args[1], "now()"
	}
	db, err := sql.Open(driver, name)
	noError(t, err)
	defer db.Close()
	for _, statement := range []string{
		`DELETE FROM schema_migrations WHERE version_id > 1`,
		`DROP TABLE attachments`,
		`DELETE FROM snapshots`,
		`ALTER TABLE snapshots DROP COLUMN operations`,
		`INSERT INTO snapshots (doc, length, heads, chunk, graph, at, sha256)
			SELECT id, length, id, id, id, ` + at + `, id FROM documents`,
		`DROP TABLE participants`,
		`DROP TABLE owners`,
		`DROP TABLE sign_ins`,
		`DROP TABLE persons`,
		`DROP TABLE audit`,
		`DROP TABLE api_keys`,
		`DROP TABLE answers`,
		`DROP INDEX boards_api_key`,
		`ALTER TABLE boards DROP COLUMN api_key`,
		`ALTER TABLE boards DROP COLUMN embed_origins`,
		`ALTER TABLE boards DROP COLUMN embed_role`,
		`ALTER TABLE boards DROP COLUMN preview`,
		`DROP INDEX boards_deleted`,
		`DROP INDEX boards_created`,
		`ALTER TABLE boards DROP COLUMN archived`,
		`ALTER TABLE boards DROP COLUMN titled`,
		`DROP TABLE actors`,
		`ALTER TABLE boards DROP COLUMN version`,
		`ALTER TABLE boards DROP COLUMN locked`,
		`ALTER TABLE boards DROP COLUMN closed`,
		`ALTER TABLE boards DROP COLUMN deleted`,
		`ALTER TABLE links DROP COLUMN audience`,
		`ALTER TABLE links DROP COLUMN label`,
		`ALTER TABLE links DROP COLUMN expires`,
		`ALTER TABLE links DROP COLUMN password`,
		`ALTER TABLE links DROP COLUMN people`,
		`ALTER TABLE links DROP COLUMN lanes`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
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
