package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

const versionColumns = `board_id, id, moment, at, title, participant, created`

// NameVersion implements store.NamedVersions.
func (s *Store) NameVersion(ctx context.Context, v store.NamedVersion, most int) (store.NamedVersion, error) {
	err := rows.CheckVersion(v)
	if err == nil {
		err = s.write(ctx, func(tx *sql.Tx) error {
			background := context.WithoutCancel(ctx)
			var doc []byte
			var length, there int
			err := tx.QueryRowContext(background, `
				SELECT d.id, d.length, (SELECT count(*) FROM named_versions v WHERE v.board_id = b.id)
				FROM boards b JOIN documents d ON d.id = b.doc WHERE b.id = ?`, v.Board).Scan(&doc, &length, &there)
			if err != nil {
				return found(err)
			}
			if there >= most {
				return store.ErrFull
			}
			if v.Moment == 0 {
				v.Moment = length
			}
			var at int64
			err = tx.QueryRowContext(background, `SELECT at FROM changes WHERE doc = ? AND position = ?`, doc, v.Moment-1).Scan(&at)
			if err != nil {
				return found(err)
			}
			v.At, v.Created = time.UnixMilli(at).UTC(), v.Created.Truncate(time.Millisecond).UTC()
			_, err = tx.ExecContext(background, `INSERT INTO named_versions (`+versionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				v.Board, v.ID, v.Moment, at, v.Title, v.Participant, v.Created.UnixMilli())
			if err != nil {
				return err
			}
			return insertLines(background, tx, store.Noted(ctx, v.Board))
		})
	}
	if err != nil {
		return store.NamedVersion{}, fmt.Errorf("name a version of board %q: %w", v.Board, damaged(err))
	}
	return v, nil
}

// NamedVersions implements store.NamedVersions.
func (s *Store) NamedVersions(ctx context.Context, board string, most int) (list []store.NamedVersion, err error) {
	result, err := s.reader.QueryContext(ctx, `
		SELECT v.board_id, v.id, v.moment, v.at, v.title, v.participant, v.created, coalesce(p.name, ''), coalesce(p.audience, '')
		FROM named_versions v LEFT JOIN participants p ON p.id = v.participant
		WHERE v.board_id = ? ORDER BY v.moment, v.created, v.id LIMIT ?`, board, most)
	if err != nil {
		return nil, fmt.Errorf("list versions of board %q: %w", board, damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var v store.NamedVersion
		var at, created int64
		if err := result.Scan(&v.Board, &v.ID, &v.Moment, &at, &v.Title, &v.Participant, &created, &v.Name, &v.Audience); err != nil {
			return nil, fmt.Errorf("list versions of board %q: %w", board, damaged(err))
		}
		v.At, v.Created = time.UnixMilli(at).UTC(), time.UnixMilli(created).UTC()
		list = append(list, v)
	}
	return list, damaged(result.Err())
}

// RenameVersion implements store.NamedVersions.
func (s *Store) RenameVersion(ctx context.Context, board, id, title string) error {
	if err := rows.CheckVersion(store.NamedVersion{Title: title}); err != nil {
		return fmt.Errorf("rename a version of board %q: %w", board, err)
	}
	return s.changeVersion(ctx, "rename", board, `UPDATE named_versions SET title = ? WHERE board_id = ? AND id = ?`, title, board, id)
}

// RemoveVersion implements store.NamedVersions.
func (s *Store) RemoveVersion(ctx context.Context, board, id string) error {
	return s.changeVersion(ctx, "remove", board, `DELETE FROM named_versions WHERE board_id = ? AND id = ?`, board, id)
}

func (s *Store) changeVersion(ctx context.Context, what, board, statement string, args ...any) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		result, err := tx.ExecContext(background, statement, args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err)
		}
		return insertLines(background, tx, store.Noted(ctx, board))
	})
	if err != nil {
		return fmt.Errorf("%s a version of board %q: %w", what, board, damaged(err))
	}
	return nil
}
