package store

import (
	"context"
	"time"
)

// Persons is the part of a Store that knows people who sign in, and the boards that
// are theirs.
type Persons interface {
	// SignIn notes a person, by issuer and subject, under the name they have now,
	// and a browser in which they are signed in. It returns the person with the id
	// that they had before, if they had one.
	SignIn(ctx context.Context, p Person, s SignIn) (Person, error)

	// SignedIn returns what a browser's token of this SHA-256 stands for, whether it
	// has expired or not, or ErrNotFound.
	SignedIn(ctx context.Context, tokenHash [32]byte) (SignIn, error)

	// SignOut forgets a browser. One that is not known is no error.
	SignOut(ctx context.Context, tokenHash [32]byte) error

	// ForgetSignIns forgets the browsers whose time was over before then.
	ForgetSignIns(ctx context.Context, before time.Time) error

	// JoinPerson makes a person a participant of a board. Who is one already stays
	// the same participant, with the name, link and password of now. Without a link
	// (of zeros) they come as an owner. The errors are those of Join.
	JoinPerson(ctx context.Context, p Participant, most int) (Participant, error)

	// ParticipantByPerson returns a person as a participant of a board, or ErrNotFound.
	ParticipantByPerson(ctx context.Context, board, person string) (Participant, error)

	// AddOwner makes a board a person's, which it may be already. ErrFull: it has
	// most owners. ErrNotFound: it is not there, or being removed.
	AddOwner(ctx context.Context, board, person string, at time.Time, most int) error

	// RemoveOwner takes a board from a person. ErrNotFound: it is not theirs.
	RemoveOwner(ctx context.Context, board, person string) error

	// BoardsOf lists boards of a person on one shelf, those that became theirs last
	// first, after a place in that order, most of them at most.
	BoardsOf(ctx context.Context, person string, shelf Shelf, after Place, most int) ([]Listed, error)

	// AllBoards lists the boards of everybody on one shelf, the newest first.
	AllBoards(ctx context.Context, shelf Shelf, after Place, most int) ([]Listed, error)

	// SetTitle notes the title that a board's document had after so many changes,
	// unless a later one is known.
	SetTitle(ctx context.Context, board, title string, changes int) error

	// DeletedBefore returns ids of boards that were deleted before then, the first
	// first, most of them at most.
	DeletedBefore(ctx context.Context, before time.Time, most int) ([]string, error)

	// RemoveBoard removes a part of a board that was deleted before then, with all
	// that belongs to it: first its links and people, so that nobody can bring it
	// back, then its files and its document, most rows of each at a time, and the
	// board last. It returns whether that is done. ErrNotFound: there is no such
	// board, or it is not deleted.
	RemoveBoard(ctx context.Context, board string, before time.Time, most int) (done bool, err error)
}

// Person is somebody who has signed in.
type Person struct {
	ID      string
	Issuer  string
	Subject string // who they are to the issuer
	Name    string
	Created time.Time
}

// SignIn is a browser in which somebody is signed in. Only a hash of its token is kept.
type SignIn struct {
	TokenHash     [32]byte
	Person        string // the id
	Name          string // theirs
	Administrator bool
	Created       time.Time
	Expires       time.Time
}

// Shelf is which boards are listed: each stands on one.
type Shelf string

// The shelves.
const (
	Current  Shelf = "current"
	Archived Shelf = "archived"
	Deleted  Shelf = "deleted"
)

// Place is where in a list a board stands. The zero Place is before all.
type Place struct {
	At    time.Time
	Board string
}

// Listed is a board in a list.
type Listed struct {
	Board
	Place   Place
	Changes int  // that its document has
	Titled  bool // Title is as those left it
	Owners  int  // people whose it is
}

// Again is a participant who comes back as in now. A name that was erased stays so.
func (p Participant) Again(now Participant) Participant {
	p.Link, p.Password, p.Audience, p.Left = now.Link, now.Password, now.Audience, time.Time{}
	if p.Erased.IsZero() {
		p.Name = now.Name
	}
	return p
}
