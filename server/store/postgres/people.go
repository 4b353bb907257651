package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

const (
	linkColumns = `board_id, role, audience, label, secret_hash, expires, password, people, lanes, created`
	insertLink  = `INSERT INTO links (` + linkColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
)

func linkValues(l store.Link) []any {
	return []any{l.BoardID, string(l.Role), string(l.Audience), l.Label, l.SecretHash[:], nullTime(l.Expires), l.Password, l.People, rows.Lanes(l.Lanes), milliseconds(l.Created)}
}

func scanLink(row pgx.Row) (store.Link, error) {
	var (
		l       store.Link
		hash    []byte
		expires *time.Time
		lanes   string
	)
	err := row.Scan(&l.BoardID, &l.Role, &l.Audience, &l.Label, &hash, &expires, &l.Password, &l.People, &lanes, &l.Created)
	if err != nil {
		return store.Link{}, err
	}
	if l.Lanes, err = rows.ReadLanes(lanes); err != nil {
		return store.Link{}, err
	}
	copy(l.SecretHash[:], hash)
	l.Expires, l.Created = timeOf(expires), l.Created.UTC()
	return l, nil
}

// LinkBySecret implements store.People.
func (s *Store) LinkBySecret(ctx context.Context, secretHash [32]byte) (store.Link, error) {
	l, err := scanLink(s.pool.QueryRow(ctx, `SELECT `+linkColumns+` FROM links WHERE secret_hash = $1`, secretHash[:]))
	if err != nil {
		return store.Link{}, fmt.Errorf("read link: %w", found(err))
	}
	return l, nil
}

// Access implements store.People.
func (s *Store) Access(ctx context.Context, id string) (store.Access, error) {
	var a store.Access
	if !rows.Text(id) {
		return a, fmt.Errorf("read access to board %q: %w", id, store.ErrNotFound)
	}
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		a, err = access(ctx, tx, id)
		return err
	})
	if err != nil {
		return store.Access{}, fmt.Errorf("read access to board %q: %w", id, found(err))
	}
	return a, nil
}

func access(ctx context.Context, q querier, id string) (a store.Access, err error) {
	if a.Board, err = board(ctx, q, id); err != nil {
		return a, err
	}
	result, err := q.Query(ctx, `SELECT `+linkColumns+` FROM links WHERE board_id = $1 ORDER BY created, secret_hash`, id)
	if err != nil {
		return a, err
	}
	a.Links, err = pgx.CollectRows(result, func(row pgx.CollectableRow) (store.Link, error) { return scanLink(row) })
	if err != nil {
		return a, err
	}
	result, err = q.Query(ctx, `
		SELECT id, banned, coalesce(role, '') FROM participants WHERE board_id = $1 AND (banned OR role IS NOT NULL) ORDER BY id`, id)
	if err != nil {
		return a, err
	}
	for err == nil && result.Next() {
		var p store.Participant
		if err = result.Scan(&p.ID, &p.Banned, &p.Role); err == nil {
			a.Add(p)
		}
	}
	result.Close()
	if err = errors.Join(err, result.Err()); err != nil {
		return a, err
	}
	a.Owners, err = ownersOf(ctx, q, id)
	return a, err
}

// Versions implements store.People.
func (s *Store) Versions(ctx context.Context, boards []string) (map[string]int64, error) {
	result, err := s.pool.Query(ctx, `SELECT id, version FROM boards WHERE id = ANY ($1::text[])`, boards)
	versions := make(map[string]int64, len(boards))
	if err == nil {
		var id string
		var version int64
		_, err = pgx.ForEachRow(result, []any{&id, &version}, func() error {
			versions[id] = version
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", damaged(err))
	}
	return versions, nil
}

// change runs a statement that changes one row of what decides about a board. The
// board's row is locked first, so that two who do so take turns.
func (s *Store) change(ctx context.Context, what, board string, change func(pgx.Tx) (pgconn.CommandTag, error)) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE boards SET version = version + 1 WHERE id = $1`, board)
		if err == nil && tag.RowsAffected() > 0 {
			tag, err = change(tx)
		}
		if err == nil && tag.RowsAffected() == 0 {
			err = store.ErrNotFound
		}
		if err != nil {
			return err
		}
		return insertLines(ctx, tx, store.Noted(ctx, board))
	})
	if err != nil {
		return fmt.Errorf("%s of board %q: %w", what, board, damaged(err))
	}
	return nil
}

// SetBoard implements store.People.
func (s *Store) SetBoard(ctx context.Context, b store.Board) error {
	return s.change(ctx, "change the state", b.ID, func(tx pgx.Tx) (pgconn.CommandTag, error) {
		return tx.Exec(ctx, `UPDATE boards SET locked = $2, closed = $3, deleted = $4, archived = $5 WHERE id = $1`,
			b.ID, b.Locked, b.Closed, nullTime(b.Deleted), nullTime(b.Archived))
	})
}

// AddLink implements store.People.
func (s *Store) AddLink(ctx context.Context, l store.Link, most int) error {
	if err := rows.CheckLink(l); err != nil {
		return fmt.Errorf("add a link: %w", err)
	}
	return s.change(ctx, "add a link", l.BoardID, func(tx pgx.Tx) (tag pgconn.CommandTag, err error) {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM links WHERE board_id = $1`, l.BoardID).Scan(&n); err != nil {
			return tag, err
		}
		if n >= most {
			return tag, store.ErrFull
		}
		return tx.Exec(ctx, insertLink, linkValues(l)...)
	})
}

