package alarm

import (
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelBell is a timerfd. Source: timerfd_create(2).
type kernelBell struct {
	file *os.File // keeps it open, and in the list of what is waited for
	raw  syscall.RawConn
}

func newBell() bell {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return newTimer()
	}
	b := &kernelBell{file: os.NewFile(uintptr(fd), "timer")}
	if b.raw, err = b.file.SyscallConn(); err != nil || b.file.SetReadDeadline(time.Time{}) != nil {
		b.close() // it is none that is waited for
		return newTimer()
	}
	return b
}

// set does not tell the scheduler of the system call, which would wake the thread that
// watches over those that may take long.
func (b *kernelBell) set(after time.Duration) {
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(max(after, 1).Nanoseconds())} // 0 would stop it
	_ = b.raw.Control(func(fd uintptr) {
		_, _, _ = unix.RawSyscall6(unix.SYS_TIMERFD_SETTIME, fd, 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
	})
}

func (b *kernelBell) wait() bool {
	var times uint64
	err := b.raw.Read(func(fd uintptr) bool {
		_, _, errno := unix.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(&times)), unsafe.Sizeof(times))
		return errno != unix.EAGAIN
	})
	return err == nil
}

func (b *kernelBell) close() { _ = b.file.Close() }
