package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"openmic/server/load"
)

type benchCmd struct {
	Target      httpURL       `placeholder:"URL" help:"Address of the server. Without it, one is started for the time on this machine, in a directory of its own."`
	DatabaseURL string        `env:"-" placeholder:"URL" help:"Have the server that is started keep its boards in this PostgreSQL database, which is not emptied afterwards."`
	DebugListen loopback      `env:"-" placeholder:"HOST:PORT" help:"Have the server that is started serve profiles of itself (pprof) there."`
	Pid         int           `placeholder:"PID" help:"Process of the server, if it is on this machine: its processor time and memory are told as well."`
	Open        bool          `env:"-" help:"The server serves any document to anybody (--open): bring documents rather than have it make boards."`
	People      int           `default:"100" help:"People, at all boards together (${default})."`
	Boards      int           `default:"1" help:"Boards (${default})."`
	Editors     int           `default:"10" help:"How many of the people edit (${default})."`
	Rate        float64       `default:"2" help:"Edits a second of each editor (${default})."`
	Presence    float64       `default:"0" help:"Presence messages a second of each editor (${default})."`
	Tickets     bool          `help:"Open each socket with a ticket, as the client in browsers does; else with the link."`
	Stock       bool          `help:"Answer every message as a stock automerge-repo client does; else keep quiet."`
	Duration    time.Duration `default:"30s" help:"For how long to measure (${default})."`
	Warm        time.Duration `default:"2s" help:"For how long to edit before that (${default})."`
	Drain       time.Duration `default:"30s" help:"How long to wait at most for edits under way at the end (${default})."`
	Churn       float64       `default:"0" help:"Readers who leave and come back a second (${default})."`
	Every       time.Duration `default:"0" placeholder:"DURATION" help:"Tell so often what the server takes, and at the end whether that grows."`
	Connects    float64       `default:"500" help:"People who come in a second (${default})."`
	Storm       bool          `help:"Afterwards kill the server that was started, and have everybody come back at once."`
	JSON        bool          `name:"json" help:"Print the report as JSON."`
}

// benchIdle is how long nobody does anything, so that it shows what that costs.
const benchIdle = 2 * time.Second

// Validate checks what kong cannot; its error is a usage error.
func (c *benchCmd) Validate() error {
	if c.Storm && c.Target != "" {
		return errors.New("--storm kills the server: only one that was started for it, so without --target")
	}
	if c.DatabaseURL != "" && c.Target != "" {
		return errors.New("--database-url is for the server that is started without --target")
	}
	if c.DebugListen != "" && c.Target != "" {
		return errors.New("--debug-listen is for the server that is started without --target")
	}
	plan := c.plan()
	if plan.Target == "" {
		plan.Target = "http://127.0.0.1"
	}
	return plan.Check()
}

func (c *benchCmd) plan() load.Plan {
	return load.Plan{
		Target: string(c.Target), Open: c.Open, Boards: c.Boards, People: c.People, Editors: c.Editors, Rate: c.Rate,
		Presence: c.Presence, Tickets: c.Tickets, Stock: c.Stock, Idle: benchIdle, Warm: c.Warm, For: c.Duration, Drain: c.Drain, Churn: c.Churn, Every: c.Every, Connects: c.Connects, PID: c.Pid,
	}
}

// Run plays the people and prints what came of it. The exit status is 1 when
// something was lost.
func (c *benchCmd) Run(s *streams) (err error) {
	ctx, cancel := untilSignal()
	defer cancel()
	plan := c.plan()
	plan.Progress = func(text string) { fmt.Fprintln(s.err, "openmic:", text) }
	if plan.Target == "" {
		served, err := c.serve(ctx)
		if err != nil {
			return err
		}
		defer served.remove()
		plan.Target, plan.PID, plan.Proxied = served.address, served.command.Process.Pid, true
		if c.Storm {
			plan.Restart = func() (int, error) { return served.again(ctx) }
		}
	}
	report, err := load.Run(ctx, plan)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(s.out).Encode(report); err != nil {
			return err
		}
	} else {
		report.Print(s.out)
	}
	if !report.Whole() {
		return &exitError{status: exitFailed}
	}
	return nil
}

// A benchServer is this program serving boards that are gone afterwards.
type benchServer struct {
	arguments []string
	directory string
	command   *exec.Cmd
	address   string
}

// serve starts a server in a directory of its own. It is told to believe our
// X-Forwarded-For, so that people can come from many addresses.
func (c *benchCmd) serve(ctx context.Context) (*benchServer, error) {
	directory, err := os.MkdirTemp("", "openmic-bench-")
	if err != nil {
		return nil, err
	}
	b := &benchServer{directory: directory}
	b.arguments = []string{"serve", "--data", directory, "--log-level", "error", "--trusted-proxy", "127.0.0.0/8"}
	if c.DatabaseURL != "" {
		b.arguments = append(b.arguments, "--database-url", c.DatabaseURL)
	}
	if c.DebugListen != "" {
		b.arguments = append(b.arguments, "--debug-listen", string(c.DebugListen))
	}
	if c.Open {
		b.arguments = append(b.arguments, "--open")
	}
	if err := b.start(ctx, "127.0.0.1:0"); err != nil {
		b.remove()
		return nil, err
	}
	return b, nil
}

// start waits for the line that tells the address.
func (b *benchServer) start(ctx context.Context, listen string) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own program: %w", err)
	}
	b.command = exec.CommandContext(ctx, program, append(b.arguments, "--listen", listen)...)
	b.command.Env = withoutSettings(os.Environ())
	b.command.Stderr = os.Stderr
	b.command.WaitDelay = 10 * time.Second
	b.command.Cancel = func() error { return b.command.Process.Signal(syscall.SIGTERM) }
	out, err := b.command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := b.command.Start(); err != nil {
		return err
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	at := strings.Index(line, "http://")
	if err != nil || at < 0 {
		return fmt.Errorf("the server did not start: %q", line)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	b.address = strings.TrimSpace(line[at:])
	return nil
}

// withoutSettings leaves out those of a server that is not for playing.
func withoutSettings(environment []string) []string {
	return slices.DeleteFunc(environment, func(setting string) bool {
		return strings.HasPrefix(setting, "OPENMIC_") && !strings.HasPrefix(setting, "OPENMIC_TEST_")
	})
}

// again kills the server and starts it at the same address.
func (b *benchServer) again(ctx context.Context) (int, error) {
	u, err := url.Parse(b.address)
	if err != nil {
		return 0, err
	}
	_ = b.command.Process.Kill()
	_ = b.command.Wait()
	if err := b.start(ctx, u.Host); err != nil {
		return 0, err
	}
	return b.command.Process.Pid, nil
}

// remove ends the server and takes away what it stored.
func (b *benchServer) remove() {
	if b.command != nil && b.command.Process != nil {
		_ = b.command.Process.Kill()
		_ = b.command.Wait()
	}
	_ = os.RemoveAll(b.directory)
}
