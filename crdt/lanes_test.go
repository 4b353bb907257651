package crdt_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"openmic/crdt"
	"openmic/crdt/changetest"
)

// A blueprint has a card in each of two lanes, with words; the customer's is
// joined to the other by a connector, and has a marker.
//
//	1..7@a   elements, connectors, markers, steps, comments, meta, lanes
//	8@a      the step s1
//	9@a      the customer's card k: 10 lane, 11 step, 12 text, 13 letter
//	14@a     the card b backstage:  15 lane, 16 step, 17 text, 18 letter
//	19@a     the connector c: 20 from k, 21 to b
//	22@a     the marker m: 23 target k
//	24@a     the marker n: 25 target b
//	26@a     the connector d: 27 from b, 28 to b
func newBlueprint(t testing.TB, lim crdt.Limits) *writer {
	g := crdt.NewGraph()
	w := &writer{board: &board{tb: t, graph: g, gate: crdt.NewAdmission(g, lim)}}
	var ops []op
	for _, name := range []string{"elements", "connectors", "markers", "steps", "comments", "meta", "lanes"} {
		ops = append(ops, op{Key: name, Action: crdt.MakeMap})
	}
	ops = append(ops, op{Object: at(4), Key: "s1", Action: crdt.MakeMap})
	for i, lane := range []string{"customer", "backstage"} {
		card, text := at(uint64(9+5*i)), at(uint64(12+5*i))
		ops = append(ops, op{Object: at(1), Key: []string{"k", "b"}[i], Action: crdt.MakeMap},
			word(card, "lane", lane), word(card, "step", "s1"),
			op{Object: card, Key: "text", Action: crdt.MakeText}, letterOp(op{Object: text, Element: element(0), Insert: true}))
	}
	ops = append(ops,
		op{Object: at(2), Key: "c", Action: crdt.MakeMap}, word(at(19), "from", "k"), word(at(19), "to", "b"),
		op{Object: at(3), Key: "m", Action: crdt.MakeMap}, word(at(22), "target", "k"),
		op{Object: at(3), Key: "n", Action: crdt.MakeMap}, word(at(24), "target", "b"),
		op{Object: at(2), Key: "d", Action: crdt.MakeMap}, word(at(26), "from", "b"), word(at(26), "to", "b"))
	w.head = w.admitOps("a", 1, 1, nil, ops...)
	return w
}

func word(object id, key, text string, over ...uint64) op {
	return op{Object: object, Key: key, Action: crdt.Set, Type: crdt.String, Value: []byte(text), Pred: preds(over...)}
}

