-- +goose Up

-- Snapshots from before carry a graph of an older form and no index. The log is
-- whole, and new ones are made of it.
DELETE FROM snapshots;

-- The index of the operations, from which admission goes on. The default is for
-- a server of the version before, which may still write here.
ALTER TABLE snapshots ADD COLUMN operations BLOB NOT NULL DEFAULT x'';
