package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"openmic/server/docid"
	"openmic/server/store"
)

// inspector is the store under test, as one that looks at damage.
func (f *fixture) inspector(t testing.TB) store.Inspector {
	t.Helper()
	i, ok := f.store.(store.Inspector)
	if !ok {
		t.Fatal("the store is no Inspector")
	}
	return i
}

// inspectLog returns the intact rows, and the positions of damage. The error
// of each must wrap ErrDamaged and name its position.
func (f *fixture) inspectLog(t testing.TB, doc docid.ID) (log []store.Entry, damage []int64) {
	t.Helper()
	err := f.inspector(t).InspectLog(t.Context(), doc, func(position int64, e store.Entry, err error) error {
		if err == nil {
			log = append(log, e)
			return nil
		}
		damage = append(damage, position)
		if !errors.Is(err, store.ErrDamaged) || len(e.Change) > 0 {
			t.Errorf("position %d: %v with a change of %d bytes, not an empty one and ErrDamaged", position, err, len(e.Change))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return log, damage
}

func (f *fixture) documents(t testing.TB) (ids []docid.ID) {
	t.Helper()
	err := f.inspector(t).Documents(t.Context(), func(doc docid.ID, err error) error {
		ids = append(ids, doc)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func inspectWhole(t *testing.T, f *fixture) {
	if ids := f.documents(t); ids != nil {
		t.Errorf("an empty database has documents %v", ids)
	}
	doc, board := docid.New(), docid.New()
	log := entries(doc, 1, 5)
	f.append(t, log...)
	f.putSnapshot(t, doc, snapshot(log[:2], "older"))
	f.putSnapshot(t, doc, snapshot(log[:4], "newer"))
	f.board(t, "a", board)
	if err := f.inspector(t).CheckDatabase(t.Context()); err != nil {
		t.Error(err)
	}
	want := []docid.ID{doc, board}
	slices.SortFunc(want, func(a, b docid.ID) int { return bytes.Compare(a[:], b[:]) })
	if ids := f.documents(t); !slices.Equal(ids, want) {
		t.Errorf("documents %v, not %v", ids, want)
	}
	got, damage := f.inspectLog(t, doc)
	if !slices.EqualFunc(got, log, equalEntries) || damage != nil {
		t.Errorf("%d of %d rows, and damage at %v", len(got), len(log), damage)
	}
	var texts []string
	err := f.inspector(t).InspectSnapshots(t.Context(), doc, func(s store.Snapshot, err error) error {
		texts = append(texts, fmt.Sprintf("%d %s %s %d", s.Length, s.Chunk, s.Graph, len(s.Heads)))
		return err
	})
	if err != nil || !slices.Equal(texts, []string{"4 chunk newer graph newer 2", "2 chunk older graph older 2"}) {
		t.Errorf("snapshots %q, %v", texts, err)
	}
	if boards := f.boardsAndDamage(t); !slices.Equal(boards, []string{"a sound"}) {
		t.Errorf("boards %q", boards)
	}
	if got, damage := f.inspectLog(t, docid.New()); got != nil || damage != nil {
		t.Errorf("a document that is not there has %d rows and damage at %v", len(got), damage)
	}
}

// board creates a board of one change.
func (f *fixture) board(t testing.TB, id string, doc docid.ID) {
	t.Helper()
	b := store.Board{ID: id, Doc: doc, Title: "A board", Created: start}
	if err := f.store.CreateBoard(t.Context(), b, nil, entries(doc, 7, 1)); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) boardsAndDamage(t testing.TB) (boards []string) {
	t.Helper()
	err := f.inspector(t).InspectBoards(t.Context(), func(b store.Board, err error) error {
		switch {
		case err == nil && b.Title == "A board" && b.Created.Equal(start.Truncate(1e6)):
			boards = append(boards, b.ID+" sound")
		case errors.Is(err, store.ErrDamaged):
			boards = append(boards, b.ID+" damaged")
		default:
			t.Errorf("board %+v: %v", b, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return boards
}

func inspectDamagedLog(t *testing.T, f *fixture) {
	for name, c := range map[string]struct {
		statement string
		rows      int64
		damage    []int64
		intact    []int // which entries of the log
	}{
		"another change": {`UPDATE changes SET change = hash WHERE doc = $1 AND position = 2`, 1, []int64{2}, []int{0, 1, 3, 4, 5}},
		"another sum":    {`UPDATE changes SET sum = 1 - sum WHERE doc = $1 AND position IN (0, 5)`, 2, []int64{0, 5}, []int{1, 2, 3, 4}},
		"a gap":          {`DELETE FROM changes WHERE doc = $1 AND position IN (1, 2, 4)`, 3, []int64{1, 4}, []int{0, 3, 5}},
		"a missing head": {`DELETE FROM changes WHERE doc = $1 AND position < 2`, 2, []int64{0}, []int{2, 3, 4, 5}},
		"a missing end":  {`DELETE FROM changes WHERE doc = $1 AND position > 2`, 3, []int64{3}, []int{0, 1, 2}},
		"a missing log":  {`DELETE FROM changes WHERE doc = $1`, 6, []int64{0}, nil},
		"a moved row":    {`UPDATE changes SET position = 9 WHERE doc = $1 AND position = 5`, 1, []int64{5, 6}, []int{0, 1, 2, 3, 4, 5}},
		"no document":    {`DELETE FROM documents WHERE id = $1`, 1, []int64{0}, []int{0, 1, 2, 3, 4, 5}},
		"a short length": {`UPDATE documents SET length = 4 WHERE id = $1`, 1, []int64{4}, []int{0, 1, 2, 3, 4, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			doc, bystander := docid.New(), docid.New()
			log := entries(doc, 1, 6)
			f.append(t, log...)
			f.append(t, entries(bystander, 1, 6)...)
			f.exec(t, c.rows, c.statement, doc[:])
			if !slices.Contains(f.documents(t), doc) {
				t.Error("the document is not listed")
			}
			got, damage := f.inspectLog(t, doc)
			if !slices.Equal(damage, c.damage) {
				t.Errorf("damage at %v, not %v", damage, c.damage)
			}
			var want []store.Entry
			for _, i := range c.intact {
				want = append(want, log[i])
			}
			if !slices.EqualFunc(got, want, equalEntries) {
				t.Errorf("%d intact rows, not these: %v", len(got), c.intact)
			}
			if got, damage := f.inspectLog(t, bystander); len(got) != 6 || damage != nil {
				t.Errorf("another document has %d rows and damage at %v", len(got), damage)
			}
		})
	}
}

func inspectDamagedSnapshots(t *testing.T, f *fixture) {
	doc := docid.New()
	log := entries(doc, 1, 9)
	f.append(t, log...)
	inspect := func(t *testing.T) (found []string) {
		err := f.inspector(t).InspectSnapshots(t.Context(), doc, func(s store.Snapshot, err error) error {
			if err != nil && !errors.Is(err, store.ErrDamaged) {
				t.Error(err)
			}
			found = append(found, fmt.Sprint(s.Length, err == nil))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	put := func() {
		f.putSnapshot(t, doc, snapshot(log[:3], "older"))
		f.putSnapshot(t, doc, snapshot(log[:6], "newer"))
	}
	for _, column := range []string{"heads", "chunk", "graph", "sha256"} {
		put()
		f.exec(t, 1, `UPDATE snapshots SET `+column+` = $1 WHERE doc = $2 AND length = 6`, []byte("bad"), doc[:])
		if got := inspect(t); !slices.Equal(got, []string{"6 false", "3 true"}) {
			t.Errorf("%s: %q", column, got)
		}
	}
	put()
	f.exec(t, 1, `UPDATE documents SET length = 5 WHERE id = $1`, doc[:])
	if got := inspect(t); !slices.Equal(got, []string{"6 false", "3 true"}) {
		t.Errorf("beyond the log: %q", got)
	}
}

func inspectStrays(t *testing.T, f *fixture) {
	sound, emptied := docid.New(), docid.New()
	f.board(t, "sound", sound)
	f.board(t, "emptied", emptied)
	f.exec(t, 1, `DELETE FROM changes WHERE doc = $1`, emptied[:])
	f.exec(t, 1, `DELETE FROM documents WHERE id = $1`, emptied[:])
	if got := f.boardsAndDamage(t); !slices.Equal(got, []string{"emptied damaged", "sound sound"}) {
		t.Errorf("boards %q", got)
	}
	if ids := f.documents(t); len(ids) != 2 {
		t.Errorf("documents %v: the board's is not among them", ids)
	}
	f.exec(t, 1, `INSERT INTO changes (doc, position, hash, change, at, sum)
		SELECT $1, position, hash, change, at, sum FROM changes WHERE doc = $2`, []byte("short"), sound[:])
	damage := 0
	err := f.inspector(t).Documents(t.Context(), func(_ docid.ID, err error) error {
		if errors.Is(err, store.ErrDamaged) {
			damage++
			return nil
		}
		return err
	})
	if err != nil || damage != 1 {
		t.Errorf("%d rows of no document, %v", damage, err)
	}
}

func inspectionEnds(t *testing.T, f *fixture) {
	doc := docid.New()
	log := entries(doc, 1, 3)
	f.append(t, log...)
	f.putSnapshot(t, doc, snapshot(log[:2], "a"))
	f.board(t, "a", docid.New())
	f.board(t, "b", docid.New())
	f.put(t, "a", "x")
	f.put(t, "b", "x")
	enough := errors.New("enough")
	ctx, cancel := context.WithCancel(t.Context())
	inspections := map[string]func(context.Context, store.Inspector, *int) error{
		"Documents": func(ctx context.Context, i store.Inspector, n *int) error {
			return i.Documents(ctx, func(docid.ID, error) error { *n++; return enough })
		},
		"InspectLog": func(ctx context.Context, i store.Inspector, n *int) error {
			return i.InspectLog(ctx, doc, func(int64, store.Entry, error) error { *n++; return enough })
		},
		"InspectSnapshots": func(ctx context.Context, i store.Inspector, n *int) error {
			return i.InspectSnapshots(ctx, doc, func(store.Snapshot, error) error { *n++; return enough })
		},
		"InspectBoards": func(ctx context.Context, i store.Inspector, n *int) error {
			return i.InspectBoards(ctx, func(store.Board, error) error { *n++; return enough })
		},
		"InspectAttachments": func(ctx context.Context, i store.Inspector, n *int) error {
			return i.InspectAttachments(ctx, func(string, store.AttachmentID, error) error { *n++; return enough })
		},
	}
	for name, inspect := range inspections {
		n := 0
		if err := inspect(t.Context(), f.inspector(t), &n); err != enough || n != 1 {
			t.Errorf("%s: %v after %d visits, not the visitor's own error after one", name, err, n)
		}
	}
	cancel()
	for name, inspect := range inspections {
		if err := inspect(ctx, f.inspector(t), new(int)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, not context.Canceled", name, err)
		}
	}
	if err := f.inspector(t).CheckDatabase(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrDamaged) {
		t.Errorf("CheckDatabase: %v, not context.Canceled", err)
	}
	// A visitor that ends it leaves no connection behind.
	f.append(t, entries(doc, 1, 4)...)
}
