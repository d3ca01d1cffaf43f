package handlers

import (
	"net/http"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web/auth"
)

// modelsPage answers the list of all models.
func (p *Pages) modelsPage(w http.ResponseWriter, r *http.Request) error {
	by := auth.ActorFrom(r.Context())
	d, err := p.store.ModelsPage(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	return p.show(w, r, http.StatusOK, p.shell(by, d.Watch, l.T("Models"), "models"), page.Models(modelsVM(d, l, p.now())))
}

// modelsVM lists each tenant's models, worst first, and the tenants by their worst one.
func modelsVM(d drift.ModelsData, l lang.Lang, now time.Time) page.ModelsVM {
	today := drift.DateOf(now)
	v := page.ModelsVM{Now: now, From: today.Add(1 - drift.StripDays).Time(), To: today.Time()}
	histories := historiesOf(d.Marks, today)
	place := boardPlaces(d.Listed)
	rows := make(map[drift.Model]page.ModelRowVM, len(d.Serving))
	order := make([]standing, len(d.Serving))
	for i, serving := range d.Serving {
		row := modelRowVM(d, l, serving, histories[serving.Model], today)
		rows[serving.Model] = row
		order[i] = standing{serving.Model, worse(mark(row.Statistical), mark(row.Performance)), place(serving.Model)}
	}
	slices.SortFunc(order, worstFirst)
	at := map[string]int{}
	for _, s := range order {
		i, there := at[s.model.Tenant]
		if !there {
			i = len(v.Tenants)
			at[s.model.Tenant] = i
			v.Tenants = append(v.Tenants, page.TenantModelsVM{Name: s.model.Tenant})
		}
		v.Tenants[i].Models = append(v.Tenants[i].Models, rows[s.model])
	}
	return v
}

func modelRowVM(d drift.ModelsData, l lang.Lang, serving drift.VersionKey, h *history, today drift.Date) page.ModelRowVM {
	row := page.ModelRowVM{
		ModelType: serving.ModelType, Href: modelHref(serving.Model), Version: serving.Version,
		Statistical: h.now(drift.Statistical), Performance: h.now(drift.Performance), Strip: component.StripVM{Days: h.both()},
	}
	var first drift.Date
	for _, s := range d.Versions {
		if s.Version.Model != serving.Model {
			continue
		}
		if s.Last.After(row.LastPrediction) {
			row.LastPrediction = s.Last
		}
		if s.Version != serving {
			continue
		}
		row.External, first = s.External, drift.DateOf(s.First)
		row.Right, row.N = int64(s.Counts.Correct()), int64(s.Counts.Outcomes())
		if s.N > 0 {
			share := float64(row.N) / float64(s.N)
			row.Coverage = &share
		}
	}
	row.LastPrediction = lastPredictionOf(d.Feeds, serving.Model, row.LastPrediction)
	for _, o := range d.Open {
		if o.Model == serving.Model {
			row.OpenAlerts = o.N
		}
	}
	var checked time.Time
	for _, m := range d.Marks {
		if m.Version.Model != serving.Model {
			continue
		}
		if m.Date.Time().After(checked) {
			checked = m.Date.Time()
		}
		if h == nil && m.DriftType == drift.Statistical { // of long ago, which Why says
			row.Statistical = severityVM(m.Status, m.Severity)
		} else if h == nil {
			row.Performance = severityVM(m.Status, m.Severity)
		}
	}
	row.Why = whyBlind(h, l, first, today, checked, d.Settings, coverageOf(d.Coverage, serving.Model))
	return row
}

func coverageOf(list []drift.OutcomeCoverage, m drift.Model) drift.OutcomeCoverage {
	for _, c := range list {
		if c.Model == m {
			return c
		}
	}
	return drift.OutcomeCoverage{Model: m}
}

// whyBlind says why a model is not judged by one of the checks, "" where both judge it. checked is
// the day of its newest check, zero where none has run.
func whyBlind(h *history, l lang.Lang, first, today drift.Date, checked time.Time, s drift.Settings, c drift.OutcomeCoverage) string {
	if h.judged() {
		return ""
	}
	scores, outcomes := h.now(drift.Statistical), h.now(drift.Performance)
	from := detect.JudgedFrom(first, s)
	switch {
	case scores == component.Absent && outcomes == component.Absent && !checked.IsZero():
		return l.T("not checked since %s", l.DayYear(checked))
	case scores == component.Absent && outcomes == component.Absent:
		return l.T("no check has run yet")
	case today < from:
		return l.T("too young: judged from %s on", l.WeekdayAs(from.Time(), today.Time()))
	case c.Silent:
		return l.T("no outcome for any prediction after %s", l.WeekdayAs(c.LastOutcomeFor, today.Time()))
	case unseen(scores) && unseen(outcomes):
		return l.T("too little data in one of the windows")
	case unseen(scores):
		return l.T("too few scores in one of the windows")
	}
	return l.T("too few outcomes in one of the windows")
}

func unseen(s component.Severity) bool { return s == component.Blind || s == component.Absent }
