package handlers

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

func retrainHref(id int64) string { return "/retrains/" + strconv.FormatInt(id, 10) }

// moveRetrain makes one move by the page's form: approve, reject, cancel or keep.
func (p *Pages) moveRetrain(w http.ResponseWriter, r *http.Request) error {
	req, err := readRetrainMove(w, r)
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	moved, err := p.o.Engine.MoveRetrain(r.Context(), by, req)
	if err != nil {
		return p.refusedRetrain(w, r, req.ID, err)
	}
	if !web.WantsPage(r) {
		web.WriteJSON(w, http.StatusOK, map[string]any{"retrain": moved})
		return nil
	}
	p.leadTo(w, r, retrainHref(req.ID), said(lang.From(r.Context()).T(retrainDone[string(req.Move)])))
	return nil
}

func readRetrainMove(w http.ResponseWriter, r *http.Request) (req engine.RetrainMove, err error) {
	if req.ID, err = web.PathID(chi.URLParam(r, "id")); err != nil {
		return req, err
	}
	req.Move = retrain.Move(chi.URLParam(r, "move"))
	if req.Move == "rollback" {
		return req, drift.NotFound("A rollback is made on the model's own page, which says what serves now.")
	}
	if !slices.Contains(retrain.PersonMoves, req.Move) || req.Move == retrain.MoveRollBack {
		return req, drift.NotFound("There is no such move.")
	}
	if req.Reason, err = readReason(w, r); err != nil {
		return req, err
	}
	if req.Version, err = strconv.Atoi(r.PostForm.Get("version")); err != nil || req.Version < 1 {
		return req, drift.Invalid("version", "Say the version of the retrain that you looked at.")
	}
	return req, nil
}

// readReason reads a form that says why.
func readReason(w http.ResponseWriter, r *http.Request) (string, error) {
	if err := web.ParseForm(w, r); err != nil {
		return "", err
	}
	reason := r.PostForm.Get("reason")
	return reason, web.CheckText("reason", reason)
}

// refusedRetrain says why nothing was done, on the retrain's own page where a browser asks: a lost race
// with the winner, another refusal above the form.
func (p *Pages) refusedRetrain(w http.ResponseWriter, r *http.Request, id int64, err error) error {
	var e *drift.Error
	if !web.WantsPage(r) || !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case drift.CodeConflict:
		if lost := retrainConflictVM(e.Extra); lost != nil {
			return p.showRetrain(w, r, id, http.StatusConflict, saidVM{typed: typedVM(r, e, ""), lost: lost})
		}
	case drift.CodeIllegalMove, drift.CodeInvalid, drift.CodeForbidden:
	default:
		return err
	}
	return p.showRetrain(w, r, id, web.Status(e.Code), refusalVM(r, e, ""))
}

// saidVM is what a page says of the form that led to it: a note, or that somebody else was faster, and what
// was typed, so that nobody has to type it again.
type saidVM struct {
	note  component.FormNoteVM
	lost  *page.ConflictVM
	undo  *page.UndoVM
	typed page.TypedVM
}

// refusalVM says at the reason what is wrong with it, and above the form what else there is; box is the name of
// the form's box, "" where it has none.
func refusalVM(r *http.Request, e *drift.Error, box string) (v saidVM) {
	v.typed = typedVM(r, e, box)
	if v.typed.Problem == "" {
		v.note = refused(r, e)
	}
	return v
}

func typedVM(r *http.Request, e *drift.Error, box string) page.TypedVM {
	t := page.TypedVM{Reason: r.PostForm.Get("reason"), Ticked: r.PostForm.Get(box) == "yes"}
	if e.Field == "reason" {
		t.Problem = lang.From(r.Context()).Said(e.Message)
	}
	return t
}

// retrainConflictVM tells who won the race that this error is about; nil where it is about none.
func retrainConflictVM(extra map[string]any) *page.ConflictVM {
	winner, ok := extra["winner"].(string)
	at, timed := extra["won_at"].(time.Time)
	did, moved := extra["move"].(string)
	if !ok || !timed || !moved {
		return nil
	}
	return &page.ConflictVM{Winner: winner, Did: retrain.PastTense(retrain.Move(did)), WonAt: at}
}

