package server

import (
	"fmt"
	"testing"
	"time"
)

// The pause between two batches grows with those who draw, until enough gathers in
// it, and with the readers.
func TestFlushPace(t *testing.T) {
	s := newScenario(t, 20)
	s.settings.FlushInterval, s.settings.FlushPerPeer = 10*time.Millisecond, time.Millisecond
	s.settings.FlushPerEditor, s.settings.FlushEditors, s.settings.FlushGathered = 5*time.Millisecond, 3, 10
	s.settings.FlushForEditors, s.settings.FlushFew = 12*time.Millisecond, 4
	r := &room{hub: &Hub{settings: s.settings}, state: s.room, spacing: time.Second}
	nothing := func() { r.flushedUpTo = s.room.graph.Len() } // has come since the last flush
	want := func(what string, want time.Duration) {
		t.Helper()
		if got := r.pause(); got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("of what was loaded nobody is the editor", 10*time.Millisecond)
	var people []*peer
	for range 5 {
		people = append(people, s.settled())
	}
	want("readers", 15*time.Millisecond)
	s.edit(people[0])
	s.edit(people[0])
	want("one who draws is no more than a reader", 15*time.Millisecond)
	s.edit(people[1])
	s.edit(people[2])
	want("three who draw", 20*time.Millisecond)
	s.edit(people[3])
	s.edit(people[4])
	want("as many as count, after more than few changes", 22*time.Millisecond)
	nothing()
	want("as many as count, while few changes come", 25*time.Millisecond)
	r.spacing = 6 * time.Millisecond
	want("few take less", 24*time.Millisecond)
	r.spacing = 2 * time.Millisecond
	want("enough gathers in less", 20*time.Millisecond)
	r.spacing = time.Microsecond
	want("but the readers take their time", 15*time.Millisecond)
	for range 6 {
		s.edit(people[0])
	}
	r.spacing = time.Second
	want("the others have stopped", 15*time.Millisecond)
}

// A flush that tells somebody no more than that something is saved counts as none
// that makes the next change wait.
func TestFlushOfConfirmations(t *testing.T) {
	s := newScenario(t, 1)
	writer, reader := s.settled(), s.settled()
	h := s.edit(writer)
	got := s.flush()
	s.wantChanges(got[reader], h)
	if s.room.brought != 1 {
		t.Errorf("%d were brought changes, want the reader", s.room.brought)
	}
	s.store()
	if got = s.flush(); !s.saved(got[writer], h) {
		t.Fatal("the writer is not told that it is saved")
	}
	if s.room.brought != 0 {
		t.Errorf("%d were brought changes that all have", s.room.brought)
	}
}

// Readers are served in shifts where enough comes between two batches, unless it is
// quiet, one person draws alone, or too much lies side by side already.
func TestFlushShifts(t *testing.T) {
	s := newScenario(t, 20)
	s.settings.FlushShift, s.settings.FlushHeads = 5, 4
	now := time.Now()
	const pause = 20 * time.Millisecond
	r := &room{hub: &Hub{settings: s.settings}, state: s.room, spacing: time.Millisecond, flushed: now.Add(-time.Millisecond)}
	all := s.room.shifts.classes()
	want := func(what string, want int) {
		t.Helper()
		if got := r.shift(now, pause); got != want {
			t.Errorf("%s: %d classes of %d, want %d", what, got, all, want)
		}
	}
	var people []*peer
	for range 6 {
		people = append(people, s.settled())
	}
	s.edit(people[0])
	want("one who draws", all)
	s.edit(people[1])
	want("two who draw much", 1)
	r.spacing = 2 * pause
	want("two who draw little", all)
	r.spacing = time.Millisecond
	r.flushed = now.Add(-2 * pause)
	want("two after a quiet time", all)
	r.flushed = now.Add(-time.Millisecond)
	for _, p := range people[:5] {
		alone := newSimPeer(t, fmt.Sprint("alone-", p.id), true)
		alone.add(s.log()[0])
		alone.edit(s.rand)
		m := hello(true, alone.mine[0])
		m.Changes = [][]byte{alone.chunks[alone.mine[0]]}
		s.mustSay(p, m)
	}
	want("many who have not seen each other", all)
}
