package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// world is a database with the engine on it, a clock that the test moves and a trainer of its making.
type world struct {
	t      *testing.T
	db     *store.DB
	engine *engine.Engine
	mu     sync.Mutex
	now    time.Time
	actual map[string]bool // what came true of each logged prediction
	train  trainerFunc     // nil: there is no trainer
}

// wired gives the engine the store it declares, as cmd does.
type wired struct{ *store.DB }

func (w wired) InTx(ctx context.Context, by drift.Actor, fn func(engine.Tx) error) error {
	return w.DB.InTx(ctx, by, func(tx *store.Tx) error { return fn(tx) })
}

// today is the day that most tests check: noon of it is when the world begins.
var today = drift.DateOf(time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC))

func newWorld(t *testing.T) *world {
	w := &world{t: t, now: today.Time().Add(12 * time.Hour), actual: map[string]bool{}}
	w.db = storetest.Fresh(t, store.Options{Now: w.clock})
	w.engine = engine.New(engine.Options{Store: wired{w.db}, Clock: w.clock, Trainers: w.trainers, WorkDir: t.TempDir()})
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) at(d drift.Date) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = d.Time().Add(12 * time.Hour)
}

// day is one day of predictions of one version: scores evenly over [low, high), and so many of a
// hundred right. Right below 0 means that no outcome is known.
type day struct {
	model, version string
	n              int
	low, high      float64
	right          int
	late           string // before the ids of rows that come in later
}

// log writes a day through the parser and the intake that everybody's rows take.
func (w *world) log(d drift.Date, rows day) {
	w.t.Helper()
	var b bytes.Buffer
	for i := range rows.n {
		score := rows.low + (rows.high-rows.low)*float64(i)/float64(rows.n)
		predicted := score >= 0.5
		actual := "null"
		if rows.right >= 0 {
			came := predicted == (i*37%100 < rows.right)
			actual = fmt.Sprint(came)
			w.actual[fmt.Sprintf("%s%s-%s-%s-%d", rows.late, rows.model, rows.version, d, i)] = came
		}
		at := d.Time().Add(time.Duration(i) * 24 * time.Hour / time.Duration(rows.n))
		fmt.Fprintf(&b, `{"prediction_id":"%s%s-%s-%s-%d","tenant":"acme","model_type":%q,"model_version":%q,"created_at":%q,"score":%g,"predicted":%t,"actual":%s}`+"\n",
			rows.late, rows.model, rows.version, d, i, rows.model, rows.version, at.Format(time.RFC3339Nano), score, predicted, actual)
	}
	w.ingest(&b)
}

// ingest takes rows in as everybody's rows are.
func (w *world) ingest(b io.Reader) {
	w.t.Helper()
	r := ingest.NewPredictionReader(b, ingest.Options{Now: w.clock})
	var batch ingest.PredictionBatch
	for {
		err := r.Next(&batch, 10_000)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			w.t.Fatal(err)
		}
		res, err := w.db.IngestPredictions(w.t.Context(), drift.SystemActor(), &batch, store.IngestOptions{})
		if err != nil || res.Rejected+int64(len(r.Errors())) > 0 {
			w.t.Fatalf("log: %v, %+v", err, res)
		}
	}
}

// calm is a day on which nothing is wrong.
func calm(version string) day {
	return day{model: drift.FraudDetector, version: version, n: 40, low: 0, high: 1, right: 90}
}

// history logs calm days from so many days ago until so many days ago, the latter excluded.
func (w *world) history(version string, from, to int) {
	for ago := from; ago > to; ago-- {
		w.log(today.Add(-ago), calm(version))
	}
}

func (w *world) run(job drift.JobName, d drift.Date) engine.JobResult {
	w.t.Helper()
	res, err := w.engine.RunJob(w.t.Context(), job, d)
	if err != nil {
		w.t.Fatalf("run %s of %s: %v", job, d, err)
	}
	return res
}

// check runs both checks of a day.
func (w *world) check(d drift.Date) (statistical, performance drift.Report) {
	w.t.Helper()
	s, p := w.run(drift.JobStatistical, d), w.run(drift.JobPerformance, d)
	if len(s.Reports) != 1 || len(p.Reports) != 1 {
		w.t.Fatalf("%d and %d reports, want one of each", len(s.Reports), len(p.Reports))
	}
	return s.Reports[0], p.Reports[0]
}

// alerts lists all alerts of a type, oldest first.
func (w *world) alerts(of drift.AlertType) []drift.Alert {
	w.t.Helper()
	page, err := w.db.Alerts(w.t.Context(), drift.SystemActor(), drift.AlertFilter{AlertTypes: []drift.AlertType{of}, Limit: drift.MaxPage})
	if err != nil {
		w.t.Fatal(err)
	}
	for i, j := 0, len(page.Items)-1; i < j; i, j = i+1, j-1 {
		page.Items[i], page.Items[j] = page.Items[j], page.Items[i]
	}
	return page.Items
}

// drifts returns the alerts of one drift type.
func (w *world) drifts(t drift.DriftType) []drift.Alert {
	w.t.Helper()
	var list []drift.Alert
	for _, a := range w.alerts(drift.AlertDrift) {
		if *a.DriftType == t {
			list = append(list, a)
		}
	}
	return list
}

var operator = drift.Actor{Name: "olga", Role: drift.RoleOperator, AllTenants: true}

// move makes a person's move on the alert as it is now.
func (w *world) move(a drift.Alert, req engine.MoveRequest) drift.Alert {
	w.t.Helper()
	req.AlertID, req.Version = a.ID, a.Version
	moved, err := w.engine.Move(w.t.Context(), operator, req)
	if err != nil {
		w.t.Fatalf("%s: %v", req.Move, err)
	}
	return *moved
}

// events counts what was told, and makes sure that numbers have no gap.
func (w *world) events() map[drift.EventType]int {
	w.t.Helper()
	list, err := w.db.EventsAfter(w.t.Context(), drift.SystemActor(), 0, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	counts := map[drift.EventType]int{}
	for i, e := range list {
		if e.Seq != int64(i+1) {
			w.t.Fatalf("event %d has number %d", i+1, e.Seq)
		}
		counts[e.Type]++
	}
	return counts
}

// asError finds our own error in a chain.
func asError(err error, target **drift.Error) bool { return errors.As(err, target) }