// requestRetrain proposes a retrain of an alert's model, as its reader.
func (p *Pages) requestRetrain(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	a, err := p.store.AlertPage(r.Context(), auth.ActorFrom(r.Context()), drift.AlertQuery{ID: id, Now: p.now(), Days: 1, Windows: windowsOf})
	if err != nil {
		return err
	}
	return p.requestFor(w, r, modelKey(a.Alert), func(e *drift.Error) error {
		return p.showAlert(w, r, id, web.Status(e.Code), refusalVM(r, e, "skip_cooldown"))
	})
}

// requestModelRetrain proposes a retrain from the model's own page: a model without an alert may need one too.
func (p *Pages) requestModelRetrain(w http.ResponseWriter, r *http.Request) error {
	tenant, modelType, err := modelPath(r)
	if err != nil {
		return err
	}
	return p.requestFor(w, r, drift.Model{Tenant: tenant, ModelType: modelType}, func(e *drift.Error) error {
		said := refusalVM(r, e, "skip_cooldown")
		return p.showModel(w, r, web.Status(e.Code), modelSaid{note: said.note, asked: said.typed})
	})
}

// requestFor proposes a retrain of a model by the form that was posted; refused shows a browser why not.
func (p *Pages) requestFor(w http.ResponseWriter, r *http.Request, m drift.Model, refused func(*drift.Error) error) error {
	reason, err := readReason(w, r)
	if err != nil {
		return err
	}
	made, err := p.o.Engine.RequestRetrain(r.Context(), auth.ActorFrom(r.Context()), engine.RetrainRequest{
		Model: m, Reason: reason, SkipCooldown: r.PostForm.Get("skip_cooldown") == "yes",
	})
	var e *drift.Error
	switch {
	case err == nil && !web.WantsPage(r):
		web.WriteJSON(w, http.StatusCreated, map[string]any{"retrain": made})
		return nil
	case err == nil:
		p.leadTo(w, r, retrainHref(made.ID), said(lang.From(r.Context()).T(retrainDone["request"])))
		return nil
	case !web.WantsPage(r) || !errors.As(err, &e) || e.Code == drift.CodeInternal:
		return err
	}
	return refused(e)
}

// stopRetraining is the emergency stop's form.
func (p *Pages) stopRetraining(w http.ResponseWriter, r *http.Request) error {
	reason, err := readReason(w, r)
	if err == nil && r.PostForm.Get("confirm") != "yes" {
		err = drift.Invalid("confirm", "Confirm that what trains now is cancelled.")
	}
	if err == nil {
		_, err = p.o.Engine.StopRetraining(r.Context(), auth.ActorFrom(r.Context()), reason)
	}
	return p.stopAnswered(w, r, "stop", err)
}

func (p *Pages) resumeRetraining(w http.ResponseWriter, r *http.Request) error {
	reason, err := readReason(w, r)
	if err == nil {
		err = p.o.Engine.ResumeRetraining(r.Context(), auth.ActorFrom(r.Context()), reason)
	}
	return p.stopAnswered(w, r, "resume", err)
}

// stopRefusals are those of the emergency stop's forms that their page tells.
var stopRefusals = []drift.Code{drift.CodeConflict, drift.CodeInvalid, drift.CodeForbidden}

// stopAnswered leads back to the list, which says what was done or why not.
func (p *Pages) stopAnswered(w http.ResponseWriter, r *http.Request, what string, err error) error {
	var e *drift.Error
	switch {
	case err != nil && web.WantsPage(r) && errors.As(err, &e) && slices.Contains(stopRefusals, e.Code):
		return p.showRetrains(w, r, web.Status(e.Code), refusalVM(r, e, "confirm"))
	case err != nil:
		return err
	case !web.WantsPage(r):
		web.WriteJSON(w, http.StatusOK, map[string]any{"done": what})
		return nil
	}
	p.leadTo(w, r, "/retrains", said(lang.From(r.Context()).T(stopDone[what])))
	return nil
}
