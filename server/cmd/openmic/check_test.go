package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

func TestCheckFindsNothingInWhatIsWhole(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *home) {
		if said, _ := h.run(0, "check"); said != "openmic: looked at 0 boards, 0 documents, 0 changes, 0 snapshots, 0 pictures: whole\n" {
			t.Errorf("of nothing it says %q", said)
		}
		s, doc := newSketch(t, 12), docid.New()
		h.run(0, "import", s.file(t))
		h.stored(func(st store.Store) {
			must(t, st.Append(t.Context(), s.entries(doc)))
			must(t, st.PutSnapshot(t.Context(), doc, s.snapshot(t, 5)))
			must(t, st.PutSnapshot(t.Context(), doc, s.snapshot(t, 12)))
		})
		if said, _ := h.run(0, "check"); said != "openmic: looked at 1 boards, 2 documents, 24 changes, 2 snapshots, 0 pictures: whole\n" {
			t.Errorf("it says %q", said)
		}
	})
}

func TestCheckReadsPictures(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *home) {
		h.run(0, "import", newSketch(t, 3).file(t))
		h.stored(func(st store.Store) {
			var board string
			must(t, st.(store.Inspector).InspectBoards(t.Context(), func(b store.Board, err error) error {
				board = b.ID
				return err
			}))
			for _, content := range []string{"a picture", "another"} {
				must(t, st.PutAttachment(t.Context(), board, store.Attachment{Content: []byte(content)}, store.Room{Files: 2, Bytes: 100}))
			}
		})
		if said, _ := h.run(0, "check"); !strings.HasSuffix(said, "0 snapshots, 2 pictures: whole\n") {
			t.Errorf("it says %q", said)
		}
		h.exec(`UPDATE attachments SET content = sha256 WHERE length(content) = 7`)
		if said, _ := h.run(1, "check"); strings.Count(said, "attachment ") != 1 || !strings.HasSuffix(said, "2 pictures: 1 damaged\n") {
			t.Errorf("it says %q", said)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestCheckNamesDamage(t *testing.T) {
	s, other := newSketch(t, 12), newSketch(t, 2)
	other.edit(t, 100)
	// A change row and a snapshot are what the store was given: only what is in
	// them is wrong.
	type damaged struct {
		entries  func(log []store.Entry) []store.Entry
		snapshot func(snapshot *store.Snapshot)
		then     string   // a statement with the document as $1
		says     []string // one for each line
	}
	damages := map[string]damaged{
		"a changed byte": {
			then: `UPDATE changes SET change = hash WHERE doc = $1 AND position = 11`,
			says: []string{"position 11 of the log: change "},
		},
		"a changed byte in the middle": {
			then: `UPDATE changes SET sum = 1 - sum WHERE doc = $1 AND position = 4`,
			says: []string{"position 4 of the log: change ", "7 changes depend on others"},
		},
		"a missing row": {
			then: `DELETE FROM changes WHERE doc = $1 AND position = 10`,
			says: []string{"position 10 of the log is missing", "1 changes depend on others"},
		},
		"no change at all": {
			entries: func(log []store.Entry) []store.Entry {
				return append(log, store.Entry{Doc: log[0].Doc, Hash: crdt.Hash{1}, Change: []byte("what is this?")})
			},
			says: []string{"position 12 of the log: R1 chunk"},
		},
		"another hash": {
			entries: func(log []store.Entry) []store.Entry {
				log[11].Hash[0] ^= 1
				return log
			},
			says: []string{"position 11 of the log: change "},
		},
		"a change twice": {
			entries: func(log []store.Entry) []store.Entry {
				again := log[11]
				again.Hash[0] ^= 1
				return append(log, again)
			},
			says: []string{"position 12 of the log: change "},
		},
		"an order that no room took": {
			entries: func(log []store.Entry) []store.Entry {
				log[10], log[11] = log[11], log[10]
				return log
			},
			says: []string{"1 changes depend on others"},
		},
		"a board's log": {
			then: `INSERT INTO boards (id, doc, title, created) SELECT 'x', $1, '', created FROM boards LIMIT 1`,
			says: nil,
		},
		"a snapshot's byte": {
			then: `UPDATE snapshots SET chunk = sha256 WHERE doc = $1`,
			says: []string{"snapshot of 8 changes: "},
		},
		"a snapshot without a graph": {
			snapshot: func(x *store.Snapshot) { x.Graph = []byte{1} },
			says:     []string{"snapshot of 8 changes: read graph"},
		},
		"a snapshot with a graph of fewer": {
			snapshot: func(x *store.Snapshot) { x.Graph = s.log.graph.AppendBinary(nil, 7) },
			says:     []string{"snapshot of 8 changes: its graph has 7"},
		},
		"a snapshot with another graph": {
			snapshot: func(x *store.Snapshot) { *x = other.snapshot(t, 3) },
			says:     []string{"snapshot of 3 changes: its graph is not that of the log"},
		},
		"a snapshot with other heads": {
			snapshot: func(x *store.Snapshot) { x.Heads = []crdt.Hash{{1}} },
			says:     []string{"snapshot of 8 changes: its heads are not those of its graph"},
		},
		"a snapshot of other changes": {
			snapshot: func(x *store.Snapshot) { x.Chunk = s.document(t, 7).Document },
			says:     []string{"snapshot of 8 changes: not a sound document"},
		},
		"a snapshot that is no document": {
			snapshot: func(x *store.Snapshot) { x.Chunk = s.log.log[3].Raw },
			says:     []string{"snapshot of 8 changes: not a sound document"},
		},
		"a snapshot whose document has a wrong byte": {
			snapshot: func(x *store.Snapshot) {
				x.Chunk = slices.Clone(x.Chunk)
				x.Chunk[len(x.Chunk)-3] ^= 1
			},
			says: []string{"snapshot of 8 changes: not a sound document"},
		},
	}
	onBothStores(t, func(t *testing.T, h *home) {
		for name, d := range damages {
			t.Run(name, func(t *testing.T) {
				h := h.emptied(t)
				doc := docid.New()
				h.run(0, "import", s.file(t)) // a bystander
				h.stored(func(st store.Store) {
					log, snapshot := s.entries(doc), s.snapshot(t, 8)
					if d.entries != nil {
						log = d.entries(log)
					}
					must(t, st.Append(t.Context(), log))
					if d.snapshot != nil {
						d.snapshot(&snapshot)
					}
					must(t, st.PutSnapshot(t.Context(), doc, snapshot))
				})
				if d.then != "" {
					h.exec(d.then, doc[:])
				}
				status, summary := 1, "1 boards, 2 documents"
				if d.says == nil {
					status, summary = 0, "2 boards, 2 documents"
				}
				said, _ := h.run(status, "check")
				lines := strings.Split(strings.TrimSpace(said), "\n")
				if len(lines) != len(d.says)+1 || !strings.Contains(lines[len(lines)-1], summary) {
					t.Fatalf("it says\n%s", said)
				}
				for i, want := range d.says {
					if !strings.HasPrefix(lines[i], "document "+doc.String()+": "+want) || !strings.Contains(lines[i], "damaged") {
						t.Errorf("it says %q, not %q", lines[i], want)
					}
				}
			})
		}
	})
}

func TestCheckFindsBoardsWithoutDocument(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *home) {
		s := newSketch(t, 1)
		h.run(0, "import", s.file(t))
		h.exec(`DELETE FROM changes`)
		h.exec(`DELETE FROM documents`)
		said, _ := h.run(1, "check")
		if !strings.HasPrefix(said, `board "`) || !strings.Contains(said, "has no changes") || !strings.Contains(said, ": 1 damaged") {
			t.Errorf("it says %q", said)
		}
	})
}

