package history

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"openmic/crdt/replay"
)

const titleCharacters = 80

// A touch is what one change did to one thing.
type touch struct {
	in, key        string
	added, removed bool
	whole          []byte // JSON of the thing, as it was made or last was
	fields         []field
}

type field struct {
	name  string
	old   []byte // JSON
	typed bool
}

// touches gathers what a change did by the things that it did it to.
func touches(patches []replay.Patch) []touch {
	var list []touch
	find := func(in, key string) *touch {
		for i := range list {
			if list[i].in == in && list[i].key == key {
				return &list[i]
			}
		}
		list = append(list, touch{in: in, key: key})
		return &list[len(list)-1]
	}
	for i := range patches {
		p := &patches[i]
		if len(p.Path) < 2 || whats[p.Path[0]] == "" {
			continue
		}
		in, key := p.Path[0], p.Path[1]
		if in == "meta" {
			// Its fields are things of their own.
			t := find(in, key)
			t.fields = append(t.fields, field{name: key, old: p.Old, typed: p.Kind == replay.Type})
			continue
		}
		t := find(in, key)
		switch {
		case len(p.Path) > 2:
			t.fields = append(t.fields, field{name: p.Path[2], old: p.Old, typed: p.Kind == replay.Type})
		case p.Kind == replay.Put:
			t.added, t.removed, t.whole = true, false, p.Value
			if p.Old != nil {
				t.added, t.fields = false, append(t.fields, field{name: "text", typed: true})
			}
		case p.Kind == replay.Remove:
			t.removed, t.whole = !t.added, p.Old
			if t.added {
				t.added, t.fields = false, nil // made and taken away at once
			}
		}
	}
	return list
}

// operations puts a touch into words, after the change.
func (t *Tape) operations(c *touch) []Operation {
	what := whats[c.in]
	op := Operation{What: what, ID: c.key, Position: t.Len()}
	switch {
	case what == Board:
		op.ID, op.Do, op.Field = "", Changed, c.key
		op.Title = cut(t.doc.Text("meta", "title"))
		op.Value = cut(t.doc.Text("meta", c.key))
		return []Operation{op}
	case what == Vote:
		op.Do = Added
		op.Target, op.At = t.target(c.key), t.placeOf(c.key)
		return []Operation{op}
	case c.removed:
		op.Do = Removed
		t.describeRemoved(&op, c.whole)
		return []Operation{op}
	}
	t.describe(&op, c.in, c.key)
	if c.added {
		op.Do = Added
		return []Operation{op}
	}
	var list []Operation
	placed := false
	for _, f := range c.fields {
		one := op
		switch {
		case f.name == "lane" || f.name == "step" || f.name == "order" || f.name == "x" || f.name == "y":
			if placed {
				continue
			}
			placed = true
			one.Do = Moved
			one.From = t.from(c, op.At)
			if one.From != nil && one.At != nil {
				one.Crossed = crossed(one.From.Role, one.At.Role)
			}
		case f.typed && (f.name == "text" || f.name == "title" || f.name == "label" || f.name == "note"):
			one.Do, one.Field = Wrote, f.name
		default:
			one.Do, one.Field = Changed, f.name
			one.Value = cut(t.doc.Text(c.in, c.key, f.name))
		}
		if n := len(list); n > 0 && list[n-1].Do == one.Do && list[n-1].Field == one.Field {
			continue
		}
		list = append(list, one)
	}
	return list
}

// describe says what a thing that is there is, where, and about what.
func (t *Tape) describe(op *Operation, in, key string) {
	get := func(name string) string { return t.doc.Text(in, key, name) }
	switch op.What {
	case Element:
		op.Type, op.Title, op.At = get("kind"), cut(get("text")), t.place(get("lane"), get("step"))
	case Lane:
		op.Type, op.Title = get("role"), cut(get("title"))
	case Step, Phase:
		op.Title = cut(get("title"))
		if op.What == Step {
			op.At = t.place("", key)
		}
	case Connector:
		op.Type, op.Title = get("meaning"), cut(get("label"))
		op.Target, op.At = t.target(get("to")), t.placeOf(get("to"))
	case Marker:
		op.Type, op.Title, op.Target, op.At = get("type"), cut(get("note")), t.target(get("target")), t.placeOf(get("target"))
	case Emotion:
		op.Type, op.Target, op.At = get("who"), t.target(get("step")), t.place("", get("step"))
	case Comment:
		op.Type, op.Title, op.Target, op.At = get("fate"), cut(get("text")), t.target(get("target")), t.placeOf(get("target"))
		if parent := get("parent"); parent != "" {
			op.Target = &Target{What: Comment, ID: parent, Title: cut(t.doc.Text("comments", parent, "text"))}
		}
	}
}

