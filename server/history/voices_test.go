package history_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/history"
	"openmic/server/history/historytest"
)

// All people bring, but for the time, which is the clock's.
func brought(tape *history.Tape) []history.Voice {
	voices := tape.Voices(sides, person)
	for i := range voices {
		voices[i].Minutes = 0
	}
	return voices
}

// Several people work on the same things without knowing of each other. Counted along
// the way or from the beginning, and in whatever order their changes came, everybody
// has brought the same.
func TestVoicesDoNotDependOnTheOrder(t *testing.T) {
	met := historytest.Met{}
	for seed := range uint64(80) {
		changes, found := historytest.Crowd(seed, hands, 90)
		met.Add(found)
		along := history.NewTape()
		for i, c := range changes {
			if err := along.Add(c, began.Add(time.Duration(i)*time.Second)); err != nil {
				t.Fatal(err)
			}
			if i%7 == 0 {
				again := history.NewTape()
				for k, c := range changes[:i+1] {
					if err := again.Add(c, began.Add(time.Duration(k)*time.Second)); err != nil {
						t.Fatal(err)
					}
				}
				// With the time, which came the same way.
				if got, want := along.Voices(sides, person), again.Voices(sides, person); !reflect.DeepEqual(got, want) {
					t.Fatalf("seed %d: counted along the way voices are\n%+v\nnot\n%+v", seed, got, want)
				}
			}
		}
		random := rand.New(rand.NewPCG(seed, 2))
		for range 5 {
			if got, want := brought(wound(t, shuffled(random, changes))), brought(along); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: in another order voices are\n%+v\nnot\n%+v", seed, got, want)
			}
		}
	}
	// A generator that never does these shows nothing.
	for what, n := range map[string]int{
		"changes on top of what others did not know": met.Concurrent, "letters written at the same place at once": met.SameText,
		"things written on by one while another removed them": met.RemovedMeanwhile, "things brought back": met.BroughtBack, "words written anew": met.Retyped,
		"things made anew elsewhere": met.MadeAnew, "fields set by two at once": met.SetTwice,
	} {
		if n < 20 {
			t.Errorf("only %d %s", n, what)
		}
	}
}

func wound(t *testing.T, changes []*crdt.Change) *history.Tape {
	t.Helper()
	tape := history.NewTape()
	for _, c := range changes {
		if err := tape.Add(c, began); err != nil {
			t.Fatal(err)
		}
	}
	return tape
}

// However often somebody takes away what is there and writes the same again, in its
// place or in a new one, nobody brings more by it, and nobody less.
func TestWritingAgainBringsNothing(t *testing.T) {
	texts := []string{"I waited three weeks for an answer", "Nobody told me why", "The form asks what you know already", "Wait"}
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 3))
		s := historytest.New(seed)
		type card struct {
			by, key, text string
		}
		var cards []*card
		for i := range 6 {
			by := hands[i%3]
			text := texts[random.IntN(len(texts))] + strings.Repeat(fmt.Sprintf(" %s %d", by, i), 2)
			cards = append(cards, &card{by, s.Add(by, "elements", text, map[string]string{"kind": "note"}), text})
		}
		short := s.Add("anna", "elements", "Wait", map[string]string{"kind": "note"})
		cards = append(cards, &card{"anna", short, "Wait"})
		want := brought(wound(t, s.Changes()))
		for range 40 {
			c := cards[random.IntN(len(cards))]
			by := c.by
			switch random.IntN(3) {
			case 0: // some words of it
				words := strings.SplitAfter(c.text, " ")
				from := random.IntN(len(words))
				at, gone := len(strings.Join(words[:from], "")), strings.Join(words[from:from+1+random.IntN(len(words)-from)], "")
				if random.IntN(2) == 0 {
					by = hands[random.IntN(3)]
				}
				s.Write(by, c.key, "text", at, len(gone), "")
				s.Write(by, c.key, "text", at, 0, gone)
			case 1: // all of it, brought back
				s.Remove(by, c.key)
				s.AddAs(by, "elements", c.key, c.text, map[string]string{"kind": "note"})
			case 2: // all of it, made anew; also by somebody else where the words are somebody's own
				if len(strings.Fields(c.text)) >= 3 && random.IntN(2) == 0 {
					by = hands[random.IntN(3)]
				}
				s.Remove(by, c.key)
				c.key = s.Add(by, "elements", c.text, map[string]string{"kind": "note"})
			}
		}
		got := brought(wound(t, s.Changes()))
		for i := range got {
			// Whoever wrote on a thing of another's took part in it, and that alone.
			got[i].Contributions, want[i].Contributions = 0, 0
			got[i].TakenUp, got[i].Across = 0, 0
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: voices are\n%+v\nnot\n%+v", seed, got, want)
		}
	}
}

// What somebody does again and again is one contribution.
func TestMakingAgainIsOneContribution(t *testing.T) {
	r := record(t)
	for range 20 {
		key := r.Add("anna", "elements", "Me", map[string]string{"kind": "note"})
		r.Remove("anna", key)
	}
	for range 20 {
		key := r.Add("berit", "elements", "", map[string]string{"kind": "note"})
		r.Remove("berit", key)
	}
	// Staff put a customer's card somewhere else by cutting and pasting it.
	card := r.Add("carl", "elements", "Nobody told me why", map[string]string{"kind": "note"})
	r.Remove("berit", card)
	r.Add("berit", "elements", "Nobody told me why!", map[string]string{"kind": "note"})
	r.catchUp(t)
	want := []history.Voice{
		{Contributions: 1},
		{Contributions: 1},
		{Contributions: 1, Living: 1, Words: 4},
	}
	if got := brought(r.tape); !reflect.DeepEqual(got, want) {
		t.Errorf("voices are\n%+v\nnot\n%+v", got, want)
	}
}

