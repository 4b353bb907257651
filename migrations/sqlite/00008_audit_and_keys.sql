-- +goose Up

-- What was done to a board, by whom and to whom. Nobody is named: participant and
-- subject are ids. Lines are swept by age, also those of boards that are gone.
CREATE TABLE audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    board_id    TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    participant TEXT    NOT NULL,
    link        TEXT    NOT NULL, -- public id
    api_key     TEXT    NOT NULL, -- id
    subject     TEXT    NOT NULL,
    detail      TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_board_id ON audit (board_id, id);
CREATE INDEX audit_at ON audit (at);

-- Programs of the organisation, which make boards and manage what they made.
CREATE TABLE api_keys (
    id      TEXT    PRIMARY KEY,
    name    TEXT    NOT NULL,
    hash    BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32), -- SHA-256
    created INTEGER NOT NULL,
    revoked INTEGER -- when; NULL: it holds
) STRICT;

ALTER TABLE boards ADD COLUMN api_key TEXT; -- id of the one that made it

CREATE INDEX boards_api_key ON boards (api_key, id) WHERE api_key IS NOT NULL;

ALTER TABLE participants ADD COLUMN erased INTEGER; -- when they took their name away
ALTER TABLE participants ADD COLUMN gone   INTEGER; -- when they left for good

-- Answers to requests that may be sent twice, sealed with what only their senders know.
CREATE TABLE answers (
    name    BLOB    PRIMARY KEY CHECK (length(name) = 32),
    request BLOB    NOT NULL CHECK (length(request) = 32),
    answer  BLOB    NOT NULL, -- empty: it is being found
    subject TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX answers_at ON answers (at);
CREATE INDEX answers_subject ON answers (subject) WHERE subject <> '';
