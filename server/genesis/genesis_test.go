package genesis_test

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"testing"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/genesis"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "engine" {
		if err := engine.Serve(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestGenesisIsOneFirstChange(t *testing.T) {
	change, err := crdt.ParseChange(genesis.Change(), crdt.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if change.Hash != genesis.Hash() {
		t.Errorf("hash %v, recorded is %v", change.Hash, genesis.Hash())
	}
	if len(change.Deps) != 0 || change.Seq != 1 || change.StartOp != 1 || change.Time != 0 {
		t.Errorf("not the first change of a document: %+v", change)
	}
	if change.Message != "openmic genesis 1" {
		t.Errorf("message %q", change.Message)
	}
	graph := crdt.NewGraph()
	if verdict, err := crdt.NewAdmission(graph, crdt.DefaultLimits()).Check(change, nil); err != nil {
		t.Errorf("not admitted: %v, %v", verdict, err)
	}
}

func TestChangeGivesACopy(t *testing.T) {
	first := genesis.Change()
	first[0]++
	if bytes.Equal(first, genesis.Change()) {
		t.Error("a caller can change what the next one gets")
	}
}

// The engine, an older Automerge core, takes the genesis as it is and makes a
// title on top of it.
func TestEngineTakesGenesis(t *testing.T) {
	pool, err := engine.NewPool(engine.Config{Command: []string{os.Args[0], "engine"}})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	heads := []crdt.Hash{genesis.Hash()}
	board, err := pool.Compact(t.Context(), [][]byte{genesis.Change()}, heads)
	if err != nil {
		t.Fatal(err)
	}
	if board.Changes != 1 || !slices.Equal(board.Heads, heads) {
		t.Errorf("%d changes, heads %v", board.Changes, board.Heads)
	}
	titled, err := pool.Edit(t.Context(), [][]byte{genesis.Change()}, heads, engine.Edit{
		Operations: []engine.Operation{{Kind: engine.SpliceText, Path: []string{"meta", "title"}, Text: "Ansök om bygglov 🏠"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	change, err := crdt.ParseChange(titled, crdt.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(change.Deps, heads) {
		t.Errorf("the title depends on %v", change.Deps)
	}
	if _, err := pool.Compact(t.Context(), [][]byte{genesis.Change(), titled}, []crdt.Hash{change.Hash}); err != nil {
		t.Error(err)
	}
}
