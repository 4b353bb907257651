package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"openmic/server/store"
)

// onShelf is the condition for each shelf.
var onShelf = map[store.Shelf]string{
	store.Current:  `b.deleted IS NULL AND b.archived IS NULL`,
	store.Archived: `b.deleted IS NULL AND b.archived IS NOT NULL`,
	store.Deleted:  `b.deleted IS NOT NULL`,
}

const listedColumns = `b.id, b.doc, b.title, b.created, b.version, b.locked, b.closed, b.deleted, b.archived, b.titled, d.length,
	(SELECT count(*) FROM owners c WHERE c.board_id = b.id)`

// BoardsOf implements store.Persons.
func (s *Store) BoardsOf(ctx context.Context, person string, shelf store.Shelf, after store.Place, most int) ([]store.Listed, error) {
	return s.list(ctx, `SELECT `+listedColumns+`, o.added
		FROM owners o JOIN boards b ON b.id = o.board_id LEFT JOIN documents d ON d.id = b.doc
		WHERE o.person = ? AND (o.added, o.board_id) < (?, ?) AND `+onShelf[shelf]+`
		ORDER BY o.added DESC, o.board_id DESC LIMIT ?`, person, placed(after), after.Board, most)
}

// AllBoards implements store.Persons.
func (s *Store) AllBoards(ctx context.Context, shelf store.Shelf, after store.Place, most int) ([]store.Listed, error) {
	return s.list(ctx, `SELECT `+listedColumns+`, b.created
		FROM boards b LEFT JOIN documents d ON d.id = b.doc
		WHERE (b.created, b.id) < (?, ?) AND `+onShelf[shelf]+`
		ORDER BY b.created DESC, b.id DESC LIMIT ?`, placed(after), after.Board, most)
}

// placed is where a list goes on: from its beginning for the zero place.
func placed(after store.Place) int64 {
	if after.At.IsZero() {
		return math.MaxInt64
	}
	return after.At.UnixMilli()
}

func (s *Store) list(ctx context.Context, query string, args ...any) (boards []store.Listed, err error) {
	result, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list boards: %w", damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var (
			l                 store.Listed
			doc               []byte
			created, at       int64
			deleted, archived sql.NullInt64
			titled            int
			length            sql.NullInt64
		)
		err := result.Scan(&l.ID, &doc, &l.Title, &created, &l.Version, &l.Locked, &l.Closed, &deleted, &archived, &titled, &length, &l.Owners, &at)
		if err != nil {
			return nil, fmt.Errorf("list boards: %w", damaged(err))
		}
		copy(l.Doc[:], doc)
		l.Created, l.Deleted, l.Archived = time.UnixMilli(created).UTC(), timeOf(deleted), timeOf(archived)
		l.Changes = int(length.Int64)
		l.Titled = titled >= l.Changes
		l.Place = store.Place{At: time.UnixMilli(at).UTC(), Board: l.ID}
		boards = append(boards, l)
	}
	return boards, damaged(result.Err())
}

// SetTitle implements store.Persons.
func (s *Store) SetTitle(ctx context.Context, board, title string, changes int) error {
	return s.forget(ctx, "note the title of a board", `
		UPDATE boards SET title = ?2, titled = ?3 WHERE id = ?1 AND titled <= ?3`, board, title, changes)
}

// DeletedBefore implements store.Persons.
func (s *Store) DeletedBefore(ctx context.Context, before time.Time, most int) (boards []string, err error) {
	result, err := s.reader.QueryContext(ctx, `SELECT id FROM boards WHERE deleted < ? ORDER BY deleted, id LIMIT ?`, before.UnixMilli(), most)
	if err != nil {
		return nil, fmt.Errorf("list deleted boards: %w", damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var id string
		if err := result.Scan(&id); err != nil {
			return nil, fmt.Errorf("list deleted boards: %w", damaged(err))
		}
		boards = append(boards, id)
	}
	return boards, damaged(result.Err())
}

// Where the rows of a board are, in the order in which they go. A table whose
// rows are many or large goes in parts.
var (
	reachOf = []string{`DELETE FROM links WHERE board_id = ?1`, `DELETE FROM owners WHERE board_id = ?1`}
	rowsOf  = []string{
		`DELETE FROM participants WHERE id IN (SELECT id FROM participants WHERE board_id = ?1 LIMIT ?3)`,
		`DELETE FROM actors WHERE (doc, actor, participant) IN (SELECT doc, actor, participant FROM actors WHERE doc = ?2 LIMIT ?3)`,
		`DELETE FROM changes WHERE doc = ?2 AND position IN (SELECT position FROM changes WHERE doc = ?2 LIMIT ?3)`,
		`DELETE FROM snapshots WHERE doc = ?2`,
		`DELETE FROM drawings WHERE doc = ?2`,
		`DELETE FROM history_parts WHERE doc = ?2`,
		`DELETE FROM named_versions WHERE board_id = ?1`,
		`UPDATE attachments SET board_id = (` + heir + `) WHERE board_id = ?1 AND sha256 IN (SELECT a.sha256 FROM attachments a
			WHERE a.board_id = ?1 AND EXISTS (` + heir + `) AND NOT EXISTS (` + inherited + `) LIMIT 1 + ?3 / 100)`,
		`DELETE FROM attachments WHERE board_id = ?1 AND sha256 IN (SELECT a.sha256 FROM attachments a
			WHERE a.board_id = ?1 AND (NOT EXISTS (` + heir + `) OR EXISTS (` + inherited + `)) LIMIT 1 + ?3 / 100)`,
	}
	boardsOf = []string{`DELETE FROM documents WHERE id = ?2`, `DELETE FROM boards WHERE id = ?1`}
)

// What a board leaves goes to another of its family, whose history may show it.
const (
	heir = `SELECT k.id FROM boards b JOIN boards k ON k.id = coalesce(b.family, b.id) OR k.family = coalesce(b.family, b.id)
		WHERE b.id = ?1 AND k.id <> ?1 ORDER BY k.deleted IS NOT NULL, k.created, k.id LIMIT 1`
	inherited = `SELECT 1 FROM attachments o WHERE o.board_id = (` + heir + `) AND o.sha256 = a.sha256`
)

// RemoveBoard implements store.Persons.
func (s *Store) RemoveBoard(ctx context.Context, board string, before time.Time, most int) (done bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		var doc []byte
		err := tx.QueryRowContext(background, `SELECT doc FROM boards WHERE id = ? AND deleted < ?`, board, before.UnixMilli()).Scan(&doc)
		if err != nil {
			return found(err)
		}
		remove := func(statements []string) (removed int64, err error) {
			for _, statement := range statements {
				result, err := tx.ExecContext(background, statement, board, doc, most)
				if err != nil {
					return removed, err
				}
				n, err := result.RowsAffected()
				if removed += n; err != nil {
					return removed, err
				}
			}
			return removed, nil
		}
		for _, part := range [][]string{reachOf, rowsOf} {
			if n, err := remove(part); err != nil || n > 0 {
				return err
			}
		}
		done = true
		_, err = remove(boardsOf)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("remove board %q: %w", board, damaged(err))
	}
	return done, nil
}
