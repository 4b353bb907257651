package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"openmic/crdt"
	"openmic/server/store"
)

// A document is what a room begins with, read from the store without the engine.
type document struct {
	graph    *crdt.Graph
	base     int      // the snapshot holds the changes [0,base)
	snapshot []byte   // nil while base is 0
	index    []byte   // of the operations of those changes
	tail     [][]byte // the changes after them
	frozen   *freeze  // nil unless something of it is lost
	actors   []store.Actor
}

// load reads a document. One that has no changes is empty, not an error.
func (r *room) load(ctx context.Context) (*roomState, error) {
	select {
	case r.hub.loading <- struct{}{}:
		defer func() { <-r.hub.loading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, r.hub.settings.LoadTimeout)
	defer cancel()
	settings := &r.hub.settings
	stored, err := r.hub.store.Load(ctx, r.doc)
	if errors.Is(err, store.ErrNotFound) {
		return newRoomState(settings, document{graph: crdt.NewGraph()}), nil
	}
	if err != nil {
		if errors.Is(err, store.ErrDamaged) {
			r.hub.metrics.damage.WithLabelValues("document").Inc()
		}
		return nil, err
	}
	for _, damage := range stored.Damage {
		r.hub.metrics.damage.WithLabelValues("snapshot").Inc()
		r.log.Error().Err(damage).Msg("opened by an older snapshot")
	}
	doc, err := openDocument(settings, stored)
	if err != nil {
		r.hub.metrics.damage.WithLabelValues("document").Inc()
		return nil, err
	}
	if doc.actors, err = r.hub.store.Actors(ctx, r.doc); err != nil {
		return nil, err
	}
	r.hub.metrics.loads.Observe(time.Since(began).Seconds())
	return newRoomState(settings, doc), nil
}

// openDocument puts together what the store has. What of the log is lost, and
// what depends on it, is left out, and the document is frozen.
func openDocument(settings *Settings, stored *store.Document) (document, error) {
	doc := document{graph: crdt.NewGraph()}
	if s := stored.Snapshot; s != nil {
		var err error
		if doc.graph, err = crdt.UnmarshalGraph(s.Graph); err != nil {
			return document{}, fmt.Errorf("%w: graph of the snapshot: %w", store.ErrDamaged, err)
		}
		if doc.graph.Len() != s.Length {
			return document{}, fmt.Errorf("%w: the snapshot's graph has %d changes of %d", store.ErrDamaged, doc.graph.Len(), s.Length)
		}
		doc.base, doc.snapshot, doc.index = s.Length, s.Chunk, s.Index
	}
	doc.tail = make([][]byte, 0, len(stored.Tail))
	lost := stored.Lost
	for i, e := range stored.Tail {
		if err := doc.add(e, settings); err != nil {
			lost = append(lost, fmt.Errorf("%w: change %d of the log: %w", store.ErrDamaged, doc.base+i, err))
			continue
		}
		doc.tail = append(doc.tail, e.Change)
	}
	if len(lost) > 0 {
		doc.frozen = &freeze{condition: frozenDamaged, err: errors.Join(lost[:min(len(lost), maxLost)]...)}
	}
	return doc, nil
}

// maxLost is how much of what is lost is told in the log.
const maxLost = 20

func (d *document) add(e store.Entry, settings *Settings) error {
	c, err := crdt.ParseChange(e.Change, settings.Change.Stored())
	if err != nil {
		return err
	}
	if c.Hash != e.Hash {
		return errors.New("not the one it was stored as")
	}
	_, err = d.graph.Add(c)
	return err
}
