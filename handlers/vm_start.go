package handlers

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// startLines is what the lines to paste are about.
type startLines struct{ secret, tenant, model string }

// tokenPlace stands where a token goes that is not known any more, tenantPlace where a tenant goes while there is none.
const (
	tokenPlace  = "YOUR-TOKEN"
	tenantPlace = "acme"
)

func (p *Pages) startVM(r *http.Request, d drift.StartData, by drift.Actor, f startForm) page.StartVM {
	l, now := lang.From(r.Context()), p.now()
	v := page.StartVM{Note: f.note, Made: f.made, Known: tenantNames(d.Watch.Tenants), Href: startHref(f.of)}
	v.Token = tokenState(l, d, by)
	v.Predictions = page.StartStateVM{ID: "step-predictions", Done: d.Predictions > 0, Text: words(l.T("No row has come in yet. This line counts them as they come."))}
	if v.Predictions.Done {
		v.Predictions.Text = component.Sentence(l.N(d.Predictions, "%d row so far, the last {0}.", "%d rows so far, the last {0}."), component.At(d.LastRow, component.DayClock))
		if f.of.Tenant != "" {
			v.Predictions.Text = component.Join(v.Predictions.Text, component.Sentence("{0}", component.Link(l.T("To the page of %s", modelName(f.of)), modelHref(f.of))))
		}
	}
	v.Outcomes = page.StartStateVM{ID: "step-outcomes", Done: d.Outcomes > 0, Text: words(l.T("No outcome is known yet. Without one drift of the scores is seen, and accuracy is not."))}
	if v.Outcomes.Done {
		v.Outcomes.Text = words(l.N(d.Outcomes, "%d outcome so far.", "%d outcomes so far."))
	}
	v.Backfill = backfillState(l, d, now)
	v.Report = reportState(l, d)
	startWords(l, &v, d, f.of)

	if !mayAdminister(by) {
		v.MakeOff = l.T("An administrator of all tenants makes one.")
	}
	v.Name = component.FieldVM{ID: "name", Name: "name", Label: l.T("What it is for"), Value: "first feed", Must: true, Plain: true, Max: 100}
	v.Tenant = component.FieldVM{
		ID: "tenant", Name: "tenant", Label: l.T("Tenant"), Must: true, Plain: true, Max: 100, List: "known-tenants",
		Hint: l.T("Whose model it is. One that there is not yet is made, and keeps its name for ever."),
	}
	if f.of.Tenant != "" {
		v.Tenant.Value = f.of.Tenant
	} else if len(d.Watch.Tenants) == 1 {
		v.Tenant.Value = d.Watch.Tenants[0].Name
	}
	v.Model = component.SelectVM{ID: "model", Name: "model", Label: l.T("Model type")}
	for _, t := range d.Types {
		v.Model.Options = append(v.Model.Options, component.OptionVM{Value: t.Name, Label: t.Name, Selected: t.Name == f.of.ModelType})
	}
	p.startRange(l, &v, d, by, now)
	p.startAnew(r, &v, f)
	lines := f.lines
	if lines.secret == "" {
		lines = startLines{tokenPlace, v.Tenant.Value, cmp.Or(f.of.ModelType, drift.FraudDetector)}
		if lines.tenant == "" {
			lines.tenant = tenantPlace
		}
	}
	v.Lines, v.OutcomeLines = pasteLines(p.address(r), lines, now), outcomeLines(p.address(r), lines, now)
	return v
}

// startAnew shows a refused form as it was sent, with what is wrong at its field.
func (p *Pages) startAnew(r *http.Request, v *page.StartVM, f startForm) {
	l := lang.From(r.Context())
	for _, field := range []*component.FieldVM{&v.Name, &v.Tenant, &v.From, &v.To} {
		if r.PostForm.Has(field.Name) {
			field.Value = r.PostForm.Get(field.Name)
		}
		if wrongAt(field, l, f.wrong) {
			return
		}
	}
	if f.wrong != nil {
		v.Note = refused(r, f.wrong)
	}
}

