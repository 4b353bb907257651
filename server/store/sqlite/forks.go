package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"openmic/server/store"
)

// setFork makes a board a fork, and lets it know whose the actors are that the
// other board knew by then, and what moments of it are called.
func setFork(ctx context.Context, tx *sql.Tx, b store.Board) error {
	f := b.Fork
	_, err := tx.ExecContext(ctx, `
		UPDATE boards SET forked_from = ?2, forked_name = ?3, forked_heads = ?4, forked_moment = ?5,
			family = coalesce((SELECT family FROM boards WHERE id = ?2), ?2)
		WHERE id = ?1`, b.ID, f.Of, f.Name, []byte(f.Heads), nullTime(f.Moment))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO actors (doc, actor, participant, link, owns, first_at)
		SELECT ?1, actor, participant, link, owns, first_at FROM actors
		WHERE doc = (SELECT doc FROM boards WHERE id = ?2) AND first_at <= ?3`, b.Doc[:], f.Of, f.Moment.UnixMilli())
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO named_versions (`+versionColumns+`)
		SELECT ?1, id, moment, at, title, participant, created FROM named_versions
		WHERE board_id = ?2 AND moment <= ?3`, b.ID, f.Of, f.Shared)
	return err
}

// kinOf has the documents of the family of document ?1, that one among them.
const kinOf = `kin (doc) AS (
	SELECT ?1
	UNION SELECT k.doc FROM boards b JOIN boards k ON k.id = coalesce(b.family, b.id) WHERE b.doc = ?1
	UNION SELECT k.doc FROM boards b JOIN boards k ON k.family = coalesce(b.family, b.id) WHERE b.doc = ?1)`

// ownedBy has for each actor that document ?1 knows who owns it, as owned: whoever
// was first in the family.
const ownedBy = `WITH ` + kinOf + `, claims AS (
	SELECT actor, participant, link, first_at, row_number() OVER (PARTITION BY actor ORDER BY first_at, participant) AS turn
	FROM actors WHERE owns AND doc IN (SELECT doc FROM kin) AND actor IN (SELECT actor FROM actors WHERE doc = ?1)
), owned AS (SELECT actor, participant, link, first_at FROM claims WHERE turn = 1)`

// Forks implements store.Forks.
func (s *Store) Forks(ctx context.Context, id string, most int) (boards []store.Board, err error) {
	tx, err := s.reader.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("list forks of board %q: %w", id, damaged(err))
	}
	defer tx.Rollback()
	ids, err := texts(ctx, tx, `SELECT id FROM boards WHERE forked_from = ? AND deleted IS NULL ORDER BY created, id LIMIT ?`, id, most)
	for _, fork := range ids {
		var b store.Board
		if b, err = board(ctx, tx, fork); err != nil {
			break
		}
		boards = append(boards, b)
	}
	if err != nil {
		return nil, fmt.Errorf("list forks of board %q: %w", id, damaged(err))
	}
	return boards, nil
}
