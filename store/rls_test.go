package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// table is one of the database's, with what tells whose its rows are.
type table struct {
	name, tenant string // tenant is the column, "" where the table has none
	partition    bool
}

func tables(t *testing.T, db *store.DB) []table {
	t.Helper()
	rows, err := db.Pool().Query(t.Context(), `SELECT c.relname, COALESCE((SELECT attname FROM pg_attribute a
			WHERE a.attrelid = c.oid AND NOT attisdropped AND (attname = 'tenant_id'
				OR attname = 'scope' OR (attname = 'id' AND c.relname = 'tenant')) LIMIT 1), ''), c.relispartition
		FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x table, err error) {
		return x, row.Scan(&x.name, &x.tenant, &x.partition)
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// fillTenant puts a row of the tenant into every table that has tenants.
func fillTenant(t *testing.T, db *store.DB, tenant drift.Tenant) {
	t.Helper()
	rows := some("p", 3, now.Add(-time.Hour), nil)
	for i := range rows {
		rows[i].tenant, rows[i].id = tenant.Name, tenant.Name+rows[i].id
	}
	ingestAs(t, db, system, rows...)
	rebuild(t, db)
	outcomesAs(t, db, system, out{id: tenant.Name + "p-0", tenant: tenant.Name, actual: 1},
		out{id: "unknown", tenant: tenant.Name, actual: 1})
	outcomesAs(t, db, system, out{id: tenant.Name + "p-0", tenant: tenant.Name, actual: 0, at: now})
	a := raised(t, db, tenant, drift.SeverityHigh, now)
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.SetTimer(ctx, a, drift.TimerEscalate, now); err != nil {
			return err
		}
		if err := tx.PutMetrics(ctx, drift.DailyMetrics{Version: a.Report.Version, Date: checkDay}); err != nil {
			return err
		}
		value := "40"
		return tx.PutSetting(ctx, tenant.ID, "MIN_SCORES", &value, "rita", "", now)
	})
	if _, err := db.AddUser(t.Context(), system, drift.User{Name: "of " + tenant.Name, Role: drift.RoleViewer, Tenants: []int64{tenant.ID}}, "x"); err != nil {
		t.Fatal(err)
	}
	incident := drift.IncidentQuery{Alert: a.ID, Now: now}
	if err := db.WriteCause(t.Context(), system, incident, 0, "A feed changed."); err != nil {
		t.Fatal(err)
	}
	if err := db.AddFollowUp(t.Context(), system, incident, "Ask the feed", ""); err != nil {
		t.Fatal(err)
	}
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		return tx.PutHandOver(ctx, &drift.HandOver{By: "rita", At: now, Shift: drift.Shift{
			From: now.Add(-time.Hour), To: now, Tenants: []drift.ShiftTenant{{TenantID: tenant.ID, Tenant: tenant.Name}},
		}})
	})
	token := drift.Token{Name: "of " + tenant.Name, Role: drift.RoleIngest, Tenants: []int64{tenant.ID}}
	if _, err := db.AddToken(t.Context(), system, token, []byte(tenant.Name)); err != nil {
		t.Fatal(err)
	}
	owner := drift.WebhookOwner{Tenant: tenant.Name}
	if _, err := db.SetWebhook(t.Context(), system, owner, "https://hooks.example.com/"); err != nil {
		t.Fatal(err)
	}
	if err := db.TestWebhook(t.Context(), system, owner); err != nil {
		t.Fatal(err)
	}
	_, err := db.Pool().Exec(t.Context(), `INSERT INTO feed_beat VALUES ($1, 'fraud_detector', 'outcomes', now(), now(), 1)
		ON CONFLICT DO NOTHING`, tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `INSERT INTO alert_presence VALUES ($1, $2, 1, 'rita', now(), now())`, tenant.ID, a.ID)
	fillLoop(t, db, tenant)
	fillWork(t, db, a)
}

// fillWork puts a row into every table of the work around an alert.
func fillWork(t *testing.T, db *store.DB, a *drift.Alert) {
	t.Helper()
	m := drift.Model{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType}
	s := drift.Silence{
		Match: drift.AlertMatch{TenantID: a.TenantID, Most: drift.SeverityHigh}, Reason: "r", StartsAt: now, EndsAt: now.Add(time.Hour), CreatedBy: "rita", CreatedAt: now,
	}
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PutSilence(ctx, &s); err != nil {
			return err
		}
		proposal := drift.SettingProposal{TenantID: a.TenantID, Values: map[string]string{"MIN_SCORES": "41"}, Reason: "r", By: "rita", At: now}
		if err := tx.PutProposal(ctx, &proposal); err != nil {
			return err
		}
		return tx.NoteHidden(ctx, s.ID, a, now)
	})
	if err := db.AddModelNote(t.Context(), system, m, &drift.ModelNote{From: checkDay, To: checkDay, Text: "x"}); err != nil {
		t.Fatal(err)
	}
	if err := db.SetRunbook(t.Context(), system, m, drift.SeverityHigh, "https://wiki.example.com/"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.SayFeedback(t.Context(), system, a.ID, drift.VerdictReal, ""); err != nil {
		t.Fatal(err)
	}
}

// fillLoop puts a row into every table of the closed loop.
func fillLoop(t *testing.T, db *store.DB, tenant drift.Tenant) {
	t.Helper()
	m := drift.Model{TenantID: tenant.ID, Tenant: tenant.Name, ModelType: drift.FraudDetector}
	key := drift.VersionKey{Model: m, Version: "trained"}
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		r := &drift.Retrain{
			TenantID: m.TenantID, ModelType: m.ModelType, State: drift.RetrainProposed, RequestedBy: "rita",
			Safeguards: []drift.Safeguard{}, CreatedAt: now, StateSince: now,
		}
		if ok, err := tx.InsertRetrain(ctx, r, drift.RetrainEntry{At: now, Actor: "rita", Move: "propose"}); err != nil || !ok {
			return fmt.Errorf("insert retrain: %v, %w", ok, err)
		}
		if err := tx.PutPause(ctx, drift.Pause{Model: m, By: "rita", Reason: "worse", Since: now}); err != nil {
			return err
		}
		old, err := tx.Serving(ctx, m)
		if err != nil {
			return err
		}
		v := drift.NewVersion{
			Key: key, Artifact: []byte("model"), Digest: []byte(tenant.Name), Holdout: []byte(`{}`), RetrainID: r.ID,
			WindowFrom: now, WindowTo: now, Scores: drift.LabelledScores{Scores: []float64{0.5}, Labels: []byte{1}},
		}
		if err := tx.PutVersion(ctx, v, now); err != nil {
			return err
		}
		return tx.Activate(ctx, old, key, now)
	})
	mustExec(t, db, `INSERT INTO replayed_prediction VALUES ($1, $2, 'p-0', 'v1', 0.5, true)`, tenant.ID, now)
}

// try runs one statement under an actor and takes it back.
func try(t *testing.T, db *store.DB, by drift.Actor, role, sql string, args ...any) (rows int64, err error) {
	t.Helper()
	giveUp := errors.New("taken back")
	txErr := db.InTx(t.Context(), by, func(tx *store.Tx) error {
		if role != "" {
			if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE `+role); err != nil {
				return err
			}
		}
		var tag pgconn.CommandTag
		tag, err = tx.Exec(t.Context(), sql, args...)
		rows = tag.RowsAffected()
		return giveUp
	})
	if !errors.Is(txErr, giveUp) {
		t.Fatal(txErr)
	}
	return rows, err
}

