package handlers

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// rankSeverity is the mark of a rank.
var rankSeverity = [...]component.Severity{component.Critical, component.Blind, component.High, component.Medium}

// incidentVM is an incident as a group of rows. q is the query that it is counted under.
func incidentVM(l lang.Lang, i *drift.Incident, q string, now time.Time, class uint8) component.IncidentVM {
	v := component.IncidentVM{
		Key: i.Key, Order: component.IncidentOrder(i.Rank, i.Newest, i.Last), Severity: rankSeverity[i.Rank], Title: incidentTitle(l, i),
		Cause: incidentCause(l, i), Fold: l.N(int64(i.N), "%d alert", "%d alerts"), Href: incidentHref(i.Key, q), Oldest: i.Oldest, Now: now,
		Hot: i.Hot > 0, Cleared: i.Untaken == 0, Ack: incidentAck(l, i, q, class),
	}
	v.Owner, v.Team = incidentOwner(l, i)
	for n := range i.Alerts {
		v.Rows = append(v.Rows, rowVM(l, &i.Alerts[n].Alert, i.Alerts[n].Since, now, class))
	}
	if more := i.N - len(i.Alerts); more > 0 {
		v.MoreText = l.N(int64(more), "%d more of this incident", "%d more of this incident")
	}
	return v
}

func incidentHref(key, q string) string {
	href := "/incidents/" + url.PathEscape(key)
	if q != "" {
		href += "?" + url.Values{"q": {q}}.Encode()
	}
	return href
}

// incidentAck is the button that acknowledges what is left. Its count is what it will change.
func incidentAck(l lang.Lang, i *drift.Incident, q string, class uint8) component.IncidentAckVM {
	if i.NeedAck == 0 || !mayMove(class) {
		return component.IncidentAckVM{Done: i.NeedAck == 0}
	}
	picks := make([]string, len(i.Acks))
	for n, a := range i.Acks {
		picks[n] = pickText(a)
	}
	v := component.IncidentAckVM{Picks: strings.Join(picks, " "), About: incidentTitle(l, i), Query: q}
	switch {
	case len(i.Acks) < i.NeedAck:
		v.Label = l.T("Ack %d of %d left", len(i.Acks), i.NeedAck)
	case i.NeedAck+i.Cleared < i.N: // what is cleared was not taken by anybody
		v.Label = l.T("Ack %d left", i.NeedAck)
	default:
		v.Label = l.T("Ack %d", i.NeedAck)
	}
	return v
}

// incidentTitle says what happened, with whose it is first.
func incidentTitle(l lang.Lang, i *drift.Incident) string {
	a := &i.Alerts[0].Alert
	who := modelOf(a)
	switch {
	case i.Models > 1 && i.Blind == i.N:
		return l.N(int64(i.Models), "%d model cannot be seen: %s", "%d models cannot be seen: %s", l.T(blindWhat[a.Reason]))
	case i.Models > 1 && i.Tenants == 1:
		return l.N(int64(i.Models), "%[2]s: %[1]d model drifted", "%[2]s: %[1]d models drifted", a.Tenant)
	case i.Models > 1 && i.Rollback == i.N:
		return l.N(int64(i.Tenants), "%[2]s was rolled back for %[1]d tenant", "%[2]s was rolled back for %[1]d tenants", a.ModelType)
	case i.Models > 1:
		return l.N(int64(i.Tenants), "%[2]s drifted for %[1]d tenant", "%[2]s drifted for %[1]d tenants", a.ModelType)
	case i.Rollback > 0:
		return l.T("%s: drifted and was rolled back", who)
	case i.Stat > 0 && i.Perf > 0:
		return l.T("%s: scores and accuracy both drifted", who)
	case i.Blind > 0 && i.Stat+i.Perf > 0:
		return l.T("%s: drifted, and can only be seen in part", who)
	case i.Blind > 0:
		return l.T("%s: cannot be seen", who)
	case i.Perf > 0:
		return l.T("%s: accuracy fell", who)
	}
	return l.T("%s: the scores moved", who)
}

// incidentCause says how much it is, and of one model what was found worst.
func incidentCause(l lang.Lang, i *drift.Incident) string {
	var parts []string
	for rank, n := range i.Ranks {
		if n > 0 {
			parts = append(parts, component.SeverityCount(l, rankSeverity[rank], n))
		}
	}
	cause := l.N(int64(i.N), "%d alert: %s.", "%d alerts: %s.", strings.Join(parts, ", "))
	if i.Cleared > 0 {
		cause += " " + l.N(int64(i.Cleared), "%d is cleared.", "%d are cleared.")
	}
	if i.Models == 1 {
		return cause + " " + withoutName(l, &i.Alerts[0].Alert)
	}
	if day := drift.IncidentDay(i.Key); day != "" {
		at, err := time.Parse(time.DateOnly, day)
		if err == nil {
			cause += " " + l.T("It began on %s.", l.Day(at))
		}
	}
	return cause
}

// withoutName is an alert's sentence without the model that it begins with, which the title names.
func withoutName(l lang.Lang, a *drift.Alert) string {
	message := l.Said(a.Message)
	rest, named := strings.CutPrefix(message, modelOf(a))
	_, what, cut := strings.Cut(rest, ": ")
	if !named || !cut {
		return message
	}
	first, size := utf8.DecodeRuneInString(what)
	return string(unicode.ToUpper(first)) + what[size:]
}

// incidentOwner is who has some of it, and where nobody has, the team that it waits for: by name where it is
// one, and that there are others.
func incidentOwner(l lang.Lang, i *drift.Incident) (person, team string) {
	if len(i.Owners) > 0 {
		return andOthers(l, i.Owners), ""
	}
	return "", andOthers(l, i.Teams)
}

func andOthers(l lang.Lang, names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return l.T("%s and others", names[0])
}

// selectionVM is what can be done with what is chosen; nil for a reader who may only look.
func selectionVM(l lang.Lang, people, teams []string, q string, class uint8) *page.SelectVMs {
	if !mayMove(class) {
		return nil
	}
	v := &page.SelectVMs{Query: q, Spans: page.Spans(l, l.T("Do not remind me"))}
	for _, name := range people {
		v.People = append(v.People, component.OptionVM{Value: name, Label: name})
	}
	for _, name := range teams {
		v.Teams = append(v.Teams, component.OptionVM{Value: name, Label: name})
	}
	return v
}
