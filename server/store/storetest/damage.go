package storetest

import (
	"errors"
	"slices"
	"testing"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

// damageBytes are ways in which bytes go bad.
var damageBytes = map[string]func([]byte) []byte{
	"a flipped bit": func(b []byte) []byte { b[len(b)/2] ^= 0x10; return b },
	"a cut":         func(b []byte) []byte { return b[:len(b)-1] },
	"an addition":   func(b []byte) []byte { return append(b, 0) },
	"zeros":         func(b []byte) []byte { return make([]byte, len(b)) },
	"emptiness":     func([]byte) []byte { return []byte{} },
}

func damagedSnapshots(t *testing.T, f *fixture) {
	doc, other := docid.New(), docid.New()
	log := entries(doc, 1, 9)
	f.append(t, log...)
	f.append(t, entries(other, 2, 9)...)
	older, newer := snapshot(log[:3], "older"), snapshot(log[:6], "newer")
	put := func(t *testing.T) {
		f.putSnapshot(t, doc, older)
		f.putSnapshot(t, doc, newer)
	}
	// wantFallback expects the document to be whole, by the older snapshot.
	wantFallback := func(t *testing.T) {
		t.Helper()
		d := f.wantTail(t, doc, log[3:])
		if len(d.Damage) != 1 || !errors.Is(d.Damage[0], store.ErrDamaged) {
			t.Errorf("damage is %v, not one ErrDamaged", d.Damage)
		}
		d.Damage = nil
		wantSnapshot(t, d, older)
	}
	for _, column := range []string{"heads", "chunk", "graph", "operations", "sha256"} {
		for name, damage := range damageBytes {
			t.Run(name+" in "+column, func(t *testing.T) {
				put(t)
				var b []byte
				err := f.db.QueryRow(`SELECT `+column+` FROM snapshots WHERE doc = $1 AND length = 6`, doc[:]).Scan(&b)
				if err != nil {
					t.Fatal(err)
				}
				f.exec(t, 1, `UPDATE snapshots SET `+column+` = $1 WHERE doc = $2 AND length = 6`, damage(b), doc[:])
				wantFallback(t)
			})
		}
	}
	t.Run("a byte moved between columns", func(t *testing.T) {
		put(t)
		f.exec(t, 1, `UPDATE snapshots SET chunk = $1, graph = $2 WHERE doc = $3 AND length = 6`,
			append(newer.Chunk[:len(newer.Chunk):len(newer.Chunk)], newer.Graph[0]), newer.Graph[1:], doc[:])
		wantFallback(t)
	})
	t.Run("another length", func(t *testing.T) {
		put(t)
		f.exec(t, 1, `UPDATE snapshots SET length = 7 WHERE doc = $1 AND length = 6`, doc[:])
		wantFallback(t)
		f.exec(t, 1, `DELETE FROM snapshots WHERE doc = $1 AND length = 7`, doc[:])
	})
	t.Run("another document's", func(t *testing.T) {
		put(t)
		f.putSnapshot(t, other, snapshot(log[:6], "other"))
		f.exec(t, 1, `DELETE FROM snapshots WHERE doc = $1 AND length = 6`, doc[:])
		f.exec(t, 1, `UPDATE snapshots SET doc = $1 WHERE doc = $2`, doc[:], other[:])
		wantFallback(t)
		f.wantTail(t, other, entries(other, 2, 9))
	})
	t.Run("more changes than the log has", func(t *testing.T) {
		put(t)
		f.exec(t, 5, `DELETE FROM changes WHERE doc = $1 AND position >= 4`, doc[:])
		f.exec(t, 1, `UPDATE documents SET length = 4 WHERE id = $1`, doc[:])
		d := f.wantTail(t, doc, log[3:4])
		if len(d.Damage) != 1 || d.Snapshot == nil || d.Snapshot.Length != older.Length {
			t.Errorf("snapshot %v and damage %v, not the older one and one error", d.Snapshot, d.Damage)
		}
		f.append(t, log...)
	})
	t.Run("both", func(t *testing.T) {
		put(t)
		f.exec(t, 2, `UPDATE snapshots SET graph = $1 WHERE doc = $2`, []byte("gone"), doc[:])
		d := f.wantTail(t, doc, log)
		if d.Snapshot != nil || len(d.Damage) != 2 {
			t.Errorf("snapshot %v and damage %v, not the whole log and two errors", d.Snapshot, d.Damage)
		}
	})
	t.Run("put again", func(t *testing.T) {
		put(t)
		wantSnapshot(t, f.wantTail(t, doc, log[6:]), newer)
	})
}

func damagedRows(t *testing.T, f *fixture) {
	type damage struct {
		name string
		do   func(t *testing.T, doc, other docid.ID, log []store.Entry)
		left []int // what is intact, when that is not everything but the third
	}
	first, last, all := []int{1, 2, 3, 4, 5}, []int{0, 1, 2, 3}, []int{0, 1, 2, 3, 4, 5}
	damages := []damage{
		{"another time", func(t *testing.T, doc, _ docid.ID, _ []store.Entry) {
			f.exec(t, 1, `UPDATE changes SET at = (SELECT at FROM changes WHERE doc = $1 AND position = 3)
				WHERE doc = $1 AND position = 2`, doc[:])
		}, nil},
		{"another sum", func(t *testing.T, doc, _ docid.ID, _ []store.Entry) {
			f.exec(t, 1, `UPDATE changes SET sum = -sum WHERE doc = $1 AND position = 2`, doc[:])
		}, nil},
		{"another hash", func(t *testing.T, doc, _ docid.ID, _ []store.Entry) {
			f.exec(t, 1, `UPDATE changes SET hash = $1 WHERE doc = $2 AND position = 2`, make([]byte, 32), doc[:])
		}, nil},
		{"a missing row", func(t *testing.T, doc, _ docid.ID, _ []store.Entry) {
			f.exec(t, 1, `DELETE FROM changes WHERE doc = $1 AND position = 2`, doc[:])
		}, nil},
		{"a missing first row", func(t *testing.T, doc, _ docid.ID, _ []store.Entry) {
			f.exec(t, 1, `DELETE FROM changes WHERE doc = $1 AND position = 0`, doc[:])
		}, first},
		{"a moved row", func(t *testing.T, doc, _ docid.ID, _ []store.Entry) {
			f.exec(t, 1, `UPDATE changes SET position = 9 WHERE doc = $1 AND position = 5`, doc[:])
		}, all},
		{"a missing end", func(t *testing.T, doc, _ docid.ID, _ []store.Entry) {
			f.exec(t, 2, `DELETE FROM changes WHERE doc = $1 AND position >= 4`, doc[:])
		}, last},
		{"a missing log", func(t *testing.T, doc, _ docid.ID, log []store.Entry) {
			f.exec(t, int64(len(log)), `DELETE FROM changes WHERE doc = $1`, doc[:])
		}, []int{}},
		{"a missing document", func(t *testing.T, doc, _ docid.ID, _ []store.Entry) {
			f.exec(t, 1, `DELETE FROM documents WHERE id = $1`, doc[:])
		}, all},
		{"a row of another document", func(t *testing.T, doc, other docid.ID, _ []store.Entry) {
			f.exec(t, 1, `DELETE FROM changes WHERE doc = $1 AND position = 2`, doc[:])
			f.exec(t, 1, `UPDATE changes SET doc = $1 WHERE doc = $2 AND position = 2`, doc[:], other[:])
		}, nil},
	}
	for name, do := range damageBytes {
		damages = append(damages, damage{name, func(t *testing.T, doc, _ docid.ID, log []store.Entry) {
			f.exec(t, 1, `UPDATE changes SET change = $1 WHERE doc = $2 AND position = 2`,
				do(slices.Clone(log[2].Change)), doc[:])
		}, nil})
	}
	for i, damage := range damages {
		t.Run(damage.name, func(t *testing.T) {
			doc, other, bystander := docid.New(), docid.New(), docid.New()
			log := entries(doc, uint64(i), 6)
			f.append(t, log...)
			f.append(t, entries(other, uint64(1000+i), 6)...)
			f.append(t, entries(bystander, uint64(i), 6)...)
			damage.do(t, doc, other, log)
			left := damage.left
			if left == nil {
				left = []int{0, 1, 3, 4, 5}
			}
			f.wantLeft(t, doc, log, left)
			f.wantTail(t, bystander, entries(bystander, uint64(i), 6))
		})
	}
}

// wantLeft expects some of a log to be there, and to be told that others are lost.
func (f *fixture) wantLeft(t *testing.T, doc docid.ID, log []store.Entry, left []int) {
	t.Helper()
	d, err := f.store.Load(t.Context(), doc)
	if len(left) == 0 {
		if !errors.Is(err, store.ErrDamaged) || d != nil {
			t.Errorf("load: %v, %v, not ErrDamaged", d, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Lost) == 0 || !errors.Is(errors.Join(d.Lost...), store.ErrDamaged) {
		t.Errorf("lost is %v, not an ErrDamaged", d.Lost)
	}
	var hashes, want []crdt.Hash
	for _, e := range d.Tail {
		hashes = append(hashes, e.Hash)
	}
	for _, i := range left {
		want = append(want, log[i].Hash)
	}
	if !slices.Equal(hashes, want) {
		t.Errorf("%d changes are left, not %v", len(hashes), left)
	}
}

func damageBeforeSnapshot(t *testing.T, f *fixture) {
	ctx, doc := t.Context(), docid.New()
	log := entries(doc, 1, 6)
	f.append(t, log...)
	f.putSnapshot(t, doc, snapshot(log[:4], "of four"))
	f.exec(t, 1, `UPDATE changes SET change = $1 WHERE doc = $2 AND position = 1`, []byte("bad"), doc[:])
	wantSnapshot(t, f.wantTail(t, doc, log[4:]), snapshot(log[:4], "of four"))

	hashes := []crdt.Hash{log[0].Hash, log[1].Hash}
	if _, err := f.store.Changes(ctx, doc, hashes[:1]); err != nil {
		t.Errorf("a sound change: %v", err)
	}
	if _, err := f.store.Changes(ctx, doc, hashes); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a damaged change: %v, not ErrDamaged", err)
	}

	// Without a sound snapshot the log has to be, and the error tells of both.
	f.exec(t, 1, `UPDATE snapshots SET chunk = $1 WHERE doc = $2`, []byte("bad"), doc[:])
	f.wantLeft(t, doc, log, []int{0, 2, 3, 4, 5})
}

// positionTaken appends to a document whose row says less than its log has.
func positionTaken(t *testing.T, f *fixture) {
	ctx, doc, other := t.Context(), docid.New(), docid.New()
	log := entries(doc, 1, 6)
	f.append(t, log[:4]...)
	f.exec(t, 1, `UPDATE documents SET length = 3 WHERE id = $1`, doc[:])
	batch := append(entries(other, 2, 2), log[4:]...)
	if err := f.store.Append(ctx, batch); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("append: %v, not ErrDamaged", err)
	}
	if _, err := f.store.Load(ctx, other); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("half of the batch was stored: %v", err)
	}
	f.exec(t, 1, `UPDATE documents SET length = 4 WHERE id = $1`, doc[:])
	f.append(t, batch...)
	f.wantTail(t, doc, log)
	if n := f.count(t, `SELECT count(*) FROM changes`); n != 8 {
		t.Errorf("%d rows, not 8", n)
	}
}
