-- +goose Up

-- What was done to a board, by whom and to whom. Nobody is named: participant and
-- subject are ids. Lines are swept by age, also those of boards that are gone.
CREATE TABLE audit (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    board_id    text        NOT NULL,
    at          timestamptz NOT NULL,
    kind        text        NOT NULL,
    participant text        NOT NULL,
    link        text        NOT NULL, -- public id
    api_key     text        NOT NULL, -- id
    subject     text        NOT NULL,
    detail      text        NOT NULL
);

CREATE INDEX audit_board_id ON audit (board_id, id);
CREATE INDEX audit_at ON audit (at);

-- Programs of the organisation, which make boards and manage what they made.
CREATE TABLE api_keys (
    id      text        PRIMARY KEY,
    name    text        NOT NULL,
    hash    bytea       NOT NULL UNIQUE CHECK (octet_length(hash) = 32), -- SHA-256
    created timestamptz NOT NULL,
    revoked timestamptz -- when; NULL: it holds
);

ALTER TABLE boards ADD COLUMN api_key text; -- id of the one that made it

CREATE INDEX boards_api_key ON boards (api_key, id) WHERE api_key IS NOT NULL;

ALTER TABLE participants ADD COLUMN erased timestamptz; -- when they took their name away
ALTER TABLE participants ADD COLUMN gone   timestamptz; -- when they left for good

-- Answers to requests that may be sent twice, sealed with what only their senders know.
CREATE TABLE answers (
    name    bytea       PRIMARY KEY CHECK (octet_length(name) = 32),
    request bytea       NOT NULL CHECK (octet_length(request) = 32),
    answer  bytea       NOT NULL, -- empty: it is being found
    subject text        NOT NULL,
    at      timestamptz NOT NULL
);

CREATE INDEX answers_at ON answers (at);
CREATE INDEX answers_subject ON answers (subject) WHERE subject <> '';
