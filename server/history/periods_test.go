package history_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"openmic/server/history"
	"openmic/server/history/historytest"
)

func TestPeriods(t *testing.T) {
	at := func(clock string) time.Time {
		when, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	did := func(first, last int, start, end string, by uint32) history.Contribution {
		return history.Contribution{First: first, Last: last, Start: at(start), End: at(end), By: by}
	}
	got := history.Periods([]history.Contribution{
		did(2, 4, "10:05", "10:06", 1),
		did(3, 5, "10:05", "10:36", 2),
		did(6, 6, "11:06", "11:06", 1), // exactly half an hour later: still the same
		did(7, 9, "11:37", "11:38", 3),
		did(8, 8, "15:00", "15:00", 2), // a clock that was wrong, amid the others' changes
		did(10, 10, "09:00", "09:00", 1),
		did(11, 11, "15:31", "15:32", 1),
	}, 30*time.Minute)
	want := []history.Period{
		{First: 2, Last: 6, Start: at("10:05"), End: at("11:06"), By: []uint32{1, 2}},
		{First: 7, Last: 10, Start: at("09:00"), End: at("15:00"), By: []uint32{3, 2, 1}},
		{First: 11, Last: 11, Start: at("15:31"), End: at("15:32"), By: []uint32{1}},
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("the periods are\n%+v, not\n%+v", got, want)
	}
	if none := history.Periods(nil, time.Minute); len(none) != 0 {
		t.Errorf("of nothing there are %+v", none)
	}
}

func same(a, b history.Period) bool {
	return a.First == b.First && a.Last == b.Last && a.Start.Equal(b.Start) && a.End.Equal(b.End) && slices.Equal(a.By, b.By)
}

// Every contribution is in one period, periods are parted by pauses and by nothing
// else, and what comes later changes nothing but the last of them.
func TestPeriodsPartWhatThereIs(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		pause := time.Duration(1+r.IntN(60)) * time.Minute
		var list []history.Contribution
		now, position := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), 1
		for range r.IntN(40) {
			now = now.Add(time.Duration(r.Int64N(int64(2 * pause))))
			took := time.Duration(r.Int64N(int64(2 * time.Minute)))
			c := history.Contribution{First: position + 1, Last: position + 1 + r.IntN(5), Start: now, End: now.Add(took), By: uint32(r.IntN(4))}
			position, now = c.Last, c.End
			list = append(list, c)
		}
		periods := history.Periods(list, pause)
		rest := list
		for i, p := range periods {
			n := 0
			for n < len(rest) && rest[n].Last <= p.Last {
				if n > 0 && rest[n].Start.Sub(rest[n-1].End) > pause {
					t.Errorf("seed %d: period %d goes on over a pause", seed, i)
				}
				if !slices.Contains(p.By, rest[n].By) {
					t.Errorf("seed %d: somebody is not told of", seed)
				}
				n++
			}
			if n == 0 || p.First != rest[0].First || !p.Start.Equal(rest[0].Start) || p.Last != rest[n-1].Last || !p.End.Equal(rest[n-1].End) {
				t.Fatalf("seed %d: period %d is %+v", seed, i, p)
			}
			if n < len(rest) && rest[n].Start.Sub(p.End) <= pause {
				t.Errorf("seed %d: period %d ends without a pause", seed, i)
			}
			rest = rest[n:]
		}
		if len(rest) > 0 {
			t.Errorf("seed %d: %d contributions are in no period", seed, len(rest))
		}
		if len(list) == 0 {
			continue
		}
		sooner := history.Periods(list[:r.IntN(len(list))], pause)
		if n := len(sooner) - 1; n > 0 && !slices.EqualFunc(sooner[:n], periods[:n], same) {
			t.Errorf("seed %d: what came later has changed what was", seed)
		}
	}
}

// A tape tells of those whose changes it has.
func TestPeriodsOfATape(t *testing.T) {
	s := historytest.New(1)
	s.Live(3, 200, 20)
	tape := history.NewTape()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i, chunk := range s.Chunks {
		if i == 120 {
			at = at.Add(time.Hour)
		}
		at = at.Add(time.Second)
		if err := tape.Add(historytest.Parse(chunk), at); err != nil {
			t.Fatal(err)
		}
	}
	got := tape.Periods(30 * time.Minute)
	if len(got) != 2 || got[0].Last > 120 || got[1].First < 121 || len(got[0].By) < 3 {
		t.Errorf("the periods are %+v", got)
	}
}
