-- +goose Up
-- What is written down of the work: hand-overs between shifts, and the review of an incident.

-- A hand-over as it stood when it was made: one row for each tenant that its author saw, each with that
-- tenant's part, so that a reader sees what they may see. Nothing changes or removes one; a correction is a
-- new one. tenants is how many rows it has in all: whoever sees fewer is not shown the notes, which may
-- name the others.
CREATE SEQUENCE hand_over_id_seq;
CREATE TABLE hand_over (
    tenant_id  bigint NOT NULL REFERENCES tenant,
    id         bigint NOT NULL,
    made_by    text NOT NULL,
    made_at    timestamptz NOT NULL,
    from_at    timestamptz NOT NULL,
    to_at      timestamptz NOT NULL,
    given_to   text NOT NULL DEFAULT '',
    notes      text NOT NULL DEFAULT '',
    tenants    integer NOT NULL,
    everybody  jsonb NOT NULL,
    facts      jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (to_at > from_at)
);
CREATE INDEX hand_over_id ON hand_over (id);
CREATE INDEX hand_over_made_by ON hand_over (made_by, id);

-- What people found to be the cause of an incident at a tenant. Each version is kept; the last is in force.
CREATE TABLE incident_cause (
    tenant_id    bigint NOT NULL REFERENCES tenant,
    incident_key text NOT NULL,
    version      integer NOT NULL,
    body         text NOT NULL,
    author       text NOT NULL,
    written_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, incident_key, version)
);

-- What is to be done so that it does not happen again. version counts changes.
CREATE TABLE incident_follow_up (
    tenant_id    bigint NOT NULL REFERENCES tenant,
    id           bigint GENERATED ALWAYS AS IDENTITY,
    incident_key text NOT NULL,
    version      integer NOT NULL DEFAULT 1,
    task         text NOT NULL CHECK (task <> ''),
    owner        text NOT NULL DEFAULT '',
    added_by     text NOT NULL,
    added_at     timestamptz NOT NULL,
    done_by      text NOT NULL DEFAULT '',
    done_at      timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX incident_follow_up_incident ON incident_follow_up (tenant_id, incident_key, id);

-- Which alert a delivery told of, so that a review can say who was told without reading bodies.
ALTER TABLE webhook_delivery ADD COLUMN alert_id bigint
    GENERATED ALWAYS AS ((payload -> 'alert' ->> 'id')::bigint) STORED;
CREATE INDEX webhook_delivery_alert ON webhook_delivery (tenant_id, alert_id) WHERE alert_id IS NOT NULL;
GRANT SELECT (alert_id) ON webhook_delivery TO driftwatch_app;

-- A shift is looked for by time.
CREATE INDEX noc_alert_timeline_at ON noc_alert_timeline (at);
CREATE INDEX ml_retrain_timeline_at ON ml_retrain_timeline (at);
-- All alerts of an incident, also those that ended.
CREATE INDEX noc_alert_event_incident_all ON noc_alert_event (tenant_id, incident_key, id);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['hand_over', 'incident_cause', 'incident_follow_up'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_tenants ON %I TO driftwatch_app, driftwatch_reader
            USING (tenant_visible(tenant_id))', t);
        EXECUTE format('GRANT SELECT ON %I TO driftwatch_app, driftwatch_reader', t);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT INSERT ON hand_over, incident_cause TO driftwatch_app;
GRANT INSERT, UPDATE (version, task, owner, done_by, done_at) ON incident_follow_up TO driftwatch_app;
GRANT USAGE ON SEQUENCE hand_over_id_seq TO driftwatch_app;
