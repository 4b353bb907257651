package changetest_test

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/crdt/changetest"
)

// What Automerge wrote is written again with the same hash, but for the author's
// bytes behind the columns, which are not read.
func TestWritesWhatItRead(t *testing.T) {
	files, err := filepath.Glob("../testdata/changes/*.hex")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden changes: %v", err)
	}
	for _, file := range files {
		if filepath.Base(file) == "author.hex" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			chunk, err := hex.DecodeString(strings.TrimSpace(line))
			if err != nil {
				t.Fatal(err)
			}
			want, err := crdt.ParseChange(chunk, crdt.DefaultLimits().Stored())
			if err != nil {
				t.Fatal(err)
			}
			d := changetest.Read(want)
			got, err := crdt.ParseChange(d.Chunk(), crdt.DefaultLimits().Stored())
			if err != nil || got.Hash != want.Hash {
				t.Errorf("%s: change %v is written as %v, %v", file, want.Hash, got, err)
			}
		}
	}
}