func TestCheckOfADamagedFile(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(b []byte, page int) []byte // page begins an index, not the schema
		says   string
	}{
		"another file": {func([]byte, int) []byte { return []byte("#!/bin/sh\nexec openmic serve\n") }, "open data directory"},
		"emptiness":    {func([]byte, int) []byte { return nil }, "open data directory"},
		"zeros": {func(b []byte, page int) []byte {
			clear(b[page : page+4096])
			return b
		}, "database: "},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSQLite(t)
			h.run(0, "import", newSketch(t, 12).file(t))
			var root int
			must(t, h.db.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'changes_doc_hash'`).Scan(&root))
			must(t, h.db.Close())
			path := filepath.Join(h.Data, "openmic.db")
			damaged := c.damage(readAll(t, path), (root-1)*4096)
			must(t, os.WriteFile(path, damaged, 0o600))
			said, _ := h.run(1, "check")
			if !strings.HasPrefix(said, c.says) {
				t.Errorf("it says %q", said)
			}
			if !bytes.Equal(readAll(t, path), damaged) {
				t.Error("it changed the file")
			}
		})
	}
}

func TestCheckThatCannotLook(t *testing.T) {
	dir := t.TempDir()
	if _, said := runs(t, 2, "check", "--data", dir); !strings.Contains(said, dir) {
		t.Errorf("without a database it says %q", said)
	}
	runs(t, 2, "check", "--database-url", "postgres://127.0.0.1:1/none")
	p := start(t, "serve", "--listen", "127.0.0.1:0", "--data", dir)
	p.address()
	if _, said := runs(t, 2, "check", "--data", dir); !strings.Contains(said, "stop the server") {
		t.Errorf("beside a server it says %q", said)
	}
}
