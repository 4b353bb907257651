// Package engine does what needs a whole document: it compacts a board's
// changes into a snapshot, takes a snapshot apart into changes, goes back in its
// history, reads it, draws it, and makes changes of the server's own. It is the only
// package that uses the Automerge core, and the only one that runs a script.
//
// The core is compiled to abort on what it does not expect, and recover cannot
// stop that. So it runs in child processes, each with a memory limit and each
// request with a deadline. What the package promises:
//
//   - A child that aborts, hangs or takes too much memory fails the one request
//     it was at. The next request gets a new child.
//   - No answer is taken on trust: the heads of what was loaded are compared
//     with those the caller knows; a snapshot is loaded again, and found to be
//     the same, before it is handed out; changes are parsed and their hashes
//     followed from the first one to the heads.
//   - No child outlives its pool, nor the process that the pool lives in.
//
// Callers hand over only chunks that package crdt has admitted; the limits here
// are for what slips through.
package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"openmic/crdt"
)

var (
	// ErrRefused is an answer: the chunks do not load, do not have the heads
	// that were expected, or the edit does not fit the document. Asking again
	// gives the same.
	ErrRefused = errors.New("engine refused")
	// ErrNoChange is an edit that would leave the document as it is.
	ErrNoChange = errors.New("edit changes nothing")
	// ErrTooLarge is a request or an answer above a limit of Config.
	ErrTooLarge = errors.New("too large for the engine")
	// ErrDied is a child that ended during the request: it aborted, was killed,
	// or ran into its memory limit.
	ErrDied = errors.New("engine died")
	// ErrTimeout is a request that took longer than Config.Timeout.
	ErrTimeout = errors.New("engine took too long")
	// ErrClosed is a request to a pool that is closed or closes meanwhile.
	ErrClosed = errors.New("engine pool closed")
)

// Config holds the pool's limits. A zero takes the default.
type Config struct {
	// Command is the argument vector of a process that calls Serve.
	Command []string
	// Workers is how many children there are at most, and so how many requests
	// run at a time; the others wait. Default 1.
	Workers int
	// Timeout is for one request, without the time it waits for a child.
	// Default 30 s: 20,000 changes that arrive singly take from one to three.
	Timeout time.Duration
	// MemoryBytes is how much a child may grow above what it needs to start.
	// Default 1 GiB; 20,000 changes take less than 96 MiB. Enforced on Linux.
	MemoryBytes int64
	// DocumentBytes bounds the chunks of a request, together, and what is
	// answered, unless that is changes. Default 64 MiB.
	DocumentBytes int64
	// ChangesBytes bounds the change chunks that are answered, together: one by
	// one they take many times the bytes of their document. Default 256 MiB.
	ChangesBytes int64
	// EditBytes bounds an edit and the heads that go with a request, encoded.
	// Default 1 MiB.
	EditBytes int64
}

func (c Config) withDefaults() Config {
	c.Command = slices.Clone(c.Command)
	c.Workers = max(c.Workers, 1)
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.MemoryBytes <= 0 {
		c.MemoryBytes = 1 << 30
	}
	if c.DocumentBytes <= 0 {
		c.DocumentBytes = 64 << 20
	}
	if c.ChangesBytes <= 0 {
		c.ChangesBytes = 256 << 20
	}
	if c.EditBytes <= 0 {
		c.EditBytes = 1 << 20
	}
	c.DocumentBytes = min(c.DocumentBytes, childLimits.body)
	c.ChangesBytes = min(c.ChangesBytes, childLimits.body)
	c.EditBytes = min(c.EditBytes, childLimits.head)
	return c
}

// Pool hands requests to child processes, which it starts when there is first
// something to do. Its methods may be called from any goroutine.
type Pool struct {
	cfg      Config
	idle     chan *worker // every worker that no request holds
	restarts atomic.Int64

	closing context.Context // its cause is ErrClosed
	end     func()
}

// worker is a place for a child. Whoever took it from Pool.idle owns it.
type worker struct {
	child   *child
	started bool // there was a child before
}

// NewPool starts no process yet.
func NewPool(cfg Config) (*Pool, error) {
	if len(cfg.Command) == 0 {
		return nil, errors.New("an engine pool needs a command")
	}
	cfg = cfg.withDefaults()
	p := &Pool{cfg: cfg, idle: make(chan *worker, cfg.Workers)}
	for range cfg.Workers {
		p.idle <- &worker{}
	}
	closing, cancel := context.WithCancelCause(context.Background())
	p.closing = closing
	p.end = sync.OnceFunc(func() {
		cancel(ErrClosed)
		for range cfg.Workers {
			if w := <-p.idle; w.child != nil {
				w.child.stop()
			}
		}
	})
	return p, nil
}

