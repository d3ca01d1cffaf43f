package handlers

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// movesKept is how many reports' features are kept compared.
const movesKept = 256

// reportCache keeps what was compared, by report: a report is of a fixed state of the log, and whoever
// asks has been shown the report.
type reportCache[T any] struct {
	mu   sync.Mutex
	kept map[int64]*T
}

func (c *reportCache[T]) get(report int64) *T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[report]
}

func (c *reportCache[T]) put(report int64, v *T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= movesKept {
		c.kept = map[int64]*T{}
	}
	c.kept[report] = v
}

// alertFeatures answers which features moved between the windows that an alert's check compared.
func (a *API) alertFeatures(w http.ResponseWriter, r *http.Request) error {
	if _, err := queryOf(r); err != nil {
		return err
	}
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	found, _, err := a.store.AlertStory(r.Context(), by, id)
	if err != nil {
		return err
	}
	if !hasFeatureWindows(found.Report) {
		return drift.NotFound("No check that compared two windows of the log stands behind this alert.")
	}
	recent, baseline := windowsOf(*found.Report)
	moves, err := a.engine.FeatureMoves(r.Context(), by, found.Report, detect.Windows{Recent: recent, Baseline: baseline})
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, moves)
	return nil
}

// hasFeatureWindows tells whether a report compared two windows of the log, whose rows have features.
func hasFeatureWindows(r *drift.Report) bool {
	return r != nil && r.Status == drift.StatusOK && r.BaselineSource == drift.BaselineWindow
}

// featuresVM says which features moved between the windows of a report; nil where there is no report
// or nothing to compare with but a validation set, which has no features of a window.
func (p *Pages) featuresVM(ctx context.Context, by drift.Actor, r *drift.Report) (*page.FeaturesVM, error) {
	if !hasFeatureWindows(r) {
		return nil, nil
	}
	if v := p.moves.get(r.ID); v != nil {
		return v, nil
	}
	recent, baseline := windowsOf(*r)
	m, err := p.o.Engine.FeatureMoves(ctx, by, r, detect.Windows{Recent: recent, Baseline: baseline})
	if err != nil {
		return nil, fmt.Errorf("features: %w", err)
	}
	v := &page.FeaturesVM{RowsRecent: int64(m.RowsRecent), RowsBaseline: int64(m.RowsBaseline), Sampled: m.Sampled}
	for _, s := range m.Features {
		v.Rows = append(v.Rows, featureVM(s))
	}
	p.moves.put(r.ID, v)
	return v, nil
}

func featureVM(s drift.FeatureShift) page.FeatureVM {
	v := page.FeatureVM{
		Name: s.Name, Moved: detect.FeatureMoved(s), Numeric: s.Kind == drift.NumericFeature, PSI: s.PSI.Ptr(), Q: s.QValue.Ptr(),
		Recent: s.MeanRecent.Ptr(), Baseline: s.MeanBaseline.Ptr(), Category: s.Category,
		MissingRecent: float64(s.MissingRecent), MissingBaseline: float64(s.MissingBaseline),
	}
	if !v.Numeric {
		v.Recent, v.Baseline = s.ShareRecent.Ptr(), s.ShareBaseline.Ptr()
	}
	return v
}
