-- +goose Up

-- What was made of the logs of long documents for those who look back: stretches by
-- the position they begin at, and as part -1 what leads on from the last of them. It
-- holds nothing that could not be made again.
CREATE TABLE history_parts (
    doc     bytea   NOT NULL REFERENCES documents (id),
    part    bigint  NOT NULL,
    content bytea   NOT NULL, -- compressed
    sum     integer NOT NULL, -- CRC-32C of the row
    PRIMARY KEY (doc, part)
);

-- To try to compress them again costs time and saves nothing.
ALTER TABLE history_parts ALTER COLUMN content SET STORAGE EXTERNAL;
