package server_test

import (
	"testing"
	"time"

	"openmic/server"
)

// While a room is made ready for the first change, people read, come and go as
// if nothing were; who writes waits, and what they wrote is then taken in order.
func TestRoomDoesNotWaitForItsGate(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.RoomGrace = time.Millisecond }})
	doc, a := n.newDocument()
	last := a.Edit()
	a.untilSaved(last)
	a.hangUp()
	poll(t, "the room is gone", func() bool { return n.metric("openmic_rooms") == 0 })

	release := server.HoldGates(n.Server)
	a.again(n, "")
	first := a.Edit()
	a.speak()
	second := a.Edit()
	a.speak()
	reader := n.participant("reader", "", doc)
	reader.untilSeen(last)
	other := n.participant("other", "", doc)
	other.untilSeen(last)
	waiting := other.Edit()
	other.speak()
	other.hangUp() // gives up
	late := n.participant("late", "", doc)
	late.untilSeen(last)
	reader.alive()
	if reader.Has(first) || late.Has(first) {
		t.Error("a change went past the gate")
	}
	release()
	a.untilSaved(second)
	reader.untilSeen(second)
	late.untilSeen(second)
	if !reader.Has(first) {
		t.Error("the first change is not there")
	}
	other.again(n, "")
	other.untilSaved(waiting)
}

// A server that ends while somebody waits does not wait with them.
func TestEndWhileAGateIsMade(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: func(s *server.Settings) { s.RoomGrace = time.Millisecond }})
	doc, a := n.newDocument()
	a.untilSaved(a.Edit())
	a.hangUp()
	poll(t, "the room is gone", func() bool { return n.metric("openmic_rooms") == 0 })
	server.HoldGates(n.Server)
	a.again(n, "")
	unsaved := a.Edit()
	a.speak()
	n.participant("reader", "", doc).alive()
	n.stop()
	n = startNode(t, nodeOption{dir: dir})
	a.again(n, "")
	a.untilSaved(unsaved)
}
