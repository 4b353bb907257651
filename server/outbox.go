package server

import "sync"

// An outbox is what waits for one socket: at most one parcel for each room the
// session is in (the room sees to that), and a bounded number of answers.
// Rooms and the session's reader put in, its writer takes out.
type outbox struct {
	limit int           // answers
	wake  chan struct{} // one place; poked whenever something was put in

	mu      sync.Mutex
	answers [][]byte
	parcels []parcel
	ending  *ending // set once: write what is there, then close
}

// A parcel is a room's batch for one of its members.
type parcel struct {
	member *member
	batch
}

func newOutbox(limit int) *outbox {
	return &outbox{limit: limit, wake: make(chan struct{}, 1)}
}

// answer puts in a whole envelope. False: the peer asks faster than it reads.
func (o *outbox) answer(envelope []byte) bool {
	o.mu.Lock()
	full := len(o.answers) >= o.limit
	if !full {
		o.answers = append(o.answers, envelope)
	}
	o.mu.Unlock()
	poke(o.wake)
	return !full
}

func (o *outbox) give(p parcel) {
	o.mu.Lock()
	o.parcels = append(o.parcels, p)
	o.mu.Unlock()
	poke(o.wake)
}

// close asks the writer to end the session. The first reason given stays.
func (o *outbox) close(e *ending) {
	o.mu.Lock()
	if o.ending == nil {
		o.ending = e
	}
	o.mu.Unlock()
	poke(o.wake)
}

// closed tells whether the session has been asked to end.
func (o *outbox) closed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ending != nil
}

// reason is why the session has been asked to end; nil if it has not.
func (o *outbox) reason() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending == nil {
		return nil
	}
	return o.ending
}

// take empties the outbox.
func (o *outbox) take() (answers [][]byte, parcels []parcel, e *ending) {
	o.mu.Lock()
	defer o.mu.Unlock()
	answers, parcels = o.answers, o.parcels
	o.answers, o.parcels = nil, nil
	return answers, parcels, o.ending
}