// startRange is the range of days that a backfill is offered for.
func (p *Pages) startRange(l lang.Lang, v *page.StartVM, d drift.StartData, by drift.Actor, now time.Time) {
	switch {
	case !by.Role.AtLeast(drift.RoleManager):
		v.BackfillOff = l.T("A manager or an administrator starts it.")
	case !by.AllTenants:
		v.BackfillOff = l.T("It judges the models of every tenant, so somebody who sees all of them starts it.")
	}
	to := drift.DateOf(now)
	from := to.Add(-drift.MaxBackfillDays + 1)
	if d.First != nil {
		from, to = max(from, *d.First), min(to, d.Last.Add(1))
	}
	v.From = component.FieldVM{ID: "from", Name: "from", Label: l.T("First day"), Value: min(from, to).String(), Type: "date", Must: true}
	v.To = component.FieldVM{ID: "to", Name: "to", Label: l.T("Last day"), Value: to.String(), Type: "date", Must: true}
}

func tenantNames(list []drift.Tenant) (names []string) {
	for _, t := range list[:min(len(list), listedTenants)] {
		names = append(names, t.Name)
	}
	return names
}

func tokenState(l lang.Lang, d drift.StartData, by drift.Actor) page.StartStateVM {
	s := page.StartStateVM{ID: "step-token", Done: d.Tokens > 0 || d.Predictions > 0}
	switch {
	case d.Tokens > 0:
		s.Text = component.Sentence(l.N(int64(d.Tokens), "%d token may log. {0}", "%d tokens may log. {0}"), component.Link(l.T("Tokens"), "/access/tokens"))
	case s.Done:
		s.Text = words(l.T("Rows have come in."))
	case mayAdminister(by):
		s.Text = words(l.T("There is no token that may log."))
	default:
		s.Text = words(l.T("Ask for one."))
	}
	return s
}

func backfillState(l lang.Lang, d drift.StartData, now time.Time) page.StartStateVM {
	s := page.StartStateVM{ID: "step-backfill", Done: d.Reports > 0}
	b := d.Backfill
	switch {
	case b != nil && b.FinishedAt.IsZero() && now.Sub(b.UpdatedAt) < drift.ProgressDeadAfter:
		s.Done = false
		s.Text = words(l.T("%s: %d of %d days.", l.Said(b.Title), b.Done, b.Total))
	case b != nil && b.FinishedAt.IsZero():
		s.Text = words(l.T("The last one ended with its server. Start it again: what is written already is found."))
	case b != nil && !s.Done && d.First != nil: // it was about the days of others
		s.Text = daysState(l, d)
	case b != nil && b.Error != "":
		s.Text = words(l.Said(b.Error))
	case b != nil:
		s.Text = component.Sentence(l.N(b.Done, "The last one judged %d day, {0}.", "The last one judged %d days, {0}."), component.At(b.FinishedAt, component.DayClock))
	case s.Done:
		s.Text = words(l.T("The daily checks have judged days already."))
	case d.First != nil:
		s.Text = daysState(l, d)
	default:
		s.Text = words(l.T("It needs rows first."))
	}
	return s
}

func daysState(l lang.Lang, d drift.StartData) []component.Piece {
	return component.Sentence(l.T("There are rows of {0} to {1}."), component.At(d.First.Time(), component.Date), component.At(d.Last.Time(), component.Date))
}

func reportState(l lang.Lang, d drift.StartData) page.StartStateVM {
	s := page.StartStateVM{ID: "step-report", Done: d.Report != nil}
	if d.Report == nil {
		s.Text = words(l.T("There is none yet."))
		return s
	}
	m := drift.Model{Tenant: d.Report.Version.Tenant, ModelType: d.Report.Version.ModelType}
	s.Text = component.Sentence(l.N(d.Reports, "%d report so far. {0}", "%d reports so far. {0}"),
		component.Link(l.T("The newest is of %s", m.Tenant+" "+m.ModelType), modelHref(m)))
	return s
}

// startHref is the page of the first steps, of one model where of names it.
func startHref(of drift.Model) string {
	if of.Tenant == "" {
		return "/start"
	}
	return "/start?" + url.Values{"tenant": {of.Tenant}, "model": {of.ModelType}}.Encode()
}

func modelName(m drift.Model) string { return m.Tenant + " " + m.ModelType }

