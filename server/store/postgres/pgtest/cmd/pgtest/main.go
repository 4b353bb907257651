// Command pgtest gives tests that are not written in Go a PostgreSQL database.
// It prints the URL of a new one on a line of its own, keeps it until its
// standard input ends or it is told to stop, and then removes it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"openmic/server/store/postgres/pgtest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server, err := pgtest.Start()
	if err != nil {
		return err
	}
	url, drop, err := server.Create()
	if err != nil {
		return errors.Join(err, server.Close())
	}
	fmt.Println(url)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	<-ctx.Done()
	return errors.Join(drop(), server.Close())
}
