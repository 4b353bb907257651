package server

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"openmic/crdt"
	"openmic/crdt/changetest"
)

// MakeChange encodes a change that sets one key of the root map.
var MakeChange = makeChange

// MakeSet encodes a change that sets it in place of an earlier one.
var MakeSet = makeSet

// PseudonymOf is what somebody goes by at a board, in English and Swedish.
func PseudonymOf(board, participant string) (english, swedish string) {
	p := pseudonymOf(board, participant)
	return p.English, p.Swedish
}

// HoldGates keeps rooms from being made ready for changes, until release is called.
func HoldGates(s *Server) (release func()) {
	for range cap(s.hub.gates) {
		s.hub.gates <- struct{}{}
	}
	return func() {
		for range cap(s.hub.gates) {
			<-s.hub.gates
		}
	}
}

// WaitingToCompact is how many boards wait for their turn at that.
func WaitingToCompact(s *Server) (urgent, quiet int) {
	c := s.hub.compactions
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.urgent), len(c.quiet)
}

// A Replica is a client of the simulation, for tests over real sockets.
type Replica struct {
	peer *simPeer
	rand *rand.Rand
}

func NewReplica(t *testing.T, name string, v2 bool) *Replica {
	return &Replica{peer: newSimPeer(t, name, v2), rand: rand.New(rand.NewPCG(3, 4))}
}

// Edit makes a change.
func (r *Replica) Edit() crdt.Hash {
	r.peer.edit(r.rand)
	return r.peer.mine[len(r.peer.mine)-1]
}

// EditBytes makes a change of so many bytes.
func (r *Replica) EditBytes(n int) crdt.Hash {
	value := bytes.Repeat([]byte{byte(r.rand.Uint32())}, n)
	p := r.peer
	c := p.add(makeSet(p.actor, p.graph.LastSeq(p.actor)+1, p.graph.MaxOp()+1, p.graph.Heads(), 0, 7, value))
	p.mine = append(p.mine, c.Hash)
	return c.Hash
}

// EditBelow makes a change that sets a key of a map of the root.
func (r *Replica) EditBelow(root string) crdt.Hash {
	return r.Write(func(find func(...string) changetest.ID) []changetest.Op {
		return []changetest.Op{{Object: find(root), Key: "k", Action: crdt.Set, Type: crdt.True}}
	})
}

// Write makes a change of operations, which find the maps of the document by their keys.
func (r *Replica) Write(ops func(find func(keys ...string) changetest.ID) []changetest.Op) crdt.Hash {
	p := r.peer
	d := changetest.Change{Actor: p.actor, Seq: p.graph.LastSeq(p.actor) + 1, StartOp: p.graph.MaxOp() + 1, Deps: p.graph.Heads()}
	d.Ops = ops(func(keys ...string) changetest.ID {
		var at changetest.ID
		for _, key := range keys {
			at = p.find(at, key)
		}
		return at
	})
	c := p.add(d.Chunk())
	p.mine = append(p.mine, c.Hash)
	return c.Hash
}

// find returns the newest map at a key of another.
func (p *simPeer) find(in changetest.ID, key string) (found changetest.ID) {
	for i := range p.graph.Len() {
		c, err := crdt.ParseChange(p.chunks[p.graph.Hash(i)], crdt.DefaultLimits())
		if err != nil {
			p.t.Fatal(err)
		}
		d := changetest.Read(c)
		for j, op := range d.Ops {
			if op.Object == in && op.Key == key && op.Action == crdt.MakeMap {
				found = d.ID(j)
			}
		}
	}
	return found
}

// Next names operation i of the change that is written next.
func (r *Replica) Next(i int) changetest.ID {
	return changetest.ID{Counter: r.peer.graph.MaxOp() + 1 + uint64(i), Actor: r.peer.actor}
}

// Generate returns the next message for the server, nil if there is none.
func (r *Replica) Generate() []byte { return r.peer.generate() }

// Receive takes a message of the server's.
func (r *Replica) Receive(b []byte) { r.peer.receive(b) }

// Reconnect forgets what only holds for one connection.
func (r *Replica) Reconnect() { r.peer.reconnect() }

func (r *Replica) Has(h crdt.Hash) bool     { return r.peer.graph.Has(h) }
func (r *Replica) Len() int                 { return r.peer.graph.Len() }
func (r *Replica) Heads() []crdt.Hash       { return r.peer.graph.Heads() }
func (r *Replica) Chunk(h crdt.Hash) []byte { return r.peer.chunks[h] }
func (r *Replica) Graph() *crdt.Graph       { return r.peer.graph }
func (r *Replica) Actor() crdt.Actor        { return r.peer.actor }

// Complete tells whether the replica has all that the server said it has.
func (r *Replica) Complete() bool {
	return r.peer.theirs != nil && !slices.ContainsFunc(r.peer.theirs.Heads, func(h crdt.Hash) bool { return !r.Has(h) })
}

// Saved tells whether the heads that the server told last contain a change.
func (r *Replica) Saved(h crdt.Hash) bool {
	i, ok := r.peer.graph.Index(h)
	return ok && r.peer.theirs != nil && len(r.peer.theirs.Heads) > 0 &&
		!slices.Contains(r.peer.graph.Missing(r.peer.theirs.Heads), i)
}

// Forge returns a chunk with the next change of another's actor, on all that the
// replica has.
func (r *Replica) Forge(actor crdt.Actor) []byte {
	g := r.peer.graph
	return makeChange(actor, g.LastSeq(actor)+1, g.MaxOp()+1, g.Heads(), 99)
}

// Patterns are those of all routes.
func (s *Server) Patterns() (patterns []string) {
	for _, r := range s.routeTable(fstest.MapFS{}) {
		patterns = append(patterns, r.pattern)
	}
	return patterns
}

// OwnPath is where a sign-in leads back to.
var OwnPath = ownPath

// Sweep removes what is due at that time.
func Sweep(s *Server, now time.Time) error { return sweeper{s.hub}.sweep(context.Background(), now) }

// Take enters a change that came from elsewhere.
func (r *Replica) Take(chunk []byte) { r.peer.add(chunk) }
