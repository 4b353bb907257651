package main

import (
	"fmt"

	"openmic/crdt"
)

// replay takes changes into a graph as a room does. Those whose dependencies
// have not come wait for settle.
type replay struct {
	graph     *crdt.Graph
	admission *crdt.Admission
	log       []*crdt.Change // what the graph holds, in its order
	waiting   []*crdt.Change
}

func newReplay(lim crdt.Limits) *replay {
	graph := crdt.NewGraph()
	return &replay{graph: graph, admission: crdt.NewAdmission(graph, lim)}
}

// stored are the limits for what was admitted before, under whatever limits.
func stored() crdt.Limits { return crdt.DefaultLimits().Stored() }

// parse reads a change that somebody claims to have this hash.
func parse(chunk []byte, hash crdt.Hash) (*crdt.Change, error) {
	c, err := crdt.ParseChange(chunk, stored())
	if err == nil && c.Hash != hash {
		return nil, fmt.Errorf("change %v is stored as %v", c.Hash, hash)
	}
	return c, err
}

// add takes a change, passes over one that is known, or lets it wait. The
// error is one of admission.
func (r *replay) add(c *crdt.Change) (crdt.Verdict, error) {
	verdict, err := r.admission.Check(c, nil)
	switch verdict {
	case crdt.Waiting:
		r.waiting = append(r.waiting, c)
	case crdt.Admitted:
		if err := r.admission.Add(c); err != nil {
			return crdt.Refused, err
		}
		r.log = append(r.log, c)
	}
	if err != nil {
		err = fmt.Errorf("change %v: %w", c.Hash, err)
	}
	return verdict, err
}

// settle tries those that wait until none can enter; the others stay. refused
// are the errors of admission.
func (r *replay) settle() (refused []error) {
	for before := -1; before < r.graph.Len() && len(r.waiting) > 0; {
		before = r.graph.Len()
		tried := r.waiting
		r.waiting = nil
		for _, c := range tried {
			if _, err := r.add(c); err != nil {
				refused = append(refused, err)
			}
		}
	}
	return refused
}

// chunks are the change chunks of the log.
func (r *replay) chunks() [][]byte {
	chunks := make([][]byte, len(r.log))
	for i, c := range r.log {
		chunks[i] = c.Raw
	}
	return chunks
}
