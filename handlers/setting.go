package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// settingAsked is what a reader wants of one setting: nothing but to see it, or another value.
type settingAsked struct {
	spec   drift.SettingSpec
	tenant string
	scope  int64
	value  string
	below  bool    // take it back to what lies below
	tries  bool    // value or below was given
	was    *string // in force when the reader looked
	reason string
	field  string // where a refused form is wrong
	wrong  string
}

func (a settingAsked) change() engine.SettingChange {
	c := engine.SettingChange{Tenant: a.tenant, Name: a.spec.Name, Reason: a.reason}
	if !a.below {
		c.Value = &a.value
	}
	c.Was = a.was
	return c
}

// readSetting reads which setting is meant, and from the values of a query or form what is asked.
func (p *Pages) readSetting(r *http.Request, q url.Values) (a settingAsked, err error) {
	name := chi.URLParam(r, "name")
	spec, ok := drift.SettingNamed(name)
	if !ok {
		return a, drift.NotFound("No setting has this name.")
	}
	a = settingAsked{
		spec: spec, tenant: q.Get("tenant"), value: q.Get("value"), below: q.Get("below") != "",
		tries: q.Has("value") || q.Has("below"), reason: q.Get("reason"),
	}
	if q.Has("was") {
		was := q.Get("was")
		a.was = &was
	}
	for _, field := range []string{"tenant", "value", "reason", "was"} {
		if err := web.CheckText(field, q.Get(field)); err != nil {
			return a, err
		}
	}
	if spec.Global {
		a.tenant = ""
	}
	a.scope, err = p.tenantScope(r.Context(), auth.ActorFrom(r.Context()), a.tenant)
	return a, err
}

// tenantScope is the number of a tenant, 0 where none is named.
func (p *Pages) tenantScope(ctx context.Context, by drift.Actor, name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	tenants, err := p.store.Tenants(ctx, by)
	if err != nil {
		return 0, err
	}
	for _, t := range tenants {
		if t.Name == name {
			return t.ID, nil
		}
	}
	return 0, drift.NotFound("There is no such tenant.")
}

// settingPage answers one setting; with ?value= or ?below= also what that change would do.
func (p *Pages) settingPage(w http.ResponseWriter, r *http.Request) error {
	a, err := p.readSetting(r, r.URL.Query())
	if err != nil {
		return err
	}
	return p.showSetting(w, r, http.StatusOK, a, p.noteFor(w, r))
}

func (p *Pages) showSetting(w http.ResponseWriter, r *http.Request, status int, a settingAsked, note component.FormNoteVM) error {
	by := auth.ActorFrom(r.Context())
	d, err := p.store.SettingPage(r.Context(), by, a.spec.Name, a.scope, p.now())
	if err != nil {
		return err
	}
	var preview *engine.SettingPreview
	if a.tries && settingOff(lang.From(r.Context()), a, by) == "" {
		x, err := p.o.Engine.PreviewSetting(r.Context(), by, a.change())
		var e *drift.Error
		switch {
		case err == nil:
			preview = &x
		case errors.As(err, &e) && e.Code == drift.CodeInvalid:
			status, a.field, a.wrong = web.Status(e.Code), "value", lang.From(r.Context()).Said(e.Message)
		default:
			return err
		}
	}
	v := settingEditVM(lang.From(r.Context()), d, by, a, preview)
	v.Note = note
	return p.show(w, r, status, p.shell(by, d.Watch, a.spec.Name, "settings"), page.SettingEdit(v))
}

// setSetting changes a setting as its preview showed.
func (p *Pages) setSetting(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	a, err := p.readSetting(r, r.PostForm)
	if err != nil {
		return err
	}
	if !a.tries {
		return drift.Invalid("value", "Say which value it is to have.")
	}
	if err := checkReason(a.reason); err != nil {
		a.field, a.wrong = "reason", lang.From(r.Context()).Said(err.Message)
		return p.showSetting(w, r, http.StatusUnprocessableEntity, a, component.FormNoteVM{})
	}
	_, err = p.o.Engine.SetSettings(r.Context(), auth.ActorFrom(r.Context()), a.change())
	var e *drift.Error
	if errors.As(err, &e) && (e.Code == drift.CodeInvalid || e.Code == drift.CodeConflict) {
		return p.showSetting(w, r, web.Status(e.Code), a, refused(r, e))
	}
	if err != nil {
		return err
	}
	p.wroteOrLog(r)
	p.leadTo(w, r, settingHref(a.spec.Name, a.tenant, nil), said(lang.From(r.Context()).T("You changed it. It is in force.")))
	return nil
}

// settingHref leads to a setting's page, with further values in its query.
func settingHref(name, tenant string, q url.Values) string {
	if q == nil {
		q = url.Values{}
	}
	if tenant != "" {
		q.Set("tenant", tenant)
	}
	if len(q) == 0 {
		return "/settings/" + name
	}
	return "/settings/" + name + "?" + q.Encode()
}
