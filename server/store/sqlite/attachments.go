package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"openmic/server/internal/failpoint"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// PutAttachment implements store.Store.
func (s *Store) PutAttachment(ctx context.Context, boardID string, a store.Attachment, room store.Room) error {
	err := rows.CheckAttachment(a)
	if err == nil {
		err = s.write(ctx, func(tx *sql.Tx) error {
			err := putAttachment(context.WithoutCancel(ctx), tx, boardID, a, room)
			failpoint.Reach("sqlite.attachment.commit")
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("put attachment of board %q: %w", boardID, damaged(err))
	}
	return nil
}

func putAttachment(ctx context.Context, tx *sql.Tx, boardID string, a store.Attachment, room store.Room) error {
	id := store.NameAttachment(a.Content)
	var there, has bool
	var files int
	var bytes int64
	err := tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM boards WHERE id = ?1), EXISTS (SELECT 1 FROM attachments WHERE board_id = ?1 AND sha256 = ?2),
			count(*), coalesce(sum(length(content)), 0)
		FROM attachments WHERE board_id = ?1`, boardID, id[:]).Scan(&there, &has, &files, &bytes)
	switch {
	case err != nil:
		return err
	case !there:
		return store.ErrNotFound
	case has:
		return nil
	}
	if err := rows.Fits(room, files, bytes, int64(len(a.Content))); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO attachments (board_id, sha256, created, content) VALUES (?, ?, ?, ?)`,
		boardID, id[:], a.Created.UnixMilli(), a.Content)
	return err
}

// Attachment implements store.Store.
func (s *Store) Attachment(ctx context.Context, boardID string, id store.AttachmentID) ([]byte, error) {
	var content []byte
	err := s.reader.QueryRowContext(ctx, `
		SELECT content FROM attachments WHERE sha256 = ?2 AND board_id IN (
			SELECT ?1
			UNION SELECT coalesce(family, id) FROM boards WHERE id = ?1
			UNION SELECT k.id FROM boards b JOIN boards k ON k.family = coalesce(b.family, b.id) WHERE b.id = ?1)
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
	result, err := s.reader.QueryContext(ctx, `SELECT board_id, sha256, content FROM attachments ORDER BY board_id, sha256`)
	if err != nil {
		return fmt.Errorf("inspect attachments: %w", damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var board string
		var id, content sql.RawBytes
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
