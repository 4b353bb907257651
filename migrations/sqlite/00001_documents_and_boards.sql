-- +goose Up

-- One row: the name of this database, a random (version 4) UUID.
CREATE TABLE meta (
    one        INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    storage_id TEXT    NOT NULL
) STRICT;

INSERT INTO meta (storage_id) VALUES (lower(
    hex(randomblob(4)) || '-' || hex(randomblob(2)) ||
    '-4' || substr(hex(randomblob(2)), 2) ||
    '-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) ||
    '-' || hex(randomblob(6))
));

-- length is the number of rows in changes.
CREATE TABLE documents (
    id     BLOB    PRIMARY KEY CHECK (length(id) = 16),
    length INTEGER NOT NULL CHECK (length >= 0)
) STRICT, WITHOUT ROWID;

-- The log. Without a rowid the rows of one document lie together on disk in
-- the order in which they are loaded.
CREATE TABLE changes (
    doc      BLOB    NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    change   BLOB    NOT NULL,
    at       INTEGER NOT NULL, -- milliseconds since 1970, as all times here
    sum      INTEGER NOT NULL, -- CRC-32C of the row
    PRIMARY KEY (doc, position)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX changes_doc_hash ON changes (doc, hash);

CREATE TABLE snapshots (
    doc    BLOB    NOT NULL REFERENCES documents (id),
    length INTEGER NOT NULL CHECK (length > 0),
    heads  BLOB    NOT NULL, -- 32 bytes each
    chunk  BLOB    NOT NULL,
    graph  BLOB    NOT NULL,
    at     INTEGER NOT NULL,
    sha256 BLOB    NOT NULL, -- of the row
    PRIMARY KEY (doc, length)
) STRICT;

CREATE TABLE boards (
    id      TEXT    PRIMARY KEY,
    doc     BLOB    NOT NULL UNIQUE CHECK (length(doc) = 16),
    title   TEXT    NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE links (
    secret_hash BLOB    PRIMARY KEY CHECK (length(secret_hash) = 32),
    board_id    TEXT    NOT NULL REFERENCES boards (id),
    role        TEXT    NOT NULL CHECK (role IN ('viewer', 'commenter', 'editor', 'owner')),
    created     INTEGER NOT NULL
) STRICT;

CREATE INDEX links_board_id ON links (board_id);
