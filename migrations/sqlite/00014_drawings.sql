-- +goose Up

-- The last drawing of a document in each look, so that whoever comes first after a
-- start need not wait until one is made.
CREATE TABLE drawings (
    doc      BLOB    NOT NULL REFERENCES documents (id),
    theme    TEXT    NOT NULL,
    language TEXT    NOT NULL,
    script   BLOB    NOT NULL, -- what drew it, hashed
    heads    BLOB    NOT NULL, -- that it shows, 32 bytes each
    at       INTEGER NOT NULL,
    sha256   BLOB    NOT NULL, -- of the row
    svg      BLOB    NOT NULL, -- compressed
    PRIMARY KEY (doc, theme, language)
) STRICT;
