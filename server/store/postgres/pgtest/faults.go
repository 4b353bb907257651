package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ErrNotOurs is returned when a fault is asked of a server that the
// environment names.
var ErrNotOurs = errors.New("this PostgreSQL is not ours to stop")

// Crash stops the server as it would end with the power: nothing is finished,
// nothing is written, the next start recovers from the log.
func (s *Server) Crash() error {
	if s.control == nil {
		return ErrNotOurs
	}
	return s.control("stop", "-m", "immediate")
}

// Restart starts the server after a crash and waits until it answers.
func (s *Server) Restart() error {
	if s.control == nil {
		return ErrNotOurs
	}
	if err := s.control("start"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return s.wait(ctx)
}

// Freeze stops the server's processes where they are: connections stay open
// and nothing answers.
func (s *Server) Freeze() error { return s.signal(syscall.SIGSTOP) }

// Thaw lets the server's processes go on.
func (s *Server) Thaw() error { return s.signal(syscall.SIGCONT) }

// signal sends a signal to the postmaster, which then starts no more
// processes, and to those that it has started.
func (s *Server) signal(sig syscall.Signal) error {
	if s.control == nil {
		return ErrNotOurs
	}
	b, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(b), "\n")
	postmaster, err := strconv.Atoi(first)
	if err != nil {
		return fmt.Errorf("read postmaster.pid: %w", err)
	}
	if err := syscall.Kill(postmaster, sig); err != nil {
		return fmt.Errorf("signal the postmaster: %w", err)
	}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", postmaster))
	if err != nil || len(tasks) == 0 {
		return fmt.Errorf("list the postmaster's processes: %w", errors.Join(err, os.ErrNotExist))
	}
	for _, path := range tasks {
		children, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for child := range strings.FieldsSeq(string(children)) {
			pid, err := strconv.Atoi(child)
			if err != nil {
				return err
			}
			if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("signal process %d of PostgreSQL: %w", pid, err)
			}
		}
	}
	return nil
}
