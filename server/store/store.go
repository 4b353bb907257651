// Package store keeps documents and boards. Two implementations, sqlite and
// postgres, pass one contract (storetest).
//
// A document is a log of changes, each at a position: 0, 1, 2 ... without
// gaps, every change after its dependencies. A snapshot stands for the log up
// to a position. Nothing here looks inside a change.
package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
)

var (
	// ErrNotFound is returned for a document, board or link that is not there.
	ErrNotFound = errors.New("not found")
	// ErrDamaged is returned, wrapped, when a stored row does not match its hash.
	ErrDamaged = errors.New("stored data is damaged")
	// ErrInUse is returned, wrapped, when another process has the data open.
	ErrInUse = errors.New("already in use by another process")
	// ErrFull is returned, wrapped, when a board has no room for more.
	ErrFull = errors.New("no room left")
)

// Store is a durable home of documents and boards. It is safe for concurrent
// use. When a method that writes returns nil, what it wrote survives a crash
// of the process and of the machine.
type Store interface {
	// StorageID names the database (a UUID); it is the same for as long as the database lives.
	StorageID() string

	// Append adds entries of any number of documents in one transaction, in
	// order. An entry whose change the document already has is passed over, so
	// repeating a call whose outcome is unknown is harmless.
	Append(ctx context.Context, entries []Entry) error

	// Load returns the newest intact snapshot of a document, if it has one, and
	// what is intact of the log after it. ErrNotFound: the document has no
	// changes. ErrDamaged, wrapped: nothing of it is intact.
	Load(ctx context.Context, doc docid.ID) (*Document, error)

	// Changes returns the chunks of the named changes, in the order asked.
	// ErrNotFound, wrapped: one of them is not stored. ErrDamaged, wrapped: one
	// is not what was stored.
	Changes(ctx context.Context, doc docid.ID, hashes []crdt.Hash) ([][]byte, error)

	// Log returns what is stored of a document's log from a position on, most
	// entries at most, by position. It ends before the first that is not intact,
	// with an error that wraps ErrDamaged when that is the one at from.
	Log(ctx context.Context, doc docid.ID, from, most int) ([]Entry, error)

	// PutSnapshot adds a snapshot and drops all but the newest two of the
	// document, in one transaction. The newest are those of most changes; one of
	// as many changes is replaced. The log stays whole. An error when the log is
	// shorter than the snapshot; ErrNotFound, wrapped: the document has no changes.
	PutSnapshot(ctx context.Context, doc docid.ID, s Snapshot) error

	// CreateBoard adds a board, its links and the first changes of its
	// document in one transaction; one that is still being made may begin as deleted.
	// A fork, whose document gets its changes by Append, gets to know whose the actors
	// are that the board it comes from knew at its Moment. An error when the id or the document is another board's already, or
	// when an id or title is not UTF-8 without NUL.
	CreateBoard(ctx context.Context, b Board, links []Link, first []Entry) error

	// Board returns a board by its id, or ErrNotFound.
	Board(ctx context.Context, id string) (Board, error)

	People
	Records
	Forks
	NamedVersions
	Drawings
	Histories

	Persons

	// PutAttachment keeps a file of a board, named by the SHA-256 of its content.
	// One that the board has already is left as it is. ErrNotFound, wrapped: there
	// is no such board. ErrFull, wrapped: the board would then have more than room.
	PutAttachment(ctx context.Context, boardID string, a Attachment, room Room) error

	// Attachment returns the content of a board's file. ErrNotFound, wrapped: the
	// board has no such file. ErrDamaged, wrapped: it is not what was stored.
	Attachment(ctx context.Context, boardID string, id AttachmentID) ([]byte, error)

	// Ping tells whether the database answers.
	Ping(ctx context.Context) error

	// Close ends all use of the database.
	Close() error
}

// Entry is one change of a document's log.
type Entry struct {
	Doc    docid.ID
	Hash   crdt.Hash
	Change []byte    // one change chunk, as it was admitted
	At     time.Time // when the server admitted it; kept to the millisecond
	From   *Actor    // who sent it, where that is news: to be kept as well; it does not come back from Load
}

// Document is what is needed to open a document.
type Document struct {
	Snapshot *Snapshot // nil when none was made yet
	Tail     []Entry   // the log after the snapshot, by position

	// Damage has an error, wrapping ErrDamaged, for each newer snapshot that was
	// passed over. The document is complete all the same.
	Damage []error
	// Lost has an error, wrapping ErrDamaged, for what is not there of the log
	// after the snapshot. The document is not complete: nothing may be added to it.
	Lost []error
}

// Snapshot stands for the first Length changes of a document's log.
type Snapshot struct {
	Length int         // how many changes of the log it holds
	Heads  []crdt.Hash // its heads, sorted
	Chunk  []byte      // one document chunk
	Graph  []byte      // the change graph of those changes, crdt.Graph's binary form, log order
	Index  []byte      // the index of their operations, crdt.Admission's binary form
	At     time.Time
}

// AttachmentID is the SHA-256 of a file's content.
type AttachmentID [sha256.Size]byte

// NameAttachment returns the id of a file with this content.
func NameAttachment(content []byte) AttachmentID { return sha256.Sum256(content) }

// Attachment is a file of a board, such as a picture on it. It stays for as long
// as the board does: the board's history may need it again.
type Attachment struct {
	Content []byte
	Created time.Time // kept to the millisecond
}

// Room is how many files a board may have, and how many bytes in all of them.
type Room struct {
	Files int
	Bytes int64
}
