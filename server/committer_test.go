package server

import (
	"context"
	"fmt"
	"slices"
	"testing"
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
