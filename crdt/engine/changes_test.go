package engine

import (
	"bytes"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
)

// golden gives the changes of a document with branches, and its heads.
func golden(t *testing.T) ([][]byte, []crdt.Hash) {
	t.Helper()
	text, err := os.ReadFile("../testdata/changes/merges.hex")
	if err != nil {
		t.Fatal(err)
	}
	var chunks [][]byte
	graph := crdt.NewGraph()
	for _, line := range strings.Fields(string(text)) {
		chunk, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		change, err := crdt.ParseChange(chunk, crdt.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := graph.Add(change); err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, chunk)
	}
	return chunks, graph.Heads()
}

func TestSplitChangesTrustsNothing(t *testing.T) {
	chunks, heads := golden(t)
	if got, err := splitChanges(bytes.Join(chunks, nil), heads); err != nil || !slices.EqualFunc(got, chunks, bytes.Equal) {
		t.Fatalf("%d changes, error %v", len(got), err)
	}
	reversed := slices.Clone(chunks)
	slices.Reverse(reversed)
	last := len(chunks) - 1
	flipped := bytes.Clone(chunks[last])
	flipped[len(flipped)-1] ^= 1
	document := bytes.Clone(chunks[last])
	document[8] = chunkDocument
	for name, answer := range map[string][][]byte{
		"nothing":             nil,
		"the last is missing": chunks[:last],
		"the first, too":      chunks[1:],
		"one in between":      slices.Concat(chunks[:3], chunks[4:]),
		"one twice":           slices.Concat(chunks, chunks[last:]),
		"turned around":       reversed,
		"flipped":             slices.Concat(chunks[:last], [][]byte{flipped}),
		"cut off":             slices.Concat(chunks[:last], [][]byte{chunks[last][:len(chunks[last])-1]}),
		"a byte more":         slices.Concat(chunks, [][]byte{{0x85}}),
		"a document":          slices.Concat(chunks[:last], [][]byte{document}),
	} {
		if got, err := splitChanges(bytes.Join(answer, nil), heads); err == nil {
			t.Errorf("%s: %d changes pass", name, len(got))
		}
	}
	if _, err := splitChanges(bytes.Join(chunks, nil), []crdt.Hash{{1}}); err == nil {
		t.Error("other heads pass")
	}
}

// A parent of another version may ask for what this child does not know.
func TestHandleRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, req := range map[string]request{
		"a task":          {Task: 200},
		"no edit":         {Task: taskEdit},
		"half a head":     {Task: taskJSON, At: make([]byte, 31)},
		"half wanted":     {Want: make([]byte, 31)},
		"an invalid edit": {Task: taskEdit, Edit: &Edit{}},
	} {
		if ans, made := handle(&req, nil, &drawer{}); ans.Status != statusRefused || made != nil {
			t.Errorf("%s: status %d, %d bytes", name, ans.Status, len(made))
		}
	}
}
