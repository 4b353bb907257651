package server

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/history"
	"openmic/server/store"
)

// histories are the tapes of the boards that somebody looks back on. A tape is made
// of the stored log alone, so the rooms notice nothing: it is read a page at a time,
// and one tape is being made at once. Those looked at longest ago go when they all
// take too much, and any that nobody asks for.
type histories struct {
	settings *Settings
	store    store.Store
	metrics  *metrics
	log      zerolog.Logger
	turn     chan struct{} // held by whoever adds to a tape
	storing  chan struct{} // held by whoever stores one
	// Beside the requests, until the node ends.
	ctx     context.Context
	running *sync.WaitGroup

	mu   sync.Mutex // never held across I/O or a channel operation
	kept map[docid.ID]*heldTape
}

// A heldTape is a tape and what guards it.
type heldTape struct {
	mu   sync.RWMutex // guards tape; held while adding a page, never across I/O
	tape *history.Tape
	// The one who adds to it also owns these.
	making   chan struct{} // a place for them
	broken   bool          // what came next did not fit
	recalled bool          // what is stored of it was looked for

	end atomic.Pointer[packedEnd]

	// Guarded by histories.mu:
	size    int
	used    time.Time
	stored  int // its length when it was last stored
	storing bool
}

// A packedEnd is the stretch at the end of a tape, as it was when it was last asked for.
type packedEnd struct {
	to     int
	packed []byte
}

var errHistoryBusy = errors.New("too many histories are being read")

// historyPage is how many changes are read at once, and added before others have a turn.
const (
	historyPage  = 4096
	historySlice = 64
)

func newHistories(ctx context.Context, h *Hub) *histories {
	return &histories{
		settings: &h.settings, store: h.store, metrics: h.metrics, log: h.log, ctx: ctx, running: &h.running,
		turn: make(chan struct{}, 1), storing: make(chan struct{}, 1), kept: map[docid.ID]*heldTape{},
	}
}

// read calls f with the tape of a document, with all that is stored of it.
// f must not keep it.
func (hs *histories) read(ctx context.Context, doc docid.ID, f func(*history.Tape) error) error {
	return hs.readHeld(ctx, doc, func(held *heldTape) error { return f(held.tape) })
}

func (hs *histories) readHeld(ctx context.Context, doc docid.ID, f func(*heldTape) error) error {
	ctx, cancel := context.WithTimeout(ctx, hs.settings.HistoryTimeout)
	defer cancel()
	held := hs.hold(doc)
	if err := hs.catchUp(ctx, doc, held); err != nil {
		return err
	}
	defer hs.shrink(doc)
	held.mu.RLock()
	defer held.mu.RUnlock()
	if held.tape.Len() == 0 {
		return errNoRoom
	}
	return f(held)
}

// stretch returns the stretch that goes on from a moment, packed, and a tag if it is
// whole. One that is whole and held is not looked up in the log: nothing can have
// become of it.
func (hs *histories) stretch(ctx context.Context, doc docid.ID, moment string) (packed []byte, tag string, err error) {
	if n, err := strconv.Atoi(moment); err == nil {
		if s := hs.held(doc).whole(n); s.Whole() {
			return s.Packed, tagOf(&s), nil
		}
	}
	err = hs.readHeld(ctx, doc, func(held *heldTape) error {
		position, err := readMoment(held.tape, moment)
		if err != nil {
			return err
		}
		s, err := held.tape.Stretch(position)
		if err != nil {
			return err
		}
		packed, tag = held.pack(&s), tagOf(&s)
		return nil
	})
	return packed, tag, err
}

// tagOf names a stretch that never becomes another one.
func tagOf(s *history.Stretch) string {
	if !s.Whole() {
		return ""
	}
	return fmt.Sprintf(`W/"%d-%d-%x"`, s.From, s.To, s.Sum)
}

// whole returns the stretch that goes on from a position if that is whole.
func (held *heldTape) whole(position int) history.Stretch {
	if held != nil {
		held.mu.RLock()
		defer held.mu.RUnlock()
		if s, err := held.tape.Stretch(position); err == nil && s.Whole() && position < s.To {
			return s
		}
	}
	return history.Stretch{}
}

