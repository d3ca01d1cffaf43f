package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// WorkCases are the pages of silences and rotas.
func WorkCases() []Case {
	silence := func(c string, v page.SilencePageVM) Case {
		return Case{Name: c, Shell: Shell("Silence 12", ""), Body: page.Silence(v)}
	}
	rota := func(c string, v page.RotaVM) Case {
		return Case{Name: c, Shell: Shell("Rota of "+v.Team, "teams"), Body: page.Rota(v)}
	}
	inForce, planned, over := sampleSilences()
	hidden := page.AlertListVM{Total: 23, Items: sampleTeams()[0].Queue}
	form := sampleSilenceForm()
	refused := form
	refused.Open, refused.Stay = page.AlertListVM{}, page.AlertListVM{}
	refused.Note = component.FormNoteVM{Bad: true, Text: "Say until when, after its start: a silence always ends."}
	return []Case{
		{Name: "silences", Shell: Shell("Silences", ""), Body: page.Silences(page.SilencesVM{
			InForce: 1, May: true, Items: []page.SilenceVM{inForce, planned, over}, NextHref: "/silences?cursor=x",
		})},
		{Name: "silences-none", Shell: Shell("Silences", ""), Body: page.Silences(page.SilencesVM{})},
		silence("silence", page.SilencePageVM{Silence: inForce, Hidden: hidden, Waiting: 2, Note: component.FormNoteVM{Text: "The silence is made."}}),
		silence("silence-planned", page.SilencePageVM{Silence: planned, EndOff: "Your role may look but not end a silence. An operator can."}),
		silence("silence-over", page.SilencePageVM{Silence: over, Hidden: hidden}),
		{Name: "silence-new", Shell: Shell("New silence", ""), Body: page.NewSilence(form)},
		{Name: "silence-refused", Shell: Shell("New silence", ""), Body: page.NewSilence(refused)},
		rota("rota", sampleRota(true)),
		rota("rota-viewer", sampleRota(false)),
		rota("rota-none", page.RotaVM{Team: "DevOps", Weeks: 8, MaySwap: true, Swap: sampleRota(true).Swap}),
	}
}

func sampleSilences() (inForce, planned, over page.SilenceVM) {
	inForce = page.SilenceVM{
		ID: 12, State: "in_force", Match: page.MatchVM{Tenant: "nsw-market", ModelType: "fraud_detector", Kind: "statistical", Most: "HIGH"},
		Reason: "Load test of the feature store", From: Ago(time.Hour), To: Now.Add(time.Hour), Planned: Now.Add(time.Hour), By: "S. Varga",
		Hidden: 23, CreatedAt: Ago(2 * time.Hour),
	}
	planned = page.SilenceVM{
		ID: 13, State: "planned", Match: page.MatchVM{Most: "CRITICAL"}, Reason: `Move of the <database>, feeds will be silent for some hours`,
		From: Now.Add(40 * time.Hour), To: Now.Add(48 * time.Hour), Planned: Now.Add(48 * time.Hour), By: "J. Lindqvist", CreatedAt: Ago(time.Hour),
	}
	over = inForce
	over.ID, over.State, over.To, over.EndedBy, over.EndNote, over.Hidden = 11, "over", Ago(time.Minute), "A. Rossi", "done early", 1
	return inForce, planned, over
}

func sampleSilenceForm() page.NewSilenceVM {
	choice := func(id, name, label string, options ...string) component.SelectVM {
		v := component.SelectVM{ID: id, Name: name, Label: label}
		for i, o := range options {
			v.Options = append(v.Options, component.OptionVM{Value: o, Label: o, Selected: i == 0})
		}
		return v
	}
	return page.NewSilenceVM{
		Tenant: choice("tenant", "tenant", "Tenant", "nsw-market", "vic-market"), Model: choice("model", "model_type", "Model", "fraud_detector"),
		Kind: choice("kind", "kind", "Kind", "Statistical drift"), Most: choice("most", "max_severity", "Up to which severity", "HIGH", "CRITICAL"),
		For: choice("for", "for", "For how long", "2 hours", "4 hours"), Zone: "Europe/Berlin", Starts: "2026-07-02T09:00", MaxHours: 24, Days: 30,
		Reason: component.FieldVM{ID: "reason", Name: "reason", Label: "Reason, for everybody who misses the alerts", Lines: 2, Must: true, Max: 1000},
		Open:   page.AlertListVM{Total: 2, Items: sampleTeams()[0].Queue}, Stay: page.AlertListVM{Total: 3, Items: sampleTeams()[0].Queue},
		Raised: page.AlertListVM{Total: 23, Items: sampleTeams()[0].Queue},
	}
}

