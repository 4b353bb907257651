package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// onShelf is the condition for each shelf.
var onShelf = map[store.Shelf]string{
	store.Current:  `b.deleted IS NULL AND b.archived IS NULL`,
	store.Archived: `b.deleted IS NULL AND b.archived IS NOT NULL`,
	store.Deleted:  `b.deleted IS NOT NULL`,
}

const listedColumns = `b.id, b.doc, b.title, b.created, b.version, b.locked, b.closed, b.deleted, b.archived, b.titled,
	coalesce(d.length, 0), (SELECT count(*) FROM owners c WHERE c.board_id = b.id)`

// BoardsOf implements store.Persons.
func (s *Store) BoardsOf(ctx context.Context, person string, shelf store.Shelf, after store.Place, most int) ([]store.Listed, error) {
	return s.list(ctx, `SELECT `+listedColumns+`, o.added
		FROM owners o JOIN boards b ON b.id = o.board_id LEFT JOIN documents d ON d.id = b.doc
		WHERE o.person = $1 AND (o.added, o.board_id) < ($2, $3) AND `+onShelf[shelf]+`
		ORDER BY o.added DESC, o.board_id DESC LIMIT $4`, person, placed(after), after.Board, most)
}

// AllBoards implements store.Persons.
func (s *Store) AllBoards(ctx context.Context, shelf store.Shelf, after store.Place, most int) ([]store.Listed, error) {
	return s.list(ctx, `SELECT `+listedColumns+`, b.created
		FROM boards b LEFT JOIN documents d ON d.id = b.doc
		WHERE (b.created, b.id) < ($1, $2) AND `+onShelf[shelf]+`
		ORDER BY b.created DESC, b.id DESC LIMIT $3`, placed(after), after.Board, most)
}

// placed is where a list goes on: from its beginning for the zero place.
func placed(after store.Place) time.Time {
	if after.At.IsZero() {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return milliseconds(after.At)
}

func (s *Store) list(ctx context.Context, query string, args ...any) ([]store.Listed, error) {
	result, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list boards: %w", damaged(err))
	}
	boards, err := pgx.CollectRows(result, func(row pgx.CollectableRow) (l store.Listed, err error) {
		var doc []byte
		var deleted, archived *time.Time
		var titled int
		err = row.Scan(&l.ID, &doc, &l.Title, &l.Created, &l.Version, &l.Locked, &l.Closed, &deleted, &archived, &titled, &l.Changes, &l.Owners, &l.Place.At)
		copy(l.Doc[:], doc)
		l.Created, l.Deleted, l.Archived = l.Created.UTC(), timeOf(deleted), timeOf(archived)
		l.Titled = titled >= l.Changes
		l.Place = store.Place{At: l.Place.At.UTC(), Board: l.ID}
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("list boards: %w", damaged(err))
	}
	return boards, nil
}

// SetTitle implements store.Persons.
func (s *Store) SetTitle(ctx context.Context, board, title string, changes int) error {
	if !rows.Text(title) {
		return fmt.Errorf("note the title of a board: it must be UTF-8 without NUL")
	}
	_, err := s.pool.Exec(ctx, `UPDATE boards SET title = $2, titled = $3 WHERE id = $1 AND titled <= $3`, board, title, changes)
	if err != nil {
		return fmt.Errorf("note the title of a board: %w", damaged(err))
	}
	return nil
}

// DeletedBefore implements store.Persons.
func (s *Store) DeletedBefore(ctx context.Context, before time.Time, most int) ([]string, error) {
	result, err := s.pool.Query(ctx, `SELECT id FROM boards WHERE deleted < $1 ORDER BY deleted, id LIMIT $2`, before, most)
	var boards []string
	if err == nil {
		boards, err = pgx.CollectRows(result, pgx.RowTo[string])
	}
	if err != nil {
		return nil, fmt.Errorf("list deleted boards: %w", damaged(err))
	}
	return boards, nil
}

// What a board leaves goes to another of its family, whose history may show it.
const (
	heir = `SELECT k.id FROM boards b JOIN boards k ON k.id = coalesce(b.family, b.id) OR k.family = coalesce(b.family, b.id)
		WHERE b.id = $1 AND k.id <> $1 ORDER BY k.deleted IS NOT NULL, k.created, k.id COLLATE "C" LIMIT 1`
	inherited = `SELECT 1 FROM attachments o WHERE o.board_id = (` + heir + `) AND o.sha256 = a.sha256`
)

// RemoveBoard implements store.Persons. The board's row is locked meanwhile.
func (s *Store) RemoveBoard(ctx context.Context, board string, before time.Time, most int) (done bool, err error) {
	if !rows.Text(board) {
		return false, fmt.Errorf("remove board %q: %w", board, store.ErrNotFound)
	}
	type statement struct {
		sql  string
		args []any
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var doc []byte
		err := tx.QueryRow(ctx, `SELECT doc FROM boards WHERE id = $1 AND deleted < $2 FOR UPDATE`, board, before).Scan(&doc)
		if err != nil {
			return found(err)
		}
		remove := func(statements ...statement) (removed int64, err error) {
			for _, st := range statements {
				tag, err := tx.Exec(ctx, st.sql, st.args...)
				if err != nil {
					return removed, err
				}
				removed += tag.RowsAffected()
			}
			return removed, nil
		}
		reach := []statement{
			{`DELETE FROM links WHERE board_id = $1`, []any{board}},
			{`DELETE FROM owners WHERE board_id = $1`, []any{board}},
		}
		// A table whose rows are many or large goes in parts.
		parts := []statement{
			{`DELETE FROM participants WHERE id IN (SELECT id FROM participants WHERE board_id = $1 LIMIT $2)`, []any{board, most}},
			{`DELETE FROM actors WHERE (doc, actor, participant) IN (SELECT doc, actor, participant FROM actors WHERE doc = $1 LIMIT $2)`, []any{doc, most}},
			{`DELETE FROM changes WHERE doc = $1 AND position IN (SELECT position FROM changes WHERE doc = $1 LIMIT $2)`, []any{doc, most}},
			{`DELETE FROM snapshots WHERE doc = $1`, []any{doc}},
			{`DELETE FROM drawings WHERE doc = $1`, []any{doc}},
			{`DELETE FROM history_parts WHERE doc = $1`, []any{doc}},
			{`DELETE FROM named_versions WHERE board_id = $1`, []any{board}},
			{`UPDATE attachments SET board_id = (` + heir + `) WHERE board_id = $1 AND sha256 IN (SELECT a.sha256 FROM attachments a
				WHERE a.board_id = $1 AND EXISTS (` + heir + `) AND NOT EXISTS (` + inherited + `) LIMIT $2)`, []any{board, 1 + most/100}},
			{`DELETE FROM attachments WHERE board_id = $1 AND sha256 IN (SELECT a.sha256 FROM attachments a
				WHERE a.board_id = $1 AND (NOT EXISTS (` + heir + `) OR EXISTS (` + inherited + `)) LIMIT $2)`, []any{board, 1 + most/100}},
		}
		for _, part := range [][]statement{reach, parts} {
			if n, err := remove(part...); err != nil || n > 0 {
				return err
			}
		}
		done = true
		_, err = remove(statement{`DELETE FROM documents WHERE id = $1`, []any{doc}}, statement{`DELETE FROM boards WHERE id = $1`, []any{board}})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("remove board %q: %w", board, damaged(err))
	}
	return done, nil
}
