package handlers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// A page of a shift lists so many incidents and events: it is one page to read. The numbers count all.
const (
	shiftOpenShown   = 40
	shiftEventsShown = 60
)

// shiftVM is what a hand-over says, of a shift that is looked over or was kept. Where now is a kept one's
// time, what was open is said as it stood then.
func shiftVM(l lang.Lang, s drift.Shift, now time.Time) page.ShiftVM {
	v := page.ShiftVM{
		Now: now, OpenNone: l.T("Nothing is open."),
		Definition: l.T("Each alert and retrain is counted once, however often it moved. Acknowledged: by a person, and not taken back. Escalated: by a person or by itself. Resolved: by a person, or because a blind spot ended. Retrains: came into service or ended."),
	}
	many := len(s.Tenants) > 1
	var c drift.ShiftCounts
	rollbacks, settings, silences := 0, len(s.Settings), len(s.Silences)
	for _, t := range s.Tenants {
		c.Add(t.Counts)
		rollbacks, settings, silences = rollbacks+len(t.Rollbacks), settings+len(t.Settings), silences+len(t.Silences)
		v.Open = append(v.Open, openVM(l, t, many)...)
		v.OpenLeft += int64(t.Open.Total - len(t.Open.Items))
		v.Events = append(v.Events, tenantEvents(l, t, many)...)
		v.Left += int64(t.Moves.Total - len(t.Moves.Items) + t.Retrains.Total - len(t.Retrains.Items))
		for _, g := range t.Given {
			v.Given = append(v.Given, page.GivenVM{
				Href: alertHref(g.AlertID), Title: alertLink(l, shown(t.Tenant, g.ModelType, true), g.AlertID).Text, Why: l.Said(g.Refused),
			})
		}
	}
	v.Events = append(v.Events, commonEvents(l, s.ShiftCommon)...)
	slices.SortStableFunc(v.Events, func(a, b component.TimelineVM) int { return a.At.Compare(b.At) })
	if n := len(v.Events) - shiftEventsShown; n > 0 {
		v.Events, v.Left = v.Events[n:], v.Left+int64(n)
	}
	slices.SortStableFunc(v.Open, func(a, b page.ShiftOpenVM) int {
		return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(a.Place, b.Place), a.Since.Compare(b.Since))
	})
	if n := len(v.Open) - shiftOpenShown; n > 0 {
		v.Open, v.OpenLeft = v.Open[:shiftOpenShown], v.OpenLeft+int64(n)
	}
	failed := component.FactVM{Label: l.T("Failed checks"), Value: l.Count(int64(len(s.Failed)))}
	if len(s.Failed) > 0 {
		failed.Tone = "ct"
	}
	for _, f := range []struct {
		what string
		n    int
	}{
		{l.T("Raised"), c.Raised},
		{l.T("Acknowledged"), c.Acknowledged},
		{l.T("Escalated"), c.Escalated},
		{l.T("Resolved"), c.Resolved},
		{l.T("Retrains"), c.Retrains},
		{l.T("Rollbacks"), rollbacks},
		{l.T("Settings changed"), settings},
		{l.T("Silences"), silences},
	} {
		v.Facts = append(v.Facts, component.FactVM{Label: f.what, Value: l.Count(int64(f.n))})
	}
	v.Facts = append(v.Facts, failed)
	nextVM(l, s, &v)
	return v
}

// shown names a model, with its tenant where the reader sees several.
func shown(tenant, model string, many bool) string {
	if many || model == "" {
		return strings.TrimSpace(tenant + " " + model)
	}
	return model
}

