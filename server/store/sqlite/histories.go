package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"openmic/server/docid"
	"openmic/server/store/internal/rows"
)

// PutHistory implements store.Histories.
func (s *Store) PutHistory(ctx context.Context, doc docid.ID, part int, content []byte) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(context.WithoutCancel(ctx), `
			INSERT INTO history_parts (doc, part, content, sum) SELECT id, ?2, ?3, ?4 FROM documents WHERE id = ?1
			ON CONFLICT (doc, part) DO UPDATE SET content = excluded.content, sum = excluded.sum`,
			doc[:], part, bytesOf(content), rows.SumPart(doc, part, content))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("put part %d of the history of document %s: %w", part, doc, damaged(err))
	}
	return nil
}

// History implements store.Histories.
func (s *Store) History(ctx context.Context, doc docid.ID) (map[int][]byte, error) {
	result, err := s.reader.QueryContext(ctx, `SELECT part, content, sum FROM history_parts WHERE doc = ?`, doc[:])
	if err != nil {
		return nil, fmt.Errorf("read history of document %s: %w", doc, damaged(err))
	}
	defer result.Close()
	parts := map[int][]byte{}
	for result.Next() {
		var part, sum int
		var content []byte
		if err := result.Scan(&part, &content, &sum); err != nil {
			return nil, fmt.Errorf("read history of document %s: %w", doc, damaged(err))
		}
		if int(rows.SumPart(doc, part, content)) == sum {
			parts[part] = content
		}
	}
	if err := result.Err(); err != nil {
		return nil, fmt.Errorf("read history of document %s: %w", doc, damaged(err))
	}
	return parts, nil
}
