package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/postgres"
	"openmic/server/store/postgres/pgtest"
)

func TestOpenToReadChangesNothing(t *testing.T) {
	url := pgtest.Database(t)
	if s, err := postgres.OpenToRead(t.Context(), url); err == nil {
		s.Close()
		t.Error("an empty database was opened")
	}
	var tables int
	err := database(t, url).QueryRow(`SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`).Scan(&tables)
	if err != nil || tables != 0 {
		t.Errorf("it made %d tables (%v)", tables, err)
	}
	first, doc := open(t, url), docid.New()
	if err := first.Append(t.Context(), []store.Entry{entry(doc, "a")}); err != nil {
		t.Fatal(err)
	}
	s, err := postgres.OpenToRead(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Append(t.Context(), []store.Entry{entry(doc, "b")}); err == nil {
		t.Error("it writes")
	}
	if d, err := s.Load(t.Context(), doc); err != nil || len(d.Tail) != 1 || s.StorageID() != first.StorageID() {
		t.Errorf("load: %v, %v", d, err)
	}
}

func TestCheckDatabase(t *testing.T) {
	for name, c := range map[string]struct {
		statements []string
		says       string
	}{
		"nothing": {nil, ""},
		"a link of no board": {[]string{
			`ALTER TABLE links DISABLE TRIGGER ALL`,
			`INSERT INTO links VALUES (decode(repeat('00', 32), 'hex'), 'x', 'owner', now())`,
		}, "rows of links that belong to none of boards: 1"},
		"a snapshot of no document": {[]string{
			`ALTER TABLE snapshots DISABLE TRIGGER ALL`,
			`INSERT INTO snapshots VALUES ('x', 1, '', '', '', now(), '')`,
		}, "rows of snapshots that belong to none of documents: 1"},
		"an index that is out of use": {[]string{
			`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'links_board_id'::regclass`,
		}, "index links_board_id is not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			url := pgtest.Database(t)
			s := open(t, url)
			for _, statement := range c.statements {
				exec(t, database(t, url), statement)
			}
			err := s.CheckDatabase(t.Context())
			if c.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, not ErrDamaged with %q", err, c.says)
			}
		})
	}
}
