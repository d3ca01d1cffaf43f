package handlers

import (
	"net/http"

	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
)

// offlinePage answers the page that a browser keeps to show where no page can be had. It holds
// nothing of anybody, and may be kept by the service worker.
func (p *Pages) offlinePage(w http.ResponseWriter, r *http.Request) error {
	p.write(w, r, http.StatusOK, layout.Bare(layout.BareVM{Title: lang.From(r.Context()).T("Offline"), Version: p.o.Version}), page.Offline())
	return nil
}
