-- +goose Up

-- What was made of the logs of long documents for those who look back: stretches by
-- the position they begin at, and as part -1 what leads on from the last of them. It
-- holds nothing that could not be made again.
CREATE TABLE history_parts (
    doc     BLOB    NOT NULL REFERENCES documents (id),
    part    INTEGER NOT NULL,
    content BLOB    NOT NULL, -- compressed
    sum     INTEGER NOT NULL, -- CRC-32C of the row
    PRIMARY KEY (doc, part)
) STRICT;
