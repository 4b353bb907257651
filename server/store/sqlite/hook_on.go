//go:build failpoint

package sqlite

import (
	"github.com/mattn/go-sqlite3"

	"openmic/server/internal/failpoint"
)

// connected makes every table that is created a failure point: it is reached
// between the statements of a migration, which SQLite prepares one by one.
func connected(conn *sqlite3.SQLiteConn) error {
	conn.RegisterAuthorizer(func(op int, table, _, _ string) int {
		if op == sqlite3.SQLITE_CREATE_TABLE {
			failpoint.Reach("sqlite.migrate." + table)
		}
		return sqlite3.SQLITE_OK
	})
	return nil
}
