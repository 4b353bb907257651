-- +goose Up

-- People who have signed in by the organisation's provider.
CREATE TABLE persons (
    id      TEXT    PRIMARY KEY,
    issuer  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    created INTEGER NOT NULL,
    UNIQUE (issuer, subject)
) STRICT;

-- Browsers in which they are signed in.
CREATE TABLE sign_ins (
    token_hash    BLOB    PRIMARY KEY CHECK (length(token_hash) = 32),
    person        TEXT    NOT NULL REFERENCES persons (id),
    administrator INTEGER NOT NULL,
    created       INTEGER NOT NULL,
    expires       INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_ins_expires ON sign_ins (expires);
CREATE INDEX sign_ins_person ON sign_ins (person);

-- Whose boards are whose, beside what links to them allow.
CREATE TABLE owners (
    board_id TEXT    NOT NULL REFERENCES boards (id),
    person   TEXT    NOT NULL REFERENCES persons (id),
    added    INTEGER NOT NULL,
    PRIMARY KEY (board_id, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX owners_person ON owners (person, added, board_id);

ALTER TABLE boards ADD COLUMN archived INTEGER;                    -- when; NULL: it is not
ALTER TABLE boards ADD COLUMN titled   INTEGER NOT NULL DEFAULT 0; -- how many changes the document had when title was read from it

CREATE INDEX boards_deleted ON boards (deleted) WHERE deleted IS NOT NULL;
CREATE INDEX boards_created ON boards (created, id);

-- Who has signed in is one participant of a board, whatever device they come with.
ALTER TABLE participants ADD COLUMN person TEXT REFERENCES persons (id);

CREATE UNIQUE INDEX participants_person ON participants (board_id, person) WHERE person IS NOT NULL;
