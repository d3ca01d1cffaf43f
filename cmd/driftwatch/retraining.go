package main

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// modelFlags name a model and say why something is done to it.
type modelFlags struct {
	Type   string `arg:"" name:"model-type" help:"The model type, such as fraud_detector."`
	Tenant string `required:"" help:"Whose model." placeholder:"T"`
	Reason string `required:"" help:"Why; kept in the record." placeholder:"WORDS"`
}

func (f modelFlags) model() drift.Model { return drift.Model{Tenant: f.Tenant, ModelType: f.Type} }

type rollbackCmd struct {
	modelFlags
	To     string `help:"The version to go back to; the one that served before where left out." placeholder:"VERSION"`
	DryRun bool   `help:"Only say what it would do."`
	JSON   bool   `name:"json" help:"Print one JSON object."`
}

// Help says what it needs and what comes after.
func (rollbackCmd) Help() string {
	return `Puts an earlier version back into service at once. It needs only the database: no server, no queue,
no switch, and the emergency stop does not stop it. Every server and every program that follows
/api/v1/models/MODEL_TYPE/active learns of it within a second.

The model's retraining is paused then, until somebody has found out why: driftwatch resume.

  driftwatch rollback fraud_detector --tenant acme --reason "refuses every card" --dry-run
  driftwatch rollback fraud_detector --tenant acme --reason "refuses every card"`
}

// Run rolls a model back.
func (c rollbackCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		do, said := h.engine.RollBack, "was rolled back"
		if c.DryRun {
			do, said = h.engine.PreviewRollback, "would be rolled back"
		}
		r, err := do(ctx, shellActor(), engine.RollbackRequest{Model: c.model(), To: c.To, Reason: c.Reason})
		if err != nil {
			return err
		}
		if c.JSON {
			return s.printJSON(r)
		}
		_, err = fmt.Fprintf(s.out, "%s of %s %s from version %s to %s at %s.\n", r.ModelType, r.Tenant, said, r.From, r.To,
			r.At.Format("2006-01-02 15:04:05 UTC"))
		if err == nil && !c.DryRun {
			_, err = fmt.Fprintf(s.err, "It does not retrain by itself until `driftwatch resume %s --tenant %s --reason …`.\n", r.ModelType, r.Tenant)
		}
		return err
	})
}

type rehearseRollbackCmd struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Help says what it does and what it leaves alone.
func (rehearseRollbackCmd) Help() string {
	return `Puts two versions of a shadow model into service and rolls it back by the code that rolls models back, in
a transaction that is then taken back: no version, alert, event or follower is touched. Each step is read
back and kept; the weekly review (/reviews/weekly) shows the last one. Exits with 1 where a step failed.`
}

// Run rehearses a rollback.
func (c rehearseRollbackCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		r, err := h.engine.RehearseRollback(ctx, shellActor())
		if err != nil {
			return err
		}
		if c.JSON {
			err = s.printJSON(r)
		} else {
			for _, step := range r.Steps {
				if _, err = fmt.Fprintf(s.out, "%-8s %s: %s\n", step.State, step.Title, step.Detail); err != nil {
					break
				}
			}
		}
		if err == nil && !r.Passed {
			return errQuiet
		}
		return err
	})
}

type resumeCmd struct{ modelFlags }

// Run lifts the pause that a rollback left.
func (c resumeCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		if err := h.engine.LiftPause(ctx, shellActor(), c.model(), c.Reason); err != nil {
			return err
		}
		_, err := fmt.Fprintf(s.out, "%s of %s may retrain again.\n", c.Type, c.Tenant)
		return err
	})
}

type stopRetrainingCmd struct {
	Reason string `required:"" help:"Why; everybody sees it." placeholder:"WORDS"`
}

// Help says what stops and what goes on.
func (stopRetrainingCmd) Help() string {
	return `The emergency stop: no retrain starts, approvals are frozen, running trainers end at once, nothing is
activated, until driftwatch resume-retraining, also across restarts. Checks, alerts and rollbacks go on.`
}

// Run stops retraining.
func (c stopRetrainingCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		halt, err := h.engine.StopRetraining(ctx, shellActor(), c.Reason)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "Retraining is stopped since %s.\n", halt.Since.Format("2006-01-02 15:04:05 UTC"))
		return err
	})
}

type resumeRetrainingCmd struct {
	Reason string `required:"" help:"Why; kept in the record." placeholder:"WORDS"`
}

// Run lifts the emergency stop.
func (c resumeRetrainingCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		if err := h.engine.ResumeRetraining(ctx, shellActor(), c.Reason); err != nil {
			return err
		}
		_, err := fmt.Fprintln(s.out, "Retraining goes on. Who waited for approval has the time of the stop back.")
		return err
	})
}

// watches decides the 24-hour watches due before the end of a day.
func (c runCmd) watches(ctx context.Context, s *session, date drift.Date) error {
	n := 0
	err := s.with(ctx, func(h *house) (err error) {
		n, err = h.engine.FireWatches(ctx, date.Add(1).Time())
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return s.printJSON(runAnswer{Date: date, Job: c.Job, Reports: []drift.Report{}, Watches: &n})
	}
	word := "watches were"
	if n == 1 {
		word = "watch was"
	}
	_, err = fmt.Fprintf(s.out, "%d %s due before the end of %s and looked at.\n", n, word, date.Time().Format(time.DateOnly))
	return err
}
