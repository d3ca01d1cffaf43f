package engine

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
)

// PreviewDays is how far back a change of a setting is tried on what the checks found.
const PreviewDays = 30

// SettingPreview is what a change would do, without doing it.
type SettingPreview struct {
	Name, Tenant string
	Before       string // in force now
	After        string // in force then
	Judges       bool   // the setting decides about alerts by numbers that reports hold
	Decides      bool   // it decides about retrains by what is kept of them
	Recomputes   bool   // it changes what the checks compute, which reports do not tell
	From         drift.Date
	Alerts       AlertsChange
	Loop         LoopChange
	Unsaid       int // reports whose numbers alone do not say: GUARD_FDR weighs them against others
}

// AlertsChange compares the alerts of two settings over the same reports.
type AlertsChange struct {
	Before, After    int // alerts raised
	Gone, New        int // raised under one alone
	Lower, Higher    int // raised under both, with another severity
	Quieter, Louder  int // that no longer interrupt people, or do now
	BeforeInterrupts int
}

// Drift is one stretch of findings of one check of a version: what raises one alert.
type Drift struct {
	Version   drift.VersionKey
	DriftType drift.DriftType
	From, To  drift.Date // both days have a finding
	Severity  drift.Severity
}

// previewed are the settings that decide about alerts by numbers that reports hold.
var previewed = append([]string{"SECONDARY_METRIC_ALERTS", "GUARD_K_OF_M", "ALERT_MIN_SEVERITY"}, detect.RejudgedSettings...)

// PreviewSetting checks a change as SetSetting does and says what it would have changed in the last
// 30 days.
func (e *Engine) PreviewSetting(ctx context.Context, by drift.Actor, c SettingChange) (SettingPreview, error) {
	out := SettingPreview{Name: c.Name, Tenant: c.Tenant, Judges: slices.Contains(previewed, c.Name), Decides: loopSetting(c.Name)}
	out.Recomputes = !out.Judges && (slices.Contains(detect.StatisticalSettings, c.Name) || slices.Contains(detect.PerformanceSettings, c.Name) || c.Name == "MIN_OUTCOMES_PER_DAY")
	if err := checkChange(by, &c); err != nil {
		return out, err
	}
	out.From = drift.DateOf(e.clock().UTC()).Add(1 - PreviewDays)
	err := e.store.InTx(ctx, by, func(tx Tx) error {
		scope, err := scopeOf(ctx, tx, by, c.Tenant)
		if err != nil {
			return err
		}
		if err := known(ctx, tx, c); err != nil {
			return err
		}
		before, err := tx.Settings(ctx, scope)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		after, err := tried(ctx, tx, before, scope, c)
		if err != nil {
			return err
		}
		out.Before, out.After = before.Text(c.Name), after.Text(c.Name)
		switch {
		case out.Judges:
			return out.replay(ctx, tx, c)
		case out.Decides:
			return out.replayLoop(ctx, tx, c, e.clock().UTC())
		}
		return nil
	})
	return out, err
}

// tried returns the settings with the change in force; where it takes a value back, what lies below.
func tried(ctx context.Context, tx Tx, s drift.Settings, scope int64, c SettingChange) (drift.Settings, error) {
	value, err := valueOf(ctx, tx, scope, c)
	if err != nil {
		return s, err
	}
	after := s.With(c.Name, value)
	return after, after.CheckTogether()
}

func valueOf(ctx context.Context, tx Tx, scope int64, c SettingChange) (string, error) {
	if c.Value != nil {
		return *c.Value, nil
	}
	below, err := tx.SettingBelow(ctx, scope, c.Name)
	if err != nil {
		return "", fmt.Errorf("settings: %w", err)
	}
	return below, nil
}

// replay judges the reports of the last days anew, for each tenant whose settings would change.
func (p *SettingPreview) replay(ctx context.Context, tx Tx, c SettingChange) error {
	return p.eachTenant(ctx, tx, c, func(list []drift.Report, before, after drift.Settings) {
		was, unsaid := Drifts(list, before)
		now, _ := Drifts(list, after)
		p.Unsaid += unsaid
		p.Alerts.add(was, now, interruptsFrom(before), interruptsFrom(after))
	})
}

