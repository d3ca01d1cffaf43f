package handlers

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// filterVM is the filter bar: the query, and selects that each edit one part of it.
func filterVM(l lang.Lang, f boardFilter, d drift.BoardData) page.FilterVM {
	var tenants, models []choice
	for _, t := range d.Tenants {
		tenants = append(tenants, choice{t.Name, t.Name})
	}
	for _, m := range d.Types {
		models = append(models, choice{m.Name, m.Name})
	}
	owners := []choice{{drift.OwnerMe, l.T("Mine")}, {drift.OwnerNobody, l.T("nobody's")}}
	for _, name := range d.People {
		owners = append(owners, choice{name, name})
	}
	v := page.FilterVM{Query: f.text, Active: f.active(), ClearHref: hrefOf("")}
	for _, s := range []struct {
		name, label, all string
		options          []choice
	}{
		{"severity", l.T("Severity"), l.T("Any severity"), []choice{
			{"critical", l.T("critical")}, {"blind", l.T("blind")}, {"high", l.T("high")}, {"medium", l.T("medium")},
		}},
		{"status", l.T("Status"), l.T("Open"), []choice{
			{"new", l.T("new")},
			{"acknowledged", l.T("acknowledged")},
			{"assigned", l.T("assigned")},
			{"escalated", l.T("escalated")},
			{"suppressed", l.T("suppressed")},
			{"resolved", l.T("resolved")},
		}},
		{"tenant", l.T("Tenant"), l.T("All tenants"), tenants},
		{"model", l.T("Model"), l.T("All models"), models},
		{"drift", l.T("Drift"), l.T("Both checks"), []choice{
			{string(drift.Statistical), l.T("statistical")}, {string(drift.Performance), l.T("performance")},
		}},
		{"assignee", l.T("Owner"), l.T("Any owner"), owners},
		{"age", l.T("Age"), l.T("Any age"), []choice{
			{">1h", l.T("over %s", l.Age(time.Hour))},
			{">4h", l.T("over %s", l.Age(4*time.Hour))},
			{">1d", l.T("over %s", l.Age(24*time.Hour))},
			{">1w", l.T("over %s", l.Age(7*24*time.Hour))},
			{"<1h", l.T("under %s", l.Age(time.Hour))},
		}},
	} {
		v.Selects = append(v.Selects, selectOf(s.name, s.label, s.all, f.chosen(s.name), s.options))
	}
	if w := f.wrong; w != nil {
		v.Problem = l.T("%s It begins at character %d. The list is shown without the query.", l.T(w.Format, w.Args...), w.At)
	}
	return v
}

// choice is a value of a select and what it is called.
type choice struct{ value, label string }

// chosen is what a select of the bar shows as chosen.
func (f boardFilter) chosen(name string) string {
	for _, part := range filterParts {
		if part.name == name {
			return chosenOf(f.terms, part.field)
		}
	}
	return ""
}

// selectOf is one select; what is chosen is offered too where it is not among the options.
func selectOf(name, label, all, chosen string, options []choice) page.SelectVM {
	v := page.SelectVM{Name: name, Label: label, Options: []page.OptionVM{{Label: all}}}
	found := chosen == ""
	for _, o := range options {
		found = found || o.value == chosen
		v.Options = append(v.Options, page.OptionVM{Value: o.value, Label: o.label, Selected: o.value == chosen})
	}
	if !found {
		v.Options = append(v.Options, page.OptionVM{Value: chosen, Label: chosen, Selected: true})
	}
	return v
}

// queryFaults are the sentences of package query, for the catalogue to know them.
var _ = []string{
	lang.Key("A query has at most %d characters."),
	lang.Key("A query has at most %d parts."),
	lang.Key("A minus stands right before what is not wanted, such as -status:resolved."),
	lang.Key("There is nothing between the quotes."),
	lang.Key("A space is missing here."),
	lang.Key("Nothing is called %q here. Ask for %s; put words that hold a colon in quotes."),
	lang.Key("Say an age after %s:, such as age:>2h or age:<30m."),
	lang.Key("Say after %s: one of %s."),
	lang.Key("Say a name after %s:."),
	lang.Key("%q is no %s. Known are %s."),
	lang.Key("The quote that begins here does not end."),
	lang.Key("%q is no age. Write age:>2h or age:<30m, with m, h, d or w."),
	lang.Key("%q is longer than ten years."),
}

// maxFilterText bounds one field of a list's filter, in bytes.
const maxFilterText = 200

// choices is one select of a list whose values are their own labels.
func choices(name, label, all, chosen string, options []string) page.SelectVM {
	list := make([]choice, len(options))
	for i, o := range options {
		list[i] = choice{o, o}
	}
	return selectOf(name, label, all, chosen, list)
}
