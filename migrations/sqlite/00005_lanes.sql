-- +goose Up

-- Which lanes the editors who come by a link may write in: a JSON list of ids;
-- '': everywhere. A server of the version before lets them.
ALTER TABLE links ADD COLUMN lanes TEXT NOT NULL DEFAULT '';
