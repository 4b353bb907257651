package store

import (
	"context"
	"time"
)

// Records is the part of a Store that keeps what was done to boards, the keys of
// programs, and the answers that are given twice.
type Records interface {
	// Note adds lines to the audit of their boards. Lines that belong to a change of
	// a board are handed over with it, by Noting, and stored in its transaction.
	Note(ctx context.Context, lines ...AuditLine) error

	// Audit returns the lines of a board, the newest first, most of them at most:
	// those before the given id, or the newest of all for 0.
	Audit(ctx context.Context, board string, before int64, most int) ([]AuditLine, error)

	// AuditOf returns the lines of a board that a participant did or was done to,
	// the newest first, most of them at most.
	AuditOf(ctx context.Context, board, participant string, most int) ([]AuditLine, error)

	// Sweep forgets the audit from before one moment and the answers from before
	// another, and of each board's audit all but the newest perBoard lines; no more
	// than most of each. It tells how many went.
	Sweep(ctx context.Context, audit, answers time.Time, perBoard, most int) (int, error)

	// EraseName takes the name of a participant away for good. ErrNotFound: the
	// board has no such participant.
	EraseName(ctx context.Context, board, participant string, at time.Time) error

	// Leave makes the token of a participant worthless. ErrNotFound: the board has
	// no such participant.
	Leave(ctx context.Context, board, participant string, at time.Time) error

	// AddKey keeps a key of a program.
	AddKey(ctx context.Context, k Key) error

	// Keys returns all keys, the oldest first.
	Keys(ctx context.Context) ([]Key, error)

	// KeyByHash returns the key whose secret has the given SHA-256, unless it was
	// revoked, or ErrNotFound.
	KeyByHash(ctx context.Context, hash [32]byte) (Key, error)

	// RevokeKey ends a key. ErrNotFound: there is none of this id that was not ended before.
	RevokeKey(ctx context.Context, id string, at time.Time) error

	// BoardsOfKey returns the boards that a key has made, by id, most of them at
	// most, those after the given id.
	BoardsOfKey(ctx context.Context, key, after string, most int) ([]Board, error)

	// BeginOnce takes a name for a request that is to be answered once, and returns
	// what is kept under it: nothing if the caller is the first, and shall answer and
	// call FinishOnce or AbandonOnce. A request that began before stale and was never
	// answered does not count. ErrFull: most are kept already.
	BeginOnce(ctx context.Context, o Once, stale time.Time, most int) (*Once, error)

	// FinishOnce keeps an answer under a name that was taken.
	FinishOnce(ctx context.Context, o Once) error

	// AbandonOnce gives a name back.
	AbandonOnce(ctx context.Context, name [32]byte) error
}

// AuditLine says that something was done to a board, by whom and to whom, without
// names: a name is looked up when the line is read.
type AuditLine struct {
	ID          int64 // grows; given by the store
	Board       string
	At          time.Time // by the server's clock; kept to the millisecond
	Kind        string
	Participant string // who did it, if they had joined
	Link        string // the public id of the link that they came by
	Key         string // the id of the program's key
	Subject     string // the participant or the link that it was done to
	Detail      string // a word about it, such as the role of a link
}

type notingKey struct{}

// Noting returns a context whose first change of a board is stored together with
// these lines, whose Board the store fills in.
func Noting(ctx context.Context, lines ...AuditLine) context.Context {
	return context.WithValue(ctx, notingKey{}, lines)
}

// Noted returns the lines that go with a change of a board.
func Noted(ctx context.Context, board string) []AuditLine {
	lines, _ := ctx.Value(notingKey{}).([]AuditLine)
	noted := make([]AuditLine, len(lines))
	for i, l := range lines {
		l.Board = board
		noted[i] = l
	}
	return noted
}

// Key lets a program make boards and manage those that it made. Only a hash of it is kept.
type Key struct {
	ID      string
	Name    string
	Hash    [32]byte // SHA-256 of what the program sends
	Created time.Time
	Revoked time.Time // zero: it holds
}

// Once is a request that makes something, under the name that its sender gave it,
// and the answer to it.
type Once struct {
	Name    [32]byte
	Request [32]byte // what was asked, hashed
	Answer  []byte   // sealed by whoever keeps it; empty while there is none
	Subject string   // the participant that the answer tells about: it goes when their name does
	At      time.Time
}
