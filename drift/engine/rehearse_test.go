package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
)

// kept reads the rehearsals that the database has, newest first.
func (w *world) kept() (list []drift.Rehearsal) {
	w.t.Helper()
	rows, err := w.db.Pool().Query(w.t.Context(), `SELECT id, at, by_name, passed, steps FROM rollback_rehearsal ORDER BY id DESC`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var r drift.Rehearsal
		if err := rows.Scan(&r.ID, &r.At, &r.By, &r.Passed, &r.Steps); err != nil {
			w.t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// everything is what a rollback may write, in one text: counts of rows, and what serves.
func (w *world) everything() string {
	w.t.Helper()
	var b strings.Builder
	for _, table := range []string{
		"tenant", "ml_model_version", "ml_service", "ml_artifact", "ml_validation_set", "ml_retrain", "ml_retrain_timeline", "ml_pause",
		"noc_alert_event", "noc_alert_timeline", "noc_alert_timer", "event", "webhook_delivery",
	} {
		var n int
		var rows string
		err := w.db.Pool().QueryRow(w.t.Context(), fmt.Sprintf(`SELECT count(*), COALESCE(md5(string_agg(x::text, '|' ORDER BY x::text)), '') FROM %s x`, table)).Scan(&n, &rows)
		if err != nil {
			w.t.Fatal(err)
		}
		fmt.Fprintln(&b, table, n, rows)
	}
	return b.String()
}

func TestRehearsalPassesAndTouchesNothing(t *testing.T) {
	w := newLoop(t)
	w.history("1", 10, 0)
	if _, err := w.engine.StopRetraining(t.Context(), manager, "quiet"); err != nil {
		t.Fatal(err)
	}
	before := w.everything()
	r, err := w.engine.RehearseRollback(t.Context(), manager)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Passed || r.Failed() != nil || len(r.Steps) != 10 || r.By != manager.Name || r.ID == 0 || r.Took <= 0 {
		t.Fatalf("%+v", r)
	}
	for _, s := range r.Steps {
		if s.State != drift.StepPassed || s.Detail == "" || s.Title == "" || s.TookMS < 0 {
			t.Errorf("%+v", s)
		}
	}
	if after := w.everything(); after != before {
		t.Errorf("the rehearsal left something:\n%s\nbefore:\n%s", after, before)
	}
	kept := w.kept()
	if len(kept) != 1 || !slices.Equal(kept[0].Steps, r.Steps) || !kept[0].Passed || kept[0].By != manager.Name {
		t.Errorf("kept: %+v", kept)
	}
	var actor, object, detail string
	err = w.db.Pool().QueryRow(t.Context(), `SELECT actor, object, detail::text FROM audit_log WHERE action = 'rollback.rehearse'`).Scan(&actor, &object, &detail)
	if err != nil || actor != manager.Name || object != fmt.Sprintf("rehearsal/%d", r.ID) || !strings.Contains(detail, `"passed": true`) {
		t.Errorf("audit: %q %q %q %v", actor, object, detail, err)
	}
	var doc map[string]any
	b, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(b, &doc)
	}
	if ms, ok := doc["took_ms"].(float64); err != nil || !ok || ms <= 0 || doc["passed"] != true {
		t.Errorf("JSON: %s %v", b, err)
	}
}

// A silence over everything hides the rehearsed alert too, which is no fault.
func TestRehearsalUnderASilence(t *testing.T) {
	w := newLoop(t)
	w.history("1", 10, 0)
	s := w.silence(drift.Silence{Match: upTo(drift.SeverityCritical), EndsAt: w.clock().Add(time.Hour)}, manager)
	r, err := w.engine.RehearseRollback(t.Context(), manager)
	if err != nil || !r.Passed {
		t.Fatalf("%+v, %v", r, err)
	}
	want := fmt.Sprintf("waits for the end of silence %d", s.ID)
	if !slices.ContainsFunc(r.Steps, func(step drift.RehearsalStep) bool { return strings.Contains(step.Detail, want) }) {
		t.Errorf("no step says that it %s: %+v", want, r.Steps)
	}
}

// TestRehearsalFindsWhatIsBroken breaks the database in the ways in which a rollback can fail, and
// expects the step that must notice.
func TestRehearsalFindsWhatIsBroken(t *testing.T) {
	trigger := func(table, when, body string) string {
		return fmt.Sprintf(`CREATE FUNCTION sabotage() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN %s END $f$;
			CREATE TRIGGER sabotage %s ON %s FOR EACH ROW EXECUTE FUNCTION sabotage()`, body, when, table)
	}
	for name, c := range map[string]struct{ sql, step, says string }{
		"no unique index":          {`DROP INDEX ml_model_version_one_active`, "one_active", "two versions of one model"},
		"versions cannot be saved": {`ALTER TABLE ml_model_version ADD CHECK (version NOT LIKE 'shadow%') NOT VALID`, "shadow", "refused it"},
		"activation is ignored": {
			trigger("ml_model_version", "BEFORE UPDATE", `IF NEW.is_active AND NOT OLD.is_active AND OLD.version = 'shadow-2' THEN RETURN NULL; END IF; RETURN NEW;`),
			"activate", "read back",
		},
		"the old version does not come back": {
			trigger("ml_model_version", "BEFORE UPDATE", `IF NEW.is_active AND OLD.activated_at IS NOT NULL THEN RAISE 'no way back'; END IF; RETURN NEW;`),
			"one_active", "no way back",
		},
		"service is not ended": {
			trigger("ml_service", "BEFORE UPDATE", `RETURN NULL;`), "activate", "ml_service_one_open",
		},
		"service ends too early": {
			trigger("ml_service", "BEFORE UPDATE", `NEW.to_at := NEW.to_at - interval '1 second'; RETURN NEW;`), "service", "does not end where",
		},
		"the artefact is another": {
			trigger("ml_artifact", "BEFORE INSERT", `NEW.bytes := 'x'; RETURN NEW;`), "artefact", "not what was put in",
		},
		"no pause":         {trigger("ml_pause", "BEFORE INSERT", `RETURN NULL;`), "aftermath", "not paused"},
		"no alert":         {trigger("noc_alert_event", "BEFORE INSERT", `RAISE 'disk full';`), "roll_back", "disk full"},
		"the watch sticks": {trigger("ml_retrain", "BEFORE UPDATE", `NEW.state := 'watching'; RETURN NEW;`), "aftermath", "stands at watching"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if _, err := w.db.Pool().Exec(t.Context(), c.sql); err != nil {
				t.Fatal(err)
			}
			before := w.everything()
			r, err := w.engine.RehearseRollback(t.Context(), manager)
			if err != nil {
				t.Fatal(err)
			}
			f := r.Failed()
			if r.Passed || f == nil || f.Name != c.step || !strings.Contains(f.Detail, c.says) {
				t.Fatalf("passed %v, failed %+v", r.Passed, f)
			}
			at := slices.IndexFunc(r.Steps, func(s drift.RehearsalStep) bool { return s.Name == c.step })
			for i, s := range r.Steps[:len(r.Steps)-1] {
				if want := map[bool]drift.RehearsalState{true: drift.StepPassed, false: drift.StepNotRun}[i < at]; i != at && s.State != want {
					t.Errorf("%s is %s, want %s", s.Name, s.State, want)
				}
			}
			if last := r.Steps[len(r.Steps)-1]; last.Name != "undone" || last.State != drift.StepPassed {
				t.Errorf("last step: %+v", last)
			}
			if kept := w.kept(); len(kept) != 1 || kept[0].Passed || !slices.Equal(kept[0].Steps, r.Steps) {
				t.Errorf("kept: %+v", kept)
			}
			if after := w.everything(); after != before {
				t.Errorf("something is left:\n%s\nbefore:\n%s", after, before)
			}
		})
	}
}

// TestRehearsalWaitsForNobody: neither a rollback that is under way, nor an emergency stop that is being
// set, holds it up.
func TestRehearsalWaitsForNobody(t *testing.T) {
	w := newLoop(t)
	w.history("1", 10, 0)
	m := drift.Model{ModelType: drift.FraudDetector, Tenant: "acme"}
	if err := w.db.Pool().QueryRow(t.Context(), `SELECT id FROM tenant WHERE name = $1`, m.Tenant).Scan(&m.TenantID); err != nil {
		t.Fatal(err)
	}
	err := w.db.InTx(t.Context(), drift.SystemActor(), func(tx *store.Tx) error {
		for _, hold := range []func() error{
			func() error { return tx.LockServing(t.Context(), m) },
			func() error { return tx.LockModel(t.Context(), m) },
			func() error {
				_, err := tx.PutHalt(t.Context(), &drift.Halt{By: "x", Reason: "x", Since: w.clock()})
				return err
			},
			func() error {
				return tx.PutPause(t.Context(), drift.Pause{Model: m, By: "x", Reason: "x", Since: w.clock()})
			},
		} {
			if err := hold(); err != nil {
				return err
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		r, err := w.engine.RehearseRollback(ctx, manager)
		if err == nil && !r.Passed {
			t.Errorf("%+v", r.Failed())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRehearsalIsAManagers(t *testing.T) {
	w := newWorld(t)
	for _, by := range []drift.Actor{operator, {Name: "eve", Role: drift.RoleViewer, AllTenants: true}} {
		_, err := w.engine.RehearseRollback(t.Context(), by)
		if drift.CodeOf(err) != drift.CodeForbidden || !strings.Contains(err.Error(), "A manager can.") {
			t.Errorf("%s: %v", by.Role, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.engine.RehearseRollback(ctx, manager); err == nil {
		t.Error("a rehearsal that was called off is no error")
	}
	if n := len(w.kept()); n != 0 {
		t.Errorf("%d rehearsals are kept", n)
	}
	if r, err := w.engine.RehearseRollback(t.Context(), drift.SystemActor()); err != nil || !r.Passed {
		t.Errorf("the shell's: %+v, %v", r, err)
	}
}