// A word is whose most of it is; of two who wrote as much of it, whose was there first.
func TestWhoseAWordIs(t *testing.T) {
	r := record(t)
	most := r.Add("anna", "elements", "un", map[string]string{"kind": "note"})
	r.Write("berit", most, "text", 2, 0, "seen")
	even := r.Add("anna", "elements", "un", map[string]string{"kind": "note"})
	r.Write("carl", even, "text", 0, 0, "re")
	r.catchUp(t)
	var words []int
	for _, v := range brought(r.tape) {
		words = append(words, v.Words)
	}
	if want := []int{1, 1, 0}; !slices.Equal(words, want) {
		t.Errorf("whose words are %v, not %v", words, want)
	}
}

// An element is taken up when somebody else's doing is still in it.
func TestTakenUp(t *testing.T) {
	for _, one := range []struct {
		what       string
		do         func(r *recorder, card string)
		up, across int
	}{
		{"nobody does anything", func(r *recorder, card string) {}, 0, 0},
		{"its maker goes on with it", func(r *recorder, card string) { r.Write("anna", card, "text", 0, 0, "Oh ") }, 0, 0},
		{"staff write on it", func(r *recorder, card string) { r.Write("berit", card, "text", 0, 0, "Oh ") }, 1, 1},
		{"a customer writes on it", func(r *recorder, card string) { r.Write("carl", card, "text", 0, 0, "Oh ") }, 1, 0},
		{"what is written on it is taken out again", func(r *recorder, card string) {
			r.Write("berit", card, "text", 0, 0, "Oh ")
			r.Write("berit", card, "text", 0, 3, "")
		}, 0, 0},
		{"staff move it", func(r *recorder, card string) { r.Set("berit", card, map[string]string{"lane": r.Lanes[0]}) }, 1, 1},
		{"it is moved back by its maker", func(r *recorder, card string) {
			r.Set("berit", card, map[string]string{"order": "b"})
			r.Set("anna", card, map[string]string{"order": "a"})
		}, 0, 0},
		{"staff connect it", func(r *recorder, card string) {
			other := r.Add("berit", "elements", "Answers", map[string]string{"kind": "action"})
			r.Add("berit", "connectors", "", map[string]string{"from": card, "to": other})
		}, 1, 1},
		{"staff bring it back", func(r *recorder, card string) {
			r.Remove("berit", card)
			r.AddAs("berit", "elements", card, "Asks why it takes so long", map[string]string{"kind": "action"})
		}, 0, 0},
		{"staff put it elsewhere by hand, and a customer writes on it", func(r *recorder, card string) {
			r.Remove("berit", card)
			card = r.Add("berit", "elements", "Asks why it takes so long", map[string]string{"kind": "action"})
			r.Write("carl", card, "text", 0, 0, "Oh ")
		}, 1, 0},
		{"it is not there any more", func(r *recorder, card string) {
			r.Write("berit", card, "text", 0, 0, "Oh ")
			r.Remove("carl", card)
		}, 0, 0},
	} {
		r := record(t)
		card := r.Add("anna", "elements", "Asks why it takes so long", map[string]string{"kind": "action", "order": "a"})
		one.do(r, card)
		r.catchUp(t)
		if got := brought(r.tape)[0]; got.TakenUp != one.up || got.Across != one.across {
			t.Errorf("when %s: taken up are %d, across %d", one.what, got.TakenUp, got.Across)
		}
	}
}

func TestHours(t *testing.T) {
	s := historytest.New(1)
	tape := wound(t, s.Changes())
	at := func(by string, minutes ...float64) {
		for _, m := range minutes {
			card := len(s.Chunks)
			s.Add(by, "elements", "x", map[string]string{"kind": "note"})
			for _, chunk := range s.Chunks[card:] {
				if err := tape.Add(historytest.Parse(chunk), began.Add(time.Duration(m*float64(time.Minute)))); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	hand := func(a crdt.Actor) int { return slices.Index(hands, strings.TrimRight(string(a), "2")) }
	if weeks := tape.Weeks(hand); weeks != 0 {
		t.Errorf("before anybody came there are %d weeks", weeks)
	}
	at("anna", 0, 4, 14) // one sitting
	at("anna2", 5, 15)   // on another device at the same time
	at("berit", 0, 10.1) // two sittings
	at("anna", 30)
	if weeks := tape.Weeks(hand); weeks != 1 {
		t.Errorf("half an hour is %d weeks", weeks)
	}
	at("carl", 8*24*60)
	at("carl", 8*24*60-1) // the clock was set back
	at("carl2", 8*24*60-3)
	var minutes []float64
	for _, v := range tape.Voices(sides, hand) {
		minutes = append(minutes, v.Minutes)
	}
	if want := []float64{15 + 1 + 1, 2, 3 + 1}; !slices.Equal(minutes, want) {
		t.Errorf("at work were they %v minutes, not %v", minutes, want)
	}
	if weeks := tape.Weeks(hand); weeks != 2 {
		t.Errorf("eight days are %d weeks", weeks)
	}
}
