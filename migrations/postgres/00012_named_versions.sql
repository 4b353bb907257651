-- +goose Up

-- Moments of a board's history that people have named. Who did so is an id.
CREATE TABLE named_versions (
    board_id    text        NOT NULL REFERENCES boards (id),
    id          text        NOT NULL, -- the same on a variant, which begins with those of its original
    moment      bigint      NOT NULL CHECK (moment > 0), -- how many changes of the log there were
    at          timestamptz NOT NULL, -- when the last of them was made
    title       text        NOT NULL,
    participant text        NOT NULL, -- empty: somebody who had not joined
    created     timestamptz NOT NULL,
    PRIMARY KEY (board_id, id)
);
