package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// Versions is a model's versions of every kind: serving, gone back to, refused, known from a log.
func Versions() page.VersionsVM {
	const href = "/models/nsw-market/conflict_predictor/rollback"
	trained := func(name string, rows int64, parent string) page.VersionVM {
		return page.VersionVM{
			Name: name, Trainer: "logistic", Parent: parent, Rows: rows, WindowFrom: day(180), WindowTo: day(48), ApprovedBy: "M. Okafor",
			HeldOut: []string{"accuracy 64.9 %", "ROC AUC 0.710", "672 rows"}, RetrainHref: "/retrains/17",
			Digest:       "41d08be2a90b1c5577a1f4b4efc1d2c3b4a5968778695a4b3c2d1e0f12345678",
			ArtifactHref: "/api/v1/models/conflict_predictor/versions/" + name + "/artifact?tenant=nsw-market",
		}
	}
	now, refused := trained("6", 4320, "5"), trained("7", 2208, "6")
	now.Serves, now.First, now.Last, now.Predictions, now.Right, now.N = true, day(48), day(0), 2304, 1380, 2304
	now.Services = []page.ServiceVM{{From: day(2)}, {From: day(48), To: day(9)}}
	refused.ApprovedBy = ""
	before := page.VersionVM{
		Name: "5", External: true, First: day(134), Last: day(48), Predictions: 4128, Right: 2732, N: 4128,
		Services: []page.ServiceVM{{From: day(134), To: day(48)}}, RollBackHref: href + "?to=5",
	}
	return page.VersionsVM{Items: []page.VersionVM{now, before, refused}, RollBackHref: href}
}

// PausedModel is a model after a rollback, as a manager sees it.
func PausedModel() page.ModelVM {
	v := Model(30)
	v.Note = component.FormNoteVM{Text: "You rolled back from version 7: version 6 serves again. Retraining of this model is paused."}
	v.Pause = &page.PauseVM{
		By: "M. Okafor", Reason: "Version 7 calls every conflict of the winter a quiet day. " + long, Since: Ago(2 * time.Hour),
		Action: v.Href + "/resume", Typed: " ", Problem: "Say why: the reason stays in the record.",
	}
	return v
}

// RollBack is the preview of a rollback to a version that was worse.
func RollBack() page.RollBackVM {
	const href = "/models/nsw-market/conflict_predictor"
	return page.RollBackVM{
		Tenant: "nsw-market", ModelType: "conflict_predictor", Href: href, From: "7", FromLately: "70.6 % of 34 outcomes",
		To: "6", ToLately: "39.0 % of 336 outcomes", Warning: "You would go back to a version that was 31.6 points less accurate.",
		Versions: component.SelectVM{ID: "to", Name: "to", Label: "Version that serves instead", Options: []component.OptionVM{
			{Value: "6", Label: "6, 39.0 % of 336 outcomes", Selected: true}, {Value: "5", Label: "5, 66.2 % of 336 outcomes"},
		}},
		Reason:  component.FieldVM{ID: "reason", Name: "reason", Label: "Reason", Value: "Winter demand", Lines: 2, Must: true, Max: 4000},
		Confirm: component.FieldVM{ID: "confirm", Name: "confirm", Label: "Type conflict_predictor to confirm", Value: "conflict_", Must: true, Plain: true, Problem: "Type conflict_predictor, the name of the model type, to confirm."},
		Served: []page.ServedVM{
			{Name: "7", Lately: "70.6 % of 34 outcomes", Serves: true, Service: page.ServiceVM{From: day(1)}},
			{Name: "6", Lately: "39.0 % of 336 outcomes", Service: page.ServiceVM{From: day(48), To: day(1)}, Href: href + "/rollback?to=6"},
			{Name: "5", Lately: "66.2 % of 336 outcomes", Service: page.ServiceVM{From: day(134), To: day(48)}, Href: href + "/rollback?to=5"},
		},
	}
}

// ServingCases are the pages of what serves, and of going back.
func ServingCases() []Case {
	off := page.RollBackVM{
		Tenant: "highland-rail", ModelType: "fraud_detector", Href: "/models/highland-rail/fraud_detector",
		Off: "There is nothing to go back to: 1 is the only version that has served.",
	}
	return []Case{
		{Name: "model-paused", Shell: Shell("nsw-market conflict_predictor", "models"), Body: page.Model(PausedModel())},
		{Name: "model-rollback", Shell: Shell("Roll back nsw-market conflict_predictor", "models"), Body: page.RollBack(RollBack())},
		{Name: "model-rollback-off", Shell: Shell("Roll back highland-rail fraud_detector", "models"), Body: page.RollBack(off)},
	}
}
