package handlers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/oncall"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// HandOverStore reads shifts and the hand-overs that were kept.
type HandOverStore interface {
	HandOverPage(ctx context.Context, by drift.Actor, q drift.HandOverQuery) (drift.HandOverData, error)
	HandOver(ctx context.Context, by drift.Actor, id int64, now time.Time) (drift.Watch, drift.HandOver, error)
}

// HandOverMaker keeps hand-overs: the engine.
type HandOverMaker interface {
	HandOver(ctx context.Context, by drift.Actor, req engine.HandOverRequest) (*drift.HandOver, error)
}

func (p *Pages) handOverRoutes(r chi.Router) {
	p.get(r, "/handover", p.handOverPage)
	p.get(r, "/handover/{id}", p.keptPage)
	r.With(p.o.Auth.Require(drift.RoleOperator)).Post("/handover", p.do(p.makeHandOver))
}

func handOverHref(id int64) string { return "/handover/" + strconv.FormatInt(id, 10) }

func (p *Pages) handOverPage(w http.ResponseWriter, r *http.Request) error {
	return p.showHandOver(w, r, http.StatusOK, r.URL.Query(), component.FormNoteVM{})
}

// shiftOf reads the stretch of a shift, on the reader's clock; no end is now.
func (p *Pages) shiftOf(r *http.Request, f url.Values) (from, to time.Time, err error) {
	if err := checkFields(f, "from", "to", "before"); err != nil {
		return from, to, err
	}
	if from, err = clockTime(r, "from", f.Get("from")); err != nil {
		return from, to, err
	}
	if to, err = clockTime(r, "to", f.Get("to")); err != nil {
		return from, to, err
	}
	now := p.now()
	if to.IsZero() || to.After(now) { // the minute that a form names is not over yet
		to = now
	}
	if !from.IsZero() {
		err = engine.CheckShift(from, to, now)
	}
	return from, to, err
}

func (p *Pages) showHandOver(w http.ResponseWriter, r *http.Request, status int, f url.Values, note component.FormNoteVM) error {
	by, l, now := auth.ActorFrom(r.Context()), lang.From(r.Context()), p.now()
	q := drift.HandOverQuery{Now: now}
	var err error
	if q.From, q.To, err = p.shiftOf(r, f); err != nil {
		if status != http.StatusOK { // what was refused is said already
			q.From, q.To = time.Time{}, now
		} else {
			return err
		}
	}
	if v := f.Get("before"); v != "" {
		if q.Before, err = web.PathID(v); err != nil {
			return err
		}
	}
	d, err := p.store.HandOverPage(r.Context(), by, q)
	if err != nil {
		return err
	}
	loc, err := drift.ZoneNamed(zoneName(r))
	if err != nil {
		return err
	}
	const field = "2006-01-02T15:04"
	d.Shift.Settings = seenChanges(l, d.Shift.Settings, by, d.Tenants)
	d.Shift.OnCall = oncall.Heads(d.Shift.Plans, now)
	v := page.HandOverVM{
		Note: note, From: d.Shift.From.In(loc).Format(field), To: d.Shift.To.In(loc).Format(field), Zone: zoneName(r),
		Line: component.Sentence(l.T("From {0} to {1}. What is open stands as it is now."),
			component.At(d.Shift.From, component.DayClock), component.At(d.Shift.To, component.DayClock)),
		Shift: shiftVM(l, d.Shift, now), May: by.Role.AtLeast(drift.RoleOperator),
		Off:   l.T("Your role may look but not hand over. An operator can."),
		Notes: component.FieldVM{ID: "notes", Name: "notes", Label: l.T("Notes for the next"), Lines: 6, Max: drift.MaxHandOverNotes, Value: f.Get("notes")},
		Give:  status == http.StatusOK || len(f["pick"]) > 0,
	}
	v.Name = component.SelectVM{ID: "name", Name: "name", Label: l.T("Hand over to"), Options: []component.OptionVM{{Label: l.T("whoever comes next")}}}
	for _, name := range d.People {
		if name != by.Name {
			v.Name.Options = append(v.Name.Options, component.OptionVM{Value: name, Label: name, Selected: name == f.Get("name")})
		}
	}
	for i := range d.Mine {
		a := &d.Mine[i]
		v.Mine = append(v.Mine, page.MineVM{Pick: pickOf(a), Title: modelOf(a) + ", " + alertLink(l, "", a.ID).Text, Severity: markOf(a.AlertType, a.Severity)})
	}
	for _, h := range d.Past {
		v.Past = append(v.Past, page.PastVM{Href: handOverHref(h.ID), Until: h.Until, Text: givenWords(l, h.By, h.To)})
	}
	if d.Before > 0 {
		v.MoreHref = "/handover?before=" + strconv.FormatInt(d.Before, 10)
	}
	return p.show(w, r, status, p.shell(by, d.Watch, l.T("Hand-over"), "handover"), page.HandOver(v))
}

