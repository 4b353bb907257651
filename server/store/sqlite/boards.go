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
	_, err := tx.ExecContext(background, `INSERT INTO boards (id, doc, title, created, titled, api_key, deleted) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		b.ID, b.Doc[:], b.Title, b.Created.UnixMilli(), len(first), sql.NullString{String: b.Key, Valid: b.Key != ""}, nullTime(b.Deleted))
	if err == nil && b.Fork.Of != "" {
		err = setFork(background, tx, b)
	}
	if err != nil {
		return err
	}
	failpoint.Reach("sqlite.board.inserted")
	for _, l := range links {
		if err := insertLink(background, tx, l); err != nil {
			return fmt.Errorf("link: %w", err)
		}
	}
	if err := insertLines(background, tx, store.Noted(ctx, b.ID)); err != nil {
		return err
	}
	return appendEntries(ctx, tx, first)
}

// Board implements store.Store.
func (s *Store) Board(ctx context.Context, id string) (store.Board, error) {
	b, err := board(ctx, s.reader, id)
	if err != nil {
		return store.Board{}, fmt.Errorf("read board %q: %w", id, found(err))
	}
	return b, nil
}

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func board(ctx context.Context, q querier, id string) (store.Board, error) {
	var (
		b        = store.Board{ID: id}
		doc      []byte
		created  int64
		deleted  sql.NullInt64
		archived sql.NullInt64
		heads    []byte
		moment   sql.NullInt64
	)
	err := q.QueryRowContext(ctx, `SELECT doc, title, created, version, locked, closed, deleted, archived, coalesce(api_key, ''), embed_origins, embed_role, preview,
			coalesce(forked_from, ''), forked_name, forked_heads, forked_moment FROM boards WHERE id = ?`, id).
		Scan(&doc, &b.Title, &created, &b.Version, &b.Locked, &b.Closed, &deleted, &archived, &b.Key,
			&b.Embedding.Origins, &b.Embedding.Role, &b.Embedding.Preview,
			&b.Fork.Of, &b.Fork.Name, &heads, &moment)
	copy(b.Doc[:], doc)
	b.Fork.Heads, b.Fork.Moment = string(heads), timeOf(moment)
	b.Created, b.Deleted, b.Archived = time.UnixMilli(created).UTC(), timeOf(deleted), timeOf(archived)
	return b, err
}

// timeOf returns the zero time for NULL.
func timeOf(at sql.NullInt64) time.Time {
	if !at.Valid {
		return time.Time{}
	}
	return time.UnixMilli(at.Int64).UTC()
}

func nullTime(at time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: at.UnixMilli(), Valid: !at.IsZero()}
}

// found turns the absence of a row into store.ErrNotFound.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return damaged(err)
}
