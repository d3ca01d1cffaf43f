-- +goose Up
-- A wall's link is a token that opens the wall and nothing else.
ALTER TABLE api_token ADD COLUMN wall boolean NOT NULL DEFAULT false;
ALTER TABLE api_token ADD CONSTRAINT api_token_wall_looks CHECK (NOT wall OR role = 'viewer');
