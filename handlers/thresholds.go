package handlers

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// Proposer keeps proposed settings and decides them: the engine.
type Proposer interface {
	ProposeSettings(ctx context.Context, by drift.Actor, p drift.SettingProposal) (*drift.SettingProposal, error)
	DecideProposal(ctx context.Context, by drift.Actor, id int64, accept bool, why string) (*drift.SettingProposal, error)
}

// slider is a threshold that is tried by moving it. The range is that of the slider alone; the field beside
// it takes whatever the setting does.
type slider struct {
	name     string
	low, top float64
	decimals int // of a value that the slider gives
}

// sliders are the thresholds in the order of the page.
var sliders = []slider{
	{"STATISTICAL_DRIFT_PVALUE_CRITICAL", 0.0001, 0.01, 4},
	{"STATISTICAL_DRIFT_PVALUE_HIGH", 0.0005, 0.05, 4},
	{"STATISTICAL_DRIFT_PVALUE_MEDIUM", 0.001, 0.2, 3},
	{"GUARD_MIN_D", 0, 0.5, 2},
	{"PERFORMANCE_DRIFT_CRITICAL", 0.05, 0.5, 2},
	{"PERFORMANCE_DRIFT_HIGH", 0.01, 0.4, 2},
	{"PERFORMANCE_DRIFT_MEDIUM", 0.01, 0.3, 2},
}

// moved is the value that a form asks for: that of the field where it was written in, else that of the
// slider where it was moved, else what was shown.
func (s slider) moved(q url.Values, inForce string) string {
	was, field, slid := q.Get(s.name+".was"), strings.TrimSpace(q.Get(s.name)), q.Get(s.name+".slider")
	switch {
	case field != "" && field != was:
		return field
	case slid == "" || slid == was:
	default:
		if v, err := strconv.ParseFloat(slid, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'f', s.decimals, 64)
		}
	}
	if field != "" {
		return field
	}
	return inForce
}

// tried is what a reader tries: values by setting, for one tenant or all that have none of their own.
type tried struct {
	tenant, modelType string
	scope             int64
	values            map[string]string
	changed           bool // some value is not the one in force
	settings          drift.SettingsData
}

func (p *Pages) readTried(r *http.Request, q url.Values) (t tried, err error) {
	by := auth.ActorFrom(r.Context())
	t = tried{tenant: q.Get("tenant"), modelType: q.Get("model_type"), values: map[string]string{}}
	for field := range q {
		if err := web.CheckText(clipped(field), q.Get(field)); err != nil {
			return t, err
		}
	}
	if t.scope, err = p.tenantScope(r.Context(), by, t.tenant); err != nil {
		return t, err
	}
	if t.settings, err = p.store.SettingsPage(r.Context(), by, t.scope, p.now()); err != nil {
		return t, err
	}
	for _, s := range sliders {
		inForce := t.settings.Settings.Text(s.name)
		v := s.moved(q, inForce)
		t.values[s.name], t.changed = v, t.changed || v != inForce
	}
	for _, name := range []string{"GUARD_SIGNIFICANT", "SECONDARY_METRIC_ALERTS"} {
		inForce := t.settings.Settings.Text(name)
		v := inForce
		if q.Has(name) {
			v = q.Get(name)
		}
		t.values[name], t.changed = v, t.changed || v != inForce
	}
	return t, nil
}

// thresholdsPage answers which alerts there would have been with other thresholds.
func (p *Pages) thresholdsPage(w http.ResponseWriter, r *http.Request) error {
	t, err := p.readTried(r, r.URL.Query())
	if err != nil {
		return err
	}
	return p.showThresholds(w, r, http.StatusOK, t, p.noteFor(w, r), "", "")
}

