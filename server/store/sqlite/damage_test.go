package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/sqlite"
)

// A harmed is what a server leaves that was killed: the database, its
// write-ahead log and the log's index; and what it had acknowledged.
type harmed struct {
	files map[string][]byte
	log   map[docid.ID][]store.Entry
}

// harm makes one; beside the changes in the database there may be some in the log.
func harm(t *testing.T, docs, changes, inLog int) *harmed {
	t.Helper()
	dir := t.TempDir()
	h := &harmed{files: map[string][]byte{}, log: map[docid.ID][]store.Entry{}}
	for range docs {
		h.log[docid.New()] = nil
	}
	fill := func(s *sqlite.Store, changes int) {
		for range changes {
			for _, id := range slices.Collect(maps.Keys(h.log)) {
				e := entry(id, fmt.Sprintf("%s %d %s", id, len(h.log[id]), bytes.Repeat([]byte("x"), 400)))
				if err := s.Append(t.Context(), []store.Entry{e}); err != nil {
					t.Fatal(err)
				}
				h.log[id] = append(h.log[id], e)
			}
		}
	}
	s := open(t, dir)
	fill(s, changes)
	closeStore(t, s) // which moves the log into the database
	if inLog > 0 {
		s = open(t, dir)
		defer closeStore(t, s)
		fill(s, inLog)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "openmic.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		h.files[filepath.Base(path)] = b
	}
	return h
}

// lay writes the files into a new directory, one of them damaged, or left out if nil.
func (h *harmed) lay(t *testing.T, name string, damage func([]byte) []byte) (dir string) {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	for n, b := range h.files {
		if n == name {
			b = damage(bytes.Clone(b))
		}
		if b == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, n), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A verdict is what became of a damaged directory, from good to bad.
type verdict int

const (
	whole   verdict = iota // everything is there
	refused                // it does not open
	told                   // it opens, and says of some documents that something is lost
	shorter                // some documents lack their end, and nothing says so
	wrong                  // a document has what was never in it, or has it elsewhere
)

func (v verdict) String() string {
	return [...]string{"whole", "refused", "told", "shorter", "wrong"}[v]
}

// judge opens a directory and compares what it has with what was acknowledged.
func (h *harmed) judge(t *testing.T, dir string) (v verdict) {
	t.Helper()
	defer os.RemoveAll(dir)
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		return refused
	}
	defer s.Close()
	for id, log := range h.log {
		d, err := s.Load(t.Context(), id)
		switch {
		case errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrDamaged):
			v = max(v, shorter)
		case err != nil:
			v = max(v, told)
		default:
			v = max(v, compare(log, d))
		}
	}
	return v
}

func compare(log []store.Entry, d *store.Document) verdict {
	i := 0
	for _, e := range d.Tail {
		for i < len(log) && !bytes.Equal(log[i].Change, e.Change) && len(d.Lost) > 0 {
			i++
		}
		if i == len(log) || !bytes.Equal(log[i].Change, e.Change) || log[i].Hash != e.Hash {
			return wrong
		}
		i++
	}
	switch {
	case len(d.Lost) > 0:
		return told
	case i < len(log):
		return shorter
	}
	return whole
}

func scribble(r *rand.Rand, b []byte) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
}

// Whatever happens to the database's file: it is refused, or what is lost is told.
func TestDamageAnywhereInTheDatabase(t *testing.T) {
	h := harm(t, 3, 40, 0)
	r := rand.New(rand.NewPCG(1, 2))
	for name, damage := range map[string]func([]byte) []byte{
		"truncated":    func(b []byte) []byte { return b[:r.IntN(len(b))] },
		"random tail":  func(b []byte) []byte { scribble(r, b[r.IntN(len(b)):]); return b },
		"random bytes": func(b []byte) []byte { at := r.IntN(len(b)); scribble(r, b[at:min(at+8, len(b))]); return b },
		"one bit":      func(b []byte) []byte { b[r.IntN(len(b))] ^= 1 << r.IntN(8); return b },
	} {
		t.Run(name, func(t *testing.T) {
			seen := map[verdict]int{}
			for range 200 {
				seen[h.judge(t, h.lay(t, "openmic.db", damage))]++
			}
			t.Log(seen)
			if seen[shorter]+seen[wrong] > 0 {
				t.Error("something is missing or wrong, and nothing says so")
			}
			if seen[refused]+seen[told] == 0 {
				t.Error("nothing was noticed")
			}
		})
	}
}

// The log's index is made anew from the log by whoever opens the database first.
func TestIndexOfTheLogMayBeGarbage(t *testing.T) {
	h := harm(t, 2, 20, 20)
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		v := h.judge(t, h.lay(t, "openmic.db-shm", func(b []byte) []byte {
			scribble(r, b[:1+r.IntN(len(b))])
			return b
		}))
		if v != whole {
			t.Errorf("the verdict is %v", v)
		}
	}
	if v := h.judge(t, h.lay(t, "openmic.db-shm", func([]byte) []byte { return nil })); v != whole {
		t.Errorf("without an index the verdict is %v", v)
	}
}

// What is in the write-ahead log alone goes with it: SQLite takes a frame whose
// checksum is wrong for the end of the log, as a power failure would leave it. The
// boards are then as they were at an earlier moment, and never anything else.
func TestDamagedWriteAheadLog(t *testing.T) {
	h := harm(t, 2, 20, 20)
	r := rand.New(rand.NewPCG(5, 6))
	for name, damage := range map[string]func([]byte) []byte{
		"gone":      func([]byte) []byte { return nil },
		"truncated": func(b []byte) []byte { return b[:r.IntN(len(b))] },
		"one bit":   func(b []byte) []byte { b[r.IntN(len(b))] ^= 1 << r.IntN(8); return b },
	} {
		t.Run(name, func(t *testing.T) {
			seen := map[verdict]int{}
			for range 50 {
				seen[h.judge(t, h.lay(t, "openmic.db-wal", damage))]++
			}
			t.Log(seen)
			if seen[wrong] > 0 || seen[shorter] == 0 {
				t.Error("something else than an earlier moment is shown")
			}
		})
	}
}

func TestReadOnlyDirectoryIsRefused(t *testing.T) {
	h := harm(t, 1, 3, 3)
	dir := h.lay(t, "", nil)
	if os.Geteuid() == 0 { // whom permissions do not stop
		if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
			t.Skipf("mount: %v", err)
		}
		t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""); err != nil {
			t.Skipf("mount: %v", err)
		}
	} else {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	}
	s, err := sqlite.Open(t.Context(), dir)
	if err == nil {
		closeStore(t, s)
		t.Fatal("a directory that cannot be written is taken")
	}
	t.Log(err)
}
