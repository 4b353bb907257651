//go:build !failpoint

package postgres

import "github.com/jackc/pgx/v5"

var tracer pgx.QueryTracer
