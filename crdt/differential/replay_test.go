package differential_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/crdt/replay"
)

var replayed = flag.Int("differential.replayed", 60, "how many boards are replayed")

// At every moment a replayed document is what a browser shows for the same heads;
// so is plain JSON that is brought along by what was told of each change; so it is
// at any other heads; and at the end it is the same whatever the order in which the
// changes came. Who wrote each letter, and who set each field, is what Automerge says.
func TestReplayShowsWhatABrowserDoes(t *testing.T) {
	b := newBrowser(t)
	limits := crdt.DefaultLimits()
	limits.Counters = true
	moments, broken, held := 0, 0, map[string]int{}
	for seed := *firstSeed; seed < *firstSeed+uint64(*replayed); seed++ {
		counters := seed%2 == 0
		made := b.ask(map[string]any{"make": seed, "counters": counters})
		if made.Error != "" && counters {
			broken++ // see crdt.Limits.Counters
			continue
		}
		if made.Error != "" {
			t.Fatalf("board %d: %s", seed, made.Error)
		}
		random := rand.New(rand.NewPCG(seed, 3))
		changes, graph := parsed(t, made.Changes, limits)
		var views [][]string
		var within [][]*crdt.Change
		for range 4 {
			heads, missing := anyHeads(random, graph)
			views = append(views, texts(heads))
			within = append(within, without(changes, missing))
		}
		read := b.ask(map[string]any{"read": made.Changes, "views": views})
		if read.Error != "" && counters {
			broken++
			continue
		}
		if read.Error != "" || len(read.States) != len(made.Changes) {
			t.Fatalf("board %d: %s", seed, read.Error)
		}
		document, plain := replay.New(), map[string]any{}
		for i, c := range changes {
			patches, err := document.Apply(c)
			if err != nil {
				t.Fatalf("board %d, change %d: %v", seed, i, err)
			}
			if got := decoded(t, document.AppendJSON(nil)); !reflect.DeepEqual(got, read.States[i]) {
				t.Fatalf("board %d after change %d:\n%v\nin the browser\n%v", seed, i, got, read.States[i])
			}
			told := []byte("[")
			for k := range patches {
				if k > 0 {
					told = append(told, ',')
				}
				told = patches[k].AppendJSON(told)
			}
			told = append(told, ']')
			if err := replay.Advance(plain, told); err != nil {
				t.Fatalf("board %d, change %d: %v in %s", seed, i, err, told)
			}
			if !reflect.DeepEqual(any(plain), read.States[i]) {
				t.Fatalf("board %d, change %d: %s leads to\n%v\nin the browser\n%v", seed, i, told, plain, read.States[i])
			}
			moments++
			// One that was written down and read goes on as one that was not.
			if i%5 == 3 {
				var rest []byte
				if document, rest, err = replay.ReadDocument(document.AppendBinary(nil)); err != nil || len(rest) > 0 {
					t.Fatalf("board %d, change %d: read with %d bytes left, %v", seed, i, len(rest), err)
				}
			}
		}
		letters, setters := authorsIn(document)
		if !reflect.DeepEqual(letters, read.Letters) || !reflect.DeepEqual(setters, read.Setters) {
			t.Fatalf("board %d was written by\n%v, %v\nand by what Automerge says by\n%v, %v", seed, letters, setters, read.Letters, read.Setters)
		}
		for i, some := range within {
			if got := decoded(t, replayedIn(t, some).AppendJSON(nil)); !reflect.DeepEqual(got, read.Views[i]) {
				t.Fatalf("board %d at %v:\n%v\nin the browser\n%v", seed, views[i], got, read.Views[i])
			}
		}
		for range 3 {
			other := replayedIn(t, shuffled(random, changes))
			if !bytes.Equal(other.AppendJSON(nil), document.AppendJSON(nil)) {
				t.Fatalf("board %d depends on the order in which the changes came", seed)
			}
			if l, s := authorsIn(other); !reflect.DeepEqual(l, letters) || !reflect.DeepEqual(s, setters) {
				t.Fatalf("who wrote board %d depends on the order in which the changes came", seed)
			}
		}
		for what, n := range read.Held {
			held[what] += n
		}
	}
	t.Logf("%d moments of %d boards, with %v; %d boards with counters cannot be opened in a browser", moments, *replayed, held, broken)
	if broken > *replayed/10 {
		t.Errorf("%d boards could not be opened in a browser", broken)
	}
	for what, n := range held {
		if n == 0 {
			t.Errorf("nothing was replayed that has %s", what)
		}
	}
}

// parsed reads changes, and makes their graph.
func parsed(t *testing.T, chunks [][]byte, limits crdt.Limits) (changes []*crdt.Change, graph *crdt.Graph) {
	t.Helper()
	graph = crdt.NewGraph()
	for _, chunk := range chunks {
		c, err := crdt.ParseChange(chunk, limits)
		if err == nil {
			_, err = graph.Add(c)
		}
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, c)
	}
	return changes, graph
}

// anyHeads are heads that the document had for somebody, and which of its changes
// they do not know.
func anyHeads(random *rand.Rand, g *crdt.Graph) (heads []crdt.Hash, missing []int) {
	for range 1 + random.IntN(3) {
		h := g.Hash(random.IntN(g.Len()))
		i, _ := g.Index(h)
		if len(heads) > 0 && !slices.Contains(g.Missing(heads), i) {
			continue
		}
		heads = slices.DeleteFunc(heads, func(o crdt.Hash) bool {
			k, _ := g.Index(o)
			return !slices.Contains(g.Missing([]crdt.Hash{h}), k)
		})
		heads = append(heads, h)
	}
	return heads, g.Missing(heads)
}

func without(changes []*crdt.Change, missing []int) (some []*crdt.Change) {
	for i, c := range changes {
		if !slices.Contains(missing, i) {
			some = append(some, c)
		}
	}
	return some
}

func replayedIn(t *testing.T, changes []*crdt.Change) *replay.Document {
	t.Helper()
	d := replay.New()
	for i, c := range changes {
		if _, err := d.Apply(c); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	return d
}

// authorsIn tells, of each field of what lies in the maps at the root, which operation
// wrote each letter, and who set it, in the words of peer.mjs.
func authorsIn(d *replay.Document) (letters map[string][][2]string, setters map[string]string) {
	letters, setters = map[string][][2]string{}, map[string]string{}
	for thing := range d.Things() {
		if !thing.There {
			continue
		}
		for field, actor := range thing.Setters() {
			name := strings.Join([]string{thing.In, thing.Key, field}, "\x00")
			setters[name] = d.Actor(actor).String()
			for l := range thing.Letters(field) {
				if !l.Gone && l.Text != "\ufffc" {
					letters[name] = append(letters[name], [2]string{fmt.Sprintf("%d@%s", l.Counter, d.Actor(l.By)), l.Text})
				}
			}
		}
	}
	return letters, setters
}

func decoded(t *testing.T, text []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// shuffled gives the changes in another order in which each comes after those it
// depends on.
func shuffled(random *rand.Rand, changes []*crdt.Change) (order []*crdt.Change) {
	done := map[crdt.Hash]bool{}
	left := slices.Clone(changes)
	for len(left) > 0 {
		random.Shuffle(len(left), func(i, k int) { left[i], left[k] = left[k], left[i] })
		i := slices.IndexFunc(left, func(c *crdt.Change) bool {
			return !slices.ContainsFunc(c.Deps, func(h crdt.Hash) bool { return !done[h] })
		})
		done[left[i].Hash] = true
		order, left = append(order, left[i]), slices.Delete(left, i, i+1)
	}
	return order
}