// Close ends every child, and the requests at work with ErrClosed. It returns
// when all of them are gone.
func (p *Pool) Close() error {
	p.end()
	return nil
}

// Restarts counts the children that were started in place of one that ended.
func (p *Pool) Restarts() int64 { return p.restarts.Load() }

// Compacted is a board in one piece.
type Compacted struct {
	Document []byte      // one document chunk
	Heads    []crdt.Hash // sorted; the ones that were expected or asked for
	Changes  int         // how many changes Document holds
}

// Compact makes one document chunk of chunks, which are change and document
// chunks in any order. It refuses unless what it loads has exactly wantHeads.
func (p *Pool) Compact(ctx context.Context, chunks [][]byte, wantHeads []crdt.Hash) (Compacted, error) {
	heads := sortedHeads(wantHeads)
	req := request{Task: taskCompact, Want: joinHashes(heads)}
	ans, document, err := p.ask(ctx, req, chunks, p.cfg.DocumentBytes)
	if err != nil {
		return Compacted{}, fmt.Errorf("compact: %w", err)
	}
	return Compacted{Document: document, Heads: heads, Changes: ans.Changes}, nil
}

// Fork makes one document chunk like Compact, but with nothing in it except the
// changes at and what they depend on. None of at may depend on another. Without
// any it is Compact.
func (p *Pool) Fork(ctx context.Context, chunks [][]byte, wantHeads, at []crdt.Hash) (Compacted, error) {
	if len(at) == 0 {
		return p.Compact(ctx, chunks, wantHeads)
	}
	heads := sortedHeads(at)
	req := request{Task: taskCompact, Want: joinHashes(sortedHeads(wantHeads)), At: joinHashes(heads)}
	ans, document, err := p.ask(ctx, req, chunks, p.cfg.DocumentBytes)
	if err != nil {
		return Compacted{}, fmt.Errorf("fork: %w", err)
	}
	return Compacted{Document: document, Heads: heads, Changes: ans.Changes}, nil
}

// Changes takes chunks apart into one change chunk each, of which every one comes
// after those it depends on, as crdt.ParseChange reads them within
// crdt.Limits.Stored. It refuses unless they make up exactly wantHeads.
func (p *Pool) Changes(ctx context.Context, chunks [][]byte, wantHeads []crdt.Hash) ([][]byte, error) {
	heads := sortedHeads(wantHeads)
	req := request{Task: taskChanges, Want: joinHashes(heads)}
	_, joined, err := p.ask(ctx, req, chunks, p.cfg.ChangesBytes)
	if err != nil {
		return nil, fmt.Errorf("take apart: %w", err)
	}
	changes, err := splitChanges(joined, heads)
	if err != nil {
		return nil, fmt.Errorf("take apart: %w: %w", ErrRefused, err)
	}
	return changes, nil
}

// JSON writes the document down as it was at the heads at, none of which may depend
// on another; without any, as it is now. Keys are sorted, texts are strings, bytes
// are base64, counters and timestamps (milliseconds since 1970) are numbers, as are
// 64 bit integers. Where people disagree, the value that Automerge shows is taken.
func (p *Pool) JSON(ctx context.Context, chunks [][]byte, wantHeads, at []crdt.Hash) ([]byte, error) {
	req := request{Task: taskJSON, Want: joinHashes(sortedHeads(wantHeads)), At: joinHashes(sortedHeads(at))}
	_, text, err := p.ask(ctx, req, chunks, p.cfg.DocumentBytes)
	if err != nil {
		return nil, fmt.Errorf("write down: %w", err)
	}
	if !json.Valid(text) {
		return nil, fmt.Errorf("write down: %w: the answer is not JSON", ErrRefused)
	}
	return text, nil
}

// Draw has a script make a picture of the document, of at most so many bytes. What
// the script may take of time and memory is the child's.
func (p *Pool) Draw(ctx context.Context, chunks [][]byte, wantHeads []crdt.Hash, d Drawing, most int64) ([]byte, error) {
	req := request{Task: taskDraw, Want: joinHashes(sortedHeads(wantHeads)), Draw: &d}
	_, picture, err := p.ask(ctx, req, chunks, min(most, p.cfg.DocumentBytes))
	if err != nil {
		return nil, fmt.Errorf("draw: %w", err)
	}
	return picture, nil
}