func denied(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == "42501"
}

func TestWrongTenantReachesNoTable(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	fillTenant(t, db, zeta)
	fillTenant(t, db, acme) // last, because filling one rebuilds the days that another has marked
	strangers := map[string]drift.Actor{
		"zeta's administrator": only(drift.RoleAdmin, zeta), "nobody's": only(drift.RoleAdmin),
	}
	tried := 0
	for _, tb := range tables(t, db) {
		if tb.tenant == "" {
			continue
		}
		if value(t, db, fmt.Sprintf(`SELECT count(*) FROM %s WHERE %s = %d`, tb.name, tb.tenant, acme.ID)) == "0" {
			if !tb.partition {
				t.Errorf("%s has no row to be protected: fill it", tb.name)
			}
			continue
		}
		tried++
		for name, by := range strangers {
			for _, role := range []string{"", "driftwatch_reader"} {
				tryStranger(t, db, name+" as "+role, by, role, tb, acme.ID)
			}
		}
	}
	if tried < 15 {
		t.Errorf("only %d tables were tried", tried)
	}
}

func tryStranger(t *testing.T, db *store.DB, who string, by drift.Actor, role string, tb table, tenant int64) {
	t.Helper()
	n, err := try(t, db, by, role, fmt.Sprintf(`SELECT FROM %s WHERE %s = $1`, tb.name, tb.tenant), tenant)
	if n > 0 || (err != nil && !denied(err)) {
		t.Errorf("%s reads %d rows of %s: %v", who, n, tb.name, err)
	}
	if tb.partition && !denied(err) {
		t.Errorf("%s may read the partition %s", who, tb.name)
	}
	column := tb.tenant
	if tb.name == "tenant" {
		column = "name" // the id is nobody's to set
	}
	for _, sql := range []string{`UPDATE %[1]s SET ` + column + ` = ` + column + ` WHERE %[2]s = $1`, `DELETE FROM %[1]s WHERE %[2]s = $1`} {
		if n, err := try(t, db, by, role, fmt.Sprintf(sql, tb.name, tb.tenant), tenant); n > 0 || (err != nil && !denied(err)) {
			t.Errorf("%s changes %d rows by %s of %s: %v", who, n, sql[:6], tb.name, err)
		}
	}
	columns := value(t, db, `SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'`, tb.name)
	row := value(t, db, fmt.Sprintf(`SELECT to_jsonb(x) FROM %s x WHERE %s = %d LIMIT 1`, tb.name, tb.tenant, tenant))
	_, err = try(t, db, by, role, fmt.Sprintf(`INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE
		SELECT %s FROM jsonb_populate_record(NULL::%s, $1)`, tb.name, columns, columns, tb.name), row)
	if !denied(err) {
		t.Errorf("%s writes into %s: %v", who, tb.name, err)
	}
}