func sampleRota(may bool) page.RotaVM {
	turn := func(who string, from, to int) page.TurnVM {
		return page.TurnVM{Person: who, From: Now.Add(time.Duration(from) * time.Hour), To: Now.Add(time.Duration(to) * time.Hour), Current: from <= 0 && to > 0}
	}
	on, next := turn("A. Rossi", -20, 30), turn("", 38, 148)
	swap := turn("J. Lindqvist", 30, 38)
	swap.Swap, swap.By, swap.ID = true, "A. Rossi", 4
	v := page.RotaVM{
		Team: "ML Engineering", On: &on, Next: &swap, Weeks: 8, Turns: []page.TurnVM{on, swap, next}, Swaps: []page.TurnVM{swap},
		Zone: "Europe/Berlin", Clock: "09:00", People: []string{"A. Rossi", "", "S. Varga"}, Calendar: 53, CalendarTo: Now.Add(8000 * time.Hour),
		MaySwap: may, MayPlan: may,
		Swap: page.SwapFormVM{
			Person: component.SelectVM{ID: "person", Name: "person", Label: "Who takes over", Must: true, Options: []component.OptionVM{{Value: "A. Rossi", Label: "A. Rossi"}}},
			Zone:   "Europe/Berlin",
		},
		Plan: page.PlanFormVM{
			People: component.FieldVM{ID: "people", Name: "people", Label: "People in their order, one a line", Value: "A. Rossi\nS. Varga", Lines: 5, Must: true, Plain: true},
			Starts: "2026-06-29", Clock: "09:00", Callable: []string{"A. Rossi", "J. Lindqvist", "S. Varga"},
			Zone: component.FieldVM{ID: "zone", Name: "zone", Label: "Time zone", Value: "Europe/Berlin", Must: true, Plain: true},
		},
	}
	if !may {
		v.On, v.Turns[0].Person = &page.TurnVM{To: on.To}, ""
	}
	return v
}

// sampleAlertWork is what is known of a sample alert; full as an operator sees it.
func sampleAlertWork(full bool) page.AlertWorkVM {
	v := page.AlertWorkVM{ID: 4812, ModelType: "conflict_predictor", Severity: "CRITICAL", Notes: sampleNotes()[:1]}
	if full {
		v.Runbook, v.MayJudge, v.SilenceHref = "https://wiki.example.com/runbooks/conflict", true, page.NewSilenceHref("nsw-market", "conflict_predictor", "performance", "CRITICAL")
		v.Feedback = &page.FeedbackVM{Verdict: "expected", Note: "gift cards", By: "S. Varga", At: Ago(time.Hour)}
	}
	return v
}

func sampleNotes() []page.NoteVM {
	day := func(n int) time.Time { return Now.Truncate(24*time.Hour).AddDate(0, 0, n) }
	return []page.NoteVM{
		{ID: 3, From: day(-2), To: day(12), Text: "Holiday season, more gift cards than usual: expected", Author: "S. Varga", Now: true, Remove: true},
		{ID: 1, From: day(-40), To: day(-40), Text: "Feed replayed", Author: "A. Rossi", Past: true},
	}
}

func sampleModelWork() page.ModelWorkVM {
	return page.ModelWorkVM{
		Href: "/models/nsw-market/conflict_predictor", Notes: sampleNotes(), MayNote: true, MayRunbook: true, Today: "2026-07-02",
		SilenceURL: page.NewSilenceHref("nsw-market", "conflict_predictor", "", ""),
		Runbooks: []page.RunbookVM{
			{Severity: component.Critical, Name: "CRITICAL", URL: "https://wiki.example.com/runbooks/conflict", SetBy: "S. Varga"},
			{Severity: component.High, Name: "HIGH"},
			{Severity: component.Medium, Name: "MEDIUM"},
		},
	}
}
