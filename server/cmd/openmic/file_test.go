package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/store"
)

// imported reads what import prints.
func imported(t *testing.T, said string) (words map[string]string) {
	t.Helper()
	words = map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(said), "\n") {
		name, value, _ := strings.Cut(line, " ")
		words[name] = value
	}
	if len(words) != 6 || words["board"] == "" {
		t.Fatalf("import says %q", said)
	}
	return words
}

func newFile(t *testing.T) string { return filepath.Join(t.TempDir(), "out.automerge") }

func readAll(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestImportAndExport(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *home) {
		s := newSketch(t, 12)
		said, _ := h.run(0, "import", s.file(t), "--title", " Att flytta ", "--public-url", "https://boards.example.org/")
		board := imported(t, said)
		for _, role := range []string{"owner", "editor", "commenter", "viewer"} {
			secret, ok := strings.CutPrefix(board[role], "https://boards.example.org/b/"+board["board"]+"#")
			if !ok || len(secret) < 22 {
				t.Errorf("link of %s: %q", role, board[role])
			}
		}
		h.stored(func(st store.Store) {
			b, err := st.Board(t.Context(), board["board"])
			must(t, err)
			d, err := st.Load(t.Context(), b.Doc)
			must(t, err)
			if b.Title != "Att flytta" || b.Doc.String() != board["document"] || len(d.Tail) != 13 {
				t.Errorf("board %+v with %d changes", b, len(d.Tail))
			}
			title, err := crdt.ParseChange(d.Tail[12].Change, crdt.DefaultLimits())
			must(t, err)
			if title.Message != "title" {
				t.Errorf("the last change is %q", title.Message)
			}
		})
		byBoard, byDocument := newFile(t), newFile(t)
		h.run(0, "export", board["board"], "-o", byBoard)
		h.run(0, "export", board["document"], "--output", byDocument)
		file := readAll(t, byBoard)
		if !bytes.Equal(file, readAll(t, byDocument)) {
			t.Error("the id of the document gives another file")
		}
		kind, _, _, rest, err := cutChunk(file)
		if err != nil || kind != chunkDocument || len(rest) > 0 {
			t.Errorf("a chunk of type %d and %d bytes after it, %v", kind, len(rest), err)
		}
		if info, err := os.Stat(byBoard); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file has mode %v, %v", info.Mode(), err)
		}
		if _, said := h.run(2, "export", board["board"], "-o", byBoard); !strings.Contains(said, byBoard) {
			t.Errorf("over a file: %q", said)
		}
		if !bytes.Equal(file, readAll(t, byBoard)) {
			t.Error("a file was overwritten")
		}
		for _, id := range []string{"x", docid.New().String(), board["document"] + "1"} {
			name := newFile(t)
			h.run(2, "export", id, "-o", name)
			if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s left a file", id)
			}
		}
	})
}

func TestExportedFileComesBackTheSame(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *home) {
		said, _ := h.run(0, "import", newSketch(t, 12).file(t))
		first, second := newFile(t), newFile(t)
		h.run(0, "export", imported(t, said)["board"], "-o", first)
		said, _ = h.run(0, "import", first)
		h.run(0, "export", imported(t, said)["board"], "-o", second)
		if !bytes.Equal(readAll(t, first), readAll(t, second)) {
			t.Error("the file is another after a round trip")
		}
		h.run(0, "check")
	})
}

func TestImportOfADocumentWithChangesAfterIt(t *testing.T) {
	h, s := newSQLite(t), newSketch(t, 12)
	changes := s.log.chunks()
	// In an order of their own, one that the document has, and another document.
	parts := [][]byte{changes[11], s.document(t, 8).Document, changes[10], changes[9], changes[8], changes[3], s.document(t, 4).Document}
	said, _ := h.run(0, "import", writeFile(t, bytes.Join(parts, nil)))
	name := newFile(t)
	h.run(0, "export", imported(t, said)["board"], "-o", name)
	if !bytes.Equal(readAll(t, name), s.document(t, 12).Document) {
		t.Error("the board is not what the file has")
	}
}

func TestImportRefuses(t *testing.T) {
	s := newSketch(t, 4)
	changes := s.log.chunks()
	flipped := slices.Clone(changes[3])
	flipped[len(flipped)-1] ^= 1
	root, err := s.engine.Edit(t.Context(), nil, nil, engine.Edit{
		Operations: []engine.Operation{{Kind: engine.PutMap, Path: []string{"lanes"}}},
	})
	must(t, err)
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":                    {nil, "not an Automerge file"},
		"text":                       {[]byte("Dear diary, today I drew"), "not an Automerge file"},
		"a cut":                      {bytes.Join(changes, nil)[:len(bytes.Join(changes, nil))-1], "cut off"},
		"a length without end":       {append(slices.Clone(changes[0][:9]), 0xff, 0xff), "cut off"},
		"a length that is too long":  {append(slices.Clone(changes[0][:9]), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), "cut off"},
		"something after it":         {append(bytes.Join(changes, nil), 0), "not an Automerge file"},
		"a flipped bit":              {append(bytes.Join(changes[:3], nil), flipped...), "checksum"},
		"a missing change":           {bytes.Join([][]byte{changes[0], changes[2], changes[3]}, nil), "2 changes depend on others"},
		"an unknown chunk":           {[]byte("\x85\x6f\x4a\x83\x00\x00\x00\x00\x09\x01x"), "type 9"},
		"a document of no actors":    {[]byte("\x85\x6f\x4a\x83\x00\x00\x00\x00\x00\x01\x05"), "cut off"},
		"a document of no heads":     {[]byte("\x85\x6f\x4a\x83\x00\x00\x00\x00\x00\x02\x00\x01"), "cut off"},
		"an empty document":          {[]byte("\x85\x6f\x4a\x83\xb8\x1a\x95\x44\x00\x04\x00\x00\x00\x00"), "empty"},
		"another document":           {root, "not made as a board"},
		"another beginning beside":   {append(bytes.Join(changes, nil), root...), "not made as a board"},
		"a chunk that is no change":  {append(slices.Clone(changes[0]), changes[1][:12]...), "cut off"},
		"a change larger than taken": {chunkOf(2 << 20), "size"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			out, said := runs(t, 1, "import", writeFile(t, c.file), "--data", dir)
			if !strings.Contains(said, c.says) || out != "" {
				t.Errorf("it says %q%q, nothing of %q", out, said, c.says)
			}
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it made a database: %v", err)
			}
		})
	}
	runs(t, 1, "import", filepath.Join(t.TempDir(), "none"))
	runs(t, 2, "import", s.file(t), "--title", "two\nlines")
}