// The same statements work on one's own rows, or the test above would prove nothing.
func TestOwnTenantIsReached(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme := tenantNamed(t, db, "acme")
	fillTenant(t, db, acme)
	by := only(drift.RoleAdmin, acme)
	hidden := []string{"prediction_key", "api_token_tenant", "dropped_range"}
	for _, tb := range tables(t, db) {
		if tb.tenant == "" || tb.partition || slices.Contains(hidden, tb.name) {
			continue
		}
		if n, err := try(t, db, by, "", fmt.Sprintf(`SELECT FROM %s WHERE %s = $1`, tb.name, tb.tenant), acme.ID); n == 0 || err != nil {
			t.Errorf("%s: %d rows, %v", tb.name, n, err)
		}
	}
	for _, sql := range []string{
		`UPDATE noc_alert_event SET version = version WHERE tenant_id = $1`,
		`DELETE FROM noc_alert_timer WHERE tenant_id = $1`,
		`UPDATE setting SET value = value WHERE scope = $1`,
	} {
		if n, err := try(t, db, by, "", sql, acme.ID); n == 0 || err != nil {
			t.Errorf("%s: %d rows, %v", sql, n, err)
		}
	}
	if _, err := try(t, db, by, "", `UPDATE noc_alert_event SET tenant_id = tenant_id + 1`); err == nil {
		t.Error("an alert is given to another tenant")
	}
	if _, err := try(t, db, by, "", `UPDATE setting SET scope = 0`); !denied(err) {
		t.Errorf("a tenant's setting is given to everybody: %v", err)
	}
}

