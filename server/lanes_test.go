package server_test

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/crdt/changetest"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/genesis"
	"openmic/server/store"
)

// card makes a card in a cell.
func (p *participant) card(id, lane, step string) crdt.Hash {
	return p.Write(func(find func(...string) changetest.ID) []changetest.Op {
		made := p.Next(0)
		return []changetest.Op{
			{Object: find("elements"), Key: id, Action: crdt.MakeMap},
			word(made, "kind", "note"), word(made, "lane", lane), word(made, "step", step), word(made, "order", "a0"),
			{Object: made, Key: "text", Action: crdt.MakeText},
		}
	})
}

func word(object changetest.ID, key, text string) changetest.Op {
	return changetest.Op{Object: object, Key: key, Action: crdt.Set, Type: crdt.String, Value: []byte(text)}
}

// paint changes a card.
func (p *participant) paint(id string) crdt.Hash {
	return p.Write(func(find func(...string) changetest.ID) []changetest.Op {
		return []changetest.Op{word(find("elements", id), "color", "pink")}
	})
}

type limits struct {
	Role  string
	Lanes []string
}

func TestGuestIsKeptToLanes(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	l := n.makeLink(b, `{"role": "editor", "lanes": ["evidence", "customer", "customer"]}`)
	path := "/api/boards/" + b.ID
	if got := do[limits](t, n.as(l.secret(), "GET", path, ""), http.StatusOK); got.Role != "editor" || !slices.Equal(got.Lanes, []string{"customer", "evidence"}) {
		t.Errorf("the guest is told %+v", got)
	}
	if got := do[limits](t, n.as(l.secret(), "POST", path+"/tickets", ""), http.StatusCreated); len(got.Lanes) != 2 {
		t.Errorf("with the ticket %+v", got)
	}
	if got := do[limits](t, n.as(b.secret("editor"), "GET", path, ""), http.StatusOK); got.Lanes != nil {
		t.Errorf("somebody without limits is told %+v", got)
	}

	staff := n.participant("staff", "link="+b.secret("editor"), b.DocumentID)
	staff.untilSeen(genesis.Hash())
	theirs := staff.card("theirs", "backstage", "s1")
	staff.untilSaved(theirs)
	guest := n.participant("guest", "link="+l.secret(), b.DocumentID)
	guest.untilSeen(theirs)
	for _, own := range []func() crdt.Hash{
		func() crdt.Hash { return guest.card("own", "customer", "s2") },
		func() crdt.Hash { return guest.paint("own") },
		func() crdt.Hash { return guest.EditBelow("comments") },
		func() crdt.Hash { return guest.EditBelow("votes") },
	} {
		h := own()
		guest.untilSaved(h)
		staff.untilSeen(h)
	}

	for name, deed := range map[string]func(p *participant) crdt.Hash{
		"a card of others": func(p *participant) crdt.Hash { return p.paint("theirs") },
		"another lane":     func(p *participant) crdt.Hash { return p.card("new", "frontstage", "s1") },
		"a lane":           func(p *participant) crdt.Hash { return p.EditBelow("lanes") },
		"the title":        func(p *participant) crdt.Hash { return p.EditBelow("meta") },
		"the root":         func(p *participant) crdt.Hash { return p.Edit() },
	} {
		t.Run(name, func(t *testing.T) {
			p := n.participant("guest "+name, "link="+l.secret(), b.DocumentID)
			p.untilSeen(theirs)
			h := deed(p)
			p.speak()
			if m := p.next("error"); m.Condition != "scope" || !strings.Contains(m.Text, "R13 scope: operation") {
				t.Errorf("told %+v", m)
			}
			p.wantEnd(4403)
			if slices.Contains(n.changes(b.DocumentID), h) {
				t.Error("it is stored")
			}
		})
	}
	staff.alive()
	guest.alive()
	last := guest.paint("own")
	guest.untilSaved(last)
	staff.untilSeen(last)

	// An owner changes it, and that holds at once.
	change := func(body string) {
		do[link](t, n.as(b.secret("owner"), "PATCH", path+"/links/"+l.ID, body), http.StatusOK)
	}
	change(`{"lanes": ["backstage"]}`)
	guest.wantEnd(4401)
	guest.again(n, "link="+l.secret())
	guest.untilSaved(guest.paint("theirs"))
	change(`{"label": "still"}`)
	guest.alive()
	change(`{"lanes": null}`)
	guest.wantEnd(4401)
	guest.again(n, "link="+l.secret())
	guest.untilSaved(guest.EditBelow("lanes"))
}

