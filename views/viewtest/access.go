package viewtest

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// AccessCases are the pages of access and of the first steps.
func AccessCases() []Case {
	shell := Shell("Access", "access")
	own := page.PeopleVM{AccessVM: page.AccessVM{Tab: "people", Verdict: "What you may do", Line: component.Words("An administrator changes it.")}, People: samplePeople()[:1]}
	person := samplePerson()
	refused := page.PersonNewVM{Name: component.FieldVM{ID: "name", Name: "name", Label: "Name", Value: `a"><script>`, Problem: "There is a user of this name already."}, Rights: sampleRights(), Password: samplePassword("password"), Again: samplePassword("again")}
	refused.Rights.Problem = "Choose a tenant, or all of them."
	tokens := page.TokensVM{AccessVM: sampleAccess("tokens", "Which programs may ask and log"), Tokens: sampleTokens(), Name: component.FieldVM{ID: "name", Name: "name", Label: "What it is for"}, Rights: sampleRights()}
	made := tokens
	made.Made = sampleMade()
	walls := tokens
	walls.Wall, walls.AccessVM, walls.Rights.Role.Options = true, sampleAccess("walls", "Which walls may look"), nil
	none := walls
	none.Tokens, none.Changes = nil, nil
	return []Case{
		{Name: "access", Shell: shell, Body: page.People(page.PeopleVM{AccessVM: sampleAccess("people", "Who may sign in"), People: samplePeople()})},
		{Name: "access-own", Shell: shell, Body: page.People(own)},
		{Name: "access-person", Shell: shell, Body: page.PersonPage(person)},
		{Name: "access-person-new", Shell: shell, Body: page.PersonNew(refused)},
		{Name: "access-tokens", Shell: shell, Body: page.Tokens(tokens)},
		{Name: "access-token-made", Shell: shell, Body: page.Tokens(made)},
		{Name: "access-walls", Shell: shell, Body: page.Tokens(walls)},
		{Name: "access-walls-none", Shell: shell, Body: page.Tokens(none)},
		{Name: "access-tenants", Shell: shell, Body: page.Registry(sampleRegistry(false))},
		{Name: "access-models", Shell: shell, Body: page.Registry(sampleRegistry(true))},
		{Name: "start", Shell: Shell("Connect a model", "start"), Body: page.Start(sampleStart())},
	}
}

func sampleAccess(tab, verdict string) page.AccessVM {
	return page.AccessVM{
		Tab: tab, All: true, Verdict: verdict, Line: component.Words("A change holds from their next click on."),
		Changes: []page.AccessChangeVM{{At: Ago(2 * time.Hour), Who: "S. Varga", What: "changed the rights of user J. Lindqvist", Detail: "operator, nsw-market"}},
		Pager:   component.PagerVM{NextHref: "/access?after=x"},
	}
}

func samplePeople() []page.PersonVM {
	return []page.PersonVM{
		{Name: "A. Rossi", Href: "/access/people/1", Role: "operator", Tenants: "all tenants", Own: true, SeenAt: Ago(time.Minute), Sessions: 2},
		{Name: "J. Lindqvist", Href: "/access/people/2", Role: "viewer", Tenants: "nsw-market, vic-market", Disabled: true},
	}
}

func sampleRights() page.RightsVM {
	return page.RightsVM{
		Role:    component.SelectVM{ID: "role", Name: "role", Label: "Role", Options: []component.OptionVM{{Value: "viewer", Label: "viewer: reads"}, {Value: "operator", Label: "operator: and moves alerts", Selected: true}}},
		Tenants: []page.TickVM{{Name: "nsw-market", On: true}, {Name: "vic-market"}},
	}
}

func samplePassword(name string) component.FieldVM {
	return component.FieldVM{ID: name, Name: name, Label: "New password", Type: "password", Fill: "new-password", Must: true}
}

func sampleSessions() []page.SignedInVM {
	return []page.SignedInVM{
		{ID: "7", Browser: "Firefox on Linux", Agent: "Mozilla/5.0 (X11; Linux x86_64)", From: "192.0.2.7", Here: true, Since: Ago(time.Hour), Seen: Ago(time.Minute), ExpiresAt: Now.Add(6 * 24 * time.Hour)},
		{ID: "6", Browser: "Safari on iOS", From: "2001:db8::/64", Since: Ago(50 * time.Hour), Seen: Ago(3 * time.Hour), ExpiresAt: Now.Add(4 * 24 * time.Hour)},
	}
}

