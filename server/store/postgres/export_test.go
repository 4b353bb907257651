package postgres

import "context"

// Supported is supported, for versions that are not installed.
var Supported = supported

// Setting returns a setting of one of the store's own connections.
func (s *Store) Setting(ctx context.Context, name string) (value string, err error) {
	err = s.pool.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(&value)
	return value, err
}