// DrawJSON is Draw for a document that is JSON already, as JSON gives it.
func (p *Pool) DrawJSON(ctx context.Context, text []byte, d Drawing, most int64) ([]byte, error) {
	_, picture, err := p.ask(ctx, request{Task: taskDrawJSON, Draw: &d}, [][]byte{text}, min(most, p.cfg.DocumentBytes))
	if err != nil {
		return nil, fmt.Errorf("draw: %w", err)
	}
	return picture, nil
}

// Edit makes one change chunk that depends on wantHeads, which must be the
// heads of chunks. The change is admitted and stored like anybody else's.
func (p *Pool) Edit(ctx context.Context, chunks [][]byte, wantHeads []crdt.Hash, e Edit) ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("edit: %w: %w", ErrRefused, err)
	}
	if len(e.Actor) == 0 {
		e.Actor = make([]byte, 16)
		rand.Read(e.Actor) // never returns an error
	}
	req := request{Task: taskEdit, Want: joinHashes(sortedHeads(wantHeads)), Edit: &e}
	_, change, err := p.ask(ctx, req, chunks, p.cfg.DocumentBytes)
	if err != nil {
		return nil, fmt.Errorf("edit: %w", err)
	}
	return change, nil
}

func sortedHeads(heads []crdt.Hash) []crdt.Hash {
	return slices.SortedFunc(slices.Values(heads), compareHashes)
}

// ask has a child answer with at most so many bytes.
func (p *Pool) ask(ctx context.Context, req request, chunks [][]byte, most int64) (answer, []byte, error) {
	if n := total(chunks); n > p.cfg.DocumentBytes {
		return answer{}, nil, fmt.Errorf("%w: chunks of %d bytes, %d allowed", ErrTooLarge, n, p.cfg.DocumentBytes)
	}
	req.Memory, req.Answer = p.cfg.MemoryBytes, most
	head, err := encoding.Marshal(req)
	if err != nil {
		return answer{}, nil, fmt.Errorf("encode request: %w", err)
	}
	if int64(len(head)) > p.cfg.EditBytes {
		return answer{}, nil, fmt.Errorf("%w: edit and heads of %d bytes, %d allowed", ErrTooLarge, len(head), p.cfg.EditBytes)
	}
	ans, body, err := p.exchange(ctx, head, chunks, most)
	if err != nil {
		return answer{}, nil, err
	}
	switch ans.Status {
	case statusDone:
		return ans, body, nil
	case statusUnchanged:
		return ans, nil, ErrNoChange
	case statusTooLarge:
		return ans, nil, fmt.Errorf("%w: answer above %d bytes", ErrTooLarge, most)
	case statusRefused:
		return ans, nil, fmt.Errorf("%w: %s", ErrRefused, ans.Reason)
	default:
		return ans, nil, fmt.Errorf("decode answer: %w: status %d", errFrame, ans.Status)
	}
}

// exchange waits for a worker, gives it a living child and has it answer.
func (p *Pool) exchange(ctx context.Context, head []byte, chunks [][]byte, most int64) (answer, []byte, error) {
	var w *worker
	select {
	case <-p.closing.Done():
		return answer{}, nil, ErrClosed
	case <-ctx.Done():
		return answer{}, nil, context.Cause(ctx)
	case w = <-p.idle:
	}
	defer func() { p.idle <- w }()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.closing, func() { cancel(ErrClosed) })()
	ctx, cancelTimeout := context.WithTimeoutCause(ctx, p.cfg.Timeout, ErrTimeout)
	defer cancelTimeout()

	if ctx.Err() != nil {
		return answer{}, nil, context.Cause(ctx)
	}
	if err := p.revive(w); err != nil {
		return answer{}, nil, err
	}
	limits := frameLimits{head: p.cfg.EditBytes, body: most}
	return w.child.roundTrip(ctx, limits, head, chunks)
}

// revive puts a living child into w.
func (p *Pool) revive(w *worker) error {
	if w.child != nil {
		if w.child.alive() {
			return nil
		}
		w.child.stop()
		w.child = nil
	}
	c, err := startChild(p.cfg.Command)
	if err != nil {
		return fmt.Errorf("start engine: %w", err)
	}
	if w.started {
		p.restarts.Add(1)
	}
	w.child, w.started = c, true
	return nil
}
