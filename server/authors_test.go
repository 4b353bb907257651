package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/genesis"
	"openmic/server/store"
)

// ownedBy waits until the store knows whose an actor is.
func (n *node) ownedBy(doc string, actor crdt.Actor, participant string) {
	n.t.Helper()
	id := must(docid.Parse(doc))
	poll(n.t, "an actor has its owner", func() bool {
		actors, err := n.store.Actors(n.t.Context(), id)
		return err == nil && slices.ContainsFunc(actors, func(a store.Actor) bool {
			return a.Actor == actor && a.Participant == participant && a.Owns
		})
	})
}

// Nobody takes the next change of somebody who is here.
func TestActorIsItsParticipants(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: closed})
	b := n.createBoard("")
	anna, eve := n.join(b, b.secret("editor"), "{}"), n.join(b, b.secret("editor"), "{}")
	come := func(name, token string) *participant {
		p := n.participant(name, "ticket="+n.ticket(b, b.secret("editor"), token), b.DocumentID)
		p.untilSeen(genesis.Hash())
		return p
	}
	forge := func(from *participant, actor crdt.Actor) []byte {
		chunk := from.Forge(actor)
		m := crdt.SyncMessage{Version: 1, Heads: from.Heads(), Changes: [][]byte{chunk}}
		from.sendSync("sync", b.DocumentID, m.Append(nil))
		return chunk
	}
	victim := come("anna", anna.Token)
	victim.untilSaved(victim.Edit())
	last := victim.Edit()
	victim.untilSaved(last)
	n.ownedBy(b.DocumentID, victim.Actor(), anna.ID)
	answer := n.as(b.secret("viewer"), "GET", "/api/boards/"+b.ID+"/authors", "")
	if want := fmt.Sprintf(`{"authors":[{"actor":"%x","audience":"customer"}]}`, string(victim.Actor())); strings.TrimSpace(string(answer.body)) != want {
		t.Errorf("authors are %s, not %s", answer.body, want)
	}

	attacker := come("eve", eve.Token)
	attacker.untilSeen(last)
	forge(attacker, victim.Actor())
	attacker.wantEnd(4409)
	last = victim.Edit()
	victim.untilSaved(last)

	// It is known after a restart as well.
	victim.hangUp()
	n.stop()
	n = startNode(t, nodeOption{dir: dir, settings: closed})
	victim.again(n, "ticket="+n.ticket(b, b.secret("editor"), anna.Token))
	victim.until("level", victim.Complete)
	attacker = come("eve", eve.Token)
	attacker.untilSeen(last)
	forge(attacker, victim.Actor())
	attacker.wantEnd(4409)

	// While they are away it is passed on, and kept who did.
	victim.hangUp()
	poll(t, "the owner has left", func() bool { return n.metric("openmic_sessions") == 0 })
	attacker = come("eve", eve.Token)
	attacker.untilSeen(last)
	chunk := forge(attacker, victim.Actor())
	passed := must(crdt.ParseChange(chunk, crdt.DefaultLimits())).Hash
	poll(t, "the change is stored", func() bool {
		return slices.ContainsFunc(n.stored(b.DocumentID).Tail, func(e store.Entry) bool { return e.Hash == passed })
	})
	actors := must(n.store.Actors(t.Context(), must(docid.Parse(b.DocumentID))))
	var owners, others []string
	for _, a := range actors {
		if a.Actor == victim.Actor() && a.Owns {
			owners = append(owners, a.Participant)
		} else if a.Actor == victim.Actor() {
			others = append(others, a.Participant)
		}
	}
	if !slices.Equal(owners, []string{anna.ID}) || !slices.Equal(others, []string{eve.ID}) {
		t.Errorf("owned by %q, passed on by %q", owners, others)
	}
}

// Whoever brings what others made and the server lost does not become its owner.
func TestBringingChangesAgainOwnsNothing(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	anna, berit := n.join(b, b.secret("editor"), "{}"), n.join(b, b.secret("editor"), "{}")
	query := func(token string) string { return "ticket=" + n.ticket(b, b.secret("editor"), token) }
	maker := n.participant("anna", query(anna.Token), b.DocumentID)
	maker.untilSeen(genesis.Hash())
	maker.hangUp()
	made := maker.Edit() // which Berit has got, and the server has not
	bringer := n.participant("berit", query(berit.Token), b.DocumentID)
	bringer.untilSeen(genesis.Hash())
	bringer.hangUp()
	bringer.Take(maker.Chunk(made))
	bringer.again(n, query(berit.Token))
	bringer.untilSaved(made)
	maker.again(n, query(anna.Token))
	maker.untilSaved(made)
	maker.untilSaved(maker.Edit())
	maker.untilSaved(maker.Edit())
	n.ownedBy(b.DocumentID, maker.Actor(), anna.ID)
	bringer.alive()
}