// SetLink implements store.People.
func (s *Store) SetLink(ctx context.Context, l store.Link) error {
	if err := rows.CheckLink(l); err != nil {
		return fmt.Errorf("change a link: %w", err)
	}
	return s.change(ctx, "change a link", l.BoardID, func(tx pgx.Tx) (pgconn.CommandTag, error) {
		return tx.Exec(ctx, `
			UPDATE links SET role = $3, audience = $4, label = $5, expires = $6, password = $7, people = $8, lanes = $9
			WHERE secret_hash = $1 AND board_id = $2`,
			l.SecretHash[:], l.BoardID, string(l.Role), string(l.Audience), l.Label, nullTime(l.Expires), l.Password, l.People, rows.Lanes(l.Lanes))
	})
}

// DeleteLink implements store.People.
func (s *Store) DeleteLink(ctx context.Context, board string, secretHash [32]byte) error {
	return s.change(ctx, "revoke a link", board, func(tx pgx.Tx) (pgconn.CommandTag, error) {
		return tx.Exec(ctx, `DELETE FROM links WHERE secret_hash = $1 AND board_id = $2`, secretHash[:], board)
	})
}

// Join implements store.People. The link's row is locked, so that no more join by
// it than it takes.
func (s *Store) Join(ctx context.Context, p store.Participant, most int) error {
	if !rows.Text(p.Name) {
		return errors.New("join: the name must be UTF-8 without NUL")
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var people, byLink, all int
		err := tx.QueryRow(ctx, `SELECT people FROM links WHERE secret_hash = $1 AND board_id = $2 FOR UPDATE`, p.Link[:], p.BoardID).
			Scan(&people)
		if err != nil {
			return found(err)
		}
		err = tx.QueryRow(ctx, `
			SELECT count(*) FILTER (WHERE link = $2), count(*) FROM participants WHERE board_id = $1`, p.BoardID, p.Link[:]).
			Scan(&byLink, &all)
		if err != nil {
			return err
		}
		if people > 0 && byLink >= people || all >= most {
			return store.ErrFull
		}
		return insertParticipant(ctx, tx, p)
	})
	if err != nil {
		return fmt.Errorf("join board %q: %w", p.BoardID, damaged(err))
	}
	return nil
}

