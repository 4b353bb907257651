package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"openmic/server/store"
)

const lineColumns = `id, board_id, at, kind, participant, link, api_key, subject, detail`

func insertLines(ctx context.Context, tx *sql.Tx, lines []store.AuditLine) error {
	for _, l := range lines {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO audit (board_id, at, kind, participant, link, api_key, subject, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			l.Board, l.At.UnixMilli(), l.Kind, l.Participant, l.Link, l.Key, l.Subject, l.Detail)
		if err != nil {
			return err
		}
	}
	return nil
}

// Note implements store.Records.
func (s *Store) Note(ctx context.Context, lines ...store.AuditLine) error {
	err := s.write(ctx, func(tx *sql.Tx) error { return insertLines(context.WithoutCancel(ctx), tx, lines) })
	if err != nil {
		return fmt.Errorf("note in the audit: %w", damaged(err))
	}
	return nil
}

// Audit implements store.Records.
func (s *Store) Audit(ctx context.Context, board string, before int64, most int) ([]store.AuditLine, error) {
	return s.lines(ctx, board, `
		SELECT `+lineColumns+` FROM audit WHERE board_id = ?1 AND (?2 = 0 OR id < ?2) ORDER BY id DESC LIMIT ?3`, board, before, most)
}

// AuditOf implements store.Records.
func (s *Store) AuditOf(ctx context.Context, board, participant string, most int) ([]store.AuditLine, error) {
	return s.lines(ctx, board, `
		SELECT `+lineColumns+` FROM audit WHERE board_id = ?1 AND (participant = ?2 OR subject = ?2) ORDER BY id DESC LIMIT ?3`,
		board, participant, most)
}

func (s *Store) lines(ctx context.Context, board, query string, args ...any) (lines []store.AuditLine, err error) {
	result, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read audit of board %q: %w", board, damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var l store.AuditLine
		var at int64
		err := result.Scan(&l.ID, &l.Board, &at, &l.Kind, &l.Participant, &l.Link, &l.Key, &l.Subject, &l.Detail)
		if err != nil {
			return nil, fmt.Errorf("read audit of board %q: %w", board, damaged(err))
		}
		l.At = time.UnixMilli(at).UTC()
		lines = append(lines, l)
	}
	return lines, damaged(result.Err())
}

// Sweep implements store.Records. It also empties the write-ahead log if that may
// hold the name of somebody who took it away.
func (s *Store) Sweep(ctx context.Context, audit, answers time.Time, perBoard, most int) (swept int, err error) {
	if s.unwiped.Load() {
		s.wipe(ctx)
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		for _, sweep := range []struct {
			statement string
			args      []any
		}{
			{`DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? LIMIT ?)`, []any{audit.UnixMilli(), most}},
			{`DELETE FROM answers WHERE name IN (SELECT name FROM answers WHERE at < ? LIMIT ?)`, []any{answers.UnixMilli(), most}},
			{`DELETE FROM audit WHERE id IN (
				SELECT a.id FROM (SELECT board_id FROM audit GROUP BY board_id HAVING count(*) > ?1) b
				JOIN audit a ON a.board_id = b.board_id
				WHERE a.id <= (SELECT id FROM audit WHERE board_id = b.board_id ORDER BY id DESC LIMIT 1 OFFSET ?1) LIMIT ?2)`,
				[]any{perBoard, most}},
		} {
			result, err := tx.ExecContext(background, sweep.statement, sweep.args...)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			swept += int(n)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("sweep: %w", damaged(err))
	}
	return swept, nil
}

// EraseName implements store.Records. What is overwritten in the file becomes
// zeros (secure_delete); what the write-ahead log still holds of it goes as well.
func (s *Store) EraseName(ctx context.Context, board, participant string, at time.Time) error {
	err := s.change(ctx, "erase a name", board, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		if _, err := tx.ExecContext(ctx, `DELETE FROM answers WHERE subject = ?`, participant); err != nil {
			return nil, err
		}
		return tx.ExecContext(ctx, `UPDATE participants SET name = '', erased = ? WHERE id = ? AND board_id = ?`,
			at.UnixMilli(), participant, board)
	})
	if err == nil {
		s.unwiped.Store(true)
		s.wipe(ctx)
	}
	return err
}

// wipeWait is how long the writer waits for readers, so that the log can be cut off.
const wipeWait = 250 * time.Millisecond

// wipe moves the write-ahead log into the file and cuts it off. While somebody reads
// an older state, as a backup does, that cannot be; Sweep then tries again.
func (s *Store) wipe(ctx context.Context) {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return
	}
	defer conn.Close()
	var busy, frames, moved int
	_, err = conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, wipeWait.Milliseconds()))
	if err == nil {
		err = conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved)
	}
	_, again := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf(`PRAGMA busy_timeout = %d`, busyTimeout.Milliseconds()))
	if errors.Join(err, again) == nil && busy == 0 {
		s.unwiped.Store(false)
	}
}

// Leave implements store.Records.
func (s *Store) Leave(ctx context.Context, board, participant string, at time.Time) error {
	return s.change(ctx, "leave", board, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `UPDATE participants SET token_hash = randomblob(32), gone = ? WHERE id = ? AND board_id = ?`,
			at.UnixMilli(), participant, board)
	})
}

