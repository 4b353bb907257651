package store

import (
	"context"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
)

// Drawings is the part of a Store that keeps the last picture of each document, of
// each look. It holds nothing that could not be drawn again, and goes with the document.
type Drawings interface {
	// PutDrawing keeps a drawing in place of the one of that look. ErrNotFound,
	// wrapped: the document has no changes.
	PutDrawing(ctx context.Context, doc docid.ID, d Drawing) error

	// Drawing returns the one that is kept. ErrNotFound, wrapped: none is. ErrDamaged,
	// wrapped: it is not what was kept.
	Drawing(ctx context.Context, doc docid.ID, theme, language string) (Drawing, error)
}

// Drawing is a picture of a document.
type Drawing struct {
	Theme, Language string
	Script          []byte      // names what drew it
	Heads           []crdt.Hash // what it shows
	SVG             []byte      // compressed
	At              time.Time   // when what it shows was looked up; kept to the millisecond
}
