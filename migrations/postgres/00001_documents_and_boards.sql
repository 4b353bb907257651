-- +goose Up

-- One row: the name of this database.
CREATE TABLE meta (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    storage_id uuid    NOT NULL
);

INSERT INTO meta (storage_id) VALUES (gen_random_uuid());

-- length is the number of rows in changes. Whoever appends locks this row first.
CREATE TABLE documents (
    id     bytea  PRIMARY KEY CHECK (octet_length(id) = 16),
    length bigint NOT NULL CHECK (length >= 0)
);

-- The log. It has no foreign key: rows are only added under the lock of their
-- document's row, and a check for each of them would cost more than the row.
CREATE TABLE changes (
    doc      bytea       NOT NULL,
    position bigint      NOT NULL CHECK (position >= 0),
    hash     bytea       NOT NULL CHECK (octet_length(hash) = 32),
    change   bytea       NOT NULL,
    at       timestamptz NOT NULL,
    sum      integer     NOT NULL, -- CRC-32C of the row
    PRIMARY KEY (doc, position),
    UNIQUE (doc, hash)
);

CREATE TABLE snapshots (
    doc    bytea       NOT NULL REFERENCES documents (id),
    length bigint      NOT NULL CHECK (length > 0),
    heads  bytea       NOT NULL, -- 32 bytes each
    chunk  bytea       NOT NULL,
    graph  bytea       NOT NULL,
    at     timestamptz NOT NULL,
    sha256 bytea       NOT NULL, -- of the row
    PRIMARY KEY (doc, length)
);

-- Chunks come compressed: to try again costs time and saves nothing.
ALTER TABLE changes ALTER COLUMN change SET STORAGE EXTERNAL;
ALTER TABLE snapshots ALTER COLUMN chunk SET STORAGE EXTERNAL;

CREATE TABLE boards (
    id      text        PRIMARY KEY,
    doc     bytea       NOT NULL UNIQUE CHECK (octet_length(doc) = 16),
    title   text        NOT NULL,
    created timestamptz NOT NULL
);

CREATE TABLE links (
    secret_hash bytea       PRIMARY KEY CHECK (octet_length(secret_hash) = 32),
    board_id    text        NOT NULL REFERENCES boards (id),
    role        text        NOT NULL CHECK (role IN ('viewer', 'commenter', 'editor', 'owner')),
    created     timestamptz NOT NULL
);

CREATE INDEX links_board_id ON links (board_id);
