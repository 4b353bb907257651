-- +goose Up

-- version grows with every change to a board, its links or who may come: whoever
-- holds an older one in memory reads them again.
ALTER TABLE boards ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE boards ADD COLUMN locked  INTEGER NOT NULL DEFAULT 0; -- only owners change it
ALTER TABLE boards ADD COLUMN closed  INTEGER NOT NULL DEFAULT 0; -- to people who are new
ALTER TABLE boards ADD COLUMN deleted INTEGER;                    -- when; NULL: it is not

-- The defaults are what links from before mean, and for a server of the version
-- before, which may still write here: whoever may do everything is staff.
ALTER TABLE links ADD COLUMN audience TEXT    NOT NULL DEFAULT 'customer' CHECK (audience IN ('customer', 'staff'));
ALTER TABLE links ADD COLUMN label    TEXT    NOT NULL DEFAULT '';
ALTER TABLE links ADD COLUMN expires  INTEGER;                     -- NULL: never
ALTER TABLE links ADD COLUMN password TEXT    NOT NULL DEFAULT ''; -- as argon2id writes its hashes; '': none
ALTER TABLE links ADD COLUMN people   INTEGER NOT NULL DEFAULT 0;  -- at most so many come by it; 0: any number

UPDATE links SET audience = 'staff' WHERE role = 'owner';

-- Who has joined a board. link is the secret_hash of the one that they came by
-- first, which may be gone.
CREATE TABLE participants (
    id         TEXT    PRIMARY KEY,
    board_id   TEXT    NOT NULL REFERENCES boards (id),
    token_hash BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    link       BLOB    NOT NULL CHECK (length(link) = 32),
    password   TEXT    NOT NULL, -- of the link, as it was when they gave it
    name       TEXT    NOT NULL,
    audience   TEXT    NOT NULL CHECK (audience IN ('customer', 'staff')),
    banned     INTEGER NOT NULL DEFAULT 0,
    created    INTEGER NOT NULL
) STRICT;

CREATE INDEX participants_board_id ON participants (board_id, link);

-- Who has sent changes of an actor: whoever did first, as far as it can be told,
-- owns it, and the others have passed its changes on.
CREATE TABLE actors (
    doc         BLOB    NOT NULL,
    actor       BLOB    NOT NULL,
    participant TEXT    NOT NULL,
    link        TEXT    NOT NULL, -- public id
    owns        INTEGER NOT NULL,
    first_at    INTEGER NOT NULL,
    PRIMARY KEY (doc, actor, participant)
) STRICT, WITHOUT ROWID;
