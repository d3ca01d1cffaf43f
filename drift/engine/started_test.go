package engine_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/store"
)

// What a trainer says is told to the browsers as it says it, without a move, and what it printed is kept
// as text, whatever the bytes.
func TestWhatATrainerSays(t *testing.T) {
	w, r := approved(t)
	good := w.train
	w.train = func(ctx context.Context, job retrain.Job) error {
		for i := range 3 {
			job.Progress(fmt.Sprintf("epoch %d", i))
		}
		if err := job.SaveState(ctx, "job-7", []byte(`{"job":7}`)); err != nil {
			return err
		}
		job.Printed([]byte("a\x00b\xffc"))
		// Whatever it leaves under the old log's name is not looked at, a pipe that nobody writes to least of all.
		if err := syscall.Mkfifo(filepath.Join(job.Dir, "trainer.log"), 0o600); err != nil {
			return err
		}
		return good(ctx, job)
	}
	before := w.events()[drift.EventRetrainUpdated]
	w.work(r.ID, "a")
	r = w.only(drift.RetrainWatching)
	if r.Progress != "epoch 2" {
		t.Errorf("the newest line is %q", r.Progress)
	}
	// Started, trained, accepted, activated; and three lines.
	if n := w.events()[drift.EventRetrainUpdated] - before; n != 4+3 {
		t.Errorf("%d events", n)
	}
	w.tx(func(tx *store.Tx) error {
		log, err := tx.TrainerLog(t.Context(), &r)
		if log != "ab\uFFFDc" {
			t.Errorf("the log is %q", log)
		}
		lines, lineErr := tx.RetrainTimeline(t.Context(), &r)
		if lineErr != nil || len(lines) != r.Version {
			t.Errorf("%d moves at version %d, %v", len(lines), r.Version, lineErr)
		}
		return err
	})
	w.tx(func(tx *store.Tx) error {
		state, err := tx.TrainerState(t.Context(), &r)
		if !strings.Contains(string(state), `{"job": 7}`) || !strings.Contains(string(state), "job-7") {
			t.Errorf("its state is %s", state)
		}
		return err
	})
}

// A trainer that talks on after its training was cancelled brings nobody's page back to training.
func TestWhatATrainerSaysAfterItsEnd(t *testing.T) {
	w, r := approved(t)
	w.train = func(_ context.Context, job retrain.Job) error {
		job.Progress("epoch 1")
		w.must(w.decide(w.only(drift.RetrainTraining), manager, retrain.MoveCancel))
		before := w.events()[drift.EventRetrainUpdated]
		job.Progress("epoch 2")
		if n := w.events()[drift.EventRetrainUpdated] - before; n != 0 {
			t.Errorf("%d events after the cancellation", n)
		}
		return drift.Invalid("trainer", "It was told to end.")
	}
	w.work(r.ID, "a")
	if r = w.only(drift.RetrainCancelled); r.Progress != "epoch 1" {
		t.Errorf("the newest line is %q", r.Progress)
	}
	w.recorded()
}

// What a retrain was approved on is asked again before it starts.
func TestRefusedAtTheStart(t *testing.T) {
	w, r := approved(t)
	w.set("RETRAIN_MIN_TRAINING_SAMPLES", "100000")
	w.work(r.ID, "a")
	if r = w.only(drift.RetrainRefused); !strings.Contains(r.Note, "RETRAIN_MIN_TRAINING_SAMPLES asks for 100,000") || *r.Safeguards[2].Passed {
		t.Errorf("refused %+v", r)
	}
	w.untouched()
	w.recorded()
}

func TestARollbackStopsWhatWouldStartByItself(t *testing.T) {
	w := newLoop(t)
	worse(w, rightHigh)
	w.check(today)
	w.wait(5 * time.Minute)
	w.fire()
	r := w.only(drift.RetrainQueued)
	m := w.model()
	w.tx(func(tx *store.Tx) error {
		return tx.PutPause(t.Context(), drift.Pause{Model: m, By: "maria", Reason: "it was worse", Since: w.clock()})
	})
	w.work(r.ID, "a")
	if r = w.only(drift.RetrainRefused); !strings.Contains(r.Note, "rolled back meanwhile") || !strings.Contains(r.Note, "it was worse") {
		t.Errorf("refused %+v", r)
	}
	w.untouched()
	w.recorded()
}

// A manual request carries the worst open drift as its evidence.
func TestARequestCarriesItsEvidence(t *testing.T) {
	w := newLoop(t)
	w.set("ENABLE_AUTO_RETRAIN", "false")
	worse(w, rightCritical)
	w.check(today)
	a := w.drifts(drift.Performance)[0]
	r := w.request(operator)
	if r.AlertID == nil || *r.AlertID != a.ID || r.ReportID == nil || *r.ReportID != *a.ReportID || r.Severity != drift.SeverityCritical {
		t.Errorf("asked for on %+v, the alert is %d", r, a.ID)
	}
}

