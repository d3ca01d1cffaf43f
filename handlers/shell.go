package handlers

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/layout"
)

// class is the class of reader that live frames and cached pages are made for: 0 a viewer, 1 an
// operator, 2 a manager and above.
func class(r drift.Role) uint8 {
	switch {
	case r.AtLeast(drift.RoleManager):
		return 2
	case r.AtLeast(drift.RoleOperator):
		return 1
	}
	return 0
}

// classManager is the class of managers and administrators.
const classManager = 2

// mayMove tells whether a class of reader may move alerts.
func mayMove(class uint8) bool { return class >= 1 }

// shell is the frame around one reader's page.
func (p *Pages) shell(by drift.Actor, w drift.Watch, title, active string) layout.Shell {
	now := p.now()
	s := layout.Shell{
		Title: title, Active: active, Seq: w.Seq, Now: now, User: userVM(by, w.Tenants), Demo: w.Demo, Lapse: p.lapseVM(),
		Halt: haltVM(w.Halt), Progress: progressVM(w.Progress, now),
	}
	if since := watchOf(w, now).blindSince; !since.IsZero() {
		s.BlindSince = since
	}
	return s
}

// lapseVM is how the time-lapse stands; nil where none is played here.
func (p *Pages) lapseVM() *layout.LapseVM {
	if p.o.Lapse == nil {
		return nil
	}
	l := p.o.Lapse()
	return &layout.LapseVM{
		Now: l.Now, Day: l.Day(), Days: l.Days, Waits: l.Waits, Hours: int(drift.LapseApprovesAfter / time.Hour), Over: l.Over,
	}
}

// haltVM is the emergency stop's banner; nil while it is off.
func haltVM(h *drift.Halt) *component.HaltVM {
	if h == nil {
		return nil
	}
	return &component.HaltVM{By: h.By, Reason: h.Reason, Since: h.Since}
}

func userVM(by drift.Actor, tenants []drift.Tenant) layout.UserVM {
	u := layout.UserVM{Name: by.Name, Role: by.Role.String(), Initials: component.Initials(by.Name), AllTenants: by.AllTenants}
	if !by.AllTenants {
		names := make([]string, len(tenants))
		for i, t := range tenants {
			names[i] = t.Name
		}
		u.Tenants = strings.Join(names, ", ")
	}
	return u
}

// show answers with a page within the shell. Pages are never kept by a browser: going back after
// signing out shows nothing.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, s layout.Shell, body templ.Component) error {
	p.write(w, r, status, layout.Page(s), body)
	return nil
}

// render writes the frame with the body as its children.
func render(ctx context.Context, frame, body templ.Component) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(64 << 10)
	if body != nil {
		ctx = templ.WithChildren(ctx, body)
	}
	if err := frame.Render(ctx, &b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// progressVM is the line of the newest backfill or import that is under way; nil where none is.
func progressVM(list []drift.Progress, now time.Time) *component.ProgressVM {
	work := underWay(list, now)
	if work == nil {
		return nil
	}
	return &component.ProgressVM{Done: int(work.Done), Total: int(work.Total), Title: work.Title, Left: timeLeft(*work, now)}
}

// underWay is the newest long work that somebody is at.
func underWay(list []drift.Progress, now time.Time) *drift.Progress {
	for i, w := range list {
		if w.FinishedAt.IsZero() && now.Sub(w.UpdatedAt) < drift.ProgressDeadAfter {
			return &list[i]
		}
	}
	return nil
}

// writePart answers what events change of a page, which its script asks for anew.
func writePart(w http.ResponseWriter, r *http.Request, part templ.Component) error {
	html, err := render(r.Context(), part, nil)
	if err != nil {
		return fmt.Errorf("render a part of %s: %w", r.URL.Path, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", htmlType)
	_, _ = w.Write(html) // a reader that left cannot be told
	return nil
}
