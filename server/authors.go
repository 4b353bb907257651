package server

import (
	"encoding/hex"
	"net/http"

	"openmic/crdt"
	"openmic/server/store"
)

// authorship is who has sent changes of which actor, of one document. It belongs
// to the room. An actor is owned by the participant who first sent a change of it
// that was new to everybody: one that came when both sides had had all of each
// other's. What comes earlier, when a connection begins, may be anybody's: a peer
// then also brings what it had from others and the server lost.
type authorship struct {
	owners  map[crdt.Actor]string
	senders map[sender]bool      // true: as its owner
	news    map[int]*store.Actor // by place in the log, until it is handed to the store
}

type sender struct {
	actor       crdt.Actor
	participant string
}

func newAuthorship(known []store.Actor) authorship {
	a := authorship{owners: map[crdt.Actor]string{}, senders: map[sender]bool{}, news: map[int]*store.Actor{}}
	for _, k := range known {
		a.senders[sender{k.Actor, k.Participant}] = k.Owns
		if k.Owns {
			a.owners[k.Actor] = k.Participant
		}
	}
	return a
}

// mayPass refuses a change of an actor whose owner is here and did not send it:
// they would be at odds with it over their own next change.
func (s *roomState) mayPass(p *peer, actor crdt.Actor) error {
	owner, owned := s.authors.owners[actor]
	if !owned || p.participant == "" || owner == p.participant {
		return nil
	}
	for _, other := range s.peers {
		if other.participant == owner {
			return end(closePeerInUse, "a change of somebody else, who is here themselves")
		}
	}
	return nil
}

// sent notes who has sent the change that was just added to the log, at place i.
func (a *authorship) sent(p *peer, actor crdt.Actor, i int) {
	if p.participant == "" {
		return
	}
	by := sender{actor, p.participant}
	_, owned := a.owners[actor]
	owns := p.level && !owned
	if as, known := a.senders[by]; known && (as || !owns) {
		return
	}
	a.senders[by] = owns
	if owns {
		a.owners[actor] = p.participant
	}
	a.news[i] = &store.Actor{Actor: actor, Participant: p.participant, Link: p.link, Owns: owns}
}

// takeNews returns what there is to keep about the sender of change i, once.
func (a *authorship) takeNews(i int) *store.Actor {
	n := a.news[i]
	delete(a.news, i)
	return n
}

type authorAnswer struct {
	Actor    string         `json:"actor"` // hexadecimal, as Automerge writes it
	Audience store.Audience `json:"audience"`
	// Who it is, for owners: they can take back what somebody wrote.
	Participant string `json:"participant,omitempty"`
}

// authorsOf answers GET /api/boards/{id}/authors: whether customers or staff speak
// by an actor of the board's document, and to owners also who that is.
func (s *Server) authorsOf(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visit(w, r)
	if !ok {
		return
	}
	known, err := s.store.Authors(r.Context(), v.board.Doc, s.settings.AuthorsListed)
	if err != nil {
		s.fail(w, "list authors", err)
		return
	}
	answer := struct {
		Authors []authorAnswer `json:"authors"`
	}{make([]authorAnswer, len(known))}
	for i, a := range known {
		answer.Authors[i] = authorAnswer{Actor: hex.EncodeToString([]byte(a.Actor)), Audience: a.Audience}
		if v.role == store.Owner {
			answer.Authors[i].Participant = a.Participant
		}
	}
	writeJSON(w, http.StatusOK, answer)
}

// settled notes that a peer has had all that the log had, and the log all of its.
func (s *roomState) settled(p *peer, m *crdt.SyncMessage) {
	if p.level || p.starting || len(m.Heads) == 0 {
		return
	}
	for _, h := range m.Heads {
		if !s.graph.Has(h) {
			return
		}
	}
	p.level = true
}
