package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// SetEmbedding implements store.People.
func (s *Store) SetEmbedding(ctx context.Context, board string, e store.Embedding) error {
	if !rows.Text(e.Origins) {
		return errors.New("change the embedding: origins must be UTF-8 without NUL")
	}
	return s.change(ctx, "change the embedding", board, func(tx pgx.Tx) (pgconn.CommandTag, error) {
		return tx.Exec(ctx, `UPDATE boards SET embed_origins = $2, embed_role = $3, preview = $4 WHERE id = $1`,
			board, e.Origins, string(e.Role), e.Preview)
	})
}

// JoinAs implements store.People. The board's row is locked, so that two who come
// together as the same one take turns.
func (s *Store) JoinAs(ctx context.Context, p store.Participant, most int) (store.Participant, error) {
	if !rows.Text(p.Name) || !rows.Text(p.BoardID) {
		return p, errors.New("join: the name and the board must be UTF-8 without NUL")
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var all int
		if err := tx.QueryRow(ctx, `SELECT 1 FROM boards WHERE id = $1 FOR UPDATE`, p.BoardID).Scan(&all); err != nil {
			return found(err)
		}
		known, err := scanParticipant(tx.QueryRow(ctx,
			`SELECT `+participantColumns+` FROM participants WHERE token_hash = $1 AND board_id = $2`, p.TokenHash[:], p.BoardID))
		if err == nil {
			name, audience := p.Name, p.Audience
			if !known.Erased.IsZero() {
				name = "" // they have taken it away, whatever the page calls them
			}
			p, p.Name, p.Audience = known, name, audience
			_, err = tx.Exec(ctx, `UPDATE participants SET name = $2, audience = $3 WHERE id = $1`, known.ID, name, string(audience))
			return err
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM participants WHERE board_id = $1`, p.BoardID).Scan(&all); err != nil {
			return err
		}
		if all >= most {
			return store.ErrFull
		}
		return insertParticipant(ctx, tx, p)
	})
	if err != nil {
		return p, fmt.Errorf("join board %q: %w", p.BoardID, damaged(err))
	}
	return p, nil
}