// givenWords say who handed over to whom.
func givenWords(l lang.Lang, by, to string) []component.Piece {
	if to == "" {
		return component.Sentence(l.T("by {0}"), component.Bold(by))
	}
	return component.Sentence(l.T("by {0} to {1}"), component.Bold(by), component.Bold(to))
}

func (p *Pages) keptPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	watch, h, err := p.store.HandOver(r.Context(), by, id, p.now())
	if err != nil {
		return err
	}
	h.Shift.Settings = seenChanges(l, h.Shift.Settings, by, watch.Tenants)
	v := page.KeptVM{Note: p.noteFor(w, r), ID: h.ID, Notes: h.Notes, Hidden: h.Hidden, Shift: shiftVM(l, h.Shift, h.At)}
	v.Shift.OpenNone = l.T("Nothing was open.")
	line := l.T("From {0} to {1}, kept {2} by {3}. This is how it stood then.")
	if h.To != "" {
		line = l.T("From {0} to {1}, kept {2} by {3} for {4}. This is how it stood then.")
	}
	v.Line = component.Sentence(line, component.At(h.Shift.From, component.DayClock), component.At(h.Shift.To, component.DayClock),
		component.At(h.At, component.DayClock), component.Bold(h.By), component.Bold(h.To))
	return p.show(w, r, http.StatusOK, p.shell(by, watch, l.T("Hand-over %s", strconv.FormatInt(id, 10)), "handover"), page.Kept(v))
}

func (p *Pages) makeHandOver(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseLongForm(w, r); err != nil {
		return err
	}
	by, l, f := auth.ActorFrom(r.Context()), lang.From(r.Context()), r.PostForm
	req, err := p.readHandOver(r, f)
	var h *drift.HandOver
	if err == nil {
		h, err = p.o.Engine.HandOver(r.Context(), by, req)
	}
	if e, ok := formRefusal(r, err); ok {
		return p.showHandOver(w, r, web.Status(e.Code), f, refused(r, e))
	}
	if err != nil {
		return err
	}
	p.wroteOrLog(r)
	given, kept := 0, 0
	for _, t := range h.Shift.Tenants {
		for _, g := range t.Given {
			if g.Refused == "" {
				given++
			} else {
				kept++
			}
		}
	}
	note := said(l.T("The hand-over is kept."))
	if given+kept > 0 {
		note.Text = l.N(int64(given+kept), "The hand-over is kept. %[2]d of %[1]d alert changed hands.", "The hand-over is kept. %[2]d of %[1]d alerts changed hands.", given)
		note.Bad = kept > 0
	}
	p.leadTo(w, r, handOverHref(h.ID), note)
	return nil
}

// readHandOver reads the form of a hand-over.
func (p *Pages) readHandOver(r *http.Request, f url.Values) (req engine.HandOverRequest, err error) {
	req.From, req.To, err = p.shiftOf(r, f)
	if err != nil {
		return req, err
	}
	if req.From.IsZero() {
		return req, drift.Invalid("from", "Say when the shift began.")
	}
	req.Name, req.Notes = f.Get("name"), f.Get("notes")
	if picks := slices.DeleteFunc(f["pick"], func(v string) bool { return v == "" }); req.Name != "" && len(picks) > 0 {
		req.Give, err = readPicks(picks)
	}
	return req, err
}
