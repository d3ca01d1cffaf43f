-- +goose Up
-- Values of settings that somebody who may not set them asks for, until an administrator decides. Like a
-- setting it is one tenant's, or with scope 0 everybody's: those are seen by all and made under all tenants
-- only.
CREATE TABLE setting_proposal (
    scope       bigint NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    wanted      jsonb NOT NULL CHECK (jsonb_typeof(wanted) = 'object' AND wanted <> '{}'),
    were        jsonb NOT NULL,
    reason      text NOT NULL CHECK (reason <> ''),
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'declined')),
    decided_by  text NOT NULL DEFAULT '',
    decided_at  timestamptz,
    decided_why text NOT NULL DEFAULT '',
    PRIMARY KEY (scope, id),
    CHECK ((state = 'open') = (decided_at IS NULL))
);
CREATE INDEX setting_proposal_id ON setting_proposal (id);
CREATE INDEX setting_proposal_open ON setting_proposal (scope) WHERE state = 'open';

ALTER TABLE setting_proposal ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenants ON setting_proposal TO driftwatch_app, driftwatch_reader USING (tenant_visible(scope));
CREATE POLICY for_everybody ON setting_proposal FOR SELECT TO driftwatch_app, driftwatch_reader USING (scope = 0);
GRANT SELECT ON setting_proposal TO driftwatch_app, driftwatch_reader;
