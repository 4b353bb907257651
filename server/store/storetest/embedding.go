package storetest

import (
	"crypto/sha256"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"openmic/server/store"
)

func embedding(t *testing.T, f *fixture) {
	ctx := t.Context()
	b, links := f.peopled(t, "b")
	other, others := f.peopled(t, "other")
	for _, e := range []store.Embedding{
		{Origins: "https://intranet.example https://a.example:8443", Role: store.Editor, Preview: true},
		{Origins: "https://intranet.example"},
		{},
	} {
		if err := f.store.SetEmbedding(ctx, "b", e); err != nil {
			t.Fatal(err)
		}
		b.Version++
		b.Embedding = e
		f.wantAccess(t, store.Access{Board: b, Links: links})
		if got, err := f.store.Board(ctx, "b"); err != nil || got != b {
			t.Errorf("the board is %+v, %v, not %+v", got, err, b)
		}
	}
	f.wantAccess(t, store.Access{Board: other, Links: others})
	if err := f.store.SetEmbedding(ctx, "nobody's", store.Embedding{}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("embed no board: %v", err)
	}
}

// Whom another server vouches for is the same one each time, however many of
// their pages open together.
func vouched(t *testing.T, f *fixture) {
	ctx := t.Context()
	_, links := f.peopled(t, "b")
	f.peopled(t, "other")
	vouch := func(board, subject, name string, n int) store.Participant {
		return store.Participant{
			ID: board + subject + strconv.Itoa(n), BoardID: board, TokenHash: sha256.Sum256([]byte(board + subject)), Link: sha256.Sum256([]byte("issuer")),
			Name: name, Audience: store.Staff, Created: start.Truncate(time.Millisecond),
		}
	}
	got := make([]store.Participant, 10)
	var coming sync.WaitGroup
	for i := range got {
		coming.Go(func() {
			p, err := f.store.JoinAs(ctx, vouch("b", "åsa", "Åsa", i), 1)
			if err != nil {
				t.Error(err)
			}
			got[i] = p
		})
	}
	coming.Wait()
	for _, p := range got {
		if p != got[0] || p.ID == "" {
			t.Errorf("one subject is %+v and %+v", p, got[0])
		}
	}
	if all, err := f.store.Participants(ctx, "b", 10); err != nil || len(all) != 1 || all[0] != got[0] {
		t.Fatalf("participants are %+v, %v", all, err)
	}
	want := got[0]
	want.Banned = true
	if err := f.store.SetParticipant(ctx, want); err != nil {
		t.Fatal(err)
	}
	want.Name, want.Audience = "Åsa Ek", store.Customer
	again := vouch("b", "åsa", want.Name, 20)
	again.Audience = want.Audience
	if p, err := f.store.JoinAs(ctx, again, 1); err != nil || p != want {
		t.Errorf("with another name: %+v, %v, not %+v", p, err, want)
	}
	if p, err := f.store.ParticipantByToken(ctx, want.TokenHash); err != nil || p != want {
		t.Errorf("participant is %+v, %v, not %+v", p, err, want)
	}
	if _, err := f.store.JoinAs(ctx, vouch("b", "bo", "Bo", 0), 1); !errors.Is(err, store.ErrFull) {
		t.Errorf("a second at a board for one: %v", err)
	}
	if p, err := f.store.JoinAs(ctx, vouch("other", "åsa", "Åsa", 0), 1); err != nil || p.ID == want.ID {
		t.Errorf("at another board: %+v, %v", p, err)
	}
	if _, err := f.store.JoinAs(ctx, vouch("nobody's", "bo", "Bo", 0), 9); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("at no board: %v", err)
	}
	// They take no place of a link's.
	links[1].People = 1
	if err := f.store.SetLink(ctx, links[1]); err != nil {
		t.Fatal(err)
	}
	byLink := store.Participant{ID: "l", BoardID: "b", TokenHash: sha256.Sum256([]byte("l")), Link: links[1].SecretHash, Audience: store.Customer, Created: start}
	if err := f.store.Join(ctx, byLink, 10); err != nil {
		t.Error(err)
	}
}
