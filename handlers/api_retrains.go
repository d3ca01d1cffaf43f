package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// APIRetrains reads retrains and what came of them.
type APIRetrains interface {
	RetrainPage(ctx context.Context, by drift.Actor, f drift.RetrainFilter) (drift.Page[drift.Retrain], error)
	RetrainStory(ctx context.Context, by drift.Actor, id int64) (*drift.Retrain, []drift.RetrainEntry, error)
	ArtifactOf(ctx context.Context, by drift.Actor, v drift.VersionKey) (data []byte, digest string, err error)
	HaltNow(ctx context.Context, by drift.Actor) (*drift.Halt, error)
}

// Retrainer asks for retrains and carries them on: the engine.
type Retrainer interface {
	RequestRetrain(ctx context.Context, by drift.Actor, req engine.RetrainRequest) (*drift.Retrain, error)
	MoveRetrain(ctx context.Context, by drift.Actor, req engine.RetrainMove) (*drift.Retrain, error)
	RollBack(ctx context.Context, by drift.Actor, req engine.RollbackRequest) (*engine.Rollback, error)
	LiftPause(ctx context.Context, by drift.Actor, m drift.Model, reason string) error
	StopRetraining(ctx context.Context, by drift.Actor, reason string) (*drift.Halt, error)
	ResumeRetraining(ctx context.Context, by drift.Actor, reason string) error
	Safeguards(ctx context.Context, by drift.Actor, a *drift.Alert) ([]drift.Safeguard, *drift.Retrain, error)
}

// apiRetrains is how many retrains a program gets unasked.
const apiRetrains = 100

// retrains lists retrains, newest first.
func (a *API) retrains(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "state+", "tenant", "model_type", "cursor", "limit")
	if err != nil {
		return err
	}
	f := drift.RetrainFilter{Tenant: q.text("tenant"), ModelType: q.text("model_type"), Cursor: q.text("cursor")}
	if f.States, err = oneOf(q, "state", drift.RetrainStates); err != nil {
		return err
	}
	if f.Limit, err = q.limit(apiRetrains); err != nil {
		return err
	}
	if err := a.namesIn(r, q, &drift.AlertFilter{}); err != nil {
		return err
	}
	page, err := a.store.RetrainPage(r.Context(), auth.ActorFrom(r.Context()), f)
	if err != nil {
		return err
	}
	writeItems(w, page.Items, page.Next)
	return nil
}

// retrainStory is one retrain with every move of it.
type retrainStory struct {
	*drift.Retrain
	Timeline []drift.RetrainEntry `json:"timeline"`
}

// retrain answers with one retrain.
func (a *API) retrain(w http.ResponseWriter, r *http.Request) error {
	if _, err := queryOf(r); err != nil {
		return err
	}
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	found, moves, err := a.store.RetrainStory(r.Context(), auth.ActorFrom(r.Context()), id)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, retrainStory{found, moves})
	return nil
}

// apiRetrainMoves are the moves of people on a retrain; one that is watched is rolled back by its model.
var apiRetrainMoves = []retrain.Move{retrain.MoveApprove, retrain.MoveReject, retrain.MoveCancel, retrain.MoveKeep}

// moveRetrain makes a move on a retrain and answers with the retrain as it is then.
func (a *API) moveRetrain(w http.ResponseWriter, r *http.Request) error {
	kind := retrain.Move(chi.URLParam(r, "move"))
	if !slices.Contains(apiRetrainMoves, kind) {
		return drift.NotFound("There is no such move. " + enumerate(apiRetrainMoves) + " are.")
	}
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	var body struct {
		Version *int    `json:"version"`
		Reason  *string `json:"reason"`
	}
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	if body.Version == nil {
		return drift.Invalid("version", "Say which version of the retrain you looked at: it must not have changed since.")
	}
	reason, err := textOf("reason", body.Reason)
	if err != nil {
		return err
	}
	moved, err := a.engine.MoveRetrain(r.Context(), auth.ActorFrom(r.Context()),
		engine.RetrainMove{ID: id, Version: *body.Version, Move: kind, Reason: reason})
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, moved)
	return nil
}

// textOf is a member that may be left out: what needs it says so in its own words.
func textOf(name string, v *string) (string, error) {
	if v == nil {
		return "", nil
	}
	return *v, web.CheckText(name, *v)
}

// halt answers with the emergency stop, null while it is off.
func (a *API) halt(w http.ResponseWriter, r *http.Request) error {
	if _, err := queryOf(r); err != nil {
		return err
	}
	h, err := a.store.HaltNow(r.Context(), auth.ActorFrom(r.Context()))
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, haltJSON{h})
	return nil
}

// haltJSON has the same shape as the event that tells of the stop.
type haltJSON struct {
	Halt *drift.Halt `json:"halt"`
}

// setHalt switches the emergency stop on or off.
func (a *API) setHalt(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Reason *string `json:"reason"`
	}
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	reason, err := textOf("reason", body.Reason)
	if err != nil {
		return err
	}
	var h *drift.Halt
	switch by := auth.ActorFrom(r.Context()); chi.URLParam(r, "what") {
	case "stop":
		h, err = a.engine.StopRetraining(r.Context(), by, reason)
	case "resume":
		err = a.engine.ResumeRetraining(r.Context(), by, reason)
	default:
		err = drift.NotFound("There is nothing at this address of the API.")
	}
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, haltJSON{h})
	return nil
}

// retrainAddress is where a retrain is found.
func retrainAddress(id int64) string { return fmt.Sprintf("/api/v1/retrains/%d", id) }
