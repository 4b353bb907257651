package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/store"
)

type exportCmd struct {
	place
	Board  string `arg:"" help:"Id of the board, as in its address, or of its document."`
	Output string `short:"o" required:"" placeholder:"FILE" help:"File to write. One that is there is not overwritten."`
}

// Run writes the file. Damage is named and left out.
func (c *exportCmd) Run(s *streams) error {
	ctx, cancel := untilSignal()
	defer cancel()
	db, err := c.openToRead(ctx)
	if err != nil {
		return unable(err)
	}
	defer db.Close()
	eng, err := commandEngine()
	if err != nil {
		return unable(err)
	}
	defer eng.Close()
	doc, err := findDocument(ctx, db, c.Board)
	if err != nil {
		return unable(err)
	}
	e := &export{db: db, engine: eng, doc: doc, err: s.err, log: newReplay(stored())}
	file, err := e.document(ctx)
	if err != nil {
		return unable(err)
	}
	if len(file) > 0 {
		if err := writeNew(c.Output, file); err != nil {
			return unable(err)
		}
		fmt.Fprintf(s.out, "openmic: wrote %d changes to %s\n", e.log.graph.Len(), c.Output)
	}
	if e.damaged {
		return errDamaged
	}
	return nil
}

// findDocument takes the id of a board or of a document.
func findDocument(ctx context.Context, st store.Store, id string) (docid.ID, error) {
	board, err := st.Board(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		if doc, err := docid.Parse(id); err == nil {
			return doc, nil
		}
		return docid.ID{}, fmt.Errorf("there is no board %q", id)
	}
	return board.Doc, err
}

// export collects what is intact of one document.
type export struct {
	db      store.Inspector
	engine  *engine.Pool
	doc     docid.ID
	err     io.Writer
	log     *replay
	damaged bool
}

func (e *export) name(err error) {
	e.damaged = true
	fmt.Fprintln(e.err, "openmic:", err)
}

// document returns one document chunk, or nothing when nothing is intact.
func (e *export) document(ctx context.Context) ([]byte, error) {
	err := e.db.InspectLog(ctx, e.doc, func(position int64, row store.Entry, err error) error {
		var change *crdt.Change
		if err == nil {
			if change, err = parse(row.Change, row.Hash); err == nil {
				_, err = e.log.add(change)
			}
			if err != nil {
				err = damage("position %d of the log: %v", position, err)
			}
		}
		if err != nil {
			e.name(err)
		}
		return nil
	})
	if errors.Is(err, store.ErrDamaged) { // the database could not read on
		e.name(err)
	} else if err != nil {
		return nil, err
	}
	if e.damaged || len(e.log.waiting) > 0 {
		if err := e.rescue(ctx); err != nil {
			return nil, err
		}
	}
	if e.log.graph.Len() == 0 {
		if e.damaged {
			return nil, nil
		}
		return nil, fmt.Errorf("document %s: %w", e.doc, store.ErrNotFound)
	}
	made, err := e.engine.Compact(ctx, e.log.chunks(), e.log.graph.Heads())
	if err == nil && made.Changes != e.log.graph.Len() {
		err = fmt.Errorf("compact: %d changes of %d", made.Changes, e.log.graph.Len())
	}
	return made.Document, err
}

// rescue looks in the snapshots for what the log has lost.
func (e *export) rescue(ctx context.Context) error {
	err := e.db.InspectSnapshots(ctx, e.doc, func(s store.Snapshot, err error) error {
		var chunks [][]byte
		if err == nil {
			chunks, err = documentChanges(ctx, e.engine, s.Chunk, s.Heads)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			e.name(fmt.Errorf("snapshot of %d changes: %w", s.Length, err))
		}
		for _, chunk := range chunks {
			change, err := crdt.ParseChange(chunk, stored())
			if err == nil {
				_, err = e.log.add(change)
			}
			if err != nil {
				e.name(fmt.Errorf("snapshot of %d changes: %w", s.Length, err))
			}
		}
		return nil
	})
	if errors.Is(err, store.ErrDamaged) {
		e.name(err)
	} else if err != nil {
		return err
	}
	for _, err := range e.log.settle() {
		e.name(err)
	}
	if n := len(e.log.waiting); n > 0 {
		e.name(damage("%d changes that depend on lost ones are left out", n))
	}
	return nil
}

// writeNew writes a file that is not there yet, durably, or leaves none.
func writeNew(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
