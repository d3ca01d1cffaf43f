package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// move makes one move by a page's form. A program's fetch gets the alert as JSON; a plain post is
// sent back to where it came from, or is shown why nothing was done.
func (p *Pages) move(w http.ResponseWriter, r *http.Request) error {
	if drift.Move(chi.URLParam(r, "move")) == drift.MoveUndo {
		return p.undo(w, r)
	}
	req, also, err := p.readMove(w, r)
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	a, err := p.o.Engine.Move(r.Context(), by, req)
	if err != nil {
		return p.refusedMove(w, r, req, err)
	}
	partly, picks := false, pickOf(a)
	for _, x := range also {
		x.Move, x.Note, x.Until, x.Verdict = req.Move, req.Note, req.Until, req.Verdict
		moved, err := p.o.Engine.Move(r.Context(), by, x)
		if err == nil {
			picks += " " + pickOf(moved)
		} else {
			if !ordinary(err) { // the first move stands and is shown; the failure is not the reader's
				web.LogFailure(p.Log, r, web.FailureOf(err), err)
			}
			partly = true
		}
	}
	if req.Move != drift.MoveAcknowledge {
		picks = ""
	}
	if !web.WantsPage(r) {
		return p.movedJSON(w, r, a, by, picks)
	}
	p.wroteOrLog(r)
	l := lang.From(r.Context())
	to, note := p.backFrom(r, a.ID), said(l.T(doneWords[req.Move]))
	if to != alertHref(a.ID) && picks == "" { // the board shows the alert's row as it is now
		note.Text = ""
	} else if to != alertHref(a.ID) {
		note.Text = l.T("You acknowledged %s.", modelOf(a))
	} else if partly {
		note.Text += " " + l.T("The alert of the other check was changed by somebody else in the meantime and is as they left it.")
	}
	p.leadToUndo(w, r, to, note, picks)
	return nil
}

// ordinary tells a refusal that the page shows by itself from a failure.
func ordinary(err error) bool {
	c := drift.CodeOf(err)
	return c == drift.CodeConflict || c == drift.CodeIllegalMove || c == drift.CodeNotFound
}

// readMove reads the form of a move.
func (p *Pages) readMove(w http.ResponseWriter, r *http.Request) (req engine.MoveRequest, also []engine.MoveRequest, err error) {
	if req.AlertID, err = web.PathID(chi.URLParam(r, "id")); err != nil {
		return req, nil, err
	}
	req.Move = drift.Move(chi.URLParam(r, "move"))
	if !slices.Contains(drift.PersonMoves, req.Move) {
		return req, nil, drift.NotFound("There is no such move.")
	}
	if err := web.ParseForm(w, r); err != nil {
		return req, nil, err
	}
	f := r.PostForm
	if req.Version, err = strconv.Atoi(f.Get("version")); err != nil || req.Version < 1 {
		return req, nil, drift.Invalid("version", "Say the version of the alert that you looked at.")
	}
	req.Note, req.Assignee, req.Team = f.Get("note"), f.Get("assignee"), f.Get("to")
	if req.Move == drift.MoveResolve {
		req.Verdict = drift.Verdict(f.Get("verdict"))
	}
	if req.Assignee == meChoice {
		req.Assignee = auth.ActorFrom(r.Context()).Name
	}
	for _, field := range []string{"note", "assignee", "to"} {
		if err := web.CheckText(field, f.Get(field)); err != nil {
			return req, nil, err
		}
	}
	if req.Until, err = p.until(r, f); err != nil {
		return req, nil, err
	}
	also, err = readAlso(f["also"])
	return req, also, err
}

// until is the end of a suppression or the time of a reminder: a length of time from now or the next time
// of day in the reader's zone ("for": "4h", "at 09:00"), or an instant ("until").
func (p *Pages) until(r *http.Request, f url.Values) (time.Time, error) {
	span := f.Get("for")
	if span == "" {
		return web.ParseTime("until", f.Get("until"))
	}
	if clock, ok := strings.CutPrefix(span, "at "); ok {
		return nextAt(clock, zoneOf(r, f), p.now())
	}
	d, err := time.ParseDuration(span)
	if err != nil || d <= 0 {
		return time.Time{}, drift.Invalid("for", "Choose one of the lengths of time.")
	}
	return p.now().Add(d), nil
}

