package crdt_test

import (
	"errors"
	"testing"

	"openmic/crdt"
)

// board is a graph under construction through the gate.
type board struct {
	tb    testing.TB
	graph *crdt.Graph
	gate  *crdt.Admission
}

func newBoard(tb testing.TB) *board {
	g := crdt.NewGraph()
	return &board{tb: tb, graph: g, gate: crdt.NewAdmission(g, crdt.DefaultLimits())}
}

// admit adds a change that must pass, and returns its hash.
func (b *board) admit(d draft) crdt.Hash {
	b.tb.Helper()
	c := d.parsed(b.tb)
	if verdict, err := b.gate.Check(c, nil); verdict != crdt.Admitted || err != nil {
		b.tb.Fatalf("check %v: %v, %v", c.Hash, verdict, err)
	}
	if err := b.gate.Add(c); err != nil {
		b.tb.Fatal(err)
	}
	return c.Hash
}

func TestAdmission(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(b *board) draft
		verdict crdt.Verdict
		rule    crdt.Rule
	}{
		{name: "first change", verdict: crdt.Admitted, change: func(*board) draft { return draft{numOps: 3} }},
		{name: "empty change", verdict: crdt.Admitted, change: func(*board) draft { return draft{columns: []column{}} }},
		{name: "known change", verdict: crdt.Known, change: func(b *board) draft {
			b.admit(draft{})
			return draft{}
		}},
		{name: "next change", verdict: crdt.Admitted, change: func(b *board) draft {
			one := b.admit(draft{numOps: 3})
			return draft{seq: 2, start: 4, deps: []crdt.Hash{one}}
		}},
		{name: "next change after an empty one", verdict: crdt.Admitted, change: func(b *board) draft {
			one := b.admit(draft{numOps: 3})
			two := b.admit(draft{seq: 2, start: 4, columns: []column{}, deps: []crdt.Hash{one}})
			return draft{seq: 3, start: 4, deps: []crdt.Hash{two}}
		}},
		{name: "concurrent change", verdict: crdt.Admitted, change: func(b *board) draft {
			one := b.admit(draft{})
			b.admit(draft{seq: 2, start: 2, deps: []crdt.Hash{one}, numOps: 5})
			return draft{actor: "b", start: 2, deps: []crdt.Hash{one}}
		}},
		{name: "change of a peer that has seen other branches", verdict: crdt.Admitted, change: func(b *board) draft {
			one := b.admit(draft{})
			b.admit(draft{seq: 2, start: 2, deps: []crdt.Hash{one}, numOps: 5})
			return draft{actor: "b", start: 7, deps: []crdt.Hash{one}}
		}},
		{name: "change above a branch that is longer than the newest", verdict: crdt.Admitted, change: func(b *board) draft {
			long := b.admit(draft{numOps: 9})
			b.admit(draft{actor: "b", numOps: 2})
			return draft{seq: 2, start: 10, deps: []crdt.Hash{long}}
		}},
		{name: "R5 unknown column", verdict: crdt.Refused, rule: crdt.RuleColumns, change: func(*board) draft {
			return draft{columns: with(setKey(1), column{0xf2, []byte{0x7f, 1}})}
		}},
		{name: "R7 unknown dependency waits", verdict: crdt.Waiting, change: func(*board) draft {
			return draft{deps: []crdt.Hash{testHash(1)}}
		}},
		{name: "R7 one of two dependencies unknown waits", verdict: crdt.Waiting, change: func(b *board) draft {
			return draft{seq: 2, start: 2, deps: sortedHashes(b.admit(draft{}), testHash(1))}
		}},
		{name: "R8 sequence number taken", verdict: crdt.Refused, rule: crdt.RuleSeq, change: func(b *board) draft {
			b.admit(draft{})
			return draft{message: "another"}
		}},
		{name: "R8 sequence number skipped", verdict: crdt.Refused, rule: crdt.RuleSeq, change: func(b *board) draft {
			one := b.admit(draft{})
			return draft{seq: 3, start: 2, deps: []crdt.Hash{one}}
		}},
		{name: "R8 first sequence number 2", verdict: crdt.Refused, rule: crdt.RuleSeq, change: func(*board) draft {
			return draft{seq: 2}
		}},
		{name: "R9 actor forgets its change", verdict: crdt.Refused, rule: crdt.RuleFork, change: func(b *board) draft {
			b.admit(draft{})
			return draft{seq: 2, start: 2}
		}},
		{name: "R9 actor builds on another's", verdict: crdt.Refused, rule: crdt.RuleFork, change: func(b *board) draft {
			one := b.admit(draft{})
			b.admit(draft{seq: 2, start: 2, deps: []crdt.Hash{one}})
			other := b.admit(draft{actor: "b", start: 2, deps: []crdt.Hash{one}})
			return draft{seq: 3, start: 3, deps: []crdt.Hash{other}}
		}},
		{name: "R9 actor's change is far behind", verdict: crdt.Admitted, change: func(b *board) draft {
			last := b.admit(draft{})
			for i := range 200 {
				last = b.admit(draft{actor: "b", seq: uint64(i + 1), start: uint64(i + 2), deps: []crdt.Hash{last}})
			}
			return draft{seq: 2, start: 202, deps: []crdt.Hash{last}}
		}},
		{name: "R10 first operation 0 above the highest", verdict: crdt.Refused, rule: crdt.RuleStart, change: func(b *board) draft {
			one := b.admit(draft{numOps: 3})
			return draft{seq: 2, start: 3, deps: []crdt.Hash{one}}
		}},
		{name: "R10 first operation 2 above the highest", verdict: crdt.Refused, rule: crdt.RuleStart, change: func(b *board) draft {
			one := b.admit(draft{numOps: 3})
			return draft{seq: 2, start: 5, deps: []crdt.Hash{one}}
		}},
		{name: "R10 first operation of the document 2", verdict: crdt.Refused, rule: crdt.RuleStart, change: func(*board) draft {
			return draft{start: 2}
		}},
		{name: "R10 first operation 2^32-1", verdict: crdt.Refused, rule: crdt.RuleStart, change: func(*board) draft {
			return draft{start: crdt.MaxCounter}
		}},
		{name: "R10 one of two dependencies has more", verdict: crdt.Refused, rule: crdt.RuleStart, change: func(b *board) draft {
			one := b.admit(draft{})
			more := b.admit(draft{actor: "b", numOps: 9})
			return draft{seq: 2, start: 9, deps: sortedHashes(one, more)}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBoard(t)
			c := tt.change(b).parsed(t)
			length := b.graph.Len()
			verdict, err := b.gate.Check(c, nil)
			if verdict != tt.verdict {
				t.Errorf("verdict %v, want %v", verdict, tt.verdict)
			}
			var refusal *crdt.Refusal
			if tt.rule == "" && err != nil || tt.rule != "" && (!errors.As(err, &refusal) || refusal.Rule != tt.rule) {
				t.Errorf("error %v, want rule %q", err, tt.rule)
			}
			if b.graph.Len() != length {
				t.Errorf("the graph grew to %d changes", b.graph.Len())
			}
		})
	}
}

