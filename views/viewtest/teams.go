package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// TeamCases is the page of who is told, as each role sees it.
func TeamCases() []Case {
	viewer := page.TeamsVM{
		Now: Now, Verdict: "Who is told", Line: component.Words("An alert that is escalated to a team waits in its queue until it is resolved, whoever has it."),
		Teams: sampleTeams(),
	}
	operator, admin := viewer, viewer
	operator.Verdict = "2 alerts wait for your teams"
	operator.Teams = withHooks(sampleTeams(), false)
	operator.Tenants = []page.WebhookVM{sampleHook("c1", "tenant", "nsw-market", false)}
	admin.Teams = withHooks(sampleTeams(), true)
	admin.Tenants = []page.WebhookVM{sampleHook("c1", "tenant", "nsw-market", true), {ID: "c2", Field: "tenant", Name: "vic-market", MayChange: true}}
	admin.People, admin.MayTeams = []string{"A. Rossi", "J. Lindqvist", "S. Varga"}, true
	admin.Note = component.FormNoteVM{Text: "The webhook of team NOC is set."}
	admin.Secret = "whsec_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return []Case{
		{Name: "teams-viewer", Shell: Shell("Teams", "teams"), Body: page.Teams(viewer)},
		{Name: "teams", Shell: Shell("Teams", "teams"), Body: page.Teams(operator)},
		{Name: "teams-admin", Shell: Shell("Teams", "teams"), Body: page.Teams(admin)},
	}
}

func sampleTeams() []page.TeamVM {
	return []page.TeamVM{
		{
			ID: "t1", Name: "NOC", Mine: true, Waiting: 3,
			Members: []page.MemberVM{{Name: "A. Rossi"}, {Name: "J. Lindqvist", Closed: true}},
			Queue: []page.QueuedVM{
				{
					Href: "/alerts/4812", Title: "nsw-market conflict_predictor: Accuracy fell from 61.8 to 39.0 %", Severity: component.Critical,
					Status: "ESCALATED", CreatedAt: Ago(12 * time.Minute),
				},
				{
					Href: "/alerts/4790", Title: "vic-market fraud_detector: Scores differ", Severity: component.High,
					Status: "ASSIGNED", Owner: "J. Lindqvist", CreatedAt: Ago(26 * time.Hour),
				},
			},
		},
		{ID: "t2", Name: "DevOps", Waiting: 2, Nobody: "Nobody: 2 alerts wait for a team without anybody in it, and nobody is told."},
	}
}

func withHooks(teams []page.TeamVM, mayChange bool) []page.TeamVM {
	noc, none := sampleHook("t1", "team", "NOC", mayChange), page.WebhookVM{ID: "t2", Field: "team", Name: "DevOps", MayChange: mayChange}
	teams[0].Hook, teams[1].Hook = &noc, &none
	return teams
}

func sampleHook(id, field, name string, mayChange bool) page.WebhookVM {
	dead := page.DeliveryVM{
		ID: 17, Type: "ML_DRIFT_DETECTED", Tenant: "nsw-market", State: "dead", Attempts: 31, At: Ago(3 * time.Hour), Why: "answered 503 Service Unavailable",
	}
	return page.WebhookVM{
		ID: id, Field: field, Name: name, URL: "https://hooks.example.com/driftwatch", CreatedBy: "S. Varga", Pending: 1, Dead: 1, MayChange: mayChange,
		Last: []page.DeliveryVM{
			{ID: 19, Type: "ALERT_UPDATED", Tenant: "nsw-market", State: "pending", Attempts: 1, At: Now.Add(20 * time.Second), Why: "the connection was refused"},
			{ID: 18, Type: "WEBHOOK_TEST", State: "delivered", Attempts: 1, At: Ago(2 * time.Hour)},
			dead,
		},
		Letters: []page.DeliveryVM{dead},
	}
}
