package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// Models is a list with every state of a model.
func Models() page.ModelsVM {
	row := func(model, version string, s, p component.Severity, right, n int64, strip string) page.ModelRowVM {
		return page.ModelRowVM{
			ModelType: model, Href: "/models/nsw-market/" + model, Version: version, External: true, Statistical: s, Performance: p,
			Right: right, N: n, Coverage: num(1), LastPrediction: Ago(20 * time.Second), Strip: Days(strip),
		}
	}
	bad := row("conflict_predictor", "6", component.Critical, component.Critical, 131, 336, "qqqqmmqqqqqqqqhccccccccccccccc")
	bad.OpenAlerts = 2
	quiet := row("fraud_detector", "2025-11", component.None, component.None, 12204, 13005, "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq")
	silent := row("fraud_detector", "3", component.None, component.Blind, 0, 0, "qqqqqqqqqqqqqqqqqqqqqqqqqqqbbb")
	silent.Coverage, silent.Why, silent.OpenAlerts = num(0), "no outcome for 2 d 6 h", 1
	young := row("fraud_detector", "1", component.Absent, component.Absent, 0, 0, "")
	young.Why, young.Coverage = "too young: judged from Sat 4 Jul on", nil
	slow := row("conflict_predictor", "4", component.High, component.Medium, 804, 1010, "qqqqqqqqqqqqqqqqqqqqqmmmmmmmhh")
	slow.OpenAlerts, slow.LastPrediction = 1, Ago(40*time.Minute)
	gone := row("retired_model_with_a_long_name", "", component.Absent, component.Absent, 0, 0, "")
	gone.LastPrediction, gone.Coverage, gone.External = time.Time{}, nil, false
	return page.ModelsVM{Now: Now, From: day(29), To: day(0), Tenants: []page.TenantModelsVM{
		{Name: "nsw-market", Models: []page.ModelRowVM{bad, quiet}},
		{Name: "north-retail", Models: []page.ModelRowVM{silent, slow}},
		{Name: "highland-rail", Models: []page.ModelRowVM{young, gone}},
	}}
}

// Model is a model's page with the given number of days.
func Model(days int) page.ModelVM {
	v := page.ModelVM{
		Retrain: page.RetrainPanelVM{
			ID: "model-retrain", Action: "/models/nsw-market/conflict_predictor/retrain", MayAsk: true,
			Guards: page.GuardsVM{ID: "model-safeguards", Title: "Would it retrain by itself?", Answer: component.Words("No: a manager decides, because the drift is CRITICAL."), Items: sampleGuards()},
		},
		Files: chart.Files{Base: "/models/nsw-market/conflict_predictor/charts/", Query: "?days=90"}, CompareHref: "/models/nsw-market/conflict_predictor/compare",
		Fold:         &page.FoldVM{Href: "/models/nsw-market/conflict_predictor/compare", Part: "/models/nsw-market/conflict_predictor/compare?part=evidence"},
		MetricChoice: []page.OptionVM{{Label: "Accuracy"}, {Value: "recall", Label: "Recall"}},
		Now:          Now, Tenant: "nsw-market", ModelType: "conflict_predictor", Href: "/models/nsw-market/conflict_predictor", Days: days, Severity: component.Critical,
		Line: []component.Piece{{Text: "Version 6 serves since "}, component.At(day(48), component.DayClock), {Text: ". The checks of today found "}, {Text: "both its scores and its accuracy", Strong: true}, {Text: " critically off."}},
		Facts: []component.FactVM{
			{Label: "Serves", Value: "Version 6", Note: "since 14 May, 48 d; external"},
			{Label: "Accuracy, 7 days", Value: "39.0 %", Tone: "ct", Note: "was 61.8 %, 336 outcomes"},
			{Label: "Largest gap, D", Value: "0.359", Tone: "ct", Note: "from 0.117 it is critical"},
			{Label: "Outcomes", Value: "100 %", Note: "median 31 m after the prediction"},
			{Label: "Alerts, 30 days", Value: "3", Note: "target: fewer than 2"},
			{Label: "Predictions", Value: "48", Note: "yesterday; every 30 minutes"},
		},
		Strips: []page.CheckStripVM{
			{Name: "Scores", Strip: Days("qqqqmmqqqqqqqqhccccccccccccccc"), Now: component.Critical},
			{Name: "Accuracy", Strip: Days("qqqqqqqqbbbqqqqqqmmqqqqmmhhhhc"), Now: component.Critical},
		},
		From: day(29), To: day(0),
		Accuracy: Accuracy(days), Trend: Trend(days), Metrics: metrics(days),
		Versions: Versions(),
		Alerts: []page.ModelAlertVM{
			{ID: 4811, Severity: component.Critical, Status: "NEW", Message: "Scores moved from a mean of 0.41 to 0.60, D 0.359", CreatedAt: Ago(12 * time.Minute)},
			{ID: 4812, Severity: component.Critical, Status: "ACKNOWLEDGED", Owner: "J. Lindqvist", Message: "Accuracy fell from 61.8 % to 39.0 %", CreatedAt: Ago(12 * time.Minute)},
		},
		Feeds:       feeds()[2:4],
		MoreReports: "/models/nsw-market/conflict_predictor?before=90190",
		Work:        sampleModelWork(),
	}
	v.Accuracy.Title = "Accuracy by day"
	for back := range 6 {
		v.Reports = append(v.Reports,
			page.ReportRowVM{
				Date: day(back), DriftType: "performance", Version: "6", Severity: []component.Severity{component.Critical, component.High, component.High, component.Medium, component.None, component.Blind}[back],
				Drop: num(.228 - .04*float64(back)), NRecent: 336, NBaseline: 1440, Revision: 1 + back%2, Insufficient: back == 5, Secondary: component.None,
			},
			page.ReportRowVM{Date: day(back), DriftType: "statistical", Version: "6", Severity: component.Critical, D: num(.359 - .01*float64(back)), P: num(9.1e-32), NRecent: 336, NBaseline: 1440, Revision: 1, AlertID: 4811, Secondary: component.None})
	}
	v.Reports[0].AlertID, v.Reports[0].Secondary = 4812, component.High
	return v
}

