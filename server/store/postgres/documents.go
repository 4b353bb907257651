package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// hashesPerQuery is how many changes one query of Changes asks for.
const hashesPerQuery = 5000

// Three statements append. Each sees what was committed before it began, so
// the third one knows the whole log of the documents that the second one locked.
const (
	// A new row is locked as it is made. Making and locking both go in the order
	// of ids, first the one for all documents and then the other, so two nodes
	// never wait for each other.
	makeDocuments = `
		INSERT INTO documents (id, length)
		SELECT id, 0 FROM unnest($1::bytea[]) AS id ORDER BY id
		ON CONFLICT DO NOTHING`
	lockDocuments = `
		SELECT FROM documents WHERE id = ANY ($1::bytea[]) ORDER BY id FOR NO KEY UPDATE`
	insertChanges = `
		WITH entry AS (
			SELECT e.doc, e.hash, e.change, e.at, e.sum,
				d.length + row_number() OVER (PARTITION BY e.doc ORDER BY e.n) - 1 AS position
			FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::timestamptz[], $5::int[])
				WITH ORDINALITY AS e (doc, hash, change, at, sum, n)
			JOIN documents d ON d.id = e.doc
			WHERE NOT EXISTS (SELECT FROM changes c WHERE c.doc = e.doc AND c.hash = e.hash)
		), added AS (
			INSERT INTO changes (doc, position, hash, change, at, sum)
			SELECT doc, position, hash, change, at, sum FROM entry
		)
		UPDATE documents d SET length = e.length
		FROM (SELECT doc, max(position) + 1 AS length FROM entry GROUP BY doc) e
		WHERE d.id = e.doc`
)

// Append implements store.Store.
func (s *Store) Append(ctx context.Context, entries []store.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	err := s.send(ctx, "append", func(batch *pgx.Batch) { queueAppend(batch, entries) })
	if err != nil {
		return fmt.Errorf("append %d changes: %w", len(entries), appending(err))
	}
	return nil
}

// queueAppend adds the statements that append what is new of the entries.
func queueAppend(batch *pgx.Batch, entries []store.Entry) {
	entries = rows.Unique(entries)
	var (
		ids     [][]byte
		seen    = make(map[docid.ID]bool)
		docs    = make([][]byte, len(entries))
		hashes  = make([][]byte, len(entries))
		changes = make([][]byte, len(entries))
		times   = make([]time.Time, len(entries))
		sums    = make([]int32, len(entries))
	)
	for i := range entries {
		e := &entries[i]
		docs[i], hashes[i], changes[i] = e.Doc[:], e.Hash[:], bytesOf(e.Change)
		times[i] = milliseconds(e.At)
		sums[i] = rows.Sum(*e)
		if !seen[e.Doc] {
			seen[e.Doc] = true
			ids = append(ids, e.Doc[:])
		}
	}
	batch.Queue(makeDocuments, ids)
	batch.Queue(lockDocuments, ids)
	batch.Queue(insertChanges, docs, hashes, changes, times, sums)
	for i := range entries {
		if entries[i].From != nil {
			queueActor(batch, entries[i])
		}
	}
}

// appending adds store.ErrDamaged to what an append meets when a document's
// row and its log disagree.
func appending(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == uniqueViolation && e.ConstraintName == "changes_pkey" {
		return fmt.Errorf("a position of the log is taken: %w: %w", store.ErrDamaged, err)
	}
	return damaged(err)
}

