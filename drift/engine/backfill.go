package engine

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
)

// BackfillOptions say which days to write, both ends included.
type BackfillOptions struct {
	From, To drift.Date
	// Alerts replays the whole life of alerts on a stepped clock, escalation included. Without it
	// the alert rules are applied for the last day only.
	Alerts bool
	// Progress is called as days are done; it may be nil.
	Progress func(BackfillProgress)
}

// BackfillProgress says how far a backfill is.
type BackfillProgress struct {
	Stage       string // "rebuild" of day columns, or "check"
	Done, Total int
	Date        drift.Date
}

// BackfillResult counts what a backfill wrote or found already written.
type BackfillResult struct {
	From    drift.Date       `json:"from"`
	To      drift.Date       `json:"to"`
	Days    int              `json:"days"`
	Reports int              `json:"reports"`
	Covered drift.JobCovered `json:"covered"`
}

// Backfill writes the metrics and reports of every day of a range through the same code as the
// daily jobs. Alerts that it raises are marked and never sound.
func (e *Engine) Backfill(ctx context.Context, o BackfillOptions) (BackfillResult, error) {
	res := BackfillResult{From: o.From, To: o.To}
	today := drift.DateOf(e.clock())
	if o.To < o.From {
		return res, drift.Invalid("to", fmt.Sprintf("The range ends (%s) before it begins (%s).", o.To, o.From))
	}
	if o.To > today {
		return res, drift.Invalid("to", fmt.Sprintf("%s lies ahead; the last day that can be checked is today, %s.", o.To, today))
	}
	if o.Progress == nil {
		o.Progress = func(BackfillProgress) {}
	}
	_, err := e.store.RebuildMarkedDays(ctx, o.From.Add(-maxWindowDays), o.To.Add(1), func(done, total int) {
		o.Progress(BackfillProgress{Stage: "rebuild", Done: done, Total: total, Date: o.From})
	})
	if err != nil {
		return res, fmt.Errorf("rebuild marked days: %w", err)
	}
	total := int(o.To-o.From) + 1
	for d := o.From; d <= o.To; d++ {
		if err := e.backfillDay(ctx, d, o, &res); err != nil {
			return res, err
		}
		res.Days++
		o.Progress(BackfillProgress{Stage: "check", Done: res.Days, Total: total, Date: d})
	}
	if o.To < today { // the last day is over: its metrics belong to the range too
		p := e.newPass(o.To.Add(1), e.clock().UTC(), false, true)
		p.quiet, p.only = true, true
		if _, err := p.run(ctx, drift.JobMetrics); err != nil {
			return res, err
		}
	}
	p := e.newPass(o.To, e.clock().UTC(), false, true)
	return res, p.announce(ctx, "backfill", res.Covered, "")
}

func (e *Engine) backfillDay(ctx context.Context, d drift.Date, o BackfillOptions, res *BackfillResult) error {
	for _, job := range drift.DailyJobs {
		now := e.clock().UTC()
		if o.Alerts {
			if slot := schedule.At(job, d); slot.At.Before(now) {
				now = slot.At
			}
			if _, err := e.fireTimers(ctx, now, true); err != nil {
				return fmt.Errorf("timers of %s: %w", d, err)
			}
		}
		alerts := o.Alerts || d == o.To
		if job == drift.JobOutcomes && !alerts {
			continue
		}
		p := e.newPass(d, now, alerts, true)
		p.quiet, p.only = true, true
		r, err := p.run(ctx, job)
		if err != nil {
			return err
		}
		res.Reports += len(r.Reports)
		res.Covered = plus(res.Covered, r.Covered)
	}
	return nil
}

func plus(a, b drift.JobCovered) drift.JobCovered {
	return drift.JobCovered{
		Models: a.Models + b.Models, Judged: a.Judged + b.Judged, Insufficient: a.Insufficient + b.Insufficient,
		Failed: a.Failed + b.Failed, Matched: a.Matched + b.Matched, Waiting: b.Waiting, Days: a.Days + b.Days,
	}
}