// startWords say how far it is, and what comes next. Where all is done and no model is named, the ticks would be
// those of other models: the steps say what there is of all of them, and begin anew.
func startWords(l lang.Lang, v *page.StartVM, d drift.StartData, of drift.Model) {
	steps := []*page.StartStateVM{&v.Token, &v.Predictions, &v.Outcomes, &v.Backfill, &v.Report}
	done := 0
	for _, s := range steps {
		if s.Done {
			done++
		}
	}
	all := done == len(steps)
	switch {
	case all && of.Tenant == "":
		for _, s := range steps {
			s.Done, s.Others = false, true
		}
		v.Verdict = l.T("Connect the next model")
		v.Line = component.Sentence(l.T("Models are watched already, and {0}. Make a token: from then on the steps count the rows of its model alone."), component.Link(l.T("the board shows them"), "/"))
	case all:
		v.Verdict, v.Line = l.T("%s is watched", modelName(of)), component.Sentence(l.T("Everything below is done. {0}, or {1}."),
			component.Link(l.T("To its page"), modelHref(of)), component.Link(l.T("connect the next model"), startHref(drift.Model{})))
	case of.Tenant != "":
		v.Verdict = l.T("Connect %s: %d of %d steps done", modelName(of), done, len(steps))
		v.Line = words(l.T("The steps are about this model alone. Each ticks itself off as soon as it is so."))
	default:
		v.Verdict = l.T("Connect a model: %d of %d steps done", done, len(steps))
		v.Line = words(l.T("From nothing to a first judged model. Each step ticks itself off as soon as it is so."))
	}
}

// exampleTenant is the tenant that the lines for a token name: the first one that it sees.
func exampleTenant(k drift.Token, known []drift.Tenant) string {
	for _, t := range known {
		if k.AllTenants || slices.Contains(k.Tenants, t.ID) {
			return t.Name
		}
	}
	return tenantPlace
}

// usesOf are the lines that use a token of a role.
func usesOf(address, secret string, role drift.Role, tenant string, now time.Time) []page.UseVM {
	if role.MayIngest() {
		return pasteLines(address, startLines{secret, tenant, drift.FraudDetector}, now)
	}
	return []page.UseVM{
		{Title: "curl", Text: "curl -H " + shellWord("Authorization: Bearer "+secret) + " " + shellWord(address+"/api/v1/alerts")},
		{Title: "Python", Text: fmt.Sprintf("import urllib.request\n\nrequest = urllib.request.Request(%s, headers={\"Authorization\": %s})\nprint(urllib.request.urlopen(request).read().decode())",
			literal(address+"/api/v1/alerts"), literal("Bearer "+secret))},
	}
}

// member is a member of a row to log.
type member struct {
	name  string
	value any
}

// pasteLines log one prediction.
func pasteLines(address string, s startLines, now time.Time) []page.UseVM {
	return logLines(address+"/api/v1/predictions", s.secret, []member{
		{"prediction_id", "first-1"},
		{"tenant", s.tenant},
		{"model_type", s.model},
		{"model_version", "1"},
		{"created_at", now.UTC().Truncate(time.Second).Add(-time.Minute).Format(time.RFC3339)},
		{"score", 0.83},
		{"predicted", true},
	})
}

// outcomeLines log what then happened to that prediction.
func outcomeLines(address string, s startLines, now time.Time) []page.UseVM {
	return logLines(address+"/api/v1/outcomes", s.secret, []member{
		{"prediction_id", "first-1"}, {"tenant", s.tenant}, {"actual", false}, {"observed_at", now.UTC().Truncate(time.Second).Format(time.RFC3339)},
	})
}

// logLines send one row, by a shell and by a program.
func logLines(address, secret string, row []member) []page.UseVM {
	var asJSON, asPython []string
	for _, m := range row {
		text := literal(m.value)
		asJSON = append(asJSON, literal(m.name)+":"+text)
		switch m.value {
		case true:
			text = "True"
		case false:
			text = "False"
		}
		asPython = append(asPython, literal(m.name)+": "+text)
	}
	return []page.UseVM{
		{Title: "curl", Text: "curl -H " + shellWord("Authorization: Bearer "+secret) + " -H 'Content-Type: application/json' \\\n  --data-binary " +
			shellWord("[{"+strings.Join(asJSON, ",")+"}]") + " \\\n  " + shellWord(address)},
		{Title: "Python", Text: "import json, urllib.request\n\nrows = [{" + strings.Join(asPython, ", ") + "}]\n" +
			"request = urllib.request.Request(" + literal(address) + ", json.dumps(rows).encode(),\n    {\"Authorization\": " + literal("Bearer "+secret) +
			", \"Content-Type\": \"application/json\"})\nprint(urllib.request.urlopen(request).read().decode())"},
	}
}

// literal writes a value as JSON does, which Python reads the same way.
func literal(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("handlers: a plain value cannot be written: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
