package server

import (
	"net/netip"
	"testing"

	"github.com/rs/zerolog"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/wire"
)

// A session may end at any moment while it enters a room. If the room does not
// hear that it came, it must not hear what it said either.
func TestSessionThatEndsWhileItEntersARoom(t *testing.T) {
	doc := docid.New()
	for range 200 {
		h := &Hub{settings: DefaultSettings(), log: zerolog.Nop(), metrics: newMetrics(), rooms: map[docid.ID]*room{}}
		r := newRoom(h, doc)
		r.state = newRoomState(&h.settings, document{graph: crdt.NewGraph()})
		close(r.loaded)
		h.rooms[doc] = r
		s := newSession(h, nil, comer{}, access{open: true}, netip.Addr{})
		s.cancel()
		first := crdt.SyncMessage{Version: 1, Heads: []crdt.Hash{{1}}, Have: []crdt.Have{{}}}
		_ = s.handleSync(&wire.Message{Type: wire.TypeSync, DocumentID: doc.String(), Data: first.Append(nil)})
		r.drain()
		if len(r.members) != len(s.members) || r.holders != len(s.members) {
			t.Fatalf("the room has %d members and %d holders, the session is in %d rooms", len(r.members), r.holders, len(s.members))
		}
	}
}
