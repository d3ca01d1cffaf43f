package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// WorkDoneCases are what is written down of the work: hand-overs, the review of an incident, reports.
func WorkDoneCases() []Case {
	kept := page.KeptVM{
		ID: 12, Line: component.Words("From Thu 2 Jul 20:00 UTC, by omar."), Notes: "The feed of <b>acme</b> is late.\nAsk Lea.",
		Note: component.FormNoteVM{Bad: true, Text: "The hand-over is kept. 1 of 2 alerts changed hands."}, Shift: sampleShift(),
	}
	hidden := kept
	hidden.Note, hidden.Notes, hidden.Hidden = component.FormNoteVM{}, "", true
	hidden.Shift.Given = nil
	viewer := sampleHandOver()
	viewer.May, viewer.Off, viewer.Mine, viewer.Past = false, "Your role may look but not hand over.", nil, nil
	viewer.Shift = page.ShiftVM{Now: Now, OpenNone: "Nothing is open.", WaitingKept: true, OnCallKept: true}
	review := sampleIncidentReview()
	reader := review
	reader.May, reader.Off, reader.Told, reader.FollowUps, reader.Causes = false, "Your role may look but not write here.", nil, nil, page.CausesVM{}
	return []Case{
		{Name: "handover", Shell: Shell("Hand-over", "handover"), Body: page.HandOver(sampleHandOver())},
		{Name: "handover-viewer", Shell: Shell("Hand-over", "handover"), Body: page.HandOver(viewer)},
		{Name: "handover-kept", Shell: Shell("Hand-over 12", "handover"), Body: page.Kept(kept)},
		{Name: "handover-hidden", Shell: Shell("Hand-over 12", "handover"), Body: page.Kept(hidden)},
		{Name: "incident-review", Shell: Shell("Review of the incident", "board"), Body: page.IncidentReview(review)},
		{Name: "incident-review-viewer", Shell: Shell("Review of the incident", "board"), Body: page.IncidentReview(reader)},
		{Name: "incident-tenants", Shell: Shell("Review of the incident", "board"), Body: page.IncidentTenants(page.IncidentTenantsVM{
			Back: "/incidents/x", Links: []page.LinkVM{{Href: "/incidents/x/review?tenant=nsw-market", Text: "nsw-market"}, {Href: "/incidents/x/review?tenant=vic-market", Text: "vic-market"}},
		})},
		{Name: "report", Shell: Shell("Report", "reviews"), Body: page.PeriodReport(samplePeriodReport())},
		{Name: "report-empty", Shell: Shell("Report", "reviews"), Body: page.PeriodReport(page.PeriodReportVM{
			Now: Now, Line: component.Words("30 days."), From: "2026-06-01", To: "2026-06-30", Last: "2026-07-02", Rolled: page.RollbacksVM{None: "No model was rolled back."},
			Tenant: component.SelectVM{ID: "tenant", Name: "tenant", Label: "Tenant"}, Model: component.SelectVM{ID: "model", Name: "model", Label: "Model type"},
		})},
	}
}

