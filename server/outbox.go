package server

import "sync"

// An outbox is what waits for one socket: at most one parcel for each room the
// session is in (the room sees to that), and a bounded number of answers.
// Whoever puts something in while nobody is writing writes it, without waiting;
// what the socket does not take at once is left to a goroutine (socket.go).
type outbox struct {
	limit int           // answers
	done  chan struct{} // closed when nothing is written any more

	mu      sync.Mutex
	load            // what waits
	writing bool    // somebody takes what is put in; so until serve begins
	ending  *ending // set once: write what is there, then close
	over    bool    // nothing is written any more
	failure error   // why, if the socket failed
}

// A load is what is written in one go.
type load struct {
	answers [][]byte
	parcels []parcel
	ping    bool
}

func (l *load) empty() bool { return len(l.answers) == 0 && len(l.parcels) == 0 && !l.ping }

// A parcel is a room's batch for one of its members.
type parcel struct {
	member *member
	batch
}

func newOutbox(limit int) *outbox {
	return &outbox{limit: limit, done: make(chan struct{}), writing: true}
}

// put puts something in. mine tells whether the caller is to write it.
func (o *outbox) put(add func(*load)) (mine bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return false
	}
	add(&o.load)
	return o.begin()
}

// begin makes the caller the one who writes, unless somebody is. mu is held.
func (o *outbox) begin() bool {
	if o.writing || o.over {
		return false
	}
	o.writing = true
	return true
}

// take empties the outbox for the one who writes. With nothing in it, that one is
// done, and nobody writes.
func (o *outbox) take() (l load, e *ending, more bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	l, o.load = o.load, load{}
	if l.empty() && o.ending == nil {
		o.writing = false
		return l, nil, false
	}
	return l, o.ending, true
}

// close asks for the end of the session. The first reason given stays. mine tells
// whether the caller is to write what is left.
func (o *outbox) close(e *ending) (mine bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending != nil {
		return false
	}
	o.ending = e
	return o.begin()
}

// finish notes that nothing is written any more. failure is why, unless that is
// an ending which was asked for.
func (o *outbox) finish(failure error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return
	}
	o.over, o.failure, o.load = true, failure, load{}
	close(o.done)
}

// closed tells whether the session has been asked to end.
func (o *outbox) closed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ending != nil
}

// behind tells whether the socket is being written to.
func (o *outbox) behind() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.writing
}

// reason is why the session ended, as far as that is known here: the socket
// failed, or somebody asked for it. nil: neither.
func (o *outbox) reason() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.failure != nil:
		return o.failure
	case o.ending != nil:
		return o.ending
	}
	return nil
}
