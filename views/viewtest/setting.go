package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// SettingEdit is a setting in the second of its two steps, its reason refused.
func SettingEdit() page.SettingEditVM {
	const name = "PERFORMANCE_DRIFT_HIGH"
	change := func(back int, from, to, why string) page.SettingChangeVM {
		return page.SettingChangeVM{Old: from, New: to, Scope: "every tenant", By: "S. Varga", Why: why, At: day(back), Take: "/settings/" + name + "?value=" + to, TakeText: "Take back to " + to}
	}
	return page.SettingEditVM{
		Name: name, Help: "Accuracy drop from which a performance check is HIGH.",
		Back: "/settings", Action: "/settings/" + name, Below: "Remove this value: the file's or the default holds",
		Facts: []component.FactVM{
			{Label: "In force", Value: "0.12", Note: "12 points, or 12 %"},
			{Label: "Comes from", Value: "database, all tenants"},
			{Label: "Default", Value: "0.10", Note: "10 points, or 10 %"},
			{Label: "Allowed", Value: "0 to 1"},
		},
		Value: component.FieldVM{ID: "value", Name: "value", Label: "New value", Value: "0.15", Hint: "A fraction from 0 to 1: 0.10 = 10 points = 10 %.", Must: true, Plain: true, Max: 1000},
		Preview: &page.SettingPreviewVM{
			Before: "0.12", BeforeWords: "12 points, or 12 %", After: "0.15", AfterWords: "15 points, or 15 %",
			Lines:  []string{"3 of 14 alerts would not have been raised.", "Tried on the numbers of the reports of the last 30 days, each stretch of drift as one alert."},
			Reason: component.FieldVM{ID: "reason", Name: "reason", Label: "Reason", Problem: "Say why: the reason stays in the record.", Lines: 2, Must: true, Max: 4000},
		},
		History: []page.SettingChangeVM{
			change(2, "0.10", "0.12", "Nights are thinly staffed in July. "+long), change(40, "nothing", "0.10", "Set by hand"),
		},
	}
}

// SettingCases are one setting's page in its states.
func SettingCases() []Case {
	off := SettingEdit()
	off.Preview, off.Off, off.History = nil, "An administrator can change it.", nil
	choice := SettingEdit()
	choice.Preview, choice.Name, choice.Note = nil, "ENABLE_AUTO_RETRAIN", component.FormNoteVM{Text: "You changed it. It is in force."}
	choice.Choices = &component.SelectVM{ID: "value", Name: "value", Label: "New value", Options: []component.OptionVM{
		{Value: "true", Label: "true"}, {Value: "false", Label: "false", Selected: true},
	}, Problem: "Choose one of the two."}
	choice.History[0].At = Ago(time.Hour)
	return []Case{
		{Name: "setting", Shell: Shell("PERFORMANCE_DRIFT_HIGH", "settings"), Body: page.SettingEdit(SettingEdit())},
		{Name: "setting-off", Shell: Shell("PERFORMANCE_DRIFT_HIGH", "settings"), Body: page.SettingEdit(off)},
		{Name: "rollout", Shell: Shell("Rollout of retraining", "settings"), Body: page.Rollout(Rollout())},
		{Name: "setting-choice", Shell: Shell("ENABLE_AUTO_RETRAIN", "settings"), Body: page.SettingEdit(choice)},
	}
}

// Rollout is the plan in its pilot, with both steps.
func Rollout() page.RolloutVM {
	step := func(id, to, label, kind string) *page.RolloutStepVM {
		return &page.RolloutStepVM{
			To: to, Label: label, Kind: kind, Switches: []string{`AUTO_RETRAIN_ENABLED_TENANTS: ["nsw-market"] → ["*"]`},
			Reason: component.FieldVM{ID: id, Name: "reason", Label: "Reason", Lines: 2, Must: true, Max: 4000},
		}
	}
	v := page.RolloutVM{
		Title: "Phase 2.2: the fraud detectors of the pilot retrain by themselves", Line: component.Words("The pilot is nsw-market."),
		Facts:  []component.FactVM{{Label: "Has run", Value: "9 d 2 h"}, {Label: "Drift alerts", Value: "3", Note: "meanwhile"}, {Label: "Retrains", Value: "1", Note: "meanwhile"}, {Label: "Rollbacks", Value: "0", Note: "meanwhile"}},
		Phases: []page.RolloutPhaseVM{{Number: "2.1", Title: "Foundation", Text: "Nothing retrains by itself."}, {Number: "2.2", Title: "Pilot", Text: "One tenant's fraud detectors.", Current: true}},
		Own:    "These have values of their own, which it leaves alone: north-retail.",
		Next:   step("reason-2-3", "2.3", "Go on to phase 2.3", "p"), Back: step("reason-2-1", "2.1", "Go back to phase 2.1", ""),
	}
	v.Back.Pilot = &component.SelectVM{ID: "pilot", Name: "pilot", Label: "Pilot", Options: []component.OptionVM{{Value: "nsw-market", Label: "nsw-market"}}}
	return v
}
