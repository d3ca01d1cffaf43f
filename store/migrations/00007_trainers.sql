-- +goose Up
-- Secrets shared with training services. The row in setting says only that there is one; here nobody
-- but the owner reads. Like every setting of a trainer they are the same for every tenant.
CREATE TABLE setting_secret (
    name  text PRIMARY KEY,
    value text NOT NULL
);
ALTER TABLE setting_secret ENABLE ROW LEVEL SECURITY;

-- When the service that trains last called back, by its own signature: a callback is heard once.
ALTER TABLE ml_retrain ADD COLUMN trainer_called timestamptz;
CREATE INDEX ml_retrain_trainer_job ON ml_retrain (model_type, (trainer_state ->> 'job'))
    WHERE trainer_state IS NOT NULL;

-- A stretch of service is never empty and never ends before it begins, whatever a server's clock says.
ALTER TABLE ml_service ADD CONSTRAINT ml_service_forward CHECK (to_at > from_at) NOT VALID;
