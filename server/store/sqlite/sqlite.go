// Package sqlite keeps documents and boards in one SQLite file, for a server
// that runs as one process.
//
// A method that writes returns when its transaction is in the write-ahead log
// and the log is synced (journal_mode=WAL, synchronous=FULL). Writes take
// turns on one connection; reads go on beside them on a few others. A file
// lock on the data directory keeps other servers out.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/mattn/go-sqlite3"

	"openmic/migrations"
	"openmic/server/internal/failpoint"
	"openmic/server/store"
)

// readers is how many reads run at once; more wait for their turn.
const readers = 4

// busyTimeout is for the sake of a backup tool, and of one who makes keys.
const busyTimeout = 5 * time.Second

// Store is a store.Store in an SQLite file.
type Store struct {
	storageID string
	writer    *sql.DB  // one connection, BEGIN IMMEDIATE
	reader    *sql.DB  // query_only
	lock      *os.File // nil: it is another process's

	unwiped atomic.Bool // the write-ahead log may hold a name that was erased
}

var _ store.Store = (*Store)(nil)

// Open opens the database in a data directory and brings its schema up to
// date. What is missing is created, readable by this user only. Pages are
// checked first (quick_check), which takes about a second a gigabyte.
//
// The error wraps store.ErrInUse when another process has the directory, and
// store.ErrDamaged when the file is not a sound database; it is then left as
// it is.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := makeDirectory(dir); err != nil {
		return nil, openError(dir, err)
	}
	return open(dir, func(s *Store, dir string) error { return s.open(ctx, dir) })
}

// open takes the directory and has the pools of a store opened.
func open(dir string, pools func(s *Store, dir string) error) (*Store, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, openError(dir, err)
	}
	lock, err := lockDirectory(path)
	if err != nil {
		return nil, openError(path, err)
	}
	s := &Store{lock: lock}
	if err := pools(s, path); err != nil {
		s.Close()
		return nil, openError(path, err)
	}
	return s, nil
}

func openError(dir string, err error) error {
	return fmt.Errorf("open data directory %s: %w", dir, damaged(err))
}

func (s *Store) open(ctx context.Context, dir string) error {
	if err := prepareDatabase(ctx, dir); err != nil {
		return err
	}
	path := filepath.Join(dir, databaseName)
	s.writer = openWriter(path)
	if err := check(ctx, s.writer); err != nil {
		return err
	}
	if err := migrate(ctx, s.writer); err != nil {
		return err
	}
	if failpoint.Wrong("no sync") {
		if _, err := s.writer.ExecContext(ctx, `PRAGMA synchronous = NORMAL`); err != nil {
			return err
		}
	}
	return s.openReader(ctx, path)
}

func (s *Store) openReader(ctx context.Context, path string) error {
	s.reader = openPool(path, readers, "_txlock=deferred&_query_only=true")
	if err := s.reader.QueryRowContext(ctx, `SELECT storage_id FROM meta`).Scan(&s.storageID); err != nil {
		return fmt.Errorf("read storage id: %w", err)
	}
	return nil
}

func openWriter(path string) *sql.DB {
	// secure_delete, so that a name that somebody took away is not left in a corner of the file.
	return openPool(path, 1, "_txlock=immediate&_journal_mode=WAL&_secure_delete=true")
}

// openPool names a pool of at most n connections, which stay open once made.
func openPool(path string, n int, options string) *sql.DB {
	// A file URI, so that no character of the path is taken for an option.
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: fmt.Sprintf(
		"%s&mode=rw&_synchronous=FULL&_foreign_keys=true&_busy_timeout=%d&_stmt_cache_size=32", options, busyTimeout.Milliseconds())}
	db := sql.OpenDB(connector(dsn.String()))
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

// check refuses a database that is damaged, and one whose writes would not last.
func check(ctx context.Context, db *sql.DB) error {
	var journal, verdict string
	var synchronous int
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return fmt.Errorf("check database: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("check database: %s: %w", verdict, store.ErrDamaged)
	}
	if err := db.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&journal); err != nil {
		return fmt.Errorf("read journal_mode: %w", err)
	}
	if err := db.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&synchronous); err != nil {
		return fmt.Errorf("read synchronous: %w", err)
	}
	if journal != "wal" || synchronous != 2 {
		return fmt.Errorf("journal_mode is %s and synchronous is %d, not wal and 2: is the directory on a network file system?", journal, synchronous)
	}
	return nil
}

func migrate(ctx context.Context, db *sql.DB) error {
	failpoint.Reach("sqlite.migrate")
	err := migrations.SQLite(ctx, db)
	failpoint.Reach("sqlite.migrated")
	return err
}

// StorageID returns the UUID that the database was given when it was made.
func (s *Store) StorageID() string { return s.storageID }

// Ping reads from the database.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.reader.QueryRowContext(ctx, `SELECT one FROM meta`).Scan(&one); err != nil {
		return fmt.Errorf("ping database: %w", damaged(err))
	}
	return nil
}

// Close waits for what is under way and lets go of the directory.
func (s *Store) Close() error {
	var errs []error
	if s.reader != nil {
		errs = append(errs, s.reader.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if s.lock != nil {
		if err := s.lock.Close(); !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// write runs fn in a transaction and commits it. ctx bounds the wait for the
// turn and the work up to the commit, which fn sees to by asking ctx now and
// then; a commit that has begun is waited for, so its outcome is known.
func (s *Store) write(ctx context.Context, fn func(*sql.Tx) error) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return tx.Commit()
}

// damaged adds store.ErrDamaged to SQLite's own ways of saying so.
func damaged(err error) error {
	var e sqlite3.Error
	if errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB) {
		return fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	return err
}
