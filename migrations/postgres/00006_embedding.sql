-- +goose Up

-- What the owners of a board allow the pages of others. The defaults allow nothing.
ALTER TABLE boards ADD COLUMN embed_origins text    NOT NULL DEFAULT ''; -- of pages that may show it in a frame, with spaces between
ALTER TABLE boards ADD COLUMN embed_role    text    NOT NULL DEFAULT '' CHECK (embed_role IN ('', 'viewer', 'commenter', 'editor', 'owner')); -- the most for whom a page vouches
ALTER TABLE boards ADD COLUMN preview       boolean NOT NULL DEFAULT false; -- anybody may see a picture of it
