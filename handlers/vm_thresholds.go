package handlers

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// thresholdsVM is the form with what is tried.
func thresholdsVM(l lang.Lang, t tried, by drift.Actor) page.ThresholdsVM {
	v := page.ThresholdsVM{Tenant: t.tenant, ModelType: t.modelType, Changed: t.changed}
	v.Tenants = []page.OptionVM{{Label: l.T("All tenants without values of their own"), Selected: t.tenant == ""}}
	for _, x := range t.settings.Tenants {
		v.Tenants = append(v.Tenants, page.OptionVM{Value: x.Name, Label: x.Name, Selected: x.Name == t.tenant})
	}
	v.Types = []page.OptionVM{{Label: l.T("All models"), Selected: t.modelType == ""}}
	for _, x := range t.settings.Types {
		v.Types = append(v.Types, page.OptionVM{Value: x.Name, Label: x.Name, Selected: x.Name == t.modelType})
	}
	for _, s := range sliders {
		spec, _ := drift.SettingNamed(s.name)
		inForce := t.settings.Settings.Text(s.name)
		value := t.values[s.name]
		top := max(s.top, numberOr(inForce, s.top), numberOr(value, s.top))
		v.Sliders = append(v.Sliders, page.SliderVM{
			Name: s.name, Label: l.T(sliderLabels[s.name]), Value: value, InForce: inForce, Low: machineNumber(min(s.low, numberOr(value, s.low))), Top: machineNumber(top),
			Moved: value != inForce, Words: settingWords(l, spec, value),
		})
	}
	for _, name := range []string{"GUARD_SIGNIFICANT", "SECONDARY_METRIC_ALERTS"} {
		spec, _ := drift.SettingNamed(name)
		v.Switches = append(v.Switches, page.SwitchVM{Name: name, Words: l.Said(spec.Help), Options: []page.OptionVM{
			{Value: "false", Label: l.T("off"), Selected: t.values[name] == "false"},
			{Value: "true", Label: l.T("on"), Selected: t.values[name] == "true"},
		}, Moved: t.values[name] != t.settings.Settings.Text(name)})
	}
	for _, name := range slices.Sorted(maps.Keys(t.values)) {
		v.Hidden = append(v.Hidden, page.OptionVM{Value: t.values[name], Label: name})
	}
	v.Reason = component.FieldVM{ID: "reason", Name: "reason", Label: l.T("Why these values are better"), Lines: 2, Must: true, Max: 1000}
	switch {
	case !by.Role.AtLeast(drift.RoleOperator):
		v.Off = l.T("Your role may look but not act. An operator can.")
	case t.tenant == "" && !by.AllTenants:
		v.Off = l.T("You see some tenants only; choose the one that it is for.")
	case !t.changed:
		v.Off = l.T("These values are in force. Move a threshold first.")
	}
	return v
}

// sliderLabels say what each threshold is.
var sliderLabels = map[string]string{
	"STATISTICAL_DRIFT_PVALUE_CRITICAL": lang.Key("Scores: p below which drift is critical"),
	"STATISTICAL_DRIFT_PVALUE_HIGH":     lang.Key("Scores: p below which drift is high"),
	"STATISTICAL_DRIFT_PVALUE_MEDIUM":   lang.Key("Scores: p below which drift is medium"),
	"GUARD_MIN_D":                       lang.Key("Scores: least D that counts"),
	"PERFORMANCE_DRIFT_CRITICAL":        lang.Key("Accuracy: drop above which drift is critical"),
	"PERFORMANCE_DRIFT_HIGH":            lang.Key("Accuracy: drop from which drift is high"),
	"PERFORMANCE_DRIFT_MEDIUM":          lang.Key("Accuracy: drop from which drift is medium"),
}

func numberOr(text string, other float64) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !lang.Finite(v) {
		return other
	}
	return v
}

func machineNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// modelsTried bounds the models and alerts that the page lists.
const modelsTried = 30

// whatIfVM is which alerts there would have been.
func whatIfVM(l lang.Lang, r engine.WhatIfResult) *page.WhatIfVM {
	v := &page.WhatIfVM{Chart: whatIfChart(l, r), Facts: whatIfFacts(l, r.Total), Line: whatIfLine(l, r.Total), From: r.From.Time(), To: r.To.Time()}
	for _, m := range r.Models[:min(len(r.Models), modelsTried)] {
		v.Models = append(v.Models, page.WhatIfModelVM{
			Name: m.Tenant + " " + m.ModelType, Href: modelHref(drift.Model{Tenant: m.Tenant, ModelType: m.ModelType}), Raised: int64(m.Raised),
			Before: int64(m.Before), After: int64(m.After), Gone: int64(m.Gone), New: int64(m.New), Real: int64(m.Real), Missed: int64(m.RealMissed),
		})
	}
	v.MoreModels = int64(len(r.Models) - len(v.Models))
	for _, x := range r.Stretches {
		if x.Alone {
			v.Alerts = append(v.Alerts, differsVM(x))
		}
	}
	if n := len(v.Alerts) - modelsTried; n > 0 {
		v.Alerts, v.MoreAlerts = v.Alerts[:modelsTried], int64(n)
	}
	if r.Unsaid > 0 {
		v.Note = l.N(int64(r.Unsaid), "%d check is left out: GUARD_FDR weighs it against the others of its day.", "%d checks are left out: GUARD_FDR weighs them against the others of their day.")
	}
	return v
}

