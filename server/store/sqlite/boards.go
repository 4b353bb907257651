package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"openmic/server/internal/failpoint"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// CreateBoard implements store.Store.
func (s *Store) CreateBoard(ctx context.Context, b store.Board, links []store.Link, first []store.Entry) error {
	err := rows.CheckBoard(b, links, first)
	if err == nil {
		err = s.write(ctx, func(tx *sql.Tx) error {
			err := createBoard(ctx, tx, b, links, first)
			failpoint.Reach("sqlite.board.commit")
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("create board %q: %w", b.ID, damaged(err))
	}
	failpoint.Reach("sqlite.board.committed")
	return nil
}

func createBoard(ctx context.Context, tx *sql.Tx, b store.Board, links []store.Link, first []store.Entry) error {
	background := context.WithoutCancel(ctx)
	_, err := tx.ExecContext(background, `INSERT INTO boards (id, doc, title, created) VALUES (?, ?, ?, ?)`,
		b.ID, b.Doc[:], b.Title, b.Created.UnixMilli())
	if err != nil {
		return err
	}
	failpoint.Reach("sqlite.board.inserted")
	for _, l := range links {
		_, err := tx.ExecContext(background, `INSERT INTO links (secret_hash, board_id, role, created) VALUES (?, ?, ?, ?)`,
			l.SecretHash[:], l.BoardID, string(l.Role), l.Created.UnixMilli())
		if err != nil {
			return fmt.Errorf("link: %w", err)
		}
	}
	return appendEntries(ctx, tx, first)
}

// Board implements store.Store.
func (s *Store) Board(ctx context.Context, id string) (store.Board, error) {
	var (
		b       = store.Board{ID: id}
		doc     []byte
		created int64
	)
	err := s.reader.QueryRowContext(ctx, `SELECT doc, title, created FROM boards WHERE id = ?`, id).
		Scan(&doc, &b.Title, &created)
	if err != nil {
		return store.Board{}, fmt.Errorf("read board %q: %w", id, found(err))
	}
	copy(b.Doc[:], doc)
	b.Created = time.UnixMilli(created).UTC()
	return b, nil
}

// LinkBySecret implements store.Store.
func (s *Store) LinkBySecret(ctx context.Context, secretHash [32]byte) (store.Link, error) {
	var (
		l       = store.Link{SecretHash: secretHash}
		created int64
	)
	err := s.reader.QueryRowContext(ctx, `SELECT board_id, role, created FROM links WHERE secret_hash = ?`, secretHash[:]).
		Scan(&l.BoardID, &l.Role, &created)
	if err != nil {
		return store.Link{}, fmt.Errorf("read link: %w", found(err))
	}
	l.Created = time.UnixMilli(created).UTC()
	return l, nil
}

// found turns the absence of a row into store.ErrNotFound.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return damaged(err)
}
