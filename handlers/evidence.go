package handlers

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// partEvidence asks for the charts alone, for a fold of a page.
const partEvidence = "evidence"

const (
	// evidenceKept is how many comparisons are kept, some 150 KB each, and evidenceFor how long: outcomes
	// come in, and a figure's files are asked for soon after it.
	evidenceKept = 64
	evidenceFor  = 10 * time.Minute
)

// pairKey is two windows of two versions: what a comparison's answer depends on beside the log.
type pairKey struct {
	recent, baseline         drift.VersionKey
	recentWindow, baseWindow drift.DriftWindow
}

func (k pairKey) comparison() engine.Comparison {
	return engine.Comparison{
		Tenant: k.recent.Tenant, ModelType: k.recent.ModelType,
		Recent:   engine.CompareSide{Version: k.recent.Version, Window: &k.recentWindow},
		Baseline: engine.CompareSide{Version: k.baseline.Version, Window: &k.baseWindow},
	}
}

// evidenceCache keeps what was compared. Whoever reads from it has been shown the model before.
type evidenceCache struct {
	mu   sync.Mutex
	kept map[pairKey]keptEvidence
}

type keptEvidence struct {
	at time.Time
	e  drift.Evidence
}

func (c *evidenceCache) get(k pairKey, now time.Time) (drift.Evidence, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	got, ok := c.kept[k]
	return got.e, ok && now.Sub(got.at).Abs() < evidenceFor
}

func (c *evidenceCache) put(k pairKey, now time.Time, e drift.Evidence) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= evidenceKept {
		c.kept = map[pairKey]keptEvidence{}
	}
	c.kept[k] = keptEvidence{now, e}
}

// evidenceOf compares two windows for a reader who may see their model.
func (p *Pages) evidenceOf(ctx context.Context, by drift.Actor, k pairKey) (drift.Evidence, error) {
	now := p.o.Wall()
	if e, ok := p.compared.get(k, now); ok {
		return e, nil
	}
	e, err := p.o.Engine.Compare(ctx, by, k.comparison())
	if err == nil {
		p.compared.put(k, now, e)
	}
	return e, err
}

// reportPair are the windows that a report's check compared.
func reportPair(r drift.Report) pairKey {
	recent, baseline := windowsOf(r)
	return pairKey{recent: r.Version, baseline: r.Version, recentWindow: recent, baseWindow: baseline}
}

// alertFold leads to the evidence of an alert's report; nil where it has none.
func alertFold(d drift.AlertData) *page.FoldVM {
	if d.Own == nil {
		return nil
	}
	href := alertHref(d.Alert.ID) + "/evidence"
	return &page.FoldVM{Href: href, Part: href + "?part=" + partEvidence}
}

// alertData reads an alert that the path names.
func (p *Pages) alertData(r *http.Request) (drift.AlertData, error) {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return drift.AlertData{}, err
	}
	return p.store.AlertPage(r.Context(), auth.ActorFrom(r.Context()), drift.AlertQuery{ID: id, Now: p.now(), Days: chartDays, Windows: windowsOf})
}

// alertEvidence is the evidence of an alert's report, of one where it has none not found.
func (p *Pages) alertEvidence(r *http.Request, d drift.AlertData) (page.EvidenceVM, error) {
	if d.Own == nil {
		return page.EvidenceVM{}, drift.NotFound("No check that compared two windows of the log stands behind this alert.")
	}
	e, err := p.evidenceOf(r.Context(), auth.ActorFrom(r.Context()), reportPair(*d.Own))
	if err != nil {
		return page.EvidenceVM{}, fmt.Errorf("evidence of alert %d: %w", d.Alert.ID, err)
	}
	v := evidenceVM(lang.From(r.Context()), e)
	v.Files = alertFiles(d.Alert.ID)
	return v, nil
}

func alertFiles(id int64) chart.Files { return chart.Files{Base: alertHref(id) + "/charts/"} }

// alertEvidencePage answers the evidence of an alert: as a page, or for its fold.
func (p *Pages) alertEvidencePage(w http.ResponseWriter, r *http.Request) error {
	d, err := p.alertData(r)
	if err != nil {
		return err
	}
	v, err := p.alertEvidence(r, d)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("part") == partEvidence {
		return writePart(w, r, page.Evidence(v))
	}
	l, a := lang.From(r.Context()), d.Alert
	by := auth.ActorFrom(r.Context())
	return p.show(w, r, http.StatusOK, p.shell(by, d.Watch, alertTitle(a, l), "board"), page.AlertEvidence(page.AlertEvidenceVM{
		ID: a.ID, Tenant: a.Tenant, ModelType: a.ModelType, ModelHref: modelHref(modelKey(a)), ReportHref: alertHref(a.ID) + "/report",
		Line: pairLine(l, reportPair(*d.Own), p.now()), Evidence: v,
	}))
}

// pairLine says which windows are compared.
func pairLine(l lang.Lang, k pairKey, now time.Time) []component.Piece {
	recent, baseline := windowVM(k.recentWindow), windowVM(k.baseWindow)
	return component.Words(l.T("Version %s, %s, against version %s, %s. All days are UTC.", k.recent.Version,
		l.DaysAs(recent.From, recent.To, now), k.baseline.Version, l.DaysAs(baseline.From, baseline.To, now)))
}

// alertChart answers one chart of an alert's page as a file. What takes long to work out is worked out only
// for its own charts.
func (p *Pages) alertChart(w http.ResponseWriter, r *http.Request) error {
	d, err := p.alertData(r)
	if err != nil {
		return err
	}
	l, by := lang.From(r.Context()), auth.ActorFrom(r.Context())
	events, err := p.alertEvents(r.Context(), by, d, l)
	if err != nil {
		return err
	}
	charts := p.alertVM(d, l, by, events).Charts()
	if !draws(charts, l, chi.URLParam(r, "file")) && d.Own != nil {
		v, err := p.alertEvidence(r, d)
		if err != nil {
			return err
		}
		charts = v.Charts()
	}
	return ChartFile(w, r, fmt.Sprintf("alert-%d", d.Alert.ID), chi.URLParam(r, "file"), charts...)
}
