package server_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"openmic/server/history/historytest"
)

// How long people wait for a long history, and what those who draw notice of ten who
// go through it: go test ./server -run TestLongHistory -large 100000 -v
func TestLongHistory(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	s := historytest.New(1)
	s.Live(8, *large, 2000)
	n.written(b, s, 1, nil)
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
	saving := func() time.Duration {
		var took []time.Duration
		for range 200 {
			began := time.Now()
			p.untilSaved(p.Edit())
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		return took[197]
	}
	alone := saving()
	var all sync.WaitGroup
	done := make(chan struct{})
	for i := range uint64(10) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(i, 2))
			for {
				ask(random, "history/stretches")
				select {
				case <-done:
					return
				case <-time.After(500 * time.Millisecond): // as one scrubs
				}
			}
		})
	}
	meanwhile := saving()
	close(done)
	all.Wait()
	t.Logf("a change is saved after %.1f ms (99 %%) with nobody looking back, %.1f ms with ten", float64(alone.Microseconds())/1000, float64(meanwhile.Microseconds())/1000)
}
