-- +goose Up
-- The work around alerts: silences, who is on call, notes and runbooks of a model, what people say an alert was.

-- A stretch of time in which alerts that match wait unseen. Like a setting it is one tenant's, or with
-- scope 0 everybody's: those are seen by all and made under all tenants only.
CREATE TABLE silence (
    scope        bigint NOT NULL,
    id           bigint GENERATED ALWAYS AS IDENTITY,
    model_type   text NOT NULL DEFAULT '',
    drift_type   text NOT NULL DEFAULT '',
    alert_type   text NOT NULL DEFAULT '',
    max_severity text NOT NULL CHECK (max_severity IN ('MEDIUM', 'HIGH', 'CRITICAL')),
    reason       text NOT NULL CHECK (reason <> ''),
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    ended_by     text NOT NULL DEFAULT '',
    end_note     text NOT NULL DEFAULT '',
    PRIMARY KEY (scope, id),
    CHECK (ends_at > starts_at)
);
CREATE INDEX silence_id ON silence (id);
CREATE INDEX silence_ends_at ON silence (ends_at);

-- What a silence has hidden, kept for ever. An alert that is hidden now names its silence itself.
CREATE TABLE silence_hidden (
    tenant_id  bigint NOT NULL,
    silence_id bigint NOT NULL,
    alert_id   bigint NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, silence_id, alert_id),
    FOREIGN KEY (tenant_id, alert_id) REFERENCES noc_alert_event (tenant_id, id)
);
-- 0 where none hides it: no column of an alert is NULL that people ask for by hand.
ALTER TABLE noc_alert_event ADD COLUMN silence_id bigint NOT NULL DEFAULT 0;
CREATE INDEX noc_alert_event_silence ON noc_alert_event (silence_id) WHERE silence_id <> 0;

-- A team's weekly turns: the people in their order, each from a handover to the next. starts_on is the day
-- of the first person's handover.
CREATE TABLE oncall_rota (
    team      text PRIMARY KEY REFERENCES team,
    zone      text NOT NULL,
    starts_on date NOT NULL,
    minute    integer NOT NULL CHECK (minute >= 0 AND minute < 1440),
    set_by    text NOT NULL,
    set_at    timestamptz NOT NULL
);
CREATE TABLE oncall_person (
    team     text NOT NULL REFERENCES oncall_rota ON DELETE CASCADE,
    position integer NOT NULL,
    user_id  bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
    PRIMARY KEY (team, position)
);

-- Turns with a beginning and an end of their own: swaps made here, and what a calendar said.
CREATE TABLE oncall_turn (
    team     text NOT NULL REFERENCES team,
    id       bigint GENERATED ALWAYS AS IDENTITY,
    kind     text NOT NULL CHECK (kind IN ('swap', 'calendar')),
    user_id  bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
    from_at  timestamptz NOT NULL,
    to_at    timestamptz NOT NULL,
    made_by  text NOT NULL,
    made_at  timestamptz NOT NULL,
    PRIMARY KEY (team, id),
    CHECK (to_at > from_at)
);
CREATE INDEX oncall_turn_to_at ON oncall_turn (team, to_at);

-- What people know of a model at a time: "holiday season, expected". Both days are included.
CREATE TABLE model_note (
    tenant_id  bigint NOT NULL REFERENCES tenant,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    model_type text NOT NULL,
    from_day   date NOT NULL,
    to_day     date NOT NULL,
    note       text NOT NULL CHECK (note <> ''),
    author     text NOT NULL,
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    removed_by text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    CHECK (to_day >= from_day)
);
CREATE INDEX model_note_days ON model_note (tenant_id, model_type, to_day);

CREATE TABLE runbook (
    tenant_id  bigint NOT NULL REFERENCES tenant,
    model_type text NOT NULL,
    severity   text NOT NULL CHECK (severity IN ('MEDIUM', 'HIGH', 'CRITICAL')),
    url        text NOT NULL CHECK (url LIKE 'https://%'),
    set_by     text NOT NULL,
    set_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, model_type, severity)
);

-- What an alert turned out to be. The latest counts; the audit log keeps what was said before.
CREATE TABLE alert_feedback (
    tenant_id bigint NOT NULL,
    alert_id  bigint NOT NULL,
    verdict   text NOT NULL CHECK (verdict IN ('real', 'expected', 'false')),
    note      text NOT NULL DEFAULT '',
    said_by   text NOT NULL,
    said_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, alert_id),
    FOREIGN KEY (tenant_id, alert_id) REFERENCES noc_alert_event (tenant_id, id)
);

-- Row-level security. What a person does runs under the person's tenants; what the system does, as the owner.
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['silence_hidden', 'model_note', 'runbook', 'alert_feedback'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_tenants ON %I TO driftwatch_app, driftwatch_reader
            USING (tenant_visible(tenant_id))', t);
        EXECUTE format('GRANT SELECT ON %I TO driftwatch_app, driftwatch_reader', t);
    END LOOP;
END $$;
-- +goose StatementEnd
ALTER TABLE silence ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenants ON silence TO driftwatch_app, driftwatch_reader USING (tenant_visible(scope));
CREATE POLICY for_everybody ON silence FOR SELECT TO driftwatch_app, driftwatch_reader USING (scope = 0);
GRANT SELECT ON silence TO driftwatch_app, driftwatch_reader;
GRANT INSERT, UPDATE (ended_at, ended_by, end_note) ON silence TO driftwatch_app;
GRANT INSERT, UPDATE (removed_at, removed_by) ON model_note TO driftwatch_app;
GRANT INSERT, UPDATE, DELETE ON runbook TO driftwatch_app;
GRANT INSERT, UPDATE ON alert_feedback TO driftwatch_app;

-- The names of those on call are seen by those who share a tenant with them, as members of teams are. That
-- somebody is on call is seen by all, or else a turn of somebody unseen would look like the next one's.
GRANT SELECT ON oncall_rota, oncall_person, oncall_turn TO driftwatch_app;
