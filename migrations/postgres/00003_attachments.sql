-- +goose Up

-- The pictures of boards, named by their content.
CREATE TABLE attachments (
    board_id text        NOT NULL REFERENCES boards (id),
    sha256   bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    created  timestamptz NOT NULL,
    content  bytea       NOT NULL,
    PRIMARY KEY (board_id, sha256)
);

-- Pictures come compressed: to try again costs time and saves nothing.
ALTER TABLE attachments ALTER COLUMN content SET STORAGE EXTERNAL;