// chunkOf is a change chunk with a body of n zeros.
func chunkOf(n int) []byte {
	header := []byte("\x85\x6f\x4a\x83\x00\x00\x00\x00\x01")
	for rest := n; ; rest >>= 7 {
		if rest < 0x80 {
			return append(append(header, byte(rest)), make([]byte, n)...)
		}
		header = append(header, byte(rest)|0x80)
	}
}

func TestImportOfAForeignDocument(t *testing.T) {
	h := newSQLite(t)
	eng, err := commandEngine()
	must(t, err)
	defer eng.Close()
	root, err := eng.Edit(t.Context(), nil, nil, engine.Edit{
		Operations: []engine.Operation{{Kind: engine.SetScalar, Path: []string{"hello"}, Value: "world"}},
	})
	must(t, err)
	said, _ := h.run(0, "import", writeFile(t, root), "--foreign", "--title", "Hello")
	h.stored(func(st store.Store) {
		b, err := st.Board(t.Context(), imported(t, said)["board"])
		must(t, err)
		d, err := st.Load(t.Context(), b.Doc)
		must(t, err)
		if b.Title != "Hello" || len(d.Tail) != 1 || !bytes.Equal(d.Tail[0].Change, root) {
			t.Errorf("board %+v with %d changes", b, len(d.Tail))
		}
	})
}

func TestExportOfDamage(t *testing.T) {
	s := newSketch(t, 12)
	const (
		change   = `UPDATE changes SET change = hash WHERE doc = $1 AND position = `
		snapshot = `UPDATE snapshots SET chunk = sha256 WHERE doc = $1`
	)
	damages := map[string]struct {
		statements []string
		snapshot   int // of so many changes
		left       int // changes that come out
		says       []string
	}{
		"in the middle":             {[]string{change + `7`}, 0, 7, []string{"position 7 of the log", "4 changes that depend on lost ones"}},
		"at the end":                {[]string{change + `11`}, 0, 11, []string{"position 11 of the log"}},
		"below a snapshot":          {[]string{change + `7`}, 9, 12, []string{"position 7 of the log"}},
		"above a snapshot":          {[]string{change + `7`}, 5, 7, []string{"position 7 of the log", "4 changes that depend on lost ones"}},
		"below a damaged snapshot":  {[]string{change + `7`, snapshot}, 9, 7, []string{"position 7 of the log", "snapshot of 9 changes", "4 changes that depend on lost ones"}},
		"of the snapshot alone":     {[]string{snapshot}, 9, 12, nil},
		"of the first change":       {[]string{change + `0`}, 0, 0, []string{"position 0 of the log", "11 changes that depend on lost ones"}},
		"of the document's own row": {[]string{`UPDATE documents SET length = 3 WHERE id = $1`}, 0, 12, []string{"the log has 12 changes instead of 3"}},
	}
	onBothStores(t, func(t *testing.T, h *home) {
		for name, c := range damages {
			t.Run(name, func(t *testing.T) {
				h := h.emptied(t)
				doc := docid.New()
				h.stored(func(st store.Store) {
					must(t, st.Append(t.Context(), s.entries(doc)))
					if c.snapshot > 0 {
						must(t, st.PutSnapshot(t.Context(), doc, s.snapshot(t, c.snapshot)))
					}
				})
				for _, statement := range c.statements {
					h.exec(statement, doc[:])
				}
				status := 1
				if c.says == nil {
					status = 0
				}
				name := newFile(t)
				_, said := h.run(status, "export", doc.String(), "-o", name)
				for _, want := range c.says {
					if !strings.Contains(said, want) {
						t.Errorf("it says nothing of %q:\n%s", want, said)
					}
				}
				if n := strings.Count(said, "\n"); n != len(c.says) {
					t.Errorf("it says %d lines, not %d:\n%s", n, len(c.says), said)
				}
				if c.left == 0 {
					if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("nothing left a file: %v", err)
					}
					return
				}
				if !bytes.Equal(readAll(t, name), s.document(t, c.left).Document) {
					t.Errorf("the file has not the first %d changes", c.left)
				}
			})
		}
	})
}
