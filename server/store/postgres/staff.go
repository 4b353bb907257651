package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// SignIn implements store.Persons.
func (s *Store) SignIn(ctx context.Context, p store.Person, in store.SignIn) (store.Person, error) {
	if err := rows.CheckPerson(p); err != nil {
		return store.Person{}, fmt.Errorf("sign in: %w", err)
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			INSERT INTO persons (id, issuer, subject, name, created) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (issuer, subject) DO UPDATE SET name = excluded.name RETURNING id, created`,
			p.ID, p.Issuer, p.Subject, p.Name, milliseconds(p.Created)).Scan(&p.ID, &p.Created)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO sign_ins (token_hash, person, administrator, created, expires) VALUES ($1, $2, $3, $4, $5)`,
			in.TokenHash[:], p.ID, in.Administrator, milliseconds(in.Created), milliseconds(in.Expires))
		return err
	})
	if err != nil {
		return store.Person{}, fmt.Errorf("sign in: %w", damaged(err))
	}
	p.Created = p.Created.UTC()
	return p, nil
}

// SignedIn implements store.Persons.
func (s *Store) SignedIn(ctx context.Context, tokenHash [32]byte) (store.SignIn, error) {
	in := store.SignIn{TokenHash: tokenHash}
	err := s.pool.QueryRow(ctx, `
		SELECT s.person, p.name, s.administrator, s.created, s.expires
		FROM sign_ins s JOIN persons p ON p.id = s.person WHERE s.token_hash = $1`, tokenHash[:]).
		Scan(&in.Person, &in.Name, &in.Administrator, &in.Created, &in.Expires)
	if err != nil {
		return store.SignIn{}, fmt.Errorf("read sign-in: %w", found(err))
	}
	in.Created, in.Expires = in.Created.UTC(), in.Expires.UTC()
	return in, nil
}

// SignOut implements store.Persons.
func (s *Store) SignOut(ctx context.Context, tokenHash [32]byte) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM sign_ins WHERE token_hash = $1`, tokenHash[:]); err != nil {
		return fmt.Errorf("sign out: %w", damaged(err))
	}
	return nil
}

// ForgetSignIns implements store.Persons.
func (s *Store) ForgetSignIns(ctx context.Context, before time.Time) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM sign_ins WHERE expires < $1`, before); err != nil {
		return fmt.Errorf("forget sign-ins: %w", damaged(err))
	}
	return nil
}

// JoinPerson implements store.Persons. The board's row is locked, so that a person
// who comes with two devices at once is one participant.
func (s *Store) JoinPerson(ctx context.Context, p store.Participant, most int) (store.Participant, error) {
	if !rows.Text(p.Name) || p.Person == "" {
		return store.Participant{}, errors.New("join: a person with a name that is UTF-8 without NUL")
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT 1 FROM boards WHERE id = $1 FOR UPDATE`, p.BoardID); err != nil {
			return err
		}
		already, err := scanParticipant(tx.QueryRow(ctx,
			`SELECT `+participantColumns+` FROM participants WHERE board_id = $1 AND person = $2`, p.BoardID, p.Person))
		here := err == nil
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if err := roomFor(ctx, tx, p, here && already.Link == p.Link, here, most); err != nil {
			return err
		}
		if !here {
			return insertParticipant(ctx, tx, p)
		}
		p = already.Again(p)
		_, err = tx.Exec(ctx, `UPDATE participants SET link = $2, password = $3, name = $4, audience = $5, gone = NULL WHERE id = $1`,
			p.ID, p.Link[:], p.Password, p.Name, string(p.Audience))
		return err
	})
	if err != nil {
		return store.Participant{}, fmt.Errorf("join board %q: %w", p.BoardID, damaged(err))
	}
	return p, nil
}

// roomFor tells whether a link, if they come by one, and a board take a participant.
func roomFor(ctx context.Context, tx pgx.Tx, p store.Participant, byIt, here bool, most int) error {
	var people, byLink, all int
	if p.Link != [32]byte{} {
		// Locked as in Join.
		err := tx.QueryRow(ctx, `SELECT people FROM links WHERE secret_hash = $1 AND board_id = $2 FOR UPDATE`, p.Link[:], p.BoardID).Scan(&people)
		if err != nil {
			return found(err)
		}
	}
	err := tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM participants WHERE board_id = $1 AND link = $2),
			(SELECT count(*) FROM participants WHERE board_id = $1)
		FROM boards WHERE id = $1`, p.BoardID, p.Link[:]).Scan(&byLink, &all)
	switch {
	case err != nil:
		return found(err)
	case people > 0 && byLink >= people && !byIt, all >= most && !here:
		return store.ErrFull
	}
	return nil
}

// ParticipantByPerson implements store.Persons.
func (s *Store) ParticipantByPerson(ctx context.Context, board, person string) (store.Participant, error) {
	if !rows.Text(board) {
		return store.Participant{}, fmt.Errorf("read participant: %w", store.ErrNotFound)
	}
	p, err := scanParticipant(s.pool.QueryRow(ctx,
		`SELECT `+participantColumns+` FROM participants WHERE board_id = $1 AND person = $2`, board, person))
	if err != nil {
		return store.Participant{}, fmt.Errorf("read participant: %w", found(err))
	}
	return p, nil
}

// AddOwner implements store.Persons.
func (s *Store) AddOwner(ctx context.Context, board, person string, at time.Time, most int) error {
	if !rows.Text(board) {
		return fmt.Errorf("add an owner: %w", store.ErrNotFound)
	}
	return s.change(ctx, "add an owner", board, func(tx pgx.Tx) (tag pgconn.CommandTag, err error) {
		var links, owners int
		err = tx.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM links WHERE board_id = $1), (SELECT count(*) FROM owners WHERE board_id = $1 AND person <> $2)`,
			board, person).Scan(&links, &owners)
		if err != nil {
			return tag, err
		}
		if links == 0 {
			return tag, store.ErrNotFound
		}
		if owners >= most {
			return tag, store.ErrFull
		}
		return tx.Exec(ctx, `
			INSERT INTO owners (board_id, person, added) VALUES ($1, $2, $3)
			ON CONFLICT (board_id, person) DO UPDATE SET added = owners.added`, board, person, milliseconds(at))
	})
}

// RemoveOwner implements store.Persons.
func (s *Store) RemoveOwner(ctx context.Context, board, person string) error {
	if !rows.Text(board) {
		return fmt.Errorf("remove an owner: %w", store.ErrNotFound)
	}
	return s.change(ctx, "remove an owner", board, func(tx pgx.Tx) (pgconn.CommandTag, error) {
		return tx.Exec(ctx, `DELETE FROM owners WHERE board_id = $1 AND person = $2`, board, person)
	})
}

// ownersOf lists the people whose a board is.
func ownersOf(ctx context.Context, q querier, board string) ([]string, error) {
	result, err := q.Query(ctx, `SELECT person FROM owners WHERE board_id = $1 ORDER BY person`, board)
	if err != nil {
		return nil, err
	}
	var owners []string
	for person := ""; err == nil && result.Next(); {
		if err = result.Scan(&person); err == nil {
			owners = append(owners, person)
		}
	}
	result.Close()
	return owners, errors.Join(err, result.Err())
}
