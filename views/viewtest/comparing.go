package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// Evidence is what two windows of the sample model say.
func Evidence() page.EvidenceVM {
	bins := func(shift int) (out []chart.FeatureBin) {
		for i := range 20 {
			out = append(out, chart.FeatureBin{Low: float64(i), High: float64(i + 1), Baseline: int64(10 + i%7*3), Recent: int64(4 + (i+shift)%9*3)})
		}
		return out
	}
	return page.EvidenceVM{
		Features: chart.Features{ID: "histograms", Features: []chart.Feature{
			{Name: "transfer", Bins: bins(5), PSI: num(.92), Statistic: num(.41), P: num(1e-12), Adjusted: num(6e-12), Moved: true},
			{Name: "day", Categorical: true, Bins: []chart.FeatureBin{{Label: "Sunday", Baseline: 200, Recent: 40}, {Label: "others", Baseline: 1240, Recent: 296}}, PSI: num(.02), P: num(.31), Adjusted: num(.4)},
		}},
		Slices: chart.Slices{Overall: num(.228), Slices: []chart.Slice{
			{Name: "transfer below 0.382", N: 80, NBaseline: 360, Accuracy: num(.2), AccuracyBaseline: num(.66), Drop: num(.46), Low: num(.35), High: num(.55), Certain: true},
			{Name: "day = Sunday", N: 40, NBaseline: 200, Accuracy: num(.55), AccuracyBaseline: num(.6), Drop: num(.05), Low: num(-.1), High: num(.2)},
		}},
		Confusion:   chart.Confusion{Positive: "conflict", Baseline: chart.Outcomes{TruePositive: 420, FalsePositive: 250, FalseNegative: 300, TrueNegative: 470}, Recent: chart.Outcomes{TruePositive: 60, FalsePositive: 110, FalseNegative: 95, TrueNegative: 71}},
		Reliability: chart.Reliability{ECE: num(.21), BaselineECE: num(.04), Baseline: []chart.Calibration{{Predicted: .2, Observed: .22, Low: .18, High: .27, N: 400}, {Predicted: .8, Observed: .77, Low: .7, High: .82, N: 300}}, Recent: []chart.Calibration{{Predicted: .8, Observed: .45, Low: .37, High: .53, N: 150}}},
		Curves:      chart.Rankings{Baseline: chart.Ranking{N: 1440, Positives: 720, ROC: []chart.CurvePoint{{}, {X: .2, Y: .6}, {X: 1, Y: 1}}, PR: []chart.CurvePoint{{Y: 1}, {X: 1, Y: .5}}, ROCAUC: num(.7), PRAUC: num(.68)}, Recent: chart.Ranking{N: 336, Positives: 155, ROC: []chart.CurvePoint{{}, {X: .6, Y: .4}, {X: 1, Y: 1}}, PR: []chart.CurvePoint{{Y: .5}, {X: 1, Y: .46}}, ROCAUC: num(.4), PRAUC: num(.41)}},
		Estimate: chart.Estimate{EveryDays: 7, Reference: num(.618), Days: []chart.EstimateDay{
			{Date: day(8), N: 336, NOutcomes: 336, Estimated: num(.6), Low: num(.54), High: num(.66), Realised: num(.58)},
			{Date: day(1), N: 336, NOutcomes: 336, Estimated: num(.59), Low: num(.53), High: num(.65), Realised: num(.39)},
		}},
		Files: chart.Files{Base: "/alerts/4811/charts/"},
	}
}

// ComparingCases are the pages of evidence on demand, of comparisons, thresholds and numbers.
func ComparingCases() []Case {
	late := Evidence()
	late.Late, late.Features.Features, late.Slices = true, nil, chart.Slices{}
	whole := Evidence()
	whole.Scores, whole.ECDF = Distribution(), ecdfs()
	options := []page.OptionVM{{Value: "6", Label: "6", Selected: true}, {Value: "5", Label: "5"}}
	compare := page.CompareVM{
		Tenant: "nsw-market", ModelType: "conflict_predictor", ModelHref: "/models/nsw-market/conflict_predictor", Action: "/models/nsw-market/conflict_predictor/compare",
		Line:   component.Words("Version 6, 25 June – 1 July, against version 6, 3 May – 1 June. All days are UTC."),
		Recent: page.CompareSideVM{Name: "recent", Versions: options, From: "2026-06-25", To: "2026-07-02"}, Baseline: page.CompareSideVM{Name: "baseline", Versions: options, From: "2026-05-03", To: "2026-06-02"},
		Presets: []page.PresetVM{{Label: "The newest check", Href: "?a", Current: true}, {Label: "Version 6 against 5", Href: "?b"}}, Reports: []page.ReportVM{statisticalReport()}, Evidence: &whole,
	}
	refused := compare
	refused.Problem, refused.Evidence, refused.Reports = "The recent window ends on the day it begins on or before. Its end is left out: for one day give the day after.", nil, nil
	alert := page.AlertEvidenceVM{ID: 4811, Tenant: "nsw-market", ModelType: "conflict_predictor", ModelHref: compare.ModelHref, Line: compare.Line, ReportHref: "/alerts/4811/report", Evidence: late}
	paper := page.PaperVM{
		Title: component.Words("Critical drift"), Line: compare.Line, BackHref: "/alerts/4811", URL: "https://noc.example.com/alerts/4811/report", By: "A. Rossi", At: Now, Now: Now,
		Facts: Alert().Facts(""), Message: "Score distribution changed.", Fell: "Accuracy fell in every part that was compared, most in channel = partner: by 86.6\u00a0points.", First: []page.PaperRow{{Left: Distribution(), Right: ecdfs()}}, Second: []page.PaperRow{{Left: whole.Features}},
		Reports: []page.ReportVM{statisticalReport(), performanceReport()}, Timeline: timeline(),
	}
	modelPaper := paper
	modelPaper.Title, modelPaper.BackHref, modelPaper.Message, modelPaper.Fell, modelPaper.Timeline = component.Words("nsw-market conflict_predictor"), compare.ModelHref, "", "", nil
	modelPaper.Unjudged, modelPaper.Versions = unjudged(), Model(30).Versions.Items
	off := Thresholds()
	off.Problem, off.Result, off.Off = "PERFORMANCE_DRIFT_HIGH (0.9) would be above PERFORMANCE_DRIFT_CRITICAL (0.20). The two may be equal, never reversed.", nil, "Your role may look but not act. An operator can."
	return []Case{
		{Name: "compare", Shell: Shell("Compare nsw-market conflict_predictor", "models"), Body: page.Compare(compare)},
		{Name: "compare-refused", Shell: Shell("Compare nsw-market conflict_predictor", "models"), Body: page.Compare(refused)},
		{Name: "alert-evidence", Shell: Shell("Evidence", "board"), Body: page.AlertEvidence(alert)},
		{Name: "alert-report", Shell: Shell("Report", "board"), Body: page.Paper(paper)},
		{Name: "model-report", Shell: Shell("Report", "models"), Body: page.Paper(modelPaper)},
		{Name: "thresholds", Shell: Shell("Thresholds", "settings"), Body: page.Thresholds(Thresholds())},
		{Name: "thresholds-refused", Shell: Shell("Thresholds", "settings"), Body: page.Thresholds(off)},
		{Name: "help-numbers", Shell: Shell("How each number is computed", ""), Body: page.HelpNumbers()},
	}
}

