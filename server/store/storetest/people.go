package storetest

import (
	"crypto/sha256"
	"errors"
	"reflect"
	"strconv"
	"sync"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

// peopled makes a board with an owner's and an editor's link.
func (f *fixture) peopled(t testing.TB, id string) (store.Board, []store.Link) {
	t.Helper()
	b := store.Board{ID: id, Doc: docid.New(), Created: start.Truncate(time.Millisecond)}
	links := []store.Link{link(id, id+"o", store.Owner), link(id, id+"e", store.Editor)}
	for i := range links {
		links[i].Created = start.Add(time.Duration(i) * time.Second).Truncate(time.Millisecond)
	}
	if err := f.store.CreateBoard(t.Context(), b, links, entries(b.Doc, 1, 1)); err != nil {
		t.Fatal(err)
	}
	return b, links
}

func (f *fixture) wantAccess(t testing.TB, want store.Access) {
	t.Helper()
	got, err := f.store.Access(t.Context(), want.ID)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("access is %+v, %v, not %+v", got, err, want)
	}
	versions, err := f.store.Versions(t.Context(), []string{want.ID, "nobody's"})
	if err != nil || !reflect.DeepEqual(versions, map[string]int64{want.ID: want.Version}) {
		t.Fatalf("versions are %v, %v; the board's is %d", versions, err, want.Version)
	}
}

func changeAccess(t *testing.T, f *fixture) {
	ctx := t.Context()
	b, links := f.peopled(t, "b")
	other, others := f.peopled(t, "other")
	want := store.Access{Board: b, Links: links}
	f.wantAccess(t, want)

	made := store.Link{
		BoardID: "b", Role: store.Editor, Audience: store.Staff, Label: "Dagkirurgen ☂", SecretHash: sha256.Sum256([]byte("new")),
		Expires: start.Add(time.Hour).Truncate(time.Millisecond), Password: "$argon2id$...", People: 12, Lanes: []string{"customer", "\"ö\""},
		Created: start.Add(time.Minute).Truncate(time.Millisecond),
	}
	for i, do := range []func() error{
		func() error { want.Links = append(want.Links, made); return f.store.AddLink(ctx, made, 3) },
		func() error {
			made.Role, made.Audience, made.Label, made.Password = store.Viewer, store.Customer, "", ""
			made.Expires, made.People, made.Lanes = time.Time{}, 0, nil
			want.Links[2] = made
			return f.store.SetLink(ctx, made)
		},
		func() error {
			want.Locked, want.Closed, want.Deleted = true, true, start.Add(time.Hour).Truncate(time.Millisecond)
			return f.store.SetBoard(ctx, want.Board)
		},
		func() error {
			want.Locked, want.Closed, want.Deleted = false, false, time.Time{}
			return f.store.SetBoard(ctx, want.Board)
		},
		func() error { want.Links = want.Links[:2]; return f.store.DeleteLink(ctx, "b", made.SecretHash) },
	} {
		if err := do(); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
		want.Version++
		f.wantAccess(t, want)
	}

	if err := f.store.AddLink(ctx, made, 2); !errors.Is(err, store.ErrFull) {
		t.Errorf("a third of two links: %v, not ErrFull", err)
	}
	strange := made
	strange.BoardID = "other" // of a link that is the first board's
	strange.SecretHash = links[0].SecretHash
	for what, err := range map[string]error{
		"change a link that is gone":       f.store.SetLink(ctx, made),
		"change a link of another board":   f.store.SetLink(ctx, strange),
		"revoke a link that is gone":       f.store.DeleteLink(ctx, "b", made.SecretHash),
		"revoke a link of another board":   f.store.DeleteLink(ctx, "other", links[0].SecretHash),
		"change a board that is not there": f.store.SetBoard(ctx, store.Board{ID: "nobody's"}),
		"change a participant not there":   f.store.SetParticipant(ctx, store.Participant{ID: "x", BoardID: "b"}),
		"join by a link that is gone":      f.store.Join(ctx, store.Participant{ID: "x", BoardID: "b", Link: made.SecretHash, Audience: store.Staff}, 10),
		"join by another board's link":     f.store.Join(ctx, store.Participant{ID: "x", BoardID: "other", Link: links[0].SecretHash, Audience: store.Staff}, 10),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, not ErrNotFound", what, err)
		}
	}
	if _, err := f.store.Access(ctx, "nobody's"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("access to no board: %v", err)
	}
	f.wantAccess(t, want)
	f.wantAccess(t, store.Access{Board: other, Links: others})
	if versions, err := f.store.Versions(ctx, nil); err != nil || len(versions) > 0 {
		t.Errorf("versions of no boards: %v, %v", versions, err)
	}
}

