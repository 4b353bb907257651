package engine

import (
	"errors"
	"fmt"
	"slices"

	"openmic/crdt"
)

// splitChanges takes an answer apart and finds that it holds exactly the history of
// heads. A change is named by the hash of its bytes and names its dependencies so,
// which leaves nothing for the child to get wrong.
func splitChanges(joined []byte, heads []crdt.Hash) ([][]byte, error) {
	graph := crdt.NewGraph()
	var chunks [][]byte
	for len(joined) > 0 {
		n := chunkLength(joined, chunkChange, chunkChangeDeflated)
		if n == 0 {
			return nil, fmt.Errorf("change %d: not a change chunk", len(chunks))
		}
		chunk := joined[:n:n]
		joined = joined[n:]
		change, err := crdt.ParseChange(chunk, crdt.DefaultLimits().Stored())
		if err != nil {
			return nil, fmt.Errorf("change %d: %w", len(chunks), err)
		}
		if _, err := graph.Add(change); err != nil {
			return nil, err
		}
		chunks = append(chunks, chunk)
	}
	if !slices.Equal(graph.Heads(), heads) {
		return nil, errors.New("the changes have other heads than the document")
	}
	return chunks, nil
}