// pack compresses the stretch at the end once for all who ask while nothing is added.
func (held *heldTape) pack(s *history.Stretch) []byte {
	if end := held.end.Load(); end != nil && end.to == s.To && !s.Whole() {
		return end.packed
	}
	packed := s.Pack()
	if !s.Whole() {
		held.end.Store(&packedEnd{to: s.To, packed: packed})
	}
	return packed
}

// held returns the tape of a document if there is one.
func (hs *histories) held(doc docid.ID) *heldTape {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	held := hs.kept[doc]
	if held != nil {
		held.used = time.Now()
	}
	return held
}

func (hs *histories) hold(doc docid.ID) *heldTape {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	held := hs.kept[doc]
	if held == nil {
		held = &heldTape{tape: history.NewTape(), making: make(chan struct{}, 1)}
		hs.kept[doc] = held
	}
	held.used = time.Now()
	return held
}

// catchUp adds what the log has that the tape has not.
func (hs *histories) catchUp(ctx context.Context, doc docid.ID, held *heldTape) error {
	select {
	case held.making <- struct{}{}:
		defer func() { <-held.making }()
	case <-ctx.Done():
		return errHistoryBusy
	}
	if held.broken {
		held.mu.Lock()
		held.tape, held.broken = history.NewTape(), false
		held.mu.Unlock()
		hs.mu.Lock()
		held.stored = 0
		hs.mu.Unlock()
	}
	select {
	case hs.turn <- struct{}{}:
		defer func() { <-hs.turn }()
	case <-ctx.Done():
		return errHistoryBusy
	}
	began := time.Now()
	hs.recall(ctx, doc, held)
	first := held.tape.Len() // this goroutine alone changes it
	for {
		entries, err := hs.store.Log(ctx, doc, held.tape.Len(), historyPage)
		if errors.Is(err, store.ErrDamaged) {
			break // what is before it is shown
		}
		if err != nil {
			return err
		}
		if err := hs.add(ctx, held, entries); err != nil {
			held.broken = true
			return fmt.Errorf("make history of document %s: %w", doc, err)
		}
		if len(entries) < historyPage {
			break
		}
	}
	if held.tape.Len() > first {
		hs.metrics.histories.Observe(time.Since(began).Seconds())
	}
	hs.keep(doc, held)
	return nil
}

// add puts entries on a tape, a few at a time, and lets others have their turn.
func (hs *histories) add(ctx context.Context, held *heldTape, entries []store.Entry) error {
	limits := hs.settings.Change.Stored()
	for len(entries) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(historySlice, len(entries))
		changes := make([]*crdt.Change, n)
		for i, e := range entries[:n] {
			var err error
			if changes[i], err = crdt.ParseChange(e.Change, limits); err != nil {
				return err
			}
		}
		held.mu.Lock()
		for i, c := range changes {
			if err := held.tape.Add(c, entries[i].At); err != nil {
				held.mu.Unlock()
				return err
			}
		}
		held.mu.Unlock()
		entries = entries[n:]
		runtime.Gosched()
	}
	return nil
}

// shrink lets go of tapes while all take too much; that of doc stays. It also lets go
// of those that nobody has asked for in a while.
func (hs *histories) shrink(doc docid.ID) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if held := hs.kept[doc]; held != nil {
		held.mu.RLock()
		held.size = held.tape.Size()
		held.mu.RUnlock()
	}
	total, now := 0, time.Now()
	for name, held := range hs.kept {
		if name != doc && now.Sub(held.used) > hs.settings.HistoryGrace {
			delete(hs.kept, name)
			continue
		}
		total += held.size
	}
	for total > hs.settings.HistoryBytes {
		var oldest docid.ID
		var found *heldTape
		for name, held := range hs.kept {
			if name != doc && (found == nil || held.used.Before(found.used)) {
				oldest, found = name, held
			}
		}
		if found == nil {
			return
		}
		total -= found.size
		delete(hs.kept, oldest)
	}
}

// tidy lets go of what nobody looks at any more, for as long as the server runs.
func (hs *histories) tidy(ctx context.Context) {
	ticker := time.NewTicker(hs.settings.HistoryGrace / 2)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			hs.shrink(docid.ID{})
		case <-ctx.Done():
			return
		}
	}
}
