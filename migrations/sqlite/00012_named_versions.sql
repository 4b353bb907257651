-- +goose Up

-- Moments of a board's history that people have named. Who did so is an id.
CREATE TABLE named_versions (
    board_id    TEXT    NOT NULL REFERENCES boards (id),
    id          TEXT    NOT NULL, -- the same on a variant, which begins with those of its original
    moment      INTEGER NOT NULL CHECK (moment > 0), -- how many changes of the log there were
    at          INTEGER NOT NULL, -- when the last of them was made
    title       TEXT    NOT NULL,
    participant TEXT    NOT NULL, -- empty: somebody who had not joined
    created     INTEGER NOT NULL,
    PRIMARY KEY (board_id, id)
) STRICT, WITHOUT ROWID;