func TestR13Lanes(t *testing.T) {
	bold := "bold"
	mine := func(i uint64) id { return id{Counter: 29 + i, Actor: "b"} }
	card := func(i uint64, key string, fields ...op) []op {
		ops := []op{{Object: at(1), Key: key, Action: crdt.MakeMap}}
		for _, f := range fields {
			f.Object = mine(i)
			ops = append(ops, f)
		}
		return ops
	}
	for name, tt := range map[string]struct {
		ops []op
		ok  bool
	}{
		"writes on a card":                   {[]op{letterOp(op{Object: at(12), Element: element(13), Insert: true})}, true},
		"writes on a card elsewhere":         {[]op{letterOp(op{Object: at(17), Element: element(18), Insert: true})}, false},
		"deletes a letter elsewhere":         {[]op{{Object: at(17), Element: element(18), Action: crdt.Delete, Pred: preds(18)}}, false},
		"marks a text elsewhere":             {[]op{{Object: at(17), Element: element(0), Insert: true, Action: crdt.Mark, MarkName: &bold, Type: crdt.True}, {Object: at(17), Element: element(18), Insert: true, Action: crdt.Mark}}, false},
		"marks a text":                       {[]op{{Object: at(12), Element: element(0), Insert: true, Action: crdt.Mark, MarkName: &bold, Type: crdt.True}, {Object: at(12), Element: element(13), Insert: true, Action: crdt.Mark}}, true},
		"puts a block into a text elsewhere": {[]op{{Object: at(17), Element: element(0), Insert: true, Action: crdt.MakeMap}}, false},
		"a map of its own on a card":         {[]op{{Object: at(9), Key: "n", Action: crdt.MakeMap}, word(mine(0), "lane", "backstage")}, true},
		"a map of its own elsewhere":         {[]op{{Object: at(14), Key: "n", Action: crdt.MakeMap}, word(mine(0), "lane", "customer")}, false},
		"replaces words":                     {[]op{{Object: at(9), Key: "text", Action: crdt.MakeText, Pred: preds(12)}}, true},

		"moves a card within the lane":  {[]op{word(at(9), "step", "s1", 11)}, true},
		"moves a card out":              {[]op{word(at(9), "lane", "backstage", 10)}, false},
		"moves a card out, beside":      {[]op{word(at(9), "lane", "backstage")}, false},
		"moves a card into no lane":     {[]op{{Object: at(9), Key: "lane", Action: crdt.Delete, Pred: preds(10)}}, false},
		"moves a card to no step":       {[]op{word(at(9), "step", "s9", 11)}, false},
		"lets a card lie free":          {[]op{{Object: at(9), Key: "step", Action: crdt.Delete, Pred: preds(11)}}, false},
		"moves out and back at once":    {[]op{word(at(9), "lane", "backstage", 10), {Object: at(9), Key: "lane", Action: crdt.Set, Type: crdt.String, Value: []byte("customer"), Pred: []id{mine(0)}}}, true},
		"moves another's card in":       {[]op{word(at(14), "lane", "customer", 15)}, false},
		"moves another's in, beside":    {[]op{word(at(14), "lane", "customer")}, false},
		"moves in, writes and back":     {[]op{word(at(14), "lane", "customer", 15), word(at(14), "color", "pink"), {Object: at(14), Key: "lane", Action: crdt.Set, Type: crdt.String, Value: []byte("backstage"), Pred: []id{mine(0)}}}, false},
		"a lane of letters":             {[]op{{Object: at(9), Key: "lane", Action: crdt.MakeText, Pred: preds(10)}, letterOp(op{Object: mine(0), Element: &id{}, Insert: true})}, false},
		"a lane that is a map":          {[]op{{Object: at(9), Key: "lane", Action: crdt.MakeMap, Pred: preds(10)}}, false},
		"a lane that is a number":       {[]op{set(op{Object: at(9), Key: "lane", Pred: preds(10)})}, false},
		"a lane of the same, as bytes":  {[]op{{Object: at(9), Key: "lane", Action: crdt.Set, Type: crdt.Bytes, Value: []byte("customer"), Pred: preds(10)}}, false},
		"deletes a card":                {[]op{{Object: at(1), Key: "k", Action: crdt.Delete, Pred: preds(9)}}, true},
		"deletes a card and its thread": {[]op{{Object: at(2), Key: "c", Action: crdt.Delete, Pred: preds(19)}, {Object: at(1), Key: "k", Action: crdt.Delete, Pred: preds(9)}}, true},
		"deletes a card elsewhere":      {[]op{{Object: at(1), Key: "b", Action: crdt.Delete, Pred: preds(14)}}, false},

		"makes a card":                         {card(0, "new", word(id{}, "lane", "customer"), word(id{}, "step", "s1")), true},
		"makes a card in another lane":         {card(0, "new", word(id{}, "lane", "backstage"), word(id{}, "step", "s1")), false},
		"makes a card in a lane that is not":   {card(0, "new", word(id{}, "lane", "nowhere"), word(id{}, "step", "s1")), false},
		"makes a card in a step that is not":   {card(0, "new", word(id{}, "lane", "customer"), word(id{}, "step", "s9")), false},
		"makes a card in a step and none":      {card(0, "new", word(id{}, "lane", "customer"), word(id{}, "step", "s1"), word(id{}, "step", "s9")), false},
		"makes a card in two lanes":            {card(0, "new", word(id{}, "lane", "customer"), word(id{}, "lane", "backstage"), word(id{}, "step", "s1")), false},
		"makes a free card":                    {card(0, "new", word(id{}, "lane", "customer")), false},
		"makes a card without a lane":          {card(0, "new", word(id{}, "step", "s1")), false},
		"makes a card over one elsewhere":      {card(0, "b", word(id{}, "lane", "customer"), word(id{}, "step", "s1")), false},
		"makes a card in place of one of its":  {append([]op{{Object: at(1), Key: "k", Action: crdt.MakeMap, Pred: preds(9)}}, card(0, "k", word(id{}, "lane", "customer"), word(id{}, "step", "s1"))[1:]...), true},
		"puts a word in place of a card":       {[]op{word(at(1), "k", "gone", 9)}, false},
		"puts a word among the cards":          {[]op{word(at(1), "new", "gone")}, false},
		"puts a text among the cards":          {[]op{{Object: at(1), Key: "new", Action: crdt.MakeText}}, false},
		"puts all cards away":                  {[]op{{Key: "elements", Action: crdt.Delete, Pred: preds(1)}}, false},
		"puts other cards in place of all":     {[]op{{Key: "elements", Action: crdt.MakeMap, Pred: preds(1)}}, false},
		"makes a lane":                         {[]op{{Object: at(7), Key: "new", Action: crdt.MakeMap}}, false},
		"makes a step":                         {[]op{{Object: at(4), Key: "new", Action: crdt.MakeMap}}, false},
		"names a step":                         {[]op{word(at(8), "title", "x")}, false},
		"names the board":                      {[]op{word(at(6), "title", "x")}, false},
		"makes a key of the root":              {[]op{{Key: "votes", Action: crdt.MakeMap}}, false},
		"comments":                             {[]op{{Object: at(5), Key: "new", Action: crdt.MakeMap}, word(mine(0), "target", "b")}, true},
		"comments, and writes elsewhere":       {[]op{{Object: at(5), Key: "new", Action: crdt.MakeMap}, word(at(14), "color", "pink")}, false},
		"writes here, and elsewhere":           {[]op{word(at(9), "color", "pink"), word(at(14), "color", "pink")}, false},
		"joins a card to one elsewhere":        {[]op{{Object: at(2), Key: "new", Action: crdt.MakeMap}, word(mine(0), "from", "b"), word(mine(0), "to", "k")}, true},
		"joins cards elsewhere":                {[]op{{Object: at(2), Key: "new", Action: crdt.MakeMap}, word(mine(0), "from", "b"), word(mine(0), "to", "b")}, false},
		"joins nothing":                        {[]op{{Object: at(2), Key: "new", Action: crdt.MakeMap}, word(mine(0), "from", "ghost")}, false},
		"joins a card that it makes":           {append(card(0, "new", word(id{}, "lane", "customer"), word(id{}, "step", "s1")), op{Object: at(2), Key: "new", Action: crdt.MakeMap}, word(mine(3), "from", "new"), word(mine(3), "to", "b")), true},
		"changes a connector of its card":      {[]op{word(at(19), "meaning", "enables")}, true},
		"takes a connector away from its card": {[]op{word(at(19), "from", "b", 20)}, false},
		"turns a connector":                    {[]op{word(at(19), "from", "b", 20), word(at(19), "to", "k", 21)}, true},
		"changes a connector elsewhere":        {[]op{word(at(26), "meaning", "enables")}, false},
		"brings a connector here":              {[]op{word(at(26), "from", "k", 27)}, false},
		"marks a card":                         {[]op{{Object: at(3), Key: "new", Action: crdt.MakeMap}, word(mine(0), "target", "k")}, true},
		"marks a card elsewhere":               {[]op{{Object: at(3), Key: "new", Action: crdt.MakeMap}, word(mine(0), "target", "b")}, false},
		"marks a step":                         {[]op{{Object: at(3), Key: "new", Action: crdt.MakeMap}, word(mine(0), "target", "s1")}, false},
		"changes a marker elsewhere":           {[]op{word(at(24), "type", "idea")}, false},
		"moves a marker elsewhere":             {[]op{word(at(22), "target", "b", 23)}, false},
		"removes a marker":                     {[]op{{Object: at(3), Key: "m", Action: crdt.Delete, Pred: preds(22)}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newBlueprint(t, withCounters())
			d := change("b", 1, 29, []crdt.Hash{w.head}, tt.ops...)
			c := parse(t, d.Chunk())
			for _, again := range []string{"", "stored, and opened again: "} {
				_, err := w.gate.Check(c, lanesOf("customer"))
				var refusal *crdt.Refusal
				if (err == nil) != tt.ok || err != nil && (!errors.As(err, &refusal) || refusal.Rule != crdt.RuleScope) {
					t.Errorf("%s%v", again, err)
				}
				if _, err := w.gate.Check(c, nil); err != nil {
					t.Errorf("%sby somebody without limits: %v", again, err)
				}
				if w.gate, err = crdt.ResumeAdmission(w.graph, w.gate.AppendBinary(nil, 1), nil, withCounters()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// What counts is what a change builds on: a card that was moved away meanwhile was
// the customer's when they wrote on it, and one that was moved in meanwhile was not.
func TestR13LanesWhereTheChangeBuildsOn(t *testing.T) {
	w := newBlueprint(t, crdt.DefaultLimits())
	first := w.head
	away := w.admitOps("s", 1, 29, []crdt.Hash{first}, word(at(9), "lane", "backstage", 10), word(at(14), "lane", "customer", 15))
	judge := func(deps []crdt.Hash, ops ...op) error {
		d := change("b", 1, 31, deps, ops...)
		_, err := w.gate.Check(parse(t, d.Chunk()), lanesOf("customer"))
		return err
	}
	onK, onB := letterOp(op{Object: at(12), Element: element(13), Insert: true}), letterOp(op{Object: at(17), Element: element(18), Insert: true})
	for _, tt := range []struct {
		name string
		deps crdt.Hash
		op   op
		ok   bool
	}{
		{"what was here, and is away", first, onK, true},
		{"what is away", away, onK, false},
		{"what was away, and is here", first, onB, false},
		{"what is here", away, onB, true},
	} {
		if err := judge([]crdt.Hash{tt.deps}, tt.op); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	// Two people have moved it at once, and only one of them away.
	other := w.admitOps("t", 1, 29, []crdt.Hash{first}, word(at(9), "lane", "customer", 10))
	if err := judge(sortedHashes(away, other), onK); err == nil {
		t.Error("a card that is in two lanes is taken for one of theirs")
	}
	// A card hides whatever has its id, also what its maker claims not to know of.
	w.admitOps("s", 2, 31, []crdt.Hash{away}, op{Object: at(1), Key: "x", Action: crdt.MakeMap}, word(id{Counter: 31, Actor: "s"}, "lane", "backstage"))
	made := id{Counter: 31, Actor: "b"}
	if err := judge([]crdt.Hash{first}, op{Object: at(1), Key: "x", Action: crdt.MakeMap}, word(made, "lane", "customer"), word(made, "step", "s1")); err == nil {
		t.Error("a card of somebody else is hidden")
	}
}

func TestR3MovesThatAreLookedAtAreBounded(t *testing.T) {
	lim := crdt.DefaultLimits()
	lim.MarkSteps = 100
	w := newBlueprint(t, lim)
	last := uint64(10)
	for i := range uint64(200) {
		o := word(at(9), "lane", "customer")
		o.Pred = preds(last)
		last = 29 + i
		w.head = w.admitOps("a", 2+i, last, []crdt.Hash{w.head}, o)
	}
	d := change("b", 1, last+1, []crdt.Hash{w.head}, word(at(9), "color", "pink"))
	var refusal *crdt.Refusal
	if _, err := w.gate.Check(parse(t, d.Chunk()), lanesOf("customer")); !errors.As(err, &refusal) || refusal.Rule != crdt.RuleSize {
		t.Errorf("200 moves: %v", err)
	}
	if _, err := w.gate.Check(parse(t, d.Chunk()), nil); err != nil {
		t.Errorf("by somebody without limits: %v", err)
	}
}

func TestIndexOfTheVersionBefore(t *testing.T) {
	w := newBlueprint(t, crdt.DefaultLimits())
	b := w.gate.AppendBinary(nil, 1)
	b[0] = 1
	old := sealed(b[:len(b)-4])
	if _, err := crdt.ResumeAdmission(w.graph, old, nil, crdt.DefaultLimits()); !errors.Is(err, crdt.ErrOldIndex) {
		t.Errorf("%v", err)
	}
	b[0] = 9
	if _, err := crdt.ResumeAdmission(w.graph, sealed(b[:len(b)-4]), nil, crdt.DefaultLimits()); !errors.Is(err, crdt.ErrMalformed) {
		t.Errorf("a version to come: %v", err)
	}
}

// An index that claims placings which cannot be is refused.
func TestResumeAdmissionRefusesPlacings(t *testing.T) {
	w := newBlueprint(t, crdt.DefaultLimits())
	whole := w.gate.AppendBinary(nil, 1)
	for i := range len(whole) - 4 {
		for _, b := range []byte{0, 0x7f} {
			damaged := append([]byte(nil), whole[:len(whole)-4]...)
			damaged[i] = b
			gate, err := crdt.ResumeAdmission(w.graph, sealed(damaged), nil, crdt.DefaultLimits())
			if err != nil {
				continue
			}
			// What is read in spite of that must not bring anything down.
			d := change("b", 1, 29, []crdt.Hash{w.head}, word(at(9), "color", "pink"), word(at(19), "label", "x"), word(at(22), "note", "x"))
			c := parse(t, d.Chunk())
			_, _ = gate.Check(c, lanesOf("customer"))
			gate.AppendBinary(nil, 1)
		}
	}
}

func BenchmarkAdmissionInLanes(b *testing.B) {
	w := newBlueprint(b, crdt.DefaultLimits())
	d := changetest.Change{Actor: "b", Seq: 1, StartOp: 29, Deps: []crdt.Hash{w.head}, Ops: []op{
		{Object: at(9), Key: "x", Action: crdt.Set, Type: crdt.Uint, Value: binary.AppendUvarint(nil, 7)},
		{Object: at(9), Key: "y", Action: crdt.Set, Type: crdt.Uint, Value: binary.AppendUvarint(nil, 7)},
	}}
	c := parse(b, d.Chunk())
	for name, scope := range map[string]*crdt.Scope{"no limits": nil, "lanes": lanesOf("customer")} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if verdict, err := w.gate.Check(c, scope); verdict != crdt.Admitted {
					b.Fatal(err)
				}
			}
		})
	}
}
