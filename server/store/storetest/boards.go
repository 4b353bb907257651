package storetest

import (
	"crypto/sha256"
	"errors"
	"reflect"
	"testing"
	"time"

	"openmic/server/docid"
	"openmic/server/store"
)

func link(board, secret string, role store.Role) store.Link {
	return store.Link{BoardID: board, Role: role, Audience: store.Customer, SecretHash: sha256.Sum256([]byte(secret)), Created: start}
}

func boards(t *testing.T, f *fixture) {
	ctx := t.Context()
	want := store.Board{ID: `a'b"c\`, Doc: docid.New(), Title: "Hemsjukvård; DROP TABLE boards -- ☂", Created: start}
	links := []store.Link{
		link(want.ID, "v", store.Viewer),
		link(want.ID, "c", store.Commenter),
		link(want.ID, "e", store.Editor),
		link(want.ID, "o", store.Owner),
	}
	first := entries(want.Doc, 1, 3)
	if err := f.store.CreateBoard(ctx, want, links, first); err != nil {
		t.Fatal(err)
	}
	// A second one, without anything.
	bare := store.Board{ID: "bare", Doc: docid.New(), Created: start}
	if err := f.store.CreateBoard(ctx, bare, nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []store.Board{want, bare} {
		got, err := f.store.Board(ctx, want.ID)
		want.Created = want.Created.Truncate(time.Millisecond)
		if err != nil || got != want {
			t.Errorf("board is %+v, %v, not %+v", got, err, want)
		}
	}
	for _, want := range links {
		got, err := f.store.LinkBySecret(ctx, want.SecretHash)
		want.Created = want.Created.Truncate(time.Millisecond)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("link is %+v, %v, not %+v", got, err, want)
		}
	}
	f.wantTail(t, want.Doc, first)
	if _, err := f.store.Load(ctx, bare.Doc); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("document without changes: %v, not ErrNotFound", err)
	}
	for _, id := range []string{"", "b", "A'B\"C\\", "a\x00", "\xff", "bare "} {
		if _, err := f.store.Board(ctx, id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("board %q: %v, not ErrNotFound", id, err)
		}
	}
	if _, err := f.store.LinkBySecret(ctx, sha256.Sum256([]byte("other"))); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown link: %v, not ErrNotFound", err)
	}
}

func boardRefused(t *testing.T, f *fixture) {
	ctx := t.Context()
	there := store.Board{ID: "there", Doc: docid.New(), Title: "first", Created: start}
	if err := f.store.CreateBoard(ctx, there, []store.Link{link("there", "s", store.Editor)}, entries(there.Doc, 1, 1)); err != nil {
		t.Fatal(err)
	}
	rows := func() int {
		return f.count(t, `SELECT (SELECT count(*) FROM boards) + (SELECT count(*) FROM links) +
			(SELECT count(*) FROM documents) + (SELECT count(*) FROM changes)`)
	}
	before := rows()
	doc := docid.New()
	for name, bad := range map[string]struct {
		board store.Board
		links []store.Link
		first []store.Entry
	}{
		"id taken":           {store.Board{ID: "there", Doc: doc}, []store.Link{link("there", "n", store.Editor)}, entries(doc, 2, 2)},
		"document taken":     {store.Board{ID: "new", Doc: there.Doc}, nil, nil},
		"secret taken":       {store.Board{ID: "new", Doc: doc}, []store.Link{link("new", "n", store.Editor), link("new", "s", store.Editor)}, entries(doc, 2, 2)},
		"unknown role":       {store.Board{ID: "new", Doc: doc}, []store.Link{link("new", "n", "root")}, entries(doc, 2, 2)},
		"link of another":    {store.Board{ID: "new", Doc: doc}, []store.Link{link("there", "n", store.Editor)}, nil},
		"change of another":  {store.Board{ID: "new", Doc: doc}, nil, entries(there.Doc, 2, 2)},
		"empty id":           {store.Board{Doc: doc}, nil, nil},
		"NUL in the id":      {store.Board{ID: "a\x00", Doc: doc}, nil, nil},
		"NUL in the title":   {store.Board{ID: "new", Doc: doc, Title: "a\x00b"}, nil, nil},
		"title not in UTF-8": {store.Board{ID: "new", Doc: doc, Title: "a\xffb"}, nil, nil},
	} {
		if err := f.store.CreateBoard(ctx, bad.board, bad.links, bad.first); err == nil {
			t.Errorf("%s: a board was created", name)
		}
		if after := rows(); after != before {
			t.Errorf("%s: %d rows were left", name, after-before)
		}
	}
	if got, err := f.store.Board(ctx, "there"); err != nil || got.Title != "first" {
		t.Errorf("the board that was there is %+v, %v", got, err)
	}
	// The store works on after each refusal.
	if err := f.store.CreateBoard(ctx, store.Board{ID: "new", Doc: doc}, []store.Link{link("new", "n", store.Editor)}, entries(doc, 2, 2)); err != nil {
		t.Error(err)
	}
}
