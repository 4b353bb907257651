//go:build failpoint

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var (
	deadly, left = deadlyPoint(os.Getenv("OPENMIC_FAILPOINT"))
	wrong        = os.Getenv("OPENMIC_WRONG")
)

// deadlyPoint reads "name" or "name:N".
func deadlyPoint(setting string) (name string, times *atomic.Int64) {
	times = new(atomic.Int64)
	name, count, found := strings.Cut(setting, ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if !found {
		n, err = 1, nil
	}
	if err != nil || n < 1 {
		panic("OPENMIC_FAILPOINT=" + setting + " is not name or name:N")
	}
	times.Store(n)
	return name, times
}

// Reach dies at the point that the environment names.
func Reach(name string) {
	if name != deadly || left.Add(-1) != 0 {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // the signal may take a moment to arrive, and nothing may happen in it
}

// Wrong tells whether the environment names this way to be wrong.
func Wrong(name string) bool { return name == wrong }
