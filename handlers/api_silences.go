package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// APISilences reads silences and what they hide.
type APISilences interface {
	Silences(ctx context.Context, by drift.Actor, now time.Time, cursor string, most int) (drift.Page[drift.Silence], error)
	SilencePage(ctx context.Context, by drift.Actor, id int64, now time.Time) (drift.SilenceData, error)
	PreviewSilence(ctx context.Context, by drift.Actor, m drift.AlertMatch, now time.Time) (drift.SilencePreview, error)
}

// silenceBody is what a silence is made of.
type silenceBody struct {
	matchBody
	Reason   *string `json:"reason"`
	StartsAt *string `json:"starts_at"`
	EndsAt   *string `json:"ends_at"`
}

// matchBody says which alerts are meant.
type matchBody struct {
	Tenant      *string `json:"tenant"`
	ModelType   *string `json:"model_type"`
	DriftType   *string `json:"drift_type"`
	AlertType   *string `json:"alert_type"`
	MaxSeverity *string `json:"max_severity"`
}

// silenceJSON is a silence with where it stands.
type silenceJSON struct {
	drift.Silence
	State drift.SilenceState `json:"state"`
}

// silences lists silences, those in force and planned first.
func (a *API) silences(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "cursor", "limit")
	if err != nil {
		return err
	}
	most, err := q.limit(drift.DefaultPage)
	if err != nil {
		return err
	}
	now := a.now().UTC()
	page, err := a.store.Silences(r.Context(), auth.ActorFrom(r.Context()), now, q.text("cursor"), most)
	if err != nil {
		return err
	}
	list := make([]silenceJSON, len(page.Items))
	for i, s := range page.Items {
		list[i] = silenceJSON{s, s.State(now)}
	}
	writeItems(w, list, page.Next)
	return nil
}

// silence answers with one silence and the newest alerts that it hid.
func (a *API) silence(w http.ResponseWriter, r *http.Request) error {
	if _, err := queryOf(r); err != nil {
		return err
	}
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	now := a.now().UTC()
	d, err := a.store.SilencePage(r.Context(), auth.ActorFrom(r.Context()), id, now)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, struct {
		silenceJSON
		Alerts  drift.Listed[drift.Alert] `json:"alerts"`
		Waiting int                       `json:"waiting"` // of them, how many are hidden now
	}{silenceJSON{d.Silence, d.Silence.State(now)}, d.Hidden, d.Waiting})
	return nil
}

// previewSilence says what a silence would hide, without making one.
func (a *API) previewSilence(w http.ResponseWriter, r *http.Request) error {
	var body matchBody
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	m, err := a.matchIn(r, body)
	if err != nil {
		return err
	}
	if err := m.Check(); err != nil {
		return err
	}
	p, err := a.store.PreviewSilence(r.Context(), auth.ActorFrom(r.Context()), m, a.now().UTC())
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, p)
	return nil
}

// makeSilence makes a silence.
func (a *API) makeSilence(w http.ResponseWriter, r *http.Request) error {
	var body silenceBody
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	s, err := a.silenceIn(r, body)
	if err != nil {
		return err
	}
	made, err := a.engine.Silence(r.Context(), auth.ActorFrom(r.Context()), s)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusCreated, silenceJSON{*made, made.State(a.now())})
	return nil
}

func (a *API) silenceIn(r *http.Request, body silenceBody) (s drift.Silence, err error) {
	if s.Match, err = a.matchIn(r, body.matchBody); err != nil {
		return s, err
	}
	if s.Reason, err = textOf("reason", body.Reason); err != nil {
		return s, err
	}
	for _, t := range []struct {
		name  string
		given *string
		to    *time.Time
	}{{"starts_at", body.StartsAt, &s.StartsAt}, {"ends_at", body.EndsAt, &s.EndsAt}} {
		text, err := textOf(t.name, t.given)
		if err != nil {
			return s, err
		}
		if *t.to, err = web.ParseTime(t.name, text); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (a *API) matchIn(r *http.Request, body matchBody) (m drift.AlertMatch, err error) {
	var texts [5]string
	for i, f := range []struct {
		name  string
		given *string
	}{{"tenant", body.Tenant}, {"model_type", body.ModelType}, {"drift_type", body.DriftType}, {"alert_type", body.AlertType}, {"max_severity", body.MaxSeverity}} {
		if texts[i], err = textOf(f.name, f.given); err != nil {
			return m, err
		}
	}
	if texts[0] != "" {
		t, err := a.tenantNamed(r.Context(), auth.ActorFrom(r.Context()), texts[0])
		if err != nil {
			return m, err
		}
		m.TenantID, m.Tenant = t.ID, t.Name
	}
	m.ModelType, m.DriftType, m.AlertType = texts[1], drift.DriftType(texts[2]), drift.AlertType(texts[3])
	if texts[4] == "" {
		return m, drift.Invalid("max_severity", "Say up to which severity alerts are hidden: MEDIUM, HIGH or CRITICAL.")
	}
	if m.Most, err = drift.ParseSeverity(texts[4]); err != nil {
		return m, drift.Invalid("max_severity", err.Error())
	}
	return m, nil
}

// endSilence ends a silence before its time.
func (a *API) endSilence(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	var body struct {
		Note *string `json:"note"`
	}
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	note, err := textOf("note", body.Note)
	if err != nil {
		return err
	}
	s, err := a.engine.EndSilence(r.Context(), auth.ActorFrom(r.Context()), id, note)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, silenceJSON{*s, s.State(a.now())})
	return nil
}
