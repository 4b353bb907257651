package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// PutDrawing implements store.Drawings.
func (s *Store) PutDrawing(ctx context.Context, doc docid.ID, d store.Drawing) error {
	row := rows.NewDrawing(doc, d)
	err := s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		result, err := tx.ExecContext(background, `
			INSERT INTO drawings (doc, theme, language, script, heads, at, sha256, svg)
			SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM documents WHERE id = ?1
			ON CONFLICT (doc, theme, language) DO UPDATE SET script = excluded.script, heads = excluded.heads,
				at = excluded.at, sha256 = excluded.sha256, svg = excluded.svg`,
			doc[:], row.Theme, row.Language, bytesOf(row.Script), bytesOf(row.Heads), row.At.UnixMilli(), row.SHA256, bytesOf(row.SVG))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("put drawing of document %s: %w", doc, damaged(err))
	}
	return nil
}

// Drawing implements store.Drawings.
func (s *Store) Drawing(ctx context.Context, doc docid.ID, theme, language string) (d store.Drawing, err error) {
	row := rows.Drawing{Theme: theme, Language: language}
	var at int64
	err = s.reader.QueryRowContext(ctx, `
		SELECT script, heads, at, sha256, svg FROM drawings WHERE doc = ? AND theme = ? AND language = ?`, doc[:], theme, language).
		Scan(&row.Script, &row.Heads, &at, &row.SHA256, &row.SVG)
	if err != nil {
		return d, fmt.Errorf("read drawing of document %s: %w", doc, found(err))
	}
	row.At = time.UnixMilli(at)
	return row.Open(doc)
}
