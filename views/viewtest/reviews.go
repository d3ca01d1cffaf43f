package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// ReviewCases are the guide's reviews: of a bad night, of a week and a month, and of nothing.
func ReviewCases() []Case {
	return []Case{
		{Name: "review-morning", Shell: Shell("Morning review", "reviews"), Body: page.Morning(sampleMorning())},
		{Name: "review-morning-quiet", Shell: Shell("Morning review", "reviews"), Body: page.Morning(page.MorningVM{
			Now: Now, Day: Now.Truncate(24 * time.Hour), Since: Ago(19 * time.Hour), Verdict: "A quiet night", Icon: "check",
			Line: component.Words("The guide’s morning review."), MetricsDay: Ago(24 * time.Hour), Choose: sampleChooser(), Models: 3,
		})},
		{Name: "review-weekly", Shell: Shell("Weekly review", "reviews"), Body: page.Weekly(sampleWeekly())},
		{Name: "review-weekly-empty", Shell: Shell("Weekly review", "reviews"), Body: page.Weekly(page.WeeklyVM{
			Now: Now, Verdict: "No model has metrics of this week", Severity: component.Blind, Choose: sampleChooser(),
			Proof: page.ProofVM{Text: "Nobody has ever tried it here"}, Rollbacks: page.RollbacksVM{None: "No model was rolled back this week."},
		})},
		{Name: "review-monthly", Shell: Shell("Monthly review", "reviews"), Body: page.Monthly(sampleMonthly())},
	}
}

func sampleChooser() page.ChooserVM {
	return page.ChooserVM{
		Path: "/reviews", Field: "day", Kind: "date", Label: "Day", Value: "2026-07-02", Last: "2026-07-02",
		Earlier: "The day before", EarlierHref: "/reviews?day=2026-07-01",
	}
}

func sampleMorning() page.MorningVM {
	critical := page.ReviewAlertVM{
		ID: 12, Href: "/alerts/12", Severity: component.Critical, Tenant: "nsw-market", ModelType: "conflict_predictor", Status: "NEW",
		Message: "Accuracy fell from 61.8 % to 39.0 %.", Recommendation: "Immediate retraining.", At: Ago(12 * time.Minute), Acknowledge: true,
	}
	old := page.ReviewAlertVM{
		ID: 9, Href: "/alerts/9", Severity: component.High, Tenant: "vic-market", ModelType: "fraud_detector", Status: "ACKNOWLEDGED",
		Message: "Scores differ, p 0.003.", Recommendation: "Retraining recommended.", At: Ago(6 * time.Hour), Before: true, Cleared: true,
	}
	escalated := page.ReviewAlertVM{
		ID: 8, Href: "/alerts/8", Severity: component.Blind, Tenant: "qld-market", ModelType: "fraud_detector", Status: "ESCALATED", Owner: "waits for NOC",
		Message: "No prediction since Monday.", Recommendation: "Find out why.", At: Ago(50 * time.Hour), Acknowledge: true,
	}
	worse := -0.228
	accuracy := 0.39
	return page.MorningVM{
		Now: Now, Day: Now.Truncate(24 * time.Hour), Since: Ago(19 * time.Hour), Today: true, Verdict: "1 drift alert overnight",
		Severity: component.Critical, Line: component.Words("The guide’s morning review."), Choose: sampleChooser(), Overnight: 1,
		Raised:  page.ReviewAlertsVM{ListedVM: page.ListedVM{Shown: 2, Total: 2}, Items: []page.ReviewAlertVM{critical, old}},
		Waiting: page.ReviewAlertsVM{ListedVM: page.ListedVM{Shown: 1, Total: 7}, Items: []page.ReviewAlertVM{critical}},
		Blind:   page.ReviewAlertsVM{ListedVM: page.ListedVM{Shown: 1, Total: 1}, Items: []page.ReviewAlertVM{escalated}},
		Rows: []page.DayMetricsVM{
			{Tenant: "nsw-market", ModelType: "conflict_predictor", Version: "7", Href: "/models/nsw-market/conflict_predictor", Accuracy: &accuracy, Delta: &worse, Predictions: 48, Outcomes: 48, Degraded: true},
			{Tenant: "vic-market", ModelType: "fraud_detector", Version: "3", Href: "/models/vic-market/fraud_detector", Predictions: 1440, Outcomes: 4},
		},
		Metrics: page.ListedVM{Shown: 2, Total: 2}, MetricsDay: Ago(24 * time.Hour), Degraded: 1, Models: 3,
		Unknown:  []page.UnknownVM{{Tenant: "qld-market", ModelType: "fraud_detector", Href: "/models/qld-market/fraud_detector", Text: "scores: too few in one of the windows", ReportHref: "/api/v1/models/fraud_detector/drift?tenant=qld-market"}},
		Unjudged: page.ListedVM{Shown: 1, Total: 1},
		Jobs: []page.ReviewJobVM{
			{Name: "Outcomes", State: chart.JobDone, Word: "ran", Detail: component.Words("40 matched, 0 wait in the inbox")},
			{Name: "Daily metrics", State: chart.JobFailed, Word: "failed", Detail: component.Words("the disk is full (after 3 tries)")},
			{Name: "Statistical drift", State: chart.JobDue, Word: "not yet", Detail: component.Words("It runs at 03:00 UTC.")},
		},
	}
}

