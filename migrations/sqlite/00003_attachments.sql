-- +goose Up

-- The pictures of boards, named by their content. The content comes last, so
-- that what is asked of the other columns reads none of it.
CREATE TABLE attachments (
    board_id TEXT    NOT NULL REFERENCES boards (id),
    sha256   BLOB    NOT NULL CHECK (length(sha256) = 32),
    created  INTEGER NOT NULL,
    content  BLOB    NOT NULL,
    PRIMARY KEY (board_id, sha256)
) STRICT;
