package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// RetrainCases is the list of retrains, and one retrain in its states.
func RetrainCases() []Case {
	stopped := Shell("Retrains", "retrains")
	stopped.Halt = &component.HaltVM{By: "S. Varga", Reason: "Outcomes of June are being corrected.", Since: Ago(40 * time.Minute)}
	list := sampleRetrains()
	list.Stop = page.StopVM{On: stopped.Halt, May: true}
	return []Case{
		{Name: "retrains", Shell: Shell("Retrains", "retrains"), Body: page.Retrains(sampleRetrains())},
		{Name: "retrains-stopped", Shell: stopped, Body: page.Retrains(list)},
		{Name: "retrains-none", Shell: Shell("Retrains", "retrains"), Body: page.Retrains(noRetrains())},
		{Name: "retrain-waiting", Shell: Shell("Retrain 118", "retrains"), Body: page.Retrain(waitingRetrain())},
		{Name: "retrain-watching", Shell: Shell("Retrain 118", "retrains"), Body: page.Retrain(watchedRetrain())},
	}
}

func sampleRow(id int64, state string, age time.Duration) page.RetrainRowVM {
	return page.RetrainRowVM{
		ID: id, Now: Now, Tenant: "nsw-market", ModelType: "conflict_predictor", State: state, Severity: component.Critical,
		RequestedBy: "driftwatch", CreatedAt: Ago(age), Since: Ago(age),
	}
}

func sampleRetrains() page.RetrainsVM {
	waiting := sampleRow(118, "waiting_approval", 3*time.Minute)
	waiting.Manual, waiting.RequestedBy, waiting.Due = true, "A. Rossi", Now.Add(48*time.Hour)
	training := sampleRow(117, "training", 10*time.Minute)
	training.Tenant, training.Severity, training.Progress = "aurora-bank", component.High, "fold 3 of 5, log loss 0.412"
	watched := sampleRow(112, "watching", 20*time.Hour)
	watched.Tenant, watched.Candidate, watched.Due = "harbour-freight", "r112", Now.Add(4*time.Hour)
	ended := sampleRow(104, "refused", 49*24*time.Hour)
	ended.Note, ended.Decision = "too little data", page.DecisionVM{By: "J. Lindqvist", Move: "reject", Why: "too little data"}
	return page.RetrainsVM{
		Now: Now, Verdict: "1 retrain waits for a decision", SummaryHref: "/retrains?part=summary",
		Line:    component.Words("No model retrains by itself: ENABLE_AUTO_RETRAIN is off."),
		Filter:  []page.SelectVM{{Name: "state", Label: "State", Options: []page.OptionVM{{Label: "Any state"}, {Value: "kept", Label: "Kept"}}}},
		Waiting: []page.RetrainRowVM{waiting}, Running: []page.RetrainRowVM{training}, Watched: []page.RetrainRowVM{watched},
		Ended: []page.RetrainRowVM{ended}, Pager: component.PagerVM{Shown: "1 ended retrain", NextHref: "/retrains?cursor=104"},
		Stop: page.StopVM{May: true},
	}
}

func noRetrains() page.RetrainsVM {
	return page.RetrainsVM{
		Now: Now, Verdict: "Nothing waits for a decision", SummaryHref: "/retrains?part=summary",
		Line: component.Words("No model retrains by itself: ENABLE_AUTO_RETRAIN is off."),
		Empty: &component.EmptyVM{
			Icon: "loop", Title: "No model has been retrained yet", Line: component.Words("No model retrains by itself: ENABLE_AUTO_RETRAIN is off."),
			Action: &component.ButtonVM{Label: "The switches, in settings", Href: "/settings"},
		},
	}
}

func waitingRetrain() page.RetrainVM {
	row := sampleRetrains().Waiting[0]
	report := statisticalReport()
	return page.RetrainVM{
		Now: Now, State: page.RetrainStateVM{RetrainRowVM: row, Reason: "The market changed its hours."},
		Actions: page.RetrainActionsVM{
			ID: 118, Version: 2, State: row.State, Own: true,
			Off: map[string]string{"approve": "You asked for this retrain, so another manager decides."},
		},
		ModelHref: "/models/nsw-market/conflict_predictor", AlertHref: "/alerts/4811", AlertID: 4811, Report: &report,
		Later: page.LaterVM{ID: 118, Now: Now, Of: 7, Items: []page.LaterReportVM{
			{DriftType: "performance", Date: Now, Severity: component.Critical, Message: "Accuracy 61.8 → 39.0 %."},
		}},
		Features: &page.FeaturesVM{
			RowsRecent: 336, RowsBaseline: 5000, Sampled: true,
			Rows: []page.FeatureVM{
				{Name: "demand", Moved: true, PSI: num(1.36), Q: num(3e-12), Recent: num(.59), Baseline: num(.44), Numeric: true},
				{Name: "weekday", PSI: num(.01), Q: num(.7), Recent: num(.16), Baseline: num(.14), Category: "Monday", MissingRecent: .02},
				{Name: "transfer", PSI: num(0), Numeric: true},
			},
		},
		Guards: page.GuardsVM{
			ID: "retrain-safeguards-118", Title: "Is it safe", Of: component.Words("As they were when it was proposed."), Items: sampleGuards(),
		},
		Change: page.ChangeVM{
			ID:        118,
			Serving:   page.TermVM{Version: "hgb-90d", Service: page.ServiceVM{From: Ago(48 * 24 * time.Hour)}, Outcomes: 336, Right: 131},
			Candidate: page.TermVM{Trainer: "logistic, built in"}, Rows: 2880, From: Ago(60 * 24 * time.Hour),
		},
		Steps: page.StepsVM{ID: 118, Steps: []page.RetrainStepVM{
			{Title: "A manager approves", Text: "for exactly the report shown; a clean check or a resolved alert makes this page ask again", Now: true},
			{Title: "It trains", Text: "with logistic, built in, outside the server; a manager can cancel it"},
		}},
		Result:   page.RetrainResultVM{ID: 118},
		Timeline: page.RetrainTimelineVM{ID: 118, Now: Now, Items: []component.TimelineVM{{Initials: "AR", Text: []component.Piece{{Text: "A. Rossi", Strong: true}, {Text: " proposed"}}, Note: "The market changed its hours.", At: row.CreatedAt}}},
		Earlier:  []page.EarlierVM{{ID: 104, At: Ago(49 * 24 * time.Hour), Decided: "J. Lindqvist", State: "kept", Version: "hgb-90d"}},
	}
}

