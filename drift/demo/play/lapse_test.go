package play_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/store"
)

// storyDays is how many days the test plays: the first three acts.
const storyDays = 29

// TestStory plays the time-lapse, once broken off by a failure and once by a restart, and looks at what
// it left: drift is retrained away, a manager's approval lets another retrain happen, and a bad one is
// rolled back by its watch. Nothing falls due twice or is left out.
func TestStory(t *testing.T) {
	w := newWorld(t)
	w.fail = once("conflict_predictor-"+(from+10).String(), errors.New("the connection was lost"))
	w.wall = (from + 11).Time()
	if err := w.lapse.Play(t.Context()); err == nil || !strings.Contains(err.Error(), "connection was lost") {
		t.Fatalf("a failed write: %v", err)
	}
	if l := w.lapse.State(); l.Over || l.Day() != 11 || l.Days != 12 {
		t.Errorf("broken off on the 11th of 12 days it says %+v", l)
	}
	w.play(11)
	w.open()
	if now := w.clock.Now(); !now.Equal((from + 11).Time()) {
		t.Errorf("after a restart the clock stands at %s", now)
	}
	w.play(storyDays)
	if l := w.lapse.State(); !l.Over || !l.Now.Equal(w.wall) {
		t.Errorf("at the end it says %+v", l)
	}

	t.Run("acts", w.acts)
	t.Run("alerts", w.alerts)
	t.Run("rows", w.rows)
	t.Run("jobs", w.jobs)
	t.Run("audit", func(t *testing.T) {
		v, err := w.db.VerifyAudit(t.Context())
		if err != nil || !v.OK() {
			t.Errorf("the audit log: %+v, %v", v, err)
		}
	})
	t.Run("afterwards", w.afterwards)
}

// once is a write that fails the first time that its lines hold a text.
func once(text string, err error) func([]byte) error {
	return func(lines []byte) error {
		if err == nil || !strings.Contains(string(lines), text) {
			return nil
		}
		out := err
		err = nil
		return out
	}
}

