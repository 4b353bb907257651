package server_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/postgres"
	"openmic/server/store/postgres/pgtest"
	"openmic/server/store/sqlite"
)

var deaths = flag.Int("deaths", 4, "how often TestFailurePoints dies at each point")

// What makes a server reach a failure point.
type errand func(t *testing.T, s *site)

// failurePoints are where the program dies: with which store, and doing what.
var failurePoints = []struct {
	name   string
	stores []string
	doing  errand
}{
	{"room.submit", both, editing},
	{"committer.append", both, editing},
	{"committer.stored", both, editing},
	{"committer.told", both, editing},
	{"compaction.made", both, compacting},
	{"compaction.stored", both, compacting},
	{"fork.copying", both, forking},

	{"sqlite.append.insert", onSQLite, editing},
	{"sqlite.append.inserted", onSQLite, editing},
	{"sqlite.append.commit", onSQLite, editing},
	{"sqlite.append.committed", onSQLite, editing},
	{"sqlite.snapshot.insert", onSQLite, compacting},
	{"sqlite.snapshot.inserted", onSQLite, compacting},
	{"sqlite.snapshot.commit", onSQLite, compacting},
	{"sqlite.snapshot.committed", onSQLite, compacting},
	{"sqlite.board.inserted", onSQLite, makingBoards},
	{"sqlite.board.commit", onSQLite, makingBoards},
	{"sqlite.board.committed", onSQLite, makingBoards},
	{"sqlite.attachment.commit", onSQLite, bringingPictures},
	{"sqlite.migrate", onSQLite, migrating},
	{"sqlite.migrate.schema_migrations", onSQLite, migrating},
	{"sqlite.migrate.meta", onSQLite, migrating},
	{"sqlite.migrate.documents", onSQLite, migrating},
	{"sqlite.migrate.links", onSQLite, migrating},
	{"sqlite.migrated", onSQLite, migrating},
	{"sqlite.create.rename", onSQLite, migrating},
	{"sqlite.create.renamed", onSQLite, migrating},

	{"postgres.append.send", onPostgres, editing},
	{"postgres.append.sent", onPostgres, editing},
	{"postgres.append.answered", onPostgres, editing},
	{"postgres.snapshot.send", onPostgres, compacting},
	{"postgres.snapshot.sent", onPostgres, compacting},
	{"postgres.snapshot.answered", onPostgres, compacting},
	{"postgres.board.send", onPostgres, makingBoards},
	{"postgres.board.sent", onPostgres, makingBoards},
	{"postgres.board.answered", onPostgres, makingBoards},
	{"postgres.migrate", onPostgres, migrating},
	{"postgres.migrate.schema_migrations", onPostgres, migrating},
	{"postgres.migrate.meta", onPostgres, migrating},
	{"postgres.migrate.documents", onPostgres, migrating},
	{"postgres.migrate.links", onPostgres, migrating},
	{"postgres.migrated", onPostgres, migrating},
}

var (
	onSQLite   = []string{"sqlite"}
	onPostgres = []string{"postgres"}
	both       = []string{"sqlite", "postgres"}
)

func TestFailurePoints(t *testing.T) {
	// They wait for disks and for each other far more than they compute.
	var running sync.WaitGroup
	lanes := make(chan struct{}, 6)
	for _, point := range failurePoints {
		for _, name := range point.stores {
			lanes <- struct{}{}
			running.Go(func() {
				defer func() { <-lanes }()
				t.Run(point.name+"/"+name, func(t *testing.T) {
					s := newSite(t, programOf(t, withFailures), databaseOf(t, name))
					for n := range *deaths {
						// Not always the first time, where it can be reached more than once.
						s.env = []string{fmt.Sprintf("OPENMIC_FAILPOINT=%s", point.name)}
						if strings.Contains(point.name, "append") || strings.HasPrefix(point.name, "room") {
							s.env[0] += fmt.Sprintf(":%d", 1+n%3)
						}
						point.doing(t, s)
						if t.Failed() {
							return
						}
					}
				})
			})
		}
	}
	running.Wait()
}

func databaseOf(t *testing.T, store string) (url string) {
	if store == "postgres" {
		url = pgtest.Database(t)
	}
	return url
}

