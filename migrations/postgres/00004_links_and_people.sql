-- +goose Up

-- version grows with every change to a board, its links or who may come: whoever
-- holds an older one in memory reads them again.
ALTER TABLE boards ADD COLUMN version bigint  NOT NULL DEFAULT 0;
ALTER TABLE boards ADD COLUMN locked  boolean NOT NULL DEFAULT false; -- only owners change it
ALTER TABLE boards ADD COLUMN closed  boolean NOT NULL DEFAULT false; -- to people who are new
ALTER TABLE boards ADD COLUMN deleted timestamptz;                    -- when; NULL: it is not

-- The defaults are what links from before mean, and for a server of the version
-- before, which may still write here: whoever may do everything is staff.
ALTER TABLE links ADD COLUMN audience text    NOT NULL DEFAULT 'customer' CHECK (audience IN ('customer', 'staff'));
ALTER TABLE links ADD COLUMN label    text    NOT NULL DEFAULT '';
ALTER TABLE links ADD COLUMN expires  timestamptz;                 -- NULL: never
ALTER TABLE links ADD COLUMN password text    NOT NULL DEFAULT ''; -- as argon2id writes its hashes; '': none
ALTER TABLE links ADD COLUMN people   integer NOT NULL DEFAULT 0;  -- at most so many come by it; 0: any number

UPDATE links SET audience = 'staff' WHERE role = 'owner';

-- Who has joined a board. link is the secret_hash of the one that they came by
-- first, which may be gone.
CREATE TABLE participants (
    id         text        PRIMARY KEY,
    board_id   text        NOT NULL REFERENCES boards (id),
    token_hash bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    link       bytea       NOT NULL CHECK (octet_length(link) = 32),
    password   text        NOT NULL, -- of the link, as it was when they gave it
    name       text        NOT NULL,
    audience   text        NOT NULL CHECK (audience IN ('customer', 'staff')),
    banned     boolean     NOT NULL DEFAULT false,
    created    timestamptz NOT NULL
);

CREATE INDEX participants_board_id ON participants (board_id, link);

-- Who has sent changes of an actor: whoever did first, as far as it can be told,
-- owns it, and the others have passed its changes on.
CREATE TABLE actors (
    doc         bytea       NOT NULL,
    actor       bytea       NOT NULL,
    participant text        NOT NULL,
    link        text        NOT NULL, -- public id
    owns        boolean     NOT NULL,
    first_at    timestamptz NOT NULL,
    PRIMARY KEY (doc, actor, participant)
);
