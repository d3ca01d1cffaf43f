package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// SilenceStore reads silences and what they hide.
type SilenceStore interface {
	SilencesPage(ctx context.Context, by drift.Actor, now time.Time, cursor string) (drift.SilencesData, error)
	SilencePage(ctx context.Context, by drift.Actor, id int64, now time.Time) (drift.SilenceData, error)
	PreviewSilence(ctx context.Context, by drift.Actor, m drift.AlertMatch, now time.Time) (drift.SilencePreview, error)
}

// Silencer makes and ends silences: the engine.
type Silencer interface {
	Silence(ctx context.Context, by drift.Actor, s drift.Silence) (*drift.Silence, error)
	EndSilence(ctx context.Context, by drift.Actor, id int64, note string) (*drift.Silence, error)
}

func (p *Pages) silenceRoutes(r chi.Router) {
	p.get(r, "/silences", p.silencesPage)
	p.get(r, "/silences/new", p.newSilencePage)
	p.get(r, "/silences/{id}", p.silencePage)
	operator := r.With(p.o.Auth.Require(drift.RoleOperator))
	operator.Post("/silences", p.do(p.makeSilence))
	operator.Post("/silences/{id}/end", p.do(p.endSilence))
}

func silenceHref(id int64) string { return "/silences/" + strconv.FormatInt(id, 10) }

func (p *Pages) silencesPage(w http.ResponseWriter, r *http.Request) error {
	by := auth.ActorFrom(r.Context())
	cursor, err := asked(r, "cursor")
	if err != nil {
		return err
	}
	d, err := p.store.SilencesPage(r.Context(), by, p.now(), cursor)
	if err != nil {
		return err
	}
	v := page.SilencesVM{Note: p.noteFor(w, r), InForce: d.Watch.Silences, May: by.Role.AtLeast(drift.RoleOperator)}
	for _, s := range d.Silences {
		v.Items = append(v.Items, silenceVM(s, p.now()))
	}
	if d.Next != "" {
		v.NextHref = "/silences?cursor=" + url.QueryEscape(d.Next)
	}
	return p.show(w, r, http.StatusOK, p.shell(by, d.Watch, lang.From(r.Context()).T("Silences"), ""), page.Silences(v))
}

func (p *Pages) silencePage(w http.ResponseWriter, r *http.Request) error {
	return p.showSilence(w, r, http.StatusOK, p.noteFor(w, r))
}

func (p *Pages) showSilence(w http.ResponseWriter, r *http.Request, status int, note component.FormNoteVM) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	d, err := p.store.SilencePage(r.Context(), by, id, p.now())
	if err != nil {
		return err
	}
	v := page.SilencePageVM{Silence: silenceVM(d.Silence, p.now()), Note: note, Hidden: alertListVM(l, d.Hidden), Waiting: d.Waiting}
	switch {
	case !by.Role.AtLeast(drift.RoleOperator):
		v.EndOff = l.T("Your role may look but not end a silence. An operator can.")
	case d.Silence.Match.TenantID == 0 && !by.AllTenants:
		v.EndOff = l.T("This silence is of all tenants. Only who sees all of them ends it.")
	}
	return p.show(w, r, status, p.shell(by, d.Watch, l.T("Silence %s", strconv.FormatInt(id, 10)), ""), page.Silence(v))
}

// newSilencePage answers the form, with what it would hide as it is filled in.
func (p *Pages) newSilencePage(w http.ResponseWriter, r *http.Request) error {
	return p.showNewSilence(w, r, http.StatusOK, r.URL.Query(), component.FormNoteVM{})
}

func (p *Pages) showNewSilence(w http.ResponseWriter, r *http.Request, status int, f url.Values, note component.FormNoteVM) error {
	by, now := auth.ActorFrom(r.Context()), p.now()
	if err := checkFields(f, silenceFields...); err != nil {
		return err
	}
	d, err := p.store.SilencesPage(r.Context(), by, now, "")
	if err != nil {
		return err
	}
	m, err := matchOf(f, d.Tenants)
	if e, ok := formRefusal(r, err); ok { // what is shown is what every tenant's would be; the form says what is wrong
		status, note, m = web.Status(e.Code), refused(r, e), drift.AlertMatch{Most: drift.SeverityHigh}
	} else if err != nil {
		return err
	}
	preview, err := p.store.PreviewSilence(r.Context(), by, m, now)
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := newSilenceVM(l, f, d, by, zoneName(r))
	v.Note, v.Open, v.Stay, v.Raised = note, alertListVM(l, preview.Open), alertListVM(l, preview.Stay), alertListVM(l, preview.Raised)
	return p.show(w, r, status, p.shell(by, d.Watch, l.T("New silence"), ""), page.NewSilence(v))
}

func (p *Pages) makeSilence(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	by, f := auth.ActorFrom(r.Context()), r.PostForm
	s, err := p.silenceOf(r, f, by)
	if err == nil {
		var made *drift.Silence
		if made, err = p.o.Engine.Silence(r.Context(), by, s); err == nil {
			p.wroteOrLog(r)
			p.leadTo(w, r, silenceHref(made.ID), said(lang.From(r.Context()).T("The silence is made.")))
			return nil
		}
	}
	if e, ok := formRefusal(r, err); ok {
		return p.showNewSilence(w, r, web.Status(e.Code), f, refused(r, e))
	}
	return err
}

