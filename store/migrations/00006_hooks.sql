-- +goose Up
-- Who is told: teams with their members, and signed webhooks to other programs.

-- A member who leaves keeps the row: what is assigned to them is found again for the team.
CREATE TABLE team_member (
    team       text NOT NULL REFERENCES team,
    user_id    bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
    added_at   timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (team, user_id)
);

-- One for each team or tenant, for ever: what was removed is disabled, and may be set again. The
-- lease is of the whole webhook, so that its deliveries go out one after the other whichever server
-- sends them; its number tells a server that took too long that it has lost it.
CREATE TABLE webhook (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id    bigint UNIQUE REFERENCES tenant,
    team         text UNIQUE REFERENCES team,
    url          text NOT NULL,
    secret       text NOT NULL,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL,
    disabled_at  timestamptz,
    disabled_why text NOT NULL DEFAULT '',
    lease        bigint NOT NULL DEFAULT 0,
    leased_until timestamptz NOT NULL DEFAULT '-infinity',
    CHECK (num_nonnulls(tenant_id, team) = 1)
);

-- tenant_id is the event's: a team's webhook carries the events of several tenants. event_seq is
-- NULL for a test. payload is the body without the delivery's number, as it is sent.
CREATE TABLE webhook_delivery (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id      bigint NOT NULL REFERENCES webhook,
    tenant_id       bigint,
    event_seq       bigint,
    type            text NOT NULL,
    payload         json NOT NULL,
    idempotency_key uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    state           text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts        integer NOT NULL DEFAULT 0,
    next_at         timestamptz NOT NULL,
    give_up_at      timestamptz NOT NULL,
    last_status     integer NOT NULL DEFAULT 0,
    last_error      text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    UNIQUE (webhook_id, event_seq)
);
CREATE INDEX webhook_delivery_pending ON webhook_delivery (webhook_id, id) WHERE state = 'pending';
CREATE INDEX webhook_delivery_newest ON webhook_delivery (webhook_id, id);

-- The last event that deliveries were made of. What happened before this migration is told to nobody.
CREATE TABLE webhook_cursor (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_seq bigint NOT NULL
);
INSERT INTO webhook_cursor (last_seq) SELECT last_seq FROM event_head;

-- Requests read, under their tenants, and never the secrets or the bodies. Everything is written by
-- the owner's transactions.
ALTER TABLE team_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY colleagues ON team_member FOR SELECT TO driftwatch_app
    USING (EXISTS (SELECT FROM app_user u WHERE u.id = user_id));
GRANT SELECT ON team_member TO driftwatch_app;

ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenants ON webhook FOR SELECT TO driftwatch_app
    USING (team IS NOT NULL OR tenant_visible(tenant_id));
GRANT SELECT (id, tenant_id, team, url, created_by, created_at, disabled_at, disabled_why) ON webhook TO driftwatch_app;

ALTER TABLE webhook_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenants ON webhook_delivery FOR SELECT TO driftwatch_app USING (tenant_visible(tenant_id));
CREATE POLICY without_tenant ON webhook_delivery FOR SELECT TO driftwatch_app
    USING (tenant_id IS NULL AND (current_setting('app.tenants', true) = '*' OR type = 'WEBHOOK_TEST'));
GRANT SELECT (id, webhook_id, tenant_id, event_seq, type, state, attempts, next_at, last_status, last_error,
    created_at, finished_at) ON webhook_delivery TO driftwatch_app;
ALTER TABLE webhook_cursor ENABLE ROW LEVEL SECURITY;
