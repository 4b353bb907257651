package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

const versionColumns = `board_id, id, moment, at, title, participant, created`

// NameVersion implements store.NamedVersions. The board's row is locked, so that it
// gets no more versions than it may have.
func (s *Store) NameVersion(ctx context.Context, v store.NamedVersion, most int) (store.NamedVersion, error) {
	err := rows.CheckVersion(v)
	if err == nil {
		err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			var doc []byte
			var length, there int
			err := tx.QueryRow(ctx, `SELECT doc FROM boards WHERE id = $1 FOR UPDATE`, v.Board).Scan(&doc)
			if err == nil {
				err = tx.QueryRow(ctx, `
					SELECT length, (SELECT count(*) FROM named_versions WHERE board_id = $2) FROM documents WHERE id = $1`, doc, v.Board).Scan(&length, &there)
			}
			if err != nil {
				return found(err)
			}
			if there >= most {
				return store.ErrFull
			}
			if v.Moment == 0 {
				v.Moment = length
			}
			if err := tx.QueryRow(ctx, `SELECT at FROM changes WHERE doc = $1 AND position = $2`, doc, v.Moment-1).Scan(&v.At); err != nil {
				return found(err)
			}
			v.At, v.Created = v.At.UTC(), milliseconds(v.Created)
			_, err = tx.Exec(ctx, `INSERT INTO named_versions (`+versionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				v.Board, v.ID, v.Moment, v.At, v.Title, v.Participant, v.Created)
			if err != nil {
				return err
			}
			return insertLines(ctx, tx, store.Noted(ctx, v.Board))
		})
	}
	if err != nil {
		return store.NamedVersion{}, fmt.Errorf("name a version of board %q: %w", v.Board, damaged(err))
	}
	return v, nil
}

// NamedVersions implements store.NamedVersions.
func (s *Store) NamedVersions(ctx context.Context, board string, most int) ([]store.NamedVersion, error) {
	if !rows.Text(board) {
		return nil, nil
	}
	result, err := s.pool.Query(ctx, `
		SELECT v.board_id, v.id, v.moment, v.at, v.title, v.participant, v.created, coalesce(p.name, ''), coalesce(p.audience, '')
		FROM named_versions v LEFT JOIN participants p ON p.id = v.participant
		WHERE v.board_id = $1 ORDER BY v.moment, v.created, v.id COLLATE "C" LIMIT $2`, board, most)
	var list []store.NamedVersion
	if err == nil {
		list, err = pgx.CollectRows(result, func(row pgx.CollectableRow) (v store.NamedVersion, err error) {
			err = row.Scan(&v.Board, &v.ID, &v.Moment, &v.At, &v.Title, &v.Participant, &v.Created, &v.Name, &v.Audience)
			v.At, v.Created = v.At.UTC(), v.Created.UTC()
			return v, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("list versions of board %q: %w", board, damaged(err))
	}
	return list, nil
}

// RenameVersion implements store.NamedVersions.
func (s *Store) RenameVersion(ctx context.Context, board, id, title string) error {
	if err := rows.CheckVersion(store.NamedVersion{Title: title}); err != nil {
		return fmt.Errorf("rename a version of board %q: %w", board, err)
	}
	return s.changeVersion(ctx, "rename", board, id, `UPDATE named_versions SET title = $3 WHERE board_id = $1 AND id = $2`, title)
}

// RemoveVersion implements store.NamedVersions.
func (s *Store) RemoveVersion(ctx context.Context, board, id string) error {
	return s.changeVersion(ctx, "remove", board, id, `DELETE FROM named_versions WHERE board_id = $1 AND id = $2`)
}

func (s *Store) changeVersion(ctx context.Context, what, board, id, statement string, more ...any) error {
	err := store.ErrNotFound
	if rows.Text(board) && rows.Text(id) {
		err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, statement, append([]any{board, id}, more...)...)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				return store.ErrNotFound
			}
			return insertLines(ctx, tx, store.Noted(ctx, board))
		})
	}
	if err != nil {
		return fmt.Errorf("%s a version of board %q: %w", what, board, damaged(err))
	}
	return nil
}
