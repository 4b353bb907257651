package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The program as it is run: the ordinary one, and one with failure points.
var (
	programs     = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "openmic-bin-") })
	ordinary     = sync.OnceValues(func() (string, error) { return build("openmic") })
	withFailures = sync.OnceValues(func() (string, error) { return build("openmic-failpoint", "-tags", "failpoint") })
)

func build(name string, flags ...string) (string, error) {
	dir, err := programs()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	args := append(append([]string{"build", "-o", path}, flags...), "openmic/server/cmd/openmic")
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
}

func removePrograms() {
	if dir, err := programs(); err == nil {
		_ = os.RemoveAll(dir)
	}
}

// programOf builds a program, or has it already.
func programOf(t testing.TB, build func() (string, error)) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// A site is where a program is started again and again: its settings, its data
// and, from the first start on, its address.
type site struct {
	t       testing.TB
	command []string // the program, perhaps below another one
	args    []string // that name its data
	env     []string
	address string // host and port
	log     string // a file
	store   string // for what the tests say
}

// newSite is one with a fresh SQLite directory, or with a PostgreSQL database
// if it has a URL.
func newSite(t testing.TB, program, databaseURL string) *site {
	dir := t.TempDir()
	s := &site{t: t, command: []string{program}, address: "127.0.0.1:0", log: filepath.Join(dir, "log"), store: "sqlite"}
	s.args = []string{"--data", filepath.Join(dir, "data")}
	if databaseURL != "" {
		s.args, s.store = []string{"--database-url", databaseURL}, "postgres"
	}
	t.Cleanup(func() {
		if b, _ := os.ReadFile(s.log); t.Failed() {
			t.Logf("the program's log ends:\n%s", b[max(0, len(b)-4000):])
		}
	})
	return s
}

// A program is one process of it.
type program struct {
	site  *site
	cmd   *exec.Cmd
	out   *bufio.Reader
	began time.Time
	ended func() error
}

// launch starts the program, which may have been told to die at once.
func (s *site) launch(env ...string) *program {
	s.t.Helper()
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	args := append(append(s.command[1:len(s.command):len(s.command)], "serve", "--open", "--listen", s.address), s.args...)
	cmd := exec.Command(s.command[0], args...)
	cmd.Env = append(append(os.Environ(), s.env...), env...)
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	p := &program{site: s, cmd: cmd, out: bufio.NewReader(out), began: time.Now()}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	p.ended = sync.OnceValue(cmd.Wait)
	s.t.Cleanup(p.kill)
	return p
}

// start starts the program and waits until it listens.
func (s *site) start(env ...string) *program {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		p := s.launch(env...)
		if p.listens() {
			return p
		}
		if !s.portIsTaken() || time.Now().After(deadline) {
			s.t.Fatalf("the program ended before it listened: %v", p.ended())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// portIsTaken tells whether the program that ended last found its port taken:
// between two starts it is anybody's.
func (s *site) portIsTaken() bool {
	b, _ := os.ReadFile(s.log)
	return strings.Contains(string(b[max(0, len(b)-500):]), "address already in use")
}

// listens waits until the program listens; false if it has ended before.
func (p *program) listens() bool {
	line, err := p.out.ReadString('\n')
	address, ok := strings.CutPrefix(line, "openmic: listening on http://")
	if err == nil && ok {
		p.site.address = strings.TrimSpace(address)
		return true
	}
	_ = p.ended()
	return false
}

func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.ended()
}

// killed waits for the program's end, and tells whether it was by SIGKILL.
func (p *program) killed() bool {
	stop := time.AfterFunc(patience, func() { _ = p.cmd.Process.Signal(syscall.SIGQUIT) })
	defer stop.Stop()
	_, _ = io.Copy(io.Discard, p.out)
	var exit *exec.ExitError
	if !errors.As(p.ended(), &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// memory is how much of the machine's memory the process has, and had at most, in bytes.
func (p *program) memory() (now, most int64) {
	p.site.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.site.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(line, ":")
		kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			now = kilobytes << 10
		case "VmHWM":
			most = kilobytes << 10
		}
	}
	return now, most
}

// metric reads one number of /metrics.
func (p *program) metric(name string) float64 {
	p.site.t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	res, err := client.Get("http://" + p.site.address + "/metrics")
	if err != nil {
		p.site.t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		p.site.t.Fatal(err)
	}
	return metricIn(p.site.t, page, name)
}

// children are the ids of the processes that the program has started and that live.
func (p *program) children() (ids []string) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.cmd.Process.Pid))
	if len(tasks) == 0 {
		p.site.t.Fatal("the program's threads cannot be listed")
	}
	for _, path := range tasks {
		b, _ := os.ReadFile(path) // a thread may have ended
		ids = append(ids, strings.Fields(string(b))...)
	}
	return ids
}
