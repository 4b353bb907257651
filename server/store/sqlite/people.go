package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
	"openmic/server/store/internal/rows"
)

const linkColumns = `board_id, role, audience, label, secret_hash, expires, password, people, lanes, created`

func scanLink(scan func(...any) error) (store.Link, error) {
	var (
		l       store.Link
		hash    []byte
		expires sql.NullInt64
		lanes   string
		created int64
	)
	err := scan(&l.BoardID, &l.Role, &l.Audience, &l.Label, &hash, &expires, &l.Password, &l.People, &lanes, &created)
	if err != nil {
		return store.Link{}, err
	}
	if l.Lanes, err = rows.ReadLanes(lanes); err != nil {
		return store.Link{}, err
	}
	copy(l.SecretHash[:], hash)
	l.Expires, l.Created = timeOf(expires), time.UnixMilli(created).UTC()
	return l, nil
}

func insertLink(ctx context.Context, tx *sql.Tx, l store.Link) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO links (`+linkColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.BoardID, string(l.Role), string(l.Audience), l.Label, l.SecretHash[:], nullTime(l.Expires), l.Password, l.People, rows.Lanes(l.Lanes), l.Created.UnixMilli())
	return err
}

// LinkBySecret implements store.People.
func (s *Store) LinkBySecret(ctx context.Context, secretHash [32]byte) (store.Link, error) {
	l, err := scanLink(s.reader.QueryRowContext(ctx, `SELECT `+linkColumns+` FROM links WHERE secret_hash = ?`, secretHash[:]).Scan)
	if err != nil {
		return store.Link{}, fmt.Errorf("read link: %w", found(err))
	}
	return l, nil
}

// Access implements store.People.
func (s *Store) Access(ctx context.Context, id string) (store.Access, error) {
	tx, err := s.reader.BeginTx(ctx, nil)
	if err != nil {
		return store.Access{}, fmt.Errorf("read access to board %q: %w", id, damaged(err))
	}
	defer tx.Rollback()
	a, err := access(ctx, tx, id)
	if err != nil {
		return store.Access{}, fmt.Errorf("read access to board %q: %w", id, found(err))
	}
	return a, nil
}

func access(ctx context.Context, q querier, id string) (a store.Access, err error) {
	if a.Board, err = board(ctx, q, id); err != nil {
		return a, err
	}
	links, err := q.QueryContext(ctx, `SELECT `+linkColumns+` FROM links WHERE board_id = ? ORDER BY created, secret_hash`, id)
	if err != nil {
		return a, err
	}
	defer links.Close()
	for links.Next() {
		l, err := scanLink(links.Scan)
		if err != nil {
			return a, err
		}
		a.Links = append(a.Links, l)
	}
	if err := links.Err(); err != nil {
		return a, err
	}
	people, err := q.QueryContext(ctx, `
		SELECT id, banned, coalesce(role, '') FROM participants WHERE board_id = ? AND (banned OR role IS NOT NULL) ORDER BY id`, id)
	if err != nil {
		return a, err
	}
	defer people.Close()
	for people.Next() {
		var p store.Participant
		if err := people.Scan(&p.ID, &p.Banned, &p.Role); err != nil {
			return a, err
		}
		a.Add(p)
	}
	if err := people.Err(); err != nil {
		return a, err
	}
	a.Owners, err = ownersOf(ctx, q, id)
	return a, err
}

// Versions implements store.People.
func (s *Store) Versions(ctx context.Context, boards []string) (map[string]int64, error) {
	versions := make(map[string]int64, len(boards))
	if len(boards) == 0 {
		return versions, nil
	}
	args := make([]any, len(boards))
	for i, id := range boards {
		args[i] = id
	}
	result, err := s.reader.QueryContext(ctx, `SELECT id, version FROM boards WHERE id IN (?`+strings.Repeat(",?", len(boards)-1)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var id string
		var version int64
		if err := result.Scan(&id, &version); err != nil {
			return nil, fmt.Errorf("read versions: %w", damaged(err))
		}
		versions[id] = version
	}
	return versions, damaged(result.Err())
}

// change runs a statement that changes one row of what decides about a board.
func (s *Store) change(ctx context.Context, what, board string, change func(context.Context, *sql.Tx) (sql.Result, error)) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		result, err := change(background, tx)
		if err != nil {
			return err
		}
		if result != nil {
			if n, err := result.RowsAffected(); err != nil || n == 0 {
				return orNotFound(err)
			}
		}
		if _, err = tx.ExecContext(background, `UPDATE boards SET version = version + 1 WHERE id = ?`, board); err != nil {
			return err
		}
		return insertLines(background, tx, store.Noted(ctx, board))
	})
	if err != nil {
		return fmt.Errorf("%s of board %q: %w", what, board, damaged(err))
	}
	return nil
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return store.ErrNotFound
}

// SetBoard implements store.People.
func (s *Store) SetBoard(ctx context.Context, b store.Board) error {
	return s.change(ctx, "change the state", b.ID, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `UPDATE boards SET locked = ?, closed = ?, deleted = ?, archived = ? WHERE id = ?`,
			b.Locked, b.Closed, nullTime(b.Deleted), nullTime(b.Archived), b.ID)
	})
}

// AddLink implements store.People.
func (s *Store) AddLink(ctx context.Context, l store.Link, most int) error {
	if err := rows.CheckLink(l); err != nil {
		return fmt.Errorf("add a link: %w", err)
	}
	return s.change(ctx, "add a link", l.BoardID, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM links WHERE board_id = ?`, l.BoardID).Scan(&n); err != nil {
			return nil, err
		}
		if n >= most {
			return nil, store.ErrFull
		}
		return nil, insertLink(ctx, tx, l)
	})
}

