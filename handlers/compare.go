package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// comparisonAsked is a comparison as the query of a page says it, and the model that it is about.
type comparisonAsked struct {
	model   drift.ModelData
	pair    pairKey
	problem *drift.Error // of a query that says no comparison
}

// readPair reads which model is meant and which windows and versions are compared; what the query leaves
// out is as the newest check has it.
func (p *Pages) readPair(r *http.Request) (comparisonAsked, error) {
	var a comparisonAsked
	q := drift.ModelQuery{Now: p.now(), Days: 1}
	var err error
	if q.Tenant, q.ModelType, err = modelPath(r); err != nil {
		return a, err
	}
	if a.model, err = p.store.ModelPage(r.Context(), auth.ActorFrom(r.Context()), q); err != nil {
		return a, err
	}
	usual := newestWindows(a.model, drift.DateOf(q.Now))
	values := r.URL.Query()
	for _, side := range []struct {
		name    string
		version *drift.VersionKey
		window  *drift.DriftWindow
		usual   drift.DriftWindow
	}{
		{"recent", &a.pair.recent, &a.pair.recentWindow, usual.Recent},
		{"baseline", &a.pair.baseline, &a.pair.baseWindow, usual.Baseline},
	} {
		*side.version, *side.window = drift.VersionKey{Model: a.model.Model, Version: values.Get(side.name + "_version")}, side.usual
		if side.version.Version == "" {
			side.version.Version = seenVersion(a.model)
			if side.name == "baseline" {
				side.version.Version = a.pair.recent.Version
			}
		}
		for _, field := range []string{side.name + "_version", side.name + "_from", side.name + "_to"} {
			if err := web.CheckText(field, values.Get(field)); err != nil {
				return a, err
			}
		}
		w, err := apiQuery(values).window(side.name)
		var e *drift.Error
		switch {
		case errors.As(err, &e):
			a.problem = e
		case err != nil:
			return a, err
		case w != nil:
			*side.window = *w
		}
	}
	return a, nil
}

// newestWindows are the windows of the newest check, of today's where none has run.
func newestWindows(d drift.ModelData, today drift.Date) detect.Windows {
	if r := latest(d.Latest, drift.Statistical); r != nil {
		return detect.WindowsOf(r.Date, settingsOf(*r))
	}
	return detect.WindowsOf(today, drift.NewSettings())
}

// comparePage answers the comparison of any two windows and versions: as a page, or for a fold of another.
func (p *Pages) comparePage(w http.ResponseWriter, r *http.Request) error {
	a, err := p.readPair(r)
	if err != nil {
		return err
	}
	l, by := lang.From(r.Context()), auth.ActorFrom(r.Context())
	v := compareVM(l, a, p.now())
	status := http.StatusOK
	var e drift.Evidence
	switch {
	case a.problem == nil && a.pair.recent.Version == "":
		a.problem = &drift.Error{Code: drift.CodeInvalid, Message: "No version of this model has made a prediction yet, so there is nothing to compare."}
	case a.problem == nil:
		e, err = p.evidenceOf(r.Context(), by, a.pair)
		c := drift.CodeOf(err)
		if err != nil && c != drift.CodeInvalid && c != drift.CodeNotFound {
			return err
		}
		_ = errors.As(err, &a.problem) // an error of these codes is one; none leaves it nil
	}
	if a.problem != nil {
		status, v.Problem = web.Status(a.problem.Code), l.Said(a.problem.Message)
	} else {
		x := p.comparedVM(l, a, e)
		v.Evidence, v.Reports = &x, p.findings(l, a, e)
	}
	if r.URL.Query().Get("part") == partEvidence {
		if v.Evidence == nil {
			return a.problem
		}
		return writePart(w, r, page.Evidence(*v.Evidence))
	}
	title := a.model.Model.Tenant + " " + a.model.Model.ModelType
	return p.show(w, r, status, p.shell(by, a.model.Watch, l.T("Compare %s", title), "models"), page.Compare(v))
}

// comparedVM is the whole evidence of a comparison, with its charts' files.
func (p *Pages) comparedVM(l lang.Lang, a comparisonAsked, e drift.Evidence) page.EvidenceVM {
	v := evidenceVM(l, e)
	v.Files = chart.Files{Base: modelHref(a.model.Model) + "/charts/", Query: "?" + pairQuery(a.pair).Encode()}
	found := drift.Report{Status: e.Statistical.Status, DriftType: drift.Statistical, Statistical: e.Statistical.Metrics}
	v.Scores = distribution(e.Scores)
	if found.Statistical != nil {
		v.ECDF = ecdfs(e.Scores, &found)
	}
	return v
}

