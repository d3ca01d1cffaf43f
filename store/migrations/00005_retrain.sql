-- +goose Up
-- The closed loop: attempts to replace a serving version, what is kept of versions, who stopped what.

-- A version that was trained here keeps what made it. Its artefact is found by its digest.
ALTER TABLE ml_model_version
    ADD digest      bytea,
    ADD trainer     text NOT NULL DEFAULT '',
    ADD parent      text NOT NULL DEFAULT '',
    ADD retrain_id  bigint,
    ADD approved_by text NOT NULL DEFAULT '',
    ADD rows_train  integer NOT NULL DEFAULT 0,
    ADD window_from timestamptz,
    ADD window_to   timestamptz,
    ADD holdout     jsonb;

-- The bytes of artefacts, by SHA-256: the same bytes are kept once a tenant.
CREATE TABLE ml_artifact (
    tenant_id  bigint NOT NULL,
    digest     bytea NOT NULL,
    bytes      bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, digest)
);
ALTER TABLE ml_artifact ALTER bytes SET STORAGE EXTERNAL;

-- The hold-out's scores, sorted, with their labels as in ml_score_day: the version's validation set,
-- which stands in as its baseline until it has one of its own.
CREATE TABLE ml_validation_set (
    tenant_id     bigint NOT NULL,
    model_type    text NOT NULL,
    model_version text NOT NULL,
    n             integer NOT NULL,
    scores        bytea NOT NULL,
    labels        bytea NOT NULL,
    PRIMARY KEY (tenant_id, model_type, model_version)
);

-- When each version was in service: what the activation columns of ml_model_version forget when a
-- version comes back.
CREATE TABLE ml_service (
    tenant_id     bigint NOT NULL,
    model_type    text NOT NULL,
    from_at       timestamptz NOT NULL,
    model_version text NOT NULL,
    to_at         timestamptz,
    PRIMARY KEY (tenant_id, model_type, from_at)
);
CREATE UNIQUE INDEX ml_service_one_open ON ml_service (tenant_id, model_type) WHERE to_at IS NULL;

CREATE SEQUENCE ml_retrain_id_seq;
CREATE TABLE ml_retrain (
    tenant_id         bigint NOT NULL,
    id                bigint NOT NULL DEFAULT nextval('ml_retrain_id_seq'),
    version           integer NOT NULL DEFAULT 1,
    model_type        text NOT NULL,
    state             text NOT NULL CHECK (state IN ('proposed', 'waiting_approval', 'countdown', 'queued', 'training',
        'validating', 'activating', 'watching', 'kept', 'rolled_back', 'refused', 'expired', 'cancelled', 'failed')),
    requested_by      text NOT NULL,
    manual            boolean NOT NULL,
    reason            text NOT NULL,
    skip_cooldown     boolean NOT NULL,
    approved_by       text NOT NULL DEFAULT '',
    alert_id          bigint,
    report_id         bigint,
    report_revision   integer NOT NULL DEFAULT 0,
    severity          text,
    safeguards        jsonb NOT NULL,
    created_at        timestamptz NOT NULL,
    state_since       timestamptz NOT NULL,
    due_at            timestamptz,
    attempt           integer NOT NULL DEFAULT 0,
    reached_training  timestamptz,
    server            text NOT NULL DEFAULT '',
    progress          text NOT NULL DEFAULT '',
    trainer           text NOT NULL DEFAULT '',
    trainer_state     jsonb,
    trainer_log       text NOT NULL DEFAULT '',
    parent_version    text NOT NULL DEFAULT '',
    candidate_version text NOT NULL DEFAULT '',
    rows_train        integer NOT NULL DEFAULT 0,
    rows_holdout      integer NOT NULL DEFAULT 0,
    window_from       timestamptz,
    window_to         timestamptz,
    validation        jsonb,
    activated_at      timestamptz,
    note              text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id)
);
-- At most one live retrain a model, whoever tries and however many servers there are.
CREATE UNIQUE INDEX ml_retrain_one_live ON ml_retrain (tenant_id, model_type)
    WHERE state IN ('proposed', 'waiting_approval', 'countdown', 'queued', 'training', 'validating', 'activating', 'watching');
CREATE INDEX ml_retrain_model ON ml_retrain (tenant_id, model_type, id);
CREATE INDEX ml_retrain_state ON ml_retrain (state, due_at);

CREATE TABLE ml_retrain_timeline (
    tenant_id  bigint NOT NULL,
    retrain_id bigint NOT NULL,
    version    integer NOT NULL,
    at         timestamptz NOT NULL,
    actor      text NOT NULL,
    move       text NOT NULL,
    from_state text NOT NULL,
    to_state   text NOT NULL,
    note       text NOT NULL DEFAULT '',
    detail     jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, retrain_id, version),
    FOREIGN KEY (tenant_id, retrain_id) REFERENCES ml_retrain (tenant_id, id)
);

-- One model's retraining is paused after a rollback, until a person lifts it.
CREATE TABLE ml_pause (
    tenant_id  bigint NOT NULL,
    model_type text NOT NULL,
    paused_by  text NOT NULL,
    reason     text NOT NULL,
    since      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, model_type)
);

-- The emergency stop: a row while it is on.
CREATE TABLE retrain_halt (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    halted_by text NOT NULL,
    reason    text NOT NULL,
    since     timestamptz NOT NULL
);

-- What replay changed of logged predictions, as it was before: nothing is lost, and accuracy with and
-- without retraining is compared on identical rows.
CREATE TABLE replayed_prediction (
    tenant_id     bigint NOT NULL,
    created_at    timestamptz NOT NULL,
    prediction_id text NOT NULL,
    model_version text NOT NULL,
    score         double precision NOT NULL,
    predicted     boolean NOT NULL,
    PRIMARY KEY (tenant_id, created_at, prediction_id)
);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['ml_artifact', 'ml_validation_set', 'ml_service', 'ml_retrain', 'ml_retrain_timeline',
        'ml_pause', 'replayed_prediction'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_tenants ON %I TO driftwatch_app, driftwatch_reader
            USING (tenant_visible(tenant_id))', t);
        EXECUTE format('GRANT SELECT ON %I TO driftwatch_app, driftwatch_reader', t);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT SELECT ON retrain_halt TO driftwatch_app, driftwatch_reader;
GRANT INSERT, UPDATE ON ml_retrain TO driftwatch_app;
GRANT INSERT ON ml_retrain_timeline TO driftwatch_app;
GRANT USAGE ON SEQUENCE ml_retrain_id_seq TO driftwatch_app;
