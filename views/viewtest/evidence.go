package viewtest

import (
	"math"
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// EvidenceCases are the pages that show evidence: alert, models, model and
// operations.
func EvidenceCases() []Case {
	critical, blind, lost, viewer, thin := Alert(), BlindAlert(), Alert(), Alert(), Alert()
	lost.Conflict = &page.ConflictVM{Winner: "M. Okafor", Did: "acknowledged", WonAt: Ago(4 * time.Second)}
	lost.State.Status, lost.State.Assignee, lost.Actions.Version = "ACKNOWLEDGED", "M. Okafor", 4
	lost.State.EscalatesAt = time.Time{}
	lost.Actions.Off = map[string]string{"acknowledge": "M. Okafor acknowledged it 4 s ago."}
	viewer.Actions.ReadOnly = "Your role may look but not act. An operator can."
	viewer.Work = sampleAlertWork(false)
	lost.Fell, lost.Actions.Successor = "Accuracy fell in every part that was compared, most in channel = partner: by 86.6\u00a0points.", unjudged()
	lost.Actions.OnCall = []page.OptionVM{{Value: "S. Varga", Label: "NOC, ML Engineering"}}
	viewer.Reports, viewer.Sibling = viewer.Reports[1:], nil
	viewer.State.DriftType, viewer.State.BothOpen = "performance", false
	thin.Histogram, thin.ECDF, thin.Trend, thin.Accuracy, thin.Sibling = nil, nil, &chart.Trend{}, &chart.Accuracy{}, nil
	thin.State.BothOpen, thin.State.Message = false, long
	thin.Reports = []page.ReportVM{{
		ID: 9, DriftType: "statistical", Date: day(0), Revision: 1, Insufficient: true,
		Severity: component.Blind, CreatedAt: Ago(time.Hour), Statistical: &page.StatisticalVM{NRecent: 12},
	}}
	changed := Model(30)
	changed.Unjudged = unjudged()
	changed.Versions.Items[0].Counting = component.Words("Today’s predictions are counted tonight, at 01:00 UTC.")
	shell := func(title, active string) Case { return Case{Shell: Shell(title, active)} }
	with := func(name, active string, c Case, v Case) Case {
		c.Name, c.Body, c.Shell.Active = name, v.Body, active
		return c
	}
	return []Case{
		with("alert-critical", "board", shell("Critical, nsw-market conflict_predictor", ""), Case{Body: page.Alert(critical)}),
		with("alert-lost-race", "board", shell("Critical, nsw-market conflict_predictor", ""), Case{Body: page.Alert(lost)}),
		with("alert-viewer", "board", shell("Critical, nsw-market conflict_predictor", ""), Case{Body: page.Alert(viewer)}),
		with("alert-insufficient", "board", shell("Alert 4811", ""), Case{Body: page.Alert(thin)}),
		with("alert-blind", "board", shell("Blind, north-retail", ""), Case{Body: page.Alert(blind)}),
		with("models", "models", shell("Models", ""), Case{Body: page.Models(Models())}),
		with("models-none", "models", shell("Models", ""), Case{Body: page.Models(page.ModelsVM{Now: Now})}),
		with("model-90", "models", shell("nsw-market conflict_predictor", ""), Case{Body: page.Model(Model(90))}),
		with("model-changed", "models", shell("nsw-market conflict_predictor", ""), Case{Body: page.Model(changed)}),
		with("model-young", "models", shell("highland-rail fraud_detector", ""), Case{Body: page.Model(YoungModel())}),
		with("operations", "operations", shell("Operations", ""), Case{Body: page.Operations(Operations(true))}),
		with("operations-failed", "operations", shell("Operations", ""), Case{Body: page.Operations(FailedOperations())}),
		with("operations-empty", "operations", shell("Operations", ""), Case{Body: page.Operations(page.OperationsVM{Now: Now, Verdict: "Nothing to watch yet"})}),
	}
}

const long = `<b>A message that is far longer than one line</b> because a tenant with_a_very_long_name_without_any_space_to_break_at and its model wrote it, with "quotes" & signs.`

// day is midnight UTC of the day back days before Now.
func day(back int) time.Time {
	y, m, d := Now.Date()
	return time.Date(y, m, d-back, 0, 0, 0, 0, time.UTC)
}

func num(v float64) *float64 { return &v }

// wave is a smooth number without a random source: 0 to 1.
func wave(i int, period float64) float64 {
	return .5 + .3*math.Sin(float64(i)*2*math.Pi/period) + .2*math.Sin(float64(i)*2.7)
}

// Alert is the page of a critical drift that has both sides.
func Alert() page.AlertVM {
	reports := []page.ReportVM{statisticalReport(), performanceReport()}
	trend, acc := Trend(60), Accuracy(60)
	return page.AlertVM{
		Now: Now, ModelHref: "/models/nsw-market/conflict_predictor", Work: sampleAlertWork(true),
		State: page.AlertStateVM{
			ID: 4811, Now: Now, AlertType: "ML_DRIFT_DETECTED", DriftType: "statistical",
			Tenant: "nsw-market", ModelType: "conflict_predictor", ModelVersion: "6",
			Message:  "The scores of nsw-market conflict_predictor moved from a mean of 0.41 to 0.60: D 0.359, p 9.1 × 10⁻³². Differences this large come by chance less than once in 10³¹ checks.",
			Severity: component.Critical, Current: component.Critical, Status: "NEW",
			CreatedAt: Ago(12 * time.Minute), LastSeen: Ago(12 * time.Minute), Repeats: 14, BothOpen: true,
			EscalatesAt: Now.Add(48 * time.Minute), EscalatesTo: "M. Okafor",
		},
		Actions: page.AlertActionsVM{
			ID: 4811, Version: 3,
			Advice: "Retrain. The input has moved further than this version has seen, and it is now wrong more often than right. Until then, treat its “conflict” as noise.",
			Off:    map[string]string{"resolve": "The last check still failed. Resolve after a clean check, or suppress it as expected."},
			Also:   []page.AlsoVM{{ID: 4812, Version: 1}},
			Me:     "a.rossi",
			People: []page.OptionVM{{Value: "a.rossi", Label: "A. Rossi (you)", Selected: true}, {Value: "j.lindqvist", Label: "J. Lindqvist"}, {Value: "m.okafor", Label: "M. Okafor"}},
			Teams:  []page.OptionVM{{Value: "ml-engineering", Label: "ML engineering"}, {Value: "ml-lead", Label: "ML team lead"}},
		},
		Files: chart.Files{Base: "/alerts/4811/charts/"}, Fold: &page.FoldVM{Href: "/alerts/4811/evidence", Part: "/alerts/4811/evidence?part=evidence"},
		ReportHref: "/alerts/4811/report",
		Reports:    reports,
		Sibling: &page.SiblingVM{
			ID: 4812, DriftType: "performance", Severity: component.Critical, Status: "NEW",
			Message: "Right 39.0 times in 100, was 61.8: fell 22.8 points (16.9 to 28.5).", CreatedAt: Ago(12 * time.Minute),
		},
		Histogram: Distribution(), ECDF: ecdfs(), Trend: &trend, Accuracy: &acc,
		Timeline: page.AlertTimelineVM{ID: 4811, Now: Now, Items: timeline()},
		Retrain: &page.RetrainPanelVM{
			ID: "alert-retrain-4811", Action: "/alerts/4811/retrain", MayAsk: true, MaySkip: true, RetrainID: 104, RetrainState: "refused",
			Guards: page.GuardsVM{ID: "alert-safeguards", Title: "Would it retrain by itself?", Answer: component.Words("No: a manager decides, because the drift is CRITICAL."), Of: component.Words("The five safeguards, as things stand now."), Items: sampleGuards()},
		},
	}
}

func timeline() []component.TimelineVM {
	who := func(initials, name, did string, ago time.Duration, note string) component.TimelineVM {
		return component.TimelineVM{Initials: initials, Text: []component.Piece{{Text: name, Strong: true}, {Text: did}}, Note: note, At: Ago(ago)}
	}
	check := func(s component.Severity, before, word, after string, ago time.Duration) component.TimelineVM {
		return component.TimelineVM{ShowMark: true, Severity: s, Text: []component.Piece{{Text: before}, {Text: word, Strong: true}, {Text: after}}, At: Ago(ago)}
	}
	const hour = time.Hour
	return []component.TimelineVM{
		who("AR", "A. Rossi", " commented", 3*time.Minute, "Demand is at winter level. Same thing in June last year."),
		{Icon: "bell", Text: component.Words("Returned to new: it had been acknowledged as HIGH"), At: Ago(12 * time.Minute)},
		check(component.Critical, "Statistical check: ", "CRITICAL", " as before, D 0.359", 72*time.Minute),
		who("JL", "J. Lindqvist", " commented", 16*hour, "If it is not back by Thursday, retrain."),
		{Icon: "check", Text: []component.Piece{{Text: "J. Lindqvist", Strong: true}, {Text: " acknowledged as HIGH"}}, At: Ago(93 * hour)},
		check(component.High, "Raised: ", "HIGH", ", D 0.101", 361*hour),
	}
}

func statisticalReport() page.ReportVM {
	return page.ReportVM{
		ID: 90211, DriftType: "statistical", Date: day(0), Revision: 1, ModelVersion: "6", Severity: component.Critical, BaselineSource: "window",
		Recent: chart.Window{From: day(7), To: day(0)}, Baseline: chart.Window{From: day(60), To: day(30)}, CreatedAt: Ago(72 * time.Minute),
		InputDigest:    "41d08be2c7a94f0e1b5527d3a8c66f90fe12ab34cd56ef7890a1b2c3d4e5f607",
		SettingsDigest: "a90c11f2e4b7d8850c3d6e9f12457a8b9c0d1e2f3a4b5c6d7e8f901223344556",
		RecentHref:     "/alerts/4811/recent.csv", BaselineHref: "/alerts/4811/baseline.csv",
		RecentName: "alert-4811-1998-07-02-r1-recent.csv", BaselineName: "alert-4811-1998-07-02-r1-baseline.csv",
		Statistical: &page.StatisticalVM{
			NRecent: 336, NBaseline: 1440, D: num(.358829), Numerator: "173,616", At: num(.667), P: num(9.11e-32), Method: "exact",
			MinDetectableD: num(.0986), PSI: num(.774), JS: num(.362), Wasserstein: num(.773), MeanRecent: num(.6032), MeanBaseline: num(.4085),
			SaysYesRecent: num(.693), SaysYesBase: num(.378), Material: true, CriticalD: num(.117), HighD: num(.0986), MediumD: num(.082),
		},
	}
}

func performanceReport() page.ReportVM {
	return page.ReportVM{
		ID: 90212, DriftType: "performance", Date: day(0), Revision: 2, ModelVersion: "6", Severity: component.Critical, SecondarySeverity: component.High,
		BaselineSource: "window", Recent: chart.Window{From: day(7), To: day(0)}, Baseline: chart.Window{From: day(60), To: day(30)},
		InputDigest: "7b1f4402", SettingsDigest: "a90c11f2", CreatedAt: Ago(12 * time.Minute),
		Performance: &page.PerformanceVM{
			NRecent: 336, NBaseline: 1440, Recent: page.CountsVM{TP: 59, FP: 174, FN: 31, TN: 72}, Baseline: page.CountsVM{TP: 219, FP: 326, FN: 224, TN: 671},
			AccuracyRecent: num(.389881), AccuracyBaseline: num(.618056), RecentLow: num(.339), RecentHigh: num(.443), BaselineLow: num(.593), BaselineHigh: num(.643),
			Drop: num(.228175), DropLow: num(.169), DropHigh: num(.285), P: num(1.3e-14), Significant: true,
			PrecisionDrop: num(.149), RecallDrop: num(-.162), CompletenessRecent: num(1), CompletenessBase: num(1),
		},
	}
}

// BlindAlert is a feed that went silent.
func BlindAlert() page.AlertVM {
	return page.AlertVM{
		Now: Now, Work: page.AlertWorkVM{ID: 4790, ModelType: "fraud_detector", Severity: "HIGH", MayAsk: true, ModelHref: "/models/north-retail/fraud_detector", Silence: 12},
		State: page.AlertStateVM{
			ID: 4790, Now: Now, AlertType: "ML_MONITORING_BLIND", Reason: "feed_silent", Tenant: "north-retail", ModelType: "fraud_detector",
			Message:  "north-retail has sent no outcome for fraud_detector for 2 d 6 h; it usually sends one every 40 minutes.",
			Severity: component.Blind, Current: component.Blind, Status: "ESCALATED", Team: "Data feeds", CreatedAt: Ago(26 * time.Hour), Repeats: 1,
		},
		Actions: page.AlertActionsVM{
			ID: 4790, Version: 2, Advice: "Ask north-retail for its outcome feed. The alert ends by itself with the first outcome.", Me: "a.rossi", People: []page.OptionVM{{Value: "a.rossi", Label: "A. Rossi"}},
			Off: map[string]string{},
		},
		Blind: &page.BlindVM{
			Facts: []component.FactVM{
				{Label: "Last outcome", Value: "2 d 6 h", Note: "ago; usually every 40 m", Tone: "bt"},
				{Label: "Predictions since", Value: "11,204", Note: "none with an outcome"},
				{Label: "Last judged", Value: "30 Jun", Note: "accuracy 91.2 %, quiet"},
			},
			What:           component.Words("Accuracy cannot be judged until outcomes come again; nothing is guessed meanwhile. The check of the scores goes on."),
			OperationsHref: "/operations",
			Affected: []page.BlindModelVM{
				{Tenant: "north-retail", ModelType: "fraud_detector", Href: "/models/north-retail/fraud_detector", Newest: Ago(54 * time.Hour), Why: "no outcome in the recent window since then"},
				{Tenant: "north-retail", ModelType: "conflict_predictor", Href: "/models/north-retail/conflict_predictor", Why: "never had an outcome"},
			},
		},
		Timeline: page.AlertTimelineVM{ID: 4790, Now: Now, Items: timeline()[:1]},
	}
}

// Distribution is a pair of samples of scores.
func Distribution() *chart.Distribution {
	return &chart.Distribution{
		High: 1, Threshold: num(.5),
		Baseline: chart.Sample{Counts: []int64{121, 66, 73, 74, 111, 124, 85, 72, 84, 85, 102, 87, 72, 72, 61, 40, 36, 33, 42, 0}, Mean: num(.4085)},
		Recent:   chart.Sample{Counts: []int64{27, 11, 8, 9, 5, 10, 4, 9, 6, 14, 15, 17, 18, 22, 23, 12, 34, 42, 43, 7}, Mean: num(.6032)},
	}
}

func ecdfs() *chart.ECDFs {
	d := Distribution()
	return &chart.ECDFs{
		High: 1, NBaseline: 1440, NRecent: 336, Baseline: running(d.Baseline.Counts), Recent: running(d.Recent.Counts),
		Gap: &chart.Gap{D: .358829, At: .667, Baseline: .82, Recent: .461},
	}
}

func running(counts []int64) []float64 {
	total, sum := int64(0), int64(0)
	for _, c := range counts {
		total += c
	}
	out := []float64{0}
	for _, c := range counts {
		sum += c
		out = append(out, float64(sum)/float64(total))
	}
	return out
}

// Trend is the given number of days of checks that end in a drift.
func Trend(days int) chart.Trend {
	t := chart.Trend{
		Lead:  "Crossed high on " + lang.English.Day(day(15)) + "; alert 4811 was refreshed 14 times since.",
		Note:  "n 336 against 1,440; cut-offs drawn for these n",
		DCuts: []chart.Cut{{Severity: chart.Critical, Value: .117}, {Severity: chart.High, Value: .0986}, {Severity: chart.Medium, Value: .082}},
		PCuts: []chart.Cut{{Severity: chart.Critical, Value: .001}, {Severity: chart.High, Value: .01}, {Severity: chart.Medium, Value: .05}},
	}
	for back := days - 1; back >= 0; back-- {
		d := chart.TrendDay{Date: day(back), D: num(.04 + .03*wave(back, 21)), Severity: chart.None}
		if back < 16 {
			d.D, d.Severity = num(math.Min(.38, .08+.025*float64(16-back))), chart.Critical
		}
		if back == 15 {
			d.Severity = chart.High
		}
		d.P = num(math.Min(1, 2*math.Exp(-2*272.4**d.D**d.D)))
		if back > 70 {
			d.D, d.P, d.Severity = nil, nil, chart.Blind
		}
		t.Days = append(t.Days, d)
	}
	return t
}

// Accuracy is the given number of days that end in a fall, with a gap.
func Accuracy(days int) chart.Accuracy {
	a := chart.Accuracy{
		Baseline: chart.Window{From: day(60), To: day(30)}, Recent: chart.Window{From: day(7), To: day(0)},
		Reference: num(.618), Note: "Gap: the feed was silent, nothing is guessed",
		Cuts:   []chart.Cut{{Severity: chart.High, Value: .518, Label: "H −10"}, {Severity: chart.Critical, Value: .418, Label: "C −20"}},
		Events: []chart.Event{{At: day(15).Add(3 * time.Hour), Label: "alert raised"}},
	}
	for back := days; back > 0; back-- {
		p := .45 + .3*wave(back, 9)
		if back < 10 {
			p -= .03 * float64(10-back)
		}
		d := chart.AccuracyDay{Date: day(back), Predictions: 48, N: 48, Right: int64(p * 48), Low: num(p - .14), High: num(p + .12), Pooled: num(.6 - .004*math.Max(0, 15-float64(back)))}
		if back < 8 {
			d.Pooled = num(.54 - .02*float64(8-back))
		}
		if back >= 19 && back < 22 {
			d.N, d.Right, d.Low, d.High, d.Pooled = 0, 0, nil, nil, nil
		}
		a.Days = append(a.Days, d)
	}
	return a
}