func sampleShift() page.ShiftVM {
	return page.ShiftVM{
		Now: Now, Definition: "Each alert is counted once.", OpenNone: "Nothing is open.", OpenLeft: 3, Left: 7,
		Facts: []component.FactVM{{Label: "Raised", Value: "4"}, {Label: "Failed checks", Value: "1", Tone: "ct"}},
		Open: []page.ShiftOpenVM{
			{Severity: component.Critical, Href: "/incidents/fraud", Title: "nsw-market fraud_detector", Text: "Accuracy fell from 61.8 % to 39.0 %.", Alerts: "2 alerts", Nobody: "nobody has it", Since: Ago(3 * time.Hour)},
			{Severity: component.Blind, Href: "/alerts/8", Title: "vic-market", Text: "No check has run.", Alerts: "1 alert", Who: "S. Varga", Since: Ago(time.Hour)},
		},
		Events: []component.TimelineVM{
			{ShowMark: true, Severity: component.Critical, At: Ago(3 * time.Hour), Text: component.Sentence("{0} was raised", component.Piece{Text: "alert 12", Href: "/alerts/12"})},
			{Initials: "SV", At: Ago(2 * time.Hour), Text: component.Sentence("{0} acknowledged it", component.Bold("S. Varga")), Note: "On it."},
		},
		WaitingKept: true, WaitingLeft: 2,
		Waiting: []page.ShiftWaitingVM{{
			Link: component.Link("retrain 2 (nsw-market conflict_predictor)", "/retrains/2"), Text: component.Words("It has waited for a manager since Thu 16:00."),
			Due: component.Words("It lapses Sat 16:00 if nobody decides."),
		}},
		OnCallKept: true,
		OnCall:     []page.OnCallVM{{Team: "NOC", Href: "/teams/NOC/rota", Text: component.Words("omar is on call until Mon 09:00.")}},
		Given:      []page.GivenVM{{Href: "/alerts/12", Title: "alert 12"}, {Href: "/alerts/9", Title: "alert 9", Why: "omar has it by now."}},
	}
}

func sampleHandOver() page.HandOverVM {
	v := page.HandOverVM{
		Line: component.Words("From Thu 2 Jul 20:00 UTC to now."), From: "2026-07-02T20:00", To: "2026-07-03T04:12", Zone: "UTC", Shift: sampleShift(), May: true, Give: true,
		Name:  component.SelectVM{ID: "name", Name: "name", Label: "Hand over to", Options: []component.OptionVM{{Label: "whoever comes next"}, {Value: "omar", Label: "omar"}}},
		Notes: component.FieldVM{ID: "notes", Name: "notes", Label: "Notes for the next", Lines: 6, Max: 8000},
		Mine:  []page.MineVM{{Pick: "12:3", Title: "nsw-market fraud_detector, alert 12", Severity: component.Critical}},
		Past:  []page.PastVM{{Href: "/handover/11", Text: component.Words("by omar"), Until: Ago(8 * time.Hour)}}, MoreHref: "/handover?before=11",
	}
	v.Shift.Given = nil
	return v
}

func sampleIncidentReview() page.IncidentReviewVM {
	owners := component.SelectVM{ID: "owner-4", Name: "owner", Label: "Who does it: ask", Quiet: true, Options: []component.OptionVM{{Label: "nobody yet"}, {Value: "omar", Label: "omar", Selected: true}}}
	add := owners
	add.ID, add.Label = "owner", "Who does it"
	done := owners
	done.ID = "owner-5"
	return page.IncidentReviewVM{
		Now: Now, Title: "Review of the incident at nsw-market fraud_detector", Severity: component.Critical, Line: component.Words("2 alerts of one cause."),
		AlertHref: "/alerts/12", Path: "/alerts/12/review", Markdown: "/alerts/12/review.md", Defined: "To acknowledge: from the first alert.", May: true, Left: 2, ToldLeft: 1,
		Facts:  []component.FactVM{{Label: "To acknowledge", Value: "12 m", Note: "Thu 2 Jul 04:12"}, {Label: "To recover", Value: "–", Note: "it is not over"}},
		Events: sampleShift().Events,
		Told: []page.ToldVM{
			{At: Ago(3 * time.Hour), Done: Ago(3 * time.Hour), To: "NOC", What: "of alert 12", Href: "/alerts/12", State: "delivered after 0.2 s, 1 try"},
			{At: Ago(2 * time.Hour), To: "Webhook of nsw-market", What: "of alert 12", Href: "/alerts/12", State: "given up, 12 tries", Bad: true},
		},
		Causes: page.CausesVM{
			Version: 2, Body: "The feed changed its <unit>.\n\nNobody was told.", Line: component.Words("Version 2, by S. Varga"),
			Field: component.FieldVM{ID: "causes-text", Name: "causes", Label: "What the causes were", Lines: 10, Max: 20000, Value: "mine", Problem: "This was not saved."},
			Older: []page.OlderVM{{Line: component.Words("Version 1, by omar"), Body: "Unknown."}},
		},
		FollowUps: []page.FollowUpVM{
			{ID: 4, Version: 1, Task: "Ask the owners of the feed", Owner: "omar", Owners: owners, Added: component.Words("added by S. Varga")},
			{ID: 5, Version: 2, Task: "Add a check", Owners: done, Done: component.Words("done by omar")},
		},
		Add: page.FollowUpFormVM{Task: component.FieldVM{ID: "task", Name: "task", Label: "What is to be done", Must: true}, Owner: add},
	}
}