func TestWhatNoRequestMayDo(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme := tenantNamed(t, db, "acme")
	fillTenant(t, db, acme)
	everything := drift.Actor{Name: "root", Role: drift.RoleAdmin, AllTenants: true}
	for _, sql := range []string{
		`UPDATE audit_log SET actor = 'x'`, `DELETE FROM audit_log`, `TRUNCATE audit_log`, `UPDATE event SET type = 'x'`,
		`DELETE FROM event`, `TRUNCATE event`, `UPDATE event_head SET last_seq = 0`, `UPDATE audit_head SET count = 0`,
		`SELECT * FROM event_head`, `SELECT * FROM audit_head`, `ALTER TABLE audit_log DISABLE ROW LEVEL SECURITY`,
		`INSERT INTO audit_log SELECT * FROM audit_log`, `INSERT INTO event SELECT * FROM event`,
		`SELECT password_hash FROM app_user`, `SELECT * FROM app_user`, `UPDATE app_user SET role = 'admin'`,
		`INSERT INTO app_user_tenant SELECT * FROM app_user_tenant`, `SELECT * FROM session`, `SELECT * FROM api_token`,
		`SELECT * FROM setup_link`, `SELECT * FROM saved_filter`, `SELECT * FROM sign_in_failure`, `DELETE FROM noc_alert_timeline`,
		`UPDATE noc_alert_timeline SET actor = 'x'`, `DELETE FROM noc_alert_event`, `UPDATE ml_drift_report SET severity = 'NONE'`,
		`UPDATE ml_prediction_log SET actual = true`, `DELETE FROM ml_score_day`, `SELECT * FROM prediction_key`,
		`SELECT secret FROM webhook`, `SELECT payload FROM webhook_delivery`, `UPDATE webhook SET url = 'http://x'`,
		`UPDATE webhook_delivery SET state = 'dead'`, `SELECT * FROM webhook_cursor`, `DELETE FROM team_member`,
		`INSERT INTO team_member SELECT * FROM team_member`,
		`UPDATE silence SET ends_at = 'infinity'`, `DELETE FROM silence`, `DELETE FROM silence_hidden`, `UPDATE silence_hidden SET at = now()`,
		`UPDATE model_note SET note = 'x'`, `DELETE FROM model_note`, `DELETE FROM alert_feedback`, `DELETE FROM oncall_turn`,
		`INSERT INTO oncall_person SELECT * FROM oncall_person`, `UPDATE oncall_rota SET zone = 'UTC'`,
		`CREATE TABLE mine (x int)`, `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`, `COPY tenant TO PROGRAM 'cat'`,
	} {
		for _, role := range []string{"", "driftwatch_reader"} {
			if _, err := try(t, db, everything, role, sql); !denied(err) {
				t.Errorf("%s (%s): %v", sql, role, err)
			}
		}
	}
	if _, err := try(t, db, everything, "driftwatch_reader", `SELECT append_event('x', NULL, now(), '{}')`); !denied(err) {
		t.Errorf("a dashboard writes events: %v", err)
	}
	for _, sql := range []string{
		`SELECT * FROM noc_alert_event`, `SELECT * FROM audit_log`, `SELECT * FROM app_user`, `SELECT * FROM setting`,
		`SELECT id FROM webhook`, `SELECT id FROM webhook_delivery`, `SELECT * FROM team_member`,
	} {
		if _, err := try(t, db, system, "driftwatch_ingest", sql); !denied(err) {
			t.Errorf("ingestion may %s: %v", sql, err)
		}
	}
}

// Functions of the owner must not be led astray by what a role puts on its search path.
func TestOwnersFunctionsHaveTheirSearchPath(t *testing.T) {
	db := storetest.Fresh(t)
	loose := value(t, db, `SELECT string_agg(proname, ', ') FROM pg_proc
		WHERE pronamespace = 'public'::regnamespace AND prosecdef AND NOT COALESCE(proconfig::text LIKE '%search_path%', false)`)
	if loose != "" {
		t.Errorf("without a search path of their own: %s", loose)
	}
	if n := value(t, db, `SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef`); n == "0" {
		t.Error("no function was looked at")
	}
	if strings.Contains(value(t, db, `SELECT string_agg(relname, ', ') FROM pg_class WHERE relkind = 'v'
		AND relnamespace = 'public'::regnamespace AND has_table_privilege('driftwatch_app', oid, 'SELECT')`), ",") {
		t.Error("the application may read through a view of the owner")
	}
}
