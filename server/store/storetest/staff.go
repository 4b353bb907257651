package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/store"
)

func milli(after time.Duration) time.Time { return start.Add(after).Truncate(time.Millisecond) }

// signIn has somebody sign in, with a token made of their name and number.
func (f *fixture) signIn(t testing.TB, id, subject, name string, n int) (store.Person, store.SignIn) {
	t.Helper()
	in := store.SignIn{
		TokenHash: sha256.Sum256([]byte(fmt.Sprint(subject, n))), Name: name, Administrator: n == 1,
		Created: milli(0), Expires: milli(time.Duration(n) * time.Hour),
	}
	p, err := f.store.SignIn(t.Context(), store.Person{ID: id, Issuer: "https://id.example", Subject: subject, Name: name, Created: milli(0)}, in)
	if err != nil {
		t.Fatal(err)
	}
	in.Person = p.ID
	return p, in
}

func signIns(t *testing.T, f *fixture) {
	ctx := t.Context()
	anna, first := f.signIn(t, "a", "anna", "Anna", 1)
	again, second := f.signIn(t, "b", "anna", "Anna Å. ☂", 2)
	if anna.ID != "a" || again.ID != "a" || again.Name != "Anna Å. ☂" {
		t.Errorf("signed in as %+v and %+v", anna, again)
	}
	first.Name = again.Name // it is the person's
	for _, want := range []store.SignIn{first, second} {
		if got, err := f.store.SignedIn(ctx, want.TokenHash); err != nil || got != want {
			t.Errorf("signed in is %+v, %v, not %+v", got, err, want)
		}
	}
	if _, err := f.store.SignIn(ctx, store.Person{ID: "x", Issuer: "i", Subject: "a\x00"}, store.SignIn{}); err == nil {
		t.Error("a subject with NUL")
	}
	gone := func(in store.SignIn) {
		t.Helper()
		if _, err := f.store.SignedIn(ctx, in.TokenHash); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a token that is no more: %v", err)
		}
	}
	if err := f.store.ForgetSignIns(ctx, milli(90*time.Minute)); err != nil {
		t.Fatal(err)
	}
	gone(first)
	if _, err := f.store.SignedIn(ctx, second.TokenHash); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := f.store.SignOut(ctx, second.TokenHash); err != nil {
			t.Fatal(err)
		}
		gone(second)
	}
}

func personJoins(t *testing.T, f *fixture) {
	ctx := t.Context()
	_, links := f.peopled(t, "b")
	f.peopled(t, "other")
	links[1].People = 2
	if err := f.store.SetLink(ctx, links[1]); err != nil {
		t.Fatal(err)
	}
	anna, _ := f.signIn(t, "a", "anna", "Anna", 1)
	bo, _ := f.signIn(t, "bo", "bo", "Bo", 1)
	cia, _ := f.signIn(t, "cia", "cia", "Cia", 1)
	come := func(n int, who store.Person, l store.Link) store.Participant {
		return store.Participant{
			ID: fmt.Sprint("p", n), BoardID: "b", TokenHash: sha256.Sum256([]byte{byte(n)}), Link: l.SecretHash, Password: fmt.Sprint(n),
			Name: who.Name, Audience: store.Staff, Person: who.ID, Created: milli(0),
		}
	}
	// With several devices at once.
	var ids [5]string
	var joining sync.WaitGroup
	for i := range ids {
		joining.Go(func() {
			p, err := f.store.JoinPerson(ctx, come(i, anna, links[1]), 3)
			if err != nil {
				t.Errorf("join: %v", err)
			}
			ids[i] = p.ID
		})
	}
	joining.Wait()
	if len(slices.Compact(ids[:])) != 1 {
		t.Fatalf("one person is %q", ids)
	}
	moved, err := f.store.JoinPerson(ctx, come(9, anna, store.Link{}), 3)
	want := come(9, anna, store.Link{})
	want.ID, want.TokenHash = moved.ID, moved.TokenHash
	if err != nil || moved != want {
		t.Errorf("came back as %+v, %v, not %+v", moved, err, want)
	}
	if got, err := f.store.ParticipantByPerson(ctx, "b", anna.ID); err != nil || got != want {
		t.Errorf("is %+v, %v, not %+v", got, err, want)
	}
	if _, err := f.store.ParticipantByPerson(ctx, "other", anna.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("at a board where they never were: %v", err)
	}
	// The link counts people, not devices; and the board counts everybody.
	for _, step := range []struct {
		p    store.Participant
		most int
		want error
	}{
		{come(10, bo, links[1]), 2, nil},
		{come(11, anna, links[1]), 2, nil},
		{come(12, bo, links[1]), 2, nil},
		{come(13, cia, links[1]), 9, store.ErrFull},
		{come(13, cia, links[0]), 2, store.ErrFull},
		{come(13, cia, links[0]), 3, nil},
		{come(14, cia, link("b", "gone", store.Owner)), 9, store.ErrNotFound},
	} {
		if _, err := f.store.JoinPerson(ctx, step.p, step.most); !errors.Is(err, step.want) {
			t.Errorf("%s joins: %v, not %v", step.p.Name, err, step.want)
		}
	}
}

