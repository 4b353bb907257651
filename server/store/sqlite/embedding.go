package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// SetEmbedding implements store.People.
func (s *Store) SetEmbedding(ctx context.Context, board string, e store.Embedding) error {
	if !rows.Text(e.Origins) {
		return errors.New("change the embedding: origins must be UTF-8 without NUL")
	}
	return s.change(ctx, "change the embedding", board, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `UPDATE boards SET embed_origins = ?, embed_role = ?, preview = ? WHERE id = ?`,
			e.Origins, string(e.Role), e.Preview, board)
	})
}

// JoinAs implements store.People.
func (s *Store) JoinAs(ctx context.Context, p store.Participant, most int) (store.Participant, error) {
	if !rows.Text(p.Name) {
		return p, errors.New("join: the name must be UTF-8 without NUL")
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		known, err := scanParticipant(tx.QueryRowContext(background,
			`SELECT `+participantColumns+` FROM participants WHERE token_hash = ? AND board_id = ?`, p.TokenHash[:], p.BoardID).Scan)
		if err == nil {
			name, audience := p.Name, p.Audience
			if !known.Erased.IsZero() {
				name = "" // they have taken it away, whatever the page calls them
			}
			p, p.Name, p.Audience = known, name, audience
			_, err = tx.ExecContext(background, `UPDATE participants SET name = ?, audience = ? WHERE id = ?`, name, string(audience), known.ID)
			return err
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if _, err := board(background, tx, p.BoardID); err != nil {
			return found(err)
		}
		var all int
		if err := tx.QueryRowContext(background, `SELECT count(*) FROM participants WHERE board_id = ?`, p.BoardID).Scan(&all); err != nil {
			return err
		}
		if all >= most {
			return store.ErrFull
		}
		return insertParticipant(background, tx, p)
	})
	if err != nil {
		return p, fmt.Errorf("join board %q: %w", p.BoardID, damaged(err))
	}
	return p, nil
}