// findings are the numbers of both checks on the windows, as a report holds them.
func (p *Pages) findings(l lang.Lang, a comparisonAsked, e drift.Evidence) []page.ReportVM {
	var out []page.ReportVM
	add := func(r drift.Report) {
		v := p.reportVM(r, l)
		v.Recent, v.Baseline = windowVM(a.pair.recentWindow), windowVM(a.pair.baseWindow)
		out = append(out, v)
	}
	base := drift.Report{Version: a.pair.recent, Date: a.pair.recentWindow.To, BaselineSource: drift.BaselineWindow}
	if s := e.Statistical; s.Metrics != nil {
		r := base
		r.DriftType, r.Status, r.Severity, r.Message, r.Statistical = drift.Statistical, s.Status, s.Severity, s.Message, s.Metrics
		add(r)
	}
	if f := e.Performance; f.Metrics != nil {
		r := base
		r.DriftType, r.Status, r.Severity, r.SecondarySeverity, r.Message, r.Performance = drift.Performance, f.Status, f.Severity, f.SecondarySeverity, f.Message, f.Metrics
		add(r)
	}
	return out
}

// pairQuery is the query that says a comparison, so that its address can be sent on.
func pairQuery(k pairKey) url.Values {
	return url.Values{
		"recent_version": {k.recent.Version}, "recent_from": {k.recentWindow.From.String()}, "recent_to": {k.recentWindow.To.String()},
		"baseline_version": {k.baseline.Version}, "baseline_from": {k.baseWindow.From.String()}, "baseline_to": {k.baseWindow.To.String()},
	}
}

// modelChart answers one chart of a model's page, or of a comparison, as a file.
func (p *Pages) modelChart(w http.ResponseWriter, r *http.Request) error {
	file, l, by := chi.URLParam(r, "file"), lang.From(r.Context()), auth.ActorFrom(r.Context())
	charts, m, err := p.modelCharts(r, l)
	if err != nil {
		return err
	}
	if !draws(charts, l, file) {
		a, err := p.readPair(r)
		if err != nil {
			return err
		}
		if a.problem != nil {
			return a.problem
		}
		e, err := p.evidenceOf(r.Context(), by, a.pair)
		if err != nil {
			return err
		}
		charts = p.comparedVM(l, a, e).Charts()
	}
	return ChartFile(w, r, fmt.Sprintf("%s-%s", m.Tenant, m.ModelType), file, charts...)
}

// modelCharts are the charts of a model's own page.
func (p *Pages) modelCharts(r *http.Request, l lang.Lang) ([]chart.Chart, drift.Model, error) {
	q := drift.ModelQuery{Now: p.now()}
	var err error
	if q.Tenant, q.ModelType, err = modelPath(r); err != nil {
		return nil, drift.Model{}, err
	}
	if q.Days, err = web.QueryInt(r, "days", 30, 1, 90); err != nil {
		return nil, drift.Model{}, err
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.ModelPage(r.Context(), by, q)
	if err != nil {
		return nil, drift.Model{}, err
	}
	history, err := p.historyOf(r.Context(), by, d, d.SpanEnd(drift.DateOf(q.Now)), q.Days)
	if err != nil {
		return nil, d.Model, err
	}
	return p.modelVM(d, history, l, q, r.URL.Query().Get("metric")).Charts(), d.Model, nil
}

// versionNames are a model's versions, those that predicted last first.
func versionNames(d drift.ModelData) []drift.VersionSummary {
	out := slices.DeleteFunc(slices.Clone(d.Versions), func(v drift.VersionSummary) bool { return v.Last.IsZero() })
	slices.SortStableFunc(out, func(a, b drift.VersionSummary) int { return b.Last.Compare(a.Last) })
	return out
}

// seenVersion is the version that a model is compared by where nobody names one: the one that its page is
// about or, while that has made no prediction, the one that predicted last.
func seenVersion(d drift.ModelData) string {
	list := versionNames(d)
	for _, v := range list {
		if v.Version.Version == d.Seen().Version {
			return v.Version.Version
		}
	}
	if len(list) > 0 {
		return list[0].Version.Version
	}
	return ""
}