// die starts the program, does something with it until it dies of the failure
// point, and starts it whole.
func die(t *testing.T, s *site, do func()) (whole *program) {
	t.Helper()
	p := s.launch()
	listens := p.listens()
	for deadline := time.Now().Add(patience); !listens && !p.killed() && s.portIsTaken() && time.Now().Before(deadline); listens = p.listens() {
		time.Sleep(50 * time.Millisecond)
		p = s.launch()
	}
	if listens && do != nil {
		do()
	}
	if !p.killed() {
		t.Fatalf("%s: it ended otherwise", s.env)
	}
	s.env = nil
	return s.start()
}

// editing has two people edit until the server dies, and again.
func editing(t *testing.T, s *site) {
	all := gather(t, 2, []string{docid.New().String()})
	c := &campaign{t: t, site: s, seasons: [][]*editor{all}}
	var end func()
	p := die(t, s, func() { end = together(t, s.address, all) })
	end()
	c.audit(all)
	again := together(t, s.address, all)
	settle(t, all)
	p.kill()
	again()
	c.again = 0
	c.start().kill()
	if c.lost > 0 || c.again > 0 {
		t.Errorf("%s: %d acknowledged changes lost, %d not there in the end", s.store, c.lost, c.again)
	}
}

// compacting opens a board that is worth a snapshot.
func compacting(t *testing.T, s *site) {
	doc := docid.New()
	log := history(doc, server.DefaultSettings().CompactChanges+10)
	s.withStore(func(st store.Store) error { return st.Append(t.Context(), log) })
	e := newEditor(t, "reader", doc.String())
	e.resting = true
	var end func()
	p := die(t, s, func() { end = together(t, s.address, []*editor{e}) })
	end()
	has := open(t, s.address, doc.String()).Has
	for i, e := range log {
		if !has(e.Hash) {
			t.Fatalf("change %d of %d is not there", i, len(log))
		}
	}
	p.kill()
}

// makingBoards asks for boards by HTTP.
func makingBoards(t *testing.T, s *site) {
	p := die(t, s, func() { _, _ = postBoard(t.Context(), s.address) })
	defer p.kill()
	b, err := postBoard(t.Context(), s.address)
	if err != nil {
		t.Fatalf("make a board afterwards: %v", err)
	}
	if n := open(t, s.address, b.DocumentID).Len(); n != 2 {
		t.Errorf("the new board has %d changes", n)
	}
}

// forking dies while a variant is being made: the board has none then, nobody comes
// to what there is of it, and the sweeper finds all of that.
func forking(t *testing.T, s *site) {
	var b board
	p := die(t, s, func() {
		b, _ = postBoard(t.Context(), s.address)
		_, _ = postFork(t.Context(), s.address, b)
	})
	fork, err := postFork(t.Context(), s.address, b)
	if err != nil {
		t.Fatalf("make a variant afterwards: %v", err)
	}
	if n := open(t, s.address, fork.DocumentID).Len(); n != 2 {
		t.Errorf("the variant has %d changes", n)
	}
	p.kill()
	s.withStore(func(st store.Store) error {
		forks, err := st.Forks(t.Context(), b.ID, 10)
		if err != nil || len(forks) != 1 || forks[0].ID != fork.ID {
			t.Errorf("the board's variants are %+v, %v", forks, err)
		}
		settings := server.DefaultSettings()
		before := time.Now().Add(2*settings.ForkTimeout - settings.DeletedKept)
		if early, err := st.DeletedBefore(t.Context(), before.Add(-settings.ForkTimeout), 10); err != nil || len(early) > 0 {
			t.Errorf("while a variant may still be made, %v are swept, %v", early, err)
		}
		due, err := st.DeletedBefore(t.Context(), before, 10)
		if err != nil || len(due) != 1 || due[0] == fork.ID {
			t.Fatalf("%v are swept, %v", due, err)
		}
		half, err := st.Board(t.Context(), due[0])
		if err != nil {
			return err
		}
		if _, err := st.Load(t.Context(), half.Doc); err != nil {
			t.Errorf("nothing was copied: %v", err)
		}
		for done := false; !done && err == nil; {
			done, err = st.RemoveBoard(t.Context(), half.ID, before, settings.SweepRows)
		}
		if _, left := st.Load(t.Context(), half.Doc); !errors.Is(left, store.ErrNotFound) {
			t.Errorf("there is something left of the half variant: %v", left)
		}
		return err
	})
}

