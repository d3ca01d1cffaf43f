package handlers

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/component"
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

// rollBackTyped is what a form of a rollback brought, and what is wrong with it.
type rollBackTyped struct {
	to, reason, confirm string
	field, problem      string // field "" is the form as a whole
}

// rollBackPage answers the preview of a rollback, to the version of ?to= or the one before.
func (p *Pages) rollBackPage(w http.ResponseWriter, r *http.Request) error {
	return p.showRollBack(w, r, http.StatusOK, rollBackTyped{to: r.URL.Query().Get("to")})
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
	title := "Roll back " + q.Tenant + " " + q.ModelType
	return p.show(w, r, status, p.shell(by, d.Watch, title, "models"), page.RollBack(rollBackVM(d, by, typed)))
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
	typed := rollBackTyped{to: f.Get("to"), reason: f.Get("reason"), confirm: f.Get("confirm")}
	if typed.confirm != modelType {
		typed.field, typed.problem = "confirm", fmt.Sprintf("Type %s, the name of the model type, to confirm.", modelType)
		return p.showRollBack(w, r, http.StatusUnprocessableEntity, typed)
	}
	m := drift.Model{Tenant: tenant, ModelType: modelType}
	done, err := p.o.Engine.RollBack(r.Context(), auth.ActorFrom(r.Context()), engine.RollbackRequest{
		Model: m, From: f.Get("from"), To: typed.to, Reason: typed.reason,
	})
	var e *drift.Error
	if errors.As(err, &e) && (e.Code == drift.CodeInvalid || e.Code == drift.CodeConflict) {
		typed.field, typed.problem = e.Field, e.Message
		return p.showRollBack(w, r, web.Status(e.Code), typed)
	}
	if err != nil {
		return err
	}
	p.wroteOrLog(r)
	p.leadTo(w, r, modelHref(m), said(fmt.Sprintf(
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
		return p.showModel(w, r, web.Status(e.Code), component.FormNoteVM{}, resumeTyped{reason, e.Message})
	}
	if err != nil {
		return err
	}
	p.wroteOrLog(r)
	p.leadTo(w, r, modelHref(m), said("You resumed the retraining of this model."))
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
