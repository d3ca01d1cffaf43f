package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// WorkStore keeps what people know of models and say of alerts.
type WorkStore interface {
	ModelWork(ctx context.Context, by drift.Actor, m drift.Model, today drift.Date) (drift.ModelWork, error)
	AlertWork(ctx context.Context, by drift.Actor, a *drift.Alert, now time.Time) (drift.AlertWork, error)
	ModelNotes(ctx context.Context, by drift.Actor, m drift.Model, from, to drift.Date) ([]drift.ModelNote, error)
	AddModelNote(ctx context.Context, by drift.Actor, m drift.Model, n *drift.ModelNote) error
	RemoveModelNote(ctx context.Context, by drift.Actor, m drift.Model, id int64) error
	SetRunbook(ctx context.Context, by drift.Actor, m drift.Model, severity drift.Severity, url string) error
	SayFeedback(ctx context.Context, by drift.Actor, id int64, v drift.Verdict, note string) (drift.Feedback, error)
}

func (p *Pages) workRoutes(r chi.Router) {
	operator := r.With(p.o.Auth.Require(drift.RoleOperator))
	operator.Post("/alerts/{id}/feedback", p.do(p.sayFeedback))
	operator.Post("/models/{tenant}/{model}/notes", p.do(p.addNote))
	operator.Post("/models/{tenant}/{model}/notes/{id}/remove", p.do(p.removeNote))
	r.With(p.o.Auth.Require(drift.RoleManager)).Post("/models/{tenant}/{model}/runbooks", p.do(p.setRunbook))
}

// sayFeedback keeps what an alert turned out to be, by the form of its page.
func (p *Pages) sayFeedback(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := teamForm(w, r, "verdict", "note"); err != nil {
		return err
	}
	_, err = p.store.SayFeedback(r.Context(), auth.ActorFrom(r.Context()), id, drift.Verdict(r.PostForm.Get("verdict")), r.PostForm.Get("note"))
	if e, ok := formRefusal(r, err); ok {
		return p.showAlert(w, r, id, web.Status(e.Code), saidVM{note: refused(r, e)})
	}
	if err != nil {
		return err
	}
	p.leadTo(w, r, alertHref(id), said(lang.From(r.Context()).T("What you say of it is kept.")))
	return nil
}

// modelNamed finds the model of the path among the reader's tenants.
func (p *Pages) modelNamed(r *http.Request) (m drift.Model, err error) {
	if m.Tenant, m.ModelType, err = modelPath(r); err != nil {
		return m, err
	}
	tenants, err := p.store.Tenants(r.Context(), auth.ActorFrom(r.Context()))
	if err != nil {
		return m, err
	}
	for _, t := range tenants {
		if t.Name == m.Tenant {
			m.TenantID = t.ID
			return m, nil
		}
	}
	return m, drift.NotFound("There is no such model.")
}

// modelChanged leads back to the model's page, which says what was done, or shows there why it was not.
func (p *Pages) modelChanged(w http.ResponseWriter, r *http.Request, m drift.Model, at, done string, err error) error {
	if e, ok := formRefusal(r, err); ok {
		return p.showModel(w, r, web.Status(e.Code), modelSaid{note: refused(r, e)})
	}
	if err != nil {
		return err
	}
	p.leadTo(w, r, modelHref(m)+at, said(done))
	return nil
}

func (p *Pages) addNote(w http.ResponseWriter, r *http.Request) error {
	m, err := p.modelNamed(r)
	if err != nil {
		return err
	}
	if err := teamForm(w, r, "text", "from", "to"); err != nil {
		return err
	}
	n := drift.ModelNote{Text: r.PostForm.Get("text")}
	if n.From, err = drift.ParseDate(r.PostForm.Get("from")); err == nil {
		n.To, err = drift.ParseDate(r.PostForm.Get("to"))
	}
	if err == nil {
		err = p.store.AddModelNote(r.Context(), auth.ActorFrom(r.Context()), m, &n)
	}
	return p.modelChanged(w, r, m, "#notes", lang.From(r.Context()).T("The note is kept."), err)
}

func (p *Pages) removeNote(w http.ResponseWriter, r *http.Request) error {
	m, err := p.modelNamed(r)
	if err != nil {
		return err
	}
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	err = p.store.RemoveModelNote(r.Context(), auth.ActorFrom(r.Context()), m, id)
	return p.modelChanged(w, r, m, "#notes", lang.From(r.Context()).T("The note is removed."), err)
}

func (p *Pages) setRunbook(w http.ResponseWriter, r *http.Request) error {
	m, err := p.modelNamed(r)
	if err != nil {
		return err
	}
	if err := teamForm(w, r, "severity", "url"); err != nil {
		return err
	}
	l := lang.From(r.Context())
	severity, err := drift.ParseSeverity(r.PostForm.Get("severity"))
	address, done := r.PostForm.Get("url"), l.T("The runbook is set.")
	if address == "" {
		done = l.T("The runbook is removed.")
	}
	if err == nil {
		err = p.store.SetRunbook(r.Context(), auth.ActorFrom(r.Context()), m, severity, address)
	}
	return p.modelChanged(w, r, m, "#runbooks", done, err)
}
