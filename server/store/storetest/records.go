package storetest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"openmic/server/docid"
	"openmic/server/store"
)

// noted makes line n of an audit.
func noted(n int, kind string) store.AuditLine {
	return store.AuditLine{At: start.Add(time.Duration(n) * time.Hour).Truncate(time.Millisecond), Kind: kind, Participant: "p", Link: "l", Key: "k", Subject: "s", Detail: "d"}
}

// kinds are those of a board's audit, the newest first.
func (f *fixture) kinds(t testing.TB, board string) (kinds []string) {
	t.Helper()
	lines, err := f.store.Audit(t.Context(), board, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		kinds = append(kinds, l.Kind)
	}
	return kinds
}

func audit(t *testing.T, f *fixture) {
	ctx := t.Context()
	b := store.Board{ID: "b", Doc: docid.New(), Created: start}
	links := []store.Link{link("b", "o", store.Owner)}
	if err := f.store.CreateBoard(store.Noting(ctx, noted(0, "made")), b, links, entries(b.Doc, 1, 1)); err != nil {
		t.Fatal(err)
	}
	f.peopled(t, "other")
	person := store.Participant{ID: "p", BoardID: "b", TokenHash: sha256.Sum256([]byte("p")), Link: links[0].SecretHash, Audience: store.Staff, Created: start}
	for i, do := range []func() error{
		func() error { return f.store.Join(store.Noting(ctx, noted(1, "joined")), person, 10) },
		func() error { return f.store.SetBoard(store.Noting(ctx, noted(2, "locked"), noted(2, "closed")), b) },
		func() error {
			return f.store.Note(ctx, store.AuditLine{Board: "b", At: noted(3, "").At, Kind: "opened", Subject: "p"})
		},
	} {
		if err := do(); err != nil {
			t.Fatalf("deed %d: %v", i, err)
		}
	}
	// What did not come about is not in it.
	strange := links[0]
	strange.BoardID = "other"
	if err := f.store.SetLink(store.Noting(ctx, noted(4, "never")), strange); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("change of a link that is not there: %v", err)
	}
	if err := f.store.Join(store.Noting(ctx, noted(4, "never")), person, 10); err == nil {
		t.Error("joined twice")
	}
	want := []string{"opened", "closed", "locked", "joined", "made"}
	if got := f.kinds(t, "b"); !slices.Equal(got, want) {
		t.Errorf("the audit has %q, not %q", got, want)
	}
	if got := f.kinds(t, "other"); len(got) > 0 {
		t.Errorf("the audit of another board has %q", got)
	}
	lines, err := f.store.Audit(ctx, "b", 0, 2)
	if err != nil || len(lines) != 2 {
		t.Fatalf("a page of two: %+v, %v", lines, err)
	}
	next, err := f.store.Audit(ctx, "b", lines[1].ID, 10)
	made := noted(0, "made")
	made.Board = "b"
	if err != nil || len(next) != 3 || next[0].Kind != "locked" {
		t.Fatalf("the page after that: %+v, %v", next, err)
	}
	if made.ID = next[2].ID; next[2] != made {
		t.Errorf("line %+v, not %+v", next[2], made)
	}
	if of, err := f.store.AuditOf(ctx, "b", "p", 10); err != nil || len(of) != 5 {
		t.Errorf("lines about a participant: %+v, %v", of, err)
	}
	if of, err := f.store.AuditOf(ctx, "b", "s", 1); err != nil || len(of) != 1 || of[0].Kind != "closed" {
		t.Errorf("the newest line about a participant: %+v, %v", of, err)
	}

	sweep := func(before time.Time, perBoard, most, want int) {
		t.Helper()
		if n, err := f.store.Sweep(ctx, before, time.Time{}, perBoard, most); err != nil || n != want {
			t.Errorf("swept %d, %v, not %d", n, err, want)
		}
	}
	sweep(noted(0, "").At, 100, 100, 0)
	sweep(noted(3, "").At, 100, 1, 1)
	sweep(noted(2, "").At, 100, 100, 1)
	sweep(time.Time{}, 2, 100, 1)
	if got := f.kinds(t, "b"); !slices.Equal(got, want[:2]) {
		t.Errorf("of the audit is left %q", got)
	}
}

