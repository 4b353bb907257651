package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// limitProcess lets this process's private writable memory grow by growth bytes from
// what it is now. RLIMIT_DATA counts it; RLIMIT_AS would count what the Go
// runtime only reserves as well. An abort leaves no core file: that would be a
// board's content on the disk.
func limitProcess(growth int64) error {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core files: %w", err)
	}
	if growth <= 0 {
		return nil
	}
	now, err := dataBytes()
	if err != nil {
		return fmt.Errorf("read memory use: %w", err)
	}
	limit := uint64(now) + uint64(growth)
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		return fmt.Errorf("limit memory: %w", err)
	}
	return nil
}

// behindParent is how much nicer the child is than its parent (setpriority(2)). A core
// that both want is then the parent's for about three parts of four: who draws on a
// board is not to wait for one that is made smaller or is exported.
const behindParent = 5

// giveWay lowers the priority of all threads of this process, which is alone in its
// group (childAttributes).
func giveWay() error {
	now, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	if err != nil {
		return err
	}
	nice := 20 - now // as the system call tells it
	return syscall.Setpriority(syscall.PRIO_PGRP, 0, min(19, nice+behindParent))
}

// dataBytes reads VmData of proc_pid_status(5), in kB there.
func dataBytes() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmData:")); ok {
			kb, err := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmData in /proc/self/status")
}

// childAttributes keeps the terminal's signals from the child, which the pool
// ends itself, and has the kernel end it if the parent is killed.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
