package pgtest

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// supervise runs a server for as long as its standard input is open, which the
// parent holds, and then throws everything away. It is a process of its own
// because nothing in a test process runs after it was killed. Meanwhile tests
// may have stopped the server, or started it anew.
const supervise = `
"$1/pg_ctl" start -W -s -D "$2/data" -l "$2/log" -o "$3" </dev/null >"$2/control" 2>&1
cat >/dev/null
kill -CONT "$(head -n 1 "$2/data/postmaster.pid")" 2>/dev/null
"$1/pg_ctl" stop -s -m immediate -D "$2/data" >"$2/control" 2>&1
rm -rf "$2"
`

// options are the server's, beside where its socket is.
const options = "-c listen_addresses= -c fsync=on -c synchronous_commit=on " +
	"-c max_connections=100 -c shared_buffers=32MB -c logging_collector=off"

// launch makes a database cluster in a temporary directory and starts a server on
// it, with more options.
func launch(more string) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	attributes, err := unprivileged()
	if err != nil {
		return nil, err
	}
	// Not below a test's own directory: the path of a Unix socket is limited to about 100 bytes.
	dir, err := os.MkdirTemp("", "openmic-pg-")
	if err != nil {
		return nil, err
	}
	remove := func(err error) (*Server, error) {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if c := attributes.Credential; c != nil {
		if err := os.Chown(dir, int(c.Uid), int(c.Gid)); err != nil {
			return remove(err)
		}
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		cmd.SysProcAttr = attributes
		return cmd
	}
	// The cluster itself may be lost with the machine, so making it need not be synced.
	out, err := command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "openmic",
		"--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions").CombinedOutput()
	if err != nil {
		return remove(fmt.Errorf("initdb: %w: %s", err, out))
	}
	settings := "-k " + dir + " " + options + " " + more
	supervisor := command("/bin/sh", "-c", supervise, "sh", bin, dir, settings)
	input, err := supervisor.StdinPipe()
	if err != nil {
		return remove(err)
	}
	if err := supervisor.Start(); err != nil {
		return remove(err)
	}
	stop := func() error {
		err := input.Close()
		supervisor.Wait() // its status is the server's, which was told to quit
		return errors.Join(err, os.RemoveAll(dir))
	}
	u := url.URL{Scheme: "postgres", Path: "/postgres",
		RawQuery: url.Values{"host": {dir}, "user": {"openmic"}}.Encode()}
	control := func(verb string, args ...string) error {
		args = append([]string{verb, "-s", "-D", filepath.Join(dir, "data")}, args...)
		if verb == "start" {
			args = append(args, "-W", "-l", filepath.Join(dir, "log"), "-o", settings)
		}
		// A server that it starts would hold a pipe open: no output is read.
		if err := command(filepath.Join(bin, "pg_ctl"), args...).Run(); err != nil {
			return fmt.Errorf("pg_ctl %s: %w", verb, err)
		}
		return nil
	}
	return &Server{url: u.String(), log: filepath.Join(dir, "log"), data: filepath.Join(dir, "data"), control: control, stop: stop}, nil
}

// unprivileged says how to run the server, which refuses to be root, and away
// from the terminal's signals: whoever interrupts a test still has it cleaned up.
func unprivileged() (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres to run it as: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user postgres: %w", err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user postgres: %w", err)
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, nil
}

// programs returns the directory of initdb and postgres: the one on the path,
// or else the newest of those where Debian and Red Hat put them.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	newest, dir := 0, ""
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb"} {
		found, _ := filepath.Glob(pattern) // the patterns are well-formed
		for _, path := range found {
			var version int
			bin := filepath.Dir(path)
			name := filepath.Base(filepath.Dir(bin))
			for _, format := range []string{"%d", "pgsql-%d"} {
				if n, _ := fmt.Sscanf(name, format, &version); n == 1 && version > newest {
					newest, dir = version, bin
				}
			}
		}
	}
	if dir == "" {
		return "", fmt.Errorf("initdb is not on the path: install PostgreSQL 15 or newer (apt-get install postgresql), or set %s to a server's URL", EnvURL)
	}
	return dir, nil
}
