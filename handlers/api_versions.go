package handlers

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web/auth"
)

// versionJSON is a model version as programs get it.
type versionJSON struct {
	Tenant        string     `json:"tenant"`
	ModelType     string     `json:"model_type"`
	Version       string     `json:"version"`
	Digest        *string    `json:"digest"` // of the artefact; null where it lies elsewhere
	Source        string     `json:"source"`
	Active        bool       `json:"active"`
	FirstSeen     time.Time  `json:"first_seen"`
	ActivatedAt   *time.Time `json:"activated_at"`
	DeactivatedAt *time.Time `json:"deactivated_at"`
}

func versionOf(v drift.Version) versionJSON {
	out := versionJSON{
		Tenant: v.Tenant, ModelType: v.ModelType, Version: v.Version, Source: v.Source, Active: v.Active,
		FirstSeen: v.FirstSeen.UTC(), ActivatedAt: orNull(v.ActivatedAt), DeactivatedAt: orNull(v.DeactivatedAt),
	}
	if v.Digest != "" {
		out.Digest = &v.Digest
	}
	return out
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// recordJSON is a version with what is kept of its making and its service.
type recordJSON struct {
	versionJSON
	Trainer    string          `json:"trainer"` // "" where it was trained elsewhere
	Parent     string          `json:"parent"`
	RetrainID  *int64          `json:"retrain_id"`
	ApprovedBy string          `json:"approved_by"`
	RowsTrain  int             `json:"rows_train"`
	WindowFrom *time.Time      `json:"window_from"`
	WindowTo   *time.Time      `json:"window_to"`
	Holdout    json.RawMessage `json:"holdout"` // its metrics there, null where it was trained elsewhere
	Services   []drift.Service `json:"services"`
	Refused    bool            `json:"refused"` // by its validation: it never serves
}

func recordOf(v drift.VersionRecord) recordJSON {
	out := recordJSON{
		versionJSON: versionOf(v.Version), Trainer: v.Trainer, Parent: v.Parent, RetrainID: v.RetrainID, ApprovedBy: v.ApprovedBy,
		RowsTrain: v.RowsTrain, WindowFrom: v.WindowFrom, WindowTo: v.WindowTo, Holdout: v.Holdout, Services: v.Services, Refused: v.Refused,
	}
	if out.Services == nil {
		out.Services = []drift.Service{}
	}
	return out
}

// versions lists the versions of a model type, newest first.
func (a *API) versions(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant", "cursor", "limit")
	if err != nil {
		return err
	}
	limit, err := q.limit(drift.MaxPage)
	if err != nil {
		return err
	}
	m, err := a.modelOf(r, q)
	if err != nil {
		return err
	}
	page, err := a.store.VersionPage(r.Context(), auth.ActorFrom(r.Context()), m, q.text("cursor"), limit)
	if err != nil {
		return err
	}
	list := make([]recordJSON, len(page.Items))
	for i, v := range page.Items {
		list[i] = recordOf(v)
	}
	writeItems(w, list, page.Next)
	return nil
}