// unjudged says that version 8 serves by now.
func unjudged() []component.Piece {
	return component.Sentence("Version {0} serves since {1}; it has not been judged yet. What stands here is of version {2}.",
		component.Bold("8"), component.At(Ago(time.Hour), component.DayClock), component.Bold("7"))
}

// Thresholds is the page of thresholds with one of them moved.
func Thresholds() page.ThresholdsVM {
	return page.ThresholdsVM{
		Tenants: []page.OptionVM{{Label: "All tenants without values of their own", Selected: true}, {Value: "nsw-market", Label: "nsw-market"}}, Types: []page.OptionVM{{Label: "All models", Selected: true}},
		Sliders: []page.SliderVM{
			{Name: "STATISTICAL_DRIFT_PVALUE_HIGH", Label: "Scores: p below which drift is high", Value: "0.01", InForce: "0.01", Low: "0.0005", Top: "0.05"},
			{Name: "PERFORMANCE_DRIFT_HIGH", Label: "Accuracy: drop from which drift is high", Value: "0.15", InForce: "0.10", Low: "0.01", Top: "0.4", Moved: true},
		},
		Switches: []page.SwitchVM{{Name: "GUARD_SIGNIFICANT", Words: "An accuracy drop must also be significant (one-sided p < 0.05).", Options: []page.OptionVM{{Value: "false", Label: "off", Selected: true}, {Value: "true", Label: "on"}}}},
		Changed:  true, Hidden: []page.OptionVM{{Value: "0.15", Label: "PERFORMANCE_DRIFT_HIGH"}},
		Reason: component.FieldVM{ID: "reason", Name: "reason", Label: "Why these values are better", Lines: 2, Must: true, Max: 1000},
		Result: &page.WhatIfVM{
			From: day(90), To: day(0), Line: "3 alerts fewer in 90 days", Note: "2 checks are left out: GUARD_FDR weighs them against the others of their day.",
			Facts:  []component.FactVM{{Label: "Raised", Value: "14"}, {Label: "As it is set now", Value: "14"}, {Label: "With these values", Value: "11"}, {Label: "Real ones missed", Value: "1", Tone: "ct", Note: "of 6 that people called real"}},
			Chart:  chart.WhatIf{Days: []chart.WhatIfDay{{Date: day(40), Present: chart.AlertCounts{High: 2}, Candidate: chart.AlertCounts{High: 1}}, {Date: day(3), Present: chart.AlertCounts{Critical: 1}, Candidate: chart.AlertCounts{Critical: 1}}}},
			Models: []page.WhatIfModelVM{{Name: "nsw-market conflict_predictor", Href: "/models/nsw-market/conflict_predictor", Raised: 14, Before: 14, After: 11, Gone: 3, Real: 6, Missed: 1}}, MoreModels: 2,
			Alerts: []page.WhatIfAlertVM{{ID: 4770, Name: "nsw-market conflict_predictor", DriftType: "performance", From: day(40), To: day(38), Severity: component.High, Gone: true, Verdict: "real"}, {Name: "north-retail fraud_detector", DriftType: "statistical", From: day(9), To: day(9), Severity: component.Medium}},
		},
	}
}

// Proposals are one that waits and one that was declined.
func Proposals() []page.ProposalVM {
	values := []page.ProposedVM{{Name: "PERFORMANCE_DRIFT_HIGH", Label: "Accuracy: drop from which drift is high", Was: "0.10", Value: "0.15"}}
	return []page.ProposalVM{
		{ID: 7, Tenant: "nsw-market", Values: values, Reason: "Four false alerts a month. " + long, By: "A. Rossi", At: day(1), State: "open", TryHref: "/settings/thresholds?tenant=nsw-market"},
		{ID: 6, Values: values, Reason: "Holidays", By: "A. Rossi", At: day(9), State: "declined", DecidedBy: "S. Varga", DecidedAt: day(8), DecidedWhy: "Not for everybody."},
	}
}
