package handlers

import (
	"net/http"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// modelBody is what is asked of a model. Which members belong to which request is said by needs.
type modelBody struct {
	Tenant       *string `json:"tenant"`
	Reason       *string `json:"reason"`
	SkipCooldown *bool   `json:"skip_cooldown"`
	From         *string `json:"from"`
	To           *string `json:"to"`
}

// readModelBody reads the body, and the model that it and the path name. The tenant may be left out
// where there is no choice.
func (a *API) readModelBody(w http.ResponseWriter, r *http.Request, rollback, retrain bool) (b modelBody, m drift.Model, reason string, err error) {
	if err = decodeObject(w, r, &b); err != nil {
		return b, m, "", err
	}
	for _, c := range []struct {
		name        string
		given, know bool
	}{{"skip_cooldown", b.SkipCooldown != nil, retrain}, {"from", b.From != nil, rollback}, {"to", b.To != nil, rollback}} {
		if c.given && !c.know {
			return b, m, "", drift.Invalid(c.name, c.name+" has no meaning here.")
		}
	}
	if reason, err = textOf("reason", b.Reason); err != nil {
		return b, m, "", err
	}
	tenant, err := textOf("tenant", b.Tenant)
	if err != nil {
		return b, m, "", err
	}
	m, err = a.oneModel(r, apiQuery{"tenant": {tenant}})
	return b, m, reason, err
}

// requestRetrain proposes a retrain, which another manager decides about.
func (a *API) requestRetrain(w http.ResponseWriter, r *http.Request) error {
	b, m, reason, err := a.readModelBody(w, r, false, true)
	if err != nil {
		return err
	}
	req := engine.RetrainRequest{Model: m, Reason: reason, SkipCooldown: b.SkipCooldown != nil && *b.SkipCooldown}
	made, err := a.engine.RequestRetrain(r.Context(), auth.ActorFrom(r.Context()), req)
	if err != nil {
		return err
	}
	w.Header().Set("Location", retrainAddress(made.ID))
	web.WriteJSON(w, http.StatusCreated, made)
	return nil
}

// rollBack puts an earlier version back into service and answers with what it did.
func (a *API) rollBack(w http.ResponseWriter, r *http.Request) error {
	b, m, reason, err := a.readModelBody(w, r, true, false)
	if err != nil {
		return err
	}
	req := engine.RollbackRequest{Model: m, Reason: reason}
	if req.From, err = textOf("from", b.From); err != nil {
		return err
	}
	if req.To, err = textOf("to", b.To); err != nil {
		return err
	}
	done, err := a.engine.RollBack(r.Context(), auth.ActorFrom(r.Context()), req)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, done)
	return nil
}

// resume lifts the pause that a rollback left on a model's retraining.
func (a *API) resume(w http.ResponseWriter, r *http.Request) error {
	_, m, reason, err := a.readModelBody(w, r, false, false)
	if err != nil {
		return err
	}
	if err := a.engine.LiftPause(r.Context(), auth.ActorFrom(r.Context()), m, reason); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, struct {
		Tenant    string `json:"tenant"`
		ModelType string `json:"model_type"`
		Paused    bool   `json:"paused"`
	}{m.Tenant, m.ModelType, false})
	return nil
}

// artifact answers with the bytes of a version's artefact. The ETag is their digest, so that whoever
// has them already is spared them.
func (a *API) artifact(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant")
	if err != nil {
		return err
	}
	m, err := a.oneModel(r, q)
	if err != nil {
		return err
	}
	version, err := pathText(r, "version")
	if err != nil {
		return err
	}
	data, digest, err := a.store.ArtifactOf(r.Context(), auth.ActorFrom(r.Context()), drift.VersionKey{Model: m, Version: version})
	if err != nil {
		return err
	}
	tag := `"` + digest + `"`
	w.Header().Set("ETag", tag)
	if anyTag(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(data) // a reader that left cannot be told
	return nil
}
