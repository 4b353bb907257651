package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/internal/failpoint"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// hashesPerQuery is how many changes one query of Changes asks for.
const hashesPerQuery = 500

// Append implements store.Store.
func (s *Store) Append(ctx context.Context, entries []store.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		err := appendEntries(ctx, tx, entries)
		failpoint.Reach("sqlite.append.commit")
		return err
	})
	if err != nil {
		return fmt.Errorf("append %d changes: %w", len(entries), damaged(err))
	}
	failpoint.Reach("sqlite.append.committed")
	return nil
}

// appendEntries adds what is new of the entries at the ends of their logs.
func appendEntries(ctx context.Context, tx *sql.Tx, entries []store.Entry) error {
	type end struct {
		stored int64
		length int64 // with what is added now
	}
	// A statement is not interrupted: the caller's context is asked between entries.
	background := context.WithoutCancel(ctx)
	ends := make(map[docid.ID]*end)
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		log := ends[e.Doc]
		if log == nil {
			log = &end{}
			err := tx.QueryRowContext(background, `SELECT length FROM documents WHERE id = ?`, e.Doc[:]).Scan(&log.stored)
			if errors.Is(err, sql.ErrNoRows) {
				_, err = tx.ExecContext(background, `INSERT INTO documents (id, length) VALUES (?, 0)`, e.Doc[:])
			}
			if err != nil {
				return fmt.Errorf("document %s: %w", e.Doc, err)
			}
			log.length = log.stored
			ends[e.Doc] = log
		}
		failpoint.Reach("sqlite.append.insert")
		added, err := insertChange(background, tx, log.length, e)
		if err != nil {
			return fmt.Errorf("document %s: %w", e.Doc, err)
		}
		failpoint.Reach("sqlite.append.inserted")
		if added {
			log.length++
		}
		if e.From != nil {
			if err := insertActor(background, tx, e); err != nil {
				return fmt.Errorf("document %s: %w", e.Doc, err)
			}
		}
	}
	for doc, log := range ends {
		if log.length == log.stored {
			continue
		}
		if _, err := tx.ExecContext(background, `UPDATE documents SET length = ? WHERE id = ?`, log.length, doc[:]); err != nil {
			return fmt.Errorf("document %s: %w", doc, err)
		}
	}
	return nil
}

// insertChange adds an entry at a position, unless the document has its change.
func insertChange(ctx context.Context, tx *sql.Tx, position int64, e store.Entry) (added bool, err error) {
	result, err := tx.ExecContext(ctx, `
		INSERT INTO changes (doc, position, hash, change, at, sum) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (doc, hash) DO NOTHING`,
		e.Doc[:], position, e.Hash[:], bytesOf(e.Change), e.At.UnixMilli(), int64(rows.Sum(e)))
	if taken(err) {
		return false, fmt.Errorf("position %d of the log is taken: %w", position, store.ErrDamaged)
	}
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// taken tells whether an insert met a row of the same primary key.
func taken(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey
}

// bytesOf returns b as the driver tells bytes from NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Load implements store.Store.
func (s *Store) Load(ctx context.Context, doc docid.ID) (*store.Document, error) {
	// One transaction, so that all of it is of one moment.
	tx, err := s.reader.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("load document %s: %w", doc, damaged(err))
	}
	defer tx.Rollback()
	d, err := load(ctx, tx, doc)
	if err != nil {
		return nil, fmt.Errorf("load document %s: %w", doc, damaged(err))
	}
	return d, nil
}

func load(ctx context.Context, tx *sql.Tx, doc docid.ID) (*store.Document, error) {
	d := &store.Document{}
	length, err := lengthOf(ctx, tx, doc)
	if err != nil {
		return nil, err
	}
	from := int64(0)
	for below := int64(math.MaxInt64); d.Snapshot == nil; {
		row, err := snapshotBelow(ctx, tx, doc, below)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read snapshot: %w", err)
		}
		below = row.Length
		d.Snapshot, err = row.Open(doc, length)
		if err != nil {
			d.Damage = append(d.Damage, err)
			continue
		}
		from = row.Length
	}
	tail := rows.NewTail(doc, from, length)
	if err := readTail(ctx, tx, doc, from, tail); err != nil {
		return nil, errors.Join(append(d.Damage, err)...)
	}
	d.Tail, d.Lost = tail.Entries()
	if d.Snapshot == nil && len(d.Tail) == 0 {
		if d.Lost == nil {
			d.Lost = []error{store.ErrNotFound}
		}
		return nil, errors.Join(append(d.Damage, d.Lost...)...)
	}
	return d, nil
}

// snapshotBelow reads the newest snapshot of fewer changes than below, or sql.ErrNoRows.
func snapshotBelow(ctx context.Context, tx *sql.Tx, doc docid.ID, below int64) (row rows.Snapshot, err error) {
	var at int64
	err = tx.QueryRowContext(ctx, `
		SELECT length, heads, chunk, graph, operations, at, sha256 FROM snapshots
		WHERE doc = ? AND length < ? ORDER BY length DESC LIMIT 1`, doc[:], below).
		Scan(&row.Length, &row.Heads, &row.Chunk, &row.Graph, &row.Index, &at, &row.SHA256)
	row.At = time.UnixMilli(at)
	return row, err
}

