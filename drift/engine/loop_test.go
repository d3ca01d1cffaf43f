package engine_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/store"
)

var (
	manager = drift.Actor{Name: "maria", Role: drift.RoleManager, AllTenants: true}
	second  = drift.Actor{Name: "mikel", Role: drift.RoleManager, AllTenants: true}
	fraud   = drift.Model{Tenant: "acme", ModelType: drift.FraudDetector}
)

// trainerFunc is a trainer of a test's making.
type trainerFunc func(ctx context.Context, job retrain.Job) error

func (f trainerFunc) Train(ctx context.Context, job retrain.Job) error { return f(ctx, job) }

func (w *world) trainers(modelType string, _ drift.Settings) (string, retrain.Trainer, error) {
	if w.train == nil {
		return "", nil, drift.Invalid("trainer", "This program has no trainer for "+modelType+".")
	}
	return "test", w.train, nil
}

// newLoop is a world in which fraud detectors retrain by themselves and a good trainer is at hand.
func newLoop(t *testing.T) *world {
	w := newWorld(t)
	w.set("ENABLE_AUTO_RETRAIN", "true")
	w.set("ENABLE_AUTO_RETRAIN_FRAUD", "true")
	w.set("AUTO_RETRAIN_ENABLED_TENANTS", `["*"]`)
	w.train = w.trainer(20)
	return w
}

// trainer makes a candidate that is wrong about one in so many rows; 0 is never.
func (w *world) trainer(wrong int) trainerFunc {
	return func(_ context.Context, job retrain.Job) error {
		var list []retrain.Prediction
		for i, id := range holdoutIDs(job.Dir) {
			p := w.actual[id]
			if wrong > 0 && i%wrong == 0 {
				p = !p
			}
			score := 0.1
			if p {
				score = 0.9
			}
			list = append(list, retrain.Prediction{PredictionID: id, Score: score, Predicted: p})
		}
		return leave(job.Dir, []byte(job.Key), list)
	}
}

// leave writes what a trainer leaves.
func leave(dir string, artifact []byte, list []retrain.Prediction) error {
	var b bytes.Buffer
	for _, p := range list {
		if err := json.NewEncoder(&b).Encode(p); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, retrain.FilePredictions), b.Bytes(), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, retrain.FileMetrics), []byte("{}"), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, retrain.FileArtifact), artifact, 0o600)
}

func holdoutIDs(dir string) (ids []string) {
	b, err := os.ReadFile(filepath.Join(dir, retrain.FileHoldout))
	if err != nil {
		return nil
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		var row struct {
			PredictionID string `json:"prediction_id"`
		}
		if json.Unmarshal(lines.Bytes(), &row) == nil {
			ids = append(ids, row.PredictionID)
		}
	}
	return ids
}

// The accuracies that make each severity after calm.
const (
	rightMedium   = 84
	rightHigh     = 75
	rightCritical = 40
)

func (w *world) tx(fn func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.InTx(w.t.Context(), drift.SystemActor(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// retrains lists all, oldest first.
func (w *world) retrains() (list []drift.Retrain) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		page, err := tx.Retrains(w.t.Context(), drift.RetrainFilter{Limit: drift.MaxPage})
		for i := len(page.Items) - 1; i >= 0; i-- {
			list = append(list, page.Items[i])
		}
		return err
	})
	return list
}

// only returns the one retrain there is, in the state it should be in.
func (w *world) only(want drift.RetrainState) drift.Retrain {
	w.t.Helper()
	list := w.retrains()
	if len(list) != 1 {
		w.t.Fatalf("%d retrains, want one: %+v", len(list), list)
	}
	return w.newest(want)
}

// newest returns the newest retrain, which should be in this state.
func (w *world) newest(want drift.RetrainState) drift.Retrain {
	w.t.Helper()
	list := w.retrains()
	if len(list) == 0 {
		w.t.Fatalf("no retrain, want one that is %s", want)
	}
	r := list[len(list)-1]
	if r.State != want {
		w.t.Fatalf("retrain %d is %s (%s), want %s", r.ID, r.State, r.Note, want)
	}
	return r
}

