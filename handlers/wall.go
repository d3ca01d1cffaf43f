package handlers

import (
	"net/http"
	"strconv"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web/auth"
)

// partWall asks for the wall's content alone.
const partWall = "wall"

// openWall exchanges the key of a wall's link for a cookie before anything else looks at it: the
// address that stays in the browser and its history has no key.
func (p *Pages) openWall(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if !q.Has("key") {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		if err := p.o.Auth.OpenWall(w, r, q.Get("key")); err != nil {
			p.Fail(w, r, err)
			return
		}
		http.Redirect(w, r, "/wall", http.StatusSeeOther)
	})
}

// wallPage answers the wall, and with part=wall its content alone.
func (p *Pages) wallPage(w http.ResponseWriter, r *http.Request) error {
	id, _ := auth.Looker(r.Context())
	q := r.URL.Query()
	if part := q.Get("part"); part != "" && part != partWall {
		return drift.NotFound("The wall has no such part.")
	}
	number, err := strconv.Atoi(q.Get("page"))
	if err != nil {
		number = 1 // a wall never stands still for an address that was mistyped
	}
	now, l := stamp(p.now()), lang.From(r.Context())
	f := boardFilter{}.alerts(id.Actor, now)
	d, err := p.store.BoardPage(r.Context(), id.Actor, drift.BoardQuery{Now: now, Filter: f})
	if err != nil {
		return err
	}
	v := wallVM(l, d, number, now)
	if _, signedIn := auth.From(r.Context()); !signedIn {
		v.Name = id.Actor.Name
	}
	shell := p.shell(id.Actor, d.Watch, l.T("Wall"), "")
	if !shell.BlindSince.IsZero() {
		v.BlindText = l.T("no check since %s", component.DayClock.Text(l, shell.BlindSince, now))
	}
	if q.Get("part") == partWall {
		return writePart(w, r, page.Wall(v))
	}
	p.o.Auth.KeepWall(w, r)
	p.write(w, r, http.StatusOK, layout.Wall(shell, page.WallRefresh(v)), page.Wall(v))
	return nil
}
