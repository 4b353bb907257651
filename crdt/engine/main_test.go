package engine_test

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/automerge/automerge-go"

	"openmic/crdt"
	"openmic/crdt/engine"
)

// The test binary is the child as well, and a few that misbehave.
var roles = map[string]func() error{
	"engine": func() error { return engine.Serve(os.Stdin, os.Stdout) },
	// A parent with a pool that has a child at work, until it is killed.
	"parent": parent,
	// Never answers and never reads.
	"hang": func() error { select {} },
	// Answers without end and never reads.
	"flood": func() error {
		for {
			if _, err := os.Stdout.Write(bytes.Repeat([]byte{0}, 1<<16)); err != nil {
				return err
			}
		}
	},
	// Announces more than may be answered.
	"boast": func() error {
		prefix := binary.BigEndian.AppendUint64(make([]byte, 4), 1<<62)
		if _, err := os.Stdout.Write(prefix); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	},
	"leave": func() error { return errors.New("not today") },
}

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && roles[os.Args[1]] != nil {
		if err := roles[os.Args[1]](); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func parent() error {
	pool, err := engine.NewPool(config("engine"))
	if err != nil {
		return err
	}
	chunks, heads := history(3)
	if _, err := pool.Compact(context.Background(), chunks, heads); err != nil {
		return err
	}
	fmt.Println(childrenOf(os.Getpid()))
	select {}
}

func config(role string) engine.Config {
	return engine.Config{Command: []string{os.Args[0], role}}
}

func newPool(t testing.TB, cfg engine.Config) *engine.Pool {
	t.Helper()
	pool, err := engine.NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
		if left := childrenOf(os.Getpid()); len(left) > 0 {
			t.Errorf("children left after Close: %v", left)
		}
	})
	return pool
}

// history makes n changes, one after the other, by the core itself: a map, a
// text, a sticky that is dragged.
func history(n int) (chunks [][]byte, heads []crdt.Hash) {
	doc := automerge.New()
	at := time.Unix(0, 0)
	for i := range n {
		var err error
		switch {
		case i == 0:
			err = errors.Join(
				doc.Path("meta").Set(automerge.NewMap()),
				doc.Path("meta", "title").Set(automerge.NewText("Library")),
				doc.Path("meta", "state").Set("as-is"),
				doc.Path("elements").Set(automerge.NewMap()))
		case i%50 == 1:
			err = doc.Path("elements", strconv.Itoa(i/50)).Set(map[string]any{"x": 0, "y": 0, "kind": "note"})
		default:
			sticky := doc.Path("elements", strconv.Itoa((i-1)/50)).Map()
			err = errors.Join(sticky.Set("x", float64(i)*1.5), sticky.Set("y", float64(i)))
		}
		if err != nil {
			panic(err)
		}
		hash, err := doc.Commit("", automerge.CommitOptions{Time: &at})
		if err != nil {
			panic(err)
		}
		change, err := doc.Change(hash)
		if err != nil {
			panic(err)
		}
		chunks = append(chunks, change.Save())
	}
	return chunks, headsOf(doc)
}

func headsOf(doc *automerge.Doc) (heads []crdt.Hash) {
	for _, h := range doc.Heads() {
		heads = append(heads, crdt.Hash(h))
	}
	return heads
}

// repaired gives a chunk the checksum that its bytes call for.
func repaired(chunk []byte) []byte {
	sum := sha256.Sum256(chunk[8:])
	copy(chunk[4:8], sum[:4])
	return chunk
}

// childrenOf lists the live child processes of pid.
func childrenOf(pid int) (children []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // gone meanwhile
		}
		// pid (name) state ppid ...; the name may hold anything
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if string(fields[0]) != "Z" && string(fields[1]) == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			children = append(children, child)
		}
	}
	return children
}

// eventually polls until ok, for at most ten seconds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within ten seconds: %s", what)
		}
	}
}

// bomb is a document chunk of which one column inflates to so many mebibytes of
// zeros. A flushed piece of a deflate stream may be repeated as it is, so only
// the first is deflated.
func bomb(t *testing.T, mebibytes int) []byte {
	t.Helper()
	var piece bytes.Buffer
	deflater, err := flate.NewWriter(&piece, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deflater.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := deflater.Flush(); err != nil {
		t.Fatal(err)
	}
	lastBlock := []byte{1, 0, 0, 0xff, 0xff}
	column := append(bytes.Repeat(piece.Bytes(), mebibytes), lastBlock...)
	var body []byte
	body = append(body, 1, 1, 0)                           // one actor of one byte
	body = append(body, 0)                                 // no heads
	body = append(body, 1)                                 // one column of changes:
	body = binary.AppendUvarint(body, 1|8)                 // actor, deflated
	body = binary.AppendUvarint(body, uint64(len(column))) // its length
	body = append(body, 0)                                 // no column of operations
	body = append(body, column...)
	chunk := append([]byte{0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 0}, binary.AppendUvarint(nil, uint64(len(body)))...)
	return repaired(append(chunk, body...))
}
