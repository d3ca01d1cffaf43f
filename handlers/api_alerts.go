package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/query"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// apiAlerts is how many alerts a program gets unasked.
const apiAlerts = 100

var (
	alertTypes      = []drift.AlertType{drift.AlertDrift, drift.AlertBlind, drift.AlertRollback}
	alertSeverities = []severityName{"MEDIUM", "HIGH", "CRITICAL"}
)

type severityName string

// alerts lists alerts, newest first.
func (a *API) alerts(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "status+", "severity+", "tenant+", "model_type+", "model_version+", "alert_type+", "drift_type+",
		"assignee", "since", "q", "cursor", "limit")
	if err != nil {
		return err
	}
	f, err := a.alertFilter(r, q)
	if err != nil {
		return err
	}
	page, err := a.store.Alerts(r.Context(), auth.ActorFrom(r.Context()), f)
	if err != nil {
		return err
	}
	writeItems(w, page.Items, page.Next)
	return nil
}

func (a *API) alertFilter(r *http.Request, q apiQuery) (f drift.AlertFilter, err error) {
	if f.Statuses, err = oneOf(q, "status", drift.AlertStatuses); err != nil {
		return f, err
	}
	if f.AlertTypes, err = oneOf(q, "alert_type", alertTypes); err != nil {
		return f, err
	}
	if f.DriftTypes, err = oneOf(q, "drift_type", driftTypes); err != nil {
		return f, err
	}
	severities, err := oneOf(q, "severity", alertSeverities)
	if err != nil {
		return f, err
	}
	for _, name := range severities {
		s, err := drift.ParseSeverity(string(name))
		if err != nil {
			return f, err
		}
		f.Severities = append(f.Severities, s)
	}
	if f.Since, err = web.ParseTime("since", q.text("since")); err != nil {
		return f, err
	}
	if f.Limit, err = q.limit(apiAlerts); err != nil {
		return f, err
	}
	if name := q.text("assignee"); name != "" {
		f.Assignee = &name
	}
	terms, err := query.Parse(q.text("q"))
	if err != nil {
		return f, drift.Invalid("q", err.Error())
	}
	f.Terms, f.Me, f.Now = terms, auth.ActorFrom(r.Context()).Name, a.now()
	f.ModelVersions, f.Cursor = q["model_version"], q.text("cursor")
	return f, a.namesIn(r, q, &f)
}

// namesIn reads the tenants and model types of a filter: 404 for a tenant that is not there for this
// reader, 422 for a model type that is not registered.
func (a *API) namesIn(r *http.Request, q apiQuery, f *drift.AlertFilter) error {
	ctx, by := r.Context(), auth.ActorFrom(r.Context())
	for _, name := range q["tenant"] {
		if _, err := a.tenantNamed(ctx, by, name); err != nil {
			return err
		}
	}
	f.Tenants, f.ModelTypes = q["tenant"], q["model_type"]
	if len(f.ModelTypes) == 0 {
		return nil
	}
	types, err := a.modelTypes(ctx, by)
	if err != nil {
		return err
	}
	for _, name := range f.ModelTypes {
		if !slices.Contains(types, name) {
			return drift.Invalid("model_type", fmt.Sprintf("No model type is called %q. Registered are %s.", clipped(name), enumerate(types)))
		}
	}
	return nil
}

// alertStory is one alert with every move of it, its report and why it does or does not retrain.
type alertStory struct {
	*drift.Alert
	Timeline []drift.TimelineEntry `json:"timeline"`
	Report   *drift.Report         `json:"report"`
	// Safeguards are as things stand, null for an alert that is not about drift; Retrain is the newest
	// that was proposed for it, null where none was.
	Safeguards []drift.Safeguard `json:"safeguards"`
	Retrain    *int64            `json:"retrain"`
}

