package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

type backfillCmd struct {
	From   string `required:"" help:"First day, included." placeholder:"YYYY-MM-DD"`
	To     string `required:"" help:"Last day, included; today at the latest." placeholder:"YYYY-MM-DD"`
	Alerts bool   `help:"Replay the whole life of alerts on a stepped clock, escalation included."`
	JSON   bool   `name:"json" help:"Print one JSON object."`
}

// Help says what is written and what is not.
func (backfillCmd) Help() string {
	return `Writes every day's metrics and reports through the same code as the daily jobs, and applies the
alert rules for the last day alone. Alerts from a backfill never sound and never retrain.
It may be stopped and run again: what is written already is found, not written twice.

  driftwatch backfill --from 2026-01-01 --to 2026-06-30`
}

// Run backfills.
func (c backfillCmd) Run(ctx context.Context, s *session) error {
	from, err := drift.ParseDate(c.From)
	if err != nil {
		return usageError("--from: " + sentence(err))
	}
	to, err := drift.ParseDate(c.To)
	if err != nil {
		return usageError("--to: " + sentence(err))
	}
	return s.with(ctx, func(h *house) error {
		bar := newBar(s.err, "days")
		res, err := h.backfill(ctx, engine.BackfillOptions{From: from, To: to, Alerts: c.Alerts}, bar)
		bar.end()
		if err != nil {
			return err
		}
		if c.JSON {
			return errors.Join(s.printJSON(res), s.notAll(res.Covered))
		}
		_, err = fmt.Fprintf(s.out, "%s to %s: %d days, %d reports, %d judged, %d with too little data, %d failed\n",
			res.From, res.To, res.Days, res.Reports, res.Covered.Judged, res.Covered.Insufficient, res.Covered.Failed)
		return errors.Join(err, s.notAll(res.Covered))
	})
}

// tellEvery is how often browsers hear of a backfill's progress, by the time that passes in front of them.
const tellEvery = time.Second

// backfill runs the engine's backfill and lets the shell and every board watch it.
func (h *house) backfill(ctx context.Context, o engine.BackfillOptions, bar *bar) (res engine.BackfillResult, err error) {
	total := int64(o.To-o.From) + 1
	err = h.watched(ctx, fmt.Sprintf("Backfill %s to %s", o.From, o.To), total, func(watch func(engine.BackfillProgress)) (int, error) {
		o.Progress = func(p engine.BackfillProgress) {
			bar.set(p.Stage, p.Done, p.Total)
			watch(p)
		}
		res, err = h.engine.Backfill(ctx, o)
		return res.Days, err
	})
	return res, err
}

// watched runs work that goes through days, and lets every board watch it.
func (h *house) watched(ctx context.Context, title string, total int64, work func(func(engine.BackfillProgress)) (int, error)) error {
	id, err := h.store.BeginProgress(ctx, drift.ProgressBackfill, title, total)
	if err != nil {
		return err
	}
	var last time.Time
	days, err := work(func(b engine.BackfillProgress) {
		if now := time.Now(); b.Stage != "rebuild" && now.Sub(last) >= tellEvery {
			last = now
			h.tell(ctx, drift.Progress{ID: id, Kind: drift.ProgressBackfill, Title: title, Done: int64(b.Done), Total: total})
		}
	})
	end := drift.Progress{ID: id, Kind: drift.ProgressBackfill, Title: title, Done: int64(days), Total: total, FinishedAt: h.clock().UTC()}
	if err != nil {
		end.Error = sentence(err)
	}
	h.tell(context.WithoutCancel(ctx), end) // also where the work was called off
	return err
}

// tell tells every browser how far work is. Work does not fail because nobody hears of it.
func (h *house) tell(ctx context.Context, p drift.Progress) {
	if err := h.store.TellProgress(ctx, p); err != nil {
		h.log.Warn("progress was not told", "error", err)
	}
}
