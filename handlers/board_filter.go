package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/query"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/web"
)

// boardRows is how many rows stand on one page of the board, heads of incidents among them.
const boardRows = 200

// boardFilter is what a board is asked for: a query, and where in the list to begin.
type boardFilter struct {
	terms  query.Query
	text   string // the query as it is shown: as it was typed where it cannot be read
	cursor string
	wrong  *query.Error // why the query cannot be read; it is then left out
}

// filterParts are the parameters that each stand for one field of the query, by their names in the URL: what
// the selects of the bar are called, and what links held before there was a query.
var filterParts = []struct {
	name  string
	field drift.TermField
}{
	{"severity", drift.TermSeverity},
	{"status", drift.TermStatus},
	{"tenant", drift.TermTenant},
	{"model", drift.TermModel},
	{"drift", drift.TermDrift},
	{"assignee", drift.TermOwner},
	{"age", drift.TermAge},
}

// openStatuses are those of an alert that waits for its end and does not rest until a time.
var openStatuses = []drift.AlertStatus{drift.AlertNew, drift.AlertAcknowledged, drift.AlertAssigned, drift.AlertEscalated}

// readBoardFilter reads the filter from the URL: the query, changed by the parameters that name one field.
// Those of the bar's form count where they differ from the query that the form was made with ("was"), so
// that a query that was typed anew is not undone by a select that was not touched.
func readBoardFilter(q url.Values) (f boardFilter, err error) {
	for name, v := range q {
		if err := web.CheckText(name, strings.Join(v, "")); err != nil {
			return f, err
		}
	}
	f.cursor, f.text = q.Get("cursor"), strings.TrimSpace(q.Get("q"))
	if f.terms, err = query.Parse(f.text); err != nil {
		return f.refused(err), nil
	}
	was, err := query.Parse(q.Get("was"))
	if err != nil { // a query that could not be read had no parts
		was = nil
	}
	for _, part := range filterParts {
		if !q.Has(part.name) {
			continue
		}
		chosen := strings.TrimSpace(q.Get(part.name))
		if chosen == "" && !q.Has("was") || q.Has("was") && chosen == chosenOf(was, part.field) {
			continue
		}
		f.terms = f.terms.With(part.field, "")
		if chosen == "" {
			continue
		}
		one, err := query.Parse(partText(part.field, chosen))
		if err != nil {
			return f.refused(err), nil
		}
		f.terms = append(f.terms, one...)
	}
	f.text = f.terms.String()
	return f, nil
}

// refused is the filter whose query cannot be read: nothing is narrowed, and the page says why.
func (f boardFilter) refused(err error) boardFilter {
	f.terms = nil
	if !errors.As(err, &f.wrong) {
		f.wrong = &query.Error{At: 1, Format: lang.Key("This query cannot be read.")}
	}
	return f
}

// partText writes one field's value as a query. Names may hold anything, commas included.
func partText(field drift.TermField, value string) string {
	if query.Words(field) == nil && field != drift.TermAge {
		return query.Query{{Field: field, Values: []string{value}}}.String()
	}
	return string(field) + ":" + value
}

// chosenOf is the value of a field as its select shows it; "" where the query has none.
func chosenOf(q query.Query, field drift.TermField) string {
	for _, t := range q {
		if t.Field == field && !t.Not {
			_, value, _ := strings.Cut(query.Query{t}.String(), ":")
			if query.Words(field) == nil && len(t.Values) == 1 {
				value = t.Values[0]
			}
			return value
		}
	}
	return ""
}

// query writes the filter as the URL holds it, without the cursor.
func (f boardFilter) query() url.Values {
	q := url.Values{}
	if f.text != "" {
		q.Set("q", f.text)
	}
	return q
}

// href is the board under this filter.
func (f boardFilter) href() string { return hrefOf(f.text) }

// hrefOf is the board under a query.
func hrefOf(text string) string {
	if text == "" {
		return "/?all=1"
	}
	return "/?" + url.Values{"q": {text}}.Encode()
}

// active tells whether the list is narrowed: a further page is, because rows before it are not shown.
func (f boardFilter) active() bool { return len(f.terms) > 0 || f.cursor != "" || f.wrong != nil }

// personal tells whether what it lets through depends on who asks.
func (f boardFilter) personal() bool { return f.terms.HasValue(drift.TermOwner, drift.OwnerMe) }

// alerts is the filter as the store takes it: of alerts that wait for their end where the query does not ask
// for others.
func (f boardFilter) alerts(by drift.Actor, now time.Time) drift.AlertFilter {
	out := drift.AlertFilter{Terms: f.terms, Me: by.Name, Now: now, Cursor: f.cursor, Limit: boardRows, Open: true}
	asked := false // for statuses, or for what a board leaves out
	for _, t := range f.terms {
		if t.Field != drift.TermStatus {
			continue
		}
		asked = asked || !t.Not || slices.Contains(t.Values, "resolved") || slices.Contains(t.Values, "suppressed")
		if !t.Not && slices.Contains(t.Values, "resolved") {
			out.Open = false
		}
	}
	if !asked {
		out.Statuses = openStatuses
	}
	return out
}

// formSent tells whether the bar's form asked: it is answered by the address of what was asked for.
func formSent(r *http.Request) bool { return r.URL.Query().Has("was") }
