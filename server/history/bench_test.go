package history_test

import (
	"flag"
	"runtime"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/history"
	"openmic/server/history/historytest"
)

var large = flag.Int("large", 5000, "how many changes the board of the benchmarks has")

func longTape(b *testing.B) (chunks [][]byte, tape *history.Tape) {
	s := historytest.New(1)
	s.Live(8, *large, 2000)
	return s.Chunks, wind(b, s.Chunks)
}

func wind(tb testing.TB, chunks [][]byte) *history.Tape {
	tape := history.NewTape()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, chunk := range chunks {
		c, err := crdt.ParseChange(chunk, crdt.DefaultLimits())
		if err != nil {
			tb.Fatal(err)
		}
		at = at.Add(700 * time.Millisecond)
		if err := tape.Add(c, at); err != nil {
			tb.Fatal(err)
		}
	}
	return tape
}

// Reading the whole history of a board, from the bytes of its log.
func BenchmarkTape(b *testing.B) {
	chunks, _ := longTape(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var tape *history.Tape
	b.ReportAllocs()
	for b.Loop() {
		tape = wind(b, chunks)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(chunks)), "ns/change")
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
	b.ReportMetric(float64(tape.Size())/(1<<20), "MiB-told")
	b.ReportMetric(float64(tape.Count()), "contributions")
}

// The board at moments all over its history.
func BenchmarkState(b *testing.B) {
	_, tape := longTape(b)
	i := 0
	for b.Loop() {
		i = (i + 7919) % tape.Len()
		if _, err := tape.State(i); err != nil {
			b.Fatal(err)
		}
	}
}

// The stretch that a browser asks for when it goes to a moment.
func BenchmarkStretch(b *testing.B) {
	_, tape := longTape(b)
	i, bytes := 0, 0
	for b.Loop() {
		i = (i + 7919) % tape.Len()
		s, err := tape.Stretch(i)
		if err != nil {
			b.Fatal(err)
		}
		bytes = max(bytes, len(s.Pack()))
	}
	b.ReportMetric(float64(bytes), "most-bytes")
}

func BenchmarkVoices(b *testing.B) {
	_, tape := longTape(b)
	for b.Loop() {
		tape.Voices(make([]string, 8), func(a crdt.Actor) int { return int(a[len(a)-1]-'0') % 8 })
	}
}
