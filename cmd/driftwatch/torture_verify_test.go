package main_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// count asks for one number.
func count(t testing.TB, conn *pgx.Conn, query string, args ...any) (n int64) {
	t.Helper()
	if err := conn.QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// none asks for rows of one text each, of which there must be none.
func none(t testing.TB, conn *pgx.Conn, what, query string, args ...any) {
	t.Helper()
	rows, err := conn.Query(context.Background(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if len(list) > 0 {
		t.Errorf("%s: %d, the first %q", what, len(list), list[:min(len(list), 5)])
	}
}

// stored is a row of the log as the database has it.
type stored struct {
	logged
	actual *bool
	times  int
}

// readLog reads what the load left in the log, by prediction_id.
func readLog(t testing.TB, conn *pgx.Conn) map[string]stored {
	t.Helper()
	rows, err := conn.Query(context.Background(), `SELECT prediction_id, model_type, created_at, score, predicted, actual
		FROM ml_prediction_log WHERE prediction_id LIKE 'w%'`)
	if err != nil {
		t.Fatal(err)
	}
	log := map[string]stored{}
	var r stored
	_, err = pgx.ForEachRow(rows, []any{&r.id, &r.model, &r.at, &r.score, &r.predicted, &r.actual}, func() error {
		r.at, r.times = r.at.UTC(), log[r.id].times+1
		log[r.id] = r
		r.actual = nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// verifyLog holds the log against the ledger: what was acknowledged is there once, what was not is
// there once or not at all, each request as a whole, each row as it was sent.
func (l *load) verifyLog(conn *pgx.Conn) {
	t := l.t
	t.Helper()
	log := readLog(t, conn)
	lost, doubled, torn, broken, noOutcome, unasked := 0, 0, 0, 0, 0, 0
	for _, b := range l.batches {
		there := 0
		for _, id := range b.ids() {
			got, ok := log[id]
			delete(log, id)
			if !ok {
				continue
			}
			there++
			want := rowOf(id, l.today)
			if got.times > 1 {
				doubled++
			}
			if got.model != want.model || !got.at.Equal(want.at) || got.score != want.score || got.predicted != want.predicted {
				broken++
			}
			switch {
			case b.outcomesAcked && got.actual == nil:
				noOutcome++
			case got.actual != nil && (!b.outcomes || *got.actual != want.actual):
				unasked++
			}
		}
		if b.acked {
			lost += b.rows - there
		} else if there != 0 && there != b.rows {
			torn++
		}
	}
	if lost+doubled+torn+broken+noOutcome+unasked+len(log) > 0 {
		t.Errorf("log: %d acknowledged rows lost, %d rows doubled, %d batches torn, %d rows changed, %d acknowledged outcomes lost, %d outcomes invented, %d rows invented",
			lost, doubled, torn, broken, noOutcome, unasked, len(log))
	}
	t.Logf("log: %s", l.counts())
}

// verifyKeys holds the key table against the log, row by row in both directions.
func verifyKeys(t testing.TB, conn *pgx.Conn) {
	t.Helper()
	none(t, conn, "rows without their key, or keys without their row", `
SELECT COALESCE(l.prediction_id, k.id_hash::text) FROM ml_prediction_log l FULL JOIN prediction_key k
  ON k.tenant_id = l.tenant_id AND k.created_at = l.created_at
  AND k.id_hash = encode(substring(sha256(convert_to(l.prediction_id, 'UTF8')) FROM 1 FOR 16), 'hex')::uuid
WHERE l.prediction_id IS NULL OR k.id_hash IS NULL`)
	if rows, keys := count(t, conn, `SELECT count(*) FROM ml_prediction_log`), count(t, conn, `SELECT count(*) FROM prediction_key`); rows != keys {
		t.Errorf("%d rows and %d keys", rows, keys)
	}
}

// verifyDays recomputes every day column from the log: counts by SQL, scores one by one. Every day
// up to today must have been rebuilt before.
func verifyDays(t testing.TB, conn *pgx.Conn) {
	t.Helper()
	none(t, conn, "days still marked", `SELECT DISTINCT day::text FROM score_day_mark WHERE day <= now()`)
	none(t, conn, "day columns that are not the log", `
SELECT format('%s %s %s: column %s, log %s', COALESCE(c.tenant_id, l.tenant_id), COALESCE(c.model_type, l.model_type), COALESCE(c.day, l.day), c, l)
FROM (SELECT tenant_id, model_type, model_version, day, n::bigint, tp::bigint, fp::bigint, fn::bigint, tn::bigint FROM ml_score_day) c
FULL JOIN (
  SELECT tenant_id, model_type, model_version, created_at::date AS day, count(*) AS n,
    count(*) FILTER (WHERE predicted AND actual) AS tp, count(*) FILTER (WHERE predicted AND NOT actual) AS fp,
    count(*) FILTER (WHERE NOT predicted AND actual) AS fn, count(*) FILTER (WHERE NOT predicted AND NOT actual) AS tn
  FROM ml_prediction_log GROUP BY 1, 2, 3, 4) l
USING (tenant_id, model_type, model_version, day, n, tp, fp, fn, tn)
WHERE c.n IS NULL OR l.n IS NULL OR (c.tenant_id IS NULL) OR (l.tenant_id IS NULL)`)
	rows, err := conn.Query(context.Background(), `
SELECT format('%s %s %s', d.tenant_id, d.model_type, d.day), d.scores, (
  SELECT array_agg(score ORDER BY score) FROM ml_prediction_log l WHERE l.tenant_id = d.tenant_id AND l.model_type = d.model_type
    AND l.model_version = d.model_version AND l.created_at >= d.day AND l.created_at < d.day + 1)
FROM ml_score_day d WHERE d.day > now() - interval '12 days'`)
	if err != nil {
		t.Fatal(err)
	}
	var day string
	var packed []byte
	var scores []float64
	_, err = pgx.ForEachRow(rows, []any{&day, &packed, &scores}, func() error {
		var column []float64
		for i := 0; i+8 <= len(packed); i += 8 {
			column = append(column, math.Float64frombits(binary.LittleEndian.Uint64(packed[i:])))
		}
		if !slices.Equal(column, scores) {
			t.Errorf("day column %s: %d scores, the log has %d or others", day, len(column), len(scores))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// verifyReports: one report in force per version, date and kind, its revisions without a gap.
func verifyReports(t testing.TB, conn *pgx.Conn) {
	t.Helper()
	none(t, conn, "checks without exactly one report in force, or with gaps in their revisions", `
SELECT format('%s %s %s %s: %s in force, revisions %s of %s', tenant_id, model_type, check_date, drift_type,
  count(*) FILTER (WHERE is_current), max(revision), count(*))
FROM ml_drift_report GROUP BY tenant_id, model_type, model_version, check_date, drift_type
HAVING count(*) FILTER (WHERE is_current) <> 1 OR max(revision) <> count(*)
  OR max(revision) <> max(revision) FILTER (WHERE is_current)`)
	t.Logf("reports: %d in force, %d in all", count(t, conn, `SELECT count(*) FROM ml_drift_report WHERE is_current`),
		count(t, conn, `SELECT count(*) FROM ml_drift_report`))
}

// verifyEvents: no number is missing. It returns the newest.
func verifyEvents(t testing.TB, conn *pgx.Conn) (newest int64) {
	t.Helper()
	newest = count(t, conn, `SELECT last_seq FROM event_head`)
	if n := count(t, conn, `SELECT count(*) FROM event WHERE seq BETWEEN 1 AND $1`, newest); n != newest || n != count(t, conn, `SELECT count(*) FROM event`) {
		t.Errorf("%d events up to number %d", n, newest)
	}
	return newest
}

// verifyAlerts: every alert's timeline is whole, and nothing took an acknowledgement back but a rise
// in severity.
func verifyAlerts(t testing.TB, conn *pgx.Conn, acked []ackedAlert) {
	t.Helper()
	none(t, conn, "timelines that do not hang together", `
SELECT format('alert %s version %s: %s from %s to %s after %s', alert_id, version, move, from_status, to_status, before) FROM (
  SELECT *, lag(to_status) OVER w AS before, lag(version) OVER w AS was, row_number() OVER w AS n FROM noc_alert_timeline
  WINDOW w AS (PARTITION BY alert_id ORDER BY version)) m
WHERE version <> n OR (n = 1) <> (move = 'raise') OR (n > 1 AND from_status <> before)`)
	none(t, conn, "alerts that are not where their timeline ends", `
SELECT format('alert %s is %s %s, its last entry %s %s', a.id, a.version, a.status, m.version, m.to_status)
FROM noc_alert_event a LEFT JOIN LATERAL (SELECT * FROM noc_alert_timeline m WHERE m.alert_id = a.id ORDER BY version DESC LIMIT 1) m ON true
WHERE (m.version, m.to_status) IS DISTINCT FROM (a.version, a.status)`)
	none(t, conn, "acknowledgements taken back without a rise", `
SELECT format('alert %s version %s: %s', alert_id, version, move) FROM noc_alert_timeline
WHERE from_status IN ('ACKNOWLEDGED', 'ASSIGNED') AND to_status NOT IN ('ACKNOWLEDGED', 'ASSIGNED', 'RESOLVED')
  AND move <> 'worsen'`)
	none(t, conn, "rises that were none", `
SELECT format('alert %s version %s', alert_id, version) FROM (
  SELECT *, max(array_position(ARRAY['NONE', 'MEDIUM', 'HIGH', 'CRITICAL'], severity)) OVER (PARTITION BY alert_id ORDER BY version
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest FROM noc_alert_timeline) m
WHERE move = 'worsen' AND array_position(ARRAY['NONE', 'MEDIUM', 'HIGH', 'CRITICAL'], severity) <= highest`)
	for _, a := range acked {
		if n := count(t, conn, `SELECT count(*) FROM noc_alert_timeline WHERE alert_id = $1 AND version = $2 AND move = 'acknowledge'`, a.ID, a.Version); n != 1 {
			t.Errorf("alert %d was acknowledged as version %d; its timeline knows %d such moves", a.ID, a.Version, n)
		}
	}
	t.Logf("alerts: %d raised, %d acknowledgements answered, %d rises, %d of them of what somebody had acknowledged",
		count(t, conn, `SELECT count(*) FROM noc_alert_event`), len(acked),
		count(t, conn, `SELECT count(*) FROM noc_alert_timeline WHERE move = 'worsen'`),
		count(t, conn, `SELECT count(*) FROM noc_alert_timeline WHERE move = 'worsen' AND from_status IN ('ACKNOWLEDGED', 'ASSIGNED')`))
}

// verifyAudit runs `audit verify`, and holds the audit log against the timelines.
func (h *home) verifyAudit(conn *pgx.Conn) {
	h.t.Helper()
	var verdict struct {
		OK     bool
		Rows   int64
		Faults []json.RawMessage
	}
	if err := json.Unmarshal([]byte(h.run("", "audit", "verify", "--json")), &verdict); err != nil || !verdict.OK {
		h.t.Errorf("audit verify: %+v, %v", verdict, err)
	}
	moves := count(h.t, conn, `SELECT count(*) FROM noc_alert_timeline`)
	if n := count(h.t, conn, `SELECT count(*) FROM audit_log WHERE action LIKE 'alert.%'`); n != moves {
		h.t.Errorf("%d moves in the timelines, %d in the audit log", moves, n)
	}
}

// slotRun is a row of the schedule.
type slotRun struct {
	name              string
	slot              time.Time
	state, server     string
	attempt           int
	started, finished time.Time
}

func (r slotRun) String() string {
	return fmt.Sprintf("%s of %s, %s by %s, attempt %d, %s to %s", r.name, drift.DateOf(r.slot), r.state, r.server, r.attempt,
		r.started.Format("15:04:05.000"), r.finished.Format("15:04:05.000"))
}

func schedule(t testing.TB, conn *pgx.Conn) (list []slotRun) {
	t.Helper()
	rows, err := conn.Query(context.Background(), `SELECT name, slot, state, server, attempt, COALESCE(started_at, 'epoch'), COALESCE(finished_at, 'epoch')
		FROM schedule_run ORDER BY slot`)
	if err != nil {
		t.Fatal(err)
	}
	var r slotRun
	_, err = pgx.ForEachRow(rows, []any{&r.name, &r.slot, &r.state, &r.server, &r.attempt, &r.started, &r.finished}, func() error {
		list = append(list, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// allDone reports whether so many slots are over.
func allDone(list []slotRun, slots int) bool {
	return len(list) >= slots && !slices.ContainsFunc(list, func(r slotRun) bool { return r.state != "done" && r.state != "failed" })
}
