package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
)

// candidate is a version to judge, and whether its report may touch alerts.
type candidate struct {
	version drift.VersionKey
	judged  bool // as the serving one
}

// check runs the statistical or the performance check of every version seen in the recent window.
func (p *pass) check(ctx context.Context, t drift.DriftType, res *JobResult) error {
	if _, err := p.e.store.RebuildMarkedDays(ctx, p.earliest(), p.date, nil); err != nil {
		return fmt.Errorf("rebuild marked days: %w", err)
	}
	plan, err := p.plan(ctx)
	if err != nil {
		return err
	}
	adjust, err := p.falseDiscovery(ctx, t, plan)
	if err != nil {
		return err
	}
	for _, c := range plan.candidates {
		var r *drift.Report
		err := p.e.system(ctx, func(tx Tx) (err error) {
			r, err = p.judge(ctx, tx, t, c, adjust)
			return err
		})
		if stopped(ctx, err) {
			return err
		}
		res.Covered.Models++
		if err != nil {
			res.Covered.Failed++
			p.e.log.Error("check failed", "job", t, "date", p.date, "model", c.version, "error", err)
			if err := p.jobFailed(ctx, c.version.Model, drift.JobName(t), err); err != nil {
				return err
			}
			continue
		}
		res.Reports = append(res.Reports, *r)
		if r.Status == drift.StatusOK {
			res.Covered.Judged++
		} else {
			res.Covered.Insufficient++
		}
		if err := p.jobRecovered(ctx, c.version.Model, drift.JobName(t)); err != nil {
			return err
		}
	}
	if !p.alerts {
		return nil
	}
	return p.blindness(ctx, t, plan)
}

// plan is what a check of a date looks at.
type plan struct {
	candidates []candidate
	serving    []drift.VersionKey               // per model, at 00:00 of the date
	standIn    map[drift.Model]drift.VersionKey // judged in place of a serving version without predictions
	seen       map[drift.VersionKey]bool        // has a prediction in the recent window
}

// plan finds the versions to judge and, for each model, the one that counts as serving.
func (p *pass) plan(ctx context.Context) (plan, error) {
	out := plan{standIn: map[drift.Model]drift.VersionKey{}, seen: map[drift.VersionKey]bool{}}
	err := p.e.system(ctx, func(tx Tx) error {
		serving, err := tx.ServingVersions(ctx, p.date)
		if err != nil {
			return fmt.Errorf("serving versions: %w", err)
		}
		serving = slices.DeleteFunc(serving, func(v drift.VersionKey) bool { return !p.e.covers(v.TenantID) })
		out.serving = serving
		versions, err := p.recentVersions(ctx, tx)
		if err != nil {
			return err
		}
		byModel := map[drift.Model]drift.VersionKey{}
		for _, v := range serving {
			byModel[v.Model] = v
		}
		for _, v := range versions {
			out.seen[v] = true
		}
		newest := map[drift.Model]time.Time{}
		for _, v := range versions {
			if s, ok := byModel[v.Model]; !ok || out.seen[s] {
				continue
			}
			last, err := p.lastPrediction(ctx, tx, v)
			if err != nil {
				return err
			}
			if last.After(newest[v.Model]) {
				newest[v.Model], out.standIn[v.Model] = last, v
			}
		}
		for _, v := range versions {
			judged := byModel[v.Model] == v || out.standIn[v.Model] == v
			out.candidates = append(out.candidates, candidate{v, judged})
		}
		return nil
	})
	return out, err
}

// recentVersions lists the versions with a prediction in their tenant's recent window.
func (p *pass) recentVersions(ctx context.Context, tx Tx) ([]drift.VersionKey, error) {
	all, err := tx.VersionsIn(ctx, p.earliest(), p.date)
	if err != nil {
		return nil, fmt.Errorf("versions: %w", err)
	}
	within := map[drift.DriftWindow]map[drift.VersionKey]bool{} // asked once per length of window
	var recent []drift.VersionKey
	for _, v := range all {
		if !p.e.covers(v.TenantID) {
			continue
		}
		s, err := p.settings.get(ctx, tx, v.TenantID)
		if err != nil {
			return nil, fmt.Errorf("settings: %w", err)
		}
		w := detect.WindowsOf(p.date, s).Recent
		if within[w] == nil {
			versions, err := tx.VersionsIn(ctx, w.From, w.To)
			if err != nil {
				return nil, fmt.Errorf("versions: %w", err)
			}
			within[w] = map[drift.VersionKey]bool{}
			for _, v := range versions {
				within[w][v] = true
			}
		}
		if within[w][v] {
			recent = append(recent, v)
		}
	}
	return recent, nil
}

// lastPrediction returns when the version's newest prediction before the date was made.
func (p *pass) lastPrediction(ctx context.Context, tx Tx, v drift.VersionKey) (time.Time, error) {
	days, err := tx.ScoreDays(ctx, v, p.earliest(), p.date)
	if err != nil || len(days) == 0 {
		return time.Time{}, err
	}
	return days[len(days)-1].LastCreatedAt, nil
}
