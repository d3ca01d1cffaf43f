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
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// maxAlso bounds how many alerts of the same cause one form changes.
const maxAlso = 20

// move makes one move by a page's form. A program's fetch gets the alert as JSON; a plain post is
// sent back to where it came from, or is shown why nothing was done.
func (p *Pages) move(w http.ResponseWriter, r *http.Request) error {
	req, also, err := p.readMove(w, r)
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	a, err := p.o.Engine.Move(r.Context(), by, req)
	if err != nil {
		return p.refusedMove(w, r, req, err)
	}
	partly := false
	for _, x := range also {
		x.Move, x.Note, x.Until, x.Verdict = req.Move, req.Note, req.Until, req.Verdict
		if _, err := p.o.Engine.Move(r.Context(), by, x); err != nil {
			if !ordinary(err) { // the first move stands and is shown; the failure is not the reader's
				web.LogFailure(p.Log, r, web.FailureOf(err), err)
			}
			partly = true
		}
	}
	if !web.WantsPage(r) {
		return p.movedJSON(w, r, a, by)
	}
	if err := p.wroteNow(r.Context(), by); err != nil { // the move stands
		web.LogFailure(p.Log, r, web.FailureOf(err), err)
	}
	to, note := backFrom(r, a.ID), said(doneWords[req.Move])
	if to != alertHref(a.ID) { // the board shows the alert's row as it is now
		note.Text = ""
	} else if partly {
		note.Text += " The alert of the other check was changed by somebody else in the meantime and is as they left it."
	}
	p.leadTo(w, r, to, note)
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
	if req.Until, err = p.until(f); err != nil {
		return req, nil, err
	}
	also, err = readAlso(f["also"])
	return req, also, err
}

// until is the end of a suppression or the time of a reminder: a length of time from now ("for"),
// or an instant ("until").
func (p *Pages) until(f url.Values) (time.Time, error) {
	span := f.Get("for")
	if span == "" {
		return web.ParseTime("until", f.Get("until"))
	}
	d, err := time.ParseDuration(span)
	if err != nil || d <= 0 {
		return time.Time{}, drift.Invalid("for", "Choose one of the lengths of time.")
	}
	return p.now().Add(d), nil
}

// readAlso reads the other alerts that a button changes, each as "id:version".
func readAlso(values []string) ([]engine.MoveRequest, error) {
	if len(values) > maxAlso {
		return nil, drift.Invalid("also", "That is more alerts than one button changes.")
	}
	var out []engine.MoveRequest
	for _, v := range values {
		id, version, _ := strings.Cut(v, ":")
		i, err1 := strconv.ParseInt(id, 10, 64)
		n, err2 := strconv.Atoi(version)
		if err1 != nil || err2 != nil || i <= 0 || n <= 0 {
			return nil, drift.Invalid("also", "Another alert is named by its number and version, such as 17:3.")
		}
		out = append(out, engine.MoveRequest{AlertID: i, Version: n})
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
		return p.showAlert(w, r, req.AlertID, web.Status(e.Code), saidVM{note: component.FormNoteVM{Bad: true, Text: e.Message}})
	}
	return err
}

// movedJSON answers a fetch with the alert, and with its row for the page to put in place.
func (p *Pages) movedJSON(w http.ResponseWriter, r *http.Request, a *drift.Alert, by drift.Actor) error {
	d, err := p.store.AlertLife(r.Context(), by, a)
	if err != nil {
		return err
	}
	html, err := p.rowHTML(r.Context(), d, stamp(p.now()), class(by.Role))
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{"alert": a, "html": html})
	return nil
}

// backFrom is where a browser goes after its move: to the board where it came from there, else to
// the alert's page, which says what was done.
func backFrom(r *http.Request, id int64) string {
	if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host && from.Path == "/" {
		return auth.LocalPath(from.RequestURI())
	}
	return alertHref(id)
}
