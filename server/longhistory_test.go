package server_test

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"openmic/server"
	"openmic/server/docid"
	"openmic/server/history/historytest"
)

var leave = flag.String("leave", "", "a directory that TestLongHistory leaves its board in, for the benchmark of the client")

// How long people wait for a long history, and what those who draw notice of ten who
// go through it: go test ./server -run TestLongHistory -large 100000 -v
func TestLongHistory(t *testing.T) {
	dir := cmp.Or(*leave, t.TempDir())
	// Whoever draws on and on waits for the pace of the transactions, and would notice nothing else.
	settings := func(s *server.Settings) { closed(s); s.Commits = server.Rate{PerSecond: 1000, Burst: 1000} }
	n := startNode(t, nodeOption{settings: settings, dir: dir})
	b := n.createBoard("")
	s := historytest.New(1)
	for i := range 35 {
		s.Steps = append(s.Steps, s.Add("person 000000000", "steps", "", map[string]string{"order": fmt.Sprintf("b%03d", i)}))
	}
	s.Live(8, *large, 2000)
	who := map[string]joined{}
	for i := range 8 {
		role := []string{"editor", "owner"}[i%2]
		who[fmt.Sprintf("person %09d", i)] = n.join(b, b.secret(role), fmt.Sprintf(`{"name": "Person %d"}`, i))
	}
	n.writtenFrom(time.Now(), 200*time.Millisecond, b, s, 1, who) // as eight do who write at the same time
	if *leave != "" {
		t.Log("left", b.Links["owner"])
		return
	}
	viewer := b.secret("viewer")

	began := time.Now()
	first := n.history(b, viewer, "")
	opened := time.Since(began)
	pages := 1
	for next := first.Next; next != nil; pages++ {
		next = n.history(b, viewer, fmt.Sprintf("?after=%d", *next)).Next
	}
	if first.Length != len(s.Chunks) {
		t.Fatalf("the history has %d changes of %d", first.Length, len(s.Chunks))
	}
	t.Logf("%d changes: the first page after %d ms, all %d contributions in %d pages after %d ms",
		first.Length, opened.Milliseconds(), first.Count, pages, time.Since(began).Milliseconds())
	if first.Length >= server.DefaultSettings().HistoryKept {
		doc := must(docid.Parse(b.DocumentID))
		poll(t, "the history to be stored", func() bool { return len(must(n.store.History(t.Context(), doc))[-1]) > 0 })
		n.stop()
		n = startNode(t, nodeOption{settings: settings, dir: dir})
		began := time.Now()
		if again := n.history(b, viewer, ""); again.Length != first.Length {
			t.Fatalf("after a start the history has %d changes", again.Length)
		}
		t.Logf("after a start: the first page after %d ms", time.Since(began).Milliseconds())
	}

	random := rand.New(rand.NewPCG(1, 1))
	ask := func(random *rand.Rand, path string) (time.Duration, int) {
		began := time.Now()
		a := n.as(viewer, "GET", fmt.Sprintf("/api/boards/%s/%s/%d", b.ID, path, random.IntN(len(s.Chunks))), "", "Accept-Encoding", "gzip")
		if a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
		return time.Since(began), len(a.body)
	}
	for _, path := range []string{"history/stretches", "at"} {
		var took []time.Duration
		most := 0
		for range 50 {
			d, size := ask(random, path)
			took, most = append(took, d), max(most, size)
		}
		slices.Sort(took)
		t.Logf("%s at random: median %d ms, 95 %% %d ms, at most %d kB", path, took[25].Milliseconds(), took[47].Milliseconds(), most>>10)
	}

	// A peer of the tests does not take so many changes: they draw on a board beside it.
	beside := n.createBoard("")
	p := n.participant("editor", "link="+beside.secret("editor"), beside.DocumentID)
	p.until("the document", func() bool { return p.Len() > 0 })
	// By turns, so that what else the machine does falls on both alike.
	var alone, meanwhile []time.Duration
	for range 6 {
		alone = append(alone, p.saving(100)...)
		stop := n.lookBack(10, func(random *rand.Rand) { ask(random, "history/stretches") })
		meanwhile = append(meanwhile, p.saving(100)...)
		stop()
	}
	slices.Sort(alone)
	slices.Sort(meanwhile)
	for _, part := range []int{50, 90, 99} {
		with, without := meanwhile[len(meanwhile)*part/100], alone[len(alone)*part/100]
		t.Logf("a change is saved after %.1f ms (%d %%) with nobody looking back, %.1f ms with ten: %.2f times as long",
			milliseconds(without), part, milliseconds(with), float64(with)/float64(without))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// saving draws and tells how long each change took until it was saved.
func (p *participant) saving(changes int) (took []time.Duration) {
	for range changes {
		began := time.Now()
		p.untilSaved(p.Edit())
		took = append(took, time.Since(began))
	}
	return took
}

// lookBack has so many people go from one moment to another, as one scrubs, until it is stopped.
func (n *node) lookBack(people int, seek func(*rand.Rand)) (stop func()) {
	var all sync.WaitGroup
	done := make(chan struct{})
	for i := range people {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 2))
			for {
				seek(random)
				select {
				case <-done:
					return
				case <-time.After(500 * time.Millisecond):
				}
			}
		})
	}
	return func() { close(done); all.Wait() }
}