// everything is all that a database holds, as text.
func (f *fixture) everything(t testing.TB) string {
	t.Helper()
	var all strings.Builder
	for _, table := range []string{"participants", "audit", "answers", "actors", "links", "boards", "changes", "snapshots", "attachments"} {
		result, err := f.db.Query(`SELECT * FROM ` + table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := result.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for result.Next() {
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			if err := result.Scan(row...); err != nil {
				t.Fatal(err)
			}
			for _, v := range row {
				fmt.Fprintf(&all, "%s ", *v.(*any))
			}
		}
		if err := errors.Join(result.Err(), result.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func eraseName(t *testing.T, f *fixture) {
	ctx := t.Context()
	_, links := f.peopled(t, "b")
	const name = "Erik-som-vill-bort"
	p := store.Participant{
		ID: "erik", BoardID: "b", TokenHash: sha256.Sum256([]byte("erik")), Link: links[1].SecretHash, Name: name, Audience: store.Customer,
		Created: start.Truncate(time.Millisecond),
	}
	if err := f.store.Join(store.Noting(ctx, noted(0, "joined")), p, 10); err != nil {
		t.Fatal(err)
	}
	answer := store.Once{Name: sha256.Sum256([]byte("n")), At: start}
	if kept, err := f.store.BeginOnce(ctx, answer, start, 10); kept != nil || err != nil {
		t.Fatal(kept, err)
	}
	answer.Answer, answer.Subject = []byte(name), p.ID
	if err := f.store.FinishOnce(ctx, answer); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.everything(t), name) {
		t.Fatal("the name is not where it is looked for")
	}
	at := start.Add(time.Hour).Truncate(time.Millisecond)
	if err := f.store.EraseName(ctx, "b", p.ID, at); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(f.everything(t), name) {
		t.Error("the name is still there")
	}
	p.Name, p.Erased = "", at
	if got, err := f.store.Participant(ctx, "b", p.ID); err != nil || got != p {
		t.Errorf("participant is %+v, %v, not %+v", got, err, p)
	}
	if err := f.store.Leave(ctx, "b", p.ID, at); err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.ParticipantByToken(ctx, p.TokenHash); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the token of one who has left: %v", err)
	}
	if got, err := f.store.Participant(ctx, "b", p.ID); err != nil || !got.Left.Equal(at) {
		t.Errorf("who left is %+v, %v", got, err)
	}
	for what, err := range map[string]error{
		"erase": f.store.EraseName(ctx, "b", "else", at),
		"leave": f.store.Leave(ctx, "b", "else", at),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s somebody who is not there: %v", what, err)
		}
	}
}

func keys(t *testing.T, f *fixture) {
	ctx := t.Context()
	k := store.Key{ID: "k1", Name: "Bokningssystemet", Hash: sha256.Sum256([]byte("k1")), Created: start.Truncate(time.Millisecond)}
	second := store.Key{ID: "k2", Name: "", Hash: sha256.Sum256([]byte("k2")), Created: start.Add(time.Second).Truncate(time.Millisecond)}
	for _, k := range []store.Key{second, k} {
		if err := f.store.AddKey(ctx, k); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := f.store.Keys(ctx); err != nil || !reflect.DeepEqual(got, []store.Key{k, second}) {
		t.Errorf("keys are %+v, %v", got, err)
	}
	if got, err := f.store.KeyByHash(ctx, k.Hash); err != nil || got != k {
		t.Errorf("key is %+v, %v", got, err)
	}
	var made []store.Board
	for i, id := range []string{"a", "b", "c"} {
		b := store.Board{ID: id, Doc: docid.New(), Created: start.Truncate(time.Millisecond), Key: []string{"k1", "k2", "k1"}[i]}
		if err := f.store.CreateBoard(ctx, b, nil, entries(b.Doc, 1, 1)); err != nil {
			t.Fatal(err)
		}
		made = append(made, b)
	}
	f.peopled(t, "d")
	if got, err := f.store.BoardsOfKey(ctx, "k1", "", 10); err != nil || !reflect.DeepEqual(got, []store.Board{made[0], made[2]}) {
		t.Errorf("boards of a key: %+v, %v", got, err)
	}
	if got, err := f.store.BoardsOfKey(ctx, "k1", "a", 10); err != nil || len(got) != 1 || got[0].ID != "c" {
		t.Errorf("the next boards of a key: %+v, %v", got, err)
	}
	if err := f.store.RevokeKey(ctx, "k1", start); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"k1", "else", "\x00"} {
		if err := f.store.RevokeKey(ctx, id, start); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("revoke %q: %v", id, err)
		}
	}
	if _, err := f.store.KeyByHash(ctx, k.Hash); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a revoked key: %v", err)
	}
	if got, err := f.store.Keys(ctx); err != nil || len(got) != 2 || !got[0].Revoked.Equal(start.Truncate(time.Millisecond)) {
		t.Errorf("keys are %+v, %v", got, err)
	}
}