// differsVM is a stretch of drift that one of the two settings raises alone.
func differsVM(x engine.WhatIfStretch) page.WhatIfAlertVM {
	v := page.WhatIfAlertVM{
		Name: x.Version.Tenant + " " + x.Version.ModelType, DriftType: string(x.DriftType), From: x.From.Time(), To: x.To.Time(),
		Verdict: string(x.Verdict), Severity: component.ParseSeverity(x.Severity.String()), Gone: !x.Tried,
	}
	if x.Alert != nil {
		v.ID = *x.Alert
	}
	return v
}

func whatIfLine(l lang.Lang, c engine.WhatIfCount) string {
	switch {
	case c.Fewer > 0:
		return l.N(int64(c.Fewer), "%d alert fewer in 90 days", "%d alerts fewer in 90 days")
	case c.Fewer < 0:
		return l.N(int64(-c.Fewer), "%d alert more in 90 days", "%d alerts more in 90 days")
	case c.Gone+c.New > 0:
		return l.T("As many alerts in 90 days, but others")
	}
	return l.T("The same alerts in 90 days")
}

func whatIfFacts(l lang.Lang, c engine.WhatIfCount) []component.FactVM {
	out := []component.FactVM{
		{Label: l.T("Raised"), Value: l.Count(int64(c.Raised)), Note: l.T("in 90 days, as it was set then; one can cover several stretches of drift")},
		{Label: l.T("As it is set now"), Value: l.Count(int64(c.Before)), Note: l.T("%d that interrupt", c.BeforeInterrupts)},
		{Label: l.T("With these values"), Value: l.Count(int64(c.After)), Note: l.T("%d gone, %d new", c.Gone, c.New)},
		{Label: l.T("Real ones missed"), Value: l.Count(int64(c.RealMissed)), Note: l.N(int64(c.Real), "of %d that people called real", "of %d that people called real")},
		{Label: l.T("False ones spared"), Value: l.Count(int64(c.FalseSpared)), Note: l.N(int64(c.False), "of %d that people called false", "of %d that people called false")},
	}
	if c.RealMissed > 0 {
		out[3].Tone = "ct"
	}
	return out
}

// whatIfChart counts stretches of drift by the day they began on: those that the numbers and lists of the
// page count too.
func whatIfChart(l lang.Lang, r engine.WhatIfResult) chart.WhatIf {
	days := map[drift.Date]*chart.WhatIfDay{}
	for _, x := range r.Stretches {
		d := days[x.From]
		if d == nil {
			d = &chart.WhatIfDay{Date: x.From.Time()}
			days[x.From] = d
		}
		counts := &d.Present
		if x.Tried {
			counts = &d.Candidate
		}
		switch x.Severity {
		case drift.SeverityMedium:
			counts.Medium++
		case drift.SeverityHigh:
			counts.High++
		case drift.SeverityCritical:
			counts.Critical++
		}
	}
	c := chart.WhatIf{
		Span: chart.Window{From: r.From.Time(), To: r.To.Time()},
		Note: l.T("Each stretch of drift counts as one alert, here as in the numbers above and the lists below."),
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		c.Days = append(c.Days, *days[day])
	}
	return c
}

// proposalVMs are the proposals on the page of settings.
func proposalVMs(l lang.Lang, list []drift.SettingProposal, by drift.Actor) (out []page.ProposalVM) {
	for _, p := range list {
		v := page.ProposalVM{
			ID: p.ID, Tenant: p.Tenant, Reason: p.Reason, By: p.By, At: p.At, State: string(p.State), DecidedBy: p.DecidedBy, DecidedWhy: p.DecidedWhy,
			TryHref: "/settings/thresholds?" + proposalQuery(p),
		}
		if p.DecidedAt != nil {
			v.DecidedAt = *p.DecidedAt
		}
		for _, name := range slices.Sorted(maps.Keys(p.Values)) {
			x := page.ProposedVM{Name: name, Was: p.Were[name], Value: p.Values[name]}
			if words, ok := sliderLabels[name]; ok { // as on the page where it was tried
				x.Label = l.T(words)
			}
			v.Values = append(v.Values, x)
		}
		switch {
		case p.State != drift.ProposalOpen:
		case !by.Role.AtLeast(drift.RoleAdmin):
			v.Off = l.T("An administrator decides it.")
		case p.TenantID == 0 && !by.AllTenants:
			v.Off = l.T("It is for every tenant; an administrator of all tenants decides it.")
		}
		out = append(out, v)
	}
	return out
}

// proposalQuery tries what is proposed.
func proposalQuery(p drift.SettingProposal) string {
	q := url.Values{}
	if p.Tenant != "" {
		q.Set("tenant", p.Tenant)
	}
	for name, v := range p.Values {
		q.Set(name, v)
	}
	return q.Encode()
}
