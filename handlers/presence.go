package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// presence notes that the reader has an alert open, and answers who else has.
func (p *Pages) presence(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	v, err := p.presenceVM(r.Context(), auth.ActorFrom(r.Context()), id, true)
	if err != nil {
		return err
	}
	return writePart(w, r, page.Presence(v))
}

func (p *Pages) presenceVM(ctx context.Context, by drift.Actor, id int64, beat bool) (page.PresenceVM, error) {
	v := page.PresenceVM{URL: alertHref(id) + "/presence"}
	list, err := p.store.Present(ctx, by, id, beat)
	if err != nil || len(list) == 0 {
		return v, err
	}
	l, now := lang.From(ctx), p.o.Wall()
	names := make([]string, len(list))
	for i, x := range list {
		names[i] = l.T("%s (since %s)", x.Name, l.Age(now.Sub(x.Since)))
	}
	v.Text = l.T("Also here: %s", strings.Join(names, ", "))
	return v, nil
}
