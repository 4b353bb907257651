package main

import (
	"context"
	"testing"

	"openmic/crdt"
	"openmic/crdt/engine"
)

// takesApart skips a test where the engine cannot take documents apart.
func takesApart(t testing.TB) {
	t.Helper()
	type taker interface {
		Changes(context.Context, [][]byte, []crdt.Hash) ([][]byte, error)
	}
	if _, ok := any((*engine.Pool)(nil)).(taker); !ok {
		t.Skip("the engine cannot take documents apart")
	}
}
