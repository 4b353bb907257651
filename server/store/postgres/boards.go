package postgres

import (
	"context"
	"fmt"
	"time"

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
		batch.Queue(`INSERT INTO boards (id, doc, title, created, titled, api_key, deleted) VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7)`,
			b.ID, b.Doc[:], b.Title, milliseconds(b.Created), len(first), b.Key, nullTime(b.Deleted))
		if b.Fork.Of != "" {
			queueFork(batch, b)
		}
		for _, l := range links {
			batch.Queue(insertLink, linkValues(l)...)
		}
		queueLines(batch, store.Noted(ctx, b.ID))
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
	b, err := board(ctx, s.pool, id)
	if err != nil {
		return store.Board{}, fmt.Errorf("read board %q: %w", id, found(err))
	}
	return b, nil
}

// querier is the pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

func board(ctx context.Context, q querier, id string) (store.Board, error) {
	b := store.Board{ID: id}
	var doc []byte
	var deleted, archived, moment *time.Time
	var heads []byte
	err := q.QueryRow(ctx, `SELECT doc, title, created, version, locked, closed, deleted, archived, coalesce(api_key, ''), embed_origins, embed_role, preview,
			coalesce(forked_from, ''), forked_name, forked_heads, forked_moment FROM boards WHERE id = $1`, id).
		Scan(&doc, &b.Title, &b.Created, &b.Version, &b.Locked, &b.Closed, &deleted, &archived, &b.Key,
			&b.Embedding.Origins, &b.Embedding.Role, &b.Embedding.Preview,
			&b.Fork.Of, &b.Fork.Name, &heads, &moment)
	copy(b.Doc[:], doc)
	b.Fork.Heads, b.Fork.Moment = string(heads), timeOf(moment)
	b.Created, b.Deleted, b.Archived = b.Created.UTC(), timeOf(deleted), timeOf(archived)
	return b, err
}

// timeOf returns the zero time for NULL.
func timeOf(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.UTC()
}

func nullTime(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = milliseconds(at)
	return &at
}
