package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Endpoint is where the server of a database listens, as net.Dial names it.
func Endpoint(databaseURL string) (network, address string, err error) {
	config, err := pgconn.ParseConfig(databaseURL)
	if err != nil {
		return "", "", err
	}
	network, address = pgconn.NetworkAddress(config.Host, config.Port)
	return network, address, nil
}

// Via is the URL of the same database, reached through a host and port.
func Via(databaseURL, address string) (string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	query := u.Query()
	query.Set("host", host)
	query.Set("port", port)
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// Terminate has the server end every other connection to a database, and
// returns how many these were.
func Terminate(ctx context.Context, databaseURL string) (n int, err error) {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return 0, err
	}
	err = conn.QueryRow(ctx, `
		SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&n)
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return 0, fmt.Errorf("terminate connections: %w", err)
	}
	return n, nil
}
