-- +goose Up
-- When the open pages were last told how a watched version does.
ALTER TABLE ml_retrain ADD COLUMN watch_told timestamptz;
