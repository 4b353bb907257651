package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"openmic/crdt"
)

// makeChange encodes a change that sets one key of the root map to a small
// number, beside what others set it to.
func makeChange(actor crdt.Actor, seq, startOp uint64, deps []crdt.Hash, value byte) []byte {
	return makeSet(actor, seq, startOp, deps, 0, 3, []byte{value & 0x7f})
}

// makeSet encodes a change that sets one key of the root map in place of what
// the actor set it to by its operation pred, if that is not 0. Type 7 is bytes.
func makeSet(actor crdt.Actor, seq, startOp uint64, deps []crdt.Hash, pred, valueType uint64, value []byte) []byte {
	deps = slices.Clone(deps)
	slices.SortFunc(deps, func(a, b crdt.Hash) int { return bytes.Compare(a[:], b[:]) })
	body := binary.AppendUvarint(nil, uint64(len(deps)))
	for _, d := range deps {
		body = append(body, d[:]...)
	}
	body = append(binary.AppendUvarint(body, uint64(len(actor))), actor...)
	body = binary.AppendUvarint(binary.AppendUvarint(body, seq), startOp)
	body = append(body, 0, 0, 0) // time, message, other actors
	type column struct {
		spec uint64
		data []byte
	}
	columns := []column{
		{0x15, []byte{0x7f, 1, 'k'}}, // key
		{0x34, []byte{1}},            // insert: one false
		{0x42, []byte{0x7f, 1}},      // action: set
		{0x56, binary.AppendUvarint([]byte{0x7f}, uint64(len(value))<<4|valueType)},
		{0x57, value},
		{0x70, []byte{0x7f, 0}}, // predecessors: none
	}
	if pred > 0 {
		columns[len(columns)-1].data = []byte{0x7f, 1}
		columns = append(columns,
			column{0x71, []byte{0x7f, 0}},                            // predecessor's actor: the first
			column{0x73, appendSignedLEB([]byte{0x7f}, int64(pred))}) // and counter
	}
	body = binary.AppendUvarint(body, uint64(len(columns)))
	for _, c := range columns {
		body = binary.AppendUvarint(binary.AppendUvarint(body, c.spec), uint64(len(c.data)))
	}
	for _, c := range columns {
		body = append(body, c.data...)
	}
	content := append(binary.AppendUvarint([]byte{1}, uint64(len(body))), body...)
	sum := sha256.Sum256(content)
	return append(append([]byte{0x85, 0x6f, 0x4a, 0x83}, sum[:4]...), content...)
}

// appendSignedLEB appends a number that is not negative.
func appendSignedLEB(b []byte, n int64) []byte {
	for ; n > 0x3f; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}

// A simPeer is a client of the simulation: an honest peer of the Automerge sync
// protocol that keeps a graph instead of a document, and otherwise does as the
// reference implementation does.
type simPeer struct {
	t      *testing.T
	name   string
	v2     bool
	graph  *crdt.Graph
	chunks map[crdt.Hash][]byte
	orphan [][]byte // changes whose dependencies have not come
	actor  crdt.Actor
	mine   []crdt.Hash

	shared, lastSent    []crdt.Hash
	theirs              *crdt.SyncMessage
	sent                map[crdt.Hash]bool
	inFlight, responded bool
}

func newSimPeer(t *testing.T, name string, v2 bool) *simPeer {
	return &simPeer{t: t, name: name, v2: v2, graph: crdt.NewGraph(), chunks: map[crdt.Hash][]byte{},
		actor: crdt.Actor(name), sent: map[crdt.Hash]bool{}}
}

// edit makes a change of the peer's own.
func (p *simPeer) edit(r *rand.Rand) {
	chunk := makeChange(p.actor, p.graph.LastSeq(p.actor)+1, p.graph.MaxOp()+1, p.graph.Heads(), byte(r.IntN(128)))
	c := p.add(chunk)
	p.mine = append(p.mine, c.Hash)
}

func (p *simPeer) add(chunk []byte) *crdt.Change {
	c, err := crdt.ParseChange(chunk, crdt.DefaultLimits().Stored())
	if err != nil {
		p.t.Fatalf("%s: change: %v", p.name, err)
	}
	if p.graph.Has(c.Hash) {
		return c
	}
	if _, err := p.graph.Add(c); err != nil {
		p.orphan = append(p.orphan, chunk)
		return c
	}
	p.chunks[c.Hash] = chunk
	orphans := p.orphan
	p.orphan = nil
	for _, o := range orphans {
		p.add(o)
	}
	return c
}

// reconnect forgets what only holds for one connection.
func (p *simPeer) reconnect() {
	p.lastSent, p.theirs, p.inFlight, p.responded = nil, nil, false, false
	p.sent = map[crdt.Hash]bool{}
}