func metrics(days int) (out []chart.Metric) {
	for i, m := range []chart.Metric{
		{ID: "precision", Title: "Precision", Lead: "Of what it called a conflict, how much was one.", Percent: true},
		{ID: "recall", Title: "Recall", Lead: "Of the conflicts, how many it called.", Percent: true},
		{ID: "f1", Title: "F1", Lead: "Both of these in one number.", Percent: true},
		{ID: "roc-auc", Title: "ROC AUC", Lead: "How well scores order the outcomes; 0.5 is chance."},
		{ID: "pr-auc", Title: "PR AUC", Lead: "Average precision over all cut-offs."},
		{ID: "brier", Title: "Brier score", Lead: "Mean squared error of the scores.", LowerIsBetter: true},
		{ID: "log-loss", Title: "Log loss", Lead: "What sure mistakes cost.", LowerIsBetter: true},
		{ID: "ece", Title: "Calibration error", Lead: "Mean gap between score and share that came true.", LowerIsBetter: true},
	} {
		for back := days; back > 0; back-- {
			d := chart.MetricDay{Date: day(back), N: 48 - int64(back%5), Value: num(.25 + .1*float64(i%4) + .3*wave(back+i, 11))}
			if m.LowerIsBetter {
				d.Value = num(.1 + .15*wave(back+i, 13))
			}
			if back >= 19 && back < 22 {
				d.N, d.Value = 0, nil
			}
			m.Days = append(m.Days, d)
		}
		out = append(out, m)
	}
	return out
}

// YoungModel has a few days and no check.
func YoungModel() page.ModelVM {
	v := page.ModelVM{
		Retrain: page.RetrainPanelVM{
			ID: "model-retrain", AskNot: "An operator can ask for a retrain; a manager decides.",
			Guards: page.GuardsVM{ID: "model-safeguards", Title: "Would it retrain by itself?", Answer: component.Words("No: no drift that a check found is still there."), Items: sampleGuards()},
		},
		Now: Now, Tenant: "highland-rail", ModelType: "fraud_detector", Href: "/models/highland-rail/fraud_detector", Days: 30, Severity: component.Blind,
		Line:  component.Words("Too young to judge: its first check with a baseline is due on Sat 4 Jul."),
		Facts: []component.FactVM{{Label: "Serves", Value: "Version 1", Note: "since 30 Jun"}, {Label: "Outcomes", Value: "8", Note: "10 are needed"}},
		From:  day(29), To: day(0), Strips: []page.CheckStripVM{{Name: "Scores", Now: component.Absent}, {Name: "Accuracy", Now: component.Absent}},
		Feeds: []page.FeedVM{{Feed: "predictions", State: page.FeedOnTime, Last: Ago(time.Minute), LastHour: 1}, {Feed: "outcomes", State: page.FeedSilent}},
	}
	v.Accuracy.Days = []chart.AccuracyDay{{Date: day(2), Predictions: 9}, {Date: day(1), Predictions: 20, N: 8, Right: 7, Low: num(.5), High: num(.95)}}
	v.Metrics = []chart.Metric{{ID: "roc-auc", Title: "ROC AUC", Days: []chart.MetricDay{{Date: day(1), N: 8}}}}
	return v
}

