package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/crdt/engine"
)

// compacts fails the test unless the pool does its work.
func compacts(t *testing.T, pool *engine.Pool) {
	t.Helper()
	chunks, heads := history(5)
	if _, err := pool.Compact(t.Context(), chunks, heads); err != nil {
		t.Fatal(err)
	}
}

// onlyChild gives the process id of the pool's one child.
func onlyChild(t *testing.T) int {
	t.Helper()
	children := childrenOf(os.Getpid())
	if len(children) != 1 {
		t.Fatalf("children %v, want one", children)
	}
	return children[0]
}

func TestNoChildBeforeTheFirstRequest(t *testing.T) {
	pool := newPool(t, config("engine"))
	if children := childrenOf(os.Getpid()); len(children) != 0 {
		t.Errorf("children %v", children)
	}
	compacts(t, pool)
	first := onlyChild(t)
	compacts(t, pool)
	if again := onlyChild(t); again != first {
		t.Error("a second request started a second child")
	}
}

// However much the engine has to do, the server's own threads go first.
func TestChildGivesWay(t *testing.T) {
	pool := newPool(t, config("engine"))
	compacts(t, pool)
	// The system call tells 20 less what the priority is: the lower, the nicer.
	parent, err := syscall.Getpriority(syscall.PRIO_PROCESS, os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", onlyChild(t)))
	if err != nil || len(threads) == 0 {
		t.Fatalf("%d threads, %v", len(threads), err)
	}
	for _, thread := range threads {
		id, _ := strconv.Atoi(thread.Name())
		if child, err := syscall.Getpriority(syscall.PRIO_PROCESS, id); err != nil || child >= parent {
			t.Errorf("thread %d has priority %d (%v), its parent %d", id, 20-child, err, 20-parent)
		}
	}
}

func TestAbortFailsOneRequest(t *testing.T) {
	// A saved document with flipped bytes and a checksum that is right again.
	hostile, err := os.ReadFile("testdata/aborts.document")
	if err != nil {
		t.Fatal(err)
	}
	pool := newPool(t, config("engine"))
	_, heads := history(5)
	for i := range int64(3) {
		_, err := pool.Compact(t.Context(), [][]byte{hostile}, heads)
		if !errors.Is(err, engine.ErrDied) || !strings.Contains(err.Error(), "types.rs") {
			t.Fatalf("error %v, want a death with the place of the panic", err)
		}
		compacts(t, pool)
		if n := pool.Restarts(); n != i+1 {
			t.Fatalf("%d restarts after %d deaths", n, i+1)
		}
	}
}

func TestFlippedBytesNeverGetThrough(t *testing.T) {
	pool := newPool(t, config("engine"))
	chunks, heads := history(6)
	whole, err := pool.Compact(t.Context(), chunks, heads)
	if err != nil {
		t.Fatal(err)
	}
	died := 0
	for at := 8; at < len(whole.Document); at++ {
		document := append([]byte(nil), whole.Document...)
		document[at] ^= 0x15
		_, err := pool.Compact(t.Context(), [][]byte{repaired(document)}, heads)
		switch {
		case errors.Is(err, engine.ErrDied):
			died++
		case err != nil && !errors.Is(err, engine.ErrRefused):
			t.Errorf("byte %d: %v", at, err)
		}
	}
	compacts(t, pool)
	if n := pool.Restarts(); n != int64(died) || died == 0 {
		t.Errorf("%d restarts for %d deaths", n, died)
	}
}

func TestChildKilledBetweenRequests(t *testing.T) {
	pool := newPool(t, config("engine"))
	compacts(t, pool)
	if err := syscall.Kill(onlyChild(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the killed child is gone", func() bool { return len(childrenOf(os.Getpid())) == 0 })
	eventually(t, "the pool has a new child", func() bool {
		chunks, heads := history(5)
		_, err := pool.Compact(t.Context(), chunks, heads)
		return err == nil
	})
	if n := pool.Restarts(); n != 1 {
		t.Errorf("%d restarts", n)
	}
}

func TestChildKilledDuringARequest(t *testing.T) {
	pool := newPool(t, config("hang"))
	failed := make(chan error)
	go func() {
		_, err := pool.Compact(t.Context(), nil, nil)
		failed <- err
	}()
	eventually(t, "the child runs", func() bool { return len(childrenOf(os.Getpid())) == 1 })
	if err := syscall.Kill(onlyChild(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; !errors.Is(err, engine.ErrDied) || !strings.Contains(err.Error(), "killed") {
		t.Errorf("error %v", err)
	}
}

func TestStoppedChildIsKilledAtTheDeadline(t *testing.T) {
	cfg := config("engine")
	cfg.Timeout = 5 * time.Second
	pool := newPool(t, cfg)
	compacts(t, pool)
	first := onlyChild(t)
	if err := syscall.Kill(first, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	chunks, heads := history(5)
	if _, err := pool.Compact(ctx, chunks, heads); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the caller's deadline", err)
	}
	compacts(t, pool)
	if onlyChild(t) == first {
		t.Error("the stopped child still serves")
	}
}

// Whatever a child does, the request ends and says how.
func TestMisbehavingChild(t *testing.T) {
	large := make([]byte, 4<<20) // more than any pipe holds
	for role, want := range map[string]error{
		"hang":  engine.ErrTimeout,
		"flood": engine.ErrDied,
		"boast": engine.ErrDied,
		"leave": engine.ErrDied,
	} {
		for name, chunks := range map[string][][]byte{"small": nil, "large": {large}} {
			t.Run(role+" "+name, func(t *testing.T) {
				cfg := config(role)
				cfg.Timeout = 200 * time.Millisecond
				if want != engine.ErrTimeout {
					cfg.Timeout = 10 * time.Second
				}
				pool := newPool(t, cfg)
				for range 2 {
					if _, err := pool.Compact(t.Context(), chunks, nil); !errors.Is(err, want) {
						t.Errorf("error %v, want %v", err, want)
					}
				}
			})
		}
	}
}

func TestCommandThatDoesNotExist(t *testing.T) {
	pool := newPool(t, engine.Config{Command: []string{"/nowhere/openmic"}})
	if _, err := pool.Compact(t.Context(), nil, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if _, err := engine.NewPool(engine.Config{}); err == nil {
		t.Error("a pool without a command")
	}
}

func TestCancelledWhileWaitingForAWorker(t *testing.T) {
	pool := newPool(t, config("hang"))
	first, stopFirst := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := pool.Compact(first, nil, nil)
		failed <- err
	}()
	eventually(t, "the child runs", func() bool { return len(childrenOf(os.Getpid())) == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := pool.Compact(ctx, nil, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the second: %v", err)
	}
	stopFirst()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
}

func TestMemoryLimit(t *testing.T) {
	cfg := config("engine")
	cfg.MemoryBytes = 96 << 20
	pool := newPool(t, cfg)
	compacts(t, pool)
	if _, err := pool.Compact(t.Context(), [][]byte{bomb(t, 512)}, nil); !errors.Is(err, engine.ErrDied) ||
		!strings.Contains(err.Error(), "out of memory") {
		t.Errorf("error %v", err)
	}
	compacts(t, pool)
	if n := pool.Restarts(); n != 1 {
		t.Errorf("%d restarts", n)
	}
}

// One child serves many requests without growing towards its limit.
func TestMemoryIsGivenBack(t *testing.T) {
	cfg := config("engine")
	cfg.MemoryBytes = 160 << 20
	pool := newPool(t, cfg)
	chunks, heads := history(2_000)
	for i := range 20 {
		if _, err := pool.Compact(t.Context(), chunks, heads); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if n := pool.Restarts(); n != 0 {
		t.Errorf("%d restarts", n)
	}
}

func TestTooLarge(t *testing.T) {
	cfg := config("engine")
	cfg.DocumentBytes = 1000
	pool := newPool(t, cfg)
	chunks, heads := history(40)
	if _, err := pool.Compact(t.Context(), chunks, heads); !errors.Is(err, engine.ErrTooLarge) {
		t.Errorf("request above the limit: %v", err)
	}
	cfg.DocumentBytes, cfg.EditBytes = 1<<20, 200
	strict := newPool(t, cfg)
	if _, err := strict.Compact(t.Context(), chunks, heads); err != nil {
		t.Errorf("one head: %v", err)
	}
	if _, err := strict.Compact(t.Context(), chunks, make([]crdt.Hash, 6)); !errors.Is(err, engine.ErrTooLarge) {
		t.Errorf("six heads: %v", err)
	}
}

func TestConcurrentRequests(t *testing.T) {
	cfg := config("engine")
	cfg.Workers = 3
	pool := newPool(t, cfg)
	hostile, err := os.ReadFile("testdata/aborts.document")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			chunks, heads := history(10 + i)
			got, err := pool.Compact(t.Context(), chunks, heads)
			if err != nil || got.Changes != 10+i {
				t.Errorf("request %d: %d changes, error %v", i, got.Changes, err)
			}
			if i%10 == 0 {
				if _, err := pool.Compact(t.Context(), [][]byte{hostile}, heads); !errors.Is(err, engine.ErrDied) {
					t.Errorf("request %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	if children := childrenOf(os.Getpid()); len(children) > 3 {
		t.Errorf("%d children, three allowed", len(children))
	}
}

func TestCloseEndsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	cfg := config("hang")
	cfg.Workers = 2
	pool, err := engine.NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	for range 3 { // two at work and one that waits
		go func() {
			_, err := pool.Compact(t.Context(), nil, nil)
			failed <- err
		}()
	}
	eventually(t, "both children run", func() bool { return len(childrenOf(os.Getpid())) == 2 })
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := <-failed; !errors.Is(err, engine.ErrClosed) {
			t.Errorf("error %v", err)
		}
	}
	if left := childrenOf(os.Getpid()); len(left) != 0 {
		t.Errorf("children left: %v", left)
	}
	if _, err := pool.Compact(t.Context(), nil, nil); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := pool.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	eventually(t, "goroutines are back at the number before", func() bool { return runtime.NumGoroutine() <= before })
}

func TestFailuresLeaveNothingBehind(t *testing.T) {
	files := func() int {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(open)
	}
	pool := newPool(t, config("leave"))
	ask := func() {
		if _, err := pool.Compact(t.Context(), nil, nil); !errors.Is(err, engine.ErrDied) {
			t.Fatal(err)
		}
	}
	ask()
	goroutines, descriptors := runtime.NumGoroutine(), files()
	for range 20 {
		ask()
	}
	eventually(t, "goroutines and descriptors are as before", func() bool {
		return runtime.NumGoroutine() <= goroutines && files() <= descriptors
	})
}

func TestChildDiesWithItsParent(t *testing.T) {
	cmd := exec.Command(os.Args[0], "parent")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.Trim(line, "[]\n"))
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the killed parent left in peace")
	}
	eventually(t, fmt.Sprintf("process %d is gone", child), func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", child))
		return err != nil || strings.Contains(string(stat), ") Z ")
	})
}
