-- +goose Up
-- What models predicted and what then happened.

CREATE TABLE ml_prediction_log (
    tenant_id     bigint NOT NULL,
    created_at    timestamptz NOT NULL,
    prediction_id text NOT NULL,
    model_type    text NOT NULL,
    model_version text NOT NULL,
    score         double precision NOT NULL,
    predicted     boolean NOT NULL,
    actual        boolean,
    behaves_like  text NOT NULL,
    features      jsonb,
    interval_low  double precision,
    interval_high double precision,
    latency_ms    double precision,
    ingested_at   timestamptz NOT NULL,
    outcome_at    timestamptz,
    actual_conflict_occurred boolean GENERATED ALWAYS AS
        (CASE WHEN behaves_like = 'conflict_predictor' THEN actual END) STORED,
    actual_fraud_detected    boolean GENERATED ALWAYS AS
        (CASE WHEN behaves_like = 'fraud_detector' THEN actual END) STORED,
    PRIMARY KEY (tenant_id, created_at, prediction_id)
) PARTITION BY RANGE (created_at);

-- Decides identity and leads an outcome to its row: id_hash is the first 16 bytes of
-- sha256(prediction_id) in uuid form. Cut into eight even ranges of the hash, not by PostgreSQL's
-- own hash of it: so the order of the hashes is also the order in which a COPY through the parent
-- reaches the partitions, and two batches whose keys are sorted cannot deadlock.
CREATE TABLE prediction_key (
    tenant_id  bigint NOT NULL,
    id_hash    uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id_hash)
) PARTITION BY RANGE (id_hash);
-- +goose StatementBegin
DO $$
DECLARE
    low  text := 'MINVALUE';
    high text;
BEGIN
    FOR i IN 0..7 LOOP
        high := CASE WHEN i = 7 THEN 'MAXVALUE'
            ELSE quote_literal(rpad(to_hex(2 * i + 2), 32, '0')::uuid) END;
        EXECUTE format('CREATE TABLE prediction_key_%s PARTITION OF prediction_key
            FOR VALUES FROM (%s) TO (%s)', i, low, high);
        low := high;
    END LOOP;
END $$;
-- +goose StatementEnd

-- Partitions whose rows were dropped by retention: their days are never rebuilt, rows for them
-- are refused as too_old.
CREATE TABLE dropped_range (
    from_at    timestamptz NOT NULL,
    to_at      timestamptz NOT NULL,
    dropped_at timestamptz NOT NULL,
    PRIMARY KEY (from_at)
);

-- Outcomes without a prediction yet. The latest of a prediction_id counts.
CREATE TABLE outcome_inbox (
    tenant_id     bigint NOT NULL,
    prediction_id text NOT NULL,
    id_hash       uuid NOT NULL,
    actual        boolean NOT NULL,
    observed_at   timestamptz NOT NULL,
    received_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, prediction_id)
);
CREATE INDEX outcome_inbox_received_at ON outcome_inbox (tenant_id, received_at);

-- What a corrected outcome replaced. created_at is the prediction's, NULL where that was not there yet.
CREATE TABLE outcome_replaced (
    tenant_id     bigint NOT NULL,
    id            bigint GENERATED ALWAYS AS IDENTITY,
    prediction_id text NOT NULL,
    created_at    timestamptz,
    actual        boolean NOT NULL,
    observed_at   timestamptz NOT NULL,
    replaced_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outcome_replaced_prediction ON outcome_replaced (tenant_id, prediction_id);

-- One row per tenant, model type, version and day. scores: float64 little endian, ascending.
-- labels: one byte a score in the same order, 0 unknown, 1 negative, 2 positive, 4 added where
-- predicted positive. bin_counts and bin_sums: the histogram of drift/stats without its empty bins:
-- a bitmap of the bins that hold something, then a uint32 each, then perhaps where in the bins the
-- values lie (packParts); a float64 each. score_m2 is the sum of (score - score_mean)^2.
CREATE TABLE ml_score_day (
    tenant_id        bigint NOT NULL,
    model_type       text NOT NULL,
    model_version    text NOT NULL,
    day              date NOT NULL,
    n                integer NOT NULL,
    scores           bytea NOT NULL,
    labels           bytea NOT NULL,
    bin_counts       bytea NOT NULL,
    bin_sums         bytea NOT NULL,
    score_mean       double precision NOT NULL,
    score_m2         double precision NOT NULL,
    tp               integer NOT NULL,
    fp               integer NOT NULL,
    fn               integer NOT NULL,
    tn               integer NOT NULL,
    interval_width_n integer NOT NULL,
    interval_width   double precision NOT NULL,
    latency_n        integer NOT NULL,
    latency_ms       double precision NOT NULL,
    first_created_at timestamptz NOT NULL,
    last_created_at  timestamptz NOT NULL,
    last_ingested_at timestamptz NOT NULL,
    last_outcome_at  timestamptz,
    digest           bytea NOT NULL,
    built_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, model_type, model_version, day)
);
-- Scores are as good as random to a compressor and slices of them are read: stored as they are.
ALTER TABLE ml_score_day ALTER scores SET STORAGE EXTERNAL, ALTER labels SET STORAGE EXTERNAL,
    ALTER bin_counts SET STORAGE EXTERNAL, ALTER bin_sums SET STORAGE EXTERNAL;
CREATE INDEX ml_score_day_day ON ml_score_day (day, tenant_id, model_type, model_version);

-- Days to rebuild before they are next read. Append only, so that batches never wait for each
-- other; a build deletes what it has seen.
CREATE TABLE score_day_mark (
    tenant_id  bigint NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    model_type text NOT NULL,
    day        date NOT NULL,
    marked_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX score_day_mark_day ON score_day_mark (tenant_id, model_type, day);

CREATE TABLE ml_model_version (
    tenant_id      bigint NOT NULL,
    model_type     text NOT NULL,
    version        text NOT NULL,
    source         text NOT NULL CHECK (source IN ('external', 'trained')),
    is_active      boolean NOT NULL DEFAULT false,
    first_seen     timestamptz NOT NULL,
    activated_at   timestamptz,
    deactivated_at timestamptz,
    PRIMARY KEY (tenant_id, model_type, version)
);
CREATE UNIQUE INDEX ml_model_version_one_active ON ml_model_version (tenant_id, model_type) WHERE is_active;

-- When rows of a feed last came in; for people, kept up to date every few seconds.
CREATE TABLE feed_beat (
    tenant_id     bigint NOT NULL,
    model_type    text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('predictions', 'outcomes')),
    last_received timestamptz NOT NULL,
    last_at       timestamptz NOT NULL,
    received      bigint NOT NULL,
    PRIMARY KEY (tenant_id, model_type, kind)
);
