package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"openmic/server/load"
)

// The server that is started knows nothing of the settings of another, is killed
// for the storm, and leaves nothing behind. Everybody comes back to it, and it reads
// each board once.
func TestBench(t *testing.T) {
	t.Setenv("OPENMIC_TEST_PROGRAM", "1")
	t.Setenv("OPENMIC_DATABASE_URL", "postgres://127.0.0.1:1/nowhere")
	t.Setenv("TMPDIR", t.TempDir())
	said, _ := runs(t, 0, "bench", "--people", "400", "--boards", "8", "--editors", "16", "--rate", "5",
		"--duration", "500ms", "--warm", "100ms", "--every", "200ms", "--tickets", "--storm", "--json")
	var r load.Report
	if err := json.Unmarshal([]byte(said), &r); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if r.Delivered == 0 || r.Lost != 0 || !r.Server || r.Memory == 0 {
		t.Errorf("report: %s", said)
	}
	if len(r.Samples) == 0 || r.Samples[0].Goroutines == 0 || r.Samples[0].Heap == 0 || r.Samples[0].Sessions != 400 {
		t.Errorf("samples: %s", said)
	}
	if r.Storm == nil || r.Storm.Back != 400 || r.Storm.Lost != 0 || r.Storm.Loads != 8 {
		t.Errorf("storm: %s", said)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "openmic-bench-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