func openVM(l lang.Lang, t drift.ShiftTenant, many bool) []page.ShiftOpenVM {
	out := make([]page.ShiftOpenVM, 0, len(t.Open.Items))
	for _, i := range t.Open.Items {
		v := page.ShiftOpenVM{
			Severity: markOf(i.Type, i.Severity), Href: alertHref(i.AlertID), Title: shown(t.Tenant, strings.Join(i.Models, ", "), many),
			Text: l.Said(i.Message), Alerts: l.N(int64(i.Alerts), "%d alert", "%d alerts"), Since: i.Since,
			Who: strings.Join(i.Owners, ", "), Place: i.Place,
		}
		if i.Alerts > 1 {
			v.Href = incidentHref(i.Key, "")
		}
		if len(i.Owners) == 0 && len(i.Teams) > 0 {
			v.Nobody = l.T("waits for %s", strings.Join(i.Teams, ", "))
		} else if i.Unowned > 0 && i.Unowned == i.Alerts {
			v.Nobody = l.T("nobody has it")
		} else if i.Unowned > 0 {
			v.Nobody = l.N(int64(i.Unowned), "%d of them is nobody’s", "%d of them are nobody’s")
		}
		out = append(out, v)
	}
	return out
}

// tenantEvents are what happened at a tenant.
func tenantEvents(l lang.Lang, t drift.ShiftTenant, many bool) []component.TimelineVM {
	var out []component.TimelineVM
	add := func(at time.Time, v component.TimelineVM) {
		v.At = at
		out = append(out, v)
	}
	for _, m := range t.Moves.Items {
		add(m.At, alertEvent(l, m.Move, m.AlertType, m.Severity, m.Actor, m.Note, alertLink(l, shown(t.Tenant, m.ModelType, many), m.AlertID)))
	}
	for _, r := range t.Retrains.Items {
		add(r.At, retrainEvent(l, r.State, r.Actor, r.Note, retrainLink(l, shown(t.Tenant, r.ModelType, many), r.RetrainID)))
	}
	for _, r := range t.Rollbacks {
		v := event(l, lang.Key("{0} rolled {1} back"), "back", r.By, component.Bold(shown(t.Tenant, r.ModelType, true)))
		v.Note = l.Said(r.Reason)
		add(r.At, v)
	}
	for _, c := range t.Settings {
		add(c.At, settingEvent(l, c, t.Tenant))
	}
	for _, x := range t.Silences {
		add(x.From, silenceEvent(l, x))
	}
	return out
}

// commonEvents are what concerned every tenant.
func commonEvents(l lang.Lang, c drift.ShiftCommon) []component.TimelineVM {
	var out []component.TimelineVM
	for _, s := range c.Settings {
		v := settingEvent(l, s, "")
		v.At = s.At
		out = append(out, v)
	}
	for _, x := range c.Silences {
		v := silenceEvent(l, x)
		v.At = x.From
		out = append(out, v)
	}
	for _, j := range c.Failed {
		out = append(out, component.TimelineVM{
			Icon: "cross", At: j.At, Note: l.Said(j.Error),
			Text: component.Sentence(l.T("The job {0} of {1} failed"), component.Typed(string(j.Name)), component.At(j.Slot, component.DayClock)),
		})
	}
	return out
}

func settingEvent(l lang.Lang, c drift.ShiftSetting, tenant string) component.TimelineVM {
	value := func(v *string) component.Piece {
		if v == nil {
			return component.Plain(l.T("its default"))
		}
		return component.Typed(*v)
	}
	text := l.T("{0} changed {1} from {2} to {3}")
	if tenant != "" {
		text = l.T("{0} changed {1} of {4} from {2} to {3}")
	}
	return component.TimelineVM{
		Initials: component.Initials(c.By), Note: c.Reason,
		Text: component.Sentence(text, component.Bold(c.By), component.Piece{Text: c.Name, Href: "/settings/" + c.Name}, value(c.Old), value(c.New), component.Plain(tenant)),
	}
}

func silenceEvent(l lang.Lang, x drift.ShiftSilence) component.TimelineVM {
	return component.TimelineVM{
		Icon: "bell", Note: x.Reason,
		Text: component.Sentence(l.T("{0} of {1} began, until {2}"),
			component.Piece{Text: l.T("Silence %s", strconv.FormatInt(x.ID, 10)), Href: silenceHref(x.ID)}, component.Bold(x.By), component.At(x.To, component.DayClock)),
	}
}
