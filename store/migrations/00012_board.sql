-- +goose Up
-- What the board works with: incidents, saved filters, and who has an alert open.

-- Alerts of one cause are one incident: drift.IncidentKey decides when an alert is raised. What was
-- raised before joins the oldest open alert of its model, as it would have then, or begins its own.
ALTER TABLE noc_alert_event ADD COLUMN incident_key text;
UPDATE noc_alert_event SET incident_key = CASE alert_type
    WHEN 'ML_MONITORING_BLIND' THEN 'blind:' || reason
    WHEN 'ML_ROLLBACK' THEN 'rollback:' || model_type
    ELSE model_type END || ':' || to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD');
UPDATE noc_alert_event a SET incident_key = o.incident_key
    FROM (SELECT DISTINCT ON (tenant_id, model_type) tenant_id, model_type, incident_key FROM noc_alert_event
        WHERE status <> 'RESOLVED' AND model_type <> '' ORDER BY tenant_id, model_type, id) o
    WHERE a.status <> 'RESOLVED' AND a.tenant_id = o.tenant_id AND a.model_type = o.model_type;
ALTER TABLE noc_alert_event ALTER COLUMN incident_key SET NOT NULL;
-- A board reads open alerts only, among the many that ended.
CREATE INDEX noc_alert_event_incident ON noc_alert_event (incident_key, tenant_id) WHERE status <> 'RESOLVED';
CREATE INDEX noc_alert_event_open_model ON noc_alert_event (tenant_id, model_type, id) WHERE status <> 'RESOLVED';

-- A person's own filters of the board. No role of requests reads them: they are asked for by whose they are.
CREATE TABLE saved_filter (
    user_id    bigint NOT NULL REFERENCES app_user ON DELETE CASCADE,
    name       text NOT NULL CHECK (name <> '' AND length(name) <= 60),
    query      text NOT NULL CHECK (length(query) <= 600),
    is_default boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, name)
);
CREATE UNIQUE INDEX saved_filter_default ON saved_filter (user_id) WHERE is_default;

-- Who has an alert open: a row for as long as the page says so every few seconds. A crash may forget it.
CREATE UNLOGGED TABLE alert_presence (
    tenant_id bigint NOT NULL,
    alert_id  bigint NOT NULL,
    user_id   bigint NOT NULL,
    name      text NOT NULL,
    since     timestamptz NOT NULL,
    seen_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, alert_id, user_id)
);
CREATE INDEX alert_presence_seen_at ON alert_presence (seen_at);
ALTER TABLE alert_presence ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenants ON alert_presence TO driftwatch_app USING (tenant_visible(tenant_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON alert_presence TO driftwatch_app;
