package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
)

// boardRows is how many alerts stand on one page of the board.
const boardRows = 200

// maxFilterText bounds one field of the filter, in bytes.
const maxFilterText = 200

// boardFilter is the filter of the board as it stands in the URL, checked.
type boardFilter struct {
	severity, status, tenant, model, drift, assignee, q string
	cursor                                              string
}

// fields are the filter's parts by their names in the URL, in the order of the bar.
func (f *boardFilter) fields() []struct {
	name  string
	value *string
} {
	return []struct {
		name  string
		value *string
	}{
		{"severity", &f.severity},
		{"status", &f.status},
		{"tenant", &f.tenant},
		{"model", &f.model},
		{"drift", &f.drift},
		{"assignee", &f.assignee},
		{"q", &f.q},
	}
}

// nobodyChoice is the owner of what nobody has, in the filter.
const nobodyChoice = "nobody"

var severityChoices = map[string]drift.AlertFilter{
	"critical": {Severities: []drift.Severity{drift.SeverityCritical}, AlertTypes: judgedTypes},
	"high":     {Severities: []drift.Severity{drift.SeverityHigh}, AlertTypes: judgedTypes},
	"medium":   {Severities: []drift.Severity{drift.SeverityMedium}, AlertTypes: judgedTypes},
	"blind":    {AlertTypes: []drift.AlertType{drift.AlertBlind}},
}

// judgedTypes are the alerts whose severity a board shows; of a blind one nobody knows it.
var judgedTypes = []drift.AlertType{drift.AlertDrift, drift.AlertRollback}

// openStatuses are those of an alert that waits for its end and does not rest until a time.
var openStatuses = []drift.AlertStatus{drift.AlertNew, drift.AlertAcknowledged, drift.AlertAssigned, drift.AlertEscalated}

// readBoardFilter reads the filter from the URL.
func readBoardFilter(r *http.Request) (f boardFilter, err error) {
	q := r.URL.Query()
	for _, field := range f.fields() {
		v := strings.TrimSpace(q.Get(field.name))
		if len(v) > maxFilterText {
			return f, drift.Invalid(field.name, "This filter is too long.")
		}
		if err := web.CheckText(field.name, v); err != nil {
			return f, err
		}
		*field.value = v
	}
	f.severity, f.drift = strings.ToLower(f.severity), strings.ToLower(f.drift) // the API writes severities in capitals
	f.cursor = q.Get("cursor")
	if _, ok := severityChoices[f.severity]; f.severity != "" && !ok {
		return f, drift.Invalid("severity", "A board is filtered by critical, high, medium or blind.")
	}
	if _, ok := statusChoice(f.status); !ok {
		return f, drift.Invalid("status", "There is no such status of an alert.")
	}
	if f.drift != "" && f.drift != string(drift.Statistical) && f.drift != string(drift.Performance) {
		return f, drift.Invalid("drift", "A drift is statistical or performance.")
	}
	return f, nil
}

// statusChoice are the statuses that a choice of the filter lets through.
func statusChoice(choice string) ([]drift.AlertStatus, bool) {
	if choice == "" {
		return openStatuses, true
	}
	for _, s := range drift.AlertStatuses {
		if strings.EqualFold(string(s), choice) {
			return []drift.AlertStatus{s}, true
		}
	}
	return nil, false
}

// query writes the filter as the URL holds it, without the cursor.
func (f boardFilter) query() url.Values {
	q := url.Values{}
	for _, field := range f.fields() {
		if *field.value != "" {
			q.Set(field.name, *field.value)
		}
	}
	return q
}

// active tells whether the list is narrowed: a further page is, because rows before it are not shown.
func (f boardFilter) active() bool { return len(f.query()) > 0 || f.cursor != "" }

// alerts is the filter as the store takes it.
func (f boardFilter) alerts() drift.AlertFilter {
	out := severityChoices[f.severity]
	out.Statuses, _ = statusChoice(f.status)
	if f.tenant != "" {
		out.Tenants = []string{f.tenant}
	}
	if f.model != "" {
		out.ModelTypes = []string{f.model}
	}
	if f.drift != "" {
		out.DriftTypes = []drift.DriftType{drift.DriftType(f.drift)}
	}
	if f.assignee != "" {
		who := f.assignee
		if who == nobodyChoice {
			who = ""
		}
		out.Assignee = &who
	}
	out.Text, out.Cursor, out.Limit = f.q, f.cursor, boardRows
	return out
}

// filterVM is the filter bar.
func (f boardFilter) filterVM(d drift.BoardData) page.FilterVM {
	var tenants, models []string
	for _, t := range d.Tenants {
		tenants = append(tenants, t.Name)
	}
	for _, m := range d.Types {
		models = append(models, m.Name)
	}
	return page.FilterVM{
		Query: f.q, Active: f.active(), ClearHref: "/",
		Selects: []page.SelectVM{
			choices("severity", "Severity", "Any severity", f.severity, []string{"critical", "blind", "high", "medium"}),
			choices("status", "Status", "Open", f.status, []string{"new", "acknowledged", "assigned", "escalated", "suppressed", "resolved"}),
			choices("tenant", "Tenant", "All tenants", f.tenant, tenants),
			choices("model", "Model", "All models", f.model, models),
			choices("drift", "Drift", "Both checks", f.drift, []string{"statistical", "performance"}),
			choices("assignee", "Owner", "Any owner", f.assignee, append([]string{nobodyChoice}, d.People...)),
		},
	}
}

// choices is one select; what is chosen is offered too where it is not among the options any more.
func choices(name, label, all, chosen string, options []string) page.SelectVM {
	v := page.SelectVM{Name: name, Label: label, Options: []page.OptionVM{{Label: all}}}
	found := chosen == ""
	for _, o := range options {
		found = found || o == chosen
		v.Options = append(v.Options, page.OptionVM{Value: o, Label: o, Selected: o == chosen})
	}
	if !found {
		v.Options = append(v.Options, page.OptionVM{Value: chosen, Label: chosen, Selected: true})
	}
	return v
}
