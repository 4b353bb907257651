package server

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/sqlite"
)

// damagedLog is a store in which one document's log takes no more.
type damagedLog struct {
	store.Store
	doc docid.ID
}

func (s *damagedLog) Append(ctx context.Context, entries []store.Entry) error {
	if slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Doc == s.doc }) {
		return fmt.Errorf("append: position 7 is taken: %w", store.ErrDamaged)
	}
	return s.Store.Append(ctx, entries)
}

func TestDamagedDocumentDoesNotHoldUpTheOthers(t *testing.T) {
	inner, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = inner.Close() })
	st := &damagedLog{Store: inner, doc: docid.New()}
	h := &Hub{settings: DefaultSettings(), log: zerolog.Nop(), metrics: newMetrics()}
	c := newCommitter(st, &h.settings, h.metrics, zerolog.Nop())
	chunk := makeChange("actor", 1, 1, nil, 1)
	change, err := crdt.ParseChange(chunk, h.settings.Change)
	if err != nil {
		t.Fatal(err)
	}
	rooms := map[docid.ID]*room{}
	for _, doc := range []docid.ID{docid.New(), st.doc, docid.New()} {
		rooms[doc] = newRoom(h, doc)
		c.submit(commit{room: rooms[doc], upTo: 1, entries: []store.Entry{
			{Doc: doc, Hash: change.Hash, Change: chunk, At: time.Now()},
		}})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	go c.run(ctx)
	if !c.settled(ctx) {
		t.Fatal("still storing")
	}
	for doc, r := range rooms {
		failed, stored := r.failure != nil, r.durable == 1
		if damaged := doc == st.doc; failed != damaged || stored == damaged {
			t.Errorf("damaged: %t, room failed: %t, stored: %t", damaged, failed, stored)
		}
		if _, err := inner.Load(ctx, doc); (err == nil) != stored {
			t.Errorf("stored: %t, load: %v", stored, err)
		}
	}
}

// countedStore only counts what it is given.
type countedStore struct {
	store.Store
	commits, entries atomic.Int64
}

func (s *countedStore) Append(_ context.Context, entries []store.Entry) error {
	s.commits.Add(1)
	s.entries.Add(int64(len(entries)))
	return nil
}

// Whoever is alone is stored at once; a steady stream takes few transactions.
func TestCommitsKeepAPaceUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &countedStore{}
		h := &Hub{settings: DefaultSettings(), log: zerolog.Nop(), metrics: newMetrics()}
		h.settings.Commits = Rate{PerSecond: 10, Burst: 2}
		c := newCommitter(st, &h.settings, h.metrics, zerolog.Nop())
		r := newRoom(h, docid.New())
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { c.run(ctx) })
		submit := func() { c.submit(commit{room: r, entries: make([]store.Entry, 1), upTo: 1}) }

		submit()
		time.Sleep(h.settings.CommitGather)
		synctest.Wait()
		if st.entries.Load() != 1 {
			t.Error("the first has to wait")
		}
		const changes = 1000
		for range changes {
			submit()
			time.Sleep(time.Millisecond)
		}
		if !c.settled(ctx) || st.entries.Load() != 1+changes {
			t.Errorf("%d of %d stored", st.entries.Load(), 1+changes)
		}
		if n := st.commits.Load(); n < 9 || n > 15 { // where much gathers it is not to wait longer
			t.Errorf("%d transactions in a second, for 10 wanted", n)
		}
		time.Sleep(time.Second)
		before := st.commits.Load()
		for range 100 {
			submit()
			time.Sleep(20 * time.Millisecond)
		}
		if n := st.commits.Load() - before; !c.settled(ctx) || n > 13 {
			t.Errorf("%d transactions in two seconds with little in each, for 5 a second wanted", n)
		}
		cancel()
		running.Wait()
	})
}
