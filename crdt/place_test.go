package crdt_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"openmic/crdt"
	"openmic/crdt/changetest"
)

// A mark is admitted exactly where its end is further on than its begin, in texts
// that several people have written in at once. The texts are kept as lists, by the
// rule of replicated growable arrays: behind its element, and behind what is there
// and has a greater name.
func TestR12MarksEndFurtherOn(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			g := crdt.NewGraph()
			w := &writer{board: &board{tb: t, graph: g, gate: crdt.NewAdmission(g, crdt.DefaultLimits())}}
			first := w.admitOps("0", 1, 1, nil, op{Key: "t", Action: crdt.MakeText})
			text := id{Counter: 1, Actor: "0"}
			list := []id{{}} // the head, and the elements in their order

			type author struct {
				actor crdt.Actor
				seq   uint64
				top   uint64 // the highest counter that it knows
				deps  []crdt.Hash
				knows []id
			}
			authors := []*author{}
			for _, actor := range []crdt.Actor{"a", "b", "c"} {
				authors = append(authors, &author{actor: actor, top: 1, deps: []crdt.Hash{first}, knows: []id{{}}})
			}
			for range 120 {
				a := authors[r.IntN(len(authors))]
				if r.IntN(6) == 0 { // it hears of everything
					a.deps, a.top, a.knows = slices.Clone(g.Heads()), g.MaxOp(), slices.Clone(list)
				}
				behind := a.knows[r.IntN(len(a.knows))]
				if r.IntN(2) == 0 {
					behind = a.knows[len(a.knows)-1]
				}
				a.seq++
				var ops []op
				for i := range 1 + r.IntN(5) {
					place := behind
					ops = append(ops, letterOp(op{Object: text, Element: &place, Insert: true}))
					behind = id{Counter: a.top + 1 + uint64(i), Actor: a.actor}
					at := slices.Index(list, place) + 1
					for at < len(list) && above(list[at], behind) {
						at++
					}
					list = slices.Insert(list, at, behind)
					a.knows = append(a.knows, behind)
				}
				hash := w.admitOps(a.actor, a.seq, a.top+1, a.deps, ops...)
				a.top, a.deps = a.top+uint64(len(ops)), []crdt.Hash{hash}
			}

			bold := "bold"
			for range 2000 {
				begin, end := r.IntN(len(list)), r.IntN(len(list))
				d := changetest.Change{Actor: "z", Seq: 1, StartOp: g.MaxOp() + 1, Deps: g.Heads(), Ops: []op{
					{Object: text, Element: &list[begin], Insert: true, Action: crdt.Mark, MarkName: &bold, Type: crdt.True},
					{Object: text, Element: &list[end], Insert: true, Action: crdt.Mark},
				}}
				verdict, err := w.gate.Check(parse(t, d.Chunk()), nil)
				var refusal *crdt.Refusal
				if (verdict == crdt.Admitted) != (begin < end) || err != nil && (!errors.As(err, &refusal) || refusal.Rule != crdt.RuleKind) {
					t.Fatalf("from %v (%d) to %v (%d): %v, %v", list[begin], begin, list[end], end, verdict, err)
				}
			}
		})
	}
}

func above(a, b id) bool {
	if a.Counter != b.Counter {
		return a.Counter > b.Counter
	}
	return a.Actor > b.Actor
}

func TestR3MarkStepsAreBounded(t *testing.T) {
	lim := crdt.DefaultLimits()
	lim.MarkSteps = 50
	g := crdt.NewGraph()
	w := &writer{board: &board{tb: t, graph: g, gate: crdt.NewAdmission(g, lim)}}
	head := w.admitOps("a", 1, 1, nil, op{Key: "t", Action: crdt.MakeText}, letterOp(op{Object: at(1), Element: element(0), Insert: true}))
	// Two people who write a letter each in turn make as many stretches as letters.
	last := at(2)
	for i := range uint64(60) {
		actor := []crdt.Actor{"b", "c"}[i%2]
		place := last
		head = w.admitOps(actor, i/2+1, 3+i, []crdt.Hash{head}, letterOp(op{Object: at(1), Element: &place, Insert: true}))
		last = id{Counter: 3 + i, Actor: actor}
	}
	bold := "bold"
	mark := func(begin *id) error {
		d := change("z", 1, g.MaxOp()+1, []crdt.Hash{head},
			op{Object: at(1), Element: begin, Insert: true, Action: crdt.Mark, MarkName: &bold, Type: crdt.True},
			op{Object: at(1), Element: &last, Insert: true, Action: crdt.Mark})
		_, err := w.gate.Check(parse(t, d.Chunk()), nil)
		return err
	}
	var refusal *crdt.Refusal
	if err := mark(element(0)); !errors.As(err, &refusal) || refusal.Rule != crdt.RuleSize {
		t.Errorf("61 stretches: %v", err)
	}
}
