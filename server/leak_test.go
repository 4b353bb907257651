package server_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"openmic/server"
)

func TestNothingStaysBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("a hundred sessions", func(t *testing.T) {
		n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.RoomGrace = time.Millisecond }})
		for round := range 5 {
			doc, first := n.newDocument()
			var all []*participant
			for i := range 19 {
				all = append(all, n.participant(fmt.Sprintf("peer-%d-%d", round, i), "", doc))
			}
			for i, p := range all {
				p.until("the document", func() bool { return p.Len() >= 1 })
				if i%2 == 0 {
					p.untilSaved(p.Edit())
				}
			}
			for i, p := range all {
				if i%3 > 0 {
					p.hangUp() // the others stay until the end
				}
			}
			first.hangUp()
		}
		poll(t, "35 sessions", func() bool { return n.metric("openmic_sessions") == 35 })
		if err := n.drain(); err != nil {
			t.Error(err)
		}
		poll(t, "nobody", func() bool { return n.metric("openmic_sessions")+n.metric("openmic_rooms") == 0 })
	})
	poll(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
}