// eachTenant hands over the reports of the last days, tenant by tenant, with the settings without and
// with the change. A tenant with a value of its own is left out of a change for all.
func (p *SettingPreview) eachTenant(ctx context.Context, tx Tx, c SettingChange, fn func(list []drift.Report, before, after drift.Settings)) error {
	reports, err := servingReports(ctx, tx, drift.ReportFilter{Tenant: c.Tenant, From: &p.From}, math.MaxInt)
	if err != nil {
		return err
	}
	byTenant := map[int64][]drift.Report{}
	for _, r := range reports {
		byTenant[r.Version.TenantID] = append(byTenant[r.Version.TenantID], r)
	}
	for tenant, list := range byTenant {
		before, after, concerns, err := p.around(ctx, tx, c, tenant)
		if err != nil {
			return err
		}
		if concerns {
			fn(list, before, after)
		}
	}
	return nil
}

func interruptsFrom(s drift.Settings) drift.Severity {
	min, err := drift.ParseSeverity(s.Text("ALERT_MIN_SEVERITY"))
	if err != nil { // no stored value passes Normalise like that
		return drift.SeverityHigh
	}
	return min
}

// servingReports reads the reports of a filter that touch alerts; CodeInvalid where there are more than most.
func servingReports(ctx context.Context, tx Tx, f drift.ReportFilter, most int) ([]drift.Report, error) {
	f.ServingOnly, f.Limit = true, drift.MaxPage
	var out []drift.Report
	for {
		page, err := tx.Reports(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("reports: %w", err)
		}
		out = append(out, page.Items...)
		if len(out) > most {
			return nil, drift.Invalid("tenant", fmt.Sprintf("There are more than %s reports to judge anew. Name a tenant or a model type, or fewer days.", drift.Thousands(most)))
		}
		if page.Next == "" {
			return out, nil
		}
		f.Cursor = page.Next
	}
}

// Drifts finds the stretches of drift among reports of one tenant, each of which raises one alert
// under these settings, and counts the reports whose numbers alone do not say.
func Drifts(reports []drift.Report, s drift.Settings) (out []Drift, unsaid int) {
	sorted := slices.Clone(reports)
	slices.SortStableFunc(sorted, func(a, b drift.Report) int { return cmp.Compare(a.Date, b.Date) })
	type line struct {
		model drift.Model
		t     drift.DriftType
	}
	open, earlier := map[line]*Drift{}, map[line][]drift.Severity{}
	k, m := s.KOfM("GUARD_K_OF_M")
	for _, r := range sorted {
		severity, secondary, ok := detect.Rejudge(r, s)
		if !ok {
			if r.Status == drift.StatusOK {
				unsaid++
			}
			continue
		}
		if s.Bool("SECONDARY_METRIC_ALERTS") {
			severity = max(severity, secondary)
		}
		l := line{r.Version.Model, r.DriftType}
		before := earlier[l]
		earlier[l] = append(before, severity)
		d := open[l]
		if d != nil && (severity < drift.SeverityMedium || d.Version != r.Version) {
			out, d = append(out, *d), nil
			delete(open, l)
		}
		switch {
		case severity < drift.SeverityMedium:
		case d != nil:
			d.To, d.Severity = r.Date, max(d.Severity, severity)
		case kOfM(before, min(severity, interruptsFrom(s)), k, m):
			open[l] = &Drift{r.Version, r.DriftType, r.Date, r.Date, severity}
		}
	}
	for _, d := range open {
		out = append(out, *d)
	}
	return out, unsaid
}

// kOfM reports whether k of the last m findings, this one included, reach the level.
func kOfM(before []drift.Severity, level drift.Severity, k, m int) bool {
	hits := 1
	for _, b := range before[max(0, len(before)-(m-1)):] {
		if b >= level {
			hits++
		}
	}
	return hits >= k
}

// add compares one tenant's stretches of drift under both settings: those that share a day are one.
func (a *AlertsChange) add(was, now []Drift, wasFrom, nowFrom drift.Severity) {
	a.Before, a.After = a.Before+len(was), a.After+len(now)
	for _, w := range was {
		if w.Severity >= wasFrom {
			a.BeforeInterrupts++
		}
		i := slices.IndexFunc(now, w.shares)
		switch {
		case i < 0:
			a.Gone++
			continue
		case now[i].Severity < w.Severity:
			a.Lower++
		case now[i].Severity > w.Severity:
			a.Higher++
		}
		switch loud := now[i].Severity >= nowFrom; {
		case w.Severity >= wasFrom && !loud:
			a.Quieter++
		case w.Severity < wasFrom && loud:
			a.Louder++
		}
	}
	for _, n := range now {
		if !slices.ContainsFunc(was, n.shares) {
			a.New++
		}
	}
}

func (d Drift) shares(o Drift) bool {
	return d.Version == o.Version && d.DriftType == o.DriftType && d.From <= o.To && o.From <= d.To
}
