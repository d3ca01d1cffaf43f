package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// JobResult is what a run of a job leaves.
type JobResult struct {
	Date     drift.Date              `json:"date"`
	Job      drift.JobName           `json:"job"`
	Reports  []drift.Report          `json:"reports"`
	Coverage []drift.OutcomeCoverage `json:"coverage,omitempty"`
	Covered  drift.JobCovered        `json:"covered"`
}

// pass is one run of one job: the instant it counts as running at, and how it treats alerts.
type pass struct {
	e        *Engine
	date     drift.Date
	now      time.Time
	alerts   bool // apply the alert rules
	backfill bool // alerts are marked: they never sound and never retrain
	quiet    bool // tell nobody of completion: part of something larger
	only     bool // metrics of the day before alone: a backfill goes through every day anyway
	settings *settingsFor
	failed   map[drift.Model]bool // with an open job_failed alert; read once
}

// RunJob runs one job of date d at once on what the log holds. One model's failure does not end it
// for the others: it is counted, and raised as ML_MONITORING_BLIND.
func (e *Engine) RunJob(ctx context.Context, job drift.JobName, d drift.Date) (JobResult, error) {
	if d > drift.DateOf(e.clock()).Add(1) {
		return JobResult{}, drift.Invalid("date", fmt.Sprintf("%s lies ahead: its checks would look at days that are not over.", d))
	}
	return e.newPass(d, e.clock(), true, false).run(ctx, job)
}

func (e *Engine) newPass(d drift.Date, now time.Time, alerts, backfill bool) *pass {
	return &pass{e: e, date: d, now: now, alerts: alerts, backfill: backfill, settings: newSettingsFor()}
}

func (p *pass) run(ctx context.Context, job drift.JobName) (JobResult, error) {
	res := JobResult{Date: p.date, Job: job, Reports: []drift.Report{}}
	var err error
	switch job {
	case drift.JobOutcomes:
		err = p.outcomes(ctx, &res)
	case drift.JobMetrics:
		err = p.metrics(ctx, &res)
	case drift.JobStatistical:
		err = p.check(ctx, drift.Statistical, &res)
	case drift.JobPerformance:
		err = p.check(ctx, drift.Performance, &res)
	default:
		err = drift.Invalid("job", fmt.Sprintf("%q is not a daily job.", job))
	}
	if err != nil {
		return res, fmt.Errorf("job %s of %s: %w", job, p.date, err)
	}
	if p.quiet {
		return res, nil
	}
	return res, p.announce(ctx, "job", res.Covered, string(job))
}

// announce tells every browser that a check is done.
func (p *pass) announce(ctx context.Context, kind string, covered any, job string) error {
	payload, err := json.Marshal(map[string]any{"check": map[string]any{
		"kind": kind, "job": job, "date": p.date, "covered": covered,
	}})
	if err != nil {
		return fmt.Errorf("encode completion: %w", err)
	}
	return p.e.system(ctx, func(tx Tx) error {
		tx.Emit(drift.Event{Type: drift.EventCheckCompleted, At: p.now, Payload: payload})
		return nil
	})
}

// earliest is how far back days are rebuilt before a job reads them.
func (p *pass) earliest() drift.Date { return p.date.Add(-maxWindowDays) }
