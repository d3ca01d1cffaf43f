-- +goose Up
-- From where people are signed in, and how they tried to.

-- id names a session on a page; address and agent are what its browser came from, bounded and plain text.
ALTER TABLE session ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE session ADD COLUMN address text NOT NULL DEFAULT '' CHECK (length(address) <= 100);
ALTER TABLE session ADD COLUMN agent text NOT NULL DEFAULT '' CHECK (length(agent) <= 200);

-- Of each person the newest tries are kept, right and wrong ones counted apart, so that somebody who guesses
-- cannot push out of sight that they got in. A name that nobody has leaves nothing here.
CREATE TABLE sign_in (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
    at      timestamptz NOT NULL,
    good    boolean NOT NULL,
    address text NOT NULL CHECK (length(address) <= 100),
    agent   text NOT NULL CHECK (length(agent) <= 200)
);
CREATE INDEX sign_in_user ON sign_in (user_id, good, id);

-- When a token was last shown, to some ten minutes: one write for many requests.
ALTER TABLE api_token ADD COLUMN used_at timestamptz;
