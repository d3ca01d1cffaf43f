package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

type runCmd struct {
	Job  string `arg:"" enum:"outcomes,metrics,statistical,performance,watch,all" help:"outcomes, metrics, statistical, performance, watch or all."`
	Date string `help:"The day the job runs on; it looks at whole days before it. Default: today." placeholder:"YYYY-MM-DD"`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

// Help teaches the command by examples.
func (runCmd) Help() string {
	return `Runs the job at once on what the log holds, whatever the schedule says, and prints its reports,
computed now or already there. All times are UTC.

  outcomes     matches waiting outcomes, says what still lacks one
  metrics      writes the metrics of the day before
  statistical  compares scores: last 7 days against 60 to 30 days ago
  performance  compares accuracy over the same windows
  watch        decides the 24-hour watches of retrained versions due before the end of the day
  all          the first four in order

  driftwatch run all
  driftwatch run statistical --date 2026-07-02 --json`
}

// runAnswer is what run --json prints.
type runAnswer struct {
	Date     drift.Date              `json:"date"`
	Job      string                  `json:"job"`
	Reports  []drift.Report          `json:"reports"`
	Coverage []drift.OutcomeCoverage `json:"coverage,omitempty"`
	Covered  drift.JobCovered        `json:"covered"`
	Watches  *int                    `json:"watches,omitempty"` // how many the watch job looked at
}

// Run runs the job.
func (c runCmd) Run(ctx context.Context, s *session) error {
	date := drift.DateOf(s.clock())
	if c.Date != "" {
		var err error
		if date, err = drift.ParseDate(c.Date); err != nil {
			return usageError(sentence(err))
		}
	}
	if c.Job == string(drift.JobWatch) {
		return c.watches(ctx, s, date)
	}
	jobs := []drift.JobName{drift.JobName(c.Job)}
	if c.Job == "all" {
		jobs = drift.DailyJobs
	}
	answer := runAnswer{Date: date, Job: c.Job, Reports: []drift.Report{}}
	err := s.with(ctx, func(h *house) error {
		for _, job := range jobs {
			res, err := h.engine.RunJob(ctx, job, date)
			if err != nil {
				return err
			}
			answer.add(res)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if c.JSON {
		err = s.printJSON(answer)
	} else {
		err = answer.print(s)
	}
	return errors.Join(err, s.notAll(answer.Covered))
}

// notAll fails a command that did its work for some models and not for others.
func (s *session) notAll(c drift.JobCovered) error {
	if c.Failed == 0 {
		return nil
	}
	fmt.Fprintf(s.err, "%d of %d parts failed, as said above; the others are done.\n", c.Failed, c.Models)
	return errQuiet
}

func (a *runAnswer) add(r engine.JobResult) {
	a.Reports = append(a.Reports, r.Reports...)
	a.Coverage = append(a.Coverage, r.Coverage...)
	a.Covered.Models += r.Covered.Models
	a.Covered.Judged += r.Covered.Judged
	a.Covered.Insufficient += r.Covered.Insufficient
	a.Covered.Failed += r.Covered.Failed
	a.Covered.Matched += r.Covered.Matched
	a.Covered.Waiting += r.Covered.Waiting
	a.Covered.Days += r.Covered.Days
}

func (a *runAnswer) print(s *session) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	if len(a.Reports) > 0 {
		fmt.Fprintln(w, "TENANT\tMODEL\tVERSION\tCHECK\tSEVERITY\tMESSAGE")
	}
	for _, r := range a.Reports {
		severity := r.Severity.String()
		if r.Status != drift.StatusOK {
			severity = "not judged"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Version.Tenant, r.Version.ModelType, r.Version.Version, r.DriftType, severity, r.Message)
	}
	for _, c := range a.Coverage {
		state := "complete"
		if c.WithoutOutcome > 0 {
			state = fmt.Sprintf("%d of %d predictions lack an outcome, the oldest of %s", c.WithoutOutcome, c.Predictions, drift.DateOf(c.OldestWithout))
		}
		if c.Silent {
			state = "SILENT: " + state
		}
		fmt.Fprintf(w, "%s\t%s\toutcomes\t%s\n", c.Model.Tenant, c.Model.ModelType, state)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if a.Covered.Days > 0 {
		fmt.Fprintf(s.out, "metrics of %d model days written\n", a.Covered.Days)
	}
	if len(a.Reports) == 0 && len(a.Coverage) == 0 && a.Covered.Days == 0 {
		fmt.Fprintf(s.err, "No prediction lies in the windows of %s. Load a log with `driftwatch import predictions FILE`.\n", a.Date)
	}
	return nil
}
