// Package postgres keeps documents and boards in a PostgreSQL database, which
// any number of servers may share.
//
// A method that writes returns when its transaction is committed with
// synchronous_commit=on. Who appends to a document holds the lock of its row,
// so positions are dense whoever appends. Errors of the driver end here: they
// are kept in the chain for whoever logs them, but callers branch only on
// those of package store and on those of the context.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"openmic/migrations"
	"openmic/server/internal/failpoint"
	"openmic/server/store"
)

const (
	// connectTimeout bounds one connection attempt when the URL has no connect_timeout.
	connectTimeout = 5 * time.Second
	// idleInTransaction frees the locks of a node that was cut off in the middle
	// of a transaction. None of ours waits for anything but the next statement.
	idleInTransaction = "30s"
	// oldest is the first version that is tested against, as server_version_num has it.
	oldest = 15_00_00
)

// Codes of PostgreSQL errors, from its manual, appendix A.
const (
	uniqueViolation = "23505"
	dataCorrupted   = "XX001"
	indexCorrupted  = "XX002"
)

// Store is a store.Store in a PostgreSQL database.
type Store struct {
	storageID      string
	pool           *pgxpool.Pool
	acceptDataLoss bool
}

// An Option of Open.
type Option func(*Store)

// AcceptDataLoss opens a database also where what it says is stored would not
// survive a power failure.
func AcceptDataLoss(s *Store) { s.acceptDataLoss = true }

var _ store.Store = (*Store)(nil)

// Open connects to a database by its URL and brings its schema up to date;
// servers that do so at once take turns. Beside libpq's parameters the URL may
// have those of pgxpool, such as pool_max_conns. An error when the server is
// older than PostgreSQL 15, or runs with fsync off and no option accepts that.
func Open(ctx context.Context, url string, options ...Option) (*Store, error) {
	config, err := configure(url)
	if err != nil {
		return nil, fmt.Errorf("read database URL: %w", err)
	}
	return open(ctx, config, func(s *Store, ctx context.Context) error {
		for _, option := range options {
			option(s)
		}
		return s.open(ctx)
	})
}

func open(ctx context.Context, config *pgxpool.Config, prepare func(*Store, context.Context) error) (*Store, error) {
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s := &Store{pool: pool}
	if err := prepare(s, ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", damaged(err))
	}
	return s, nil
}

// configure reads the URL and sets what is not the operator's choice.
func configure(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	conn := config.ConnConfig
	// In the simple protocol the client writes values into the SQL text, and has
	// to get every quote right; in the extended one they never meet.
	if conn.DefaultQueryExecMode == pgx.QueryExecModeSimpleProtocol {
		return nil, errors.New("default_query_exec_mode=simple_protocol is not supported")
	}
	if conn.ConnectTimeout == 0 {
		conn.ConnectTimeout = connectTimeout
	}
	// Parameters of the connection win over those of the URL, the role, the
	// database and the server.
	conn.RuntimeParams["synchronous_commit"] = "on"
	// Append reads a document's length after it waited for the lock: each
	// statement must see what was committed before it.
	conn.RuntimeParams["default_transaction_isolation"] = "read committed"
	// Every query here goes by key. A plan that was made and kept while the
	// tables were nearly empty reads them whole, also when they have grown.
	for _, method := range []string{"enable_seqscan", "enable_hashjoin", "enable_mergejoin"} {
		conn.RuntimeParams[method] = "off"
	}
	conn.Tracer = tracer
	conn.RuntimeParams["idle_in_transaction_session_timeout"] = idleInTransaction
	if conn.RuntimeParams["application_name"] == "" {
		conn.RuntimeParams["application_name"] = "openmic"
	}
	return config, nil
}

func (s *Store) open(ctx context.Context) error {
	var version int
	var name, fsync string
	err := s.pool.QueryRow(ctx, `
		SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('fsync')`).
		Scan(&version, &name, &fsync)
	if err != nil {
		return err
	}
	if s.acceptDataLoss {
		fsync = "on"
	}
	if err := supported(version, name, fsync); err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(s.pool)
	defer db.Close()
	failpoint.Reach("postgres.migrate")
	if err := migrations.Postgres(ctx, db); err != nil {
		return err
	}
	failpoint.Reach("postgres.migrated")
	return s.readStorageID(ctx)
}

func (s *Store) readStorageID(ctx context.Context) error {
	if err := s.pool.QueryRow(ctx, `SELECT storage_id::text FROM meta`).Scan(&s.storageID); err != nil {
		return fmt.Errorf("read storage id: %w", err)
	}
	return nil
}

// supported refuses a server that is too old or whose commits do not last.
func supported(version int, name, fsync string) error {
	if version < oldest {
		return fmt.Errorf("the server is PostgreSQL %s, and %d or newer is needed", name, oldest/10000)
	}
	if fsync != "on" {
		return errors.New("the server runs with fsync=off: what it says is stored would not survive a power failure")
	}
	return nil
}

// StorageID returns the UUID that the database was given when it was first opened.
func (s *Store) StorageID() string { return s.storageID }

// Ping asks the server for an answer.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Close waits for what is under way and closes the connections.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// damaged adds store.ErrDamaged to PostgreSQL's own ways of saying so.
func damaged(err error) error {
	if hasCode(err, dataCorrupted) || hasCode(err, indexCorrupted) {
		return fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	return err
}

func hasCode(err error, code string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == code
}

// found turns the absence of a row into store.ErrNotFound.
func found(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return store.ErrNotFound
	}
	return damaged(err)
}

// send runs the statements that queue adds in one transaction and one round
// trip (two when the connection has not prepared them yet). A statement that
// fails keeps those after it from running, the commit included; the pool then
// drops the connection, and the server rolls back. what names them for tests.
func (s *Store) send(ctx context.Context, what string, queue func(*pgx.Batch)) error {
	var batch pgx.Batch
	batch.Queue(`BEGIN`)
	queue(&batch)
	batch.Queue(`COMMIT`)
	failpoint.Reach("postgres." + what + ".send")
	results := s.pool.SendBatch(ctx, &batch)
	failpoint.Reach("postgres." + what + ".sent")
	err := results.Close()
	failpoint.Reach("postgres." + what + ".answered")
	return err
}
