package handlers

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// modelPath reads tenant and model type from the path.
func modelPath(r *http.Request) (tenant, modelType string, err error) {
	if tenant, err = pathText(r, "tenant"); err != nil {
		return "", "", err
	}
	modelType, err = pathText(r, "model")
	return tenant, modelType, err
}

// rollBackOfRetrain leads from a retrain to its model's rollback.
func (p *Pages) rollBackOfRetrain(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	life, err := p.store.RetrainLife(r.Context(), auth.ActorFrom(r.Context()), id)
	if err != nil {
		return err
	}
	http.Redirect(w, r, modelHref(life.Retrain.Model())+"/rollback", http.StatusSeeOther)
	return nil
}

// rollBackTyped is what a form of a rollback brought, and what is wrong with it.
type rollBackTyped struct {
	to, reason, confirm string
	field, problem      string // field "" is the form as a whole
}

// rollBackPage answers the preview of a rollback, to the version of ?to= or to the one that the engine
// would go back to; where it knows none, nothing is chosen.
func (p *Pages) rollBackPage(w http.ResponseWriter, r *http.Request) error {
	typed := rollBackTyped{to: r.URL.Query().Get("to")}
	if typed.to != "" {
		return p.showRollBack(w, r, http.StatusOK, typed)
	}
	tenant, modelType, err := modelPath(r)
	if err != nil {
		return err
	}
	before, err := p.o.Engine.PreviewRollback(r.Context(), auth.ActorFrom(r.Context()),
		engine.RollbackRequest{Model: drift.Model{Tenant: tenant, ModelType: modelType}})
	switch code := drift.CodeOf(err); {
	case err == nil:
		typed.to = before.To
	case code != drift.CodeConflict && code != drift.CodeNotFound:
		return err
	}
	return p.showRollBack(w, r, http.StatusOK, typed)
}

func (p *Pages) showRollBack(w http.ResponseWriter, r *http.Request, status int, typed rollBackTyped) error {
	q := drift.RollbackQuery{Now: p.now()}
	var err error
	if q.Tenant, q.ModelType, err = modelPath(r); err != nil {
		return err
	}
	if err := web.CheckText("to", typed.to); err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.RollbackPage(r.Context(), by, q)
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	title := l.T("Roll back %s %s", q.Tenant, q.ModelType)
	return p.show(w, r, status, p.shell(by, d.Watch, title, "models"), page.RollBack(rollBackVM(d, l, by, typed)))
}

// rollBack puts an earlier version back into service by the form of the preview.
func (p *Pages) rollBack(w http.ResponseWriter, r *http.Request) error {
	tenant, modelType, err := modelPath(r)
	if err != nil {
		return err
	}
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	for _, field := range []string{"from", "to", "reason", "confirm"} {
		if err := web.CheckText(field, f.Get(field)); err != nil {
			return err
		}
	}
	l := lang.From(r.Context())
	typed := rollBackTyped{to: f.Get("to"), reason: f.Get("reason"), confirm: f.Get("confirm")}
	switch {
	case f.Get("from") == "": // without it nobody could tell whether what serves is still what the reader saw
		typed.problem = l.T("The form does not say which version it was made for. Nothing was changed; look at what serves now.")
	case typed.to == "":
		typed.field, typed.problem = "to", l.T("Choose the version that serves instead.")
	case typed.confirm != modelType:
		typed.field, typed.problem = "confirm", l.T("Type %s, the name of the model type, to confirm.", modelType)
	}
	if typed.problem != "" {
		return p.showRollBack(w, r, http.StatusUnprocessableEntity, typed)
	}
	m := drift.Model{Tenant: tenant, ModelType: modelType}
	done, err := p.o.Engine.RollBack(r.Context(), auth.ActorFrom(r.Context()), engine.RollbackRequest{
		Model: m, From: f.Get("from"), To: typed.to, Reason: typed.reason,
	})
	var e *drift.Error
	if errors.As(err, &e) && (e.Code == drift.CodeInvalid || e.Code == drift.CodeConflict) {
		typed.field, typed.problem = e.Field, l.Said(e.Message)
		if e.Code == drift.CodeConflict { // what the reader decided about is not there any more: one more click must do nothing
			typed.to, typed.confirm = "", ""
		}
		return p.showRollBack(w, r, web.Status(e.Code), typed)
	}
	if err != nil {
		return err
	}
	p.wroteOrLog(r)
	p.leadTo(w, r, modelHref(m), said(l.T(
		"You rolled back from version %s: version %s serves again. Retraining of this model is paused.", done.From, done.To)))
	return nil
}

// resumeModel lets a model retrain again after a rollback.
func (p *Pages) resumeModel(w http.ResponseWriter, r *http.Request) error {
	tenant, modelType, err := modelPath(r)
	if err != nil {
		return err
	}
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	reason := r.PostForm.Get("reason")
	if err := web.CheckText("reason", reason); err != nil {
		return err
	}
	m := drift.Model{Tenant: tenant, ModelType: modelType}
	err = p.o.Engine.LiftPause(r.Context(), auth.ActorFrom(r.Context()), m, reason)
	var e *drift.Error
	if errors.As(err, &e) && e.Code == drift.CodeInvalid {
		return p.showModel(w, r, web.Status(e.Code), modelSaid{resume: resumeTyped{reason, lang.From(r.Context()).Said(e.Message)}})
	}
	if err != nil {
		return err
	}
	p.wroteOrLog(r)
	p.leadTo(w, r, modelHref(m), said(lang.From(r.Context()).T("You resumed the retraining of this model.")))
	return nil
}

// resumeTyped is a refused reason for resuming.
type resumeTyped struct{ reason, problem string }

// wroteOrLog makes the next pages of this reader show what was just done, which stands either way.
func (p *Pages) wroteOrLog(r *http.Request) {
	if err := p.wroteNow(r.Context(), auth.ActorFrom(r.Context())); err != nil {
		web.LogFailure(p.Log, r, web.FailureOf(err), err)
	}
}
