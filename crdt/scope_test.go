package crdt_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"openmic/crdt"
	"openmic/crdt/changetest"
)

// Whatever people do to a board, at once or after one another, a change is within
// the lanes of its author exactly where a judge says so who takes the whole board
// apart as it stood where the change builds on.
func TestR13LanesAsANaiveJudgeSees(t *testing.T) {
	taken, refused := 0, 0
	for seed := range uint64(60) {
		w := newWorld(t, rand.New(rand.NewPCG(seed, 7)))
		for range 120 {
			d, limited := w.deed()
			var scope *crdt.Scope
			if limited {
				scope = lanesOf("cust", "fun")
			}
			c := parse(t, d.Chunk())
			verdict, err := w.gate.Check(c, scope)
			var refusal *crdt.Refusal
			if err != nil && (!errors.As(err, &refusal) || refusal.Rule != crdt.RuleScope) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if limited {
				want := w.judge(d, []string{"cust", "fun"})
				if (verdict == crdt.Admitted) != (want == "") {
					t.Fatalf("seed %d, change %d: %v (%v), and the judge says %q\n%s", seed, len(w.log), verdict, err, want, w.tell(d))
				}
				if want != "" {
					refused++
					continue
				}
				taken++
			}
			if err := w.gate.Add(c); err != nil {
				t.Fatal(err)
			}
			w.keep(d, c)
			if w.r.IntN(20) == 0 { // stored, and opened again
				n := w.r.IntN(len(w.log) + 1)
				b := w.gate.AppendBinary(nil, n)
				if w.gate, err = crdt.ResumeAdmission(w.graph, b, w.chunks[n:], crdt.DefaultLimits()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if taken < 500 || refused < 500 {
		t.Errorf("%d taken, %d refused", taken, refused)
	}
}

func lanesOf(ids ...string) *crdt.Scope {
	return &crdt.Scope{Below: []string{"comments", "votes"}, Lanes: ids}
}

// A world is a board that people change who do not know of all that others have done.
type world struct {
	t      *testing.T
	r      *rand.Rand
	graph  *crdt.Graph
	gate   *crdt.Admission
	log    []changetest.Change
	chunks [][]byte
	hashes []crdt.Hash
	knows  []map[int]bool // of each change, what it builds on and itself
	last   map[crdt.Actor]int
}

var containers = []string{"elements", "connectors", "markers", "steps", "comments", "lanes", "meta"}

func newWorld(t *testing.T, r *rand.Rand) *world {
	g := crdt.NewGraph()
	w := &world{t: t, r: r, graph: g, gate: crdt.NewAdmission(g, crdt.DefaultLimits()), last: map[crdt.Actor]int{}}
	var ops []op
	for _, name := range containers {
		ops = append(ops, op{Key: name, Action: crdt.MakeMap})
	}
	first := changetest.Change{Actor: "0", Seq: 1, StartOp: 1, Ops: ops}
	steps := first.ID(3)
	for _, step := range []string{"s1", "s2"} {
		first.Ops = append(first.Ops, op{Object: steps, Key: step, Action: crdt.MakeMap})
	}
	c := parse(t, first.Chunk())
	if verdict, err := w.gate.Check(c, nil); verdict != crdt.Admitted {
		t.Fatal(err)
	}
	if err := w.gate.Add(c); err != nil {
		t.Fatal(err)
	}
	w.keep(first, c)
	return w
}

func (w *world) keep(d changetest.Change, c *crdt.Change) {
	knows := w.closure(d.Deps)
	knows[len(w.log)] = true
	w.last[d.Actor] = len(w.log)
	w.log, w.chunks, w.hashes, w.knows = append(w.log, d), append(w.chunks, c.Raw), append(w.hashes, c.Hash), append(w.knows, knows)
}

func (w *world) closure(deps []crdt.Hash) map[int]bool {
	all := map[int]bool{}
	for _, h := range deps {
		maps.Copy(all, w.knows[slices.Index(w.hashes, h)])
	}
	return all
}

// deed makes a change of somebody: of staff, or of a customer who is limited.
func (w *world) deed() (d changetest.Change, limited bool) {
	r := w.r
	limited = r.IntN(2) == 0
	d.Actor = crdt.Actor(fmt.Sprint("staff", r.IntN(3)))
	if limited {
		d.Actor = crdt.Actor(fmt.Sprint("customer", r.IntN(4)))
	}
	on := map[int]bool{}
	if last, ok := w.last[d.Actor]; ok {
		on[last] = true
	}
	if r.IntN(3) > 0 {
		for _, h := range w.graph.Heads() {
			on[slices.Index(w.hashes, h)] = true
		}
	}
	for range r.IntN(2) {
		on[r.IntN(len(w.log))] = true
	}
	if len(on) == 0 {
		on[r.IntN(len(w.log))] = true
	}
	for i := range on {
		d.Deps = append(d.Deps, w.hashes[i])
	}
	d.Deps = sortedHashes(d.Deps...)
	d.Seq = w.graph.LastSeq(d.Actor) + 1
	below := uint64(0)
	for i := range w.closure(d.Deps) {
		below = max(below, w.log[i].StartOp+uint64(len(w.log[i].Ops))-1)
	}
	d.StartOp = below + 1 + uint64(r.IntN(int(w.graph.MaxOp()-below)+1))
	for n := 1 + r.IntN(3); n > 0; n-- {
		w.act(&d, limited)
	}
	if len(d.Ops) == 0 {
		d.Ops = append(d.Ops, w.set(w.state(d), id{}, "title", "x"))
	}
	return d, limited
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// act adds a few operations that hang together.
func (w *world) act(d *changetest.Change, careful bool) {
	r, s := w.r, w.state(*d)
	in := func(name string) id {
		all := s.values(id{}, name)
		if len(all) == 0 {
			return id{}
		}
		return pick(r, all...).id
	}
	lane := func() string { return pick(r, "cust", "cust", "cust", "fun", "back", "ghost") }
	step := func() string { return pick(r, "s1", "s1", "s2", "s1", "s9") }
	things := func(root string) (all []id) {
		for _, holder := range s.values(id{}, root) {
			for _, key := range s.keys(holder.id) {
				for _, v := range s.values(holder.id, key) {
					if v.op.Action == crdt.MakeMap {
						all = append(all, v.id)
					}
				}
			}
		}
		return all
	}
	add := func(o op) id { d.Ops = append(d.Ops, o); return d.ID(len(d.Ops) - 1) }
	kind := pick(r, "elements", "elements", "elements", "connectors", "markers")
	if r.IntN(25) == 0 {
		kind = pick(r, "steps", "comments", "lanes", "meta")
	}
	root := in(kind)
	if root == (id{}) || s.maker(root).Action != crdt.MakeMap {
		return
	}
	element := func() string { return pick(r, "e1", "e2", "e3", "e4") }
	name := map[string]string{"elements": "e", "connectors": "c", "markers": "m"}[kind] + fmt.Sprint(1+r.IntN(4))
	if kind == "steps" {
		name = pick(r, "s1", "s2", "s9")
	}
	there := things(kind)
	switch n := r.IntN(12); {
	case n < 4 || len(there) == 0: // makes one
		o := op{Object: root, Key: name, Action: crdt.MakeMap, Pred: w.over(s, root, name)}
		if r.IntN(20) == 0 {
			add(w.set(s, root, name, "no thing"))
			return
		}
		made := add(o)
		field := func(key, value string) {
			if r.IntN(12) > 0 {
				add(op{Object: made, Key: key, Action: crdt.Set, Type: crdt.String, Value: []byte(value)})
			}
		}
		switch kind {
		case "elements":
			field("lane", lane())
			field("step", step())
		case "connectors":
			field("from", element())
			field("to", element())
		case "markers":
			field("target", pick(r, element(), element(), "s1"))
		}
	case n < 8: // changes one
		at := pick(r, there...)
		key := pick(r, "lane", "step", "lane", "x", "from", "to", "target")
		value := map[string]string{"lane": lane(), "step": step(), "x": "1", "from": element(), "to": element(), "target": element()}[key]
		if kind == "elements" && key == "lane" && careful && r.IntN(2) == 0 {
			value = "cust"
		}
		o := w.set(s, at, key, value)
		if r.IntN(8) == 0 {
			o.Type, o.Value = crdt.Uint, []byte{1}
		}
		if r.IntN(8) == 0 && len(o.Pred) == 0 {
			o.Action, o.Type, o.Value = pick(r, crdt.MakeText, crdt.MakeMap, crdt.MakeList), crdt.Null, nil
		}
		add(o)
		if o.Action == crdt.MakeMap {
			add(op{Object: d.ID(len(d.Ops) - 1), Key: "lane", Action: crdt.Set, Type: crdt.String, Value: []byte("cust")})
		}
	case n < 9: // takes away a field
		at := pick(r, there...)
		if keys := s.keys(at); len(keys) > 0 {
			if key := pick(r, keys...); len(s.values(at, key)) > 0 {
				add(op{Object: at, Key: key, Action: crdt.Delete, Pred: w.some(s.values(at, key))})
			}
		}
	case n < 11: // takes one away
		if key := name; len(s.values(root, key)) > 0 {
			add(op{Object: root, Key: key, Action: crdt.Delete, Pred: w.some(s.values(root, key))})
		}
	default: // puts another map in the place of all
		if r.IntN(6) == 0 {
			made := add(op{Key: kind, Action: crdt.MakeMap, Pred: w.over(s, id{}, kind)})
			again := add(op{Object: made, Key: name, Action: crdt.MakeMap})
			add(op{Object: again, Key: "lane", Action: crdt.Set, Type: crdt.String, Value: []byte("cust")})
		}
	}
}

func (w *world) set(s *state, object id, key, value string) op {
	return op{Object: object, Key: key, Action: crdt.Set, Type: crdt.String, Value: []byte(value), Pred: w.over(s, object, key)}
}

// over is what an operation at a key overwrites: mostly all of it.
func (w *world) over(s *state, object id, key string) (preds []id) {
	for _, v := range s.values(object, key) {
		if w.r.IntN(8) > 0 {
			preds = append(preds, v.id)
		}
	}
	return preds
}

func (w *world) some(values []value) (preds []id) {
	for _, v := range values {
		preds = append(preds, v.id)
	}
	return preds[w.r.IntN(len(preds)):]
}

// A state is a document: all operations, and what each key holds.
type state struct {
	ops  map[id]op
	over map[id]bool
}

type value struct {
	id id
	op op
}

// state is what a change builds on and has done so far.
func (w *world) state(d changetest.Change) *state {
	return w.stateOf(w.closure(d.Deps), &d)
}

func (w *world) stateOf(changes map[int]bool, and *changetest.Change) *state {
	s := &state{ops: map[id]op{}, over: map[id]bool{}}
	take := func(d *changetest.Change) {
		for i, o := range d.Ops {
			s.ops[d.ID(i)] = o
			for _, p := range o.Pred {
				s.over[p] = true
			}
		}
	}
	for i := range changes {
		take(&w.log[i])
	}
	if and != nil {
		take(and)
	}
	return s
}

func (s *state) maker(object id) op { return s.ops[object] }

// values are what a key of a map holds.
func (s *state) values(object id, key string) (list []value) {
	for name, o := range s.ops {
		if o.Object == object && o.Element == nil && o.Key == key && o.Action != crdt.Delete && !s.over[name] {
			list = append(list, value{name, o})
		}
	}
	slices.SortFunc(list, func(a, b value) int {
		if above(a.id, b.id) {
			return 1
		}
		return -1
	})
	return list
}

func (s *state) keys(object id) []string {
	keys := map[string]bool{}
	for _, o := range s.ops {
		if o.Object == object && o.Element == nil {
			keys[o.Key] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// text is what a value says, if it is a string.
func (v value) text() (string, bool) {
	return string(v.op.Value), v.op.Action == crdt.Set && v.op.Type == crdt.String
}

// path is the way from the root to an object: the keys, and the objects that they hold.
func (s *state) path(object id) (keys []string, objects []id) {
	for at := object; at != (id{}); at = s.ops[at].Object {
		keys, objects = append([]string{s.ops[at].Key}, keys...), append([]id{at}, objects...)
	}
	return keys, objects
}

// judge says what is wrong with a change of somebody who writes in lanes; "": nothing.
func (w *world) judge(d changetest.Change, lanes []string) string {
	everything := map[int]bool{}
	for i := range w.log {
		everything[i] = true
	}
	known := w.closure(d.Deps)
	before, after, now := w.stateOf(known, nil), w.stateOf(known, &d), w.stateOf(everything, nil)

	var inLanes func(s *state, thing id) bool
	elementIn := func(s *state, key string) bool {
		found := false
		for name, o := range s.ops { // in whatever map of that name
			if o.Object != (id{}) || o.Key != "elements" {
				continue
			}
			for _, v := range s.values(name, key) {
				found = true
				if v.op.Action != crdt.MakeMap || !inLanes(s, v.id) {
					return false
				}
			}
		}
		return found
	}
	names := func(s *state, thing id, key string) bool {
		all := s.values(thing, key)
		for _, v := range all {
			if text, ok := v.text(); !ok || !elementIn(s, text) {
				return false
			}
		}
		return len(all) > 0
	}
	inLanes = func(s *state, thing id) bool {
		keys, _ := s.path(thing)
		switch keys[0] {
		case "elements":
			all := s.values(thing, "lane")
			for _, v := range all {
				if text, ok := v.text(); !ok || !slices.Contains(lanes, text) {
					return false
				}
			}
			return len(all) > 0
		case "connectors":
			return names(s, thing, "from") || names(s, thing, "to")
		case "markers":
			return names(s, thing, "target")
		}
		return false
	}
	isStep := func(key string) bool {
		found := false
		for name, o := range before.ops {
			if o.Object != (id{}) || o.Key != "steps" {
				continue
			}
			for _, v := range before.values(name, key) {
				found = true
				if v.op.Action != crdt.MakeMap {
					return false
				}
			}
		}
		return found
	}

	for i, o := range d.Ops {
		keys, objects := after.path(o.Object)
		if len(keys) == 0 {
			return "writes at the root"
		}
		if keys[0] == "comments" || keys[0] == "votes" {
			continue
		}
		if !slices.Contains([]string{"elements", "connectors", "markers"}, keys[0]) {
			return "writes in " + keys[0]
		}
		if len(keys) == 1 { // at the map of all
			if o.Action != crdt.MakeMap && o.Action != crdt.Delete {
				return "no thing"
			}
			for _, p := range o.Pred {
				if p.Actor == d.Actor && p.Counter >= d.StartOp {
					continue // made in the same change
				}
				if before.ops[p].Action != crdt.MakeMap || !inLanes(before, p) {
					return "takes away what is elsewhere"
				}
			}
			if o.Action == crdt.Delete {
				continue
			}
			for name, root := range now.ops {
				if root.Object != (id{}) || root.Key != keys[0] {
					continue
				}
				for _, v := range before.values(name, o.Key) {
					if v.op.Action != crdt.MakeMap || !inLanes(before, v.id) {
						return "hides what is elsewhere"
					}
				}
				for _, v := range now.values(name, o.Key) {
					if _, ok := before.ops[v.id]; !ok && (v.op.Action != crdt.MakeMap || !inLanes(now, v.id)) {
						return "hides what came meanwhile"
					}
				}
			}
			keys, objects = append(keys, o.Key), append(objects, d.ID(i))
		}
		thing := objects[1]
		if _, old := before.ops[thing]; old && !inLanes(before, thing) {
			return "was elsewhere"
		}
		if !inLanes(after, thing) {
			return "is elsewhere now"
		}
		_, old := before.ops[thing]
		put := !old
		for _, p := range d.Ops {
			if p.Object == thing && p.Element == nil && (p.Key == "lane" || p.Key == "step") {
				put = true
			}
			if p.Object == thing && p.Key == "step" && p.Action == crdt.Set && p.Type == crdt.String && keys[0] == "elements" && !isStep(string(p.Value)) {
				return "in no step"
			}
		}
		if put && keys[0] == "elements" {
			all := after.values(thing, "step")
			for _, v := range all {
				if _, ok := v.text(); !ok {
					return "in what is no step"
				}
			}
			if len(all) == 0 {
				return "in no cell"
			}
		}
	}
	return ""
}

// tell writes a change down.
func (w *world) tell(d changetest.Change) (text string) {
	for i, o := range d.Ops {
		text += fmt.Sprintf("%v: %v %q action %d value %q over %v\n", d.ID(i), o.Object, o.Key, o.Action, o.Value, o.Pred)
	}
	return text
}
