package server

import (
	"context"
	"errors"

	"openmic/server/docid"
	"openmic/server/history"
	"openmic/server/store"
)

// The history of a long board is stored as it is made, so that nobody waits for all of
// it again after a start: each whole stretch once, and what leads on from the last one
// now and then. It tells actors, never names. Nothing is lost with it: what is not
// whole, or of another form, is made anew of the log.

// wholeEnd is the part that leads on from the whole stretches.
const wholeEnd = -1

// recall has an empty tape begin with what is stored of it. Called by the one who adds to it.
func (hs *histories) recall(ctx context.Context, doc docid.ID, held *heldTape) {
	if held.recalled || hs.settings.HistoryKept == 0 {
		return
	}
	parts, err := hs.store.History(ctx, doc)
	var tape *history.Tape
	if saved := parts[wholeEnd]; err == nil && saved != nil {
		tape, err = history.Load(saved, func(from int) []byte { return parts[from] })
	}
	held.recalled = ctx.Err() == nil
	if err != nil {
		hs.log.Warn().Err(err).Stringer("document", doc).Msg("a stored history is made anew")
	}
	if tape == nil {
		return
	}
	held.mu.Lock()
	held.tape = tape
	held.mu.Unlock()
	hs.mu.Lock()
	held.stored = tape.Len()
	hs.mu.Unlock()
}

// keep stores a tape beside whoever asked for it, when that is worth it.
func (hs *histories) keep(doc docid.ID, held *heldTape) {
	most := hs.settings.HistoryKept
	hs.mu.Lock()
	worth := most > 0 && !held.storing && held.tape.Len()-held.stored >= most
	from := held.stored
	held.storing = held.storing || worth
	hs.mu.Unlock()
	if !worth {
		return
	}
	hs.running.Go(func() {
		length, err := hs.put(doc, held, from)
		if err != nil && !errors.Is(err, store.ErrNotFound) && hs.ctx.Err() == nil {
			hs.log.Warn().Err(err).Stringer("document", doc).Msg("store history")
		}
		hs.mu.Lock()
		defer hs.mu.Unlock()
		held.storing = false
		if err == nil {
			held.stored = length
		}
	})
}

// put stores a tape of which everything before a position is stored, the end last: it
// is of use only with all stretches that it goes on from.
func (hs *histories) put(doc docid.ID, held *heldTape, from int) (length int, err error) {
	select {
	case hs.storing <- struct{}{}:
		defer func() { <-hs.storing }()
	case <-hs.ctx.Done():
		return 0, hs.ctx.Err()
	}
	held.mu.RLock()
	saved, packed := held.tape.Save(), held.tape.Packed(from)
	length = held.tape.Len()
	held.mu.RUnlock()
	for first, stretch := range packed {
		if err := hs.store.PutHistory(hs.ctx, doc, first, stretch); err != nil {
			return 0, err
		}
	}
	return length, hs.store.PutHistory(hs.ctx, doc, wholeEnd, saved)
}

// prepare has the history of a board made that has just been compacted, if it is long:
// so it is there when somebody asks. It does not wait.
func (hs *histories) prepare(doc docid.ID, changes int) {
	if most := hs.settings.HistoryKept; most == 0 || changes < most {
		return
	}
	hs.running.Go(func() {
		err := hs.read(hs.ctx, doc, func(*history.Tape) error { return nil })
		if err != nil && hs.ctx.Err() == nil {
			hs.log.Warn().Err(err).Stringer("document", doc).Msg("make history ahead")
		}
	})
}
