package handlers_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// races is how often each pair of requests is made at once, one at each of two servers.
const races = 50

// pair is two servers on one database and two managers, each at one of them.
type pair struct {
	a, b      *apiHouse
	asker     string
	mona, max string
	winners   map[string]int
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{a: newHouse(t), winners: map[string]int{}}
	p.b = p.a.another()
	p.a.label("acme", 120)
	p.asker = p.a.named("olga", drift.RoleOperator)
	p.mona, p.max = p.a.named("mona", drift.RoleManager), p.a.named("max", drift.RoleManager)
	return p
}

// clear cancels a retrain that another round would find in its way.
func (p *pair) clear(id int64) {
	p.a.t.Helper()
	var r apiRetrain
	p.b.do("GET", fmt.Sprintf("/api/v1/retrains/%d", id), "", p.mona).into(p.a.t, 200, &r)
	if !r.State.Ended() {
		p.b.do("POST", r.path("cancel"), r.body("the next one"), p.mona).into(p.a.t, 200, &r)
	}
}

// moved counts the moves of a retrain since it waited for approval.
func (p *pair) moved(id int64) int64 {
	p.a.t.Helper()
	return p.a.count(`SELECT count(*) FROM ml_retrain_timeline WHERE retrain_id = $1 AND from_state = 'waiting_approval'`, id)
}

// Two managers decide at two servers at once, the same or not: one does, the other is told who did.
func TestTwoServersDecideOnce(t *testing.T) {
	for _, other := range []string{"approve", "reject"} {
		t.Run("approve against "+other, func(t *testing.T) {
			p := newPair(t)
			for range races {
				r := p.a.ask(p.asker)
				names := []string{"mona", "max"}
				winner := oneWinner(t, atOnce(
					func() answer { return p.a.do("POST", r.path("approve"), r.body("go"), p.mona) },
					func() answer { return p.b.do("POST", r.path(other), r.body("I looked at it"), p.max) },
				), names)
				p.winners[names[winner]]++
				if n := p.moved(r.ID); n != 1 {
					t.Fatalf("%d decisions about retrain %d", n, r.ID)
				}
				want := drift.RetrainQueued
				if winner == 1 && other == "reject" {
					want = drift.RetrainRefused
				}
				if n := p.a.count(`SELECT count(*) FROM ml_retrain WHERE id = $1 AND state = $2`, r.ID, want); n != 1 {
					t.Fatalf("%s won, and retrain %d is not %s", names[winner], r.ID, want)
				}
				p.clear(r.ID)
			}
			t.Logf("winners: %v", p.winners)
		})
	}
}

// The emergency stop at one server always comes through; an approval at the other does before it, or is
// told who stopped retraining.
func TestTwoServersApproveAgainstStop(t *testing.T) {
	p := newPair(t)
	for range races {
		r := p.a.ask(p.asker)
		answers := atOnce(
			func() answer { return p.a.do("POST", r.path("approve"), r.body("go"), p.mona) },
			func() answer { return p.b.do("POST", "/api/v1/retraining/stop", `{"reason":"bad data"}`, p.max) },
		)
		var said struct{ Halt *drift.Halt }
		answers[1].into(t, 200, &said)
		state := drift.RetrainQueued
		if answers[0].status == 200 {
			p.winners["the approval"]++
		} else {
			p.winners["the stop"]++
			state = drift.RetrainWaitingApproval
			if told := answers[0].problem(t, 409, drift.CodeConflict, ""); told["winner"] != "max" || told["won_at"] == nil {
				t.Fatalf("the approval was told %v", told)
			}
		}
		if n := p.a.count(`SELECT count(*) FROM ml_retrain WHERE id = $1 AND state = $2`, r.ID, state); n != 1 {
			t.Fatalf("retrain %d is not %s", r.ID, state)
		}
		p.a.do("POST", "/api/v1/retraining/resume", `{"reason":"mended"}`, p.mona).into(t, 200, &said)
		p.clear(r.ID)
	}
	t.Logf("first: %v", p.winners)
}

// byAmount is a trainer that finds out what the labels depend on, but for one row in twenty.
func byAmount(_ context.Context, job retrain.Job) error {
	rows, err := os.ReadFile(filepath.Join(job.Dir, retrain.FileHoldout))
	if err != nil {
		return err
	}
	var said bytes.Buffer
	lines := bufio.NewScanner(bytes.NewReader(rows))
	for i := 0; lines.Scan(); i++ {
		var row struct {
			PredictionID string `json:"prediction_id"`
			Features     struct{ Amount int }
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return err
		}
		p := retrain.Prediction{PredictionID: row.PredictionID, Predicted: (row.Features.Amount%2 == 1) != (i%20 == 0), Score: 0.1}
		if p.Predicted {
			p.Score = 0.9
		}
		if err := json.NewEncoder(&said).Encode(p); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(job.Dir, retrain.FilePredictions), said.Bytes(), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(job.Dir, retrain.FileMetrics), []byte(`{"accuracy": 0.999}`), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(job.Dir, retrain.FileArtifact), []byte(job.Key), 0o600)
}