func participants(t *testing.T, f *fixture) {
	ctx := t.Context()
	b, links := f.peopled(t, "b")
	f.peopled(t, "other")
	links[1].People = 3
	if err := f.store.SetLink(ctx, links[1]); err != nil {
		t.Fatal(err)
	}
	person := func(n int, l store.Link) store.Participant {
		return store.Participant{
			ID: "p" + strconv.Itoa(n), BoardID: "b", TokenHash: sha256.Sum256([]byte{byte(n)}), Link: l.SecretHash, Password: "x",
			Name: "Åsa", Audience: store.Customer, Created: start.Add(time.Duration(n) * time.Second).Truncate(time.Millisecond),
		}
	}
	// All at once, and no more than the link takes.
	errs := make([]error, 10)
	var joining sync.WaitGroup
	for i := range errs {
		joining.Go(func() { errs[i] = f.store.Join(ctx, person(i, links[1]), 100) })
	}
	joining.Wait()
	var in []store.Participant
	for i := len(errs) - 1; i >= 0; i-- {
		if errs[i] == nil {
			in = append(in, person(i, links[1]))
		} else if !errors.Is(errs[i], store.ErrFull) {
			t.Errorf("join: %v", errs[i])
		}
	}
	got, err := f.store.Participants(ctx, "b", 100)
	if err != nil || len(in) != 3 || !reflect.DeepEqual(got, in) {
		t.Fatalf("participants are %+v, %v; three of %+v", got, err, in)
	}
	if err := f.store.Join(ctx, person(20, links[0]), 3); !errors.Is(err, store.ErrFull) {
		t.Errorf("a fourth at a board for three: %v", err)
	}
	if err := f.store.Join(ctx, person(20, links[0]), 4); err != nil {
		t.Error(err)
	}
	if got, err := f.store.Participants(ctx, "b", 1); err != nil || len(got) != 1 || got[0].ID != "p20" {
		t.Errorf("the newest one is %+v, %v", got, err)
	}

	in[0].Name, in[0].Banned, in[0].Role = "", true, store.Viewer
	if err := f.store.SetParticipant(ctx, in[0]); err != nil {
		t.Fatal(err)
	}
	if got, err := f.store.ParticipantByToken(ctx, in[0].TokenHash); err != nil || got != in[0] {
		t.Errorf("participant is %+v, %v, not %+v", got, err, in[0])
	}
	authored(t, f, in[0], in[1])
	if got, err := f.store.Participant(ctx, "b", in[0].ID); err != nil || got != in[0] {
		t.Errorf("participant is %+v, %v, not %+v", got, err, in[0])
	}
	for _, at := range [][2]string{{"other", in[0].ID}, {"b", "else"}, {"b", "\x00"}} {
		if _, err := f.store.Participant(ctx, at[0], at[1]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("participant %q of %q: %v", at[1], at[0], err)
		}
	}
	if _, err := f.store.ParticipantByToken(ctx, sha256.Sum256([]byte("else"))); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown token: %v", err)
	}
	b.Version = 2
	f.wantAccess(t, store.Access{Board: b, Links: links, Banned: []string{in[0].ID}, Roles: map[string]store.Role{in[0].ID: store.Viewer}})
	strange := in[1]
	strange.BoardID = "other"
	if err := f.store.SetParticipant(ctx, strange); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("change a participant of another board: %v", err)
	}
}

// authored has two participants draw, and a program that never joined.
func authored(t *testing.T, f *fixture, first, second store.Participant) {
	doc := docid.New()
	log := entries(doc, 1, 4)
	for i, by := range []string{first.ID, second.ID, "a program", first.ID} {
		owns := i < 3 // the last has only passed it on
		log[i].From = &store.Actor{Actor: crdt.Actor("abcb"[i : i+1]), Participant: by, Link: "l", Owns: owns}
	}
	if err := f.store.Append(t.Context(), log); err != nil {
		t.Fatal(err)
	}
	want := []store.Author{{Actor: "b", Participant: second.ID, Audience: second.Audience}, {Actor: "a", Participant: first.ID, Audience: first.Audience}}
	if got, err := f.store.Authors(t.Context(), doc, 10); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("authors are %+v, %v, not %+v", got, err, want)
	}
	if got, err := f.store.Authors(t.Context(), doc, 1); err != nil || !reflect.DeepEqual(got, want[:1]) {
		t.Errorf("the newest author is %+v, %v", got, err)
	}
}

func actors(t *testing.T, f *fixture) {
	ctx := t.Context()
	doc, other := docid.New(), docid.New()
	log := entries(doc, 1, 4)
	from := func(i int, actor, participant string, owns bool) {
		log[i].From = &store.Actor{Actor: crdt.Actor(actor), Participant: participant, Link: "l", Owns: owns}
	}
	from(0, "\x00a", "anna", true)
	from(1, "\x00a", "berit", false)
	from(2, "b", "berit", false)
	from(3, "b", "berit", true) // it turned out to be hers
	for range 2 {               // that a call is repeated changes nothing
		if err := f.store.Append(ctx, append(log, entries(other, 1, 1)...)); err != nil {
			t.Fatal(err)
		}
	}
	at := func(i int) time.Time { return log[i].At.Truncate(time.Millisecond).UTC() }
	want := []store.Actor{
		{Actor: "\x00a", Participant: "anna", Link: "l", Owns: true, First: at(0)},
		{Actor: "\x00a", Participant: "berit", Link: "l", First: at(1)},
		{Actor: "b", Participant: "berit", Link: "l", Owns: true, First: at(2)},
	}
	if got, err := f.store.Actors(ctx, doc); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("actors are %+v, %v, not %+v", got, err, want)
	}
	if got, err := f.store.Actors(ctx, other); err != nil || len(got) > 0 {
		t.Errorf("actors of another document: %+v, %v", got, err)
	}
	for i := range log {
		log[i].From = nil
	}
	f.wantTail(t, doc, log)
}
