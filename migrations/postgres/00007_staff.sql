-- +goose Up

-- People who have signed in by the organisation's provider.
CREATE TABLE persons (
    id      text        PRIMARY KEY,
    issuer  text        NOT NULL,
    subject text        NOT NULL,
    name    text        NOT NULL,
    created timestamptz NOT NULL,
    UNIQUE (issuer, subject)
);

-- Browsers in which they are signed in.
CREATE TABLE sign_ins (
    token_hash    bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    person        text        NOT NULL REFERENCES persons (id),
    administrator boolean     NOT NULL,
    created       timestamptz NOT NULL,
    expires       timestamptz NOT NULL
);

CREATE INDEX sign_ins_expires ON sign_ins (expires);
CREATE INDEX sign_ins_person ON sign_ins (person);

-- Whose boards are whose, beside what links to them allow.
CREATE TABLE owners (
    board_id text        NOT NULL REFERENCES boards (id),
    person   text        NOT NULL REFERENCES persons (id),
    added    timestamptz NOT NULL,
    PRIMARY KEY (board_id, person)
);

CREATE INDEX owners_person ON owners (person, added, board_id);

ALTER TABLE boards ADD COLUMN archived timestamptz;                -- when; NULL: it is not
ALTER TABLE boards ADD COLUMN titled   integer NOT NULL DEFAULT 0; -- how many changes the document had when title was read from it

CREATE INDEX boards_deleted ON boards (deleted) WHERE deleted IS NOT NULL;
CREATE INDEX boards_created ON boards (created, id);

-- Who has signed in is one participant of a board, whatever device they come with.
ALTER TABLE participants ADD COLUMN person text REFERENCES persons (id);

CREATE UNIQUE INDEX participants_person ON participants (board_id, person) WHERE person IS NOT NULL;