// A waiting change is admitted once its dependency has come.
func TestAdmissionOfWaitingChange(t *testing.T) {
	b := newBoard(t)
	first := draft{}.parsed(t)
	second := draft{seq: 2, start: 2, deps: []crdt.Hash{first.Hash}}.parsed(t)
	if verdict, err := b.gate.Check(second, nil); verdict != crdt.Waiting || err != nil {
		t.Fatalf("before: %v, %v", verdict, err)
	}
	b.admit(draft{})
	if verdict, err := b.gate.Check(second, nil); verdict != crdt.Admitted || err != nil {
		t.Fatalf("after: %v, %v", verdict, err)
	}
}

func TestAdmissionR7OneBeginning(t *testing.T) {
	lim := crdt.DefaultLimits()
	lim.OneBeginning = true
	g := crdt.NewGraph()
	b := &board{tb: t, graph: g, gate: crdt.NewAdmission(g, lim)}
	b.admit(draft{})
	verdict, err := b.gate.Check(draft{actor: "b"}.parsed(t), nil)
	var refusal *crdt.Refusal
	if verdict != crdt.Refused || !errors.As(err, &refusal) || refusal.Rule != crdt.RuleDeps {
		t.Errorf("%v, %v", verdict, err)
	}
}

func TestAdmissionR7RefusesChangeThatDependsOnItself(t *testing.T) {
	c := draft{}.parsed(t)
	c.Deps = []crdt.Hash{c.Hash} // no bytes can say so
	b := newBoard(t)
	verdict, err := b.gate.Check(c, nil)
	var refusal *crdt.Refusal
	if verdict != crdt.Refused || !errors.As(err, &refusal) || refusal.Rule != crdt.RuleDeps {
		t.Errorf("%v, %v", verdict, err)
	}
}
