-- +goose Up
-- The proofs that rolling back works, kept for ever. They are the installation's and no tenant's: the
-- shadow model that is rolled back is taken back with its tenant, and what is said of it names nobody's.
CREATE TABLE rollback_rehearsal (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    by_name text NOT NULL,
    passed  boolean NOT NULL,
    took_us bigint NOT NULL,
    steps   jsonb NOT NULL
);
GRANT SELECT ON rollback_rehearsal TO driftwatch_app, driftwatch_reader;

-- Reviews look for a quarter's rollbacks in a log that is kept for ever.
CREATE INDEX audit_log_rollbacks ON audit_log (at) WHERE action = 'model.roll_back';
-- They look for what was raised within a stretch by its kind, and for the retrains that ended in one.
CREATE INDEX ml_retrain_state_since ON ml_retrain (state_since);