// SetLink implements store.People.
func (s *Store) SetLink(ctx context.Context, l store.Link) error {
	if err := rows.CheckLink(l); err != nil {
		return fmt.Errorf("change a link: %w", err)
	}
	return s.change(ctx, "change a link", l.BoardID, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `
			UPDATE links SET role = ?, audience = ?, label = ?, expires = ?, password = ?, people = ?, lanes = ?
			WHERE secret_hash = ? AND board_id = ?`,
			string(l.Role), string(l.Audience), l.Label, nullTime(l.Expires), l.Password, l.People, rows.Lanes(l.Lanes), l.SecretHash[:], l.BoardID)
	})
}

// DeleteLink implements store.People.
func (s *Store) DeleteLink(ctx context.Context, board string, secretHash [32]byte) error {
	return s.change(ctx, "revoke a link", board, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `DELETE FROM links WHERE secret_hash = ? AND board_id = ?`, secretHash[:], board)
	})
}

// Join implements store.People.
func (s *Store) Join(ctx context.Context, p store.Participant, most int) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		background := context.WithoutCancel(ctx)
		var people, byLink, all int
		err := tx.QueryRowContext(background, `
			SELECT people, (SELECT count(*) FROM participants WHERE board_id = ?1 AND link = ?2),
				(SELECT count(*) FROM participants WHERE board_id = ?1)
			FROM links WHERE secret_hash = ?2 AND board_id = ?1`, p.BoardID, p.Link[:]).Scan(&people, &byLink, &all)
		if err != nil {
			return found(err)
		}
		if people > 0 && byLink >= people || all >= most {
			return store.ErrFull
		}
		return insertParticipant(background, tx, p)
	})
	if err != nil {
		return fmt.Errorf("join board %q: %w", p.BoardID, damaged(err))
	}
	return nil
}

func insertParticipant(ctx context.Context, tx *sql.Tx, p store.Participant) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO participants (`+participantColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''))`,
		p.ID, p.BoardID, p.TokenHash[:], p.Link[:], p.Password, p.Name, string(p.Audience), p.Banned, p.Created.UnixMilli(),
		nullTime(p.Erased), nullTime(p.Left), sql.NullString{String: p.Person, Valid: p.Person != ""}, string(p.Role))
	if err != nil {
		return err
	}
	return insertLines(ctx, tx, store.Noted(ctx, p.BoardID))
}

const participantColumns = `id, board_id, token_hash, link, password, name, audience, banned, created, erased, gone, person, role`

func scanParticipant(scan func(...any) error) (store.Participant, error) {
	var p store.Participant
	var token, link []byte
	var created int64
	var person, role sql.NullString
	var erased, left sql.NullInt64
	err := scan(&p.ID, &p.BoardID, &token, &link, &p.Password, &p.Name, &p.Audience, &p.Banned, &created, &erased, &left, &person, &role)
	copy(p.TokenHash[:], token)
	copy(p.Link[:], link)
	p.Person, p.Role = person.String, store.Role(role.String)
	p.Created, p.Erased, p.Left = time.UnixMilli(created).UTC(), timeOf(erased), timeOf(left)
	return p, err
}

// ParticipantByToken implements store.People.
func (s *Store) ParticipantByToken(ctx context.Context, tokenHash [32]byte) (store.Participant, error) {
	p, err := scanParticipant(s.reader.QueryRowContext(ctx,
		`SELECT `+participantColumns+` FROM participants WHERE token_hash = ?`, tokenHash[:]).Scan)
	if err != nil {
		return store.Participant{}, fmt.Errorf("read participant: %w", found(err))
	}
	return p, nil
}

// Participant implements store.People.
func (s *Store) Participant(ctx context.Context, board, id string) (store.Participant, error) {
	p, err := scanParticipant(s.reader.QueryRowContext(ctx,
		`SELECT `+participantColumns+` FROM participants WHERE id = ? AND board_id = ?`, id, board).Scan)
	if err != nil {
		return store.Participant{}, fmt.Errorf("read participant: %w", found(err))
	}
	return p, nil
}

