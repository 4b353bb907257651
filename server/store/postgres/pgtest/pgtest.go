// Package pgtest runs a real PostgreSQL for tests: one server a test process,
// one database a test. It is started from the programs that are installed, in
// a temporary directory, reachable by a Unix socket in it alone, and it ends
// with the process that started it, however that ends. The database whose URL
// is in OPENMIC_TEST_DATABASE_URL is used instead when that is set; its user
// must be allowed to create databases.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// EnvURL is the environment variable with the URL of a server to use.
const EnvURL = "OPENMIC_TEST_DATABASE_URL"

// timeout bounds each thing that is asked of a server here.
const timeout = 30 * time.Second

// shared is the server of this process, started by the first test that needs it.
var shared = sync.OnceValues(func() (*Server, error) { return Start() })

// Database returns the URL of a new, empty database that is dropped when the
// test ends. The test fails when there is no PostgreSQL.
func Database(t testing.TB) string {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	url, drop, err := server.Create()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Error(err)
		}
	})
	return url
}

// Copy makes a copy of a database that nobody is connected to, and returns its
// URL. It is dropped when the test ends.
func Copy(t testing.TB, databaseURL string) string {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	copied, drop, err := server.create(" TEMPLATE " + strings.TrimPrefix(u.Path, "/"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Error(err)
		}
	})
	return copied
}

// Server is a PostgreSQL server.
type Server struct {
	url  string
	stop func() error

	// Set if Start started the server.
	log     string // a file
	data    string // the cluster's directory
	control func(verb string, args ...string) error
}

// Start starts a server, with more command line options, or takes the one that the
// environment names.
func Start(more ...string) (*Server, error) {
	s := &Server{url: os.Getenv(EnvURL), stop: func() error { return nil }}
	if s.url == "" {
		var err error
		s, err = launch(strings.Join(more, " "))
		if err != nil {
			return nil, fmt.Errorf("start PostgreSQL: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := s.wait(ctx); err != nil {
		log, _ := os.ReadFile(s.log) // there is none of a server that the environment names
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w\n%s", err, log), s.stop())
	}
	return s, nil
}

// wait asks until the server answers.
func (s *Server) wait(ctx context.Context) error {
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		err := s.exec(ctx, `SELECT 1`)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-retry.C:
		}
	}
}

// Create makes an empty database and returns its URL. drop ends its
// connections and removes it.
func (s *Server) Create() (url string, drop func() error, err error) { return s.create("") }

func (s *Server) create(options string) (url string, drop func() error, err error) {
	name := "openmic_test_" + strings.ToLower(rand.Text())
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := s.exec(ctx, `CREATE DATABASE `+name+options); err != nil {
		return "", nil, fmt.Errorf("create test database: %w", err)
	}
	drop = func() error {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		if err := s.exec(ctx, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			return fmt.Errorf("drop test database: %w", err)
		}
		return nil
	}
	url, err = withDatabase(s.url, name)
	if err != nil {
		return "", nil, errors.Join(err, drop())
	}
	return url, drop, nil
}

// withDatabase returns a server's URL with another database.
func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return "", fmt.Errorf("%s must be a postgres:// URL", EnvURL)
	}
	u.Path = "/" + name
	return u.String(), nil
}

func (s *Server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// Close stops the server, if Start started it, and removes its files.
func (s *Server) Close() error { return s.stop() }
