package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// CreateBoard implements store.Store.
func (s *Store) CreateBoard(ctx context.Context, b store.Board, links []store.Link, first []store.Entry) error {
	if err := rows.CheckBoard(b, links, first); err != nil {
		return fmt.Errorf("create board %q: %w", b.ID, err)
	}
	err := s.send(ctx, "board", func(batch *pgx.Batch) {
		batch.Queue(`INSERT INTO boards (id, doc, title, created) VALUES ($1, $2, $3, $4)`,
			b.ID, b.Doc[:], b.Title, milliseconds(b.Created))
		for _, l := range links {
			batch.Queue(`INSERT INTO links (secret_hash, board_id, role, created) VALUES ($1, $2, $3, $4)`,
				l.SecretHash[:], l.BoardID, string(l.Role), milliseconds(l.Created))
		}
		if len(first) > 0 {
			queueAppend(batch, first)
		}
	})
	if err != nil {
		return fmt.Errorf("create board %q: %w", b.ID, appending(err))
	}
	return nil
}

// Board implements store.Store.
func (s *Store) Board(ctx context.Context, id string) (store.Board, error) {
	if !rows.Text(id) {
		// Postgres would refuse the question, and no board has such an id.
		return store.Board{}, fmt.Errorf("read board %q: %w", id, store.ErrNotFound)
	}
	b := store.Board{ID: id}
	var doc []byte
	err := s.pool.QueryRow(ctx, `SELECT doc, title, created FROM boards WHERE id = $1`, id).
		Scan(&doc, &b.Title, &b.Created)
	if err != nil {
		return store.Board{}, fmt.Errorf("read board %q: %w", id, found(err))
	}
	copy(b.Doc[:], doc)
	b.Created = b.Created.UTC()
	return b, nil
}

// LinkBySecret implements store.Store.
func (s *Store) LinkBySecret(ctx context.Context, secretHash [32]byte) (store.Link, error) {
	l := store.Link{SecretHash: secretHash}
	err := s.pool.QueryRow(ctx, `SELECT board_id, role, created FROM links WHERE secret_hash = $1`, secretHash[:]).
		Scan(&l.BoardID, &l.Role, &l.Created)
	if err != nil {
		return store.Link{}, fmt.Errorf("read link: %w", found(err))
	}
	l.Created = l.Created.UTC()
	return l, nil
}
