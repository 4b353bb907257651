package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
)

// Backup writes a copy of the database in a data directory to the directory
// dest, which it makes if need be, as the database of a data directory of its
// own. A server may be at work meanwhile: the copy is of one moment, and
// nothing waits for it. When Backup returns nil the copy is on the disk.
//
// What was cut off leaves no database. The error wraps fs.ErrExist when dest has
// a database already, store.ErrInUse when another process is at work there,
// fs.ErrNotExist when there is nothing to copy, and store.ErrDamaged when it
// cannot be read.
func Backup(ctx context.Context, dir, dest string) error {
	if err := backup(ctx, dir, dest); err != nil {
		return fmt.Errorf("back up %s to %s: %w", dir, dest, damaged(err))
	}
	return nil
}

func backup(ctx context.Context, dir, dest string) (err error) {
	from, err := filepath.Abs(filepath.Join(dir, databaseName))
	if err != nil {
		return err
	}
	if err := notEmpty(from); err != nil {
		return err
	}
	if dest, err = filepath.Abs(dest); err != nil {
		return err
	}
	if err := noDatabase(dest); err != nil {
		return err
	}
	if err := makeDirectory(dest); err != nil {
		return err
	}
	lock, err := lockDirectory(dest)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := noDatabase(dest); err != nil { // nor was one made before the lock was ours
		return err
	}
	to, err := newDatabase(dest)
	if err != nil {
		return err
	}
	if err := vacuum(ctx, from, to); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return finish(dest)
}

// noDatabase refuses a directory with a database, or with a log that SQLite
// would take for the copy's.
func noDatabase(dir string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		path := filepath.Join(dir, databaseName+suffix)
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s: %w", path, fs.ErrExist)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// vacuum writes what a database holds at this moment into another file. It
// reads like any reader: the log of a busy server is kept until it is done.
func vacuum(ctx context.Context, from, to string) (err error) {
	dsn := url.URL{Scheme: "file", Path: from, RawQuery: "mode=ro&_busy_timeout=5000"}
	db := sql.OpenDB(connector(dsn.String()))
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, to)
	return err
}