func owners(t *testing.T, f *fixture) {
	ctx := t.Context()
	anna, _ := f.signIn(t, "a", "anna", "Anna", 1)
	bo, _ := f.signIn(t, "bo", "bo", "Bo", 1)
	var boards []store.Board
	for i := range 5 {
		b, _ := f.peopled(t, fmt.Sprint("b", i))
		boards = append(boards, b)
		// Two became hers in the same moment.
		if err := f.store.AddOwner(ctx, b.ID, anna.ID, milli(time.Duration(i/2)*time.Second), 2); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []error{nil, nil, store.ErrFull} { // again is no second time
		who := bo.ID
		if want != nil {
			who = "else"
		}
		if err := f.store.AddOwner(ctx, "b0", who, milli(time.Hour), 2); !errors.Is(err, want) {
			t.Errorf("add an owner: %v, not %v", err, want)
		}
	}
	if a, err := f.store.Access(ctx, "b0"); err != nil || !reflect.DeepEqual(a.Owners, []string{anna.ID, bo.ID}) || a.Version < 2 {
		t.Errorf("access is %+v, %v", a, err)
	}
	for what, err := range map[string]error{
		"own what is not there":  f.store.AddOwner(ctx, "nobody's", anna.ID, milli(0), 9),
		"give up what is not":    f.store.RemoveOwner(ctx, "nobody's", anna.ID),
		"give up another's":      f.store.RemoveOwner(ctx, "b1", bo.ID),
		"own a name that is bad": f.store.AddOwner(ctx, "\x00", anna.ID, milli(0), 9),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}

	list := func(most int, list func(store.Place) ([]store.Listed, error)) (ids []string) {
		t.Helper()
		for after := (store.Place{}); ; {
			page, err := list(after)
			if err != nil || len(page) > most {
				t.Fatalf("a page of %d, %v", len(page), err)
			}
			for _, l := range page {
				ids = append(ids, l.ID)
				after = l.Place
			}
			if len(page) < most {
				return ids
			}
		}
	}
	want := func(who string, shelf store.Shelf, most int, ids string) {
		t.Helper()
		got := list(most, func(after store.Place) ([]store.Listed, error) {
			if who == "" {
				return f.store.AllBoards(ctx, shelf, after, most)
			}
			return f.store.BoardsOf(ctx, who, shelf, after, most)
		})
		if strings.Join(got, " ") != ids {
			t.Errorf("%s's %s boards, %d at a time, are %q, not %q", who, shelf, most, got, ids)
		}
	}
	boards[3].Archived, boards[1].Archived, boards[1].Deleted = milli(time.Hour), milli(time.Hour), milli(2*time.Hour)
	for _, b := range []store.Board{boards[3], boards[1]} {
		if err := f.store.SetBoard(ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	for _, most := range []int{1, 2, 9} {
		want(anna.ID, store.Current, most, "b4 b2 b0")
		want(anna.ID, store.Archived, most, "b3")
		want(anna.ID, store.Deleted, most, "b1")
		want(bo.ID, store.Current, most, "b0")
		want("", store.Current, most, "b4 b2 b0")
		want("", store.Deleted, most, "b1")
	}
	if err := f.store.RemoveOwner(ctx, "b0", anna.ID); err != nil {
		t.Fatal(err)
	}
	want(anna.ID, store.Current, 9, "b4 b2")
	all, err := f.store.AllBoards(ctx, store.Deleted, store.Place{}, 9)
	boards[1].Version = 2
	if err != nil || len(all) != 1 || all[0].Board != boards[1] || all[0].Owners != 1 || all[0].Changes != 1 || !all[0].Titled {
		t.Errorf("listed %+v, %v; the board is %+v", all, err, boards[1])
	}
}

func titles(t *testing.T, f *fixture) {
	ctx := t.Context()
	b, _ := f.peopled(t, "b")
	want := func(title string, titled bool) {
		t.Helper()
		all, err := f.store.AllBoards(ctx, store.Current, store.Place{}, 9)
		if err != nil || len(all) != 1 || all[0].Title != title || all[0].Titled != titled {
			t.Errorf("listed %+v, %v; not %q, %v", all, err, title, titled)
		}
	}
	want("", true)
	f.append(t, entries(b.Doc, 1, 3)[1:]...)
	want("", false)
	for _, step := range []struct {
		title   string
		changes int
		want    string
		titled  bool
	}{{"Två", 2, "Två", false}, {"Tre", 3, "Tre", true}, {"Two", 2, "Tre", true}} {
		if err := f.store.SetTitle(ctx, "b", step.title, step.changes); err != nil {
			t.Fatal(err)
		}
		want(step.want, step.titled)
	}
}

func removal(t *testing.T, f *fixture) {
	ctx := t.Context()
	anna, _ := f.signIn(t, "a", "anna", "Anna", 1)
	fill := func(id string) store.Board {
		b, links := f.peopled(t, id)
		log := entries(b.Doc, 1, 25)
		for i := range log {
			log[i].From = &store.Actor{Actor: crdt.Actor(fmt.Sprint("actor", i)), Participant: "p", Link: "l"}
		}
		f.append(t, log...)
		f.putSnapshot(t, b.Doc, snapshot(log[:10], "x"))
		if err := f.store.PutHistory(ctx, b.Doc, 0, []byte("one")); err != nil {
			t.Fatal(err)
		}
		if err := f.store.PutDrawing(ctx, b.Doc, store.Drawing{Theme: "light", Language: "en", At: start}); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if err := f.store.PutAttachment(ctx, id, picture(fmt.Sprint(id, i)), roomy); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 12 {
			p := store.Participant{ID: fmt.Sprint(id, i), BoardID: id, TokenHash: sha256.Sum256([]byte(fmt.Sprint(id, i))), Link: links[1].SecretHash, Audience: store.Customer}
			if err := f.store.Join(ctx, p, 99); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.store.AddOwner(ctx, id, anna.ID, milli(0), 9); err != nil {
			t.Fatal(err)
		}
		if _, err := f.store.NameVersion(ctx, store.NamedVersion{Board: id, ID: "v", Title: "t", Created: start}, 9); err != nil {
			t.Fatal(err)
		}
		return b
	}
	gone, kept := fill("gone"), fill("kept")
	before := f.rowsOf(t, kept)
	if _, err := f.store.RemoveBoard(ctx, "gone", milli(time.Hour), 10); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("remove a board that is not deleted: %v", err)
	}
	gone.Deleted = milli(time.Hour)
	if err := f.store.SetBoard(ctx, gone); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Duration][]string{time.Hour: nil, time.Hour + time.Millisecond: {"gone"}} {
		if got, err := f.store.DeletedBefore(ctx, milli(at), 5); err != nil || !slices.Equal(got, want) {
			t.Errorf("deleted %s after: %q, %v", at, got, err)
		}
	}
	if _, err := f.store.RemoveBoard(ctx, "gone", milli(time.Hour), 10); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("remove a board too early: %v", err)
	}
	parts := 0
	for done := false; !done; parts++ {
		var err error
		if done, err = f.store.RemoveBoard(ctx, "gone", milli(2*time.Hour), 10); err != nil || parts > 20 {
			t.Fatalf("part %d: %v", parts, err)
		}
		if parts == 0 {
			// From then on there is no way back.
			if err := f.store.AddOwner(ctx, "gone", anna.ID, milli(0), 9); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("own a board that is being removed: %v", err)
			}
		}
	}
	if parts < 4 {
		t.Errorf("removed in %d parts", parts)
	}
	if _, err := f.store.RemoveBoard(ctx, "gone", milli(2*time.Hour), 10); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("remove it again: %v", err)
	}
	if left := f.rowsOf(t, gone); len(left) > 0 {
		t.Errorf("left are rows in %v", left)
	}
	if after := f.rowsOf(t, kept); !reflect.DeepEqual(after, before) || len(before) < 9 {
		t.Errorf("of another board there were %v, and are %v", before, after)
	}
}

// rowsOf counts the rows of every table that has a column for a board or a document.
func (f *fixture) rowsOf(t testing.TB, b store.Board) map[string]int {
	t.Helper()
	columns, err := f.db.Query(`SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'`)
	if err != nil {
		columns, err = f.db.Query(`SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer columns.Close()
	found := map[[2]string]bool{}
	for columns.Next() {
		var at [2]string
		if err := columns.Scan(&at[0], &at[1]); err != nil {
			t.Fatal(err)
		}
		found[at] = true
	}
	if err := columns.Err(); err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for at := range found {
		var n int
		switch name := at[0] + "." + at[1]; {
		case at[1] == "board_id" || at[1] == "board" || name == "boards.id":
			n = f.count(t, `SELECT count(*) FROM `+at[0]+` WHERE `+at[1]+` = $1`, b.ID)
		case at[1] == "doc" || name == "documents.id":
			n = f.count(t, `SELECT count(*) FROM `+at[0]+` WHERE `+at[1]+` = $1`, b.Doc[:])
		}
		if n > 0 {
			rows[at[0]] += n
		}
	}
	return rows
}
