package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"openmic/server/load"
)

// The server that is started knows nothing of the settings of another, is killed
// for the storm, and leaves nothing behind.
func TestBench(t *testing.T) {
	t.Setenv("OPENMIC_TEST_PROGRAM", "1")
	t.Setenv("OPENMIC_DATABASE_URL", "postgres://127.0.0.1:1/nowhere")
	t.Setenv("TMPDIR", t.TempDir())
	said, _ := runs(t, 0, "bench", "--people", "6", "--editors", "2", "--rate", "10", "--duration", "500ms", "--warm", "100ms", "--storm", "--json")
	var r load.Report
	if err := json.Unmarshal([]byte(said), &r); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if r.Delivered == 0 || r.Lost != 0 || !r.Server || r.Memory == 0 {
		t.Errorf("report: %s", said)
	}
	if r.Storm == nil || r.Storm.Back != 6 || r.Storm.Lost != 0 {
		t.Errorf("storm: %s", said)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "openmic-bench-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
