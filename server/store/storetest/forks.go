package storetest

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

// forked is a board that comes from another one: its document has those entries already.
func (f *fixture) forked(t testing.TB, id, of string, moment time.Time, log []store.Entry) store.Board {
	t.Helper()
	b := store.Board{ID: id, Doc: docid.New(), Title: "t", Created: start.Truncate(time.Millisecond), Fork: store.Fork{
		Of: of, Name: "Ett annat sätt ☂", Heads: store.JoinHeads([]crdt.Hash{{1}, {2}}), Moment: moment.Truncate(time.Millisecond).UTC(),
	}}
	own := slices.Clone(log)
	for i := range own {
		own[i].Doc, own[i].From = b.Doc, nil
	}
	if err := f.store.Append(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	made := b
	made.Fork.Shared = len(own)
	if err := f.store.CreateBoard(t.Context(), made, []store.Link{link(id, id, store.Owner)}, nil); err != nil {
		t.Fatal(err)
	}
	return b
}

func forks(t *testing.T, f *fixture) {
	ctx := t.Context()
	original, _ := f.peopled(t, "original")
	log := entries(original.Doc, 2, 3)
	log[0].From = &store.Actor{Actor: "early", Participant: "anna", Link: "l", Owns: true}
	log[2].From = &store.Actor{Actor: "late", Participant: "berit", Link: "l", Owns: true}
	if err := f.store.Append(ctx, log); err != nil {
		t.Fatal(err)
	}
	anna := store.Participant{ID: "anna", BoardID: "original", TokenHash: [32]byte{1}, Link: link("original", "originale", store.Editor).SecretHash, Name: "Anna", Audience: store.Staff, Created: start}
	if err := f.store.Join(ctx, anna, 10); err != nil {
		t.Fatal(err)
	}
	fork := f.forked(t, "fork", "original", log[1].At, log[:2])
	again := f.forked(t, "again", "fork", log[1].At, log[:2])

	for _, want := range []store.Board{fork, again} {
		if got, err := f.store.Board(ctx, want.ID); err != nil || got != want {
			t.Errorf("the fork is %+v, %v, not %+v", got, err, want)
		}
	}
	for of, want := range map[string][]store.Board{"original": {fork}, "fork": {again}, "again": nil, "none": nil, "a\x00": nil} {
		if got, err := f.store.Forks(ctx, of, 10); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("forks of %q are %+v, %v, not %+v", of, got, err, want)
		}
	}
	if heads := fork.Fork.Hashes(); !slices.Equal(heads, []crdt.Hash{{1}, {2}}) {
		t.Errorf("its heads are %v", heads)
	}

	// Whose the actors are is known as of the moment, and by the name they have now.
	owners := func(doc docid.ID) map[crdt.Actor]string {
		list, err := f.store.Contributors(ctx, doc, 10)
		if err != nil {
			t.Fatal(err)
		}
		found := map[crdt.Actor]string{}
		for _, c := range list {
			found[c.Actor] = c.Participant + " " + c.Name
		}
		return found
	}
	if got := owners(fork.Doc); !reflect.DeepEqual(got, map[crdt.Actor]string{"early": "anna Anna"}) {
		t.Errorf("the fork knows %v", got)
	}
	if err := f.store.EraseName(ctx, "original", "anna", start); err != nil {
		t.Fatal(err)
	}
	if got := owners(again.Doc); !reflect.DeepEqual(got, map[crdt.Actor]string{"early": "anna "}) {
		t.Errorf("the fork of the fork knows %v", got)
	}

	// Who brings home what somebody wrote in a variant does not own it, however it looked.
	written, brought := entries(fork.Doc, 20, 1), entries(original.Doc, 20, 1)
	written[0].From = &store.Actor{Actor: "written", Participant: "cilla", Link: "l", Owns: true}
	brought[0].At = written[0].At.Add(time.Minute)
	brought[0].From = &store.Actor{Actor: "written", Participant: "berit", Link: "l", Owns: true}
	if err := f.store.Append(ctx, append(written, brought...)); err != nil {
		t.Fatal(err)
	}
	if got := owners(original.Doc)["written"]; got != "cilla " {
		t.Errorf("what was brought home is %q", got)
	}
	known, err := f.store.Actors(ctx, original.Doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range known {
		if a.Actor == "written" && a.Owns {
			t.Errorf("%s owns what somebody else wrote", a.Participant)
		}
	}
}

func familyPictures(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.board(t, "original", docid.New())
	f.board(t, "stranger", docid.New())
	old := f.put(t, "original", "old")
	f.forked(t, "fork", "original", start, nil)
	f.forked(t, "sister", "original", start, nil)
	fresh, both := f.put(t, "fork", "new"), f.put(t, "fork", "both")
	f.put(t, "sister", "both")
	everywhere := func(when string, boards ...string) {
		t.Helper()
		for _, board := range boards {
			for _, id := range []store.AttachmentID{old, fresh, both} {
				if _, err := f.store.Attachment(ctx, board, id); err != nil {
					t.Errorf("%s, %s: %v", when, board, err)
				}
			}
		}
	}
	everywhere("at first", "original", "fork", "sister")
	if _, err := f.store.Attachment(ctx, "stranger", old); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of another family: %v", err)
	}
	// What a board leaves stays with its family.
	for _, gone := range []string{"original", "fork"} {
		b, err := f.store.Board(ctx, gone)
		if err != nil {
			t.Fatal(err)
		}
		b.Deleted = start
		if err := f.store.SetBoard(ctx, b); err != nil {
			t.Fatal(err)
		}
		for done := false; !done; {
			if done, err = f.store.RemoveBoard(ctx, gone, start.Add(time.Hour), 100); err != nil {
				t.Fatal(err)
			}
		}
	}
	everywhere("after they are gone", "sister")
	if n := f.count(t, `SELECT count(*) FROM attachments`); n != 3 {
		t.Errorf("%d rows, not 3", n)
	}
}
