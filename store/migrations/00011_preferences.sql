-- +goose Up
-- What a person chose for how the console looks to them: language, time zone, theme. See drift.Prefs.
ALTER TABLE app_user ADD COLUMN prefs jsonb NOT NULL DEFAULT '{}';
