package history_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/crdt/replay"
	"openmic/server/history"
	"openmic/server/history/historytest"
)

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// A recorder winds a tape of what a scribe writes, a second a change.
type recorder struct {
	*historytest.Scribe
	tape *history.Tape
	at   time.Time
}

func record(t *testing.T) *recorder {
	r := &recorder{Scribe: historytest.New(1), tape: history.NewTape(), at: began}
	r.catchUp(t)
	return r
}

func (r *recorder) catchUp(t *testing.T) {
	t.Helper()
	for _, chunk := range r.Chunks[r.tape.Len():] {
		r.at = r.at.Add(time.Second)
		if err := r.tape.Add(historytest.Parse(chunk), r.at); err != nil {
			t.Fatal(err)
		}
	}
}

// told puts the contributions from one on into short lines.
func told(tape *history.Tape, from int) (lines []string) {
	place := func(p *history.Place) string {
		if p == nil {
			return "-"
		}
		return fmt.Sprintf("%s/%d", p.Role, p.Number)
	}
	for _, c := range tape.Contributions(from, 1000) {
		for _, op := range c.Operations {
			line := fmt.Sprintf("%s: %s %s", string(tape.Actor(c.By)), op.Do, op.What)
			if op.Type != "" {
				line += " " + op.Type
			}
			if op.Title != "" {
				line += fmt.Sprintf(" %q", op.Title)
			}
			if op.From != nil {
				line += " from " + place(op.From)
			}
			if op.At != nil {
				line += " at " + place(op.At)
			}
			if len(op.Crossed) > 0 {
				line += " across " + strings.Join(op.Crossed, ", ")
			}
			if op.Target != nil {
				line += fmt.Sprintf(" of %s %q", op.Target.What, op.Target.Title)
			}
			if op.Field != "" {
				line += " " + op.Field
			}
			if op.Value != "" {
				line += " = " + op.Value
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestWords(t *testing.T) {
	r := record(t)
	lane := func(role string) string { return r.Lanes[slices.Index(r.Lanes, role)] }
	card := r.Add("anna", "elements", "", map[string]string{"kind": "action", "lane": lane("customer"), "step": r.Steps[0], "order": "a0"})
	for _, letter := range "Asks" {
		r.Write("anna", card, "text", 0, 0, string(letter))
	}
	r.catchUp(t)
	r.at = r.at.Add(time.Minute)
	from := r.tape.Count()
	r.Set("berit", card, map[string]string{"lane": lane("backstage"), "order": "a1"})
	r.Set("berit", card, map[string]string{"color": "blue"})
	marker := r.Add("anna", "markers", "", map[string]string{"type": "fail-point", "target": card})
	comment := r.Add("anna", "comments", "Why so?", map[string]string{"fate": "open", "target": card})
	r.Add("berit", "comments", "The law", map[string]string{"parent": comment, "target": card, "fate": "open"})
	r.Set("berit", comment, map[string]string{"fate": "answered"})
	r.catchUp(t)
	r.at = r.at.Add(time.Minute)
	r.Write("anna", card, "text", 4, 0, " twice")
	r.Remove("anna", marker)
	r.Remove("berit", card)
	r.Add("berit", "steps", "", map[string]string{"order": "zz"})
	r.Write("berit", r.Steps[1], "title", 0, 0, "Apply\nsoon")
	r.catchUp(t)
	got := told(r.tape, from)
	want := []string{
		`berit: moved element action "sksA" from customer/1 at backstage/1 across interaction, visibility`,
		`berit: changed element action "sksA" at backstage/1 color = blue`,
		`anna: added marker fail-point at backstage/1 of element "sksA"`,
		`anna: added comment open "Why so?" at backstage/1 of element "sksA"`,
		`berit: added comment open "The law" at backstage/1 of comment "Why so?"`,
		`berit: changed comment answered "Why so?" at backstage/1 of element "sksA" fate = answered`,
		`anna: wrote element action "sksA twice" at backstage/1 text`,
		`anna: removed marker fail-point at backstage/1 of element "sksA twice"`,
		`berit: removed element action "sksA twice" at backstage/1`,
		`berit: added step at /6`,
		`berit: wrote step "Apply" at /2 title`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("told\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	first := r.tape.Contributions(from-1, 1)[0]
	if len(first.Operations) != 1 || first.Operations[0].Title != "sksA" || first.Changes != 5 {
		t.Errorf("what is typed letter by letter is %+v", first)
	}
	if about := r.tape.About(marker, 10); len(about) != 2 {
		t.Errorf("about the marker there are %d contributions", len(about))
	}
}

// The board at any moment is what a replay from the beginning shows; stretches lead
// from one to the next.
func TestStates(t *testing.T) {
	s := historytest.New(3)
	s.Live(4, 6000, 300)
	tape := wind(t, s.Chunks)
	random := rand.New(rand.NewPCG(4, 4))
	check := map[int]bool{0: true, 1: true, len(s.Chunks): true}
	for range 50 {
		check[random.IntN(len(s.Chunks))] = true
	}
	document := replay.New()
	stretches := 0
	for i := 0; ; i++ {
		if check[i] {
			got, err := tape.State(i)
			if err != nil || !sameJSON(t, got, document.AppendJSON(nil)) {
				t.Fatalf("another board at %d: %v", i, err)
			}
			stretch, err := tape.Stretch(i)
			if err != nil || stretch.From > i || stretch.To < i {
				t.Fatalf("the stretch at %d goes from %d to %d, %v", i, stretch.From, stretch.To, err)
			}
			var told struct {
				From, To int
				Whole    bool
				Times    []int64
				Patches  []json.RawMessage
			}
			text, err := stretch.Text()
			if err := cmp.Or(err, json.Unmarshal(text, &told)); err != nil || len(told.Patches) != stretch.To-stretch.From || len(told.Times) != len(told.Patches) {
				t.Fatalf("%d changes and %d times of %d, %v", len(told.Patches), len(told.Times), stretch.To-stretch.From, err)
			}
			if told.From != stretch.From || told.To != stretch.To || told.Whole != stretch.Whole() {
				t.Fatalf("the stretch from %d to %d is told as %d to %d", stretch.From, stretch.To, told.From, told.To)
			}
			stretches = max(stretches, stretch.From)
		}
		if i == len(s.Chunks) {
			break
		}
		if _, err := document.Apply(historytest.Parse(s.Chunks[i])); err != nil {
			t.Fatal(err)
		}
	}
	if stretches == 0 {
		t.Error("there is but one stretch: nothing was sought")
	}
	for _, position := range []int{-1, len(s.Chunks) + 1} {
		if _, err := tape.State(position); err == nil {
			t.Errorf("there is a board at %d", position)
		}
	}
	if got := tape.PositionAt(tape.TimeOf(17)); got != 17 {
		t.Errorf("the change at the time of the 17th is the %d.", got)
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		t.Fatalf("not JSON: %.100s %.100s", a, b)
	}
	return reflect.DeepEqual(x, y)
}

var hands = []string{"anna", "berit", "carl"}

var sides = []string{"customer", "staff", "customer"}

func person(a crdt.Actor) int { return slices.Index(hands, string(a)) }

func TestVoices(t *testing.T) {
	r := record(t)
	kept := r.Add("anna", "elements", "Long wait for answers", map[string]string{"kind": "note"})
	gone := r.Add("anna", "elements", "Never read", map[string]string{"kind": "note"})
	r.Remove("berit", gone)
	// Somebody takes words out and writes the same again, and more.
	r.Write("berit", kept, "text", 0, len("Long wait"), "")
	r.Write("berit", kept, "text", 0, 0, "Long wait today")
	// Somebody writes the same again and again.
	noise := r.Add("carl", "elements", "me", map[string]string{"kind": "note"})
	for range 20 {
		r.Write("carl", noise, "text", 0, 2, "me")
	}
	// A card that is removed and brought back is still whose it was.
	back := r.Add("anna", "elements", "Back again", map[string]string{"kind": "note"})
	r.Remove("berit", back)
	r.AddAs("berit", "elements", back, "Back again", map[string]string{"kind": "note"})
	question := r.Add("anna", "comments", "Why", map[string]string{"target": kept, "fate": "open"})
	r.Set("berit", question, map[string]string{"fate": "adopted"})
	r.catchUp(t)
	got := r.tape.Voices(sides, person)
	for i := range got {
		got[i].Minutes = 0
	}
	want := []history.Voice{
		{Contributions: 4, Living: 3, Words: 4 + 2 + 1, TakenUp: 1, Across: 1, Comments: 1, Adopted: 1},
		{Contributions: 2, Living: 1, Words: 1},
		{Contributions: 1, Living: 1, Words: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("voices are\n%+v\nnot\n%+v", got, want)
	}
}

// shuffled gives the changes in another order in which each comes after those it
// depends on.
func shuffled(random *rand.Rand, changes []*crdt.Change) (order []*crdt.Change) {
	done := map[crdt.Hash]bool{}
	left := slices.Clone(changes)
	for len(left) > 0 {
		var ready []int
		for i, c := range left {
			if !slices.ContainsFunc(c.Deps, func(h crdt.Hash) bool { return !done[h] }) {
				ready = append(ready, i)
			}
		}
		i := ready[random.IntN(len(ready))]
		done[left[i].Hash] = true
		order, left = append(order, left[i]), slices.Delete(left, i, i+1)
	}
	return order
}
