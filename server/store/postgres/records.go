package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

const (
	lineColumns = `id, board_id, at, kind, participant, link, api_key, subject, detail`
	insertLine  = `
		INSERT INTO audit (board_id, at, kind, participant, link, api_key, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
)

func queueLines(batch *pgx.Batch, lines []store.AuditLine) {
	for _, l := range lines {
		batch.Queue(insertLine, l.Board, milliseconds(l.At), l.Kind, l.Participant, l.Link, l.Key, l.Subject, l.Detail)
	}
}

func insertLines(ctx context.Context, tx pgx.Tx, lines []store.AuditLine) error {
	var batch pgx.Batch
	queueLines(&batch, lines)
	if batch.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, &batch).Close()
}

// Note implements store.Records.
func (s *Store) Note(ctx context.Context, lines ...store.AuditLine) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return insertLines(ctx, tx, lines) })
	if err != nil {
		return fmt.Errorf("note in the audit: %w", damaged(err))
	}
	return nil
}

// Audit implements store.Records.
func (s *Store) Audit(ctx context.Context, board string, before int64, most int) ([]store.AuditLine, error) {
	return s.lines(ctx, board, `
		SELECT `+lineColumns+` FROM audit WHERE board_id = $1 AND ($2::bigint = 0 OR id < $2) ORDER BY id DESC LIMIT $3`, board, before, most)
}

// AuditOf implements store.Records.
func (s *Store) AuditOf(ctx context.Context, board, participant string, most int) ([]store.AuditLine, error) {
	return s.lines(ctx, board, `
		SELECT `+lineColumns+` FROM audit WHERE board_id = $1 AND (participant = $2 OR subject = $2) ORDER BY id DESC LIMIT $3`,
		board, participant, most)
}

func (s *Store) lines(ctx context.Context, board, query string, args ...any) (lines []store.AuditLine, err error) {
	result, err := s.pool.Query(ctx, query, args...)
	if err == nil {
		lines, err = pgx.CollectRows(result, func(row pgx.CollectableRow) (l store.AuditLine, err error) {
			err = row.Scan(&l.ID, &l.Board, &l.At, &l.Kind, &l.Participant, &l.Link, &l.Key, &l.Subject, &l.Detail)
			l.At = l.At.UTC()
			return l, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read audit of board %q: %w", board, damaged(err))
	}
	return lines, nil
}

// Sweep implements store.Records.
func (s *Store) Sweep(ctx context.Context, audit, answers time.Time, perBoard, most int) (swept int, err error) {
	for _, sweep := range []struct {
		statement string
		args      []any
	}{
		{`DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 LIMIT $2)`, []any{milliseconds(audit), most}},
		{`DELETE FROM answers WHERE name IN (SELECT name FROM answers WHERE at < $1 LIMIT $2)`, []any{milliseconds(answers), most}},
		{`DELETE FROM audit WHERE id IN (
			SELECT a.id FROM (SELECT board_id FROM audit GROUP BY board_id HAVING count(*) > $1) b
			JOIN audit a ON a.board_id = b.board_id
			WHERE a.id <= (SELECT id FROM audit WHERE board_id = b.board_id ORDER BY id DESC LIMIT 1 OFFSET $1) LIMIT $2)`,
			[]any{perBoard, most}},
	} {
		tag, err := s.pool.Exec(ctx, sweep.statement, sweep.args...)
		if err != nil {
			return swept, fmt.Errorf("sweep: %w", damaged(err))
		}
		swept += int(tag.RowsAffected())
	}
	return swept, nil
}

// EraseName implements store.Records. What PostgreSQL keeps of overwritten rows,
// in its files until it needs the room and in its log until that is recycled, is
// not ours to reach.
func (s *Store) EraseName(ctx context.Context, board, participant string, at time.Time) error {
	return s.change(ctx, "erase a name", board, func(tx pgx.Tx) (tag pgconn.CommandTag, err error) {
		if _, err := tx.Exec(ctx, `DELETE FROM answers WHERE subject = $1`, participant); err != nil {
			return tag, err
		}
		return tx.Exec(ctx, `UPDATE participants SET name = '', erased = $3 WHERE id = $1 AND board_id = $2`,
			participant, board, milliseconds(at))
	})
}

// Leave implements store.Records.
func (s *Store) Leave(ctx context.Context, board, participant string, at time.Time) error {
	return s.change(ctx, "leave", board, func(tx pgx.Tx) (pgconn.CommandTag, error) {
		return tx.Exec(ctx, `
			UPDATE participants SET token_hash = sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea), gone = $3
			WHERE id = $1 AND board_id = $2`, participant, board, milliseconds(at))
	})
}

const keyColumns = `id, name, hash, created, revoked`

func scanKey(row pgx.Row) (store.Key, error) {
	var k store.Key
	var hash []byte
	var revoked *time.Time
	err := row.Scan(&k.ID, &k.Name, &hash, &k.Created, &revoked)
	copy(k.Hash[:], hash)
	k.Created, k.Revoked = k.Created.UTC(), timeOf(revoked)
	return k, err
}

// AddKey implements store.Records.
func (s *Store) AddKey(ctx context.Context, k store.Key) error {
	if !rows.Text(k.Name) {
		return errors.New("add key: the name must be UTF-8 without NUL")
	}
	_, err := s.pool.Exec(ctx, `INSERT INTO api_keys (`+keyColumns+`) VALUES ($1, $2, $3, $4, $5)`,
		k.ID, k.Name, k.Hash[:], milliseconds(k.Created), nullTime(k.Revoked))
	if err != nil {
		return fmt.Errorf("add key: %w", damaged(err))
	}
	return nil
}

// Keys implements store.Records.
func (s *Store) Keys(ctx context.Context) (keys []store.Key, err error) {
	result, err := s.pool.Query(ctx, `SELECT `+keyColumns+` FROM api_keys ORDER BY created, id`)
	if err == nil {
		keys, err = pgx.CollectRows(result, func(row pgx.CollectableRow) (store.Key, error) { return scanKey(row) })
	}
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", damaged(err))
	}
	return keys, nil
}

// KeyByHash implements store.Records.
func (s *Store) KeyByHash(ctx context.Context, hash [32]byte) (store.Key, error) {
	k, err := scanKey(s.pool.QueryRow(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE hash = $1 AND revoked IS NULL`, hash[:]))
	if err != nil {
		return store.Key{}, fmt.Errorf("read key: %w", found(err))
	}
	return k, nil
}

