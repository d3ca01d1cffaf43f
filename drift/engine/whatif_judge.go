package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
)

// whatIf is the work of one WhatIf.
type whatIf struct {
	q      WhatIf
	out    *WhatIfResult
	models map[drift.Model]*judgedModel
}

// judgedModel is a model with what was found of it and raised for it.
type judgedModel struct {
	model         drift.Model
	before, after drift.Settings
	reports       []drift.Report
	alerts        []drift.JudgedAlert
}

func (w *whatIf) read(ctx context.Context, tx Tx) error {
	of := drift.Model{ModelType: w.q.ModelType}
	if w.q.Tenant != "" {
		tenants, err := tx.Tenants(ctx)
		if err != nil {
			return fmt.Errorf("tenants: %w", err)
		}
		i := slices.IndexFunc(tenants, func(t drift.Tenant) bool { return t.Name == w.q.Tenant })
		if i < 0 {
			return drift.NotFound(fmt.Sprintf("There is no tenant called %q.", w.q.Tenant))
		}
		of.TenantID = tenants[i].ID
	}
	alerts, more, err := tx.JudgedAlerts(ctx, of, w.out.From.Time(), w.out.To.Time(), whatIfReports)
	if err != nil {
		return err
	}
	if more {
		return drift.Invalid("tenant", fmt.Sprintf("There are more than %s alerts to hold against them. Name a tenant or a model type, or fewer days.", drift.Thousands(whatIfReports)))
	}
	reports, err := servingReports(ctx, tx, drift.ReportFilter{Tenant: w.q.Tenant, ModelType: w.q.ModelType, From: &w.out.From, To: &w.out.To}, whatIfReports)
	if err != nil {
		return err
	}
	settings := newSettingsFor()
	judged := func(m drift.Model) (*judgedModel, error) {
		if j := w.models[m]; j != nil {
			return j, nil
		}
		before, err := settings.get(ctx, tx, m.TenantID)
		if err != nil {
			return nil, fmt.Errorf("settings: %w", err)
		}
		j := &judgedModel{model: m, before: before, after: w.tried(before)}
		w.models[m] = j
		return j, j.after.CheckTogether()
	}
	for _, r := range reports {
		j, err := judged(r.Version.Model)
		if err != nil {
			return err
		}
		j.reports = append(j.reports, r)
	}
	for _, a := range alerts {
		if a.DriftType == nil {
			continue
		}
		j, err := judged(drift.Model{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType})
		if err != nil {
			return err
		}
		j.alerts = append(j.alerts, a)
	}
	return nil
}

// tried returns the settings with the changes that concern their tenant.
func (w *whatIf) tried(s drift.Settings) drift.Settings {
	after := s
	for name, value := range w.out.Changes {
		if own := w.q.Tenant == "" && s.Origin(name) == drift.FromTenant; !own {
			after = after.With(name, value)
		}
	}
	return after
}

// judge fills in the answer from what was read.
func (w *whatIf) judge() {
	for _, j := range w.models {
		m := WhatIfModel{Tenant: j.model.Tenant, ModelType: j.model.ModelType}
		was, unsaid := Drifts(j.reports, j.before)
		now, _ := Drifts(j.reports, j.after)
		w.out.Unsaid += unsaid
		var c AlertsChange
		c.add(was, now, interruptsFrom(j.before), interruptsFrom(j.after))
		m.WhatIfCount = WhatIfCount{
			Raised: len(j.alerts), Before: c.Before, After: c.After, Fewer: c.Before - c.After, Gone: c.Gone, New: c.New,
			Lower: c.Lower, Higher: c.Higher, Quieter: c.Quieter, Louder: c.Louder, BeforeInterrupts: c.BeforeInterrupts,
		}
		w.stretches(j, was, now)
		w.hold(j, now, &m.WhatIfCount)
		w.out.Total.add(m.WhatIfCount)
		w.out.Models = append(w.out.Models, m)
	}
	slices.SortFunc(w.out.Models, func(a, b WhatIfModel) int {
		return cmp.Or(cmp.Compare(b.Fewer, a.Fewer), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.ModelType, b.ModelType))
	})
	slices.SortFunc(w.out.Alerts, func(a, b WhatIfAlert) int {
		return cmp.Or(cmp.Compare(b.From, a.From), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.ModelType, b.ModelType),
			cmp.Compare(a.DriftType, b.DriftType), cmp.Compare(idOf(a), idOf(b)))
	})
	w.out.Alerts = w.out.Alerts[:min(len(w.out.Alerts), WhatIfAlerts)]
	slices.SortFunc(w.out.Stretches, func(a, b WhatIfStretch) int {
		return cmp.Or(cmp.Compare(b.From, a.From), cmp.Compare(a.Version.Tenant, b.Version.Tenant), cmp.Compare(a.Version.ModelType, b.Version.ModelType),
			cmp.Compare(a.Version.Version, b.Version.Version), cmp.Compare(a.DriftType, b.DriftType))
	})
}

