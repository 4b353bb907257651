package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

// SignIn implements store.Persons.
func (s *Store) SignIn(ctx context.Context, p store.Person, in store.SignIn) (store.Person, error) {
	if err := rows.CheckPerson(p); err != nil {
		return store.Person{}, fmt.Errorf("sign in: %w", err)
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		var created int64
		err := tx.QueryRowContext(background, `
			INSERT INTO persons (id, issuer, subject, name, created) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (issuer, subject) DO UPDATE SET name = excluded.name RETURNING id, created`,
			p.ID, p.Issuer, p.Subject, p.Name, p.Created.UnixMilli()).Scan(&p.ID, &created)
		if err != nil {
			return err
		}
		p.Created = time.UnixMilli(created).UTC()
		_, err = tx.ExecContext(background, `
			INSERT INTO sign_ins (token_hash, person, administrator, created, expires) VALUES (?, ?, ?, ?, ?)`,
			in.TokenHash[:], p.ID, in.Administrator, in.Created.UnixMilli(), in.Expires.UnixMilli())
		return err
	})
	if err != nil {
		return store.Person{}, fmt.Errorf("sign in: %w", damaged(err))
	}
	return p, nil
}

// SignedIn implements store.Persons.
func (s *Store) SignedIn(ctx context.Context, tokenHash [32]byte) (store.SignIn, error) {
	in := store.SignIn{TokenHash: tokenHash}
	var created, expires int64
	err := s.reader.QueryRowContext(ctx, `
		SELECT s.person, p.name, s.administrator, s.created, s.expires
		FROM sign_ins s JOIN persons p ON p.id = s.person WHERE s.token_hash = ?`, tokenHash[:]).
		Scan(&in.Person, &in.Name, &in.Administrator, &created, &expires)
	if err != nil {
		return store.SignIn{}, fmt.Errorf("read sign-in: %w", found(err))
	}
	in.Created, in.Expires = time.UnixMilli(created).UTC(), time.UnixMilli(expires).UTC()
	return in, nil
}

// SignOut implements store.Persons.
func (s *Store) SignOut(ctx context.Context, tokenHash [32]byte) error {
	return s.forget(ctx, "sign out", `DELETE FROM sign_ins WHERE token_hash = ?`, tokenHash[:])
}

// ForgetSignIns implements store.Persons.
func (s *Store) ForgetSignIns(ctx context.Context, before time.Time) error {
	return s.forget(ctx, "forget sign-ins", `DELETE FROM sign_ins WHERE expires < ?`, before.UnixMilli())
}

func (s *Store) forget(ctx context.Context, what, statement string, args ...any) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(ctx), statement, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, damaged(err))
	}
	return nil
}

// JoinPerson implements store.Persons.
func (s *Store) JoinPerson(ctx context.Context, p store.Participant, most int) (store.Participant, error) {
	if !rows.Text(p.Name) || p.Person == "" {
		return store.Participant{}, errors.New("join: a person with a name that is UTF-8 without NUL")
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		already, err := scanParticipant(tx.QueryRowContext(background,
			`SELECT `+participantColumns+` FROM participants WHERE board_id = ? AND person = ?`, p.BoardID, p.Person).Scan)
		here := err == nil
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := roomFor(background, tx, p, here && already.Link == p.Link, here, most); err != nil {
			return err
		}
		if !here {
			return insertParticipant(background, tx, p)
		}
		p = already.Again(p)
		_, err = tx.ExecContext(background, `UPDATE participants SET link = ?, password = ?, name = ?, audience = ?, gone = NULL WHERE id = ?`,
			p.Link[:], p.Password, p.Name, string(p.Audience), p.ID)
		return err
	})
	if err != nil {
		return store.Participant{}, fmt.Errorf("join board %q: %w", p.BoardID, damaged(err))
	}
	return p, nil
}

// roomFor tells whether a link, if they come by one, and a board take a participant.
func roomFor(ctx context.Context, tx *sql.Tx, p store.Participant, byIt, here bool, most int) error {
	var people, byLink, all int
	err := tx.QueryRowContext(ctx, `
		SELECT coalesce((SELECT people FROM links WHERE secret_hash = ?2 AND board_id = ?1), CASE WHEN ?3 THEN -1 ELSE 0 END),
			(SELECT count(*) FROM participants WHERE board_id = ?1 AND link = ?2),
			(SELECT count(*) FROM participants WHERE board_id = ?1)
		FROM boards WHERE id = ?1`, p.BoardID, p.Link[:], p.Link != [32]byte{}).Scan(&people, &byLink, &all)
	switch {
	case err != nil:
		return found(err)
	case people < 0:
		return store.ErrNotFound
	case people > 0 && byLink >= people && !byIt, all >= most && !here:
		return store.ErrFull
	}
	return nil
}

// ParticipantByPerson implements store.Persons.
func (s *Store) ParticipantByPerson(ctx context.Context, board, person string) (store.Participant, error) {
	p, err := scanParticipant(s.reader.QueryRowContext(ctx,
		`SELECT `+participantColumns+` FROM participants WHERE board_id = ? AND person = ?`, board, person).Scan)
	if err != nil {
		return store.Participant{}, fmt.Errorf("read participant: %w", found(err))
	}
	return p, nil
}

// AddOwner implements store.Persons.
func (s *Store) AddOwner(ctx context.Context, board, person string, at time.Time, most int) error {
	return s.change(ctx, "add an owner", board, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		var links, owners int
		err := tx.QueryRowContext(ctx, `
			SELECT (SELECT count(*) FROM links WHERE board_id = ?1), (SELECT count(*) FROM owners WHERE board_id = ?1 AND person <> ?2)`,
			board, person).Scan(&links, &owners)
		if err != nil || links == 0 {
			return nil, orNotFound(err)
		}
		if owners >= most {
			return nil, store.ErrFull
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO owners (board_id, person, added) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, board, person, at.UnixMilli())
		return nil, err
	})
}

// RemoveOwner implements store.Persons.
func (s *Store) RemoveOwner(ctx context.Context, board, person string) error {
	return s.change(ctx, "remove an owner", board, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `DELETE FROM owners WHERE board_id = ? AND person = ?`, board, person)
	})
}

// ownersOf lists the people whose a board is.
func ownersOf(ctx context.Context, q querier, board string) ([]string, error) {
	return texts(ctx, q, `SELECT person FROM owners WHERE board_id = ? ORDER BY person`, board)
}
