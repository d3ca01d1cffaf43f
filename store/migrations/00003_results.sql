-- +goose Up
-- What the checks found, and what became of it.

CREATE TABLE ml_model_performance_metrics (
    tenant_id                 bigint NOT NULL,
    model_type                text NOT NULL,
    model_version             text NOT NULL,
    metric_date               date NOT NULL,
    total_predictions         integer NOT NULL,
    predictions_with_outcomes integer NOT NULL,
    tp                        integer NOT NULL,
    fp                        integer NOT NULL,
    fn                        integer NOT NULL,
    tn                        integer NOT NULL,
    accuracy                  double precision,
    precision                 double precision,
    recall                    double precision,
    f1                        double precision,
    roc_auc                   double precision,
    pr_auc                    double precision,
    brier                     double precision,
    log_loss                  double precision,
    ece                       double precision,
    mean_interval_width       double precision,
    mean_latency_ms           double precision,
    performance_delta_from_baseline double precision,
    is_degraded               boolean NOT NULL,
    source_digest             bytea NOT NULL,
    computed_at               timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, model_type, model_version, metric_date)
);
CREATE INDEX ml_model_performance_metrics_date ON ml_model_performance_metrics (metric_date);

CREATE SEQUENCE ml_drift_report_id_seq;
CREATE TABLE ml_drift_report (
    tenant_id       bigint NOT NULL,
    id              bigint NOT NULL DEFAULT nextval('ml_drift_report_id_seq'),
    model_type      text NOT NULL,
    model_version   text NOT NULL,
    check_date      date NOT NULL,
    drift_type      text NOT NULL CHECK (drift_type IN ('statistical', 'performance')),
    revision        integer NOT NULL,
    is_current      boolean NOT NULL,
    is_serving      boolean NOT NULL,
    status          text NOT NULL CHECK (status IN ('ok', 'insufficient_data')),
    severity        text CHECK (severity IN ('NONE', 'MEDIUM', 'HIGH', 'CRITICAL')),
    report          jsonb NOT NULL,
    input_digest    bytea NOT NULL,
    settings_digest bytea NOT NULL,
    settings        jsonb NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, model_type, model_version, check_date, drift_type, revision)
);
CREATE UNIQUE INDEX ml_drift_report_current ON ml_drift_report
    (tenant_id, model_type, model_version, check_date, drift_type) WHERE is_current;
CREATE INDEX ml_drift_report_date ON ml_drift_report (tenant_id, model_type, drift_type, check_date) WHERE is_current;

-- No column of a drift alert is ever NULL: the guide selects * of it.
CREATE SEQUENCE noc_alert_event_id_seq;
CREATE TABLE noc_alert_event (
    tenant_id        bigint NOT NULL,
    id               bigint NOT NULL DEFAULT nextval('noc_alert_event_id_seq'),
    version          integer NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    alert_type       text NOT NULL CHECK (alert_type IN ('ML_DRIFT_DETECTED', 'ML_MONITORING_BLIND', 'ML_ROLLBACK')),
    severity         text NOT NULL CHECK (severity IN ('MEDIUM', 'HIGH', 'CRITICAL')),
    current_severity text NOT NULL CHECK (current_severity IN ('NONE', 'MEDIUM', 'HIGH', 'CRITICAL')),
    status           text NOT NULL CHECK (status IN
        ('NEW', 'ACKNOWLEDGED', 'ASSIGNED', 'ESCALATED', 'RESOLVED', 'SUPPRESSED')),
    message          text NOT NULL,
    recommendation   text NOT NULL,
    drift_type       text,
    model_type       text NOT NULL,
    model_version    text NOT NULL,
    dedup_key        text NOT NULL,
    reason           text NOT NULL DEFAULT '',
    check_date       date NOT NULL,
    report_id        bigint,
    suppressed_count integer NOT NULL DEFAULT 0,
    last_seen        timestamptz NOT NULL,
    assignee         text NOT NULL DEFAULT '',
    team             text NOT NULL DEFAULT '',
    cleared          boolean NOT NULL DEFAULT false,
    cleared_reason   text NOT NULL DEFAULT '',
    from_backfill    boolean NOT NULL DEFAULT false,
    metadata         jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (alert_type <> 'ML_DRIFT_DETECTED' OR (drift_type IS NOT NULL AND report_id IS NOT NULL))
);
CREATE UNIQUE INDEX noc_alert_event_open ON noc_alert_event (tenant_id, dedup_key) WHERE status <> 'RESOLVED';
CREATE INDEX noc_alert_event_key ON noc_alert_event (tenant_id, dedup_key, id);
CREATE INDEX noc_alert_event_created_at ON noc_alert_event (created_at);
CREATE INDEX noc_alert_event_id ON noc_alert_event (id);
CREATE INDEX noc_alert_event_model ON noc_alert_event (tenant_id, model_type, created_at);

-- Every move of an alert, kept for ever: who, when, what, why.
CREATE TABLE noc_alert_timeline (
    tenant_id  bigint NOT NULL,
    alert_id   bigint NOT NULL,
    version    integer NOT NULL,
    at         timestamptz NOT NULL,
    actor      text NOT NULL,
    move       text NOT NULL,
    from_status text NOT NULL,
    to_status  text NOT NULL,
    severity   text NOT NULL,
    note       text NOT NULL DEFAULT '',
    detail     jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, alert_id, version),
    FOREIGN KEY (tenant_id, alert_id) REFERENCES noc_alert_event (tenant_id, id)
);

-- What falls due by itself: escalation of a critical one, a reminder, the end of a suppression.
CREATE TABLE noc_alert_timer (
    tenant_id bigint NOT NULL,
    alert_id  bigint NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('escalate', 'remind', 'unsuppress')),
    due_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, alert_id, kind),
    FOREIGN KEY (tenant_id, alert_id) REFERENCES noc_alert_event (tenant_id, id)
);
CREATE INDEX noc_alert_timer_due_at ON noc_alert_timer (due_at);

-- The daily jobs: each slot once in effect, whoever runs it.
CREATE TABLE schedule_run (
    name        text NOT NULL,
    slot        timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    attempt     integer NOT NULL DEFAULT 0,
    server      text NOT NULL DEFAULT '',
    queued_at   timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    covered     jsonb NOT NULL DEFAULT '{}',
    error       text NOT NULL DEFAULT '',
    PRIMARY KEY (name, slot)
);

-- Long work that people may want to watch: backfills and imports.
CREATE TABLE progress (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL,
    title       text NOT NULL,
    done        bigint NOT NULL,
    total       bigint NOT NULL,
    started_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    finished_at timestamptz,
    error       text NOT NULL DEFAULT ''
);

CREATE TABLE server (
    name       text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    browsers   integer NOT NULL,
    clock_offset_ms double precision NOT NULL
);