// stretches keeps what [AlertsChange] counted: each stretch once, matched as it matches them.
func (w *whatIf) stretches(j *judgedModel, was, now []Drift) {
	keep := func(d Drift, tried bool, others []Drift) {
		x := WhatIfStretch{Drift: d, Tried: tried, Alone: !slices.ContainsFunc(others, d.shares)}
		for _, a := range j.alerts {
			line := alertLine(j.model, a)
			if d.shares(Drift{drift.VersionKey{Model: j.model, Version: line.ModelVersion}, line.DriftType, line.From, line.To, a.Severity}) {
				x.Alert, x.Verdict = line.Alert, line.Verdict
			}
		}
		w.out.Stretches = append(w.out.Stretches, x)
	}
	for _, d := range was {
		keep(d, false, now)
	}
	for _, d := range now {
		keep(d, true, was)
	}
}

func idOf(a WhatIfAlert) int64 {
	if a.Alert == nil {
		return 0
	}
	return *a.Alert
}

// hold holds the alerts that were raised against the drift that would have raised one.
func (w *whatIf) hold(j *judgedModel, now []Drift, c *WhatIfCount) {
	matched := make([]bool, len(now))
	for _, a := range j.alerts {
		line := alertLine(j.model, a)
		for i, d := range now {
			if d.shares(Drift{drift.VersionKey{Model: j.model, Version: line.ModelVersion}, line.DriftType, line.From, line.To, a.Severity}) {
				matched[i], line.Then = true, max(line.Then, d.Severity)
			}
		}
		missed := line.Then == drift.SeverityUnknown
		c.count(line.Verdict, missed)
		w.out.Alerts = append(w.out.Alerts, line)
	}
	for i, d := range now {
		if !matched[i] {
			w.out.Alerts = append(w.out.Alerts, WhatIfAlert{
				Tenant: d.Version.Tenant, ModelType: d.Version.ModelType, ModelVersion: d.Version.Version,
				DriftType: d.DriftType, From: d.From, To: d.To, Then: d.Severity,
			})
		}
	}
}

func (c *WhatIfCount) count(verdict drift.Verdict, missed bool) {
	n, of := &c.Real, &c.RealMissed
	switch verdict {
	case drift.VerdictReal:
	case drift.VerdictFalse:
		n, of = &c.False, &c.FalseSpared
	default:
		return
	}
	*n++
	if missed {
		*of++
	}
}

// alertLine is an alert that was raised: from the day it was, or of the check that it was raised for where
// that looked at the past, to its last check.
func alertLine(m drift.Model, a drift.JudgedAlert) WhatIfAlert {
	return WhatIfAlert{
		Tenant: m.Tenant, ModelType: m.ModelType, ModelVersion: a.ModelVersion, DriftType: *a.DriftType,
		From: min(drift.DateOf(a.RaisedAt), a.CheckDate), To: a.CheckDate, Alert: &a.AlertID, Severity: a.Severity, Verdict: a.Verdict,
	}
}