const keyColumns = `id, name, hash, created, revoked`

func scanKey(scan func(...any) error) (store.Key, error) {
	var k store.Key
	var hash []byte
	var created int64
	var revoked sql.NullInt64
	err := scan(&k.ID, &k.Name, &hash, &created, &revoked)
	copy(k.Hash[:], hash)
	k.Created, k.Revoked = time.UnixMilli(created).UTC(), timeOf(revoked)
	return k, err
}

// AddKey implements store.Records.
func (s *Store) AddKey(ctx context.Context, k store.Key) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(ctx), `INSERT INTO api_keys (`+keyColumns+`) VALUES (?, ?, ?, ?, ?)`,
			k.ID, k.Name, k.Hash[:], k.Created.UnixMilli(), nullTime(k.Revoked))
		return err
	})
	if err != nil {
		return fmt.Errorf("add key: %w", damaged(err))
	}
	return nil
}

// Keys implements store.Records.
func (s *Store) Keys(ctx context.Context) (keys []store.Key, err error) {
	result, err := s.reader.QueryContext(ctx, `SELECT `+keyColumns+` FROM api_keys ORDER BY created, id`)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", damaged(err))
	}
	defer result.Close()
	for result.Next() {
		k, err := scanKey(result.Scan)
		if err != nil {
			return nil, fmt.Errorf("read keys: %w", damaged(err))
		}
		keys = append(keys, k)
	}
	return keys, damaged(result.Err())
}

// KeyByHash implements store.Records.
func (s *Store) KeyByHash(ctx context.Context, hash [32]byte) (store.Key, error) {
	k, err := scanKey(s.reader.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE hash = ? AND revoked IS NULL`, hash[:]).Scan)
	if err != nil {
		return store.Key{}, fmt.Errorf("read key: %w", found(err))
	}
	return k, nil
}

// RevokeKey implements store.Records.
func (s *Store) RevokeKey(ctx context.Context, id string, at time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(context.WithoutCancel(ctx),
			`UPDATE api_keys SET revoked = ? WHERE id = ? AND revoked IS NULL`, at.UnixMilli(), id)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("revoke key: %w", damaged(err))
	}
	return nil
}

// BoardsOfKey implements store.Records.
func (s *Store) BoardsOfKey(ctx context.Context, key, after string, most int) (boards []store.Board, err error) {
	tx, err := s.reader.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("list boards of a key: %w", damaged(err))
	}
	defer tx.Rollback()
	ids, err := texts(ctx, tx, `SELECT id FROM boards WHERE api_key = ? AND id > ? ORDER BY id LIMIT ?`, key, after, most)
	for _, id := range ids {
		b, err := board(ctx, tx, id)
		if err != nil {
			return nil, fmt.Errorf("list boards of a key: %w", damaged(err))
		}
		boards = append(boards, b)
	}
	if err != nil {
		return nil, fmt.Errorf("list boards of a key: %w", damaged(err))
	}
	return boards, nil
}

func texts(ctx context.Context, q querier, query string, args ...any) (list []string, err error) {
	result, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	for result.Next() {
		var text string
		if err := result.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, result.Err()
}

// BeginOnce implements store.Records.
func (s *Store) BeginOnce(ctx context.Context, o store.Once, stale time.Time, most int) (kept *store.Once, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		there := store.Once{Name: o.Name}
		var request []byte
		var at int64
		err := tx.QueryRowContext(background, `SELECT request, answer, subject, at FROM answers WHERE name = ?`, o.Name[:]).
			Scan(&request, &there.Answer, &there.Subject, &at)
		if err == nil && (len(there.Answer) > 0 || !time.UnixMilli(at).Before(stale)) {
			copy(there.Request[:], request)
			there.At = time.UnixMilli(at).UTC()
			kept = &there
			return nil
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var n int
		if err := tx.QueryRowContext(background, `SELECT count(*) FROM answers`).Scan(&n); err != nil {
			return err
		}
		if n >= most {
			return store.ErrFull
		}
		_, err = tx.ExecContext(background, `INSERT OR REPLACE INTO answers (name, request, answer, subject, at) VALUES (?, ?, x'', '', ?)`,
			o.Name[:], o.Request[:], o.At.UnixMilli())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin to answer once: %w", damaged(err))
	}
	return kept, nil
}

// FinishOnce implements store.Records.
func (s *Store) FinishOnce(ctx context.Context, o store.Once) error {
	return s.answers(ctx, `UPDATE answers SET answer = ?, subject = ? WHERE name = ?`, o.Answer, o.Subject, o.Name[:])
}

// AbandonOnce implements store.Records.
func (s *Store) AbandonOnce(ctx context.Context, name [32]byte) error {
	return s.answers(ctx, `DELETE FROM answers WHERE name = ? AND answer = x''`, name[:])
}

func (s *Store) answers(ctx context.Context, statement string, args ...any) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(ctx), statement, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("answer once: %w", damaged(err))
	}
	return nil
}
