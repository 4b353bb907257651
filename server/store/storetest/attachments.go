package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"openmic/server/docid"
	"openmic/server/store"
)

var roomy = store.Room{Files: 100, Bytes: 1 << 20}

func picture(text string) store.Attachment {
	return store.Attachment{Content: []byte(text), Created: start}
}

func (f *fixture) put(t testing.TB, board, text string) store.AttachmentID {
	t.Helper()
	if err := f.store.PutAttachment(t.Context(), board, picture(text), roomy); err != nil {
		t.Fatal(err)
	}
	return store.NameAttachment([]byte(text))
}

func attachments(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.board(t, "a", docid.New())
	f.board(t, "b", docid.New())
	large := strings.Repeat("\x00\xffpicture", 100_000)
	small, big := f.put(t, "a", "small\x00"), f.put(t, "a", large)
	for range 2 {
		f.put(t, "a", "small\x00")
		for id, want := range map[store.AttachmentID]string{small: "small\x00", big: large} {
			got, err := f.store.Attachment(ctx, "a", id)
			if err != nil || !bytes.Equal(got, []byte(want)) {
				t.Errorf("attachment of %d bytes: %d bytes, %v", len(want), len(got), err)
			}
		}
		if n := f.count(t, `SELECT count(*) FROM attachments`); n != 2 {
			t.Errorf("%d rows, not 2: what is there already is stored once", n)
		}
		if err := f.store.Close(); err != nil {
			t.Fatal(err)
		}
		f.store = f.home.Open(t)
	}
	// A board's files are its own.
	for _, board := range []string{"b", "none", "a\x00", "\xff", ""} {
		if _, err := f.store.Attachment(ctx, board, small); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of board %q: %v, not ErrNotFound", board, err)
		}
	}
	f.put(t, "b", "small\x00")
	if _, err := f.store.Attachment(ctx, "b", small); err != nil {
		t.Error(err)
	}
	for _, board := range []string{"none", "a\x00", ""} {
		if err := f.store.PutAttachment(ctx, board, picture("x"), roomy); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("into board %q: %v, not ErrNotFound", board, err)
		}
	}
	if err := f.store.PutAttachment(ctx, "a", picture(""), roomy); err == nil {
		t.Error("an empty file was stored")
	}
}

func attachmentsFull(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.board(t, "a", docid.New())
	f.board(t, "b", docid.New())
	f.put(t, "a", "12345")
	f.put(t, "a", "67890")
	for name, c := range map[string]struct {
		text string
		room store.Room
		full bool
	}{
		"one file too many":       {"x", store.Room{Files: 2, Bytes: 100}, true},
		"one byte too many":       {"123456", store.Room{Files: 3, Bytes: 15}, true},
		"there already, and full": {"12345", store.Room{Files: 2, Bytes: 10}, false},
		"the last byte":           {"abcde", store.Room{Files: 3, Bytes: 15}, false},
	} {
		err := f.store.PutAttachment(ctx, "a", picture(c.text), c.room)
		if errors.Is(err, store.ErrFull) != c.full || (err != nil) != c.full {
			t.Errorf("%s: %v", name, err)
		}
		f.exec(t, int64(f.count(t, `SELECT count(*) FROM attachments`)-2), `DELETE FROM attachments WHERE content NOT IN ($1, $2)`, []byte("12345"), []byte("67890"))
	}
	// The other board has room of its own.
	if err := f.store.PutAttachment(ctx, "b", picture("12345"), store.Room{Files: 1, Bytes: 5}); err != nil {
		t.Error(err)
	}
	// However many come at once, the last place is taken once.
	var group sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		group.Go(func() {
			results[i] = f.store.PutAttachment(ctx, "a", picture(fmt.Sprint("race ", i)), store.Room{Files: 3, Bytes: 100})
		})
	}
	group.Wait()
	stored := 0
	for _, err := range results {
		if err == nil {
			stored++
		} else if !errors.Is(err, store.ErrFull) {
			t.Error(err)
		}
	}
	if stored != 1 {
		t.Errorf("%d of 8 were stored, not 1", stored)
	}
}

func damagedAttachments(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.board(t, "a", docid.New())
	for name, damage := range damageBytes {
		id := f.put(t, "a", "picture with "+name)
		whole := f.put(t, "a", "whole")
		f.exec(t, 1, `UPDATE attachments SET content = $1 WHERE sha256 = $2`, damage([]byte("picture with "+name)), id[:])
		if content, err := f.store.Attachment(ctx, "a", id); !errors.Is(err, store.ErrDamaged) || content != nil {
			t.Errorf("%s: %d bytes, %v, not ErrDamaged", name, len(content), err)
		}
		if _, err := f.store.Attachment(ctx, "a", whole); err != nil {
			t.Errorf("%s: another: %v", name, err)
		}
		var seen []string
		err := f.inspector(t).InspectAttachments(ctx, func(board string, found store.AttachmentID, err error) error {
			if (found != id && found != whole) || errors.Is(err, store.ErrDamaged) != (found == id) {
				t.Errorf("%s: inspection says %v of %x", name, err, found)
			}
			seen = append(seen, board)
			return nil
		})
		if err != nil || !slices.Equal(seen, []string{"a", "a"}) {
			t.Errorf("%s: inspected %q, %v", name, seen, err)
		}
		f.exec(t, 1, `DELETE FROM attachments WHERE sha256 = $1`, id[:])
	}
}
