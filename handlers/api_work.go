package handlers

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/oncall"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// APIWork is who is on call, what people know of models and say of alerts.
type APIWork interface {
	OnCallPlans(ctx context.Context, by drift.Actor, team string, at time.Time) ([]drift.Plan, error)
	RotaPage(ctx context.Context, by drift.Actor, team string, now time.Time) (drift.RotaData, error)
	SetCalendar(ctx context.Context, by drift.Actor, team string, turns []drift.Turn) error
	ModelNotes(ctx context.Context, by drift.Actor, m drift.Model, from, to drift.Date) ([]drift.ModelNote, error)
	AddModelNote(ctx context.Context, by drift.Actor, m drift.Model, n *drift.ModelNote) error
	Runbooks(ctx context.Context, by drift.Actor, m drift.Model) ([]drift.Runbook, error)
	SetRunbook(ctx context.Context, by drift.Actor, m drift.Model, severity drift.Severity, url string) error
	SayFeedback(ctx context.Context, by drift.Actor, id int64, v drift.Verdict, note string) (drift.Feedback, error)
}

// onCallJSON is who is on call for a team.
type onCallJSON struct {
	Team string      `json:"team"`
	Now  *drift.Turn `json:"now"`  // null where nobody is
	Next *drift.Turn `json:"next"` // null where nobody else follows within eight weeks
}

// onCall answers who is on call, for one team or all.
func (a *API) onCall(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "team", "at")
	if err != nil {
		return err
	}
	at, err := web.ParseTime("at", q.text("at"))
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = a.now().UTC()
	}
	plans, err := a.store.OnCallPlans(r.Context(), auth.ActorFrom(r.Context()), q.text("team"), at)
	if err != nil {
		return err
	}
	list := make([]onCallJSON, len(plans))
	for i, p := range plans {
		list[i].Team = p.Team
		if t, ok := oncall.At(p, at); ok {
			list[i].Now = &t
		}
		if t, ok := oncall.Next(p, at); ok {
			list[i].Next = &t
		}
	}
	writeItems(w, list, "")
	return nil
}

// onCallCalendar answers with a team's coming turns as a calendar.
func (a *API) onCallCalendar(w http.ResponseWriter, r *http.Request) error {
	team, err := teamAsked(r)
	if err != nil {
		return err
	}
	plans, err := a.store.OnCallPlans(r.Context(), auth.ActorFrom(r.Context()), team, a.now().UTC())
	if err != nil {
		return err
	}
	writeCalendar(w, plans[0], a.now().UTC())
	return nil
}

func teamAsked(r *http.Request, more ...string) (string, error) {
	q, err := queryOf(r, append(more, "team")...)
	if err != nil {
		return "", err
	}
	if q.text("team") == "" {
		return "", drift.Invalid("team", "Say which team's.")
	}
	return q.text("team"), nil
}

// putCalendar replaces a team's imported turns by those of a calendar.
func (a *API) putCalendar(w http.ResponseWriter, r *http.Request) error {
	team, err := teamAsked(r, "zone")
	if err != nil {
		return err
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, drift.MaxCalendarSize))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return &drift.Error{Code: drift.CodeMalformed, Message: "The body cannot be read."}
	}
	by, now := auth.ActorFrom(r.Context()), a.now().UTC()
	d, err := a.store.RotaPage(r.Context(), by, team, now)
	if err != nil {
		return err
	}
	name := r.URL.Query().Get("zone")
	switch {
	case name != "":
	case d.Plan.Rota != nil:
		name = d.Plan.Rota.Zone
	default:
		name = "UTC"
	}
	zone, err := drift.ZoneNamed(name)
	if err != nil {
		return err
	}
	turns, err := oncall.Read(text, zone, d.People, now)
	if err != nil {
		return err
	}
	if err := a.store.SetCalendar(r.Context(), by, team, turns); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{"team": team, "turns": len(turns), "until": turns[len(turns)-1].To})
	return nil
}