// alert answers with one alert.
func (a *API) alert(w http.ResponseWriter, r *http.Request) error {
	if _, err := queryOf(r); err != nil {
		return err
	}
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	found, moves, err := a.store.AlertStory(r.Context(), auth.ActorFrom(r.Context()), id)
	if err != nil {
		return err
	}
	story := alertStory{Alert: found, Timeline: moves, Report: found.Report}
	guards, latest, err := a.engine.Safeguards(r.Context(), auth.ActorFrom(r.Context()), found)
	if err != nil {
		return err
	}
	if story.Safeguards = guards; latest != nil {
		story.Retrain = &latest.ID
	}
	web.WriteJSON(w, http.StatusOK, story)
	return nil
}

// moveBody is what the moves take. Which members belong to which move is said by moveMembers.
type moveBody struct {
	Version  *int    `json:"version"`
	Note     *string `json:"note"`
	Until    *string `json:"until"`
	Assignee *string `json:"assignee"`
	To       *string `json:"to"`
	Verdict  *string `json:"verdict"`
}

// moveMembers are the members that a move takes beside version; those with a ! it needs.
var moveMembers = map[drift.Move][]string{
	drift.MoveAcknowledge: {"note", "until"},
	drift.MoveResolve:     {"note", "verdict"},
	drift.MoveComment:     {"note!"},
	drift.MoveAssign:      {"assignee!", "note"},
	drift.MoveEscalate:    {"to!", "note"},
	drift.MoveSuppress:    {"until!", "note"},
}

// move makes a move on an alert and answers with the alert as it is then.
func (a *API) move(w http.ResponseWriter, r *http.Request) error {
	kind := drift.Move(chi.URLParam(r, "move"))
	if kind == drift.MoveUndo {
		return a.undo(w, r)
	}
	members, ok := moveMembers[kind]
	if !ok {
		return drift.NotFound("There is no such move. " + enumerate(drift.PersonMoves) + " are.")
	}
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	var body moveBody
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	req, err := body.request(kind, members)
	if err != nil {
		return err
	}
	req.AlertID = id
	moved, err := a.engine.Move(r.Context(), auth.ActorFrom(r.Context()), req)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, moved)
	return nil
}

// request checks that the body is what the move takes.
func (b moveBody) request(kind drift.Move, members []string) (engine.MoveRequest, error) {
	req := engine.MoveRequest{Move: kind}
	if b.Version == nil {
		return req, drift.Invalid("version", "Say which version of the alert you looked at: it must not have changed since.")
	}
	req.Version = *b.Version
	for _, m := range []struct {
		name  string
		value *string
	}{{"note", b.Note}, {"until", b.Until}, {"assignee", b.Assignee}, {"to", b.To}, {"verdict", b.Verdict}} {
		needed := slices.Contains(members, m.name+"!")
		switch {
		case m.value == nil && needed:
			return req, drift.Invalid(m.name, fmt.Sprintf("%s is missing.", m.name))
		case m.value != nil && !needed && !slices.Contains(members, m.name):
			return req, drift.Invalid(m.name, fmt.Sprintf("%s has no meaning for %s.", m.name, kind))
		case m.value == nil:
			continue
		}
		if err := web.CheckText(m.name, *m.value); err != nil {
			return req, err
		}
		switch m.name {
		case "note":
			req.Note = *m.value
		case "assignee":
			req.Assignee = *m.value
		case "to":
			req.Team = *m.value
		case "verdict":
			req.Verdict = drift.Verdict(*m.value)
		case "until":
			var err error
			if req.Until, err = web.ParseTime("until", strings.TrimSpace(*m.value)); err != nil {
				return req, err
			}
		}
	}
	return req, nil
}

// decodeObject is web.DecodeJSON, which tells a wrong type by its field: a body that is no object at
// all has none, and cannot be read.
func decodeObject(w http.ResponseWriter, r *http.Request, v any) error {
	err := web.DecodeJSON(w, r, v)
	if e, ok := err.(*drift.Error); ok && e.Code == drift.CodeInvalid && e.Field == "" {
		return &drift.Error{Code: drift.CodeMalformed, Message: "The body is not a JSON object."}
	}
	return err
}
