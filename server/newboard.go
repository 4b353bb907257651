package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/store"
)

// NewBoard is a board that was just made, with what is told only once.
type NewBoard struct {
	store.Board
	Secrets map[store.Role]string // of its links
}

// Roles are the roles that a new board has a link for, the mightiest first.
func Roles() []store.Role {
	return []store.Role{store.Owner, store.Editor, store.Commenter, store.Viewer}
}

// CreateBoard stores a board of a new document that begins with the given
// changes, which were admitted in this order, and a link for each role. key is the
// id of the one that a program makes it with, if one does.
func CreateBoard(ctx context.Context, st store.Store, title string, changes []*crdt.Change, key string) (NewBoard, error) {
	b, links := newBoard(title, key)
	entries := make([]store.Entry, len(changes))
	for i, c := range changes {
		entries[i] = store.Entry{Doc: b.Doc, Hash: c.Hash, Change: c.Raw, At: b.Created}
	}
	return b, st.CreateBoard(ctx, b.Board, links, entries)
}

// newBoard draws what a new board goes by, and a link for each role.
func newBoard(title, key string) (b NewBoard, links []store.Link) {
	now := time.Now()
	b = NewBoard{
		Board:   store.Board{ID: boardID(), Doc: docid.New(), Title: title, Created: now, Key: key},
		Secrets: map[store.Role]string{},
	}
	for _, role := range Roles() {
		secret := token(secretBytes)
		b.Secrets[role] = secret
		links = append(links, store.Link{BoardID: b.ID, Role: role, Audience: audienceOf(role), SecretHash: secretHash(secret), Created: now})
	}
	return b, links
}

// audienceOf is whom a link is for while nobody has said: those who may do
// everything are staff.
func audienceOf(role store.Role) store.Audience {
	if role == store.Owner {
		return store.Staff
	}
	return store.Customer
}

// Link is the address that opens the board in a role. publicURL is where people
// reach the server, without a slash at the end.
func (b *NewBoard) Link(publicURL string, role store.Role) string {
	return publicURL + "/b/" + b.ID + "#" + b.Secrets[role]
}

// CleanTitle trims a title and refuses what no title needs.
func (s *Settings) CleanTitle(title string) (string, error) {
	title = strings.TrimSpace(title)
	if utf8.RuneCountInString(title) > s.TitleCharacters {
		return "", fmt.Errorf("a title may have %d characters", s.TitleCharacters)
	}
	if strings.ContainsFunc(title, unicode.IsControl) {
		return "", errors.New("a title has no control characters")
	}
	return title, nil
}

// TitleEdit sets the title in a board's document.
func TitleEdit(title string) engine.Edit {
	return engine.Edit{
		Time:    time.Now(),
		Message: "title",
		Operations: []engine.Operation{
			{Kind: engine.SpliceText, Path: []string{"meta", "title"}, Remove: engine.RemoveAll, Text: title},
		},
	}
}
