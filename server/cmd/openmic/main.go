// Command openmic is a whiteboard server for service blueprints. See the README
// for what it does and openmic/server for how.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"openmic/crdt/engine"
)

// exitUsage is the exit status for flags and settings that make no sense.
const exitUsage = 2

type cli struct {
	Serve  serveCmd  `cmd:"" help:"Serve boards."`
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
	if err := k.Run(&streams{out: stdout, err: stderr}); err != nil {
		fmt.Fprintln(stderr, "openmic:", err)
		return 1
	}
	return 0
}

type exitNow struct{}

// streams are the program's outputs: what it says, and its log.
type streams struct{ out, err io.Writer }
