package main_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// trainerProcesses are those of an installation's trainings, found by what their environment holds.
type trainerProcesses struct{ guards, programs, others []int }

func (p trainerProcesses) all() []int { return slices.Concat(p.guards, p.programs, p.others) }

// processes walks /proc. What the trainer's script left running beside itself is among the others.
func (k *trainee) processes() (p trainerProcesses) {
	k.t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		k.t.Fatal(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		env, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "environ")) // it may have ended
		if !slices.ContainsFunc(strings.Split(string(env), "\x00"), func(v string) bool { return strings.HasPrefix(v, k.marks) }) {
			continue
		}
		line, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		args := strings.Split(string(line), "\x00")
		switch {
		case len(args) > 2 && args[1] == "trainer" && args[2] == "guard":
			p.guards = append(p.guards, pid)
		case slices.ContainsFunc(args, func(a string) bool { return strings.HasSuffix(a, "train.sh") || a == "logistic" }):
			p.programs = append(p.programs, pid)
		default:
			p.others = append(p.others, pid)
		}
	}
	return p
}

// noOrphans: once nothing is trained, no process of a training is left, wherever it fled to, and no
// folder but that of the living server, which is empty.
func (k *trainee) noOrphans() {
	k.t.Helper()
	servers := strings.TrimPrefix(k.marks, "DRIFTWATCH_TRAINER_DIR=") + "*"
	left := func() (pids []int, folders []string) {
		jobs, _ := filepath.Glob(servers + "/*")
		if folders, _ = filepath.Glob(servers); len(folders) == 2 { // and its lock
			folders = nil
		}
		return k.processes().all(), slices.Concat(folders, jobs)
	}
	pids, folders := left()
	for patience := time.Now().Add(15 * time.Second); len(pids)+len(folders) > 0 && time.Now().Before(patience); pids, folders = left() {
		<-time.After(20 * time.Millisecond)
	}
	for _, pid := range pids {
		line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		k.t.Errorf("left of a training: process %d, %q", pid, line)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	if len(folders) > 0 {
		k.t.Errorf("left of trainings: %v", folders)
	}
}

// verifyRetrains holds every table that tells of retrains against the others, and the API against them.
func (k *trainee) verifyRetrains() {
	t, conn := k.t, k.look()
	t.Helper()
	k.verifyMoves(conn)
	none(t, conn, "models with two live retrains", `SELECT format('%s %s', tenant_id, model_type) FROM ml_retrain
		WHERE state NOT IN ('kept', 'rolled_back', 'refused', 'expired', 'cancelled', 'failed') GROUP BY tenant_id, model_type HAVING count(*) > 1`)
	none(t, conn, "models with two active versions", `SELECT format('%s %s', tenant_id, model_type) FROM ml_model_version
		WHERE is_active GROUP BY tenant_id, model_type HAVING count(*) > 1`)
	none(t, conn, "attempts that do not follow from the moves", `SELECT format('retrain %s: attempt %s', r.id, r.attempt) FROM ml_retrain r
		WHERE r.attempt <> (SELECT count(*) FILTER (WHERE m.move = 'start') - count(*) FILTER (WHERE m.move = 'requeue' AND m.note LIKE '%that was no attempt%')
				FROM ml_retrain_timeline m WHERE m.retrain_id = r.id)
			OR r.attempt > 3 OR r.attempt > 1 + (SELECT count(*) FROM ml_retrain_timeline m WHERE m.retrain_id = r.id AND m.move = 'requeue')`)
	// Half-activated: one of version, stretch of service, event and audit row without the others.
	none(t, conn, "activations that are not whole", `
SELECT format('retrain %s %s: %s moves, %s versions, %s services, %s events, %s audit rows', id, state, moves, versions, services, events, audits) FROM (
  SELECT r.*,
    (SELECT count(*) FROM ml_retrain_timeline m WHERE m.tenant_id = r.tenant_id AND m.retrain_id = r.id AND m.move = 'activated') AS moves,
    (SELECT count(*) FROM ml_model_version v WHERE v.tenant_id = r.tenant_id AND v.version = r.candidate_version AND v.activated_at IS NOT NULL) AS versions,
    (SELECT count(*) FROM ml_service s WHERE s.tenant_id = r.tenant_id AND s.model_version = r.candidate_version AND s.from_at = r.activated_at) AS services,
    (SELECT count(*) FROM event e WHERE e.type = 'MODEL_ACTIVATED' AND e.tenant_id = r.tenant_id AND (e.payload->'model'->>'retrain')::bigint = r.id) AS events,
    (SELECT count(*) FROM audit_log a WHERE a.action = 'model.activate' AND a.tenant_id = r.tenant_id AND (a.detail->>'retrain')::bigint = r.id) AS audits
  FROM ml_retrain r) x
WHERE NOT (moves = versions AND moves = services AND moves = events AND moves = audits
  AND moves = CASE WHEN state IN ('watching', 'kept', 'rolled_back') THEN 1 ELSE 0 END)`)
	none(t, conn, "versions active against what the retrains say, or without their open stretch", `
SELECT format('tenant %s: %s', t.name, COALESCE(v.version, 'none')) FROM tenant t
LEFT JOIN ml_retrain r ON r.tenant_id = t.id AND r.state IN ('watching', 'kept', 'rolled_back')
LEFT JOIN ml_model_version v ON v.tenant_id = t.id AND v.is_active
LEFT JOIN ml_service s ON s.tenant_id = t.id AND s.to_at IS NULL
WHERE v.version IS DISTINCT FROM s.model_version
  OR v.version IS DISTINCT FROM CASE r.state WHEN 'rolled_back' THEN r.parent_version ELSE r.candidate_version END`)
	none(t, conn, "rollbacks that are not whole", `
SELECT format('retrain %s %s: %s events, %s audit rows, %s alerts, %s pauses', id, state, events, audits, alerts, pauses) FROM (
  SELECT r.*,
    (SELECT count(*) FROM event e WHERE e.type = 'MODEL_ROLLED_BACK' AND e.tenant_id = r.tenant_id) AS events,
    (SELECT count(*) FROM audit_log a WHERE a.action = 'model.roll_back' AND a.tenant_id = r.tenant_id) AS audits,
    (SELECT count(*) FROM noc_alert_event a WHERE a.alert_type = 'ML_ROLLBACK' AND a.tenant_id = r.tenant_id AND a.status = 'ESCALATED') AS alerts,
    (SELECT count(*) FROM ml_pause p WHERE p.tenant_id = r.tenant_id) AS pauses
  FROM ml_retrain r) x
WHERE NOT (events = audits AND events = alerts AND events = pauses AND events = CASE state WHEN 'rolled_back' THEN 1 ELSE 0 END)`)
	none(t, conn, "watches without an end", `SELECT format('retrain %s: %s', id, due_at) FROM ml_retrain
		WHERE state = 'watching' AND due_at IS DISTINCT FROM activated_at + interval '24 hours'`)
	k.verifyActive(conn)
	verifyEvents(t, conn)
}

// verifyMoves: every timeline hangs together and holds moves of the table alone, each with its event and
// audit row.
func (k *trainee) verifyMoves(conn *pgx.Conn) {
	k.t.Helper()
	none(k.t, conn, "timelines that do not hang together", `
SELECT format('retrain %s version %s: %s from %s to %s after %s', retrain_id, version, move, from_state, to_state, before) FROM (
  SELECT *, lag(to_state) OVER w AS before, row_number() OVER w AS n FROM ml_retrain_timeline
  WINDOW w AS (PARTITION BY tenant_id, retrain_id ORDER BY version)) m
WHERE version <> n OR (n = 1) <> (move = 'propose') OR (n > 1 AND from_state <> before)`)
	none(k.t, conn, "retrains that are not where their timeline ends", `
SELECT format('retrain %s is %s %s, its last entry %s %s', r.id, r.version, r.state, m.version, m.to_state)
FROM ml_retrain r LEFT JOIN LATERAL (SELECT * FROM ml_retrain_timeline m WHERE m.tenant_id = r.tenant_id AND m.retrain_id = r.id
  ORDER BY version DESC LIMIT 1) m ON true
WHERE (m.version, m.to_state) IS DISTINCT FROM (r.version, r.state)`)
	none(k.t, conn, "moves without exactly one event and one audit row", `
SELECT format('retrain %s version %s: %s events, %s audit rows', m.retrain_id, m.version, e.n, a.n) FROM ml_retrain_timeline m
LEFT JOIN (SELECT (payload->'move'->>'retrain_id')::bigint AS id, (payload->'move'->>'version')::int AS version, count(*) AS n FROM event
  WHERE type = 'RETRAIN_UPDATED' AND payload ? 'move' GROUP BY 1, 2) e ON e.id = m.retrain_id AND e.version = m.version
LEFT JOIN (SELECT (detail->>'retrain_id')::bigint AS id, (detail->>'version')::int AS version, count(*) AS n FROM audit_log
  WHERE action LIKE 'retrain.%' GROUP BY 1, 2) a ON a.id = m.retrain_id AND a.version = m.version
WHERE (e.n, a.n) IS DISTINCT FROM (1::bigint, 1::bigint)`)
	rows, err := conn.Query(context.Background(), `SELECT move, from_state, to_state FROM ml_retrain_timeline`)
	if err != nil {
		k.t.Fatal(err)
	}
	var move retrain.Move
	var from, to drift.RetrainState
	manager := drift.Actor{Role: drift.RoleManager}
	_, err = pgx.ForEachRow(rows, []any{&move, &from, &to}, func() error {
		bySystem, _ := retrain.Next(move, from, drift.SystemActor())
		byPerson, _ := retrain.Next(move, from, manager)
		if to != bySystem && to != byPerson && (from != to || to != drift.RetrainWatching) { // a watch may go on
			k.t.Errorf("%s from %s to %s is not in the table of moves", move, from, to)
		}
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
}

// verifyActive: the API says of every model that serves what the tables say.
func (k *trainee) verifyActive(conn *pgx.Conn) {
	k.t.Helper()
	rows, err := conn.Query(context.Background(), `SELECT t.name, v.version FROM ml_model_version v JOIN tenant t ON t.id = v.tenant_id WHERE v.is_active`)
	if err != nil {
		k.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Tenant, Version string }])
	if err != nil {
		k.t.Fatal(err)
	}
	for _, v := range list {
		if got := k.active(v.Tenant); got != v.Version {
			k.t.Errorf("active at %s is %s, and the API says %s", v.Tenant, v.Version, got)
		}
	}
}

// watchesFallDue: the 24-hour watch of every version that still is watched falls due, once.
func (k *trainee) watchesFallDue() {
	k.t.Helper()
	watching := 0
	rows, err := k.look().Query(context.Background(), `SELECT t.name, r.candidate_version FROM ml_retrain r
		JOIN tenant t ON t.id = r.tenant_id WHERE state = 'watching'`)
	if err != nil {
		k.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Tenant, Version string }])
	if err != nil {
		k.t.Fatal(err)
	}
	for _, v := range list {
		k.score(v.Tenant, v.Version, true)
		watching++
	}
	var answer struct{ Watches *int }
	out := k.run("", "run", "watch", "--date", time.Now().UTC().AddDate(0, 0, 2).Format(time.DateOnly), "--json")
	if err := json.Unmarshal([]byte(out), &answer); err != nil || answer.Watches == nil || *answer.Watches != watching {
		k.t.Errorf("of %d watches fell due: %s (%v)", watching, out, err)
	}
	none(k.t, k.look(), "versions that were judged twice", `SELECT format('retrain %s: %s times', retrain_id, count(*)) FROM ml_retrain_timeline
		WHERE move IN ('keep', 'roll_back') GROUP BY retrain_id HAVING count(*) > 1`)
	none(k.t, k.look(), "versions that are still watched", `SELECT format('retrain %s is %s: %s', id, state, note) FROM ml_retrain
		WHERE state NOT IN ('kept', 'failed', 'rolled_back')`)
	k.t.Logf("%d watches fell due, each once", watching)
}