func sampleTrends() page.TrendsVM {
	days := make([]*float64, 7)
	for i, v := range []float64{0.62, 0.6, 0.55, 0, 0.41, 0.4, 0.39} {
		if v > 0 {
			days[i] = &v
		}
	}
	accuracy, low, high, before, change := 0.49, 0.44, 0.54, 0.62, -0.13
	return page.TrendsVM{ListedVM: page.ListedVM{Shown: 2, Total: 2}, Before: "Week before", Rows: []page.TrendVM{
		{
			Tenant: "nsw-market", ModelType: "conflict_predictor", Href: "/models/nsw-market/conflict_predictor", Days: days, Accuracy: &accuracy,
			Low: &low, High: &high, Outcomes: 336, Before: &before, Change: &change, Judged: 6, Degraded: 3, Consistently: true,
			Lowest: days[6], LowestDay: Ago(24 * time.Hour), DaysDegraded: 3, DaysKnown: 6,
		},
		{Tenant: "vic-market", ModelType: "fraud_detector", Href: "/models/vic-market/fraud_detector", Days: make([]*float64, 7)},
	}}
}

func sampleDays() []time.Time {
	var out []time.Time
	for i := range 7 {
		out = append(out, Ago(time.Duration(7-i)*24*time.Hour))
	}
	return out
}

func sampleEnds() page.EndsVM {
	return page.EndsVM{
		Success: "Success: 50 %, 1 kept of 2 decided.", Off: "Automatic retraining is switched off.",
		Ended: []component.FactVM{{Label: "Kept", Value: "1"}, {Label: "Refused", Value: "4"}},
	}
}

func sampleRollbacks() page.RollbacksVM {
	return page.RollbacksVM{ListedVM: page.ListedVM{Shown: 1, Total: 1}, Rows: []page.RolledBackVM{{
		At: Ago(40 * time.Hour), Tenant: "vic-market", ModelType: "fraud_detector", Href: "/models/vic-market/fraud_detector",
		From: "retrain-12", To: "3", By: "S. Varga", Words: "by hand", Reason: "It refuses every card.",
	}}}
}

func sampleWeekly() page.WeeklyVM {
	v := page.WeeklyVM{
		Now: Now, Verdict: "1 of 2 models consistently degraded", Severity: component.High, Line: component.Words("The guide’s weekly review of 2026-W26."),
		Note: component.FormNoteVM{Bad: true, Text: "The rehearsal failed at “Only one may be active”."}, Choose: sampleChooser(), Days: sampleDays(),
		Trends: sampleTrends(), Tally: sampleEnds(), Rollbacks: sampleRollbacks(), RuleWords: "Consistently degraded: 3 of 7.",
		Retrains: []page.RetrainRowVM{{ID: 41, Now: Now, Tenant: "vic-market", ModelType: "fraud_detector", State: "kept", Severity: component.High, CreatedAt: Ago(50 * time.Hour), Since: Ago(20 * time.Hour)}},
		Listed:   page.ListedVM{Shown: 1, Total: 1},
	}
	v.Proof = page.ProofVM{
		Held: true, Text: "It does not: the last rehearsal failed at “Only one may be active”", By: "S. Varga", At: Ago(time.Hour), Took: "31 ms", May: true,
		LastReal: component.Words("No model of yours was ever rolled back."),
		Steps: []page.ProofStepVM{
			{Title: "A shadow model with two versions", State: "passed", Detail: "Versions shadow-1 and shadow-2.", Took: "9 ms"},
			{Title: "Only one may be active", State: "failed", Detail: "The database let two versions of one model be active at once.", Took: "1 ms"},
			{Title: "Rolling back", State: "not_run", Detail: "Not run, because a step before it failed."},
		},
	}
	return v
}

func sampleMonthly() page.MonthlyVM {
	v := page.MonthlyVM{
		Now: Now, Verdict: "1 of 2 targets is not met", Severity: component.High, Line: component.Words("The guide’s monthly review of June 2026."),
		Choose: sampleChooser(), Days: sampleDays(), Trends: sampleTrends(), RuleWords: "Consistently degraded: 3 of 7.", Tally: sampleEnds(),
		Rollbacks: page.RollbacksVM{None: "No model was rolled back in quarter 2 of 2026."}, Quarter: "4. Rollbacks of quarter 2 of 2026", AlertLine: "1 of 2 models met the target.",
		Targets: []page.TargetVM{
			{Label: "Models with 2 or more drift alerts", Value: "1", Note: "Target: fewer than 2 a month.", State: page.TargetMissed},
			{Label: "Rollbacks in quarter 2 of 2026", Value: "0", Note: "Target: fewer than 1 a quarter.", State: page.TargetMet},
			{Label: "Retrains kept", Value: "50 %", Note: "1 of 2 decided."},
		},
		Alerts: []page.FrequencyVM{
			{Tenant: "nsw-market", ModelType: "conflict_predictor", Href: "/models/nsw-market/conflict_predictor", AlertsHref: "/api/v1/alerts?tenant=nsw-market", Counted: 3, Quiet: 1, Backfilled: 2, Least: "HIGH and CRITICAL"},
			{Tenant: "vic-market", ModelType: "fraud_detector", Href: "/models/vic-market/fraud_detector", AlertsHref: "/api/v1/alerts?tenant=vic-market", Counted: 1, Met: true, Least: "CRITICAL only"},
		},
		Listed: page.ListedVM{Shown: 2, Total: 2},
	}
	v.Trends.Before = "Month before"
	return v
}