func samplePeriodReport() page.PeriodReportVM {
	return page.PeriodReportVM{
		Now: Now, Line: component.Words("30 days, 2 June – 1 July."), From: "2026-06-02", To: "2026-07-01", Last: "2026-07-02", Query: "from=2026-06-02&to=2026-07-01",
		Tenant:  component.SelectVM{ID: "tenant", Name: "tenant", Label: "Tenant", Quiet: true, Options: []component.OptionVM{{Label: "all tenants"}}},
		Model:   component.SelectVM{ID: "model", Name: "model", Label: "Model type", Quiet: true, Options: []component.OptionVM{{Label: "all models"}}},
		Presets: []page.LinkVM{{Href: "/reports?from=2026-06-01&to=2026-06-30", Text: "Last month"}},
		Targets: []page.TargetVM{{Label: "Models with 2 or more drift alerts a month", Value: "1", Note: "Target: fewer than 2.", State: page.TargetMissed}, {Label: "Rollbacks", Value: "0", Note: "Target: fewer than 1.", State: page.TargetMet}},
		Alerts: []page.ReportAlertsVM{
			{Model: "nsw-market fraud_detector", Href: "/models/nsw-market/fraud_detector", Parts: []int64{0, 2, 0, 1}, Critical: "2", High: "1", Medium: "0", Blind: "0", Rollback: "1", Counted: "3", PerMonth: "3.0", State: page.TargetMissed},
			{Model: "vic-market", Parts: []int64{1, 0, 0, 0}, Critical: "0", High: "0", Medium: "0", Blind: "1", Rollback: "0", Counted: "0", PerMonth: "0.0", Note: "period too short"},
		},
		Listed: page.ListedVM{Shown: 2, Total: 5}, Backfill: "1 alert that a backfill found is left out.",
		Acks: []page.TakenVM{
			{Kind: "Critical", Raised: "3", Taken: "2", Ended: "0", Waiting: "1", Median: "4 m 10 s", P95: "31 m 2 s", Share: "67 %", Due: "2 of 3 due"},
			{Kind: "All", All: true, Raised: "3", Taken: "2", Ended: "0", Waiting: "1", Median: "4 m 10 s", P95: "31 m 2 s", Share: "67 %", Due: "2 of 3 due"},
		},
		Verdicts: []page.FalseVM{
			{Model: "nsw-market fraud_detector", Href: "/models/nsw-market/fraud_detector", Raised: "3", Judged: "2", Real: "1", Expected: "0", False: "1", Share: "50 %", Range: "9 to 91 %"},
			{Model: "All", All: true, Raised: "3", Judged: "2", Real: "1", Expected: "0", False: "1", Share: "50 %", Range: "9 to 91 %"},
		},
		Gains: []page.GainVM{
			{Model: "nsw-market fraud_detector", Href: "/retrains/4", State: "Rolled back", From: "3", To: "r1", At: Ago(100 * time.Hour), Before: "86.0 %", BeforeN: "n 1,260", After: "75.9 %", AfterN: "n 158", Gain: "−10.0 points", Range: "−17.5 to −3.7", Worse: true},
		},
		Tally: sampleEnds(), Rolled: sampleRollbacks(),
	}
}
