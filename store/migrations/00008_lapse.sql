-- +goose Up
-- A time-lapse: from when it plays, and how far it has come. Both are NULL in every other database.
ALTER TABLE installation
    ADD COLUMN lapse_from    timestamptz,
    ADD COLUMN lapse_reached timestamptz,
    ADD CHECK (num_nonnulls(lapse_from, lapse_reached) IN (0, 2)),
    ADD CHECK (lapse_from IS NULL OR demo);
