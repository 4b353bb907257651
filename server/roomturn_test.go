package server

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"openmic/server/docid"
	"openmic/server/internal/alarm"
	"openmic/server/store/sqlite"
)

// Whoever does a room's work: it is done by one at a time, what one caller gives the
// room happens in its order and once, and nothing happens in a room that has ended.
func TestOneAtATimeHasARoomsTurn(t *testing.T) {
	st, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h := &Hub{
		settings: DefaultSettings(), log: zerolog.Nop(), metrics: newMetrics(), store: st, ctx: ctx,
		loading: make(chan struct{}, 1), rooms: map[docid.ID]*room{}, clock: alarm.NewClock(),
	}
	h.running.Go(func() { h.clock.Run(ctx) })
	h.settings.RoomInbox = 4 // so that callers wait for each other as well
	r, err := h.enter(ctx, docid.New(), true)
	if err != nil {
		t.Fatal(err)
	}

	const callers, events = 8, 2000
	var (
		happened [callers][]int // the room's, so that the race detector sees two at once
		at       int
		callings sync.WaitGroup
	)
	for caller := range callers {
		callings.Go(func() {
			choose := rand.New(rand.NewPCG(uint64(caller), 0))
			for n := range events {
				give := r.do
				if choose.IntN(4) > 0 {
					give = r.doNow
				}
				if !give(ctx, func(r *room) {
					at++
					happened[caller] = append(happened[caller], n)
				}) {
					t.Errorf("caller %d: the room does not take event %d", caller, n)
					return
				}
			}
		})
	}
	callings.Wait()
	r.handled(ctx)
	r.turn.Lock()
	if at != callers*events {
		t.Errorf("%d of %d happened", at, callers*events)
	}
	for caller, order := range happened {
		for n, event := range order {
			if n != event {
				t.Fatalf("caller %d: event %d came when it was the turn of %d", caller, event, n)
			}
		}
	}
	r.turn.Unlock()

	ended := 0
	for range callers {
		callings.Go(func() {
			for r.doNow(context.Background(), func(*room) { ended++ }) {
				time.Sleep(time.Microsecond)
			}
		})
	}
	time.Sleep(time.Millisecond)
	cancel()
	callings.Wait()
	<-r.gone
	r.turn.Lock()
	before := ended
	r.turn.Unlock()
	if r.doNow(context.Background(), func(*room) { ended++ }) || ended != before {
		t.Error("something happens in a room that has ended")
	}
}
