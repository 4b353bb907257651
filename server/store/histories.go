package store

import (
	"context"

	"openmic/server/docid"
)

// Histories is the part of a Store that keeps what was made of long logs for those who
// look back. It holds nothing that could not be made again, and goes with the document.
type Histories interface {
	// PutHistory keeps a part of the history of a document in place of the one of that
	// number. ErrNotFound, wrapped: the document has no changes.
	PutHistory(ctx context.Context, doc docid.ID, part int, content []byte) error

	// History returns the parts that are kept and what was kept, by number.
	History(ctx context.Context, doc docid.ID) (map[int][]byte, error)
}
