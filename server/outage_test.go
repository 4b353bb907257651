package server_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/coder/websocket"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/postgres/pgtest"
)

var (
	crashes = flag.Int("crashes", 10, "how often TestPostgresCrash crashes the database")
	outage  = flag.Duration("outage", 3*time.Second, "how long the database of TestPostgresOutage is away")
)

// ownPostgres is a server that a test may stop, and a database in it.
func ownPostgres(t *testing.T) (pg *pgtest.Server, url string) {
	t.Helper()
	pg, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Close() })
	if errors.Is(pg.Thaw(), pgtest.ErrNotOurs) {
		t.Skip(pgtest.ErrNotOurs)
	}
	if url, _, err = pg.Create(); err != nil { // it goes with its server
		t.Fatal(err)
	}
	return pg, url
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// document is what the store itself has of a board; nil if there is nothing.
func (s *site) document(doc string) (d *store.Document) {
	s.t.Helper()
	s.withStore(func(st store.Store) error {
		id, err := docid.Parse(doc)
		if err != nil {
			return err
		}
		d, err = st.Load(s.t.Context(), id)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return d
}

// stored are the changes that the store itself has of a board.
func (s *site) stored(doc string) (has func(crdt.Hash) bool) {
	s.t.Helper()
	changes := map[crdt.Hash]bool{}
	has = func(h crdt.Hash) bool { return changes[h] }
	d := s.document(doc)
	if d == nil {
		return has
	}
	if d.Snapshot != nil {
		graph, err := crdt.UnmarshalGraph(d.Snapshot.Graph)
		if err != nil {
			s.t.Fatal(err)
		}
		for i := range graph.Len() {
			changes[graph.Hash(i)] = true
		}
	}
	for _, e := range d.Tail {
		if changes[e.Hash] {
			s.t.Errorf("%s is stored twice", e.Hash)
		}
		changes[e.Hash] = true
	}
	return has
}

// A watch is how many changes the editors had made, and which of these were
// acknowledged, at one moment.
type watch []struct {
	*editor
	made  int
	acked []crdt.Hash
}

func watchAll(all []*editor) watch {
	w := make(watch, len(all))
	for i, e := range all {
		e.mu.Lock()
		w[i].editor, w[i].made, w[i].acked = e, len(e.made), e.made[:e.acked]
		e.mu.Unlock()
	}
	return w
}

// acknowledged is how many changes were acknowledged that were made after the watch began.
func (w watch) acknowledged() (n int) {
	for _, e := range w {
		_, acked := e.progress()
		n += max(0, acked-e.made)
	}
	return n
}

func (w watch) wantSilence(t *testing.T) {
	t.Helper()
	if n := w.acknowledged(); n > 0 {
		t.Errorf("%d changes acknowledged while the database was away", n)
	}
}

// untilBack waits until something that was made after the watch began is acknowledged.
func (w watch) untilBack(t *testing.T) {
	t.Helper()
	for _, e := range w {
		poll(t, "changes of "+e.name+" are acknowledged again", func() bool {
			_, acked := e.progress()
			return acked > e.made
		})
	}
}

func TestPostgresCrash(t *testing.T) {
	pg, url := ownPostgres(t)
	c := &campaign{t: t, site: newSite(t, programOf(t, ordinary), url)}
	var slowest time.Duration
	done := 0
	for done < *crashes {
		c.begin()
		all := c.seasons[len(c.seasons)-1]
		p := c.start()
		end := together(t, c.site.address, all)
		for range min(season, *crashes-done) {
			time.Sleep(50*time.Millisecond + rand.N(300*time.Millisecond))
			noError(t, pg.Crash())
			away := watchAll(all)
			time.Sleep(rand.N(150 * time.Millisecond))
			away.wantSilence(t)
			away = watchAll(all)
			noError(t, pg.Restart())
			back := time.Now()
			c.wantStored(away)
			away.untilBack(t)
			slowest = max(slowest, time.Since(back))
			done++
		}
		settle(t, all)
		p.kill()
		end()
		c.start().kill()
	}
	t.Logf("%d crashes, %d acknowledged, %d lost, slowest to acknowledge again %d ms",
		done, c.acked(), c.lost, slowest.Milliseconds())
	if c.lost > 0 || c.again > 0 || c.acked() == 0 {
		t.Errorf("of %d acknowledged changes %d were lost; %d were not there in the end", c.acked(), c.lost, c.again)
	}
}

func TestPostgresOutage(t *testing.T) {
	for name, fault := range map[string]struct{ begin, end func(*pgtest.Server) error }{
		"stopped": {(*pgtest.Server).Crash, (*pgtest.Server).Restart},
		"frozen":  {(*pgtest.Server).Freeze, (*pgtest.Server).Thaw},
	} {
		t.Run(name, func(t *testing.T) {
			pg, url := ownPostgres(t)
			c := &campaign{t: t, site: newSite(t, programOf(t, ordinary), url)}
			p := c.site.start()
			c.begin()
			all := c.seasons[0]
			end := together(t, c.site.address, all)
			watchAll(all).untilBack(t)
			flood := flooder(t, c.site.address)
			idle, _ := p.memory()

			noError(t, fault.begin(pg))
			t.Cleanup(func() { _ = pg.Thaw() })
			away := watchAll(all)
			turnedAway := flood()
			for began := time.Now(); time.Since(began) < *outage; time.Sleep(pace) {
				seeEachOther(t, all)
				away.wantSilence(t)
			}
			_, most := p.memory()
			noError(t, fault.end(pg))
			back := time.Now()
			away.untilBack(t)
			returned := time.Since(back)

			settle(t, all)
			p.kill()
			end()
			c.start().kill()
			t.Logf("%s for %s: %d acknowledged, %d MiB of memory before and %d at most, acknowledged again after %d ms",
				name, *outage, c.acked(), idle>>20, most>>20, returned.Milliseconds())
			if c.again > 0 || c.lost > 0 {
				t.Errorf("%d changes are not there in the end", c.again+c.lost)
			}
			if websocket.CloseStatus(turnedAway) != websocket.StatusTryAgainLater {
				t.Errorf("who sends without end is told: %v", turnedAway)
			}
			if limit := 4 * int64(server.DefaultSettings().UnstoredBytes); most-idle > limit {
				t.Errorf("memory grew by %d MiB", (most-idle)>>20)
			}
		})
	}
}

// A server that acknowledges what it has not stored is found out.
func TestPostgresOutageFindsWhatIsWrong(t *testing.T) {
	pg, url := ownPostgres(t)
	s := newSite(t, programOf(t, withFailures), url)
	s.start("OPENMIC_WRONG=store later")
	all := gather(t, 2, []string{docid.New().String()})
	end := together(t, s.address, all)
	defer end()
	watchAll(all).untilBack(t)
	noError(t, pg.Crash())
	away := watchAll(all)
	poll(t, "something is acknowledged without a database", func() bool { return away.acknowledged() > 0 })
}

// seeEachOther waits until everybody has what everybody of the same board has made.
func seeEachOther(t *testing.T, all []*editor) {
	t.Helper()
	for _, e := range all {
		e.mu.Lock()
		newest := e.made[len(e.made)-1]
		e.mu.Unlock()
		for _, reader := range all {
			if reader.doc == e.doc {
				poll(t, reader.name+" sees a change of "+e.name, func() bool { return reader.has(newest) })
			}
		}
	}
}

// flooder joins a board of its own with a first change. The function that it
// returns sends much more than may wait for the store, and gives the end of the session.
func flooder(t *testing.T, address string) func() error {
	t.Helper()
	doc := docid.New().String()
	c, err := join(t.Context(), address, "flooder")
	noError(t, err)
	t.Cleanup(c.close)
	r := server.NewReplica(t, "flooder", false)
	first := r.Edit()
	for !r.Saved(first) {
		noError(t, c.speak(t.Context(), r, doc))
		m, err := c.read(t.Context())
		noError(t, err)
		r.Receive(m.Data)
	}
	return func() error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		const each = 512 << 10
		go func() {
			for n := 0; n < 2*server.DefaultSettings().UnstoredBytes; n += each {
				h := r.EditBytes(each)
				m := crdt.SyncMessage{Version: 1, Heads: []crdt.Hash{h}, Have: []crdt.Have{{}}, Changes: [][]byte{r.Chunk(h)}}
				if c.write(ctx, object{"type": "sync", "senderId": c.id, "targetId": c.server, "documentId": doc, "data": m.Append(nil)}) != nil {
					return
				}
			}
		}()
		for {
			if _, err := c.read(ctx); err != nil {
				return err
			}
		}
	}
}
