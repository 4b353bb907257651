package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// PutAttachment implements store.Store.
func (s *Store) PutAttachment(ctx context.Context, boardID string, a store.Attachment, room store.Room) error {
	err := rows.CheckAttachment(a)
	if err == nil && !rows.Text(boardID) {
		err = store.ErrNotFound // Postgres would refuse the question
	}
	if err == nil {
		err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return putAttachment(ctx, tx, boardID, a, room) })
	}
	if err != nil {
		return fmt.Errorf("put attachment of board %q: %w", boardID, found(err))
	}
	return nil
}

func putAttachment(ctx context.Context, tx pgx.Tx, boardID string, a store.Attachment, room store.Room) error {
	// Whoever adds a file to the board waits here, so that the count holds.
	if err := tx.QueryRow(ctx, `SELECT id FROM boards WHERE id = $1 FOR NO KEY UPDATE`, boardID).Scan(&boardID); err != nil {
		return err
	}
	id := store.NameAttachment(a.Content)
	var has bool
	var files int
	var bytes int64
	err := tx.QueryRow(ctx, `
		SELECT coalesce(bool_or(sha256 = $2), false), count(*), coalesce(sum(octet_length(content)), 0)
		FROM attachments WHERE board_id = $1`, boardID, id[:]).Scan(&has, &files, &bytes)
	if err != nil || has {
		return err
	}
	if err := rows.Fits(room, files, bytes, int64(len(a.Content))); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO attachments (board_id, sha256, created, content) VALUES ($1, $2, $3, $4)`,
		boardID, id[:], milliseconds(a.Created), a.Content)
	return err
}

// Attachment implements store.Store.
func (s *Store) Attachment(ctx context.Context, boardID string, id store.AttachmentID) ([]byte, error) {
	if !rows.Text(boardID) {
		return nil, fmt.Errorf("read attachment of board %q: %w", boardID, store.ErrNotFound)
	}
	var content []byte
	err := s.pool.QueryRow(ctx, `
		SELECT content FROM attachments WHERE sha256 = $2 AND board_id IN (
			SELECT $1
			UNION SELECT coalesce(family, id) FROM boards WHERE id = $1
			UNION SELECT k.id FROM boards b JOIN boards k ON k.family = coalesce(b.family, b.id) WHERE b.id = $1)
		LIMIT 1`, boardID, id[:]).Scan(&content)
	if err != nil {
		return nil, fmt.Errorf("read attachment of board %q: %w", boardID, found(err))
	}
	if _, err := rows.Attachment(id[:], content); err != nil {
		return nil, fmt.Errorf("read attachment of board %q: %w", boardID, err)
	}
	return content, nil
}

// InspectAttachments implements store.Inspector.
func (s *Store) InspectAttachments(ctx context.Context, visit func(string, store.AttachmentID, error) error) error {
	result, err := s.pool.Query(ctx, `SELECT board_id, sha256, content FROM attachments ORDER BY board_id COLLATE "C", sha256`)
	if err != nil {
		return fmt.Errorf("inspect attachments: %w", damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var board string
		var id, content []byte
		if err := result.Scan(&board, &id, &content); err != nil {
			return fmt.Errorf("inspect attachments: %w", damaged(err))
		}
		name, err := rows.Attachment(id, content)
		if err != nil {
			err = fmt.Errorf("board %q: %w", board, err)
		}
		if err := visit(board, name, err); err != nil {
			return err
		}
	}
	if err := result.Err(); err != nil {
		return fmt.Errorf("inspect attachments: %w", damaged(err))
	}
	return nil
}
