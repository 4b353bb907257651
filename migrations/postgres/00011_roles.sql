-- +goose Up

-- What an owner lets somebody do, whatever the link that they came by allows; NULL: what that allows.
ALTER TABLE participants ADD COLUMN role text CHECK (role IN ('viewer', 'commenter', 'editor', 'owner'));
