package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

var _ store.Inspector = (*Store)(nil)

// view is a transaction whose statements all see the database of one moment.
var view = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

// OpenToRead connects to a database as it is, for a look at what may be
// damaged: its schema is not brought up to date, and what writes returns an
// error.
func OpenToRead(ctx context.Context, url string) (*Store, error) {
	config, err := configure(url)
	if err != nil {
		return nil, fmt.Errorf("read database URL: %w", err)
	}
	config.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	return open(ctx, config, (*Store).readStorageID)
}

// Each query lists damage of one kind.
const (
	brokenIndexes = `
		SELECT format('index %s is not valid', i.indexrelid::regclass) FROM pg_index i
		WHERE i.indrelid = ANY (ARRAY['meta', 'documents', 'changes', 'snapshots', 'boards', 'links', 'attachments', 'participants', 'actors']::regclass[])
			AND NOT (i.indisvalid AND i.indisready AND i.indislive) ORDER BY 1`
	foreignSnapshots = `
		SELECT format('rows of snapshots that belong to none of documents: %s', count(*)) FROM snapshots s
		WHERE NOT EXISTS (SELECT FROM documents d WHERE d.id = s.doc) HAVING count(*) > 0`
	foreignLinks = `
		SELECT format('rows of links that belong to none of boards: %s', count(*)) FROM links l
		WHERE NOT EXISTS (SELECT FROM boards b WHERE b.id = l.board_id) HAVING count(*) > 0`
	foreignAttachments = `
		SELECT format('rows of attachments that belong to none of boards: %s', count(*)) FROM attachments a
		WHERE NOT EXISTS (SELECT FROM boards b WHERE b.id = a.board_id) HAVING count(*) > 0`
)

// CheckDatabase implements store.Inspector. PostgreSQL compares pages with
// their checksums whenever they are read, if the cluster has them; what is
// asked here is whether each index is in use, and whether references hold that
// a restore may have passed over.
func (s *Store) CheckDatabase(ctx context.Context) error {
	var found []error
	for _, query := range []string{brokenIndexes, foreignSnapshots, foreignLinks, foreignAttachments} {
		result, err := s.pool.Query(ctx, query)
		var lines []string
		if err == nil {
			lines, err = pgx.CollectRows(result, pgx.RowTo[string])
		}
		for _, line := range lines {
			found = append(found, fmt.Errorf("database: %s: %w", line, store.ErrDamaged))
		}
		if err != nil {
			found = append(found, fmt.Errorf("check database: %w", damaged(err)))
		}
	}
	return errors.Join(found...)
}

// Documents implements store.Inspector.
func (s *Store) Documents(ctx context.Context, visit func(docid.ID, error) error) error {
	for last := []byte{}; ; {
		// One step along each index: the log is not read for it.
		err := s.pool.QueryRow(ctx, `
			SELECT id FROM (
				(SELECT id FROM documents WHERE id > $1 ORDER BY id LIMIT 1)
				UNION ALL (SELECT doc FROM changes WHERE doc > $1 ORDER BY doc LIMIT 1)
				UNION ALL (SELECT doc FROM snapshots WHERE doc > $1 ORDER BY doc LIMIT 1)
				UNION ALL (SELECT doc FROM boards WHERE doc > $1 ORDER BY doc LIMIT 1)
			) next ORDER BY id LIMIT 1`, last).Scan(&last)
		if errors.Is(err, pgx.ErrNoRows) {
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
	tx, err := s.pool.BeginTx(ctx, view)
	if err != nil {
		return fmt.Errorf("inspect log: %w", damaged(err))
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	length, err := lengthOf(ctx, tx, doc)
	if err != nil {
		return fmt.Errorf("inspect log: %w", damaged(err))
	}
	log := rows.NewLog(doc, length, visit)
	result, err := tx.Query(ctx, `
		SELECT position, hash, change, at, sum FROM changes WHERE doc = $1 ORDER BY position`, doc[:])
	if err != nil {
		return fmt.Errorf("inspect log: %w", damaged(err))
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
			return fmt.Errorf("inspect log: %w", damaged(err))
		}
		if err := log.Add(position, hash, change, at, sum); err != nil {
			return err
		}
	}
	if err := result.Err(); err != nil {
		return fmt.Errorf("inspect log: %w", damaged(err))
	}
	return log.End()
}

// lengthOf is how long the log of a document should be.
func lengthOf(ctx context.Context, tx pgx.Tx, doc docid.ID) (length int64, err error) {
	err = tx.QueryRow(ctx, `SELECT length FROM documents WHERE id = $1`, doc[:]).Scan(&length)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return length, err
}

// InspectSnapshots implements store.Inspector.
func (s *Store) InspectSnapshots(ctx context.Context, doc docid.ID, visit func(store.Snapshot, error) error) error {
	for below := int64(math.MaxInt64); ; {
		var row rows.Snapshot
		var length int64
		err := pgx.BeginTxFunc(ctx, s.pool, view, func(tx pgx.Tx) (err error) {
			if length, err = lengthOf(ctx, tx, doc); err == nil {
				row, err = snapshotBelow(ctx, tx, doc, below)
			}
			return err
		})
		if errors.Is(err, pgx.ErrNoRows) {
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

// InspectBoards implements store.Inspector.
func (s *Store) InspectBoards(ctx context.Context, visit func(store.Board, error) error) error {
	result, err := s.pool.Query(ctx, `
		SELECT id, doc, title, created, EXISTS (SELECT FROM changes WHERE changes.doc = boards.doc)
		FROM boards ORDER BY id`)
	if err != nil {
		return fmt.Errorf("inspect boards: %w", damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var b store.Board
		var doc []byte
		var exists bool
		if err := result.Scan(&b.ID, &doc, &b.Title, &b.Created, &exists); err != nil {
			return fmt.Errorf("inspect boards: %w", damaged(err))
		}
		copy(b.Doc[:], doc)
		b.Created = b.Created.UTC()
		if err := visit(b, rows.Board(b, exists)); err != nil {
			return err
		}
	}
	if err := result.Err(); err != nil {
		return fmt.Errorf("inspect boards: %w", damaged(err))
	}
	return nil
}
