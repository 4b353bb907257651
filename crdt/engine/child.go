package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

// child is one running engine process. Its user is alone with it: a request is
// finished or the process is ended before the next one.
type child struct {
	in  *os.File // the process reads what is written here
	out *os.File

	process *os.Process
	stderr  firstBytes
	done    chan struct{} // closed when the process has ended and is reaped
	ended   error         // how it ended; read after done
}

// stderrWait bounds how long a dead child's error output is waited for.
const stderrWait = time.Second

func startChild(command []string) (*child, error) {
	childIn, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	out, childOut, err := os.Pipe()
	if err != nil {
		childIn.Close()
		in.Close()
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	c := &child{in: in, out: out, done: make(chan struct{})}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = []string{} // no secret of the server's is within its reach
	cmd.Stdin, cmd.Stdout, cmd.Stderr = childIn, childOut, &c.stderr
	cmd.WaitDelay = stderrWait
	cmd.SysProcAttr = childAttributes()

	started := make(chan error)
	go func() {
		// The kernel takes the end of the thread that started the child for the
		// parent's, so this one is kept as long as the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		childIn.Close()
		childOut.Close()
		c.process = cmd.Process
		started <- err
		if err != nil {
			return
		}
		c.ended = cmd.Wait()
		close(c.done)
	}()
	if err := <-started; err != nil {
		in.Close()
		out.Close()
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	return c, nil
}

func (c *child) alive() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

func (c *child) kill() { _ = c.process.Kill() }

// stop ends the process and waits until it is reaped. The child keeps nothing
// that a gentler end would save.
func (c *child) stop() {
	c.kill()
	<-c.done
	c.in.Close()
	c.out.Close()
}

// roundTrip sends one frame and reads the one that answers it. After an error
// the child is stopped. When ctx ends, so does the process, and with it every
// read and write here.
func (c *child) roundTrip(ctx context.Context, limits frameLimits, head []byte, body [][]byte) (ans answer, made []byte, err error) {
	release := context.AfterFunc(ctx, c.kill)
	written := make(chan error, 1)
	go func() { written <- writeFrame(c.in, head, body...) }()

	ansHead, made, err := readFrame(c.out, limits)
	if err == nil {
		err = decodeHead(ansHead, &ans)
	}
	if err != nil {
		c.kill() // so that a blocked write ends
	}
	if writeErr := <-written; err == nil && writeErr != nil {
		err = fmt.Errorf("%w: answered before the request was read", errFrame)
	}
	killed := !release()
	if err == nil && !killed {
		return ans, made, nil
	}
	c.stop()
	switch {
	case err == nil: // the answer came, and the deadline with it
		return ans, made, nil
	case killed:
		return answer{}, nil, context.Cause(ctx)
	case errors.Is(err, errFrame):
		return answer{}, nil, fmt.Errorf("%w: %w", ErrDied, err)
	default:
		return answer{}, nil, fmt.Errorf("%w: %s", ErrDied, c.fate())
	}
}

var panicPlace = regexp.MustCompile(`panicked at .*?([A-Za-z0-9_]+\.rs:\d+)`)

// fate says how the process ended and, as far as its error output tells, why.
// Only what cannot be a board's content is taken from there.
func (c *child) fate() string {
	fate := "ended"
	if c.ended != nil {
		fate = c.ended.Error()
	}
	text := c.stderr.String()
	if strings.Contains(text, "memory allocation of") || strings.Contains(text, "cannot allocate memory") ||
		strings.Contains(text, "out of memory") {
		return fate + ", out of memory"
	}
	if place := panicPlace.FindStringSubmatch(strings.ReplaceAll(text, "\n", " ")); place != nil {
		return fate + ", at " + place[1]
	}
	return fate
}

// firstBytes keeps the beginning of what is written to it, where a dying
// process says why, and lets the rest go.
type firstBytes struct {
	mu   sync.Mutex
	kept []byte
}

const stderrBytes = 4 << 10

func (f *firstBytes) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept = append(f.kept, p[:min(len(p), stderrBytes-len(f.kept))]...)
	return len(p), nil
}

func (f *firstBytes) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.kept)
}