// Somebody who was offline has edited what was theirs then.
func TestCardMovedAwayMeanwhile(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	l := n.makeLink(b, `{"lanes": ["customer"]}`)
	guest := n.participant("guest", "link="+l.secret(), b.DocumentID)
	guest.untilSeen(genesis.Hash())
	made := guest.card("own", "customer", "s1")
	guest.untilSaved(made)
	guest.hangUp()
	offline := guest.paint("own")

	staff := n.participant("staff", "link="+b.secret("editor"), b.DocumentID)
	staff.untilSeen(made)
	moved := staff.Write(func(find func(...string) changetest.ID) []changetest.Op {
		card := find("elements", "own")
		o := word(card, "lane", "backstage")
		o.Pred = []changetest.ID{{Counter: card.Counter + 2, Actor: card.Actor}}
		return []changetest.Op{o}
	})
	staff.untilSaved(moved)

	guest.again(n, "link="+l.secret())
	guest.untilSaved(offline)
	staff.untilSeen(offline)
	guest.untilSeen(moved)
	guest.paint("own")
	guest.speak()
	guest.wantEnd(4403)
}

func TestLanesOfLinksRefuse(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.LanesPerLink = false, 3 }})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID + "/links"
	for _, body := range []string{
		`{"lanes": []}`, `{"lanes": "customer"}`, `{"lanes": [""]}`, `{"lanes": [1]}`, `{"lanes": [" customer"]}`, `{"lanes": ["a\u0000b"]}`,
		`{"lanes": ["a", "b", "c", "d"]}`, `{"lanes": ["` + strings.Repeat("x", 201) + `"]}`, `{"role": "viewer", "lanes": ["customer"]}`,
		`{"role": "owner", "lanes": ["customer"]}`,
	} {
		isProblem(t, n.as(b.secret("owner"), "POST", path, body), http.StatusBadRequest)
	}
	// Who becomes something else and then an editor again is limited as before.
	l := n.makeLink(b, `{"lanes": ["customer"]}`)
	for role, limited := range map[string]bool{"commenter": false, "owner": false, "editor": true} {
		do[link](t, n.as(b.secret("owner"), "PATCH", path+"/"+l.ID, `{"role": "`+role+`"}`), http.StatusOK)
		if got := do[limits](t, n.as(l.secret(), "GET", "/api/boards/"+b.ID, ""), http.StatusOK); (got.Lanes != nil) != limited {
			t.Errorf("%s: %+v", role, got)
		}
	}
}

// A store of a version before has indexes that do not tell where things stand.
type olderStore struct{ store.Store }

func (s olderStore) Load(ctx context.Context, doc docid.ID) (*store.Document, error) {
	d, err := s.Store.Load(ctx, doc)
	if err == nil && d.Snapshot != nil {
		index := slices.Clone(d.Snapshot.Index[:len(d.Snapshot.Index)-4])
		index[0] = 1
		d.Snapshot.Index = binary.LittleEndian.AppendUint32(index, crc32.Checksum(index, crc32.MakeTable(crc32.Castagnoli)))
	}
	return d, err
}

func TestIndexOfTheVersionBeforeIsMadeAnew(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.CompactChanges, s.RoomGrace = false, 5, time.Millisecond }})
	b := n.createBoard("")
	staff := n.participant("staff", "link="+b.secret("editor"), b.DocumentID)
	staff.untilSeen(genesis.Hash())
	var last crdt.Hash
	for range 10 {
		last = staff.card("theirs", "backstage", "s1")
		staff.untilSaved(last)
	}
	snapshotted := func() bool { return n.stored(b.DocumentID).Snapshot != nil }
	poll(t, "there is a snapshot", snapshotted)
	staff.hangUp()
	poll(t, "the room is gone", func() bool { return n.metric("openmic_rooms") == 0 })
	n.store.Store = olderStore{n.store.Store}
	before := n.stored(b.DocumentID).Snapshot.Length

	l := n.makeLink(b, `{"lanes": ["customer"]}`)
	guest := n.participant("guest", "link="+l.secret(), b.DocumentID)
	guest.untilSeen(last)
	own := guest.card("own", "customer", "s1")
	guest.untilSaved(own)
	// One change is enough for a new snapshot, with an index as they are now.
	poll(t, "there is a newer snapshot", func() bool { return n.stored(b.DocumentID).Snapshot.Length > before })
	guest.paint("theirs")
	guest.speak()
	guest.wantEnd(4403)
}
