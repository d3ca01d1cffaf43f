package handlers

import (
	"context"
	"net/http"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// Comparer compares any two windows and versions of a model: the engine.
type Comparer interface {
	Compare(ctx context.Context, by drift.Actor, c engine.Comparison) (drift.Evidence, error)
}

// compare answers the evidence on two windows and versions of a model.
func (a *API) compare(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant", "recent_from", "recent_to", "recent_version", "baseline_from", "baseline_to", "baseline_version")
	if err != nil {
		return err
	}
	c := engine.Comparison{
		Recent:   engine.CompareSide{Version: q.text("recent_version")},
		Baseline: engine.CompareSide{Version: q.text("baseline_version")},
	}
	if c.Recent.Window, err = q.window("recent"); err != nil {
		return err
	}
	if c.Baseline.Window, err = q.window("baseline"); err != nil {
		return err
	}
	m, err := a.oneModel(r, q)
	if err != nil {
		return err
	}
	c.Tenant, c.ModelType = m.Tenant, m.ModelType
	e, err := a.engine.Compare(r.Context(), auth.ActorFrom(r.Context()), c)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, e)
	return nil
}

// window reads the days name_from and name_to, nil where both are left out.
func (q apiQuery) window(name string) (*drift.DriftWindow, error) {
	from, to := name+"_from", name+"_to"
	if q.text(from) == "" && q.text(to) == "" {
		return nil, nil
	}
	w := &drift.DriftWindow{}
	for _, end := range []struct {
		name string
		into *drift.Date
	}{{from, &w.From}, {to, &w.To}} {
		d, err := drift.ParseDate(q.text(end.name))
		if err != nil {
			return nil, drift.Invalid(end.name, "Give both days of a window as 2006-01-31, the second being the first day after it, or leave both out for today's window.")
		}
		*end.into = d
	}
	return w, nil
}