func sampleSignIns() []page.SignInVM {
	return []page.SignInVM{
		{At: Ago(time.Hour), Good: true, Browser: "Firefox on Linux", From: "192.0.2.7"},
		{At: Ago(61 * time.Minute), Browser: "Firefox on Linux", From: "192.0.2.7"},
	}
}

func samplePerson() page.PersonPageVM {
	return page.PersonPageVM{
		ID: "1", Name: "A. Rossi", Own: true, Line: component.Sentence("Last seen {0}.", component.At(Ago(time.Minute), component.DayClock)),
		Facts:  []component.FactVM{{Label: "Role", Value: "operator"}, {Label: "Tenants", Value: "all tenants"}, {Label: "Account", Value: "open"}},
		Rights: sampleRights(), Password: samplePassword("password"), Again: samplePassword("again"),
		SignedIn: sampleSessions(), SignIns: sampleSignIns(), Changes: sampleAccess("", "").Changes,
	}
}

func sampleTokens() []page.TokenVM {
	return []page.TokenVM{
		{ID: "3", Name: "scoring", Role: "ingest", Tenants: "nsw-market", MadeAt: Ago(30 * 24 * time.Hour), UsedAt: Ago(5 * time.Minute)},
		{ID: "2", Name: "old probe " + long, Role: "viewer", Tenants: "all tenants", MadeAt: Ago(60 * 24 * time.Hour), EndedAt: Ago(24 * time.Hour)},
	}
}

func sampleMade() *page.MadeVM {
	return &page.MadeVM{
		Title: "The token scoring, shown this once", Secret: "dw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Hint: "Keep it where your program finds it, and nowhere else.",
		Uses: []page.UseVM{{Title: "curl", Text: "curl -H 'Authorization: Bearer dw_A' \\\n  http://127.0.0.1:8080/api/v1/alerts"}},
	}
}

func sampleRegistry(models bool) page.RegistryVM {
	v := page.RegistryVM{Models: models, Name: component.FieldVM{ID: "name", Name: "name", Label: "Name"}, Fixed: "The name cannot be changed.", Sure: "The name is right."}
	if models {
		v.AccessVM = sampleAccess("models", "Which kinds of models are watched")
		v.Rows = []page.RegisteredVM{{Name: "fraud_detector", Like: "fraud_detector", Tenants: 2, Versions: 5, Received: 1204331, MadeAt: day(200)}}
		v.Like = component.SelectVM{ID: "like", Name: "like", Label: "Behaves like", Options: []component.OptionVM{{Value: "fraud_detector", Label: "fraud_detector"}}, Problem: "Choose one of the two."}
		return v
	}
	v.AccessVM = sampleAccess("tenants", "Whose models are watched")
	v.Rows = []page.RegisteredVM{{Name: "nsw-market", Href: "/settings?tenant=nsw-market", Models: 2, People: 3, Tokens: 1, Received: 1204331, MadeAt: day(200)}}
	return v
}

func sampleStart() page.StartVM {
	field := func(id, label, value, kind string) component.FieldVM {
		return component.FieldVM{ID: id, Name: id, Label: label, Value: value, Type: kind, Must: true}
	}
	return page.StartVM{
		Href: "/start", Verdict: "Connect a model: 2 of 5 steps done", Line: component.Words("From nothing to a first judged model."), Made: sampleMade(),
		Token:       page.StartStateVM{ID: "step-token", Done: true, Text: component.Words("1 token may log.")},
		Predictions: page.StartStateVM{ID: "step-predictions", Done: true, Text: component.Sentence("1 204 rows so far, the last {0}.", component.At(Ago(time.Minute), component.DayClock))},
		Outcomes:    page.StartStateVM{ID: "step-outcomes", Text: component.Words("No outcome is known yet.")},
		Backfill:    page.StartStateVM{ID: "step-backfill", Text: component.Words("There are rows of 1 May to 2 July.")},
		Report:      page.StartStateVM{ID: "step-report", Text: component.Words("There is none yet.")},
		Name:        field("name", "What it is for", "first feed", ""), Tenant: field("tenant", "Tenant", "nsw-market", ""), Known: []string{"nsw-market"},
		Model: component.SelectVM{ID: "model", Name: "model", Label: "Model type", Options: []component.OptionVM{{Value: "fraud_detector", Label: "fraud_detector"}}},
		Lines: sampleMade().Uses, OutcomeLines: sampleMade().Uses,
		From: field("from", "First day", "2026-05-01", "date"), To: field("to", "Last day", "2026-07-02", "date"),
	}
}
