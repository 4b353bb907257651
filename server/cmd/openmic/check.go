package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/store"
)

type checkCmd struct{ place }

// Run names each damage on a line of its own, and ends with a summary.
func (c *checkCmd) Run(s *streams) error {
	ctx, cancel := untilSignal()
	defer cancel()
	check := &checkup{out: s.out}
	db, err := c.openToRead(ctx)
	if err != nil {
		if err := check.report("", err); err != nil {
			return unable(err)
		}
		return errDamaged // and there is no way to look further
	}
	defer db.Close()
	eng, err := commandEngine()
	if err != nil {
		return unable(err)
	}
	defer eng.Close()
	check.db, check.engine = db, eng
	if err := check.all(ctx); err != nil {
		return unable(err)
	}
	return check.end()
}

// checkup is one look at everything.
type checkup struct {
	db     store.Inspector
	engine *engine.Pool
	out    io.Writer

	documents, boards, changes, snapshots, attachments int

	damages int
	unknown int // things that could not be checked
}

// report prints damage and counts it; any other error is returned.
func (c *checkup) report(where string, err error) error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range several.Unwrap() {
			if err := c.report(where, err); err != nil {
				return err
			}
		}
		return nil
	}
	if err == nil || !errors.Is(err, store.ErrDamaged) {
		return err
	}
	c.damages++
	fmt.Fprintf(c.out, "%s%v\n", where, err)
	return nil
}

// end prints the summary.
func (c *checkup) end() error {
	fmt.Fprintf(c.out, "openmic: looked at %d boards, %d documents, %d changes, %d snapshots, %d pictures: ",
		c.boards, c.documents, c.changes, c.snapshots, c.attachments)
	switch {
	case c.damages > 0:
		fmt.Fprintf(c.out, "%d damaged\n", c.damages)
		return errDamaged
	case c.unknown > 0:
		fmt.Fprintf(c.out, "%d could not be checked\n", c.unknown)
		return &exitError{status: exitUnable}
	default:
		fmt.Fprintln(c.out, "whole")
		return nil
	}
}

func (c *checkup) all(ctx context.Context) error {
	if err := c.report("", c.db.CheckDatabase(ctx)); err != nil {
		return err
	}
	err := c.db.InspectBoards(ctx, func(_ store.Board, err error) error {
		c.boards++
		return c.report("", err)
	})
	if err := c.report("", err); err != nil {
		return err
	}
	err = c.db.InspectAttachments(ctx, func(_ string, _ store.AttachmentID, err error) error {
		c.attachments++
		return c.report("", err)
	})
	if err := c.report("", err); err != nil {
		return err
	}
	err = c.db.Documents(ctx, func(doc docid.ID, err error) error {
		if err != nil {
			return c.report("", err)
		}
		return c.document(ctx, doc)
	})
	return c.report("", err)
}

func (c *checkup) document(ctx context.Context, doc docid.ID) error {
	c.documents++
	where := fmt.Sprintf("document %s: ", doc)
	log := newReplay(stored())
	whole, before := 0, c.damages // the log is whole up to there
	err := c.db.InspectLog(ctx, doc, func(position int64, e store.Entry, err error) error {
		if err == nil {
			c.changes++
			err = replayRow(log, position, e)
		}
		if err := c.report(where, err); err != nil {
			return err
		}
		log.log = nil // what the graph says of it is enough
		if c.damages == before && len(log.waiting) == 0 {
			whole = log.graph.Len()
		}
		return nil
	})
	if err == nil && len(log.waiting) > 0 {
		err = damage("%d changes depend on others that are missing or come later", len(log.waiting))
	}
	if err := c.report(where, err); err != nil {
		return err
	}
	err = c.db.InspectSnapshots(ctx, doc, func(s store.Snapshot, err error) error {
		c.snapshots++
		if err == nil {
			err = c.snapshot(ctx, s, log, whole)
		}
		if err != nil && !errors.Is(err, store.ErrDamaged) && ctx.Err() == nil {
			// It says nothing of the others.
			c.unknown++
			fmt.Fprintf(c.out, "%ssnapshot of %d changes: cannot be checked: %v\n", where, s.Length, err)
			return nil
		}
		return c.report(where, err)
	})
	return c.report(where, err)
}

// replayRow takes an intact row as it was taken when it came.
func replayRow(log *replay, position int64, e store.Entry) error {
	change, err := parse(e.Change, e.Hash)
	if err != nil {
		return damage("position %d of the log: %v", position, err)
	}
	switch verdict, err := log.add(change); {
	case err != nil:
		return damage("position %d of the log: %v", position, err)
	case verdict == crdt.Known:
		return damage("position %d of the log: change %v is there already", position, e.Hash)
	}
	return nil
}

// snapshot compares a snapshot with the log, as far as that is whole, and what
// the snapshot holds with what it says of it.
func (c *checkup) snapshot(ctx context.Context, s store.Snapshot, log *replay, whole int) error {
	bad := func(format string, args ...any) error {
		return damage("snapshot of %d changes: %s", s.Length, fmt.Sprintf(format, args...))
	}
	graph, err := crdt.UnmarshalGraph(s.Graph)
	switch {
	case err != nil:
		return bad("%v", err)
	case graph.Len() != s.Length:
		return bad("its graph has %d", graph.Len())
	case s.Length <= whole && !bytes.Equal(s.Graph, log.graph.AppendBinary(nil, s.Length)):
		return bad("its graph is not that of the log")
	case s.Length <= whole && !bytes.Equal(s.Index, log.admission.AppendBinary(nil, s.Length)) && !isOld(graph, s.Index):
		return bad("its index is not that of the log")
	case !slices.Equal(graph.Heads(), s.Heads):
		return bad("its heads are not those of its graph")
	}
	chunks, err := documentChanges(ctx, c.engine, s.Chunk, s.Heads)
	if errors.Is(err, errChunk) {
		return bad("%v", err)
	}
	if err != nil {
		return err
	}
	held := make(map[crdt.Hash]bool, len(chunks))
	for _, chunk := range chunks {
		change, err := crdt.ParseChange(chunk, stored())
		if err != nil {
			return bad("%v", err)
		}
		if !graph.Has(change.Hash) {
			return bad("it holds change %v, which its graph does not have", change.Hash)
		}
		held[change.Hash] = true
	}
	if len(held) != s.Length {
		return bad("it holds %d", len(held))
	}
	return nil
}

func damage(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), store.ErrDamaged)
}

// isOld tells whether an index is of a version before: the server does without it.
func isOld(graph *crdt.Graph, index []byte) bool {
	_, err := crdt.ResumeAdmission(graph, index, nil, stored())
	return errors.Is(err, crdt.ErrOldIndex)
}
