// Command openmic is a whiteboard server for service blueprints. See the README
// for what it does and openmic/server for how.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"openmic/crdt/engine"
)

// The exit statuses other than 0.
const (
	exitFailed = 1 // it went wrong; check and export: something is damaged
	exitUsage  = 2 // flags and settings that make no sense
	exitUnable = 2 // check and export could not look
)

// exitError ends the program with a status of its own. err is nil when what
// there is to say has been said.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string { return fmt.Sprintf("exit status %d: %v", e.status, e.err) }

func unable(err error) error { return &exitError{exitUnable, advise(err)} }

// errDamaged is the end of a command that has named what is damaged.
var errDamaged error = &exitError{status: exitFailed}

type cli struct {
	Serve  serveCmd  `cmd:"" help:"Serve boards."`
	Check  checkCmd  `cmd:"" help:"Look for damage in all that is stored. Exits with 0 when everything is whole, 1 when something is damaged, 2 when it cannot tell."`
	Export exportCmd `cmd:"" help:"Write a board into an .automerge file."`
	Import importCmd `cmd:"" help:"Make a new board of an .automerge file, and print its links."`
	Backup backupCmd `cmd:"" help:"Copy the SQLite database, also while a server runs."`
	Key    keyCmd    `cmd:"" help:"Make, list and revoke keys, with which programs make boards."`
	Bench  benchCmd  `cmd:"" help:"Play people at boards, and tell how a server bears them. Exits with 1 when something was lost."`
	Engine engineCmd `cmd:"" hidden:"" help:"Answer requests of a server on standard input."`
}

type engineCmd struct{}

func (engineCmd) Run() error { return engine.Serve(os.Stdin, os.Stdout) }

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program with its arguments and outputs handed in. It returns the exit status.
func run(args []string, stdout, stderr io.Writer) (status int) {
	exit := -1
	parser, err := kong.New(&cli{},
		kong.Name("openmic"),
		kong.Description("A whiteboard server for service blueprints. Every flag has a setting of the same name in the environment: --public-url is OPENMIC_PUBLIC_URL."),
		kong.DefaultEnvars("OPENMIC"),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code; panic(exitNow{}) }),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(stderr, "openmic:", err)
		return exitUsage
	}
	defer func() {
		// kong ends the program from within Parse after --help.
		if p := recover(); p != nil {
			if _, ok := p.(exitNow); !ok {
				panic(p)
			}
			status = exit
		}
	}()
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "openmic: %v\nTry 'openmic --help'.\n", err)
		return exitUsage
	}
	err = k.Run(&streams{out: stdout, err: stderr})
	status = 0
	if err != nil {
		status = exitFailed
	}
	if exit := (*exitError)(nil); errors.As(err, &exit) {
		status, err = exit.status, exit.err
	}
	if err != nil {
		fmt.Fprintln(stderr, "openmic:", err)
	}
	return status
}

type exitNow struct{}

// streams are the program's outputs: what it says, and its log.
type streams struct{ out, err io.Writer }
