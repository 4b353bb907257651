package differential_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"openmic/crdt"
	"openmic/crdt/replay"
)

var replayed = flag.Int("differential.replayed", 60, "how many boards are replayed")

// At every moment a replayed document is what a browser shows for the same heads;
// so is plain JSON that is brought along by what was told of each change; and at
// the end it is the same whatever the order in which the changes came.
func TestReplayShowsWhatABrowserDoes(t *testing.T) {
	b := newBrowser(t)
	moments := 0
	for seed := *firstSeed; seed < *firstSeed+uint64(*replayed); seed++ {
		made := b.ask(map[string]any{"make": seed})
		read := b.ask(map[string]any{"read": made.Changes})
		if made.Error != "" || read.Error != "" || len(read.States) != len(made.Changes) {
			t.Fatalf("board %d: %s%s", seed, made.Error, read.Error)
		}
		document, plain := replay.New(), map[string]any{}
		var changes []*crdt.Change
		for i, chunk := range made.Changes {
			c, err := crdt.ParseChange(chunk, crdt.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			changes = append(changes, c)
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
		random := rand.New(rand.NewPCG(seed, 3))
		for range 3 {
			other := replay.New()
			for _, c := range shuffled(random, changes) {
				if _, err := other.Apply(c); err != nil {
					t.Fatalf("board %d in another order: %v", seed, err)
				}
			}
			if !bytes.Equal(other.AppendJSON(nil), document.AppendJSON(nil)) {
				t.Fatalf("board %d depends on the order in which the changes came", seed)
			}
		}
	}
	t.Logf("%d moments of %d boards", moments, *replayed)
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
