package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// rollbackPage shows what a rollback of a retrain's model would change.
func (p *Pages) rollbackPage(w http.ResponseWriter, r *http.Request) error {
	return p.showRollback(w, r, http.StatusOK, component.FormNoteVM{})
}

func (p *Pages) showRollback(w http.ResponseWriter, r *http.Request, status int, note component.FormNoteVM) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.RetrainDetail(r.Context(), by, drift.RetrainQuery{ID: id, Now: p.now(), Days: poolDays})
	if err != nil {
		return err
	}
	v := page.RollbackVM{ID: id, Tenant: d.Retrain.Tenant, ModelType: d.Retrain.ModelType, Note: note}
	to, err := p.o.Engine.PreviewRollback(r.Context(), by, engine.RollbackRequest{Model: d.Retrain.Model()})
	switch {
	case drift.CodeOf(err) == drift.CodeConflict || drift.CodeOf(err) == drift.CodeNotFound:
		v.Refused = err.Error()
	case err != nil:
		return err
	default:
		v.From = termVM(to.From, servingSince(d), d.Days)
		v.To = page.TermVM{Version: to.To}
		if d.Previous != nil && d.Previous.Version == to.To {
			v.To = termVM(to.To, d.Previous.From, d.Before)
		}
	}
	return p.show(w, r, status, p.shell(by, d.Watch, "Roll back "+d.Retrain.Tenant+" "+d.Retrain.ModelType, "retrains"), page.Rollback(v))
}

func termVM(version string, since time.Time, days []drift.ScoreDay) page.TermVM {
	right, outcomes := lately(days)
	return page.TermVM{Version: version, Since: since, Right: right, Outcomes: outcomes}
}

// rollBackRetrain puts the version before back into service, once the model's name was typed and where what
// serves is still what the reader saw.
func (p *Pages) rollBackRetrain(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	reason, err := readReason(w, r)
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	life, err := p.store.RetrainLife(r.Context(), by, id)
	if err != nil {
		return err
	}
	done, err := p.rollBackNow(r, by, life.Retrain.Model(), reason)
	var e *drift.Error
	switch {
	case err == nil && !web.WantsPage(r):
		web.WriteJSON(w, http.StatusOK, map[string]any{"rollback": done})
		return nil
	case err == nil:
		p.leadTo(w, r, retrainHref(id), said(retrainDone["rollback"]))
		return nil
	case !web.WantsPage(r) || !errors.As(err, &e) || (e.Code != drift.CodeConflict && e.Code != drift.CodeInvalid):
		return err
	}
	return p.showRollback(w, r, web.Status(e.Code), component.FormNoteVM{Bad: true, Text: e.Message})
}

func (p *Pages) rollBackNow(r *http.Request, by drift.Actor, m drift.Model, reason string) (*engine.Rollback, error) {
	if r.PostForm.Get("confirm") != m.ModelType {
		return nil, drift.Invalid("confirm", "Type "+m.ModelType+" to confirm. Nothing was changed.")
	}
	req := engine.RollbackRequest{Model: m, From: r.PostForm.Get("from"), To: r.PostForm.Get("to"), Reason: reason}
	for field, text := range map[string]string{"from": req.From, "to": req.To} {
		if err := web.CheckText(field, text); err != nil {
			return nil, err
		}
	}
	if req.From == "" { // without it nobody could tell whether what serves is still what the reader saw
		return nil, drift.Invalid("from", "The form does not say which version it was made for. Nothing was changed; open it again.")
	}
	return p.o.Engine.RollBack(r.Context(), by, req)
}
