package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// queueFork makes a board a fork, and lets it know whose the actors are that the
// other board knew by then, and what moments of it are called.
func queueFork(batch *pgx.Batch, b store.Board) {
	f := b.Fork
	batch.Queue(`
		UPDATE boards SET forked_from = $2, forked_name = $3, forked_heads = $4, forked_moment = $5,
			family = coalesce((SELECT family FROM boards WHERE id = $2), $2)
		WHERE id = $1`, b.ID, f.Of, f.Name, []byte(f.Heads), nullTime(f.Moment))
	batch.Queue(`
		INSERT INTO actors (doc, actor, participant, link, owns, first_at)
		SELECT $1, actor, participant, link, owns, first_at FROM actors
		WHERE doc = (SELECT doc FROM boards WHERE id = $2) AND first_at <= $3`, b.Doc[:], f.Of, milliseconds(f.Moment))
	batch.Queue(`
		INSERT INTO named_versions (`+versionColumns+`)
		SELECT $1, id, moment, at, title, participant, created FROM named_versions
		WHERE board_id = $2 AND moment <= $3`, b.ID, f.Of, f.Shared)
}

// kinOf has the documents of the family of document $1, that one among them.
const kinOf = `kin (doc) AS (
	SELECT $1::bytea
	UNION SELECT k.doc FROM boards b JOIN boards k ON k.id = coalesce(b.family, b.id) WHERE b.doc = $1
	UNION SELECT k.doc FROM boards b JOIN boards k ON k.family = coalesce(b.family, b.id) WHERE b.doc = $1)`

// ownedBy has for each actor that document $1 knows who owns it, as owned: whoever
// was first in the family.
const ownedBy = `WITH ` + kinOf + `, owned AS (
	SELECT DISTINCT ON (actor) actor, participant, link, first_at
	FROM actors WHERE owns AND doc IN (SELECT doc FROM kin) AND actor IN (SELECT actor FROM actors WHERE doc = $1)
	ORDER BY actor, first_at, participant COLLATE "C")`

// Forks implements store.Forks.
func (s *Store) Forks(ctx context.Context, id string, most int) (boards []store.Board, err error) {
	if !rows.Text(id) {
		return nil, nil
	}
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		result, err := tx.Query(ctx, `
			SELECT id FROM boards WHERE forked_from = $1 AND deleted IS NULL ORDER BY created, id COLLATE "C" LIMIT $2`, id, most)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(result, pgx.RowTo[string])
		for _, fork := range ids {
			b, err := board(ctx, tx, fork)
			if err != nil {
				return err
			}
			boards = append(boards, b)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list forks of board %q: %w", id, damaged(err))
	}
	return boards, nil
}
