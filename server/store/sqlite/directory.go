package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"openmic/server/internal/failpoint"
	"openmic/server/store"
)

// Names in the data directory. SQLite adds openmic.db-wal and openmic.db-shm,
// with the permissions of the database.
const (
	databaseName = "openmic.db"
	unfinished   = "openmic.db.new" // a database that was never finished
	lockName     = "openmic.lock"
)

// lockWait is how long a lock is waited for. A process that is killed while it
// starts another one leaves a child that holds the lock a moment longer, until
// it has become the other program.
const lockWait = 500 * time.Millisecond

// lockDirectory takes the directory for this process. The lock ends with the
// returned file, and with the process however that ends. An error wraps
// store.ErrInUse when another process has it.
func lockDirectory(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for began := time.Now(); ; {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return f, nil
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK) && time.Since(began) < lockWait:
			time.Sleep(lockWait / 50)
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			err = store.ErrInUse
		}
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
}

// makeDirectory makes a directory, and those above it that are missing, for
// this user only. A name is durable when the directory that holds it is synced.
func makeDirectory(dir string) error {
	info, err := os.Stat(dir)
	if err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%s is not a directory", dir)
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(dir)
	if err := makeDirectory(parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return sync(parent)
}

// prepareDatabase sees to it that the directory has a database, and that only
// its user and group may read it. A new one is made under another name and
// renamed when it is complete: so a database that is there and empty was cut
// off, and is not taken for a new one.
func prepareDatabase(ctx context.Context, dir string) error {
	path := filepath.Join(dir, databaseName)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return createDatabase(ctx, dir)
	}
	if err != nil {
		return err
	}
	if err := notEmpty(path); err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o007 != 0 {
		return os.Chmod(path, mode&^0o007)
	}
	return nil
}

// notEmpty refuses a database that was cut off; SQLite would take it for a new one.
func notEmpty(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Size() == 0 {
		err = fmt.Errorf("%s is empty: %w", path, store.ErrDamaged)
	}
	return err
}

func createDatabase(ctx context.Context, dir string) error {
	path, err := newDatabase(dir)
	if err != nil {
		return err
	}
	writer := openWriter(path)
	err = migrate(ctx, writer)
	// Closing the only connection moves the whole log into the file and removes it.
	if err := errors.Join(err, writer.Close()); err != nil {
		return err
	}
	return finish(dir)
}

// newDatabase makes the empty file that becomes the database when it is
// finished, and returns its path.
func newDatabase(dir string) (string, error) {
	path := filepath.Join(dir, unfinished)
	for _, leftover := range []string{path, path + "-wal", path + "-shm", path + "-journal"} {
		if err := os.Remove(leftover); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	return path, f.Close()
}

// finish gives a complete database its name, durably.
func finish(dir string) error {
	path := filepath.Join(dir, unfinished)
	if err := sync(path); err != nil {
		return err
	}
	failpoint.Reach("sqlite.create.rename")
	if err := os.Rename(path, filepath.Join(dir, databaseName)); err != nil {
		return err
	}
	failpoint.Reach("sqlite.create.renamed")
	return sync(dir)
}

// sync waits until a file, or the names in a directory, are on the disk.
func sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
