package engine

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
)

// featureRows is how many rows a window are looked at for what moved: 5,000 tell a D of 0.04 from chance.
const featureRows = 5000

// FeatureMoves says which logged features moved between the windows that a report's check compared, on
// the rows of its version: all of them, or a sample where there are many. It has no features where the
// rows carry none on one of the sides.
func (e *Engine) FeatureMoves(ctx context.Context, by drift.Actor, r *drift.Report, w detect.Windows) (drift.FeatureMoves, error) {
	var recent, baseline drift.FeatureSample
	err := e.store.InTx(ctx, by, func(tx Tx) (err error) {
		if recent, err = tx.FeatureSample(ctx, r.Version, w.Recent, featureRows); err != nil {
			return err
		}
		baseline, err = tx.FeatureSample(ctx, r.Version, w.Baseline, featureRows)
		return err
	})
	if err != nil {
		return drift.FeatureMoves{}, fmt.Errorf("features of report %d: %w", r.ID, err)
	}
	return movesOf(recent, baseline, w)
}

// movesOf compares the features of two samples.
func movesOf(recent, baseline drift.FeatureSample, w detect.Windows) (drift.FeatureMoves, error) {
	m := drift.FeatureMoves{
		Recent: w.Recent, Baseline: w.Baseline, RowsRecent: len(recent.Rows), RowsBaseline: len(baseline.Rows),
		Sampled: recent.Of > featureRows || baseline.Of > featureRows, Features: []drift.FeatureShift{},
	}
	if m.RowsRecent == 0 || m.RowsBaseline == 0 {
		return m, nil
	}
	var err error
	m.Features, err = detect.Features(recent.Rows, baseline.Rows)
	return m, err
}

// FellWhere says in which parts of the predictions accuracy fell between the windows that a report's check
// compared, on the outcomes of its version: all of them, or a sample where there are many.
func (e *Engine) FellWhere(ctx context.Context, by drift.Actor, r *drift.Report, w detect.Windows) (drift.AccuracySlices, error) {
	var recent, baseline drift.OutcomeSample
	err := e.store.InTx(ctx, by, func(tx Tx) (err error) {
		if recent, err = tx.OutcomeSample(ctx, r.Version, w.Recent, sliceRows); err != nil {
			return err
		}
		baseline, err = tx.OutcomeSample(ctx, r.Version, w.Baseline, sliceRows)
		return err
	})
	if err != nil {
		return drift.AccuracySlices{}, fmt.Errorf("slices of report %d: %w", r.ID, err)
	}
	return slicesOf(recent, baseline)
}

// slicesOf compares the parts of two samples.
func slicesOf(recent, baseline drift.OutcomeSample) (drift.AccuracySlices, error) {
	out, err := detect.Slices(recent.Rows, baseline.Rows)
	out.OutcomesRecent, out.OutcomesBaseline = recent.Of, baseline.Of
	out.Sampled = recent.Sampled || baseline.Sampled
	return out, err
}
