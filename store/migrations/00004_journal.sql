-- +goose Up
-- Events (what browsers are told) and the audit log (what is kept for ever).
-- Both are written only through the owner's functions. Each locks its one head row as the last
-- thing before COMMIT, event before audit, so that numbers are gapless and in commit order.

CREATE TABLE event_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_seq bigint NOT NULL
);
INSERT INTO event_head (last_seq) VALUES (0);
-- at is when it happened, which a stepped clock may put years back; written_at decides how long it
-- is kept.
CREATE TABLE event (
    seq        bigint PRIMARY KEY,
    type       text NOT NULL,
    tenant_id  bigint,
    at         timestamptz NOT NULL,
    payload    jsonb NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE audit_head (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    count     bigint NOT NULL,
    last_hash bytea NOT NULL
);
INSERT INTO audit_head (count, last_hash) VALUES (0, '\x'::bytea);
CREATE TABLE audit_log (
    seq       bigint PRIMARY KEY,
    at        timestamptz NOT NULL,
    tenant_id bigint,
    actor     text NOT NULL,
    action    text NOT NULL,
    object    text NOT NULL,
    detail    jsonb NOT NULL,
    prev_hash bytea NOT NULL,
    hash      bytea NOT NULL
);
CREATE INDEX audit_log_tenant ON audit_log (tenant_id, seq);
CREATE INDEX audit_log_object ON audit_log (object, seq);

-- The text that is hashed: every field, unambiguously, the same for ever.
-- +goose StatementBegin
CREATE FUNCTION audit_text(seq bigint, at timestamptz, tenant_id bigint, actor text, action text,
    object text, detail jsonb, prev_hash bytea) RETURNS text
    LANGUAGE sql STABLE
    AS $$ SELECT jsonb_build_array(seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        tenant_id, actor, action, object, detail, encode(prev_hash, 'hex'))::text $$;
-- +goose StatementEnd

-- A request's role writes for its own tenants only. What carries no tenant reaches readers of all
-- tenants, save the two event types below.
-- +goose StatementBegin
CREATE FUNCTION check_writer(p_tenant bigint) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public
    AS $$
BEGIN
    IF (current_setting('role') IN ('driftwatch_app', 'driftwatch_ingest', 'driftwatch_reader')
        OR session_user IN ('driftwatch_app', 'driftwatch_ingest', 'driftwatch_reader'))
        AND p_tenant IS NOT NULL AND NOT public.tenant_visible(p_tenant) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this tenant is not yours';
    END IF;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION append_event(p_type text, p_tenant bigint, p_at timestamptz, p_payload jsonb) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
DECLARE s bigint;
BEGIN
    PERFORM public.check_writer(p_tenant);
    UPDATE public.event_head SET last_seq = last_seq + 1 RETURNING last_seq INTO s;
    INSERT INTO public.event (seq, type, tenant_id, at, payload) VALUES (s, p_type, p_tenant, p_at, p_payload);
    PERFORM pg_notify('driftwatch_event', s::text);
    RETURN s;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION append_audit(p_at timestamptz, p_tenant bigint, p_actor text, p_action text, p_object text,
    p_detail jsonb) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
DECLARE
    h public.audit_head%ROWTYPE;
    next_hash bytea;
BEGIN
    PERFORM public.check_writer(p_tenant);
    SELECT * INTO h FROM public.audit_head FOR UPDATE;
    next_hash := sha256(convert_to(public.audit_text(h.count + 1, p_at, p_tenant, p_actor, p_action,
        p_object, p_detail, h.last_hash), 'UTF8'));
    INSERT INTO public.audit_log (seq, at, tenant_id, actor, action, object, detail, prev_hash, hash)
        VALUES (h.count + 1, p_at, p_tenant, p_actor, p_action, p_object, p_detail, h.last_hash, next_hash);
    UPDATE public.audit_head SET count = h.count + 1, last_hash = next_hash;
    RETURN h.count + 1;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION append_event, append_audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_event, append_audit TO driftwatch_app, driftwatch_ingest;

-- The oldest event kept and the newest written, whoever may see them: a reader limited to tenants
-- must be able to tell "nothing for you" from "no longer kept". oldest is newest + 1 where none is.
-- +goose StatementBegin
CREATE FUNCTION event_bounds(OUT oldest bigint, OUT newest bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT COALESCE((SELECT min(seq) FROM public.event), last_seq + 1), last_seq FROM public.event_head
    $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION event_bounds FROM PUBLIC;
GRANT EXECUTE ON FUNCTION event_bounds TO driftwatch_app;

-- Row-level security: what the roles of requests see.
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['ml_prediction_log', 'outcome_inbox', 'outcome_replaced', 'ml_score_day',
        'score_day_mark', 'ml_model_version', 'feed_beat', 'ml_model_performance_metrics', 'ml_drift_report',
        'noc_alert_event', 'noc_alert_timeline', 'noc_alert_timer', 'event', 'audit_log'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_tenants ON %I TO driftwatch_app, driftwatch_reader
            USING (tenant_visible(tenant_id))', t);
        EXECUTE format('GRANT SELECT ON %I TO driftwatch_app, driftwatch_reader', t);
    END LOOP;
END $$;
-- +goose StatementEnd
-- Rows without a tenant go to readers of all tenants, save two types that carry no tenant's data.
CREATE POLICY without_tenant ON event FOR SELECT TO driftwatch_app, driftwatch_reader
    USING (tenant_id IS NULL AND (current_setting('app.tenants', true) = '*'
        OR type IN ('SETTINGS_CHANGED', 'CHECK_COMPLETED')));
CREATE POLICY without_tenant ON audit_log FOR SELECT TO driftwatch_app, driftwatch_reader
    USING (tenant_id IS NULL AND current_setting('app.tenants', true) = '*');
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenants ON tenant TO driftwatch_app, driftwatch_reader USING (tenant_visible(id));
GRANT SELECT ON tenant, model_type, installation, team, schedule_run, progress, server, setting, setting_change,
    dropped_range TO driftwatch_app, driftwatch_reader;

-- What is set for every tenant can be read by all and written under all tenants only.
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['setting', 'setting_change'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_tenants ON %I TO driftwatch_app, driftwatch_reader
            USING (tenant_visible(scope))', t);
        EXECUTE format('CREATE POLICY for_everybody ON %I FOR SELECT TO driftwatch_app, driftwatch_reader
            USING (scope = 0)', t);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT INSERT, UPDATE, DELETE ON setting TO driftwatch_app;
GRANT INSERT ON setting_change TO driftwatch_app;

-- People are seen, to be assigned, by those who share a tenant with them; password hashes never.
ALTER TABLE app_user_tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenants ON app_user_tenant FOR SELECT TO driftwatch_app USING (tenant_visible(tenant_id));
ALTER TABLE app_user ENABLE ROW LEVEL SECURITY;
CREATE POLICY colleagues ON app_user FOR SELECT TO driftwatch_app USING (
    all_tenants OR current_setting('app.tenants', true) = '*'
    OR EXISTS (SELECT FROM app_user_tenant t WHERE t.user_id = app_user.id));
GRANT SELECT (id, name, role, all_tenants, disabled) ON app_user TO driftwatch_app;
GRANT SELECT ON app_user_tenant TO driftwatch_app;

GRANT UPDATE ON noc_alert_event TO driftwatch_app;
GRANT INSERT ON noc_alert_timeline TO driftwatch_app;
GRANT INSERT, UPDATE, DELETE ON noc_alert_timer TO driftwatch_app;

-- Ingestion: COPY under row-level security is refused by PostgreSQL, so this role works on the
-- partitions themselves (granted as they are made); the tenant of every row is checked before.
GRANT SELECT, INSERT ON prediction_key TO driftwatch_ingest;
-- +goose StatementBegin
DO $$
BEGIN
    FOR i IN 0..7 LOOP
        EXECUTE format('GRANT SELECT, INSERT ON prediction_key_%s TO driftwatch_ingest', i);
    END LOOP;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['outcome_inbox', 'outcome_replaced', 'score_day_mark', 'ml_model_version', 'feed_beat'] LOOP
        EXECUTE format('CREATE POLICY ingestion ON %I TO driftwatch_ingest USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY ingestion ON tenant FOR SELECT TO driftwatch_ingest USING (true);
GRANT SELECT ON tenant, model_type, dropped_range TO driftwatch_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON outcome_inbox TO driftwatch_ingest;
GRANT INSERT ON outcome_replaced TO driftwatch_ingest;
GRANT SELECT, INSERT ON score_day_mark, ml_model_version TO driftwatch_ingest;
GRANT SELECT, INSERT, UPDATE ON feed_beat TO driftwatch_ingest;