func readTail(ctx context.Context, tx *sql.Tx, doc docid.ID, from int64, tail *rows.Tail) error {
	result, err := tx.QueryContext(ctx, `
		SELECT position, hash, change, at, sum FROM changes
		WHERE doc = ? AND position >= ? ORDER BY position`, doc[:], from)
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	defer result.Close()
	var hash sql.RawBytes
	for result.Next() {
		var position, at, sum int64
		var change []byte
		if err := result.Scan(&position, &hash, &change, &at, &sum); err != nil {
			return fmt.Errorf("read log: %w", err)
		}
		tail.Add(position, hash, change, time.UnixMilli(at), int32(sum))
	}
	if err := result.Err(); err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	return nil
}

// Log implements store.Store.
func (s *Store) Log(ctx context.Context, doc docid.ID, from, most int) ([]store.Entry, error) {
	result, err := s.reader.QueryContext(ctx, `
		SELECT position, hash, change, at, sum FROM changes
		WHERE doc = ? AND position >= ? ORDER BY position LIMIT ?`, doc[:], from, most)
	if err != nil {
		return nil, fmt.Errorf("read log of document %s: %w", doc, damaged(err))
	}
	defer result.Close()
	page := rows.NewPage(doc, from)
	var hash sql.RawBytes
	for result.Next() {
		var position, at, sum int64
		var change []byte
		if err := result.Scan(&position, &hash, &change, &at, &sum); err != nil {
			return nil, fmt.Errorf("read log of document %s: %w", doc, damaged(err))
		}
		if !page.Add(position, hash, change, time.UnixMilli(at), int32(sum)) {
			break
		}
	}
	if err := result.Err(); err != nil {
		return nil, fmt.Errorf("read log of document %s: %w", doc, damaged(err))
	}
	return page.Entries()
}

// Changes implements store.Store.
func (s *Store) Changes(ctx context.Context, doc docid.ID, hashes []crdt.Hash) ([][]byte, error) {
	changes, err := rows.InOrder(hashes, hashesPerQuery, func(page []crdt.Hash) (map[crdt.Hash][]byte, error) {
		return s.changesByHash(ctx, doc, page)
	})
	if err != nil {
		return nil, fmt.Errorf("read changes of document %s: %w", doc, damaged(err))
	}
	return changes, nil
}

func (s *Store) changesByHash(ctx context.Context, doc docid.ID, hashes []crdt.Hash) (map[crdt.Hash][]byte, error) {
	args := make([]any, 0, 1+len(hashes))
	args = append(args, doc[:])
	for i := range hashes {
		args = append(args, hashes[i][:])
	}
	// Left to itself SQLite would go through the whole log of the document.
	result, err := s.reader.QueryContext(ctx, `
		SELECT hash, change, at, sum FROM changes INDEXED BY changes_doc_hash
		WHERE doc = ? AND hash IN (?`+strings.Repeat(",?", len(hashes)-1)+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	found := make(map[crdt.Hash][]byte, len(hashes))
	var hash sql.RawBytes
	for result.Next() {
		var change []byte
		var at, sum int64
		if err := result.Scan(&hash, &change, &at, &sum); err != nil {
			return nil, err
		}
		e, err := rows.Entry(doc, hash, change, time.UnixMilli(at), int32(sum))
		if err != nil {
			return nil, err
		}
		found[e.Hash] = e.Change
	}
	return found, result.Err()
}

// PutSnapshot implements store.Store.
func (s *Store) PutSnapshot(ctx context.Context, doc docid.ID, snapshot store.Snapshot) error {
	row := rows.NewSnapshot(doc, snapshot)
	err := s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		var length int64
		err := tx.QueryRowContext(background, `SELECT length FROM documents WHERE id = ?`, doc[:]).Scan(&length)
		if errors.Is(err, sql.ErrNoRows) {
			return store.ErrNotFound
		}
		if err != nil {
			return err
		}
		if row.Length > length {
			return fmt.Errorf("the log has %d changes", length)
		}
		failpoint.Reach("sqlite.snapshot.insert")
		_, err = tx.ExecContext(background, `
			REPLACE INTO snapshots (doc, length, heads, chunk, graph, operations, at, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			doc[:], row.Length, row.Heads, bytesOf(row.Chunk), bytesOf(row.Graph), bytesOf(row.Index), row.At.UnixMilli(), row.SHA256)
		if err != nil {
			return err
		}
		failpoint.Reach("sqlite.snapshot.inserted")
		_, err = tx.ExecContext(background, `
			DELETE FROM snapshots WHERE doc = ?1 AND length NOT IN
				(SELECT length FROM snapshots WHERE doc = ?1 ORDER BY length DESC LIMIT 2)`, doc[:])
		failpoint.Reach("sqlite.snapshot.commit")
		return err
	})
	if err != nil {
		return fmt.Errorf("put snapshot of %d changes of document %s: %w", snapshot.Length, doc, damaged(err))
	}
	failpoint.Reach("sqlite.snapshot.committed")
	return nil
}
