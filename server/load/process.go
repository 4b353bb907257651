package load

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// expense is what a process and its children have taken until now.
type expense struct {
	known        bool
	cpu          time.Duration
	memory, most int64 // bytes: resident now, and at most so far
}

// ticks is the unit of processor time in /proc, in all Linux there is.
const ticks = time.Second / 100

// cost reads what a process costs, from /proc; it is not known elsewhere.
func cost(pid int) (e expense) {
	if pid <= 0 {
		return e
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return e
	}
	// The name, in parentheses, may contain anything.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return e
	}
	e.known = true
	for _, f := range fields[11:13] { // user and system
		n, _ := strconv.ParseInt(f, 10, 64)
		e.cpu += time.Duration(n) * ticks
	}
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	e.memory, e.most = kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:")
	children, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, file := range children {
		list, _ := os.ReadFile(file)
		for _, child := range strings.Fields(string(list)) {
			if n, err := strconv.Atoi(child); err == nil {
				e.cpu += cost(n).cpu // its engine's memory is bounded, and not for its people
			}
		}
	}
	return e
}

func kilobytes(status []byte, name string) int64 {
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return n << 10
		}
	}
	return 0
}

// ownCPU is the processor time that this program has taken.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// loadAverage is how busy the machine was in the last minute; empty: not known.
func loadAverage() string {
	b, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