// modelNotes lists the notes that hold within a stretch of days: 90 days back and ahead unasked.
func (a *API) modelNotes(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant", "from", "to")
	if err != nil {
		return err
	}
	m, err := a.oneModel(r, q)
	if err != nil {
		return err
	}
	today := drift.DateOf(a.now())
	from, err := dayOr(q, "from", today.Add(-noteDays))
	if err != nil {
		return err
	}
	to, err := dayOr(q, "to", today.Add(noteDays))
	if err != nil {
		return err
	}
	list, err := a.store.ModelNotes(r.Context(), auth.ActorFrom(r.Context()), m, from, to)
	if err != nil {
		return err
	}
	writeItems(w, list, "")
	return nil
}

const noteDays = 90

func dayOr(q apiQuery, name string, def drift.Date) (drift.Date, error) {
	if q.text(name) == "" {
		return def, nil
	}
	d, err := drift.ParseDate(q.text(name))
	if err != nil {
		return 0, drift.Invalid(name, name+" is a day such as 2026-01-31.")
	}
	return d, nil
}

// addNote keeps a note on a model.
func (a *API) addNote(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Tenant *string `json:"tenant"`
		Text   *string `json:"text"`
		From   *string `json:"from"`
		To     *string `json:"to"`
	}
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	texts := map[string]string{}
	for name, v := range map[string]*string{"tenant": body.Tenant, "text": body.Text, "from": body.From, "to": body.To} {
		var err error
		if texts[name], err = textOf(name, v); err != nil {
			return err
		}
	}
	q := apiQuery{"tenant": {texts["tenant"]}, "from": {texts["from"]}, "to": {texts["to"]}}
	m, err := a.oneModel(r, q)
	if err != nil {
		return err
	}
	n := drift.ModelNote{Text: texts["text"]}
	today := drift.DateOf(a.now())
	if n.From, err = dayOr(q, "from", today); err != nil {
		return err
	}
	if n.To, err = dayOr(q, "to", n.From); err != nil {
		return err
	}
	if err := a.store.AddModelNote(r.Context(), auth.ActorFrom(r.Context()), m, &n); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusCreated, n)
	return nil
}

// runbooks lists a model's runbooks.
func (a *API) runbooks(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant")
	if err != nil {
		return err
	}
	m, err := a.oneModel(r, q)
	if err != nil {
		return err
	}
	return a.writeRunbooks(w, r, m)
}

// putRunbook sets where to read what to do about a model's alerts of a severity, or takes it away, and
// answers with all of the model's.
func (a *API) putRunbook(w http.ResponseWriter, r *http.Request) error {
	severity, err := drift.ParseSeverity(chi.URLParam(r, "severity"))
	if err != nil {
		return err
	}
	var body struct {
		Tenant *string `json:"tenant"`
		URL    *string `json:"url"`
	}
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	tenant, err := textOf("tenant", body.Tenant)
	if err != nil {
		return err
	}
	if body.URL == nil {
		return drift.Invalid("url", `Say the address of the runbook; "" takes it away.`)
	}
	address, err := textOf("url", body.URL)
	if err != nil {
		return err
	}
	m, err := a.oneModel(r, apiQuery{"tenant": {tenant}})
	if err != nil {
		return err
	}
	if err := a.store.SetRunbook(r.Context(), auth.ActorFrom(r.Context()), m, severity, address); err != nil {
		return err
	}
	return a.writeRunbooks(w, r, m)
}

func (a *API) writeRunbooks(w http.ResponseWriter, r *http.Request, m drift.Model) error {
	list, err := a.store.Runbooks(r.Context(), auth.ActorFrom(r.Context()), m)
	if err != nil {
		return err
	}
	writeItems(w, list, "")
	return nil
}

// feedback keeps what an alert turned out to be.
func (a *API) feedback(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	var body struct {
		Verdict *string `json:"verdict"`
		Note    *string `json:"note"`
	}
	if err := decodeObject(w, r, &body); err != nil {
		return err
	}
	verdict, err := textOf("verdict", body.Verdict)
	if err != nil {
		return err
	}
	note, err := textOf("note", body.Note)
	if err != nil {
		return err
	}
	f, err := a.store.SayFeedback(r.Context(), auth.ActorFrom(r.Context()), id, drift.Verdict(verdict), note)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, f)
	return nil
}
