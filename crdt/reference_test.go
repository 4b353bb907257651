package crdt_test

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/crdt/changetest"
)

type (
	op = changetest.Op
	id = changetest.ID
)

// A writer makes changes on a board that has, after its first change:
//
//	1@a  map "m"       4@a  "k" of it
//	2@a  list "l"      5@a  its element, a number; 6@a its element, a map
//	3@a  text "t"      7@a  "x"; 8@a "y"; 9@a and 10@a a mark over both
//	11@a a counter "c"
type writer struct {
	*board
	head crdt.Hash
}

func at(counter uint64) id { return id{Counter: counter, Actor: "a"} }

func element(counter uint64) *id {
	if counter == 0 {
		return &id{}
	}
	e := at(counter)
	return &e
}

func set(o op) op {
	o.Action = crdt.Set
	if o.Type == crdt.Null && o.Value == nil {
		o.Type, o.Value = crdt.Uint, []byte{5}
	}
	return o
}

func letterOp(o op) op {
	o.Action, o.Type, o.Value = crdt.Set, crdt.String, []byte("z")
	return o
}

func newWriter(t *testing.T) *writer {
	g := crdt.NewGraph()
	w := &writer{board: &board{tb: t, graph: g, gate: crdt.NewAdmission(g, withCounters())}}
	bold := "bold"
	w.head = w.admitOps("a", 1, 1, nil,
		op{Key: "m", Action: crdt.MakeMap}, op{Key: "l", Action: crdt.MakeList}, op{Key: "t", Action: crdt.MakeText},
		set(op{Object: at(1), Key: "k"}),
		set(op{Object: at(2), Element: element(0), Insert: true}),
		op{Object: at(2), Element: element(5), Insert: true, Action: crdt.MakeMap},
		letterOp(op{Object: at(3), Element: element(0), Insert: true}), letterOp(op{Object: at(3), Element: element(7), Insert: true}),
		op{Object: at(3), Element: element(0), Insert: true, Action: crdt.Mark, MarkName: &bold, Type: crdt.True},
		op{Object: at(3), Element: element(8), Insert: true, Action: crdt.Mark},
		op{Key: "c", Action: crdt.Set, Type: crdt.Counter, Value: []byte{0}},
	)
	return w
}

// change returns a change of an actor, on top of deps.
func change(actor crdt.Actor, seq, start uint64, deps []crdt.Hash, ops ...op) changetest.Change {
	return changetest.Change{Actor: actor, Seq: seq, StartOp: start, Deps: deps, Ops: ops}
}

func (w *writer) admitOps(actor crdt.Actor, seq, start uint64, deps []crdt.Hash, ops ...op) crdt.Hash {
	w.tb.Helper()
	d := change(actor, seq, start, deps, ops...)
	c := parse(w.tb, d.Chunk())
	if verdict, err := w.gate.Check(c, nil); verdict != crdt.Admitted {
		w.tb.Fatalf("check: %v, %v", verdict, err)
	}
	if err := w.gate.Add(c); err != nil {
		w.tb.Fatal(err)
	}
	return c.Hash
}

// next judges one operation of another actor, on top of everything.
func (w *writer) next(scope *crdt.Scope, ops ...op) error {
	w.tb.Helper()
	d := change("b", 1, 12, []crdt.Hash{w.head}, ops...)
	c, err := crdt.ParseChange(d.Chunk(), withCounters())
	if err != nil {
		return err
	}
	_, err = w.gate.Check(c, scope)
	return err
}

func preds(counters ...uint64) (list []id) {
	for _, c := range counters {
		list = append(list, at(c))
	}
	return list
}

