package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/oncall"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// OnCallStore reads and changes who is on call.
type OnCallStore interface {
	RotaPage(ctx context.Context, by drift.Actor, team string, now time.Time) (drift.RotaData, error)
	OnCallPlans(ctx context.Context, by drift.Actor, team string, at time.Time) ([]drift.Plan, error)
	SetRota(ctx context.Context, by drift.Actor, team string, r *drift.Rota) error
	AddSwap(ctx context.Context, by drift.Actor, team string, t drift.Turn) error
	RemoveSwap(ctx context.Context, by drift.Actor, team string, id int64) error
	SetCalendar(ctx context.Context, by drift.Actor, team string, turns []drift.Turn) error
}

func (p *Pages) rotaRoutes(r chi.Router) {
	p.get(r, "/teams/{team}/rota", p.rotaPage)
	p.get(r, "/teams/{team}/rota/oncall.ics", p.rotaCalendar)
	operator := r.With(p.o.Auth.Require(drift.RoleOperator))
	operator.Post("/teams/{team}/rota/swaps", p.do(p.addSwap))
	operator.Post("/teams/{team}/rota/swaps/{id}/remove", p.do(p.removeSwap))
	manager := r.With(p.o.Auth.Require(drift.RoleManager))
	manager.Post("/teams/{team}/rota", p.do(p.setRota))
	manager.Post("/teams/{team}/rota/calendar", p.do(p.importCalendar))
	manager.Post("/teams/{team}/rota/calendar/remove", p.do(p.removeCalendar))
}

func (p *Pages) rotaPage(w http.ResponseWriter, r *http.Request) error {
	return p.showRota(w, r, http.StatusOK, p.noteFor(w, r))
}

func (p *Pages) showRota(w http.ResponseWriter, r *http.Request, status int, note component.FormNoteVM) error {
	team, err := pathText(r, "team")
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.RotaPage(r.Context(), by, team, p.now())
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := rotaVM(l, d, by, zoneName(r), p.now())
	v.Note = note
	if r.Method == http.MethodPost { // what was typed is not lost
		f := r.PostForm
		v.Swap.From, v.Swap.To = f.Get("from"), f.Get("to")
		if f.Has("people") {
			v.Plan.People.Value, v.Plan.Starts, v.Plan.Clock, v.Plan.Zone.Value = f.Get("people"), f.Get("starts_on"), f.Get("time"), f.Get("zone")
		}
	}
	return p.show(w, r, status, p.shell(by, d.Watch, l.T("Rota of %s", team), "teams"), page.Rota(v))
}

// rotaCalendar answers with the coming turns as a calendar.
func (p *Pages) rotaCalendar(w http.ResponseWriter, r *http.Request) error {
	team, err := pathText(r, "team")
	if err != nil {
		return err
	}
	plans, err := p.store.OnCallPlans(r.Context(), auth.ActorFrom(r.Context()), team, p.now())
	if err != nil {
		return err
	}
	writeCalendar(w, plans[0], p.now())
	return nil
}

// calendarWeeks is how far ahead a calendar of ours reaches.
const calendarWeeks = 26

func writeCalendar(w http.ResponseWriter, plan drift.Plan, now time.Time) {
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="oncall.ics"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, oncall.Write(plan, now, now.Add(calendarWeeks*7*24*time.Hour), now)) // a reader that left cannot be told
}

// rotaChanged leads back to the rota, which says what was done, or shows there why it was not.
func (p *Pages) rotaChanged(w http.ResponseWriter, r *http.Request, team, done string, err error) error {
	if e, ok := formRefusal(r, err); ok {
		return p.showRota(w, r, web.Status(e.Code), refused(r, e))
	}
	if err != nil {
		return err
	}
	p.leadTo(w, r, page.RotaHref(team), said(done))
	return nil
}

func (p *Pages) addSwap(w http.ResponseWriter, r *http.Request) error {
	team, err := pathText(r, "team")
	if err != nil {
		return err
	}
	if err := teamForm(w, r, "person", "from", "to"); err != nil {
		return err
	}
	t := drift.Turn{Person: r.PostForm.Get("person"), Swap: true}
	if t.From, err = clockTime(r, "from", r.PostForm.Get("from")); err == nil {
		t.To, err = clockTime(r, "to", r.PostForm.Get("to"))
	}
	if err == nil {
		err = p.store.AddSwap(r.Context(), auth.ActorFrom(r.Context()), team, t)
	}
	return p.rotaChanged(w, r, team, lang.From(r.Context()).T("The swap stands."), err)
}

