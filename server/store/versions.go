package store

import (
	"context"
	"time"
)

// NamedVersions is the part of a Store that keeps which moments of a board's history
// people have named. They are beside the document: naming a moment that is past does
// not change the board, and whose name it is can be held to.
type NamedVersions interface {
	// NameVersion adds a version, for which At and, if it is 0, Moment are found: what
	// is stored now is then meant. It returns the version as it is kept. ErrNotFound:
	// there is no such board, or its log is not so long. ErrFull: it has most versions.
	NameVersion(ctx context.Context, v NamedVersion, most int) (NamedVersion, error)

	// NamedVersions returns those of a board by moment, and by when they were named,
	// most of them at most.
	NamedVersions(ctx context.Context, board string, most int) ([]NamedVersion, error)

	// RenameVersion gives a version another title, and RemoveVersion takes the name
	// away. ErrNotFound: the board has no such version.
	RenameVersion(ctx context.Context, board, id, title string) error
	RemoveVersion(ctx context.Context, board, id string) error
}

// NamedVersion is a moment of a board's history that has a title.
type NamedVersion struct {
	Board       string
	ID          string
	Moment      int       // how many changes of the log there were
	At          time.Time // when the last of them was made
	Title       string
	Participant string    // the id of who named it; empty for somebody who had not joined
	Created     time.Time // when it was named; kept to the millisecond

	// What the participant is called now, and of which audience they are; nothing is
	// known of those of a board that is gone.
	Name     string
	Audience Audience
}
