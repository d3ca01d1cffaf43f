package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/store"
)

// elsewhere trains where no server of ours is: what it was sent outlives them all.
type elsewhere struct {
	w        *world
	jobs     [][]string // the hold-out's names of each job that was sent
	keys     []string
	timeouts []time.Duration
	gone     bool                        // the settings name another service now
	turns    bool                        // they will as soon as they were looked at once more
	done     func(ids []string) []string // the rows it predicts; nil: it trains on
	begun    func(job string)            // it was handed over
}

func (s *elsewhere) Resumes(json.RawMessage) bool {
	resumes := !s.gone
	s.gone = s.gone || s.turns
	return resumes
}

func (s *elsewhere) Train(ctx context.Context, job retrain.Job) error {
	s.timeouts = append(s.timeouts, job.Timeout)
	var state struct{ N int }
	if job.State == nil {
		s.jobs, s.keys = append(s.jobs, holdoutIDs(job.Dir)), append(s.keys, job.Key)
		state.N = len(s.jobs) - 1
		if err := job.SaveState(ctx, fmt.Sprint("j", state.N), json.RawMessage(fmt.Sprintf(`{"N":%d}`, state.N))); err != nil {
			return err
		}
	} else if err := json.Unmarshal(job.State, &state); err != nil {
		return err
	}
	if s.begun != nil {
		s.begun(fmt.Sprint("j", state.N))
	}
	if s.done == nil {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	var list []retrain.Prediction
	for i, id := range s.done(s.jobs[state.N]) {
		p := s.w.actual[id] != (i%20 == 0)
		list = append(list, retrain.Prediction{PredictionID: id, Score: map[bool]float64{true: 0.9, false: 0.1}[p], Predicted: p})
	}
	return leave(job.Dir, []byte(job.Key), list)
}

// engine is one server's, with this trainer.
func (s *elsewhere) engine() *engine.Engine {
	return engine.New(engine.Options{
		Store: wired{s.w.db}, Clock: s.w.clock, WorkDir: filepath.Join(s.w.t.TempDir(), "made", "when needed"),
		Trainers: func(string, drift.Settings) (string, retrain.Trainer, error) { return "elsewhere", s, nil },
	})
}

// killed works on the retrain until it was handed over, and then the server is gone.
func (s *elsewhere) killed(id int64, server string) {
	s.w.t.Helper()
	ctx, kill := context.WithCancel(s.w.t.Context())
	defer kill()
	s.done, s.begun = nil, func(string) { kill() }
	if err := s.engine().Work(ctx, id, server); !errors.Is(err, context.Canceled) {
		s.w.t.Fatalf("work of a server that is killed: %v", err)
	}
	s.begun = nil
}

func (s *elsewhere) work(id int64, server string) {
	s.w.t.Helper()
	if err := s.engine().Work(s.w.t.Context(), id, server); err != nil {
		s.w.t.Fatal(err)
	}
}

func all(ids []string) []string { return ids }

// What trains elsewhere is waited for by whatever server lives, under the same attempt, and judged on
// the rows that were sent, whatever came in since.
func TestATrainingElsewhereIsGoneOnWith(t *testing.T) {
	w, r := approved(t)
	s := &elsewhere{w: w}
	s.killed(r.ID, "a")
	s.killed(r.ID, "b")
	late := calm("1")
	late.late = "late-"
	w.log(today.Add(-1), late)
	s.done = all
	s.work(r.ID, "c")
	r = w.only(drift.RetrainWatching)
	if len(s.jobs) != 1 || r.Attempt != 1 || r.Server != "c" || r.RowsHoldout != len(s.jobs[0]) || w.serving().Version != r.CandidateVersion {
		t.Errorf("%d jobs were sent; it ended as %+v", len(s.jobs), r)
	}
	w.tx(func(tx *store.Tx) error {
		set, err := tx.ValidationSet(t.Context(), drift.VersionKey{Model: w.model(), Version: r.CandidateVersion})
		if len(set.Scores) != len(s.jobs[0]) {
			t.Errorf("validated on %d rows, sent %d", len(set.Scores), len(s.jobs[0]))
		}
		return err
	})
	w.recorded()
}

func TestOtherRowsThanWereSentAreRefused(t *testing.T) {
	w, r := approved(t)
	s := &elsewhere{w: w}
	s.killed(r.ID, "a")
	late := calm("1")
	late.late = "late-"
	w.log(today.Add(-1), late)
	s.done = func(ids []string) []string { // as many, one of them easier
		return append(slices.Clone(ids[1:]), fmt.Sprintf("late-%s-1-%s-0", drift.FraudDetector, today.Add(-1)))
	}
	s.work(r.ID, "b")
	if r := w.only(drift.RetrainFailed); !strings.Contains(r.Note, "not those of the rows that were held out") {
		t.Errorf("it says %q", r.Note)
	}
	w.untouched()
	w.recorded()
}

// Its time goes on while no server runs. Then it is asked once more, for it may be done, and not again.
func TestTheTimeOfATrainingElsewhereGoesOn(t *testing.T) {
	w, r := approved(t)
	s := &elsewhere{w: w}
	s.killed(r.ID, "a")
	w.wait(50 * time.Minute)
	s.killed(r.ID, "a")
	w.wait(time.Hour)
	s.killed(r.ID, "a")
	if want := []time.Duration{time.Hour, 10 * time.Minute, time.Minute}; !slices.Equal(s.timeouts, want) {
		t.Errorf("time limits %v, want %v", s.timeouts, want)
	}
	s.work(r.ID, "a")
	if r := w.only(drift.RetrainFailed); !strings.Contains(r.Note, "did not finish within 1 hour") && !strings.Contains(r.Note, "did not finish within 60 minutes") {
		t.Errorf("it says %q", r.Note)
	}
	w.untouched()
	w.recorded()
}

func TestAnotherServiceBeginsAnew(t *testing.T) {
	w, r := approved(t)
	s := &elsewhere{w: w}
	s.killed(r.ID, "a")
	s.gone, s.done = true, all
	s.work(r.ID, "b")
	w.only(drift.RetrainQueued)
	s.work(r.ID, "b")
	if r := w.only(drift.RetrainWatching); r.Attempt != 2 || len(s.jobs) != 2 || s.keys[0] == s.keys[1] {
		t.Errorf("%d jobs under %q, %+v", len(s.jobs), s.keys, r)
	}
	w.recorded()
}

// What our own failure broke off begins anew under the same attempt. Another service is not asked for the
// job of the one before, but sent the rows.
func TestAnotherServiceAfterOurOwnFailureBeginsAnew(t *testing.T) {
	w, r := approved(t)
	s := &elsewhere{w: w, done: all}
	failing := engine.New(engine.Options{
		Store: frozen{wired{w.db}, drift.RetrainValidating}, Clock: w.clock, WorkDir: t.TempDir(),
		Trainers: func(string, drift.Settings) (string, retrain.Trainer, error) { return "elsewhere", s, nil },
	})
	if err := failing.Work(t.Context(), r.ID, "a"); !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	s.gone = true
	w.must(failing.Work(t.Context(), r.ID, "a"))
	if now := w.only(drift.RetrainQueued); now.Attempt != 0 || !strings.Contains(now.Note, "that was no attempt") {
		t.Fatalf("broken off by us: %+v", now)
	}
	old := w.retrains()[0]
	old.Attempt, old.Server = 1, "a"
	w.must(w.db.SaveTrainerState(t.Context(), &old, []byte(`{"attempt":1,"job":"late"}`))) // of a server that has not noticed
	s.work(r.ID, "a")
	if r := w.only(drift.RetrainWatching); r.Attempt != 1 || len(s.jobs) != 2 || r.RowsHoldout != len(s.jobs[1]) {
		t.Errorf("%d jobs were sent; it ended as %+v", len(s.jobs), r)
	}
	w.recorded()
}

// The setting may change between taking a training up and asking for it: whoever is set then is not asked
// for another's work, and it begins anew.
func TestAnotherServiceAtTheLastMoment(t *testing.T) {
	w, r := approved(t)
	s := &elsewhere{w: w}
	s.killed(r.ID, "a")
	s.turns, s.done = true, all
	e := s.engine()
	if err := e.Work(t.Context(), r.ID, "b"); err == nil || len(s.timeouts) != 1 {
		t.Errorf("%v, and trainers were asked %d times", err, len(s.timeouts))
	}
	for range 2 {
		if err := e.Work(t.Context(), r.ID, "b"); err != nil {
			t.Fatal(err)
		}
	}
	if r := w.only(drift.RetrainWatching); r.Attempt != 1 || len(s.jobs) != 2 { // our own failure is no attempt
		t.Errorf("%d jobs, attempt %d", len(s.jobs), r.Attempt)
	}
	w.recorded()
}

// A callback is heard once, on any server, while its training is waited for; it carries no result.
func TestCallbacksOfATraining(t *testing.T) {
	w, r := approved(t)
	s, signed := &elsewhere{w: w}, w.clock()
	s.killed(r.ID, "a")
	call := func(model, job string, at time.Time) error {
		return s.engine().TrainerCalled(t.Context(), model, job, at)
	}
	before := w.only(drift.RetrainTraining)
	wantCode(t, call(drift.FraudDetector, "j9", signed), drift.CodeNotFound)
	wantCode(t, call(drift.ConflictPredictor, "j0", signed), drift.CodeNotFound)
	w.must(call(drift.FraudDetector, "j0", signed))
	wantCode(t, call(drift.FraudDetector, "j0", signed), drift.CodeConflict)
	wantCode(t, call(drift.FraudDetector, "j0", signed.Add(-time.Second)), drift.CodeConflict)
	w.must(call(drift.FraudDetector, "j0", signed.Add(time.Second)))
	if now := w.only(drift.RetrainTraining); now.Version != before.Version {
		t.Errorf("a callback moved it: %+v", now)
	}
	w.must(w.decide(before, manager, retrain.MoveCancel))
	err := call(drift.FraudDetector, "j0", signed.Add(time.Minute))
	if wantCode(t, err, drift.CodeConflict); err == nil || !strings.Contains(err.Error(), "is cancelled") {
		t.Errorf("after the cancellation: %v", err)
	}
	w.only(drift.RetrainCancelled)
	w.untouched()
	w.recorded()
}

// flaky is a store whose log cannot be read so many times.
type flaky struct {
	wired
	left *int
}

func (f flaky) TrainingRows(ctx context.Context, m drift.Model, from, to time.Time, plan func([]time.Time) error, fn func(int, drift.TrainingRow) error) error {
	if *f.left > 0 {
		*f.left--
		return errDied
	}
	return f.wired.TrainingRows(ctx, m, from, to, plan, fn)
}

// What fails on our side is no attempt of the trainer, and does not go on for ever.
func TestOurOwnFailureIsNoAttempt(t *testing.T) {
	for _, c := range []struct {
		fails int
		ends  drift.RetrainState
	}{{5, drift.RetrainWatching}, {1000, drift.RetrainFailed}} {
		w, r := approved(t)
		left := c.fails
		e := engine.New(engine.Options{Store: flaky{wired{w.db}, &left}, Clock: w.clock, Trainers: w.trainers, WorkDir: t.TempDir()})
		for range 100 {
			if err := e.Work(t.Context(), r.ID, "a"); err != nil && !errors.Is(err, errDied) {
				t.Fatal(err)
			}
			if s := w.retrains()[0].State; s.Ended() || s == drift.RetrainWatching {
				break
			}
		}
		if r := w.only(c.ends); c.ends == drift.RetrainWatching && r.Attempt != 1 {
			t.Errorf("%d attempts", r.Attempt)
		}
		if c.ends == drift.RetrainFailed {
			w.untouched()
		}
		w.recorded()
	}
}

// Stretches of service follow one another whatever the clocks of the servers say.
func TestServiceOnAClockThatGoesBack(t *testing.T) {
	w, r := watched(t)
	for _, back := range []time.Duration{0, time.Hour, 30 * 24 * time.Hour} {
		w.wait(-back)
		to := "1"
		if w.serving().Version == to {
			to = r.CandidateVersion
		}
		_, err := w.engine.RollBack(t.Context(), manager, engine.RollbackRequest{Model: fraud, To: to, Reason: "worse"})
		w.must(err)
	}
	if list := w.services(); len(list) != 5 {
		t.Errorf("%+v", list)
	}
}

// A version that stops serving takes the ground from under what was proposed on its alerts.
func TestAnotherVersionThatServesAsksAgain(t *testing.T) {
	for name, c := range map[string]struct {
		right int
		state drift.RetrainState
	}{
		"countdown": {rightHigh, drift.RetrainCountdown},
		"waiting":   {rightCritical, drift.RetrainWaitingApproval},
	} {
		t.Run(name, func(t *testing.T) {
			w := newLoop(t)
			worse(w, c.right)
			w.check(today)
			before := w.only(c.state)
			w.log(today, calm("2"))
			w.at(today.Add(1))
			w.run(drift.JobPerformance, today.Add(1))
			r := w.only(drift.RetrainWaitingApproval)
			if r.Version != before.Version+1 || !strings.Contains(r.Note, "Version 1 stopped serving; version 2 is judged now.") {
				t.Errorf("asked again: %+v", r)
			}
			wantCode(t, w.decide(before, manager, retrain.MoveApprove), drift.CodeConflict)
			w.recorded()
		})
	}
}

// The description names what the rows' features are called, whatever they hold, and what the settings
// in force ask for.
func TestTheDescriptionListsTheFeatures(t *testing.T) {
	w, r := approved(t)
	w.set("VALIDATION_FRAUD_MIN_PR_AUC", "0.65")
	for name, features := range map[string]string{"odd": `{"a": {"inner": 1, "b": [1, {"deep": 2}]}, "quote\"d\\": "},{\"no\": 1", "é": null}`, "none": `{}`} {
		_, err := w.db.Pool().Exec(t.Context(), `UPDATE ml_prediction_log SET features = $1 WHERE prediction_id = $2`, features,
			fmt.Sprintf("%s-1-%s-%d", drift.FraudDetector, today.Add(-1), len(name)))
		w.must(err)
	}
	good := w.train
	w.train = func(ctx context.Context, job retrain.Job) error {
		b, err := os.ReadFile(filepath.Join(job.Dir, retrain.FileDescription))
		var d retrain.Description
		if err == nil {
			err = json.Unmarshal(b, &d)
		}
		if want := []string{"a", `quote"d\`, "é"}; err != nil || !slices.Equal(d.Features, want) {
			t.Errorf("features %q, %v; want %q", d.Features, err, want)
		}
		if want := map[string]json.Number{"pr_auc": "0.65", "precision_at_80_recall": "0.50"}; !maps.Equal(d.Thresholds, want) {
			t.Errorf("it is told to reach %v, want %v", d.Thresholds, want)
		}
		return good(ctx, job)
	}
	w.work(r.ID, "a")
	w.only(drift.RetrainWatching)
}

// Of a secret that is set, changed and taken back nothing stands in what people and programs are told.
func TestASecretLeavesNoTrace(t *testing.T) {
	w := newWorld(t)
	const name = "TRAINER_SECRET_FRAUD_DETECTOR"
	w.set(name, "open sesame, said the cat")
	w.set(name, "open sesame, said the dog")
	after, err := w.engine.SetSetting(t.Context(), drift.SystemActor(), engine.SettingChange{Name: name})
	w.must(err)
	if after.Text(name) != "" {
		t.Errorf("taken back, it is %q", after.Text(name))
	}
	value := "open sesame, said a person"
	_, err = w.engine.SetSetting(t.Context(), drift.Actor{Name: "ada", Role: drift.RoleAdmin, AllTenants: true}, engine.SettingChange{Name: name, Value: &value})
	wantCode(t, err, drift.CodeForbidden)
	var told, changes int
	err = w.db.Pool().QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE text LIKE '%sesame%'), count(*) FROM (SELECT detail::text AS text FROM audit_log
		UNION ALL SELECT payload::text FROM event UNION ALL SELECT COALESCE(old_value, '') || COALESCE(new_value, '') FROM setting_change
		UNION ALL SELECT value FROM setting UNION ALL SELECT value FROM setting_secret) t`).Scan(&told, &changes)
	w.must(err)
	if told != 0 || changes < 9 {
		t.Errorf("%d of %d records tell it", told, changes)
	}
}