// acts: each retrain went through its states in order, and none of them took any of the clock's time
// to train.
func (w *world) acts(t *testing.T) {
	type row struct {
		Model, To, Actor string
		At               time.Time
	}
	got := query[row](t, w, `SELECT r.model_type, m.to_state, m.actor, m.at FROM ml_retrain_timeline m JOIN ml_retrain r ON r.id = m.retrain_id
		ORDER BY r.id, m.version`)
	day := func(d int, h, m int) time.Time {
		return (from + drift.Date(d)).Time().Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute)
	}
	c, f, d, self := drift.ConflictPredictor, drift.FraudDetector, demo.Dispute, drift.SystemActor().Name
	want := []row{
		{c, "proposed", self, day(10, 4, 0)},
		{c, "countdown", self, day(10, 4, 0)},
		{c, "queued", self, day(10, 4, 5)},
		{c, "training", self, day(10, 4, 5)},
		{c, "validating", self, day(10, 4, 5)},
		{c, "activating", self, day(10, 4, 5)},
		{c, "watching", self, day(10, 4, 5)},
		{c, "kept", self, day(11, 4, 5)},
		{f, "proposed", self, day(16, 3, 0)},
		{f, "waiting_approval", self, day(16, 3, 0)},
		{f, "queued", "demo-manager", day(16, 11, 0)},
		{f, "training", self, day(16, 11, 0)},
		{f, "validating", self, day(16, 11, 0)},
		{f, "activating", self, day(16, 11, 0)},
		{f, "watching", self, day(16, 11, 0)},
		{f, "kept", self, day(17, 11, 0)},
		{d, "proposed", self, day(27, 4, 0)},
		{d, "countdown", self, day(27, 4, 0)},
		{d, "queued", self, day(27, 4, 5)},
		{d, "training", self, day(27, 4, 5)},
		{d, "validating", self, day(27, 4, 5)},
		{d, "activating", self, day(27, 4, 5)},
		{d, "watching", self, day(27, 4, 5)},
		{d, "rolled_back", self, day(28, 4, 5)},
	}
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Fatalf("nothing after %+v; want %+v", got[len(got)-1], want[i])
		case i >= len(want):
			t.Fatalf("more than the story: %+v", got[i])
		case got[i].Model != want[i].Model || got[i].To != want[i].To || got[i].Actor != want[i].Actor || !got[i].At.Equal(want[i].At):
			t.Fatalf("move %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

// alerts: each retrain had an alert before it, the rollback raised one, and nothing was blind: the clock
// that is stepped is not taken for one that is wrong.
func (w *world) alerts(t *testing.T) {
	type row struct {
		Kind, Model, Severity, Status string
		At                            time.Time
	}
	list := query[row](t, w, `SELECT alert_type, COALESCE(model_type, ''), severity, status, created_at FROM noc_alert_event ORDER BY created_at, id`)
	has := func(kind, model, severity string) time.Time {
		for _, a := range list {
			if a.Kind == kind && a.Model == model && a.Severity == severity {
				return a.At
			}
		}
		t.Errorf("no %s %s of %s among %+v", severity, kind, model, list)
		return time.Time{}
	}
	has("ML_DRIFT_DETECTED", drift.ConflictPredictor, "HIGH")
	has("ML_DRIFT_DETECTED", drift.FraudDetector, "CRITICAL")
	has("ML_DRIFT_DETECTED", demo.Dispute, "HIGH")
	if at := has("ML_ROLLBACK", demo.Dispute, "CRITICAL"); !at.Equal((from + 28).Time().Add(4*time.Hour + 5*time.Minute)) {
		t.Errorf("the rollback was told of at %s", at)
	}
	for _, a := range list {
		if a.At.Before(w.wall.AddDate(0, 0, -10)) && a.Status != "RESOLVED" && a.Kind == "ML_DRIFT_DETECTED" {
			t.Errorf("still open: %+v", a)
		}
		if a.Kind == "ML_MONITORING_BLIND" {
			t.Errorf("blind: %+v", a)
		}
	}
}

// rows: every row of a model is logged by the version that was in service when it was made, each
// invented row is there once, and retraining helped.
func (w *world) rows(t *testing.T) {
	strange := query[struct{ ID string }](t, w, `SELECT l.prediction_id FROM ml_prediction_log l
		LEFT JOIN ml_service s ON s.tenant_id = l.tenant_id AND s.model_type = l.model_type AND s.model_version = l.model_version
			AND l.created_at >= s.from_at AND (s.to_at IS NULL OR l.created_at < s.to_at)
		WHERE l.created_at >= $1 AND s.model_version IS NULL
			AND EXISTS (SELECT FROM ml_retrain r WHERE r.tenant_id = l.tenant_id AND r.model_type = l.model_type)`, from.Time())
	if len(strange) > 0 {
		t.Errorf("%d rows by a version that did not serve, %v first", len(strange), strange[0])
	}
	n := query[struct{ All, Different int }](t, w, `SELECT count(*)::int, count(DISTINCT (tenant_id, prediction_id))::int
		FROM ml_prediction_log WHERE created_at >= $1`, from.Time())
	want := 0
	for _, m := range demo.LapseModels {
		want += len(demo.NewLapse(demo.LapseSeed, from).Predictions(m, from.Time(), w.wall))
	}
	if n[0].All != want || n[0].Different != want {
		t.Errorf("%d rows, %d different ones, want %d", n[0].All, n[0].Different, want)
	}
	accuracy := func(version string, from, to drift.Date) float64 {
		return query[struct{ Right float64 }](t, w, `SELECT avg((predicted = actual)::int)::float8 FROM ml_prediction_log
			WHERE model_type = 'conflict_predictor' AND model_version `+version+` '31' AND created_at >= $1 AND created_at < $2 AND actual IS NOT NULL`,
			from.Time(), to.Time())[0].Right
	}
	if before, after := accuracy("=", from+5, from+11), accuracy("<>", from+10, from+storyDays); after < before+0.1 {
		t.Errorf("accuracy %.3f before the retrain and %.3f after it", before, after)
	}
}

// jobs: every daily job ran once for every date, at the first attempt.
func (w *world) jobs(t *testing.T) {
	list := query[struct {
		Job              string
		Runs, Dates      int
		Done             bool
		Earliest, Newest time.Time
	}](t, w, `SELECT name, count(*)::int, count(DISTINCT slot)::int, bool_and(state = 'done' AND attempt = 1), min(slot), max(slot) FROM schedule_run GROUP BY name`)
	if len(list) != len(drift.DailyJobs) {
		t.Errorf("jobs %+v", list)
	}
	for _, j := range list {
		if j.Runs != storyDays || j.Dates != storyDays || !j.Done || drift.DateOf(j.Earliest) != from || drift.DateOf(j.Newest) != from+storyDays-1 {
			t.Errorf("%+v: want each of %d dates once, done at the first attempt", j, storyDays)
		}
	}
}

// afterwards the clock runs by itself, and rows go on where the time-lapse left off.
func (w *world) afterwards(t *testing.T) {
	count := func() int {
		return query[struct{ N int }](t, w, `SELECT count(*)::int FROM ml_prediction_log WHERE created_at >= $1`, w.wall)[0].N
	}
	before := w.wall
	w.wall = before.Add(2 * time.Hour)
	if err := w.lapse.Produce(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.wall = before
	if n := count(); n == 0 {
		t.Error("nothing was logged after the time-lapse")
	}
}

// query reads rows as the owner.
func query[T any](t *testing.T, w *world, sql string, args ...any) []T {
	t.Helper()
	var out []T
	err := w.db.View(t.Context(), drift.SystemActor(), func(tx *store.Tx) error {
		rows, err := tx.Query(t.Context(), sql, args...)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[T])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