func (w *world) fire() {
	w.t.Helper()
	if _, err := w.engine.FireRetrains(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) work(id int64, server string) {
	w.t.Helper()
	if err := w.engine.Work(w.t.Context(), id, server); err != nil {
		w.t.Fatalf("work: %v", err)
	}
}

func (w *world) model() (m drift.Model) {
	w.t.Helper()
	m = fraud
	w.tx(func(tx *store.Tx) error {
		tenants, err := tx.Tenants(w.t.Context())
		for _, t := range tenants {
			if t.Name == m.Tenant {
				m.TenantID = t.ID
			}
		}
		return err
	})
	return m
}

func (w *world) serving() (v drift.Version) {
	w.t.Helper()
	m := w.model()
	w.tx(func(tx *store.Tx) (err error) {
		v, err = tx.Serving(w.t.Context(), m)
		return err
	})
	return v
}

// services lists the model's stretches of service, oldest first, and makes sure that they follow one
// another without gap or overlap and that one active version serves the open one.
func (w *world) services() (list []drift.Service) {
	w.t.Helper()
	m := w.model()
	var records []drift.VersionRecord
	w.tx(func(tx *store.Tx) error {
		newest, err := tx.Services(w.t.Context(), m)
		for i := len(newest) - 1; i >= 0; i-- {
			list = append(list, newest[i])
		}
		if err == nil {
			records, err = tx.VersionRecords(w.t.Context(), m)
		}
		return err
	})
	active := []string{}
	for _, v := range records {
		if v.Active {
			active = append(active, v.Version.Version)
		}
	}
	if len(list) == 0 {
		if len(active) > 0 {
			w.t.Fatalf("active %v without a service", active)
		}
		return nil
	}
	for i, s := range list {
		last := i == len(list)-1
		if last != (s.To == nil) || !last && (!s.From.Before(*s.To) || !s.To.Equal(list[i+1].From)) {
			w.t.Fatalf("service %d of %+v", i, list)
		}
	}
	if len(active) != 1 || active[0] != list[len(list)-1].Version {
		w.t.Fatalf("active %v, services %+v", active, list)
	}
	return list
}

// untouched makes sure that the first version serves and nothing was kept beside it.
func (w *world) untouched() {
	w.t.Helper()
	m := w.model()
	w.tx(func(tx *store.Tx) error {
		records, err := tx.VersionRecords(w.t.Context(), m)
		records = slices.DeleteFunc(records, func(v drift.VersionRecord) bool {
			return v.Refused && !v.Active && v.ActivatedAt.IsZero() && len(v.Services) == 0
		})
		if len(records) != 1 || records[0].Version.Version != "1" || records[0].Active {
			w.t.Errorf("versions %+v", records)
		}
		return err
	})
}

// recorded makes sure that every move of every retrain has its line, event and audit row, that each is
// in the table of moves, and that the audit verifies.
func (w *world) recorded() {
	w.t.Helper()
	moves := 0
	for _, r := range w.retrains() {
		w.tx(func(tx *store.Tx) error {
			lines, err := tx.RetrainTimeline(w.t.Context(), &r)
			if len(lines) != r.Version || lines[len(lines)-1].To != r.State {
				w.t.Errorf("retrain %d, %s, version %d has the timeline %+v", r.ID, r.State, r.Version, lines)
			}
			for i, l := range lines {
				if l.Version != i+1 || l.Note == "" || l.Actor == "" || i > 0 && l.From != lines[i-1].To {
					w.t.Errorf("line %d of retrain %d: %+v", i, r.ID, l)
				}
				if !legal(l) {
					w.t.Errorf("retrain %d: %s from %s to %s is not in the table", r.ID, l.Move, l.From, l.To)
				}
			}
			moves += len(lines)
			return err
		})
	}
	if got := w.moveEvents(); got != moves {
		w.t.Errorf("%d events of %d moves", got, moves)
	}
	verdict, err := w.db.VerifyAudit(w.t.Context())
	if err != nil || !verdict.OK() {
		w.t.Errorf("audit: %+v, %v", verdict, err)
	}
	audited := 0
	err = w.db.Pool().QueryRow(w.t.Context(), `SELECT count(*) FROM audit_log WHERE action LIKE 'retrain.%'`).Scan(&audited)
	if err != nil || audited != moves {
		w.t.Errorf("%d audit rows of %d moves, %v", audited, moves, err)
	}
}

// moveEvents counts the events of retrains that are moves: progress and the hours of a watch are none.
func (w *world) moveEvents() (n int) {
	w.t.Helper()
	list, err := w.db.EventsAfter(w.t.Context(), drift.SystemActor(), 0, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range list {
		var payload struct{ Move json.RawMessage }
		if err := json.Unmarshal(e.Payload, &payload); err != nil {
			w.t.Fatal(err)
		}
		if e.Type == drift.EventRetrainUpdated && payload.Move != nil {
			n++
		}
	}
	return n
}

// legal asks the table for what a line of a timeline says. A watch that goes on stays where it is.
func legal(l drift.RetrainEntry) bool {
	if l.From == drift.RetrainWatching && l.To == l.From {
		return true
	}
	for _, by := range []drift.Actor{drift.SystemActor(), manager} {
		if to, err := retrain.Next(retrain.Move(l.Move), l.From, by); err == nil && to == l.To {
			return true
		}
	}
	return false
}

// request asks for a retrain once the day columns, by which rows are counted, are built.
func (w *world) request(by drift.Actor) drift.Retrain {
	w.t.Helper()
	if _, err := w.db.RebuildMarkedDays(w.t.Context(), today.Add(-60), today.Add(60), nil); err != nil {
		w.t.Fatal(err)
	}
	r, err := w.engine.RequestRetrain(w.t.Context(), by, engine.RetrainRequest{Model: fraud, Reason: "it looks worn"})
	if err != nil {
		w.t.Fatal(err)
	}
	return *r
}

func (w *world) decide(r drift.Retrain, by drift.Actor, m retrain.Move) error {
	_, err := w.engine.MoveRetrain(w.t.Context(), by, engine.RetrainMove{ID: r.ID, Version: r.Version, Move: m, Reason: "looked at it"})
	return err
}

// keep has a manager keep a version whose watch has been left to managers.
func (w *world) keep(r drift.Retrain) {
	w.t.Helper()
	_, err := w.db.Pool().Exec(w.t.Context(), `UPDATE ml_retrain SET due_at = NULL WHERE id = $1`, r.ID)
	w.must(err)
	w.must(w.decide(r, manager, retrain.MoveKeep))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, want drift.Code) {
	t.Helper()
	if drift.CodeOf(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// rows logs predictions with their outcomes at one instant.
func (w *world) rows(version string, at time.Time, right, wrong int) {
	w.t.Helper()
	var b bytes.Buffer
	for i := range right + wrong {
		predicted := i%2 == 0
		w.actual[fmt.Sprintf("r-%s-%d-%d", version, at.UnixMicro(), i)] = predicted == (i < right)
		fmt.Fprintf(&b, `{"prediction_id":"r-%s-%d-%d","tenant":"acme","model_type":%q,"model_version":%q,"created_at":%q,"score":%g,"predicted":%t,"actual":%t}`+"\n",
			version, at.UnixMicro(), i, drift.FraudDetector, version, at.Format(time.RFC3339Nano), float64(i)/float64(right+wrong), predicted, predicted == (i < right))
	}
	w.ingest(&b)
}

// watched is a world whose version 1 was right in 90 of each day's 100 outcomes and has just been
// replaced, at midnight.
func watched(t *testing.T) (*world, drift.Retrain) {
	w := newLoop(t)
	for ago := 20; ago >= 1; ago-- {
		d := calm("1")
		d.n = 100
		w.log(today.Add(-ago), d)
	}
	w.now = today.Time()
	r := w.request(operator)
	w.must(w.decide(r, manager, retrain.MoveApprove))
	w.work(r.ID, "a")
	r = w.only(drift.RetrainWatching)
	if w.serving().Version != r.CandidateVersion || !r.ActivatedAt.Equal(today.Time()) {
		t.Fatalf("serving %+v, retrain %+v", w.serving(), r)
	}
	return w, r
}