func sampleGuards() []page.GuardVM {
	return []page.GuardVM{
		{Topic: "feature_flags", Name: "Feature flags", State: "passed", Compared: "ENABLE_AUTO_RETRAIN off", Detail: "The switches for automatic retraining are not asked of a manual request."},
		{Topic: "cooldown", Name: "Cooldown", State: "passed", Compared: "48 days since the last ≥ 7 days", Detail: "The cooldown ended."},
		{Topic: "data_threshold", Name: "Data", State: "failed", Compared: "80 rows < 100", Detail: "80 rows with an outcome; 100 are needed.", Now: "2880 rows with an outcome."},
		{Topic: "severity_guard", Name: "Severity", State: "passed", Compared: "CRITICAL against HIGH or CRITICAL", Detail: "The drift is CRITICAL."},
		{Topic: "validation", Name: "Validation", State: "later", Compared: "not yet", Detail: "Not yet: a candidate is validated after it has been trained."},
	}
}

func watchedRetrain() page.RetrainVM {
	v := waitingRetrain()
	v.State.State, v.State.Candidate, v.State.ApprovedBy, v.State.Due = "watching", "r118", "M. Okafor", Now.Add(4*time.Hour)
	v.Actions = page.RetrainActionsVM{ID: 118, Version: 7, State: "watching", Off: map[string]string{"keep": "The watch decides by itself."}}
	v.Actions.RollBackHref = v.ModelHref + "/rollback"
	v.Change.Activated, v.Change.Holdout, v.Change.Serving.Service.To = true, 672, Ago(20*time.Hour)
	v.Change.Candidate.Version, v.Change.Candidate.Service.From = "r118", Ago(20*time.Hour)
	v.Change.Candidate.Right, v.Change.Candidate.Outcomes = 24, 34
	v.Steps.Steps = []page.RetrainStepVM{{Title: "M. Okafor approved it", Text: "The market changed its hours."}, {Title: "It is watched for 24 hours", Text: "more than 5.0 points worse than before: rolled back by itself", Now: true}}
	v.Log = "fold 1 of 5\nfold 2 of 5\n"
	v.Result = page.RetrainResultVM{
		ID: 118, Verdict: "The candidate passed on 672 hold-out rows.", Compared: 672,
		Checks: []page.CheckVM{
			{Name: "Accuracy", Value: "0.61", Threshold: "0.55", Passed: true, Deciding: true, Sentence: "Accuracy of the candidate is 0.61; 0.55 is needed."},
			{Name: "Recall", Value: "0.41", Threshold: "0.50", Deciding: true, Sentence: "Recall of the candidate is 0.41; 0.50 is needed."},
		},
		Numbers: []page.ComparedVM{{Name: "Accuracy", Candidate: "61.0 %", Serving: "50.3 %"}},
		Watch: &page.WatchVM{
			New:      page.Side{Version: "r118", Right: 24, Outcomes: 34, Accuracy: "70.6 %", Interval: "53.8 to 83.2 %"},
			Old:      page.Side{Version: "hgb-90d", Right: 131, Outcomes: 336, Accuracy: "39.0 %", Interval: "33.9 to 44.3 %"},
			Sentence: "The new version is judged at 2026-07-02 08:12 UTC.", Missing: "There are outcomes enough on both sides.", Due: Now.Add(4 * time.Hour),
			Hours: chart.Watch{
				Old: num(.39), OldLow: num(.339), OldHigh: num(.443), Drop: .05, CheckHours: 24,
				Hours: []chart.WatchHour{{Hour: 18, N: 14, Right: 9, SoFar: 14, RightSoFar: 9, Low: .388, High: .837}, {Hour: 20, N: 20, Right: 15, SoFar: 34, RightSoFar: 24, Low: .538, High: .832}},
			},
		},
	}
	return v
}