// RevokeKey implements store.Records.
func (s *Store) RevokeKey(ctx context.Context, id string, at time.Time) error {
	if !rows.Text(id) {
		return fmt.Errorf("revoke key: %w", store.ErrNotFound)
	}
	tag, err := s.pool.Exec(ctx, `UPDATE api_keys SET revoked = $2 WHERE id = $1 AND revoked IS NULL`, id, milliseconds(at))
	if err == nil && tag.RowsAffected() == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("revoke key: %w", damaged(err))
	}
	return nil
}

// BoardsOfKey implements store.Records.
func (s *Store) BoardsOfKey(ctx context.Context, key, after string, most int) (boards []store.Board, err error) {
	if !rows.Text(after) {
		return nil, nil
	}
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		result, err := tx.Query(ctx, `SELECT id FROM boards WHERE api_key = $1 AND id > $2 ORDER BY id LIMIT $3`, key, after, most)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(result, pgx.RowTo[string])
		for _, id := range ids {
			b, err := board(ctx, tx, id)
			if err != nil {
				return err
			}
			boards = append(boards, b)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list boards of a key: %w", damaged(err))
	}
	return boards, nil
}

// BeginOnce implements store.Records. Two that come at once meet at the row: the
// second waits for the first to have put it there.
func (s *Store) BeginOnce(ctx context.Context, o store.Once, stale time.Time, most int) (kept *store.Once, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM answers`).Scan(&n); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO answers (name, request, answer, subject, at) SELECT $1::bytea, $2::bytea, ''::bytea, '', $3::timestamptz WHERE $5::bigint < $6::bigint
			ON CONFLICT (name) DO UPDATE SET request = excluded.request, at = excluded.at
			WHERE answers.answer = '' AND answers.at < $4`, o.Name[:], o.Request[:], milliseconds(o.At), milliseconds(stale), n, most)
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		there := store.Once{Name: o.Name}
		var request []byte
		err = tx.QueryRow(ctx, `SELECT request, answer, subject, at FROM answers WHERE name = $1`, o.Name[:]).
			Scan(&request, &there.Answer, &there.Subject, &there.At)
		if errors.Is(err, pgx.ErrNoRows) {
			return store.ErrFull
		}
		if err != nil {
			return err
		}
		copy(there.Request[:], request)
		there.At = there.At.UTC()
		kept = &there
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("begin to answer once: %w", damaged(err))
	}
	return kept, nil
}

// FinishOnce implements store.Records.
func (s *Store) FinishOnce(ctx context.Context, o store.Once) error {
	return s.answers(ctx, `UPDATE answers SET answer = $1, subject = $2 WHERE name = $3`, o.Answer, o.Subject, o.Name[:])
}

// AbandonOnce implements store.Records.
func (s *Store) AbandonOnce(ctx context.Context, name [32]byte) error {
	return s.answers(ctx, `DELETE FROM answers WHERE name = $1 AND answer = ''`, name[:])
}

func (s *Store) answers(ctx context.Context, statement string, args ...any) error {
	if _, err := s.pool.Exec(ctx, statement, args...); err != nil {
		return fmt.Errorf("answer once: %w", damaged(err))
	}
	return nil
}