func (p *Pages) endSilence(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := teamForm(w, r, "note"); err != nil {
		return err
	}
	_, err = p.o.Engine.EndSilence(r.Context(), auth.ActorFrom(r.Context()), id, r.PostForm.Get("note"))
	if e, ok := formRefusal(r, err); ok {
		return p.showSilence(w, r, web.Status(e.Code), refused(r, e))
	}
	if err != nil {
		return err
	}
	p.wroteOrLog(r)
	p.leadTo(w, r, silenceHref(id), said(lang.From(r.Context()).T("The silence is over. What it hid is new again.")))
	return nil
}

// silenceFields are those of the form.
var silenceFields = []string{"tenant", "model_type", "kind", "max_severity", "reason", "starts", "for", "until"}

func checkFields(f url.Values, names ...string) error {
	for _, n := range names {
		if err := web.CheckText(n, f.Get(n)); err != nil {
			return err
		}
	}
	return nil
}

// kinds say what each kind of alert of the form matches.
var kinds = map[string]drift.AlertMatch{
	"": {}, "drift": {AlertType: drift.AlertDrift}, "blind": {AlertType: drift.AlertBlind}, "rollback": {AlertType: drift.AlertRollback},
	"statistical": {DriftType: drift.Statistical}, "performance": {DriftType: drift.Performance},
}

// matchOf reads which alerts a form means; up to HIGH where it says nothing.
func matchOf(f url.Values, tenants []drift.Tenant) (drift.AlertMatch, error) {
	m, ok := kinds[f.Get("kind")]
	if !ok {
		return m, drift.Invalid("kind", "Choose one of the kinds of alerts.")
	}
	m.ModelType, m.Most = f.Get("model_type"), drift.SeverityHigh
	if s := f.Get("max_severity"); s != "" {
		var err error
		if m.Most, err = drift.ParseSeverity(s); err != nil {
			return m, err
		}
	}
	if name := f.Get("tenant"); name != "" {
		for _, t := range tenants {
			if t.Name == name {
				m.TenantID, m.Tenant = t.ID, t.Name
			}
		}
		if m.TenantID == 0 {
			return m, drift.Invalid("tenant", "There is no such tenant.")
		}
	}
	return m, m.Check()
}

// silenceOf reads the form of a silence.
func (p *Pages) silenceOf(r *http.Request, f url.Values, by drift.Actor) (s drift.Silence, err error) {
	if err := checkFields(f, silenceFields...); err != nil {
		return s, err
	}
	tenants, err := p.store.Tenants(r.Context(), by)
	if err != nil {
		return s, err
	}
	if s.Match, err = matchOf(f, tenants); err != nil {
		return s, err
	}
	s.Reason = f.Get("reason")
	if s.StartsAt, err = clockTime(r, "starts", f.Get("starts")); err != nil {
		return s, err
	}
	if s.EndsAt, err = clockTime(r, "until", f.Get("until")); err != nil {
		return s, err
	}
	if s.EndsAt.IsZero() {
		from := s.StartsAt
		if from.IsZero() {
			from = p.now()
		}
		s.EndsAt, err = endOf(r, f.Get("for"), from)
	}
	return s, err
}

// untilMorning is the length of a silence that ends when the next morning begins on its maker's clock.
const (
	untilMorning = "morning"
	morningHour  = 8 // as its label says
)

// endOf is when a silence of a chosen length ends.
func endOf(r *http.Request, length string, from time.Time) (time.Time, error) {
	if length == untilMorning {
		loc, err := drift.ZoneNamed(zoneName(r))
		if err != nil {
			return time.Time{}, err
		}
		at := from.In(loc)
		end := time.Date(at.Year(), at.Month(), at.Day(), morningHour, 0, 0, 0, loc)
		if !end.After(at) {
			end = time.Date(at.Year(), at.Month(), at.Day()+1, morningHour, 0, 0, 0, loc)
		}
		return end.UTC(), nil
	}
	d, err := time.ParseDuration(length)
	if err != nil || d <= 0 {
		return time.Time{}, drift.Invalid("for", "Say for how long, or until when: a silence always ends.")
	}
	return from.Add(d), nil
}

// zoneName is the reader's time zone, UTC where they chose none: a form without scripts cannot know it.
func zoneName(r *http.Request) string {
	if z := layout.ReaderOf(r.Context()).Zone; z != "" {
		return z
	}
	return "UTC"
}

// clockTime reads what a datetime-local field holds, on the reader's clock; "" is the zero time.
func clockTime(r *http.Request, field, v string) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	loc, err := drift.ZoneNamed(zoneName(r))
	if err != nil {
		return time.Time{}, err
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(form, v, loc); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, drift.Invalid(field, "Write the time as 2026-07-02T09:00.")
}
