package handlers

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

const (
	// presetChecks is how many checks that found something are offered.
	presetChecks = 4
	// versionDays is how much of each version's service is compared at most.
	versionDays = 30
)

// compareVM is the form of a comparison with its presets; what was found is added where there is any.
func compareVM(l lang.Lang, a comparisonAsked, now time.Time) page.CompareVM {
	m := a.model.Model
	href := modelHref(m)
	v := page.CompareVM{
		Tenant: m.Tenant, ModelType: m.ModelType, ModelHref: href, Action: href + "/compare", Line: pairLine(l, a.pair, now),
		Recent: compareSideVM(a, "recent"), Baseline: compareSideVM(a, "baseline"),
	}
	preset := func(label string, k pairKey) {
		v.Presets = append(v.Presets, page.PresetVM{Label: label, Href: v.Action + "?" + pairQuery(k).Encode(), Current: k == a.pair})
	}
	serving := drift.VersionKey{Model: m, Version: seenVersion(a.model)}
	if serving.Version == "" {
		return v
	}
	same := func(w detect.Windows) pairKey {
		return pairKey{recent: serving, baseline: serving, recentWindow: w.Recent, baseWindow: w.Baseline}
	}
	usual := newestWindows(a.model, drift.DateOf(now))
	preset(l.T("The newest check"), same(usual))
	end := usual.Recent.To
	preset(l.T("Last 7 days against the 30 before"), same(detect.Windows{
		Recent: drift.DriftWindow{From: end.Add(-7), To: end}, Baseline: drift.DriftWindow{From: end.Add(-37), To: end.Add(-7)},
	}))
	if list := versionNames(a.model); len(list) > 1 {
		preset(l.T("Version %s against %s", list[0].Version.Version, list[1].Version.Version), pairKey{
			recent: list[0].Version, recentWindow: lastDays(list[0]), baseline: list[1].Version, baseWindow: lastDays(list[1]),
		})
	}
	offered := map[drift.Date]bool{}
	for _, r := range a.model.Reports.Items {
		if r.Severity <= drift.SeverityNone || offered[r.Date] || len(offered) == presetChecks {
			continue
		}
		offered[r.Date] = true
		preset(l.T("The check of %s", l.DayAs(r.Date.Time(), now)), reportPair(r))
	}
	return v
}

// lastDays is the end of a version's service.
func lastDays(s drift.VersionSummary) drift.DriftWindow {
	to := drift.DateOf(s.Last).Add(1)
	return drift.DriftWindow{From: max(to.Add(-versionDays), drift.DateOf(s.First)), To: to}
}

func compareSideVM(a comparisonAsked, name string) page.CompareSideVM {
	version, w := a.pair.recent.Version, a.pair.recentWindow
	if name == "baseline" {
		version, w = a.pair.baseline.Version, a.pair.baseWindow
	}
	v := page.CompareSideVM{Name: name, From: w.From.String(), To: w.To.String()}
	for _, s := range versionNames(a.model) {
		v.Versions = append(v.Versions, page.OptionVM{Value: s.Version.Version, Label: s.Version.Version, Selected: s.Version.Version == version})
	}
	return v
}
