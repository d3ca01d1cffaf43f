package handlers

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// chartDays is how many days of checks an alert's charts show.
const chartDays = 60

// alertPage answers the page of one alert, with what became of the reader's own move.
func (p *Pages) alertPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	said := saidVM{}
	said.note, said.undo = p.noteAndUndo(w, r)
	return p.showAlert(w, r, id, http.StatusOK, said)
}

// showAlert answers an alert's page as it stands now.
func (p *Pages) showAlert(w http.ResponseWriter, r *http.Request, id int64, status int, said saidVM) error {
	by := auth.ActorFrom(r.Context())
	now := p.now()
	d, err := p.store.AlertPage(r.Context(), by, drift.AlertQuery{ID: id, Now: now, Days: chartDays, Windows: windowsOf})
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	events, err := p.alertEvents(r.Context(), by, d, l)
	if err != nil {
		return err
	}
	v := p.alertVM(d, l, by, events)
	if v.Retrain, err = p.alertRetrainVM(r.Context(), d, by); err != nil {
		return err
	}
	if v.Features, err = p.featuresVM(r.Context(), by, d.Own); err != nil {
		return err
	}
	if v.Fell, err = p.fellWords(r.Context(), by, d, l); err != nil {
		return err
	}
	if v.Work, err = p.alertWorkVM(r.Context(), d.Alert, by); err != nil {
		return err
	}
	v.Note, v.Conflict, v.Undo = said.note, said.lost, said.undo
	if v.Presence, err = p.presenceVM(r.Context(), by, id, r.Method == http.MethodGet); err != nil {
		return err
	}
	if v.Retrain != nil {
		v.Retrain.Typed = said.typed
	}
	return p.show(w, r, status, p.shell(by, d.Watch, alertTitle(d.Alert, l), "board"), page.Alert(v))
}

// alertVM is one alert's page for one reader.
func (p *Pages) alertVM(d drift.AlertData, l lang.Lang, by drift.Actor, events []chart.Event) page.AlertVM {
	now := stamp(p.now())
	a := d.Alert
	v := page.AlertVM{
		Files: alertFiles(a.ID), Fold: alertFold(d), ReportHref: alertHref(a.ID) + "/report",
		Now: p.now(), State: alertStateVM(d, l, now), Actions: alertActionsVM(d, l, class(by.Role)), Timeline: alertTimelineVM(d, l, now),
		Reports: p.reportVMs(d, l), Sibling: siblingVM(d.Sibling, l), Blind: blindVM(d, l, now),
	}
	if a.ModelType != "" {
		v.ModelHref = modelHref(modelKey(a))
	}
	if a.DriftType == nil {
		return v
	}
	if r := performanceReport(d); r != nil {
		newestDay(v.Reports, *r, d.Days)
	}
	v.Histogram, v.ECDF = distribution(d.Scores), ecdfs(d.Scores, d.Statistical())
	from, to := a.CheckDate.Add(1-chartDays), a.CheckDate.Add(1)
	if d.Own != nil {
		_, baseline := windowsOf(*d.Own)
		from = min(from, baseline.From)
	}
	span := spanOf(from, to)
	events = append(raised(a, l, span), events...)
	v.Trend = p.trend(l, d.Checks, d.Statistical(), span)
	v.Trend.Events = events
	v.Accuracy = accuracy(l, d.Days, performanceReport(d), span, events)
	return v
}

// performanceReport is the performance report of an alert's page, nil where it shows none.
func performanceReport(d drift.AlertData) *drift.Report {
	for _, r := range []*drift.Report{d.Own, d.Other} {
		if r != nil && r.DriftType == drift.Performance {
			return r
		}
	}
	return nil
}

// newestDay puts the newest day of a report's recent window beside the whole of it: that is what the morning's
// review shows.
func newestDay(list []page.ReportVM, r drift.Report, days []drift.ScoreDay) {
	recent, _ := windowsOf(r)
	for _, d := range slices.Backward(days) {
		if d.Day >= recent.To || d.Counts.Outcomes() == 0 {
			continue
		}
		for i := range list {
			if list[i].ID == r.ID && list[i].Performance != nil && d.Day >= recent.From {
				list[i].Performance.Newest = &page.DayVM{Date: d.Day.Time(), Right: int64(d.Counts.Correct()), N: int64(d.Counts.Outcomes())}
			}
		}
		return
	}
}

// raised marks when the alert was raised, where its charts reach that far.
func raised(a *drift.Alert, l lang.Lang, span chart.Window) []chart.Event {
	if a.CreatedAt.Before(span.From) || !a.CreatedAt.Before(span.To) {
		return nil
	}
	return []chart.Event{{At: a.CreatedAt, Label: l.T("alert raised")}}
}