func (p *Pages) showThresholds(w http.ResponseWriter, r *http.Request, status int, t tried, note component.FormNoteVM, reason, problem string) error {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	v := thresholdsVM(l, t, by)
	v.Note, v.Reason.Value, v.Reason.Problem = note, reason, problem
	result, err := p.try(r.Context(), by, t)
	var e *drift.Error
	switch {
	case err == nil:
		v.Result = whatIfVM(l, result)
		v.Result.Files = chart.Files{Base: "/settings/thresholds/charts/", Query: "?" + t.query().Encode()}
	case errors.As(err, &e) && e.Code == drift.CodeInvalid:
		status, v.Problem = web.Status(e.Code), l.Said(e.Message)
	default:
		return err
	}
	return p.show(w, r, status, p.shell(by, t.settings.Watch, l.T("Thresholds"), "settings"), page.Thresholds(v))
}

// try judges the checks of the last days anew.
func (p *Pages) try(ctx context.Context, by drift.Actor, t tried) (engine.WhatIfResult, error) {
	return p.o.Engine.WhatIf(ctx, by, engine.WhatIf{Tenant: t.tenant, ModelType: t.modelType, Days: engine.WhatIfDays, Changes: t.values})
}

// query says what is tried.
func (t tried) query() url.Values {
	q := url.Values{"tenant": {t.tenant}, "model_type": {t.modelType}}
	for name, v := range t.values {
		q.Set(name, v)
	}
	return q
}

// thresholdsChart answers the chart of what was tried as a file.
func (p *Pages) thresholdsChart(w http.ResponseWriter, r *http.Request) error {
	t, err := p.readTried(r, r.URL.Query())
	if err != nil {
		return err
	}
	result, err := p.try(r.Context(), auth.ActorFrom(r.Context()), t)
	if err != nil {
		return err
	}
	return ChartFile(w, r, "thresholds", chi.URLParam(r, "file"), whatIfChart(lang.From(r.Context()), result))
}

// propose asks an administrator to set what was tried.
func (p *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	t, err := p.readTried(r, r.PostForm)
	if err != nil {
		return err
	}
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	reason := r.PostForm.Get("reason")
	_, err = p.o.Engine.ProposeSettings(r.Context(), by, drift.SettingProposal{Tenant: t.tenant, Values: t.values, Reason: reason})
	var e *drift.Error
	switch {
	case errors.As(err, &e) && e.Code == drift.CodeInvalid && e.Field == "reason":
		return p.showThresholds(w, r, web.Status(e.Code), t, component.FormNoteVM{}, reason, l.Said(e.Message))
	case errors.As(err, &e) && e.Code == drift.CodeInvalid:
		return p.showThresholds(w, r, web.Status(e.Code), t, refused(r, e), reason, "")
	case err != nil:
		return err
	}
	p.leadTo(w, r, settingsHref(t.tenant)+"#proposals", said(l.T("You proposed it. It waits for an administrator.")))
	return nil
}

// decide accepts or declines a proposal.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	do, reason := chi.URLParam(r, "do"), r.PostForm.Get("reason")
	if do != "accept" && do != "decline" {
		return drift.NotFound("A proposal is accepted or declined.")
	}
	if err := web.CheckText("reason", reason); err != nil {
		return err
	}
	l := lang.From(r.Context())
	d, err := p.o.Engine.DecideProposal(r.Context(), auth.ActorFrom(r.Context()), id, do == "accept", reason)
	var e *drift.Error
	switch {
	case errors.As(err, &e) && (e.Code == drift.CodeInvalid || e.Code == drift.CodeConflict):
		p.leadTo(w, r, "/settings#proposals", refused(r, e))
		return nil
	case err != nil:
		return err
	}
	text := l.T("You declined it. Nothing was changed.")
	if do == "accept" {
		p.wroteOrLog(r)
		text = l.T("You accepted it. Its values are in force.")
	}
	p.leadTo(w, r, settingsHref(d.Tenant)+"#proposals", said(text))
	return nil
}

// settingsHref leads to the settings in force for a tenant, "" for all.
func settingsHref(tenant string) string {
	if tenant == "" {
		return "/settings"
	}
	return tenantSettingsHref(tenant)
}