func TestReferencesThatAreTaken(t *testing.T) {
	bold := "bold"
	for name, ops := range map[string][]op{
		"key of the root":            {set(op{Key: "n"})},
		"key overwritten":            {set(op{Object: at(1), Key: "k", Pred: preds(4)})},
		"key deleted":                {{Object: at(1), Key: "k", Action: crdt.Delete, Pred: preds(4)}},
		"object overwritten":         {set(op{Key: "m", Pred: preds(1)})},
		"object of the change":       {{Key: "n", Action: crdt.MakeMap}, set(op{Object: id{Counter: 12, Actor: "b"}, Key: "k"})},
		"letter":                     {letterOp(op{Object: at(3), Element: element(7), Insert: true})},
		"letter after the change's":  {letterOp(op{Object: at(3), Element: element(7), Insert: true}), letterOp(op{Object: at(3), Element: &id{Counter: 12, Actor: "b"}, Insert: true})},
		"letter after a mark":        {letterOp(op{Object: at(3), Element: element(10), Insert: true})},
		"letter deleted":             {{Object: at(3), Element: element(7), Action: crdt.Delete, Pred: preds(7)}},
		"block in a text":            {{Object: at(3), Element: element(0), Insert: true, Action: crdt.MakeMap}},
		"element overwritten":        {set(op{Object: at(2), Element: element(5), Pred: preds(5)})},
		"element overwritten twice":  {set(op{Object: at(2), Element: element(5), Pred: preds(5)}), set(op{Object: at(2), Element: element(5), Pred: []id{{Counter: 12, Actor: "b"}}})},
		"list in a list":             {{Object: at(2), Element: element(6), Insert: true, Action: crdt.MakeList}},
		"key of a map in a list":     {set(op{Object: at(6), Key: "k"})},
		"mark":                       {{Object: at(3), Element: element(0), Insert: true, Action: crdt.Mark, MarkName: &bold, Type: crdt.True}, {Object: at(3), Element: element(7), Insert: true, Action: crdt.Mark}},
		"counter incremented":        {{Key: "c", Action: crdt.Increment, Type: crdt.Int, Value: []byte{1}, Pred: preds(11)}},
		"counter overwritten":        {set(op{Key: "c", Pred: preds(11)})},
		"counter in a list and more": {{Object: at(2), Element: element(0), Insert: true, Action: crdt.Set, Type: crdt.Counter, Value: []byte{1}}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := newWriter(t).next(nil, ops...); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestReferencesThatAreRefused(t *testing.T) {
	bold := "bold"
	nobody := id{Counter: 1, Actor: "nobody"}
	future := id{Counter: 12, Actor: "b"}
	float := func(f float64) []byte { return binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)) }
	value := func(kind crdt.ValueType, raw []byte) op {
		return op{Key: "n", Action: crdt.Set, Type: kind, Value: raw}
	}
	for _, tt := range []struct {
		name string
		rule crdt.Rule
		ops  []op
	}{
		{"R3 key of 1025 bytes", crdt.RuleSize, []op{set(op{Key: strings.Repeat("k", 1025)})}},
		{"R3 value of 64 KiB and a byte", crdt.RuleSize, []op{value(crdt.Bytes, make([]byte, 64<<10+1))}},
		{"R3 17 maps in each other", crdt.RuleSize, nested(17)},

		{"R6 element overwrites nothing", crdt.RuleShape, []op{set(op{Object: at(2), Element: element(5)})}},
		{"R6 table", crdt.RuleShape, []op{{Key: "n", Action: crdt.MakeTable}}},

		{"R11 object of nobody", crdt.RuleReference, []op{set(op{Object: nobody, Key: "k"})}},
		{"R11 object above all", crdt.RuleReference, []op{set(op{Object: at(99), Key: "k"})}},
		{"R11 object that is a value", crdt.RuleReference, []op{set(op{Object: at(4), Key: "k"})}},
		{"R11 object of the same operation", crdt.RuleReference, []op{{Object: future, Key: "k", Action: crdt.MakeMap}}},
		{"R11 object made later in the change", crdt.RuleReference, []op{set(op{Object: id{Counter: 13, Actor: "b"}, Key: "k"}), {Key: "n", Action: crdt.MakeMap}}},
		{"R11 element of nobody", crdt.RuleReference, []op{letterOp(op{Object: at(3), Element: &nobody, Insert: true})}},
		{"R11 element that is itself", crdt.RuleReference, []op{letterOp(op{Object: at(3), Element: &future, Insert: true})}},
		{"R11 predecessor of nobody", crdt.RuleReference, []op{set(op{Key: "m", Pred: []id{nobody}})}},
		{"R11 predecessor above all", crdt.RuleReference, []op{set(op{Key: "m", Pred: preds(99)})}},
		{"R11 one of two predecessors", crdt.RuleReference, []op{set(op{Key: "m", Pred: preds(1, 99)})}},
		{"R11 deletion of a deletion", crdt.RuleReference, []op{
			{Key: "m", Action: crdt.Delete, Pred: preds(1)}, {Key: "m", Action: crdt.Delete, Pred: []id{future}},
		}},
		{"R11 deletion of an increment", crdt.RuleReference, []op{
			{Key: "c", Action: crdt.Increment, Type: crdt.Int, Value: []byte{1}, Pred: preds(11)}, {Key: "c", Action: crdt.Delete, Pred: []id{future}},
		}},

		{"R12 key in a list", crdt.RuleKind, []op{set(op{Object: at(2), Key: "k"})}},
		{"R12 key in a text", crdt.RuleKind, []op{set(op{Object: at(3), Key: "k"})}},
		{"R12 insertion into a map", crdt.RuleKind, []op{set(op{Object: at(1), Element: element(0), Insert: true})}},
		{"R12 element of another list", crdt.RuleKind, []op{set(op{Object: at(2), Element: element(7), Insert: true})}},
		{"R12 element that is a key", crdt.RuleKind, []op{set(op{Object: at(2), Element: element(4), Insert: true})}},
		{"R12 element that is what overwrote one", crdt.RuleKind, []op{
			set(op{Object: at(2), Element: element(5), Pred: preds(5)}), set(op{Object: at(2), Element: &future, Insert: true}),
		}},
		{"R12 predecessor of another key", crdt.RuleKind, []op{set(op{Key: "m", Pred: preds(2)})}},
		{"R12 predecessor of a new key", crdt.RuleKind, []op{set(op{Key: "n", Pred: preds(2)})}},
		{"R12 predecessor in another map", crdt.RuleKind, []op{set(op{Key: "k", Pred: preds(4)})}},
		{"R12 predecessor at another element", crdt.RuleKind, []op{set(op{Object: at(2), Element: element(5), Pred: preds(6)})}},
		{"R12 deletion of a letter elsewhere", crdt.RuleKind, []op{{Object: at(3), Element: element(7), Action: crdt.Delete, Pred: preds(8)}}},
		{"R12 deletion of a mark", crdt.RuleKind, []op{{Object: at(3), Element: element(9), Action: crdt.Delete, Pred: preds(9)}}},
		{"R12 letter overwritten", crdt.RuleKind, []op{letterOp(op{Object: at(3), Element: element(7), Pred: preds(7)})}},
		{"R12 letter replaced by a map", crdt.RuleKind, []op{{Object: at(3), Element: element(7), Action: crdt.MakeMap, Pred: preds(7)}}},
		{"R12 empty letter", crdt.RuleKind, []op{{Object: at(3), Element: element(7), Insert: true, Action: crdt.Set, Type: crdt.String}}},
		{"R12 number as a letter", crdt.RuleKind, []op{set(op{Object: at(3), Element: element(7), Insert: true})}},
		{"R12 list in a text", crdt.RuleKind, []op{{Object: at(3), Element: element(7), Insert: true, Action: crdt.MakeList}}},
		{"R12 mark in a list", crdt.RuleKind, []op{
			{Object: at(2), Element: element(0), Insert: true, Action: crdt.Mark, MarkName: &bold}, {Object: at(2), Element: element(5), Insert: true, Action: crdt.Mark},
		}},
		{"R12 increment of a number", crdt.RuleKind, []op{{Object: at(1), Key: "k", Action: crdt.Increment, Type: crdt.Int, Value: []byte{1}, Pred: preds(4)}}},
		{"R12 increment of a map", crdt.RuleKind, []op{{Key: "m", Action: crdt.Increment, Type: crdt.Int, Value: []byte{1}, Pred: preds(1)}}},

		{"R14 __proto__ as a key", crdt.RuleValue, []op{set(op{Key: "__proto__"})}},
		{"R14 not a number", crdt.RuleValue, []op{value(crdt.Float, float(math.NaN()))}},
		{"R14 infinite", crdt.RuleValue, []op{value(crdt.Float, float(math.Inf(-1)))}},
		{"R14 2^53", crdt.RuleValue, []op{value(crdt.Uint, binary.AppendUvarint(nil, 1<<53))}},
		{"R14 -2^53", crdt.RuleValue, []op{value(crdt.Int, sleb(-1<<53))}},
		{"R14 time beyond the last", crdt.RuleValue, []op{value(crdt.Timestamp, sleb(8_640_000_000_000_001))}},
		{"R14 type 10", crdt.RuleValue, []op{value(10, []byte{1})}},
		{"R14 type 15", crdt.RuleValue, []op{value(15, nil)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWriter(t)
			before := w.gate.AppendBinary(nil, 1)
			err := w.next(nil, tt.ops...)
			var refusal *crdt.Refusal
			if !errors.As(err, &refusal) || refusal.Rule != tt.rule {
				t.Errorf("%v, want rule %s", err, tt.rule)
			}
			if !slices.Equal(before, w.gate.AppendBinary(nil, 1)) {
				t.Error("the index has changed")
			}
			// It goes on as if nothing had been.
			w.admitOps("a", 2, 12, []crdt.Hash{w.head}, set(op{Key: "n"}))
		})
	}
}

// nested makes maps, each in the one before.
func nested(depth int) (ops []op) {
	ops = append(ops, op{Key: "n", Action: crdt.MakeMap})
	for i := range depth - 1 {
		ops = append(ops, op{Object: id{Counter: uint64(12 + i), Actor: "b"}, Key: "n", Action: crdt.MakeMap})
	}
	return ops
}

func TestR3SixteenMapsInEachOther(t *testing.T) {
	if err := newWriter(t).next(nil, nested(16)...); err != nil {
		t.Error(err)
	}
}

func TestR14CountersWhereTheyAreNotTaken(t *testing.T) {
	for name, o := range map[string]op{
		"counter":   {Key: "n", Action: crdt.Set, Type: crdt.Counter, Value: []byte{1}},
		"increment": {Key: "c", Action: crdt.Increment, Type: crdt.Int, Value: []byte{1}, Pred: preds(11)},
	} {
		d := change("b", 1, 12, nil, o)
		_, err := crdt.ParseChange(d.Chunk(), crdt.DefaultLimits())
		var refusal *crdt.Refusal
		if !errors.As(err, &refusal) || refusal.Rule != crdt.RuleValue {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What exists in the log is no reference where the change does not build on it.
func TestR11OnlyWhatTheChangeDependsOn(t *testing.T) {
	w := newWriter(t)
	first := w.head
	bobs := w.admitOps("b", 1, 12, []crdt.Hash{first}, op{Key: "n", Action: crdt.MakeMap}, set(op{Key: "o"}))
	refused := func(name string, d changetest.Change) {
		t.Helper()
		_, err := w.gate.Check(parse(t, d.Chunk()), nil)
		var refusal *crdt.Refusal
		if !errors.As(err, &refusal) || refusal.Rule != crdt.RuleReference {
			t.Errorf("%s: %v", name, err)
		}
	}
	inBobs, overBobs := set(op{Object: id{Counter: 12, Actor: "b"}, Key: "k"}), set(op{Key: "o", Pred: []id{{Counter: 13, Actor: "b"}}})
	refused("object of a concurrent change", change("c", 1, 14, []crdt.Hash{first}, inBobs))
	refused("predecessor of a concurrent change", change("c", 1, 14, []crdt.Hash{first}, overBobs))
	// A run of changes that follow one another on a branch of their own.
	last := first
	for i := range uint64(5) {
		last = w.admitOps("c", i+1, 14+i, []crdt.Hash{last}, set(op{Key: "p"}))
		refused("object of a concurrent change, further on", change("c", i+2, 15+i, []crdt.Hash{last}, inBobs))
		if i == 2 {
			w.admitOps("d", 1, 14, []crdt.Hash{first}, op{Key: "q", Action: crdt.MakeMap})
		}
		if i > 2 {
			refused("object that came meanwhile", change("c", i+2, 15+i, []crdt.Hash{last}, set(op{Object: id{Counter: 14, Actor: "d"}, Key: "k"})))
		}
	}
	w.admitOps("c", 6, 19, sortedHashes(last, bobs), inBobs, overBobs)
}

func TestR13Scope(t *testing.T) {
	scope := &crdt.Scope{Below: []string{"m", "t", "later"}}
	for name, tt := range map[string]struct {
		op op
		ok bool
	}{
		"key below":          {set(op{Object: at(1), Key: "new"}), true},
		"letter below":       {letterOp(op{Object: at(3), Element: element(7), Insert: true}), true},
		"root":               {set(op{Key: "x"}), false},
		"the key itself":     {set(op{Key: "m", Pred: preds(1)}), false},
		"the key's deletion": {op{Key: "m", Action: crdt.Delete, Pred: preds(1)}, false},
		"a key to come":      {op{Key: "later", Action: crdt.MakeMap}, false},
		"list elsewhere":     {set(op{Object: at(2), Element: element(5), Pred: preds(5)}), false},
		"deep elsewhere":     {set(op{Object: at(6), Key: "k"}), false},
	} {
		err := newWriter(t).next(scope, tt.op)
		var refusal *crdt.Refusal
		if (err == nil) != tt.ok || err != nil && (!errors.As(err, &refusal) || refusal.Rule != crdt.RuleScope) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := newWriter(t).next(scope, op{Object: at(1), Key: "new", Action: crdt.MakeMap}, set(op{Object: id{Counter: 12, Actor: "b"}, Key: "k"})); err != nil {
		t.Errorf("what it made itself below: %v", err)
	}
	if err := newWriter(t).next(&crdt.Scope{}, set(op{Object: at(1), Key: "new"})); err == nil {
		t.Error("an empty scope is everywhere")
	}
}

func TestR15Room(t *testing.T) {
	for name, limit := range map[string]func(*crdt.Limits){
		"operations": func(l *crdt.Limits) { l.LogOperations = 12 },
		"bytes":      func(l *crdt.Limits) { l.LogBytes = 400 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWriter(t)
			lim := withCounters()
			limit(&lim)
			g := crdt.NewGraph()
			chunks := [][]byte{}
			d := change("a", 1, 1, nil, set(op{Key: "k"}))
			w.board, w.head = &board{tb: t, graph: g, gate: crdt.NewAdmission(g, lim)}, crdt.Hash{}
			for seq := uint64(1); ; seq++ {
				c := parse(t, d.Chunk())
				verdict, err := w.gate.Check(c, nil)
				var refusal *crdt.Refusal
				if errors.As(err, &refusal) && refusal.Rule == crdt.RuleRoom && errors.Is(err, crdt.ErrTooLarge) {
					break
				}
				if verdict != crdt.Admitted || seq > 20 {
					t.Fatalf("change %d: %v, %v", seq, verdict, err)
				}
				if err := w.gate.Add(c); err != nil {
					t.Fatal(err)
				}
				chunks = append(chunks, c.Raw)
				d = change("a", seq+1, seq+1, []crdt.Hash{c.Hash}, set(op{Key: "k", Pred: preds(seq)}))
			}
			// What is wrong otherwise is refused for that.
			wrong := change("b", 1, g.MaxOp()+1, g.Heads(), set(op{Object: at(999), Key: "k"}))
			wrong.Message = "so long that there is no room for it " + name
			if _, err := w.gate.Check(parse(t, wrong.Chunk()), nil); errors.Is(err, crdt.ErrTooLarge) {
				t.Errorf("a wrong change is refused as one too many: %v", err)
			}
			if g.Len() < 3 || g.Operations() > lim.LogOperations || g.Bytes() > lim.LogBytes {
				t.Errorf("%d changes, %d operations, %d bytes", g.Len(), g.Operations(), g.Bytes())
			}
			// Only where much more than this change would fit it is the change's own fault.
			if !w.gate.Full() {
				t.Error("there is no room, and the document is not full")
			}
			lim.SpareOperations, lim.SpareBytes = 0, 0
			if gate, err := crdt.ResumeAdmission(g, nil, chunks, lim); err != nil || gate.Full() {
				t.Errorf("full with %d operations and %d bytes, and none of it spare (%v)", g.Operations(), g.Bytes(), err)
			}
			// What is stored is read whatever the limits.
			if _, err := crdt.ResumeAdmission(g, nil, chunks, lim); err != nil {
				t.Error(err)
			}
		})
	}
}
