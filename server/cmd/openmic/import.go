package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server"
	"openmic/server/genesis"
)

type importCmd struct {
	place
	File      string  `arg:"" help:"File to read: what Automerge's save, or export, wrote, with or without saveIncremental's after it."`
	Title     string  `help:"Title for the new board, instead of that in the file."`
	Foreign   bool    `help:"Take a document that was not made as a board. Programs can open it, the browser client cannot draw it."`
	PublicURL httpURL `placeholder:"URL" help:"Where people reach the server, for the links."`
}

// Run makes the board and prints its links.
func (c *importCmd) Run(s *streams) error {
	settings := server.DefaultSettings()
	title, err := settings.CleanTitle(c.Title)
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("--title: %w", err)}
	}
	ctx, cancel := untilSignal()
	defer cancel()
	eng, err := commandEngine()
	if err != nil {
		return err
	}
	defer eng.Close()
	log, err := readFile(ctx, eng, c.File)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	switch foreign := !isBoard(log); {
	case foreign && !c.Foreign:
		return fmt.Errorf("%s was not made as a board, so the browser client could not draw it; --foreign takes it all the same", c.File)
	case title != "" && !foreign:
		if err := setTitle(ctx, eng, log, title); err != nil {
			return err
		}
	}
	st, err := c.open(ctx)
	if err != nil {
		return advise(err)
	}
	defer st.Close()
	board, err := server.CreateBoard(ctx, st, title, log.log, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "board %s\ndocument %s\n", board.ID, board.Doc)
	for _, role := range server.Roles() {
		fmt.Fprintf(s.out, "%s %s\n", role, board.Link(string(c.PublicURL), role))
	}
	return nil
}

// readFile reads a file of chunks. All that is in it must be fit to be stored.
func readFile(ctx context.Context, eng *engine.Pool, path string) (*replay, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, commandBytes+1))
	if err != nil {
		return nil, err
	}
	if len(file) > commandBytes {
		return nil, fmt.Errorf("it has more than %d bytes", commandBytes)
	}
	log := newReplay(crdt.DefaultLimits())
	for rest := file; len(rest) > 0 || len(file) == 0; {
		var changes [][]byte
		if changes, rest, err = nextChanges(ctx, eng, rest); err != nil {
			return nil, err
		}
		for _, chunk := range changes {
			change, err := crdt.ParseChange(chunk, crdt.DefaultLimits())
			if err == nil {
				_, err = log.add(change)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	if refused := log.settle(); len(refused) > 0 {
		return nil, errors.Join(refused...)
	}
	if n := len(log.waiting); n > 0 {
		return nil, fmt.Errorf("%d changes depend on others that are not in the file", n)
	}
	if log.graph.Len() == 0 {
		return nil, errors.New("the document is empty")
	}
	return log, nil
}

// nextChanges takes the first chunk off a file and returns its changes.
func nextChanges(ctx context.Context, eng *engine.Pool, file []byte) (changes [][]byte, rest []byte, err error) {
	kind, chunk, body, rest, err := cutChunk(file)
	if err != nil {
		return nil, nil, err
	}
	switch kind {
	case chunkChange, chunkDeflated:
		return [][]byte{chunk}, rest, nil
	case chunkDocument:
		heads, err := documentHeads(body)
		if err != nil {
			return nil, nil, err
		}
		if len(heads) == 0 {
			return nil, rest, nil
		}
		changes, err := documentChanges(ctx, eng, chunk, heads)
		return changes, rest, err
	default:
		return nil, nil, fmt.Errorf("chunks of type %d are not supported", kind)
	}
}

// isBoard tells whether everything descends from the change that all boards
// begin with.
func isBoard(log *replay) bool {
	for _, c := range log.log {
		if len(c.Deps) == 0 && c.Hash != genesis.Hash() {
			return false
		}
	}
	return true
}

// setTitle adds a change that sets the title.
func setTitle(ctx context.Context, eng *engine.Pool, log *replay, title string) error {
	chunk, err := eng.Edit(ctx, log.chunks(), log.graph.Heads(), server.TitleEdit(title))
	if err != nil {
		return fmt.Errorf("set title: %w", err)
	}
	change, err := crdt.ParseChange(chunk, crdt.DefaultLimits())
	if err == nil {
		_, err = log.add(change)
	}
	if err != nil {
		return fmt.Errorf("set title: %w", err)
	}
	return nil
}
