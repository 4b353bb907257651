package engine

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"openmic/crdt"
)

// Serve is the child's side: it answers requests from in on out until in ends,
// then returns nil. It writes nothing else to out. The first request sets the
// process's memory limit, so Serve belongs in a process of its own.
func Serve(in io.Reader, out io.Writer) error {
	in = bufio.NewReaderSize(in, 64<<10)
	limited := false
	var drawer drawer
	for {
		head, body, err := readFrame(in, childLimits)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		var req request
		if err := decodeHead(head, &req); err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		if !limited {
			if err := limitProcess(req.Memory); err != nil {
				return fmt.Errorf("limit process: %w", err)
			}
			if err := giveWay(); err != nil {
				return fmt.Errorf("lower priority: %w", err)
			}
			limited = true
		}
		ans, made := handle(&req, body, &drawer)
		head, err = encoding.Marshal(ans)
		if err != nil {
			return fmt.Errorf("encode answer: %w", err)
		}
		if err := writeFrame(out, head, made); err != nil {
			return fmt.Errorf("write answer: %w", err)
		}
		// C memory goes back with finalizers, which Go's small heap would not
		// run for a long time. Nobody waits for this.
		runtime.GC()
	}
}

// handle answers one request. The wrapper around the core panics on some of
// the core's errors; those end here too.
func handle(req *request, chunks []byte, drawer *drawer) (ans answer, made []byte) {
	defer func() {
		if v := recover(); v != nil {
			ans, made = refusal(fmt.Errorf("the core gave up: %v", v)), nil
		}
	}()
	want, err := splitHashes(req.Want)
	if err != nil {
		return refusal(err), nil
	}
	at, err := splitHashes(req.At)
	if err != nil {
		return refusal(err), nil
	}
	switch req.Task {
	case taskCompact:
		made, ans.Changes, err = compact(chunks, want, at)
	case taskEdit:
		made, err = checkAndEdit(chunks, want, req.Edit)
	case taskChanges:
		made, err = changes(chunks, want, req.Answer)
	case taskJSON:
		made, err = documentJSON(chunks, want, at, req.Answer)
	case taskDraw:
		made, err = drawer.draw(chunks, want, req.Draw, req.Answer)
	case taskDrawJSON:
		made, err = drawer.drawJSON(string(chunks), req.Draw, req.Answer)
	default:
		err = fmt.Errorf("%w: task %d", errFrame, req.Task)
	}
	if err != nil {
		return refusal(err), nil
	}
	if int64(len(made)) > req.Answer {
		return answer{Status: statusTooLarge}, nil
	}
	ans.Status = statusDone
	return ans, made
}

func checkAndEdit(chunks []byte, want []crdt.Hash, e *Edit) ([]byte, error) {
	if e == nil {
		return nil, fmt.Errorf("%w: no edit", errFrame)
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return edit(chunks, want, e)
}

func refusal(err error) answer {
	switch {
	case errors.Is(err, errUnchanged):
		return answer{Status: statusUnchanged}
	case errors.Is(err, errTooLarge):
		return answer{Status: statusTooLarge}
	}
	reason := err.Error()
	reason = strings.ToValidUTF8(reason[:min(len(reason), reasonBytes)], "")
	return answer{Status: statusRefused, Reason: reason}
}
