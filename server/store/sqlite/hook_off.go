//go:build !failpoint

package sqlite

import "github.com/mattn/go-sqlite3"

var connected func(*sqlite3.SQLiteConn) error