// bringingPictures dies while a picture is stored: it is there whole or not at
// all, and can be brought again.
func bringingPictures(t *testing.T, s *site) {
	var b board
	p := die(t, s, func() {
		b, _ = postBoard(t.Context(), s.address)
		_, _ = postPicture(t.Context(), s.address, b)
	})
	defer p.kill()
	if open(t, s.address, b.DocumentID).Len() != 2 {
		t.Error("the board has lost changes")
	}
	if status, err := postPicture(t.Context(), s.address, b); err != nil || status != http.StatusCreated {
		t.Errorf("bring the picture again: %d, %v", status, err)
	}
}

func postPicture(ctx context.Context, address string, b board) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, "POST", "http://"+address+"/api/boards/"+b.ID+"/attachments", strings.NewReader(drawn("png")))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+b.secret("owner"))
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

func postBoard(ctx context.Context, address string) (b board, err error) {
	return postMade(ctx, "http://"+address+"/api/boards", "")
}

func postFork(ctx context.Context, address string, b board) (fork board, err error) {
	return postMade(ctx, "http://"+address+"/api/boards/"+b.ID+"/forks", b.secret("owner"))
}

func postMade(ctx context.Context, url, secret string) (b board, err error) {
	r, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(`{"title": "Moving house"}`))
	if err != nil {
		return b, err
	}
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return b, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return b, fmt.Errorf("status %d", res.StatusCode)
	}
	return b, json.NewDecoder(res.Body).Decode(&b)
}

// migrating starts with nothing: what was begun is completed or begun anew.
func migrating(t *testing.T, s *site) {
	// A test of its own, so that its database is dropped before the next one is made.
	t.Run("fresh", func(t *testing.T) { migrateFresh(t, s) })
}

func migrateFresh(t *testing.T, s *site) {
	fresh := newSite(t, s.command[0], databaseOf(t, s.store))
	fresh.env = s.env
	p := die(t, fresh, nil)
	defer p.kill()
	e := newEditor(t, "first", docid.New().String())
	end := together(t, fresh.address, []*editor{e})
	defer end()
	poll(t, "a change is acknowledged", func() bool { _, acked := e.progress(); return acked > 0 })
}

// withStore opens a site's store beside a server, or without one where it is
// for one process.
func (s *site) withStore(do func(store.Store) error) {
	s.t.Helper()
	var st store.Store
	var err error
	if s.store == "postgres" {
		st, err = postgres.Open(s.t.Context(), s.args[1])
	} else {
		st, err = sqlite.Open(s.t.Context(), s.args[1])
	}
	if err == nil {
		err = do(st)
		if closed := st.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// history is a log of n changes of one person, as the store keeps it: something
// small gets other coordinates each time.
func history(doc docid.ID, n int) []store.Entry {
	log := make([]store.Entry, n)
	var deps []crdt.Hash
	random := rand.New(rand.NewPCG(1, 2))
	for i := range log {
		chunk := server.MakeSet(crdt.Actor("author"), uint64(i+1), uint64(i+1), deps, uint64(i), 7, binary.BigEndian.AppendUint64(nil, random.Uint64()))
		c, err := crdt.ParseChange(chunk, crdt.DefaultLimits())
		if err != nil {
			panic(err)
		}
		log[i] = store.Entry{Doc: doc, Hash: c.Hash, Change: chunk, At: time.Now()}
		deps = []crdt.Hash{c.Hash}
	}
	return log
}

// Every point that is in the program is one that the tests die at.
func TestFailurePointsAreAll(t *testing.T) {
	listed := map[string]bool{}
	for _, point := range failurePoints {
		listed[point.name] = true
	}
	for name, content := range readHouse(t, "..") {
		if strings.HasSuffix(name, "_test.go") || filepath.Ext(name) != ".go" {
			continue
		}
		for _, part := range strings.Split(content, `failpoint.Reach("`)[1:] {
			point, rest, _ := strings.Cut(part, `"`)
			if strings.HasPrefix(rest, ")") && !listed[point] {
				t.Errorf("%s: nothing dies at %q", name, point)
			}
		}
	}
}