func (p *Pages) removeSwap(w http.ResponseWriter, r *http.Request) error {
	team, err := pathText(r, "team")
	if err != nil {
		return err
	}
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	err = p.store.RemoveSwap(r.Context(), auth.ActorFrom(r.Context()), team, id)
	return p.rotaChanged(w, r, team, lang.From(r.Context()).T("The swap is taken back."), err)
}

func (p *Pages) setRota(w http.ResponseWriter, r *http.Request) error {
	team, err := pathText(r, "team")
	if err != nil {
		return err
	}
	if err := teamForm(w, r, "people", "starts_on", "time", "zone"); err != nil {
		return err
	}
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	if r.PostForm.Get("none") != "" {
		return p.rotaChanged(w, r, team, l.T("The weekly turns are removed."), p.store.SetRota(r.Context(), by, team, nil))
	}
	rota := drift.Rota{Zone: strings.TrimSpace(r.PostForm.Get("zone")), People: lines(r.PostForm.Get("people"))}
	if rota.StartsOn, err = drift.ParseDate(r.PostForm.Get("starts_on")); err == nil {
		rota.Minute, err = clockMinute(r.PostForm.Get("time"))
	}
	if err == nil {
		err = p.store.SetRota(r.Context(), by, team, &rota)
	}
	return p.rotaChanged(w, r, team, l.T("The weekly turns are set."), err)
}

// lines are the lines of a text that are not empty.
func lines(text string) []string {
	list := strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// clockMinute reads a time of the day as its minute.
func clockMinute(v string) (int, error) {
	t, err := time.Parse("15:04", v)
	if err != nil {
		return 0, drift.Invalid("time", fmt.Sprintf("%q is no time of a day; write it as 09:00.", clipped(v)))
	}
	return t.Hour()*60 + t.Minute(), nil
}

// importCalendar replaces what an earlier calendar said by what the file says.
func (p *Pages) importCalendar(w http.ResponseWriter, r *http.Request) error {
	team, err := pathText(r, "team")
	if err != nil {
		return err
	}
	text, err := uploaded(w, r, "calendar")
	if err == nil {
		err = p.takeCalendar(r, team, text)
	}
	return p.rotaChanged(w, r, team, lang.From(r.Context()).T("The calendar is imported."), err)
}

func (p *Pages) takeCalendar(r *http.Request, team string, text []byte) error {
	by := auth.ActorFrom(r.Context())
	d, err := p.store.RotaPage(r.Context(), by, team, p.now())
	if err != nil {
		return err
	}
	name := zoneName(r)
	if d.Plan.Rota != nil {
		name = d.Plan.Rota.Zone
	}
	zone, err := drift.ZoneNamed(name)
	if err != nil {
		return err
	}
	turns, err := oncall.Read(text, zone, d.People, p.now())
	if err != nil {
		return err
	}
	return p.store.SetCalendar(r.Context(), by, team, turns)
}

// uploaded reads one small file of a form.
func uploaded(w http.ResponseWriter, r *http.Request, field string) ([]byte, error) {
	const room = 16 << 10 // for what stands around the file
	r.Body = http.MaxBytesReader(w, r.Body, drift.MaxCalendarSize+room)
	if err := r.ParseMultipartForm(drift.MaxCalendarSize + room); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, &drift.Error{Code: drift.CodeTooLarge, Message: fmt.Sprintf("A calendar has at most %d KiB.", drift.MaxCalendarSize>>10)}
		}
		return nil, &drift.Error{Code: drift.CodeMalformed, Message: "The form cannot be read."}
	}
	file, _, err := r.FormFile(field)
	if err != nil {
		return nil, drift.Invalid(field, "Choose a file first.")
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, drift.MaxCalendarSize+1))
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	return text, nil
}

func (p *Pages) removeCalendar(w http.ResponseWriter, r *http.Request) error {
	team, err := pathText(r, "team")
	if err != nil {
		return err
	}
	err = p.store.SetCalendar(r.Context(), auth.ActorFrom(r.Context()), team, nil)
	return p.rotaChanged(w, r, team, lang.From(r.Context()).T("The imported turns are removed."), err)
}
