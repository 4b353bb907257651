package history_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"openmic/server/history"
	"openmic/server/history/historytest"
)

// A tape that was saved and loaded again, now and then, goes on as one that was not.
func TestSavedTapesGoOn(t *testing.T) {
	s := historytest.New(3)
	s.Live(4, 4000, 100)
	parts := map[int][]byte{}
	save := func(tape *history.Tape) []byte {
		for from, packed := range tape.Packed(0) {
			parts[from] = packed
		}
		return tape.Save()
	}
	load := func(saved []byte) *history.Tape {
		tape, err := history.Load(saved, func(from int) []byte { return parts[from] })
		if err != nil {
			t.Fatal(err)
		}
		return tape
	}
	whole, parted := history.NewTape(), history.NewTape()
	at := began
	random := rand.New(rand.NewPCG(5, 5))
	for i, c := range s.Changes() {
		at = at.Add(time.Duration(random.IntN(4)) * time.Second)
		for _, tape := range []*history.Tape{whole, parted} {
			if err := tape.Add(c, at); err != nil {
				t.Fatal(err)
			}
		}
		if random.IntN(300) == 0 || i == len(s.Chunks)-1 {
			parted = load(save(parted))
		}
	}
	if whole.Size() != parted.Size() || !reflect.DeepEqual(told(whole, 0), told(parted, 0)) ||
		!reflect.DeepEqual(whole.Contributions(0, whole.Count()), parted.Contributions(0, parted.Count())) {
		t.Error("the contributions are others")
	}
	stretches := 0
	for position := 0; ; {
		a, err := whole.Stretch(position)
		b, err2 := parted.Stretch(position)
		if err != nil || err2 != nil || !bytes.Equal(must(a.Text()), must(b.Text())) || a.Sum != b.Sum || a.Whole() != b.Whole() {
			t.Fatalf("another stretch at %d: %v, %v", position, err, err2)
		}
		stretches++
		if position = a.To; !a.Whole() {
			break
		}
	}
	if stretches < 3 {
		t.Errorf("there are %d stretches: little was kept", stretches)
	}
	saved := save(whole)
	first := parts[0]
	for name, part := range map[string][]byte{"missing": nil, "another": append([]byte{1}, first...)} {
		if _, err := history.Load(saved, func(from int) []byte {
			if from == 0 {
				return part
			}
			return parts[from]
		}); !errors.Is(err, history.ErrKept) {
			t.Errorf("with a stretch %s: %v", name, err)
		}
	}
	for _, bad := range [][]byte{nil, saved[:len(saved)/2], []byte("no gzip")} {
		if _, err := history.Load(bad, func(from int) []byte { return parts[from] }); !errors.Is(err, history.ErrKept) {
			t.Errorf("what is damaged: %v", err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
