package server_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/store"
)

var large = flag.Int("large", 5000, "how many changes the board of TestOpenLargeBoard has")

// A large board is opened from its snapshot without the engine, and each
// newcomer gets it in the form that it understands.
func TestOpenLargeBoard(t *testing.T) {
	tail := min(500, *large/100) // after the snapshot, and not so much as to be worth the next one
	s := newSite(t, programOf(t, ordinary), "")
	doc := docid.New()
	log := history(doc, *large)
	var chunks [][]byte
	graph := crdt.NewGraph()
	raw := 0
	for _, e := range log {
		c, err := crdt.ParseChange(e.Change, crdt.DefaultLimits())
		noError(t, err)
		_, err = graph.Add(c)
		noError(t, err)
		chunks = append(chunks, e.Change)
		raw += len(e.Change)
	}
	n := len(log) - tail
	heads := []crdt.Hash{log[n-1].Hash}
	// All at once, where a server would have made a snapshot now and then: that takes its time.
	patient, err := engine.NewPool(engine.Config{Command: []string{os.Args[0], "engine"}, Timeout: 10 * time.Minute})
	noError(t, err)
	t.Cleanup(func() { _ = patient.Close() })
	began := time.Now()
	made, err := patient.Compact(t.Context(), chunks[:n], heads)
	noError(t, err)
	compacted := time.Since(began)
	s.withStore(func(st store.Store) error {
		for page := range slices.Chunk(log, 4096) {
			if err := st.Append(t.Context(), page); err != nil {
				return err
			}
		}
		return st.PutSnapshot(t.Context(), doc, store.Snapshot{
			Length: n, Heads: heads, Chunk: made.Document, Graph: graph.AppendBinary(nil, n), At: time.Now(),
		})
	})
	size := folderSize(t, s.args[1])
	t.Logf("%d changes, %d bytes each; snapshot of %d kB made in %d ms; %d bytes of database a change",
		len(log), raw/len(log), len(made.Document)>>10, compacted.Milliseconds(), size/int64(len(log)))

	for name, newcomer := range map[string]struct {
		flags []byte
		wants [][]byte
	}{
		"version 1": {nil, chunks},
		"version 2": {crdt.SyncFlags(false), slices.Concat([][]byte{made.Document}, chunks[n:])},
	} {
		p := s.start()
		started := time.Since(p.began)
		before, _ := p.memory()
		c, err := join(t.Context(), s.address, "newcomer")
		noError(t, err)
		asked := time.Now()
		data := firstMessage(newcomer.flags)
		noError(t, c.write(t.Context(), object{"type": "request", "senderId": c.id, "targetId": c.server, "documentId": doc.String(), "data": data}))
		reply, err := c.read(t.Context())
		noError(t, err)
		took := time.Since(asked)
		limits := crdt.DefaultLimits() // are for what a server takes
		limits.Changes = max(limits.Changes, len(log))
		m, err := crdt.ParseSyncMessage(reply.Data, limits)
		noError(t, err)
		if !slices.EqualFunc(m.Changes, newcomer.wants, bytes.Equal) || !slices.Equal(m.Heads, graph.Heads()) {
			t.Errorf("%s: %d chunks, want %d; heads %v", name, len(m.Changes), len(newcomer.wants), m.Heads)
		}
		after, most := p.memory()
		t.Logf("%s: ready after %d ms; %d kB of data after %d ms; memory %d MiB before, %d after, %d at most",
			name, started.Milliseconds(), len(reply.Data)>>10, took.Milliseconds(), before>>20, after>>20, most>>20)
		if children := p.children(); len(children) > 0 {
			t.Errorf("%s: the server has started processes: %v", name, children)
		}
		c.close()
		p.kill()
	}
}

func folderSize(t *testing.T, dir string) (size int64) {
	t.Helper()
	err := filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return err
	})
	noError(t, err)
	return size
}