// bytesOf returns b as the driver tells bytes from NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// milliseconds returns t as finely as times are kept.
func milliseconds(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

// Load implements store.Store.
func (s *Store) Load(ctx context.Context, doc docid.ID) (*store.Document, error) {
	var d *store.Document
	err := pgx.BeginTxFunc(ctx, s.pool, view, func(tx pgx.Tx) (err error) {
		d, err = load(ctx, tx, doc)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load document %s: %w", doc, damaged(err))
	}
	return d, nil
}

func load(ctx context.Context, tx pgx.Tx, doc docid.ID) (*store.Document, error) {
	d := &store.Document{}
	length, err := lengthOf(ctx, tx, doc)
	if err != nil {
		return nil, err
	}
	from := int64(0)
	for below := int64(math.MaxInt64); d.Snapshot == nil; {
		row, err := snapshotBelow(ctx, tx, doc, below)
		if errors.Is(err, pgx.ErrNoRows) {
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

// snapshotBelow reads the newest snapshot of fewer changes than below, or pgx.ErrNoRows.
func snapshotBelow(ctx context.Context, tx pgx.Tx, doc docid.ID, below int64) (row rows.Snapshot, err error) {
	err = tx.QueryRow(ctx, `
		SELECT length, heads, chunk, graph, operations, at, sha256 FROM snapshots
		WHERE doc = $1 AND length < $2 ORDER BY length DESC LIMIT 1`, doc[:], below).
		Scan(&row.Length, &row.Heads, &row.Chunk, &row.Graph, &row.Index, &row.At, &row.SHA256)
	return row, err
}

func readTail(ctx context.Context, tx pgx.Tx, doc docid.ID, from int64, tail *rows.Tail) error {
	result, err := tx.Query(ctx, `
		SELECT position, hash, change, at, sum FROM changes
		WHERE doc = $1 AND position >= $2 ORDER BY position`, doc[:], from)
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	defer result.Close()
	for result.Next() {
		var (
			position int64
			hash     []byte
			change   []byte
			at       time.Time
			sum      int32
		)
		if err := result.Scan(&position, &hash, &change, &at, &sum); err != nil {
			return fmt.Errorf("read log: %w", err)
		}
		tail.Add(position, hash, change, at, sum)
	}
	if err := result.Err(); err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	return nil
}

// Log implements store.Store.
func (s *Store) Log(ctx context.Context, doc docid.ID, from, most int) ([]store.Entry, error) {
	result, err := s.pool.Query(ctx, `
		SELECT position, hash, change, at, sum FROM changes
		WHERE doc = $1 AND position >= $2 ORDER BY position LIMIT $3`, doc[:], from, most)
	if err != nil {
		return nil, fmt.Errorf("read log of document %s: %w", doc, damaged(err))
	}
	defer result.Close()
	page := rows.NewPage(doc, from)
	for result.Next() {
		var (
			position int64
			hash     []byte
			change   []byte
			at       time.Time
			sum      int32
		)
		if err := result.Scan(&position, &hash, &change, &at, &sum); err != nil {
			return nil, fmt.Errorf("read log of document %s: %w", doc, damaged(err))
		}
		if !page.Add(position, hash, change, at, sum) {
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
	wanted := make([][]byte, len(hashes))
	for i := range hashes {
		wanted[i] = hashes[i][:]
	}
	result, err := s.pool.Query(ctx, `
		SELECT hash, change, at, sum FROM changes WHERE doc = $1 AND hash = ANY ($2::bytea[])`, doc[:], wanted)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	found := make(map[crdt.Hash][]byte, len(hashes))
	for result.Next() {
		var (
			hash   []byte
			change []byte
			at     time.Time
			sum    int32
		)
		if err := result.Scan(&hash, &change, &at, &sum); err != nil {
			return nil, err
		}
		e, err := rows.Entry(doc, hash, change, at, sum)
		if err != nil {
			return nil, err
		}
		found[e.Hash] = e.Change
	}
	return found, result.Err()
}

// PutSnapshot implements store.Store.
func (s *Store) PutSnapshot(ctx context.Context, doc docid.ID, snapshot store.Snapshot) error {
	if err := s.putSnapshot(ctx, doc, snapshot); err != nil {
		return fmt.Errorf("put snapshot of %d changes of document %s: %w", snapshot.Length, doc, damaged(err))
	}
	return nil
}

func (s *Store) putSnapshot(ctx context.Context, doc docid.ID, snapshot store.Snapshot) error {
	row := rows.NewSnapshot(doc, snapshot)
	// A log only grows, so what is read before the transaction holds in it.
	var length int64
	err := s.pool.QueryRow(ctx, `SELECT length FROM documents WHERE id = $1`, doc[:]).Scan(&length)
	if err != nil {
		return found(err)
	}
	if row.Length > length {
		return fmt.Errorf("the log has %d changes", length)
	}
	return s.send(ctx, "snapshot", func(batch *pgx.Batch) {
		batch.Queue(`
			INSERT INTO snapshots (doc, length, heads, chunk, graph, operations, at, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (doc, length) DO UPDATE SET heads = excluded.heads, chunk = excluded.chunk,
				graph = excluded.graph, operations = excluded.operations, at = excluded.at, sha256 = excluded.sha256`,
			doc[:], row.Length, row.Heads, bytesOf(row.Chunk), bytesOf(row.Graph), bytesOf(row.Index), milliseconds(row.At), row.SHA256)
		// Two nodes that put one at once take turns from here, so that the later
		// of them sees, and drops, what the earlier one left.
		batch.Queue(`SELECT FROM documents WHERE id = $1 FOR NO KEY UPDATE`, doc[:])
		batch.Queue(`
			DELETE FROM snapshots WHERE doc = $1 AND length NOT IN
				(SELECT length FROM snapshots WHERE doc = $1 ORDER BY length DESC LIMIT 2)`, doc[:])
	})
}
