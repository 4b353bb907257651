package sqlite

import (
	"context"
	"path/filepath"
)

// OpenBeside opens the database of a data directory beside the server that has it,
// for a few small writes of an operator. The schema is taken as it is. SQLite has
// the two take turns.
func OpenBeside(ctx context.Context, dir string) (*Store, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, openError(dir, err)
	}
	path = filepath.Join(path, databaseName)
	if err := notEmpty(path); err != nil {
		return nil, openError(dir, err)
	}
	s := &Store{writer: openWriter(path)}
	if err := s.openReader(ctx, path); err != nil {
		s.Close()
		return nil, openError(dir, err)
	}
	return s, nil
}