func once(t *testing.T, f *fixture) {
	ctx := t.Context()
	o := store.Once{Name: sha256.Sum256([]byte("name")), Request: sha256.Sum256([]byte("request")), At: start.Truncate(time.Millisecond).UTC()}
	stale := start.Add(-time.Minute)
	// Of those who come at once, one answers.
	kept := make([]*store.Once, 8)
	var coming sync.WaitGroup
	for i := range kept {
		coming.Go(func() {
			var err error
			if kept[i], err = f.store.BeginOnce(ctx, o, stale, 10); err != nil {
				t.Error(err)
			}
		})
	}
	coming.Wait()
	first := 0
	for _, k := range kept {
		if k == nil {
			first++
		} else if k.Request != o.Request || len(k.Answer) > 0 || !k.At.Equal(o.At) {
			t.Errorf("another is told %+v", k)
		}
	}
	if first != 1 {
		t.Fatalf("%d came first", first)
	}
	if k, err := f.store.BeginOnce(ctx, o, start.Add(time.Minute), 10); k != nil || err != nil {
		t.Errorf("a request that was never answered counts: %+v, %v", k, err)
	}
	o.Answer, o.Subject = []byte("answer"), "p"
	if err := f.store.FinishOnce(ctx, o); err != nil {
		t.Fatal(err)
	}
	if err := f.store.AbandonOnce(ctx, o.Name); err != nil { // what is answered stays
		t.Fatal(err)
	}
	if k, err := f.store.BeginOnce(ctx, o, start.Add(time.Minute), 10); err != nil || k == nil || !bytes.Equal(k.Answer, o.Answer) || k.Subject != "p" {
		t.Errorf("kept is %+v, %v", k, err)
	}
	other := store.Once{Name: sha256.Sum256([]byte("other")), At: start}
	if _, err := f.store.BeginOnce(ctx, other, stale, 1); !errors.Is(err, store.ErrFull) {
		t.Errorf("a second of one: %v", err)
	}
	if k, err := f.store.BeginOnce(ctx, other, stale, 2); k != nil || err != nil {
		t.Errorf("a second of two: %+v, %v", k, err)
	}
	if err := f.store.AbandonOnce(ctx, other.Name); err != nil {
		t.Fatal(err)
	}
	if n, err := f.store.Sweep(ctx, time.Time{}, start.Add(time.Second), 10, 10); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if k, err := f.store.BeginOnce(ctx, o, stale, 1); k != nil || err != nil {
		t.Errorf("after the sweep: %+v, %v", k, err)
	}
}