// Participants implements store.People.
func (s *Store) Participants(ctx context.Context, board string, most int) (people []store.Participant, err error) {
	result, err := s.reader.QueryContext(ctx, `
		SELECT `+participantColumns+` FROM participants WHERE board_id = ? ORDER BY created DESC, id LIMIT ?`, board, most)
	if err != nil {
		return nil, fmt.Errorf("read participants of board %q: %w", board, damaged(err))
	}
	defer result.Close()
	for result.Next() {
		p, err := scanParticipant(result.Scan)
		if err != nil {
			return nil, fmt.Errorf("read participants of board %q: %w", board, damaged(err))
		}
		people = append(people, p)
	}
	return people, damaged(result.Err())
}

// SetParticipant implements store.People.
func (s *Store) SetParticipant(ctx context.Context, p store.Participant) error {
	if !rows.Text(p.Name) {
		return fmt.Errorf("change a participant: the name must be UTF-8 without NUL")
	}
	return s.change(ctx, "change a participant", p.BoardID, func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `UPDATE participants SET name = ?, banned = ?, role = nullif(?, '') WHERE id = ? AND board_id = ?`,
			p.Name, p.Banned, string(p.Role), p.ID, p.BoardID)
	})
}

// Actors implements store.People.
func (s *Store) Actors(ctx context.Context, doc docid.ID) (actors []store.Actor, err error) {
	result, err := s.reader.QueryContext(ctx, ownedBy+`
		SELECT a.actor, a.participant, a.link, a.owns AND a.participant = o.participant, a.first_at
		FROM actors a LEFT JOIN owned o ON o.actor = a.actor WHERE a.doc = ?1 ORDER BY a.actor, a.participant`, doc[:])
	if err != nil {
		return nil, fmt.Errorf("read actors of document %s: %w", doc, damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var a store.Actor
		var actor []byte
		var first int64
		if err := result.Scan(&actor, &a.Participant, &a.Link, &a.Owns, &first); err != nil {
			return nil, fmt.Errorf("read actors of document %s: %w", doc, damaged(err))
		}
		a.Actor, a.First = crdt.Actor(actor), time.UnixMilli(first).UTC()
		actors = append(actors, a)
	}
	return actors, damaged(result.Err())
}

// Contributors implements store.People.
func (s *Store) Contributors(ctx context.Context, doc docid.ID, most int) (list []store.Contributor, err error) {
	result, err := s.reader.QueryContext(ctx, ownedBy+`
		SELECT a.actor, a.participant, a.link, coalesce(p.name, ''), coalesce(p.audience, ''), coalesce(p.created, 0)
		FROM owned a LEFT JOIN participants p ON p.id = a.participant
		ORDER BY a.first_at, a.actor LIMIT ?2`, doc[:], most)
	if err != nil {
		return nil, fmt.Errorf("read contributors of document %s: %w", doc, damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var actor []byte
		var joined int64
		var c store.Contributor
		if err := result.Scan(&actor, &c.Participant, &c.Link, &c.Name, &c.Audience, &joined); err != nil {
			return nil, fmt.Errorf("read contributors of document %s: %w", doc, damaged(err))
		}
		c.Actor = crdt.Actor(actor)
		if joined != 0 {
			c.Joined = time.UnixMilli(joined).UTC()
		}
		list = append(list, c)
	}
	return list, damaged(result.Err())
}

// Authors implements store.People.
func (s *Store) Authors(ctx context.Context, doc docid.ID, most int) (authors []store.Author, err error) {
	result, err := s.reader.QueryContext(ctx, ownedBy+`
		SELECT a.actor, p.id, p.audience FROM owned a JOIN participants p ON p.id = a.participant
		ORDER BY a.first_at DESC, a.actor LIMIT ?2`, doc[:], most)
	if err != nil {
		return nil, fmt.Errorf("read authors of document %s: %w", doc, damaged(err))
	}
	defer result.Close()
	for result.Next() {
		var actor []byte
		var a store.Author
		if err := result.Scan(&actor, &a.Participant, &a.Audience); err != nil {
			return nil, fmt.Errorf("read authors of document %s: %w", doc, damaged(err))
		}
		a.Actor = crdt.Actor(actor)
		authors = append(authors, a)
	}
	return authors, damaged(result.Err())
}

// insertActor notes who sent a change. What is known already stays.
func insertActor(ctx context.Context, tx *sql.Tx, e store.Entry) error {
	a := e.From
	_, err := tx.ExecContext(ctx, `
		INSERT INTO actors (doc, actor, participant, link, owns, first_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (doc, actor, participant) DO UPDATE SET owns = owns OR excluded.owns`,
		e.Doc[:], []byte(a.Actor), a.Participant, a.Link, a.Owns, e.At.UnixMilli())
	return err
}