// zoneOf is the zone in which a form's times of day are meant: what the reader chose, else what their
// browser says ("zone"), else UTC.
func zoneOf(r *http.Request, f url.Values) *time.Location {
	id, _ := auth.From(r.Context())
	for _, name := range []string{id.Prefs.Zone, f.Get("zone")} {
		if zone, err := time.LoadLocation(name); name != "" && name != "Local" && err == nil {
			return zone
		}
	}
	return time.UTC
}

// nextAt is the next time that it is "09:00" in a zone.
func nextAt(clock string, zone *time.Location, now time.Time) (time.Time, error) {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, drift.Invalid("for", "A time of day is written as 09:00.")
	}
	y, m, d := now.In(zone).Date()
	for {
		at := time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, zone)
		if at.After(now) {
			return at.UTC(), nil
		}
		d++
	}
}

// readAlso reads the other alerts that a button changes, each as "id:version".
func readAlso(values []string) ([]engine.MoveRequest, error) {
	if len(values) > drift.MaxAlso {
		return nil, drift.Invalid("also", "That is more alerts than one button changes.")
	}
	var out []engine.MoveRequest
	for _, v := range values {
		x, err := readPick(v)
		if err != nil {
			return nil, drift.Invalid("also", "Another alert is named by its number and version, such as 17:3.")
		}
		out = append(out, engine.MoveRequest{AlertID: x.ID, Version: x.Version})
	}
	return out, nil
}

// refusedMove says why nothing was done, on the alert's own page where a browser asks: a lost race
// with the winner, another refusal above the form.
func (p *Pages) refusedMove(w http.ResponseWriter, r *http.Request, req engine.MoveRequest, err error) error {
	var e *drift.Error
	if !web.WantsPage(r) || !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case drift.CodeConflict:
		if lost := conflictVM(e.Extra); lost != nil {
			return p.showAlert(w, r, req.AlertID, http.StatusConflict, saidVM{lost: lost})
		}
	case drift.CodeIllegalMove, drift.CodeInvalid:
		return p.showAlert(w, r, req.AlertID, web.Status(e.Code), saidVM{note: refused(r, e)})
	}
	return err
}

// movedJSON answers a fetch with the alert, with its row and the head of its incident for the page to put in
// place, and with what can be taken back.
func (p *Pages) movedJSON(w http.ResponseWriter, r *http.Request, a *drift.Alert, by drift.Actor, picks string) error {
	d, err := p.store.AlertLife(r.Context(), by, a)
	if err != nil {
		return err
	}
	html, err := p.rowHTML(r.Context(), d, stamp(p.now()), class(by.Role))
	if err != nil {
		return err
	}
	if err := p.addHeads(r.Context(), html, by, []string{a.Incident}, r.PostForm.Get("q")); err != nil {
		return err
	}
	answer := map[string]any{"alert": a, "html": html}
	until := p.now().Add(drift.UndoOffered)
	switch {
	case strings.Contains(picks, " "):
		answer["undo"] = map[string]any{"action": "/alerts/bulk", "move": "undo", "pick": picks, "until": until}
	case picks != "":
		answer["undo"] = map[string]any{"action": alertHref(a.ID) + "/undo", "version": a.Version, "until": until}
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// pickOf names an alert as it is.
func pickOf(a *drift.Alert) string { return pickText(drift.AlertVersion{ID: a.ID, Version: a.Version}) }

// pickText names an alert as somebody saw it.
func pickText(x drift.AlertVersion) string {
	return strconv.FormatInt(x.ID, 10) + ":" + strconv.Itoa(x.Version)
}

// undo takes the reader's own acknowledgement of one alert back.
func (p *Pages) undo(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	version, err := strconv.Atoi(r.PostForm.Get("version"))
	if err != nil || version < 1 {
		return drift.Invalid("version", "Say the version of the alert that your acknowledgement led to.")
	}
	by := auth.ActorFrom(r.Context())
	a, err := p.o.Engine.Undo(r.Context(), by, engine.UndoRequest{AlertID: id, Version: version})
	if err != nil {
		return p.refusedMove(w, r, engine.MoveRequest{AlertID: id, Move: drift.MoveUndo}, err)
	}
	if !web.WantsPage(r) {
		return p.movedJSON(w, r, a, by, "")
	}
	p.wroteOrLog(r)
	p.leadTo(w, r, p.backFrom(r, id), said(bulkWords(lang.From(r.Context()), drift.MoveUndo, 1)))
	return nil
}

// backFrom is where a browser goes after its move: to the board where it came from there, else to
// the alert's page, which says what was done.
func (p *Pages) backFrom(r *http.Request, id int64) string {
	if to, ok := p.fromList(r); ok {
		return to
	}
	return alertHref(id)
}