type trainerFunc func(ctx context.Context, job retrain.Job) error

func (f trainerFunc) Train(ctx context.Context, job retrain.Job) error { return f(ctx, job) }

// worker is what works on retrains beside a server.
func (h *apiHouse) worker() *engine.Engine {
	return engine.New(engine.Options{Store: h.store, WorkDir: h.t.TempDir(), Trainers: func(string, drift.Settings) (string, retrain.Trainer, error) {
		return "test", trainerFunc(byAmount), nil
	}})
}

// One server activates what was trained while a manager rolls back what it was compared with at the
// other. Whoever comes first does; the rollback is told what serves, the retrain fails and says why.
func TestTwoServersActivateAgainstRollback(t *testing.T) {
	p := newPair(t)
	worker, serving := p.b.worker(), "v1"
	for i := range races {
		next := fmt.Sprintf("base-%d", i)
		p.a.train(next, serving)
		p.a.activate(next)
		var r apiRetrain
		p.a.do("POST", apiModel+"/retrain", `{"tenant":"acme","reason":"it is worn","skip_cooldown":true}`, p.max).into(t, 201, &r)
		p.a.do("POST", r.path("approve"), r.body("go"), p.mona).into(t, 200, &r)
		activate := func() error { return worker.Work(t.Context(), r.ID, "b") }
		var rolled answer
		rollBack := func() error {
			rolled = p.a.do("POST", apiModel+"/rollback", fmt.Sprintf(`{"tenant":"acme","reason":"it is worse","from":%q}`, next), p.max)
			return nil
		}
		// Both wait for the same lock, in either order, or come as they come.
		switch i % 3 {
		case 0:
			p.behindLock(t, activate, rollBack)
		case 1:
			p.behindLock(t, rollBack, activate)
		default:
			done := make(chan error, 1)
			go func() { done <- activate() }()
			if err := rollBack(); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		p.a.do("GET", fmt.Sprintf("/api/v1/retrains/%d", r.ID), "", p.mona).into(t, 200, &r)
		var active struct{ Version string }
		p.b.do("GET", apiModel+"/active?tenant=acme", "", p.mona).into(t, 200, &active)
		served := r.State == drift.RetrainWatching && active.Version == r.CandidateVersion
		switch told := rolled; {
		case told.status == 200 && r.ParentVersion == next:
			p.winners["the rollback"]++
			if r.State != drift.RetrainFailed || active.Version != serving || !strings.Contains(r.Note, "Version "+serving+" serves now") {
				t.Fatalf("rolled back first, and the retrain is %s (%s), version %s serves", r.State, r.Note, active.Version)
			}
		case told.status == 200: // before the training began: it was compared with what came back
			p.winners["the rollback, by far"]++
			if i%3 < 2 || !served || r.ParentVersion != serving {
				t.Fatalf("rolled back before, and the retrain is %s (%s), version %s serves", r.State, r.Note, active.Version)
			}
		default:
			p.winners["the activation"]++
			said := told.problem(t, 409, drift.CodeConflict, "")
			if !served || said["winner"] != drift.SystemActor().Name || said["won_at"] == nil {
				t.Fatalf("activated first, and the retrain is %s (%s), version %s serves; the rollback was told %v", r.State, r.Note, active.Version, said)
			}
		}
		if served {
			p.a.do("POST", r.path("keep"), r.body("at once"), p.mona).problem(t, 409, drift.CodeIllegalMove, "")
			if _, err := p.a.db.Pool().Exec(t.Context(), `UPDATE ml_retrain SET due_at = NULL WHERE id = $1`, r.ID); err != nil {
				t.Fatal(err) // as after a week of too few outcomes
			}
			p.a.do("POST", r.path("keep"), r.body("it is good"), p.mona).into(t, 200, &r)
		}
		serving = active.Version
	}
	t.Logf("first: %v", p.winners)
	if p.winners["the rollback"] == 0 || p.winners["the activation"] == 0 {
		t.Error("one of them never came first")
	}
	if n, m := p.a.count(`SELECT count(*) FROM ml_service WHERE to_at IS NULL`), p.a.count(`SELECT count(*) FROM ml_model_version WHERE is_active`); n != 1 || m != 1 {
		t.Errorf("%d stretches of service are open, %d versions active", n, m)
	}
}

// behindLock has both wait for the lock on what serves, the first before the second, and lets them go.
func (p *pair) behindLock(t *testing.T, first, second func() error) {
	t.Helper()
	tx, err := p.a.db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock(hashtextextended('serving of fraud_detector', $1))`, p.a.acme.ID); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 2)
	limit := time.Now().Add(30 * time.Second)
	for i, fn := range []func() error{first, second} {
		go func() { done <- fn() }()
		for p.a.count(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`) < int64(i+1) {
			if time.Now().After(limit) {
				t.Fatal("nobody waits for the lock")
			}
		}
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}
