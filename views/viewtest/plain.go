package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
)

// PlainCases is settings, audit and the error page.
func PlainCases() []Case {
	conflict := page.ErrorVM{
		Status: 409, Code: "conflict", Request: "01J1T8",
		Title: "J. Lindqvist took it 3 s ago", Text: "Your acknowledgement came second, so nothing of yours was done.",
		Back: "/alerts/4812", BackLabel: "See how it stands",
	}
	return []Case{
		{Name: "settings", Shell: Shell("Settings", "settings"), Body: page.Settings(sampleSettings())},
		{Name: "audit", Shell: Shell("Audit", "audit"), Body: page.Audit(sampleAudit())},
		{Name: "audit-broken", Shell: Shell("Audit", "audit"), Body: page.Audit(brokenAudit())},
		{Name: "search", Shell: Shell("Search", ""), Body: page.Search(sampleSearch())},
		{Name: "search-none", Shell: Shell("Search", ""), Body: page.Search(page.SearchVM{Question: `<b>"nothing"`})},
		{Name: "offline", Bare: &layout.BareVM{Title: "Offline", Version: "1.0"}, Body: page.Offline()},
		{Name: "error-403", Shell: Shell("Not allowed", ""), Body: page.Error(page.ErrorVM{Status: 403, Code: "forbidden", Request: "01J1T8"})},
		{Name: "error-404", Shell: Shell("Not found", ""), Body: page.Error(page.ErrorVM{Status: 404, Code: "not_found"})},
		{Name: "error-409", Shell: Shell("Conflict", ""), Body: page.Error(conflict)},
		{Name: "error-500", Shell: Shell("Error", ""), Body: page.Error(page.ErrorVM{Status: 500, Code: "internal", Request: "01J1T8"})},
	}
}

func sampleSearch() page.SearchVM {
	return page.SearchVM{Question: "fraud", Items: []page.FoundVM{
		{Label: "harbour-freight fraud_detector", Kind: "Model", Href: "/models/harbour-freight/fraud_detector", Icon: "cube"},
		{
			Label: "harbour-freight fraud_detector", Hint: "scores moved: D 0.359 over 7 days, from a mean of 0.41 to one of 0.60",
			Kind: "Alert 4812", Href: "/alerts/4812", Mark: "c",
		},
		{Label: "harbour-freight fraud_detector", Kind: "Retrain 118", Href: "/retrains/118", Icon: "loop"},
		{
			Label: "ENABLE_AUTO_RETRAIN_FRAUD", Hint: "Automatic retraining of fraud detectors.", Kind: "Setting",
			Href: "/settings/ENABLE_AUTO_RETRAIN_FRAUD", Icon: "gear",
		},
	}}
}

func sampleSettings() page.SettingsVM {
	set := func(name, value, words, def string) page.SettingVM {
		return page.SettingVM{
			Name: name, Value: value, Words: words, Default: def, From: "default", Href: "/settings/" + name,
			Command: "driftwatch config set " + name + " " + def,
		}
	}
	changed := set("CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES", "30", "30 minutes without an owner", "60")
	changed.Differs, changed.From = true, "database, all tenants"
	changed.ChangedBy, changed.ChangedAt, changed.Why = "S. Varga", Ago(9*24*time.Hour), "Nights are thinly staffed in July."
	return page.SettingsVM{
		Proposals: Proposals(),
		Now:       Now,
		Line:      component.Words("One differs from its default. Values are for all tenants unless a tenant is named."),
		Groups: []page.SettingGroupVM{
			{ID: "set-drift", Title: "Drift", Note: "when a difference counts", Settings: []page.SettingVM{
				set("STATISTICAL_DRIFT_PVALUE_CRITICAL", "0.001", "chance of 1 in 1,000", "0.001"),
				set("STATISTICAL_DRIFT_PVALUE_HIGH", "0.01", "chance of 1 in 100", "0.01"),
				set("PERFORMANCE_DRIFT_CRITICAL", "0.20", "20 points of accuracy", "0.20"),
				set("PERFORMANCE_DRIFT_HIGH", "0.10", "10 points of accuracy", "0.10"),
			}},
			{ID: "set-alerts", Title: "Alerts", Settings: []page.SettingVM{
				set("ALERT_MIN_SEVERITY", "HIGH", "what interrupts", "HIGH"),
				changed,
			}},
		},
	}
}

func sampleAudit() page.AuditVM {
	e := func(n int64, age time.Duration, actor, action, href, tenant, detail string) page.AuditEntryVM {
		return page.AuditEntryVM{
			Number: n, At: Ago(age), Actor: actor, Action: action, Href: href, Tenant: tenant, Detail: detail,
			Hash: "9f2ac4e1b07d55a8c3e6f1d2048b7a96",
		}
	}
	return page.AuditVM{
		Intact: true, VerifiedAt: Ago(9 * time.Minute), Total: 1204, Now: Now,
		Entries: []page.AuditEntryVM{
			e(1204, 4*time.Minute, "J. Lindqvist", "acknowledged alert 4811", "/alerts/4811", "nsw-market", "Demand is at winter level. Same thing in June last year."),
			e(1203, 12*time.Minute, "driftwatch", "raised alert 4812, critical", "/alerts/4812", "nsw-market", "accuracy 61.8 → 39.0 %"),
			e(1202, 31*time.Minute, "A. Rossi", "signed in", "", "", "from 10.4.0.18"),
			e(1201, 9*24*time.Hour, "S. Varga", "set CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES", "/settings", "", "60 → 30: Nights are thinly staffed in July."),
		},
		Pager: component.PagerVM{Shown: "4 of 1,204 entries, newest first", NextHref: "/audit?cursor=1200"},
	}
}

func brokenAudit() page.AuditVM {
	v := sampleAudit()
	v.Intact = false
	v.BrokenText = "Entry 811 does not carry the hash of entry 810: one of the two was changed after it was written, or one between them was removed."
	return v
}
