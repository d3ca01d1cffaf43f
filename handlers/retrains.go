package handlers

import (
	"net/http"

	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web/auth"
)

// retrainsPage says plainly that this version does not retrain, and what waits for it.
func (p *Pages) retrainsPage(w http.ResponseWriter, r *http.Request) error {
	by := auth.ActorFrom(r.Context())
	d, err := p.store.RetrainsPage(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	v := page.RetrainsVM{Waiting: d.Recommended, WaitingHref: "/"}
	return p.show(w, r, http.StatusOK, p.shell(by, d.Watch, "Retrains", "retrains"), page.Retrains(v))
}