// Whoever rolls back what somebody else has just taken out of service is told who was faster.
func TestTwoRollBack(t *testing.T) {
	w, r := watched(t)
	w.wait(time.Hour)
	req := engine.RollbackRequest{Model: fraud, From: r.CandidateVersion, Reason: "it is worse"}
	_, err := w.engine.RollBack(t.Context(), manager, req)
	w.must(err)
	_, err = w.engine.RollBack(t.Context(), second, req)
	var said *drift.Error
	if !asError(err, &said) || said.Code != drift.CodeConflict || said.Extra["winner"] != manager.Name || said.Extra["won_at"] != w.clock().UTC() || said.Extra["version"] != "1" {
		t.Errorf("the second was told %v (%+v)", err, said)
	}
	req.From = "a version of long ago"
	w.must(w.engine.LiftPause(t.Context(), manager, fraud, "understood"))
	_, err = w.engine.RollBack(t.Context(), second, req)
	if !asError(err, &said) || said.Extra["winner"] != drift.SystemActor().Name {
		t.Errorf("after the pause it was told %v (%+v)", err, said)
	}
	w.services()
}

func TestReasonsThatAreNone(t *testing.T) {
	w, r := approved(t)
	for name, reason := range map[string]string{
		"empty": " \n", "long": strings.Repeat("ü", 4001), "zero": "a\x00b", "broken": "a\xffb",
	} {
		_, err := w.engine.MoveRetrain(t.Context(), manager, engine.RetrainMove{ID: r.ID, Version: r.Version, Move: retrain.MoveCancel, Reason: reason})
		if drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.engine.MoveRetrain(t.Context(), manager, engine.RetrainMove{ID: r.ID, Version: r.Version, Move: retrain.MoveCancel, Reason: strings.Repeat("ü", 4000)})
	w.must(err)
	w.only(drift.RetrainCancelled)
}

func TestWhoMaySetWhat(t *testing.T) {
	w := newWorld(t)
	w.history("1", 2, 0)
	admin := drift.Actor{Name: "ada", Role: drift.RoleAdmin, AllTenants: true}
	ours := drift.Actor{Name: "ole", Role: drift.RoleAdmin, Tenants: []int64{w.model().TenantID}}
	value, list, both, acme := "9", `["x"]`, `["*","acme"]`, `["acme"]`
	for name, c := range map[string]struct {
		by     drift.Actor
		change engine.SettingChange
		want   drift.Code
	}{
		"no administrator":       {manager, engine.SettingChange{Name: "RETRAIN_COOLDOWN_DAYS", Value: &value}, drift.CodeForbidden},
		"unknown":                {admin, engine.SettingChange{Name: "NONSENSE", Value: &value}, drift.CodeNotFound},
		"a program, by browser":  {admin, engine.SettingChange{Name: "TRAINER_COMMAND_FRAUD_DETECTOR", Value: &list}, drift.CodeForbidden},
		"the same for everybody": {admin, engine.SettingChange{Tenant: "acme", Name: "AUTO_RETRAIN_ENABLED_TENANTS", Value: &list}, drift.CodeInvalid},
		"a list of ghosts":       {admin, engine.SettingChange{Name: "AUTO_RETRAIN_ENABLED_TENANTS", Value: &list}, drift.CodeInvalid},
		"everybody and one":      {drift.SystemActor(), engine.SettingChange{Name: "AUTO_RETRAIN_ENABLED_TENANTS", Value: &both}, drift.CodeInvalid},
		"no such model type":     {drift.SystemActor(), engine.SettingChange{Name: "TRAINER_COMMAND_CHURN", Value: &list}, drift.CodeNotFound},
		"no such tenant":         {admin, engine.SettingChange{Tenant: "ghosts", Name: "RETRAIN_COOLDOWN_DAYS", Value: &value}, drift.CodeNotFound},
		"everybody's, by one's":  {ours, engine.SettingChange{Name: "RETRAIN_COOLDOWN_DAYS", Value: &value}, drift.CodeForbidden},
	} {
		c.change.Reason = "try"
		if _, err := w.engine.SetSetting(t.Context(), c.by, c.change); drift.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	ghosts := engine.SettingChange{Name: "AUTO_RETRAIN_ENABLED_TENANTS", Value: &list}
	if _, err := w.engine.PreviewSetting(t.Context(), admin, ghosts); err == nil || !strings.Contains(err.Error(), `no tenant called "x". There are: acme`) {
		t.Errorf("the preview of a list of ghosts: %v", err)
	}
	ghosts.Value, ghosts.Reason = &acme, "pilot"
	if _, err := w.engine.SetSetting(t.Context(), admin, ghosts); err != nil {
		t.Errorf("a tenant that is there: %v", err)
	}
	own := engine.SettingChange{Tenant: "acme", Name: "RETRAIN_COOLDOWN_DAYS", Value: &value, Reason: "slower"}
	if s, err := w.engine.SetSetting(t.Context(), ours, own); err != nil || s.Int("RETRAIN_COOLDOWN_DAYS") != 9 {
		t.Errorf("one's own: %v", err)
	}
	own.Value, own.Reason = nil, "back"
	if s, err := w.engine.SetSetting(t.Context(), ours, own); err != nil || s.Int("RETRAIN_COOLDOWN_DAYS") != 7 {
		t.Errorf("taken back: %v", err)
	}
}