func insertParticipant(ctx context.Context, tx pgx.Tx, p store.Participant) error {
	_, err := tx.Exec(ctx, `INSERT INTO participants (`+participantColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, ''), nullif($13, ''))`,
		p.ID, p.BoardID, p.TokenHash[:], p.Link[:], p.Password, p.Name, string(p.Audience), p.Banned, milliseconds(p.Created),
		nullTime(p.Erased), nullTime(p.Left), p.Person, string(p.Role))
	if err != nil {
		return err
	}
	return insertLines(ctx, tx, store.Noted(ctx, p.BoardID))
}

const participantColumns = `id, board_id, token_hash, link, password, name, audience, banned, created, erased, gone, person, role`

func scanParticipant(row pgx.Row) (store.Participant, error) {
	var p store.Participant
	var token, link []byte
	var person, role *string
	var erased, left *time.Time
	err := row.Scan(&p.ID, &p.BoardID, &token, &link, &p.Password, &p.Name, &p.Audience, &p.Banned, &p.Created, &erased, &left, &person, &role)
	copy(p.TokenHash[:], token)
	copy(p.Link[:], link)
	if person != nil {
		p.Person = *person
	}
	if role != nil {
		p.Role = store.Role(*role)
	}
	p.Created, p.Erased, p.Left = p.Created.UTC(), timeOf(erased), timeOf(left)
	return p, err
}

// ParticipantByToken implements store.People.
func (s *Store) ParticipantByToken(ctx context.Context, tokenHash [32]byte) (store.Participant, error) {
	p, err := scanParticipant(s.pool.QueryRow(ctx, `SELECT `+participantColumns+` FROM participants WHERE token_hash = $1`, tokenHash[:]))
	if err != nil {
		return store.Participant{}, fmt.Errorf("read participant: %w", found(err))
	}
	return p, nil
}

// Participant implements store.People.
func (s *Store) Participant(ctx context.Context, board, id string) (store.Participant, error) {
	if !rows.Text(id) {
		return store.Participant{}, fmt.Errorf("read participant: %w", store.ErrNotFound)
	}
	p, err := scanParticipant(s.pool.QueryRow(ctx,
		`SELECT `+participantColumns+` FROM participants WHERE id = $1 AND board_id = $2`, id, board))
	if err != nil {
		return store.Participant{}, fmt.Errorf("read participant: %w", found(err))
	}
	return p, nil
}

// Participants implements store.People.
func (s *Store) Participants(ctx context.Context, board string, most int) (people []store.Participant, err error) {
	result, err := s.pool.Query(ctx, `
		SELECT `+participantColumns+` FROM participants WHERE board_id = $1 ORDER BY created DESC, id LIMIT $2`, board, most)
	if err == nil {
		people, err = pgx.CollectRows(result, func(row pgx.CollectableRow) (store.Participant, error) { return scanParticipant(row) })
	}
	if err != nil {
		return nil, fmt.Errorf("read participants of board %q: %w", board, damaged(err))
	}
	return people, nil
}

// SetParticipant implements store.People.
func (s *Store) SetParticipant(ctx context.Context, p store.Participant) error {
	if !rows.Text(p.Name) {
		return errors.New("change a participant: the name must be UTF-8 without NUL")
	}
	return s.change(ctx, "change a participant", p.BoardID, func(tx pgx.Tx) (pgconn.CommandTag, error) {
		return tx.Exec(ctx, `UPDATE participants SET name = $3, banned = $4, role = nullif($5, '') WHERE id = $1 AND board_id = $2`,
			p.ID, p.BoardID, p.Name, p.Banned, string(p.Role))
	})
}

// Actors implements store.People.
func (s *Store) Actors(ctx context.Context, doc docid.ID) (actors []store.Actor, err error) {
	result, err := s.pool.Query(ctx, ownedBy+`
		SELECT a.actor, a.participant, a.link, a.owns AND a.participant = o.participant, a.first_at
		FROM actors a LEFT JOIN owned o ON o.actor = a.actor WHERE a.doc = $1 ORDER BY a.actor, a.participant`, doc[:])
	if err == nil {
		actors, err = pgx.CollectRows(result, func(row pgx.CollectableRow) (a store.Actor, err error) {
			var actor []byte
			err = row.Scan(&actor, &a.Participant, &a.Link, &a.Owns, &a.First)
			a.Actor, a.First = crdt.Actor(actor), a.First.UTC()
			return a, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read actors of document %s: %w", doc, damaged(err))
	}
	return actors, nil
}

// Contributors implements store.People.
func (s *Store) Contributors(ctx context.Context, doc docid.ID, most int) (list []store.Contributor, err error) {
	result, err := s.pool.Query(ctx, ownedBy+`
		SELECT a.actor, a.participant, a.link, coalesce(p.name, ''), coalesce(p.audience, ''), p.created
		FROM owned a LEFT JOIN participants p ON p.id = a.participant
		ORDER BY a.first_at, a.actor LIMIT $2`, doc[:], most)
	if err == nil {
		list, err = pgx.CollectRows(result, func(row pgx.CollectableRow) (c store.Contributor, err error) {
			var actor []byte
			var joined *time.Time
			err = row.Scan(&actor, &c.Participant, &c.Link, &c.Name, &c.Audience, &joined)
			c.Actor = crdt.Actor(actor)
			if joined != nil {
				c.Joined = joined.UTC()
			}
			return c, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read contributors of document %s: %w", doc, damaged(err))
	}
	return list, nil
}

// Authors implements store.People.
func (s *Store) Authors(ctx context.Context, doc docid.ID, most int) (authors []store.Author, err error) {
	result, err := s.pool.Query(ctx, ownedBy+`
		SELECT a.actor, p.id, p.audience FROM owned a JOIN participants p ON p.id = a.participant
		ORDER BY a.first_at DESC, a.actor LIMIT $2`, doc[:], most)
	if err == nil {
		authors, err = pgx.CollectRows(result, func(row pgx.CollectableRow) (a store.Author, err error) {
			var actor []byte
			err = row.Scan(&actor, &a.Participant, &a.Audience)
			a.Actor = crdt.Actor(actor)
			return a, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read authors of document %s: %w", doc, damaged(err))
	}
	return authors, nil
}

// queueActor notes who sent a change.
func queueActor(batch *pgx.Batch, e store.Entry) {
	a := e.From
	batch.Queue(`
		INSERT INTO actors (doc, actor, participant, link, owns, first_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (doc, actor, participant) DO UPDATE SET owns = actors.owns OR excluded.owns`,
		e.Doc[:], []byte(a.Actor), a.Participant, a.Link, a.Owns, milliseconds(e.At))
}
