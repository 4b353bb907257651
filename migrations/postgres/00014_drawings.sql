-- +goose Up

-- The last drawing of a document in each look, so that whoever comes first after a
-- start need not wait until one is made.
CREATE TABLE drawings (
    doc      bytea       NOT NULL REFERENCES documents (id),
    theme    text        NOT NULL,
    language text        NOT NULL,
    script   bytea       NOT NULL, -- what drew it, hashed
    heads    bytea       NOT NULL, -- that it shows, 32 bytes each
    at       timestamptz NOT NULL,
    sha256   bytea       NOT NULL, -- of the row
    svg      bytea       NOT NULL, -- compressed
    PRIMARY KEY (doc, theme, language)
);

-- To try to compress them again costs time and saves nothing.
ALTER TABLE drawings ALTER COLUMN svg SET STORAGE EXTERNAL;
