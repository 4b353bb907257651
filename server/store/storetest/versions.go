package storetest

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"openmic/server/store"
)

func namedVersions(t *testing.T, f *fixture) {
	ctx := t.Context()
	b, links := f.peopled(t, "board")
	f.peopled(t, "other")
	log := entries(b.Doc, 2, 5)
	f.append(t, log...)
	anna := store.Participant{ID: "anna", BoardID: "board", TokenHash: [32]byte{1}, Link: links[0].SecretHash, Name: "Anna", Audience: store.Staff, Created: start}
	if err := f.store.Join(ctx, anna, 10); err != nil {
		t.Fatal(err)
	}
	name := func(v store.NamedVersion) store.NamedVersion {
		t.Helper()
		v.Created = start
		kept, err := f.store.NameVersion(store.Noting(ctx, store.AuditLine{At: start, Kind: "named"}), v, 3)
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}
	list := func(board string) []store.NamedVersion {
		t.Helper()
		found, err := f.store.NamedVersions(ctx, board, 10)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	length := len(f.load(t, b.Doc).Tail)
	now := name(store.NamedVersion{Board: "board", ID: "now", Title: "Efter mötet ☂", Participant: "anna"})
	early := name(store.NamedVersion{Board: "board", ID: "early", Moment: 2, Title: "Early"})
	if now.Moment != length || early.Moment != 2 {
		t.Errorf("the versions are of %d and %d changes of %d", now.Moment, early.Moment, length)
	}
	for _, v := range []store.NamedVersion{now, early} {
		if at := f.load(t, b.Doc).Tail[v.Moment-1].At; !v.At.Equal(at) || !v.Created.Equal(start.Truncate(time.Millisecond)) {
			t.Errorf("%s is of %s, named %s; the change is of %s", v.ID, v.At, v.Created, at)
		}
	}
	now.Name, now.Audience = "Anna", store.Staff
	if got, want := list("board"), []store.NamedVersion{early, now}; !reflect.DeepEqual(got, want) {
		t.Errorf("listed are %+v, not %+v", got, want)
	}
	for _, board := range []string{"other", "none", "a\x00"} {
		if got := list(board); len(got) > 0 {
			t.Errorf("of %q are listed %+v", board, got)
		}
	}

	// What cannot be, and what is too much.
	for what, v := range map[string]store.NamedVersion{
		"a moment to come": {Board: "board", ID: "x", Moment: length + 1},
		"no board":         {Board: "none", ID: "x"},
	} {
		if _, err := f.store.NameVersion(ctx, v, 3); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, v := range map[string]store.NamedVersion{
		"a title with NUL":  {Board: "board", ID: "x", Title: "\x00"},
		"a moment before 0": {Board: "board", ID: "x", Moment: -1},
		"the same id again": {Board: "board", ID: "now"},
	} {
		if _, err := f.store.NameVersion(ctx, v, 3); err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := f.store.NameVersion(ctx, store.NamedVersion{Board: "board", ID: "x"}, 2); !errors.Is(err, store.ErrFull) {
		t.Errorf("one too many: %v", err)
	}

	// A variant has those whose changes it has, by what their namers are called now.
	fork := f.forked(t, "fork", "board", log[1].At, log[:2])
	if got := list(fork.ID); len(got) != 1 || got[0].ID != "early" || got[0].Board != "fork" {
		t.Errorf("the variant has %+v", got)
	}
	if err := f.store.EraseName(ctx, "board", "anna", start); err != nil {
		t.Fatal(err)
	}
	if got := list("board")[1]; got.Name != "" || got.Participant != "anna" {
		t.Errorf("whose name was erased has named %+v", got)
	}

	if err := f.store.RenameVersion(ctx, "board", "now", "Later"); err != nil {
		t.Error(err)
	}
	if err := f.store.RemoveVersion(ctx, "board", "early"); err != nil {
		t.Error(err)
	}
	if got := list("board"); len(got) != 1 || got[0].Title != "Later" {
		t.Errorf("then %+v", got)
	}
	if got := list("fork"); len(got) != 1 || got[0].Title != "Early" {
		t.Errorf("and the variant has %+v", got)
	}
	for _, id := range []string{"early", "none", "a\x00"} {
		if err := f.store.RenameVersion(ctx, "board", id, "x"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("rename %q: %v", id, err)
		}
		if err := f.store.RemoveVersion(ctx, "board", id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("remove %q: %v", id, err)
		}
	}
	if err := f.store.RenameVersion(ctx, "board", "now", "\x00"); err == nil {
		t.Error("it is called by a NUL")
	}
	if got := strings.Join(f.kinds(t, "board"), " "); got != "named named" {
		t.Errorf("noted is %q", got)
	}
}
