package handlers

import (
	"net/http"

	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web/auth"
)

// helpNumbers answers how each number is computed.
func (p *Pages) helpNumbers(w http.ResponseWriter, r *http.Request) error {
	by := auth.ActorFrom(r.Context())
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, p.shell(by, watch, lang.From(r.Context()).T("How each number is computed"), ""), page.HelpNumbers())
}
