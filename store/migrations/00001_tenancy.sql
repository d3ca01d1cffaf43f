-- +goose Up
-- Who exists here: tenants, model types, people, programs and what they may see.

-- The guide's first query chains ->> over a text value; PostgreSQL has it for json and jsonb only.
-- +goose StatementBegin
CREATE FUNCTION text_field(document text, field text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT document::jsonb ->> field $$;
-- +goose StatementEnd
CREATE OPERATOR ->> (LEFTARG = text, RIGHTARG = text, FUNCTION = text_field);

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO driftwatch_app, driftwatch_ingest, driftwatch_reader;

-- True where the reader's tenants (app.tenants: '*' or '3,7') hold this one. Text is compared with
-- text, so that '' (nothing set) and '*' never meet a cast.
-- +goose StatementBegin
CREATE FUNCTION tenant_visible(tenant_id bigint) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT COALESCE(current_setting('app.tenants', true) = '*'
            OR tenant_id::text = ANY (string_to_array(current_setting('app.tenants', true), ',')), false)
    $$;
-- +goose StatementEnd

CREATE TABLE installation (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    first_start   timestamptz NOT NULL,
    demo          boolean NOT NULL DEFAULT false,
    demo_ready_at timestamptz
);

CREATE TABLE tenant (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL UNIQUE CHECK (name <> '' AND length(name) <= 100),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- behaves_like decides which guide column shows its outcomes and which thresholds validate it.
CREATE TABLE model_type (
    name         text PRIMARY KEY CHECK (name <> '' AND length(name) <= 100),
    behaves_like text NOT NULL CHECK (behaves_like IN ('fraud_detector', 'conflict_predictor')),
    created_at   timestamptz NOT NULL DEFAULT now()
);
INSERT INTO model_type (name, behaves_like) VALUES
    ('fraud_detector', 'fraud_detector'), ('conflict_predictor', 'conflict_predictor');

CREATE TABLE app_user (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL UNIQUE CHECK (name <> '' AND length(name) <= 100),
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('viewer', 'operator', 'manager', 'admin')),
    all_tenants   boolean NOT NULL,
    disabled      boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE app_user_tenant (
    user_id   bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
    tenant_id bigint NOT NULL REFERENCES tenant,
    PRIMARY KEY (user_id, tenant_id)
);

-- Tokens and sessions are kept as SHA-256 of their random value: a stolen table opens nothing.
CREATE TABLE api_token (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL CHECK (name <> '' AND length(name) <= 100),
    hash        bytea NOT NULL UNIQUE,
    role        text NOT NULL CHECK (role IN ('ingest', 'viewer', 'operator', 'manager', 'admin')),
    all_tenants boolean NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    revoked_at  timestamptz
);
CREATE TABLE api_token_tenant (
    token_id  bigint NOT NULL REFERENCES api_token ON DELETE CASCADE,
    tenant_id bigint NOT NULL REFERENCES tenant,
    PRIMARY KEY (token_id, tenant_id)
);

-- An ended session stays until it expires, so that a request still under way cannot bring it back.
CREATE TABLE session (
    hash       bytea PRIMARY KEY,
    user_id    bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
    data       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_user_id ON session (user_id);

-- Failed sign-ins, by account and by address, so that every server counts the same ones.
CREATE TABLE sign_in_failure (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL,
    address text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX sign_in_failure_account ON sign_in_failure (account, at);
CREATE INDEX sign_in_failure_address ON sign_in_failure (address, at);

-- The one-time link that makes the first administrator.
CREATE TABLE setup_link (
    hash       bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

-- scope is a tenant's id, or 0 for every tenant.
CREATE TABLE setting (
    scope      bigint NOT NULL,
    name       text NOT NULL,
    value      text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (scope, name)
);
CREATE TABLE setting_change (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope      bigint NOT NULL,
    name       text NOT NULL,
    old_value  text,
    new_value  text,
    changed_by text NOT NULL,
    reason     text NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX setting_change_name ON setting_change (name, id);

CREATE TABLE team (
    name       text PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO team (name) VALUES ('NOC'), ('ML Engineering'), ('ML Team Lead'), ('DevOps');
