-- +goose Up

-- What a board was forked from, by id, and at which heads of it; that board may be
-- gone. family is the first board of all that come from one another, so that they
-- find each other's pictures and authors; NULL: it is that board itself, or alone.
ALTER TABLE boards ADD COLUMN forked_from   TEXT;
ALTER TABLE boards ADD COLUMN forked_name   TEXT    NOT NULL DEFAULT ''; -- what the variant is called beside the original
ALTER TABLE boards ADD COLUMN forked_heads  BLOB    NOT NULL DEFAULT x''; -- 32 bytes each
ALTER TABLE boards ADD COLUMN forked_moment INTEGER; -- when the newest change was made that both have
ALTER TABLE boards ADD COLUMN family        TEXT;

CREATE INDEX boards_forked_from ON boards (forked_from) WHERE forked_from IS NOT NULL;
CREATE INDEX boards_family      ON boards (family)      WHERE family IS NOT NULL;
