package store

import (
	"context"

	"openmic/server/docid"
)

// Inspector reads all that a database keeps, whether it is whole or not. Where
// Store refuses what is damaged, an Inspector hands it over as an error that
// wraps ErrDamaged, and goes on with what comes after it. A method itself
// returns such an error when the database could not read on.
//
// What visit returns ends the reading and is returned as it is. While it runs
// the method may hold a connection: visit leaves the store alone, but for those
// of Documents and InspectSnapshots.
type Inspector interface {
	// CheckDatabase has the database look for damage below the rows and for
	// references that lead nowhere. The error joins what it found.
	CheckDatabase(ctx context.Context) error

	// Documents visits, in ascending order, every document that there is a row
	// of any kind for. err: there are rows for something that is no document id.
	Documents(ctx context.Context, visit func(doc docid.ID, err error) error) error

	// InspectLog visits the rows of a document's log by position. err: the row is
	// not what was stored, or rows are missing from this position on, or the log
	// is longer than its document says. Then the entry is empty.
	InspectLog(ctx context.Context, doc docid.ID, visit func(position int64, e Entry, err error) error) error

	// InspectSnapshots visits a document's snapshots, the newest first. err: it
	// is not what was stored, or exceeds the log. Then it has its length alone.
	InspectSnapshots(ctx context.Context, doc docid.ID, visit func(s Snapshot, err error) error) error

	// InspectBoards visits the boards by id. err: there is no document for it.
	InspectBoards(ctx context.Context, visit func(b Board, err error) error) error

	// InspectAttachments visits the files of all boards, by board and id. err: the
	// content is not what was stored. Those of boards that are not there are
	// CheckDatabase's to find.
	InspectAttachments(ctx context.Context, visit func(boardID string, id AttachmentID, err error) error) error
}
