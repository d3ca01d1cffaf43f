package handlers

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// morningJSON is a morning review with what the page works out of it.
type morningJSON struct {
	drift.MorningReview
	Metrics drift.Listed[metricsJSON] `json:"metrics"`
	Jobs    []reviewJob               `json:"jobs"`
}

// weeklyJSON and monthlyJSON carry their name, and the rate that the counts give.
type weeklyJSON struct {
	drift.WeeklyReview
	Week    string       `json:"week"`
	Success drift.Number `json:"retrain_success"`
}

type monthlyJSON struct {
	drift.MonthlyReview
	Month        string       `json:"month"`
	Success      drift.Number `json:"retrain_success"`
	AlertsMet    bool         `json:"alerts_target_met"`
	RollbacksMet bool         `json:"rollbacks_target_met"`
}

// review answers with the numbers of one of the guide's reviews, those of its page.
func (a *API) review(w http.ResponseWriter, r *http.Request) error {
	fields := map[string]string{"morning": "day", "weekly": "week", "monthly": "month"}
	kind := chi.URLParam(r, "kind")
	field, ok := fields[kind]
	if !ok {
		return drift.NotFound("There is no such review. morning, weekly and monthly are.")
	}
	q, err := queryOf(r, field)
	if err != nil {
		return err
	}
	by, now := auth.ActorFrom(r.Context()), a.now().UTC()
	var out any
	switch kind {
	case "morning":
		out, err = a.morning(r, by, q.text(field), now)
	case "weekly":
		out, err = a.weekly(r, by, q.text(field), now)
	default:
		out, err = a.monthly(r, by, q.text(field), now)
	}
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, out)
	return nil
}

func (a *API) morning(r *http.Request, by drift.Actor, day string, now time.Time) (any, error) {
	q, err := morningOf(day, now)
	if err != nil {
		return nil, err
	}
	d, err := a.store.MorningReview(r.Context(), by, q)
	if err != nil {
		return nil, err
	}
	out := morningJSON{MorningReview: d, Jobs: reviewJobs(lang.English, d, now)}
	out.Metrics.Total, out.Metrics.Items = d.Metrics.Total, make([]metricsJSON, len(d.Metrics.Items))
	for i, m := range d.Metrics.Items {
		out.Metrics.Items[i] = metricsOf(m)
	}
	return out, nil
}

func (a *API) weekly(r *http.Request, by drift.Actor, week string, now time.Time) (any, error) {
	q, err := weekOf(week, now)
	if err != nil {
		return nil, err
	}
	d, err := a.store.WeeklyReview(r.Context(), by, q)
	return weeklyJSON{d, d.Period.Week(), d.Tally.Success()}, err
}

func (a *API) monthly(r *http.Request, by drift.Actor, month string, now time.Time) (any, error) {
	q, err := monthOf(month, now)
	if err != nil {
		return nil, err
	}
	d, err := a.store.MonthlyReview(r.Context(), by, q)
	return monthlyJSON{d, d.Period.Month(), d.Tally.Success(), d.Above == 0, d.Rollbacks.Total < drift.RollbacksTarget}, err
}

// rehearseRollback proves on a shadow model that rolling back works. A rehearsal that found something
// broken is an answer, not a failure.
func (a *API) rehearseRollback(w http.ResponseWriter, r *http.Request) error {
	if _, err := queryOf(r); err != nil {
		return err
	}
	done, err := a.engine.RehearseRollback(r.Context(), auth.ActorFrom(r.Context()))
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, done)
	return nil
}
