package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

var _ store.Inspector = (*Store)(nil)

// OpenToRead opens the database of a data directory as it is, for a look at
// what may be damaged: nothing is created, checked or brought up to date, and
// what writes returns an error. The error wraps fs.ErrNotExist when there is no
// database, and otherwise what that of Open does.
func OpenToRead(ctx context.Context, dir string) (*Store, error) {
	if err := notEmpty(filepath.Join(dir, databaseName)); err != nil {
		return nil, openError(dir, err)
	}
	return open(dir, func(s *Store, dir string) error {
		path := filepath.Join(dir, databaseName)
		s.writer = openPool(path, 1, "_query_only=true")
		return s.openReader(ctx, path)
	})
}

// CheckDatabase implements store.Inspector by SQLite's own checks.
func (s *Store) CheckDatabase(ctx context.Context) error {
	found, err := s.integrity(ctx)
	if err == nil {
		var dangling []error
		dangling, err = s.foreignKeys(ctx)
		found = append(found, dangling...)
	}
	if err != nil {
		found = append(found, fmt.Errorf("check database: %w", damaged(err)))
	}
	return errors.Join(found...)
}

// integrity has SQLite compare every page, row and index, and returns the first
// hundred things that it finds.
func (s *Store) integrity(ctx context.Context) (found []error, err error) {
	result, err := s.reader.QueryContext(ctx, `PRAGMA integrity_check(100)`)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	for result.Next() {
		var verdict string
		if err := result.Scan(&verdict); err != nil {
			return found, err
		}
		if verdict != "ok" {
			found = append(found, fmt.Errorf("database: %s: %w", verdict, store.ErrDamaged))
		}
	}
	return found, result.Err()
}

func (s *Store) foreignKeys(ctx context.Context) (found []error, err error) {
	result, err := s.reader.QueryContext(ctx, `SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY "table", parent`)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	for result.Next() {
		var table, parent string
		var n int64
		if err := result.Scan(&table, &parent, &n); err != nil {
			return found, err
		}
		found = append(found, fmt.Errorf("database: rows of %s that belong to none of %s: %d: %w", table, parent, n, store.ErrDamaged))
	}
	return found, result.Err()
}

// Documents implements store.Inspector.
func (s *Store) Documents(ctx context.Context, visit func(docid.ID, error) error) error {
	for last := []byte{}; ; {
		// One step along each index: the log is not read for it.
		err := s.reader.QueryRowContext(ctx, `
			SELECT id FROM (
				SELECT min(id) AS id FROM documents WHERE id > ?1
				UNION ALL SELECT min(doc) FROM changes WHERE doc > ?1
				UNION ALL SELECT min(doc) FROM snapshots WHERE doc > ?1
				UNION ALL SELECT min(doc) FROM boards WHERE doc > ?1
			) WHERE id IS NOT NULL ORDER BY id LIMIT 1`, last).Scan(&last)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list documents: %w", damaged(err))
		}
		if err := visit(rows.DocumentID(last)); err != nil {
			return err
		}
	}
}

// InspectLog implements store.Inspector.
func (s *Store) InspectLog(ctx context.Context, doc docid.ID, visit func(int64, store.Entry, error) error) error {
	tx, err := s.reader.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("inspect log: %w", damaged(err))
	}
	defer tx.Rollback()
	length, err := lengthOf(ctx, tx, doc)
	if err != nil {
		return fmt.Errorf("inspect log: %w", damaged(err))
	}
	log := rows.NewLog(doc, length, visit)
	result, err := tx.QueryContext(ctx, `
		SELECT position, hash, change, at, sum FROM changes WHERE doc = ? ORDER BY position`, doc[:])
	if err != nil {
		return fmt.Errorf("inspect log: %w", damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var position, at, sum int64
		var hash sql.RawBytes
		var change []byte
		if err := result.Scan(&position, &hash, &change, &at, &sum); err != nil {
			return fmt.Errorf("inspect log: %w", damaged(err))
		}
		if err := log.Add(position, hash, change, time.UnixMilli(at), int32(sum)); err != nil {
			return err
		}
	}
	if err := result.Err(); err != nil {
		return fmt.Errorf("inspect log: %w", damaged(err))
	}
	return log.End()
}

// lengthOf is how long the log of a document should be.
func lengthOf(ctx context.Context, tx *sql.Tx, doc docid.ID) (length int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT length FROM documents WHERE id = ?`, doc[:]).Scan(&length)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return length, err
}

// InspectSnapshots implements store.Inspector.
func (s *Store) InspectSnapshots(ctx context.Context, doc docid.ID, visit func(store.Snapshot, error) error) error {
	for below := int64(math.MaxInt64); ; {
		row, length, err := s.inspectSnapshot(ctx, doc, below)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("inspect snapshots: %w", damaged(err))
		}
		below = row.Length
		if err := visit(row.Inspect(doc, length)); err != nil {
			return err
		}
	}
}

func (s *Store) inspectSnapshot(ctx context.Context, doc docid.ID, below int64) (row rows.Snapshot, length int64, err error) {
	tx, err := s.reader.BeginTx(ctx, nil)
	if err != nil {
		return row, 0, err
	}
	defer tx.Rollback()
	if length, err = lengthOf(ctx, tx, doc); err != nil {
		return row, 0, err
	}
	row, err = snapshotBelow(ctx, tx, doc, below)
	return row, length, err
}

// InspectBoards implements store.Inspector.
func (s *Store) InspectBoards(ctx context.Context, visit func(store.Board, error) error) error {
	result, err := s.reader.QueryContext(ctx, `
		SELECT id, doc, title, created, EXISTS (SELECT 1 FROM changes WHERE changes.doc = boards.doc)
		FROM boards ORDER BY id`)
	if err != nil {
		return fmt.Errorf("inspect boards: %w", damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var b store.Board
		var doc sql.RawBytes
		var created int64
		var exists bool
		if err := result.Scan(&b.ID, &doc, &b.Title, &created, &exists); err != nil {
			return fmt.Errorf("inspect boards: %w", damaged(err))
		}
		copy(b.Doc[:], doc)
		b.Created = time.UnixMilli(created).UTC()
		if err := visit(b, rows.Board(b, exists)); err != nil {
			return err
		}
	}
	if err := result.Err(); err != nil {
		return fmt.Errorf("inspect boards: %w", damaged(err))
	}
	return nil
}
