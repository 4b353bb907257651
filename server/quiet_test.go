package server_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server"
	"openmic/server/docid"
)

// puts notes of which documents snapshots are stored, in order, and how many at once.
type puts struct {
	mu             sync.Mutex
	docs           []string
	at, mostAtOnce int
}

func (p *puts) of(n *node, before func(ctx context.Context, doc string)) {
	n.store.set(func(s *faultyStore) {
		s.onPut = func(ctx context.Context, doc docid.ID) error {
			p.mu.Lock()
			p.docs = append(p.docs, doc.String())
			p.at++
			p.mostAtOnce = max(p.mostAtOnce, p.at)
			p.mu.Unlock()
			before(ctx, doc.String())
			p.mu.Lock()
			p.at--
			p.mu.Unlock()
			return nil
		}
	})
}

func (p *puts) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.docs)
}

// drawn is a document that somebody has made so many changes of.
func (n *node) drawn(name string, changes int) (doc string, by *participant) {
	n.t.Helper()
	doc = docid.New().String()
	by = &participant{client: n.connect(name, ""), Replica: server.NewReplica(n.t, name, false), doc: doc}
	by.draws(changes)
	return doc, by
}

// draws brings so many changes, each stored before the next.
func (p *participant) draws(changes int) {
	p.t.Helper()
	for range changes {
		p.untilSaved(p.Edit())
	}
}

func TestQuietBoardIsCompactedOnce(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: func(s *server.Settings) { s.CompactQuiet, s.QuietChanges = time.Hour, 20 }})
	var stored puts
	stored.of(n, func(context.Context, string) {})
	doc, a := n.drawn("author", 25)
	n.stop() // while people are at it
	if len(stored.all()) > 0 {
		t.Fatal("a snapshot of a board that was not quiet")
	}

	n = startNode(t, nodeOption{dir: dir, settings: func(s *server.Settings) { s.CompactQuiet, s.QuietChanges = time.Millisecond, 20 }})
	stored.of(n, func(context.Context, string) {})
	reader := n.participant("reader", "", doc) // to open it is enough
	reader.until("everything", func() bool { return reader.Len() == 25 })
	poll(t, "a snapshot", func() bool { return n.stored(doc).Snapshot != nil })
	a.again(n, "")
	a.draws(19)
	beside, _ := n.drawn("beside", 20)
	// Were the first one worth another, it would have been in line before this one.
	poll(t, "a snapshot of the board beside it", func() bool { return n.stored(beside).Snapshot != nil })
	if got := stored.all(); !slices.Equal(got, []string{doc, beside}) {
		t.Errorf("snapshots of %v, want one each of %s and %s", got, doc, beside)
	}
	a.draws(1)
	poll(t, "the next snapshot", func() bool { return n.stored(doc).Snapshot.Length == 45 })
	if s := n.stored(doc); len(s.Tail) != 0 || len(s.Damage) != 0 {
		t.Errorf("%d changes after the snapshot, damage %v", len(s.Tail), s.Damage)
	}
}

// Many boards are quiet together: they are compacted one after the other. What is
// drawn meanwhile is not lost, and who draws much does not wait for those in line.
func TestQuietBoardsAreCompactedOneByOne(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.CompactQuiet, s.QuietChanges, s.CompactChanges = time.Millisecond, 20, 40
		s.Commits = server.Rate{PerSecond: 1000, Burst: 1000}
	}})
	first, release := make(chan struct{}), make(chan struct{})
	var stored puts
	var once sync.Once
	stored.of(n, func(ctx context.Context, _ string) {
		once.Do(func() { close(first) })
		select {
		case <-release:
		case <-ctx.Done():
		}
	})
	const boards = 8
	var docs []string
	var people []*participant
	for range boards {
		doc, p := n.drawn(fmt.Sprint("author ", len(docs)), 20)
		if len(docs) == 0 {
			<-first
		}
		docs, people = append(docs, doc), append(people, p)
	}
	poll(t, "all others in line", func() bool { _, quiet := server.WaitingToCompact(n.Server); return quiet == boards-1 })
	people[0].draws(5)         // while its snapshot is being stored
	people[boards-1].draws(20) // while it is in line
	poll(t, "one that is urgent", func() bool {
		urgent, quiet := server.WaitingToCompact(n.Server)
		return urgent == 1 && quiet == boards-2
	})
	close(release)
	for _, doc := range docs {
		poll(t, "its snapshot", func() bool { return n.stored(doc).Snapshot != nil })
	}
	want := slices.Concat(docs[:1], docs[boards-1:], docs[1:boards-1])
	if got := stored.all(); !slices.Equal(got, want) || stored.mostAtOnce != 1 {
		t.Errorf("snapshots in the order %v, want %v; %d at once", got, want, stored.mostAtOnce)
	}
	for i, p := range people {
		doc := n.stored(docs[i])
		if doc.Snapshot.Length+len(doc.Tail) != p.Len() {
			t.Errorf("board %d: stored %+v of %d changes", i, doc.Snapshot, p.Len())
		}
		next := n.participant(p.id+" again", "", docs[i])
		next.until("everything", func() bool { return next.Len() == p.Len() })
		if !slices.Equal(next.Heads(), p.Heads()) || !slices.ContainsFunc(next.Heads(), func(h crdt.Hash) bool { return p.Saved(h) }) {
			t.Errorf("board %d: a newcomer has heads %v, want %v", i, next.Heads(), p.Heads())
		}
	}
}

// A board that everybody leaves is compacted before it falls out of memory, however
// long it would have to be quiet with people there.
func TestBoardThatIsLeftIsCompactedBeforeItGoes(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.CompactQuiet, s.RoomGrace, s.QuietChanges = time.Hour, time.Millisecond, 20
	}})
	few, a := n.drawn("a", 19)
	a.hangUp()
	doc, b := n.drawn("b", 20)
	b.hangUp()
	poll(t, "no room", func() bool { return n.metric("openmic_rooms") == 0 })
	if s := n.stored(doc).Snapshot; s == nil || s.Length != 20 {
		t.Errorf("stored %+v", s)
	}
	if n.stored(few).Snapshot != nil {
		t.Error("a snapshot of so few changes")
	}
}
