package server

import (
	"testing"
	"time"

	"openmic/server/docid"
	"openmic/server/store"
)

func TestTickets(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	a := comer{board: "b", link: [32]byte{1}}

	t.Run("open once", func(t *testing.T) {
		k := newTickets(time.Minute, 10)
		name, expires, ok := k.issue(a, now)
		if !ok || !expires.Equal(now.Add(time.Minute)) {
			t.Fatalf("issued %t until %s", ok, expires)
		}
		if got, ok := k.redeem(name, now); !ok || got != a {
			t.Errorf("redeemed %t for %+v", ok, got)
		}
		if _, ok := k.redeem(name, now); ok {
			t.Error("redeemed twice")
		}
		if len(k.live) != 0 {
			t.Error("a used ticket is kept")
		}
	})
	t.Run("expire", func(t *testing.T) {
		k := newTickets(time.Minute, 10)
		name, expires, _ := k.issue(a, now)
		if _, ok := k.redeem(name, expires.Add(1)); ok {
			t.Error("redeemed after it expired")
		}
		name, expires, _ = k.issue(a, now)
		if _, ok := k.redeem(name, expires); !ok {
			t.Error("not redeemed in time")
		}
	})
	t.Run("differ", func(t *testing.T) {
		k := newTickets(time.Minute, 10)
		one, _, _ := k.issue(a, now)
		two, _, _ := k.issue(a, now)
		if one == two || len(one) < 22 {
			t.Errorf("tickets %q and %q", one, two)
		}
		if _, ok := k.redeem("", now); ok {
			t.Error("no ticket opens")
		}
	})
	t.Run("are bounded, and those that expired make room", func(t *testing.T) {
		k := newTickets(time.Minute, 3)
		for range 3 {
			if _, _, ok := k.issue(a, now); !ok {
				t.Fatal("refused below the limit")
			}
		}
		if _, _, ok := k.issue(a, now); ok {
			t.Error("issued above the limit")
		}
		if _, _, ok := k.issue(a, now.Add(2*time.Minute)); !ok {
			t.Error("refused when all others have expired")
		}
		if len(k.live) != 1 {
			t.Errorf("%d tickets kept", len(k.live))
		}
	})
}

func TestBoardIDsAreNoFlags(t *testing.T) {
	for range 1000 {
		if id := boardID(); id[0] == '-' || len(id) != 12 {
			t.Fatalf("board id %q", id)
		}
	}
}

func TestWhatRolesMayDo(t *testing.T) {
	doc := docid.New()
	for role, writes := range map[store.Role]bool{store.Owner: true, store.Editor: true, store.Commenter: true, store.Viewer: false, "": false} {
		a := access{doc: doc, role: role}
		if a.mayWrite() != writes || a.mayCreate() || !a.mayRead(doc) || a.mayRead(docid.New()) {
			t.Errorf("%q: writes %t, creates %t, reads its board %t, another %t", role, a.mayWrite(), a.mayCreate(), a.mayRead(doc), a.mayRead(docid.New()))
		}
	}
	a := access{open: true}
	if !a.mayWrite() || !a.mayCreate() || !a.mayRead(doc) {
		t.Error("an open server is not open")
	}
}

func TestCloseReasonsAreCutToFit(t *testing.T) {
	long := ""
	for range 100 {
		long += "å"
	}
	for _, text := range []string{"", "short", long, "x" + long} {
		if got := closeReason(text); len(got) > maxCloseReason || got != text[:len(got)] || len(text)-len(got) > 0 && len(got) < maxCloseReason-4 {
			t.Errorf("%q of %q", got, text)
		}
	}
}