// generate returns the next message for the server, nil if there is none.
func (p *simPeer) generate() []byte {
	m := crdt.SyncMessage{Version: 1, Heads: p.graph.Heads()}
	if p.v2 {
		m.Flags = crdt.SyncFlags(false)
	}
	if p.theirs != nil {
		for _, h := range p.theirs.Heads {
			if !p.graph.Has(h) {
				m.Need = append(m.Need, h)
			}
		}
		for _, o := range p.orphan {
			c, _ := crdt.ParseChange(o, crdt.DefaultLimits())
			for _, d := range c.Deps {
				if !p.graph.Has(d) && !slices.Contains(m.Need, d) {
					m.Need = append(m.Need, d)
				}
			}
		}
	}
	within := p.theirs == nil || !slices.ContainsFunc(m.Need, func(h crdt.Hash) bool { return !slices.Contains(p.theirs.Heads, h) })
	if within {
		var since []crdt.Hash
		for _, i := range p.graph.Missing(p.shared) {
			since = append(since, p.graph.Hash(i))
		}
		m.Have = []crdt.Have{{LastSync: p.shared, Bloom: crdt.NewBloom(since)}}
	}
	var send []crdt.Hash
	if p.theirs != nil {
		if len(p.theirs.Have) > 0 && slices.ContainsFunc(p.theirs.Have[0].LastSync, func(h crdt.Hash) bool { return !p.graph.Has(h) }) {
			reset := crdt.SyncMessage{Version: 1, Heads: m.Heads, Have: []crdt.Have{{}}, Flags: m.Flags}
			return reset.Append(nil)
		}
		send = p.toSend()
	}
	unchanged := slices.Equal(p.lastSent, m.Heads)
	equal := p.theirs != nil && slices.Equal(p.theirs.Heads, m.Heads)
	if unchanged && p.responded && ((equal && len(send) == 0) || p.inFlight) {
		return nil
	}
	for _, h := range send {
		if !p.sent[h] {
			p.sent[h] = true
			m.Changes = append(m.Changes, p.chunks[h])
		}
	}
	p.responded, p.lastSent, p.inFlight = true, m.Heads, true
	return m.Append(nil)
}

// toSend is what the server misses going by what it said it has.
func (p *simPeer) toSend() (send []crdt.Hash) {
	if len(p.theirs.Have) == 0 {
		return p.theirs.Need
	}
	indexes := p.graph.MissingFor(&crdt.SyncMessage{Heads: []crdt.Hash{{}}, Have: p.theirs.Have, Need: p.theirs.Need})
	for _, i := range indexes {
		send = append(send, p.graph.Hash(i))
	}
	return send
}

// receive takes a message of the server's.
func (p *simPeer) receive(b []byte) {
	m, err := crdt.ParseSyncMessage(b, crdt.DefaultLimits())
	if err != nil {
		p.t.Fatalf("%s: message: %v", p.name, err)
	}
	p.inFlight = false
	before := p.graph.Heads()
	for _, chunk := range m.Changes {
		if log, ok := bytes.CutPrefix(chunk, []byte(simSnapshot)); ok {
			if m.Version != 2 || !p.v2 {
				p.t.Fatalf("%s: a snapshot in a version %d message", p.name, m.Version)
			}
			for len(log) > 0 {
				n, size := binary.Uvarint(log)
				p.add(log[size : size+int(n)])
				log = log[size+int(n):]
			}
			continue
		}
		p.add(chunk)
	}
	if len(m.Changes) > 0 {
		// What is new in our heads came from the server; what it had before stays shared.
		shared := slices.DeleteFunc(slices.Clone(p.graph.Heads()), func(h crdt.Hash) bool { return slices.Contains(before, h) })
		for _, h := range p.shared {
			if slices.Contains(p.graph.Heads(), h) {
				shared = append(shared, h)
			}
		}
		p.shared = sorted(shared)
	} else if slices.Equal(m.Heads, before) {
		p.lastSent = m.Heads
	}
	known := slices.DeleteFunc(slices.Clone(m.Heads), func(h crdt.Hash) bool { return !p.graph.Has(h) })
	if len(known) == len(m.Heads) {
		p.shared = sorted(known)
		if len(m.Heads) == 0 {
			p.lastSent, p.sent = nil, map[crdt.Hash]bool{}
		}
	} else {
		p.shared = sorted(append(p.shared, known...))
	}
	p.responded = true
	p.theirs = m
}

func sorted(hashes []crdt.Hash) []crdt.Hash {
	slices.SortFunc(hashes, func(a, b crdt.Hash) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(hashes)
}

// simSnapshot begins what stands for a document chunk in the simulation: the
// chunks themselves, each after its length.
const simSnapshot = "snapshot of the simulation:"

func simSnapshotOf(chunks [][]byte) []byte {
	b := []byte(simSnapshot)
	for _, c := range chunks {
		if log, ok := bytes.CutPrefix(c, []byte(simSnapshot)); ok {
			b = append(b, log...)
			continue
		}
		b = append(binary.AppendUvarint(b, uint64(len(c))), c...)
	}
	return b
}

func (p *simPeer) String() string { return fmt.Sprintf("%s (%d changes)", p.name, p.graph.Len()) }