// describeRemoved does that for a thing that is gone.
func (t *Tape) describeRemoved(op *Operation, whole []byte) {
	var was map[string]any
	if json.Unmarshal(whole, &was) != nil {
		return
	}
	get := func(name string) string { s, _ := was[name].(string); return s }
	switch op.What {
	case Element:
		op.Type, op.Title, op.At = get("kind"), cut(get("text")), t.place(get("lane"), get("step"))
	case Lane:
		op.Type, op.Title = get("role"), cut(get("title"))
	case Step, Phase:
		op.Title = cut(get("title"))
	case Connector:
		op.Type, op.Title, op.Target, op.At = get("meaning"), cut(get("label")), t.target(get("to")), t.placeOf(get("to"))
	case Marker:
		op.Type, op.Target, op.At = get("type"), t.target(get("target")), t.placeOf(get("target"))
	case Emotion:
		op.Type, op.Target, op.At = get("who"), t.target(get("step")), t.place("", get("step"))
	case Comment:
		op.Type, op.Title, op.Target, op.At = get("fate"), cut(get("text")), t.target(get("target")), t.placeOf(get("target"))
	}
}

// from says where an element was before a change that moved it.
func (t *Tape) from(c *touch, at *Place) *Place {
	if c.in != "elements" || at == nil && len(c.fields) == 0 {
		return nil
	}
	lane, step := "", ""
	if at != nil {
		lane, step = at.Lane, at.Step
	}
	for i := len(c.fields) - 1; i >= 0; i-- {
		var old string
		if f := c.fields[i]; f.name == "lane" || f.name == "step" {
			_ = json.Unmarshal(f.old, &old) // nothing, where there was none
			if f.name == "lane" {
				lane = old
			} else {
				step = old
			}
		}
	}
	return t.place(lane, step)
}

// place names a cell, or a step alone; nil when there is no such place.
func (t *Tape) place(lane, step string) *Place {
	if lane == "" && step == "" {
		return nil
	}
	p := &Place{Lane: lane, Step: step}
	if lane != "" {
		p.Role, p.LaneTitle = t.doc.Text("lanes", lane, "role"), cut(t.doc.Text("lanes", lane, "title"))
	}
	if step != "" && t.doc.Has("steps", step) {
		p.StepTitle = cut(t.doc.Text("steps", step, "title"))
		p.Number = t.numberOf(step)
	}
	return p
}

// placeOf is where that is which a marker, a comment, a vote or a connector is about.
func (t *Tape) placeOf(id string) *Place {
	switch {
	case t.doc.Has("elements", id):
		return t.place(t.doc.Text("elements", id, "lane"), t.doc.Text("elements", id, "step"))
	case t.doc.Has("steps", id):
		return t.place("", id)
	case t.doc.Has("lanes", id):
		return t.place(id, "")
	case t.doc.Has("comments", id):
		if about := t.doc.Text("comments", id, "target"); about != id && !t.doc.Has("comments", about) {
			return t.placeOf(about)
		}
	}
	return nil
}

// numberOf is which step it is, from 1.
func (t *Tape) numberOf(step string) int {
	if t.numbers == nil {
		t.numbers = map[string]int{}
		keys := t.doc.Keys("steps")
		slices.SortFunc(keys, func(a, b string) int {
			return cmp.Or(strings.Compare(t.doc.Text("steps", a, "order"), t.doc.Text("steps", b, "order")), strings.Compare(a, b))
		})
		for i, key := range keys {
			t.numbers[key] = i + 1
		}
	}
	return t.numbers[step]
}

// target names something on the board by its id, whatever it is.
func (t *Tape) target(id string) *Target {
	for _, in := range []string{"elements", "steps", "lanes", "comments"} {
		if t.doc.Has(in, id) {
			title := "title"
			if in == "elements" || in == "comments" {
				title = "text"
			}
			return &Target{What: whats[in], ID: id, Title: cut(t.doc.Text(in, id, title))}
		}
	}
	return &Target{ID: id}
}

// cut leaves as much of a text as names a thing: its first line.
func cut(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexAny(text, "\n\r"); i >= 0 {
		text = text[:i]
	}
	if utf8.RuneCountInString(text) <= titleCharacters {
		return text
	}
	return string([]rune(text)[:titleCharacters-1]) + "…"
}
