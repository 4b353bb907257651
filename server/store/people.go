package store

import (
	"context"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
)

// People is the part of a Store that knows who may open a board. What changes
// that raises the version of the board in the same transaction.
type People interface {
	// LinkBySecret returns the link whose secret has the given SHA-256, or ErrNotFound.
	LinkBySecret(ctx context.Context, secretHash [32]byte) (Link, error)

	// Access returns a board and all that decides who may open it, of one moment,
	// or ErrNotFound.
	Access(ctx context.Context, board string) (Access, error)

	// Versions returns the versions of those of the boards that are there.
	Versions(ctx context.Context, boards []string) (map[string]int64, error)

	// SetBoard sets whether the board with this id is locked, closed, archived and deleted.
	// ErrNotFound: it is not there.
	SetBoard(ctx context.Context, b Board) error

	// SetEmbedding sets where else a board is shown. ErrNotFound: it is not there.
	SetEmbedding(ctx context.Context, board string, e Embedding) error

	// AddLink adds a link to a board. ErrFull: it has most links already.
	AddLink(ctx context.Context, l Link, most int) error

	// SetLink changes the link with this secret, but for its board and when it was
	// made. ErrNotFound: its board has no such link.
	SetLink(ctx context.Context, l Link) error

	// DeleteLink revokes the link with this secret. ErrNotFound: the board has no such link.
	DeleteLink(ctx context.Context, board string, secretHash [32]byte) error

	// Join adds a participant. ErrFull: the board has most of them, or its link as
	// many as it takes. ErrNotFound: there is no such link.
	Join(ctx context.Context, p Participant, most int) error

	// JoinAs adds the participant whom another server vouches for, or gives the one
	// with this TokenHash the name and the audience that it vouches for now. It
	// returns who that is. ErrFull: the board has most participants. ErrNotFound:
	// there is no such board.
	JoinAs(ctx context.Context, p Participant, most int) (Participant, error)

	// ParticipantByToken returns whom a token of this SHA-256 was given, or ErrNotFound.
	ParticipantByToken(ctx context.Context, tokenHash [32]byte) (Participant, error)

	// Participant returns one of a board by their id, or ErrNotFound.
	Participant(ctx context.Context, board, id string) (Participant, error)

	// Participants returns those of a board by when they came, newest first, most of them at most.
	Participants(ctx context.Context, board string, most int) ([]Participant, error)

	// SetParticipant changes the name and the ban of the participant with this id
	// and board, or returns ErrNotFound.
	SetParticipant(ctx context.Context, p Participant) error

	// Actors returns who has sent changes of which actor of a document. Of several who
	// own an actor on the boards of a family the first one does.
	Actors(ctx context.Context, doc docid.ID) ([]Actor, error)

	// Contributors returns whose the actors of a document are that have an owner,
	// by when they were first seen, most of them at most.
	Contributors(ctx context.Context, doc docid.ID, most int) ([]Contributor, error)

	// Authors returns who owns the actors of a document, and of which audience they
	// are, the newest actors first, most of them at most.
	Authors(ctx context.Context, doc docid.ID, most int) ([]Author, error)
}

// Contributor tells whose an actor is. Somebody who came by a link alone, and whom
// the board does not know, has no Name, Audience and Joined.
type Contributor struct {
	Actor       crdt.Actor
	Participant string
	Link        string // the public id of the link that they came by
	Name        string
	Audience    Audience
	Joined      time.Time
}

// Author tells who speaks by an actor, and whether that is a customer or staff.
type Author struct {
	Actor       crdt.Actor
	Participant string
	Audience    Audience
}

// Role is what a link lets its holder do.
type Role string

// The roles, each including the one before it.
const (
	Viewer    Role = "viewer"
	Commenter Role = "commenter"
	Editor    Role = "editor"
	Owner     Role = "owner"
)

// Audience is whom a link is for.
type Audience string

// The audiences.
const (
	Customer Audience = "customer"
	Staff    Audience = "staff"
)

// Board is a document that people reach by links.
type Board struct {
	ID       string // the public id in its address
	Doc      docid.ID
	Title    string // as given when it was made; the document holds the title in use
	Created  time.Time
	Version  int64     // grows with each change of what Access returns
	Locked   bool      // only owners change it
	Closed   bool      // nobody joins any more, but by an owner's link
	Deleted  time.Time // zero unless it was deleted, and can still be restored
	Archived time.Time // zero unless it was put away: it can be read, and takes no changes
	Key      string    // of the program that made it, if one did

	Embedding Embedding
	Fork      Fork
}

// Embedding is what the owners of a board allow the pages of others.
type Embedding struct {
	Origins string // of pages that may show it in a frame, with spaces between
	Role    Role   // the most that somebody may do for whom such a page vouches; empty: they do not come in
	Preview bool   // anybody may see a picture of it
}

// Link is a share link. Only a hash of its secret is kept.
type Link struct {
	BoardID    string
	Role       Role
	Audience   Audience
	Label      string
	SecretHash [32]byte  // SHA-256 of the secret
	Expires    time.Time // zero: never
	Password   string    // an argon2id hash in its usual text form; empty: none is asked
	People     int       // so many may join by it; 0: any number
	Lanes      []string  // ids of the lanes that its editors may write in; nil: everywhere
	Created    time.Time
}

// Participant is somebody who has joined a board.
type Participant struct {
	ID        string
	BoardID   string
	TokenHash [32]byte // SHA-256 of what their device was given, or what stands for the subject of a page's token
	Link      [32]byte // the hash of the secret they came with, or what stands for the issuer of that token
	Password  string   // Link.Password when they joined
	Name      string
	Audience  Audience
	Banned    bool
	Role      Role   // what an owner lets them do instead of what their link allows; empty: that
	Person    string // the id of the person who has signed in and is this; empty for guests
	Created   time.Time
	Erased    time.Time // when their name was taken away; zero: it was not
	Left      time.Time // when they gave their token up; zero: they did not
}

// Access is what decides who may open a board.
type Access struct {
	Board
	Links  []Link          // by when they were made, and by hash
	Banned []string        // ids of participants
	Roles  map[string]Role // by participant, where an owner has given one; nil: nowhere
	Owners []string        // ids of people who sign in, whose it is
}

// Add takes in what is particular about a participant.
func (a *Access) Add(p Participant) {
	if p.Banned {
		a.Banned = append(a.Banned, p.ID)
	}
	if p.Role != "" {
		if a.Roles == nil {
			a.Roles = map[string]Role{}
		}
		a.Roles[p.ID] = p.Role
	}
}

// Actor says that a participant has sent changes of an actor.
type Actor struct {
	Actor       crdt.Actor
	Participant string
	Link        string // the public id of the link that they came by
	Owns        bool   // the actor is theirs; otherwise they passed on what they had from somebody else
	First       time.Time
}
