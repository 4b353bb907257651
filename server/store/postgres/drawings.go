package postgres

import (
	"context"
	"fmt"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// PutDrawing implements store.Drawings.
func (s *Store) PutDrawing(ctx context.Context, doc docid.ID, d store.Drawing) error {
	row := rows.NewDrawing(doc, d)
	tag, err := s.pool.Exec(ctx, `
		INSERT INTO drawings (doc, theme, language, script, heads, at, sha256, svg)
		SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM documents WHERE id = $1
		ON CONFLICT (doc, theme, language) DO UPDATE SET script = excluded.script, heads = excluded.heads,
			at = excluded.at, sha256 = excluded.sha256, svg = excluded.svg`,
		doc[:], row.Theme, row.Language, bytesOf(row.Script), bytesOf(row.Heads), milliseconds(row.At), row.SHA256, bytesOf(row.SVG))
	if err == nil && tag.RowsAffected() == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("put drawing of document %s: %w", doc, damaged(err))
	}
	return nil
}

// Drawing implements store.Drawings.
func (s *Store) Drawing(ctx context.Context, doc docid.ID, theme, language string) (d store.Drawing, err error) {
	row := rows.Drawing{Theme: theme, Language: language}
	err = s.pool.QueryRow(ctx, `
		SELECT script, heads, at, sha256, svg FROM drawings WHERE doc = $1 AND theme = $2 AND language = $3`, doc[:], theme, language).
		Scan(&row.Script, &row.Heads, &row.At, &row.SHA256, &row.SVG)
	if err != nil {
		return d, fmt.Errorf("read drawing of document %s: %w", doc, found(err))
	}
	return row.Open(doc)
}
