//go:build failpoint

package postgres

import (
	"context"
	"regexp"

	"github.com/jackc/pgx/v5"

	"openmic/server/internal/failpoint"
)

var tracer pgx.QueryTracer = createTracer{}

// createTracer makes every table that is created a failure point, which is
// reached between the statements of a migration.
type createTracer struct{}

var createTable = regexp.MustCompile(`(?i)create table (?:if not exists )?(\w+)`)

func (createTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if m := createTable.FindStringSubmatch(data.SQL); m != nil {
		failpoint.Reach("postgres.migrate." + m[1])
	}
	return ctx
}

func (createTracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
