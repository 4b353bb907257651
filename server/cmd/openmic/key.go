package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"openmic/server"
	"openmic/server/store"
	"openmic/server/store/sqlite"
)

// keyCmd is what an operator does about the keys that programs of the organisation
// make boards with. A server may be at work meanwhile, and knows of it at once.
type keyCmd struct {
	Create keyCreateCmd `cmd:"" help:"Make a key, and print it. It is told this once: only a hash of it is kept."`
	List   keyListCmd   `cmd:"" help:"List the keys."`
	Revoke keyRevokeCmd `cmd:"" help:"End a key. The boards that it made stay, with their links."`
}

type keyCreateCmd struct {
	place
	Name string `required:"" placeholder:"TEXT" help:"What it is for, as the list of keys says."`
	Can  string `default:"boards" enum:"boards" help:"What it opens: ${enum} are made, listed and managed (${default})."`
}

// Run prints the key on standard output, and its id beside it on standard error.
func (c *keyCreateCmd) Run(s *streams) error {
	key, secret, err := server.NewKey(c.Name)
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("--name: %w", err)}
	}
	err = c.withKeys(func(ctx context.Context, keys server.KeyStore) error { return keys.AddKey(ctx, key) })
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, secret)
	fmt.Fprintf(s.err, "openmic: made key %s; keep what is on standard output, it is not told again\n", key.ID)
	return nil
}

type keyListCmd struct{ place }

// Run prints a line for each key.
func (c *keyListCmd) Run(s *streams) error {
	return c.withKeys(func(ctx context.Context, keys server.KeyStore) error {
		all, err := keys.Keys(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tMADE\tREVOKED\tNAME")
		for _, k := range all {
			revoked := "-"
			if !k.Revoked.IsZero() {
				revoked = k.Revoked.Format(time.RFC3339)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.ID, k.Created.Format(time.RFC3339), revoked, k.Name)
		}
		return w.Flush()
	})
}

type keyRevokeCmd struct {
	place
	ID string `arg:"" help:"Id of the key, as in the list."`
}

// Run ends the key.
func (c *keyRevokeCmd) Run(s *streams) error {
	return c.withKeys(func(ctx context.Context, keys server.KeyStore) error {
		err := keys.RevokeKey(ctx, c.ID, time.Now())
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no key %q that holds", strings.ToValidUTF8(c.ID, "?"))
		}
		return err
	})
}

// withKeys opens the database, also while a server has it.
func (p *place) withKeys(do func(context.Context, server.KeyStore) error) (err error) {
	ctx, cancel := untilSignal()
	defer cancel()
	st, err := p.open(ctx)
	if errors.Is(err, store.ErrInUse) && p.DatabaseURL == "" {
		st, err = sqlite.OpenBeside(ctx, p.Data)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return do(ctx, st)
}
