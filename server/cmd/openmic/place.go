package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"openmic/crdt/engine"
	"openmic/server/store"
	"openmic/server/store/postgres"
	"openmic/server/store/sqlite"
)

const openTimeout = 30 * time.Second

// place is where boards are kept: the flags that commands share.
type place struct {
	Data        string `default:"./openmic-data" placeholder:"DIR" help:"Directory of the SQLite file (${default})."`
	DatabaseURL string `placeholder:"URL" help:"Keep boards in this PostgreSQL database instead: postgres://..."`

	IAcceptDataLoss bool `name:"i-accept-data-loss" help:"Start also when PostgreSQL runs with fsync off: what is told as saved is lost in a power failure."`
}

// Validate checks what kong cannot; its error is a usage error.
func (p *place) Validate() error {
	if p.DatabaseURL != "" && !strings.HasPrefix(p.DatabaseURL, "postgres://") && !strings.HasPrefix(p.DatabaseURL, "postgresql://") {
		return errors.New("--database-url: give an address like postgres://user:password@host/database")
	}
	if p.Data == "" {
		return errors.New("--data: give a directory")
	}
	return nil
}

// open opens the database to serve from it; what is missing is made.
func (p *place) open(ctx context.Context) (store.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	if p.DatabaseURL != "" {
		var options []postgres.Option
		if p.IAcceptDataLoss {
			options = append(options, postgres.AcceptDataLoss)
		}
		return postgres.Open(ctx, p.DatabaseURL, options...)
	}
	return sqlite.Open(ctx, p.Data)
}

// inspected is a database that may be damaged, opened to read.
type inspected interface {
	store.Store
	store.Inspector
}

// openToRead opens the database as it is and changes nothing.
func (p *place) openToRead(ctx context.Context) (inspected, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	if p.DatabaseURL != "" {
		return postgres.OpenToRead(ctx, p.DatabaseURL)
	}
	return sqlite.OpenToRead(ctx, p.Data)
}

// advise adds to an error what an operator can do about it.
func advise(err error) error {
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%w: stop the server first, or work on a copy that 'openmic backup' makes", err)
	}
	return err
}

// untilSignal returns a context that ends with SIGINT or SIGTERM.
func untilSignal() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
}

// newEngine starts a pool whose children are this program.
func newEngine(config engine.Config) (*engine.Pool, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	config.Command = []string{program, "engine"}
	eng, err := engine.NewPool(config)
	if err != nil {
		return nil, fmt.Errorf("start engine: %w", err)
	}
	return eng, nil
}

// Limits of what commands ask of the engine: an operator has more patience than
// a server, and one document at a time.
const (
	commandBytes   = 512 << 20
	commandMemory  = 4 << 30
	commandTimeout = 10 * time.Minute
)

func commandEngine() (*engine.Pool, error) {
	return newEngine(engine.Config{DocumentBytes: commandBytes, MemoryBytes: commandMemory, Timeout: commandTimeout})
}