func feeds() []page.FeedVM {
	hours := func(base int64, silentFrom int) (out []int64) {
		for h := range 25 {
			n := base + int64(float64(base)*wave(h, 24))
			if h >= silentFrom {
				n = 0
			}
			out = append(out, n)
		}
		return out
	}
	feed := func(tenant, model, name string, last time.Duration, n int64, lag time.Duration, s page.FeedState, detail string, silentFrom int) page.FeedVM {
		return page.FeedVM{Tenant: tenant, ModelType: model, Href: "/models/" + tenant + "/" + model, Feed: name, Last: Ago(last), LastHour: n, Lag: lag, State: s, Detail: detail, Hours: hours(n+3, silentFrom)}
	}
	return []page.FeedVM{
		feed("north-retail", "fraud_detector", "outcomes", 54*time.Hour, 0, 54*time.Hour, page.FeedSilent, "4 models blind", 3),
		feed("california", "conflict_predictor", "outcomes", 9*time.Minute, 41, 3*time.Hour+12*time.Minute, page.FeedLate, "median 3 h 12 m, was 40 m", 99),
		feed("nsw-market", "conflict_predictor", "predictions", 20*time.Second, 2, 20*time.Second, page.FeedOnTime, "", 99),
		feed("nsw-market", "conflict_predictor", "outcomes", time.Minute, 2, 31*time.Minute, page.FeedOnTime, "", 99),
		feed("south-grid", "fraud_detector", "predictions", time.Second, 1870, time.Second, page.FeedOnTime, "", 99),
	}
}

// Operations is a day on which all checks ran and one feed is silent.
func Operations(manager bool) page.OperationsVM {
	offset := func(ms int) *time.Duration { d := time.Duration(ms) * time.Millisecond; return &d }
	job := func(key, name string, hour int, took time.Duration, covered string, s chart.JobState, reason string) page.JobVM {
		at := time.Duration(hour) * time.Hour
		return page.JobVM{Key: key, Name: name, At: at, State: s, Date: day(0), LastRun: day(0).Add(at + took), Took: took, Covered: covered, Reason: reason, Next: day(-1).Add(at)}
	}
	v := page.OperationsVM{
		Now: Now, Verdict: "The watching works, with one feed silent", Severity: component.None,
		Line: []component.Piece{{Text: "All four checks of today ran. north-retail has sent no outcomes since "}, component.At(Ago(54*time.Hour), component.DayClock), {Text: ", so its 4 models cannot be judged; highland-rail is too young until Sat 4 Jul."}},
		Jobs: []page.JobVM{
			job("outcomes", "Outcomes", 1, 9*time.Second, "31,204 matched, 612 wait in the inbox", chart.JobDone, ""),
			job("metrics", "Daily metrics", 2, 6*time.Second, "34 of 38 models; 4 without outcomes", chart.JobBlind, ""),
			job("statistical", "Statistical drift", 3, 21*time.Second, "37 of 38 judged; 1 too young", chart.JobDone, ""),
			job("performance", "Performance drift", 4, 12*time.Second, "33 of 38 judged; 4 without outcomes, 1 too young", chart.JobBlind, ""),
		},
		Feeds: feeds(), FeedsMore: 12,
		Backlog: page.BacklogVM{Inbox: 612, InboxOldest: Ago(2 * time.Hour), Backfill: &page.BackfillVM{Title: "Backfill, nsw-market", Done: 522, Total: 854, Left: 3 * time.Minute}},
		Servers: []page.ServerVM{
			{Name: "a", RunsJobs: true, Browsers: 41, Offset: offset(1), Up: Ago(19 * 24 * time.Hour)},
			{Name: "b", Browsers: 38, Offset: offset(-3), Up: Ago(19 * 24 * time.Hour)},
			{Name: "c", Browsers: 44, Up: Ago(2 * time.Hour)},
		},
		DatabaseBytes: 142_000_000_000, DatabaseNote: "private, under .driftwatch",
		MayRun: manager, MayRunNot: "Your role may not run checks. A manager can.",
	}
	return v
}

// FailedOperations is a day on which a check failed, seen by an operator.
func FailedOperations() page.OperationsVM {
	v := Operations(false)
	v.Verdict, v.Severity = "The statistical check of today failed", component.Blind
	v.Line = component.Words("It is tried again by itself no more: run it again once the disk has room. The performance check goes on meanwhile.")
	v.Jobs[2].State, v.Jobs[2].Reason, v.Jobs[2].Covered = chart.JobFailed, "The database has no room left on its disk (after 3 tries).", "11 of 38 judged"
	v.Jobs[3].State, v.Jobs[3].LastRun = chart.JobRunning, time.Time{}
	v.Backlog.Backfill, v.FeedsMore = nil, 1
	off := 95 * time.Second
	v.Servers[2].Offset, v.Servers[2].OffBad = &off, true
	return v
}
