package engine_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
)

// A version trained here is compared with its hold-out until it has a window of its own.
func TestTheValidationSetStandsInForAYoungBaseline(t *testing.T) {
	w, r := watched(t)
	w.at(today.Add(3))
	for d := today; d < today.Add(3); d++ {
		day := calm(r.CandidateVersion)
		day.low, day.right = 0.3, 50
		w.log(d, day)
	}
	find := func(job drift.JobName) drift.Report {
		t.Helper()
		for _, report := range w.run(job, today.Add(3)).Reports {
			if report.Version.Version == r.CandidateVersion {
				return report
			}
		}
		t.Fatalf("no report of %s by %s", r.CandidateVersion, job)
		return drift.Report{}
	}
	s, p := find(drift.JobStatistical), find(drift.JobPerformance)
	if s.Status != drift.StatusOK || s.BaselineSource != drift.BaselineValidation || s.Statistical.NBaseline != r.RowsHoldout || s.Severity != drift.SeverityCritical {
		t.Errorf("statistical %+v %+v", s, s.Statistical)
	}
	if p.Status != drift.StatusOK || p.BaselineSource != drift.BaselineValidation || p.Performance.NBaseline != r.RowsHoldout ||
		p.Performance.AccuracyBaseline != 0.95 {
		t.Errorf("performance %+v %+v", p, p.Performance)
	}
	if again := find(drift.JobStatistical); again.ID != s.ID {
		t.Errorf("the same input made revision %d", again.Revision)
	}
	w.run(drift.JobMetrics, today.Add(1))
	var delta *float64
	err := w.db.Pool().QueryRow(t.Context(), `SELECT performance_delta_from_baseline FROM ml_model_performance_metrics
		WHERE model_version = $1 AND metric_date = $2`, r.CandidateVersion, today.Time()).Scan(&delta)
	if err != nil || delta == nil || *delta > -0.3 {
		t.Errorf("delta %v, %v", delta, err)
	}

	// Another set is another input.
	w.tx(func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE ml_validation_set SET labels = set_byte(labels, 0, 2)`)
		return err
	})
	w.wait(time.Hour)
	if again := find(drift.JobPerformance); again.Revision != 2 {
		t.Errorf("revision %d after another validation set", again.Revision)
	}
}
