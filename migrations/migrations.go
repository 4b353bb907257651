// Package migrations brings a database to the schema this program needs.
//
// Migrations are SQL files, applied in the order of their numbers, each in a
// transaction of its own together with the record that it was applied. They
// only go forward. A file that has been released is never edited, and a new
// one keeps what the release before it reads and writes, so that nodes can be
// replaced one at a time; a database that is ahead of the program is left as
// it is.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed postgres/*.sql sqlite/*.sql
var files embed.FS

// How a node waits while another one migrates: it looks every second, for five minutes.
const (
	lockPeriodSeconds = 1
	lockAttempts      = 300
)

// Postgres applies what a PostgreSQL database lacks. Nodes that start together
// take turns by an advisory lock of the session, which ends with the
// connection, however that ends.
func Postgres(ctx context.Context, db *sql.DB) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockPeriodSeconds, lockAttempts))
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	return up(ctx, goose.DialectPostgres, "postgres", db, goose.WithSessionLocker(locker))
}

// SQLite applies what an SQLite database lacks. The caller keeps other
// processes out, and opens transactions with BEGIN IMMEDIATE.
func SQLite(ctx context.Context, db *sql.DB) error {
	return up(ctx, goose.DialectSQLite3, "sqlite", db)
}

func up(ctx context.Context, dialect goose.Dialect, dir string, db *sql.DB, options ...goose.ProviderOption) error {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	options = append(options, goose.WithDisableGlobalRegistry(true), goose.WithTableName("schema_migrations"),
		// Two that were made side by side are released in either order.
		goose.WithAllowOutofOrder(true))
	provider, err := goose.NewProvider(dialect, db, sub, options...)
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	return nil
}
