package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

type replayCmd struct {
	From    string `required:"" help:"First day, included." placeholder:"YYYY-MM-DD"`
	To      string `required:"" help:"Last day, included; today at the latest." placeholder:"YYYY-MM-DD"`
	Tenant  string `help:"Replay this tenant alone." placeholder:"TENANT"`
	Approve bool   `help:"Play the manager: approve what waits, and let a model retrain again after a rollback. Without it such retrains expire, and a model that was rolled back stays as it is."`
	Report  string `type:"path" help:"Also write the result as Markdown into this file, and its chart as SVG beside it." placeholder:"FILE.md"`
	JSON    bool   `name:"json" help:"Print one JSON object."`
}

// Help says what is rewritten.
func (replayCmd) Help() string {
	return `Steps the whole loop through past days on a clock of its own: the daily jobs, alerts with their
escalation, retrains as the settings allow them, activations, the watch after each. From an activation
on, the active version scores every row that was logged later, and its score, prediction and version
stand in the log in place of the original, which is kept beside it.

The reports, alerts, retrains and trained versions of these days are made anew: what an earlier replay
or check left of them is taken back first. So the same log gives the same result, and a database whose
history matters is copied first (driftwatch backup). No server may run on the database meanwhile.

An outcome counts as known from its prediction on: a log does not say when it came. Where outcomes come
late in truth, what a replay says of retraining is what it could have done with them at hand.

Scoring needs the built-in trainer's models; a replay says so where another trainer's is activated.

  driftwatch config set ENABLE_AUTO_RETRAIN true --reason replay
  driftwatch config set ENABLE_AUTO_RETRAIN_CONFLICT true --reason replay
  driftwatch config set AUTO_RETRAIN_ENABLED_TENANTS '["*"]' --reason replay
  driftwatch replay --from 2026-01-01 --to 2026-06-30 --approve --report replay.md`
}

// aliveWithin is how long ago a server was seen last that still counts as running.
const aliveWithin = 30 * time.Second

// Run replays.
func (c replayCmd) Run(ctx context.Context, s *session) error {
	from, err := drift.ParseDate(c.From)
	if err != nil {
		return usageError("--from: " + sentence(err))
	}
	to, err := drift.ParseDate(c.To)
	if err != nil {
		return usageError("--to: " + sentence(err))
	}
	o := engine.ReplayOptions{From: from, To: to, Tenant: c.Tenant}
	if c.Approve {
		m := manager{
			by: shellActor().Name, reason: "replay --approve",
			approves: func(*drift.Retrain, time.Time) bool { return true }, resumes: true,
		}
		o.People = m.act
	}
	return s.with(ctx, func(h *house) error {
		servers, err := h.store.Servers(ctx, drift.SystemActor(), aliveWithin)
		if err != nil {
			return err
		}
		if len(servers) > 0 {
			return &drift.Error{Code: drift.CodeConflict, Message: fmt.Sprintf(
				"The server %s runs on this database and would act on what a replay does. Stop it, then replay.", servers[0].Name)}
		}
		bar := newBar(s.err, "days")
		o.Progress = func(p engine.BackfillProgress) { bar.set(p.Stage, p.Done, p.Total) }
		res, err := h.engine.Replay(ctx, o)
		bar.end()
		if err != nil {
			return err
		}
		if c.Report != "" {
			if err := writeReplayReport(c.Report, res); err != nil {
				return err
			}
		}
		if c.JSON {
			return s.printJSON(res)
		}
		return printReplay(s, res)
	})
}

// manager plays a manager in a replay.
type manager struct {
	by, reason string
	approves   func(*drift.Retrain, time.Time) bool // what waits
	resumes    bool                                 // lets a model retrain again after a rollback
	resumed    map[int64]bool
}

// act does what a manager would at this instant.
func (m *manager) act(ctx context.Context, e *engine.Engine, now time.Time) error {
	by := drift.Actor{Name: m.by, Role: drift.RoleManager, AllTenants: true}
	waiting, err := e.RetrainsIn(ctx, drift.RetrainWaitingApproval, drift.RetrainRolledBack)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		switch {
		case r.State == drift.RetrainWaitingApproval && m.approves(r, now):
			_, err = e.MoveRetrain(ctx, by, engine.RetrainMove{ID: r.ID, Version: r.Version, Move: retrain.MoveApprove, Reason: m.reason})
		case r.State == drift.RetrainRolledBack && m.resumes && !m.resumed[r.ID]:
			if m.resumed == nil {
				m.resumed = map[int64]bool{}
			}
			m.resumed[r.ID] = true
			if err = e.LiftPause(ctx, by, r.Model(), m.reason); drift.CodeOf(err) == drift.CodeConflict {
				err = nil // lifted already
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func printReplay(s *session, res engine.ReplayResult) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	if len(res.Retrains) > 0 {
		fmt.Fprintln(w, "PROPOSED\tTENANT\tMODEL\tDRIFT\tROWS\tACCURACY\tROC AUC\tSERVING\tOUTCOME")
	}
	for _, r := range res.Retrains {
		rows, accuracy, area, serving, outcome := "–", "–", "–", "–", r.Outcome
		if r.RowsTrain > 0 {
			rows = fmt.Sprintf("%d + %d", r.RowsTrain, r.RowsHoldout)
		}
		if r.Holdout != nil {
			accuracy, area = fmt.Sprintf("%.3f", float64(r.Holdout.Accuracy)), fmt.Sprintf("%.3f", float64(r.Holdout.ROCAUC))
		}
		if r.Serving != nil {
			serving = fmt.Sprintf("%.3f", float64(r.Serving.Accuracy))
		}
		if len(r.Refusals) > 0 {
			outcome += ": " + strings.Join(r.Refusals, ", ")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Proposed.Format("2006-01-02 15:04"), r.Tenant, r.ModelType,
			r.Severity, rows, accuracy, area, serving, outcome)
	}
	err := w.Flush()
	names := make([]string, 0, len(res.Refused))
	for name := range res.Refused {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(s.out, "refused by %s: %d\n", name, res.Refused[name])
	}
	a := res.Accuracy
	if a.Rows == 0 {
		fmt.Fprintf(s.out, "%s to %s: %d days, no row with an outcome\n", res.From, res.To, res.Days)
		return err
	}
	_, printed := fmt.Fprintf(s.out, "%s to %s: %d days, %d retrains; accuracy %.4f with retraining, %.4f without, on the same %d rows\n",
		res.From, res.To, res.Days, len(res.Retrains), float64(a.With), float64(a.Without), a.Rows)
	return errors.Join(err, printed)
}
