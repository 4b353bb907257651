package main

import (
	"errors"
	"fmt"

	"openmic/server/store/sqlite"
)

type backupCmd struct {
	place
	Dest string `arg:"" help:"Directory for the copy; it becomes a data directory of its own."`
}

// Run copies the database.
func (c *backupCmd) Run(s *streams) error {
	if c.DatabaseURL != "" {
		return errors.New("backup copies SQLite databases only: use pg_dump for PostgreSQL")
	}
	if c.Dest == "" {
		return errors.New("give a directory for the copy")
	}
	ctx, cancel := untilSignal()
	defer cancel()
	if err := sqlite.Backup(ctx, c.Data, c.Dest); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "openmic: copied to %s\n", c.Dest)
	return nil
}
