package server

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

// Lengths of what is drawn at random, in bytes.
const (
	secretBytes  = 18 // of a link: 144 bits
	ticketBytes  = 18
	boardIDBytes = 9

	linkIDBytes      = 9
	participantBytes = 9
)

// access is what a session may do.
type access struct {
	open        bool // any document, and new ones
	doc         docid.ID
	board       string
	role        store.Role
	audience    store.Audience
	link        [32]byte // the hash of the secret it came with
	key         string   // the id of the key it came with instead
	participant string   // the id of whose it is; empty for one who has not joined
	person      string   // the id of who is signed in
	locked      bool     // it takes no changes of theirs now
	archived    bool     // it takes none of anybody
	lanes       string   // that they may write in, with a NUL between them; empty: everywhere
}

func (a access) mayRead(doc docid.ID) bool { return a.open || a.doc == doc }
func (a access) mayCreate() bool           { return a.open }

func (a access) mayWrite() bool {
	return a.open || a.role == store.Commenter || a.role == store.Editor || a.role == store.Owner
}

// scope is where one who may write may do so.
func (a access) scope() *crdt.Scope {
	if lanes := a.laneList(); a.role == store.Commenter || lanes != nil {
		return &crdt.Scope{Below: []string{"comments", "votes"}, Lanes: lanes}
	}
	return nil
}

// laneList are the lanes that an editor is limited to; nil: there is no limit.
func (a access) laneList() []string {
	if a.lanes == "" {
		return nil
	}
	return strings.Split(a.lanes, laneBreak)
}

const laneBreak = "\x00"

// principal tells sessions of different people apart, and those who came by a
// link alone as far as the link can.
func (a access) principal() string {
	if a.participant != "" {
		return a.participant
	}
	if a.person != "" {
		return a.person
	}
	return string(a.link[:])
}

// showing is what is shown of oneself: a link, or who needs none.
func (a access) showing() [32]byte {
	if a.link == ([32]byte{}) {
		return secretHash(a.key + a.person)
	}
	return a.link
}

// linkID is the public name of a link. It is made of the secret's hash, so that
// links which are older than names have one as well, and tells nothing of it. No
// link has none.
func linkID(secretHash [32]byte) string {
	if secretHash == ([32]byte{}) {
		return ""
	}
	sum := sha256.Sum256(append([]byte("link "), secretHash[:]...))
	return base64.RawURLEncoding.EncodeToString(sum[:linkIDBytes])
}

// passer names somebody who came by a link alone, as a program does: the same
// peer is the same participant as long as it comes by the same link.
func passer(link [32]byte, peerID string) string {
	sum := sha256.Sum256(append(link[:], peerID...))
	return passerMark + base64.RawURLEncoding.EncodeToString(sum[:participantBytes])
}

// passerMark begins the id of somebody who has not joined.
const passerMark = "~"

func token(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func boardID() string { return publicID(boardIDBytes) }

// publicID draws an id that no program takes for one of its flags.
func publicID(n int) string {
	for {
		if id := token(n); id[0] != '-' {
			return id
		}
	}
}

func secretHash(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }

// tickets are the short-lived, single-use tokens that open a socket, so that a
// link's secret is in no address of a WebSocket.
type tickets struct {
	life  time.Duration
	limit int

	mu   sync.Mutex
	live map[string]ticket
}

type ticket struct {
	comer   comer
	expires time.Time
}

func newTickets(life time.Duration, limit int) *tickets {
	return &tickets{life: life, limit: limit, live: map[string]ticket{}}
}

// issue makes a ticket. False: too many are outstanding.
func (t *tickets) issue(c comer, now time.Time) (name string, expires time.Time, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.live) >= t.limit {
		for name, old := range t.live {
			if now.After(old.expires) {
				delete(t.live, name)
			}
		}
		if len(t.live) >= t.limit {
			return "", time.Time{}, false
		}
	}
	name, expires = token(ticketBytes), now.Add(t.life)
	t.live[name] = ticket{comer: c, expires: expires}
	return name, expires, true
}

// good tells whether a ticket could be redeemed.
func (t *tickets) good(name string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.live[name]
	return ok && !now.After(k.expires)
}

// redeem uses a ticket up.
func (t *tickets) redeem(name string, now time.Time) (comer, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.live[name]
	delete(t.live, name)
	return k.comer, ok && !now.After(k.expires)
}
