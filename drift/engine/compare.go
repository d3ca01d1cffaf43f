package engine

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/stats"
)

const (
	// CompareDays is how long a window of a comparison may be.
	CompareDays = 400
	// comparePredictions is how many predictions a version's days may hold that a comparison reads.
	comparePredictions = 20_000_000
	// compareScores is how many scores with their outcomes are looked at of those: beyond it a curve does
	// not change by a pixel.
	compareScores = 200_000
	// sliceRows is how many outcomes a window are looked at for where accuracy fell.
	sliceRows = 20_000
)

// CompareSide is one side of a comparison. No window is that of today's check, "" for the version is the
// one in service or, for the baseline, that of the recent side.
type CompareSide struct {
	Version string
	Window  *drift.DriftWindow
}

// Comparison asks for the evidence on two windows and versions of one model.
type Comparison struct {
	Tenant, ModelType string
	Recent, Baseline  CompareSide
}

// Compare puts together all that is said of any two windows and versions of a model: both checks with the
// settings in force, curves of both sides, which features moved, where accuracy fell, and the accuracy of
// the recent window by its scores alone with how right such estimates have been. It writes and raises
// nothing, and the windows may overlap. CodeNotFound where the actor does not see the model
// or it has no such version; CodeInvalid where a window is no window, or holds too much.
func (e *Engine) Compare(ctx context.Context, by drift.Actor, c Comparison) (drift.Evidence, error) {
	r := comparison{today: drift.DateOf(e.clock().UTC())}
	err := e.heavily(ctx, func() error {
		err := e.store.InTx(ctx, by, func(tx Tx) error { return r.read(ctx, tx, by, c) })
		if err != nil {
			return err
		}
		return r.work()
	})
	if err != nil {
		return drift.Evidence{}, err
	}
	return r.out, nil
}

// comparison is the work of one Compare: what is read in its transaction, then what is made of it.
type comparison struct {
	today                  drift.Date
	settings               drift.Settings
	recent, baseline       drift.VersionKey
	out                    drift.Evidence
	days                   [2][]drift.ScoreDay    // of the windows, recent first
	labelled               [2][]drift.LabelledDay // from the oldest past window on
	calibrating            []drift.LabelledDay    // of the recent version, in the baseline's windows
	past                   []detect.Windows       // newest first
	recentRows, baseRows   drift.FeatureSample
	recentRight, baseRight drift.OutcomeSample
}

func (r *comparison) read(ctx context.Context, tx Tx, by drift.Actor, c Comparison) error {
	if err := r.resolve(ctx, tx, by, c); err != nil {
		return err
	}
	for _, step := range []func(context.Context, Tx) error{r.readDays, r.statistical, r.readRows} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// work makes of it what needs no transaction any more.
func (r *comparison) work() error {
	r.performance()
	for _, step := range []func() error{r.curves, r.features, r.slices, r.estimates} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// resolve finds the model, its versions and the windows.
func (r *comparison) resolve(ctx context.Context, tx Tx, by drift.Actor, c Comparison) error {
	m, err := modelNamed(ctx, tx, by, drift.Model{Tenant: c.Tenant, ModelType: c.ModelType})
	if err != nil {
		return err
	}
	if r.settings, err = tx.Settings(ctx, m.TenantID); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if c.Recent.Version == "" {
		serving, err := tx.Serving(ctx, m)
		if err != nil {
			return err
		}
		c.Recent.Version = serving.Version
	}
	if c.Baseline.Version == "" {
		c.Baseline.Version = c.Recent.Version
	}
	r.recent, r.baseline = drift.VersionKey{Model: m, Version: c.Recent.Version}, drift.VersionKey{Model: m, Version: c.Baseline.Version}
	for _, v := range []drift.VersionKey{r.recent, r.baseline} {
		if _, err := tx.VersionOf(ctx, v); err != nil {
			return err
		}
	}
	usual := detect.WindowsOf(r.today, r.settings)
	r.out = drift.Evidence{Tenant: m.Tenant, ModelType: m.ModelType}
	if r.out.Recent, err = sideFor("recent", c.Recent, usual.Recent); err != nil {
		return err
	}
	r.out.Baseline, err = sideFor("baseline", c.Baseline, usual.Baseline)
	return err
}

func sideFor(name string, c CompareSide, usual drift.DriftWindow) (drift.EvidenceSide, error) {
	if c.Window == nil {
		c.Window = &usual
	}
	side := drift.EvidenceSide{Version: c.Version, Window: *c.Window}
	switch days := int(c.Window.To - c.Window.From); {
	case days <= 0:
		return side, drift.Invalid(name+"_to", fmt.Sprintf("The %s window ends on the day it begins on or before. Its end is left out: for one day give the day after.", name))
	case days > CompareDays:
		return side, drift.Invalid(name+"_from", fmt.Sprintf("The %s window has %d days; at most %d are compared at once.", name, days, CompareDays))
	}
	return side, nil
}

// statistical compares the scores, while the transaction can fetch them.
func (r *comparison) statistical(ctx context.Context, tx Tx) error {
	recent, baseline, fetch, err := runsOfSides(ctx, tx, r.recent, r.baseline, r.out.Recent.Window, r.out.Baseline.Window)
	if err != nil {
		return err
	}
	found, err := detect.Statistical(detect.StatisticalInput{
		Version: r.recent, Date: r.out.Recent.Window.To, Settings: r.settings,
		Recent: recent, Baseline: baseline, Fetch: fetch, BaselineSource: drift.BaselineWindow,
	})
	if err != nil {
		return err
	}
	r.out.Statistical = drift.StatisticalFinding{Status: found.Status, Severity: found.Severity, Message: found.Message, Metrics: found.Statistical}
	at := drift.Undefined()
	if found.Statistical != nil {
		at = found.Statistical.KSLocation
	}
	r.out.Scores, err = detect.Picture(recent, baseline, fetch, at)
	return err
}

// runsOfSides reads the score columns of two windows, of one version or of two.
func runsOfSides(ctx context.Context, tx Tx, recent, baseline drift.VersionKey, rw, bw drift.DriftWindow) (r, b []stats.Run, fetch stats.Fetch, err error) {
	if recent == baseline {
		r, b, fetch, err = tx.Runs(ctx, recent, rw, bw)
	} else {
		var left, right stats.Fetch
		if r, _, left, err = tx.Runs(ctx, recent, rw, drift.DriftWindow{}); err == nil {
			_, b, right, err = tx.Runs(ctx, baseline, drift.DriftWindow{}, bw)
		}
		fetch = eitherSide(left, right)
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("scores: %w", err)
	}
	return r, b, fetch, nil
}

// eitherSide fetches what is needed of each side from its own version.
func eitherSide(recent, baseline stats.Fetch) stats.Fetch {
	return func(needs []stats.Need) ([][]float64, error) {
		out := make([][]float64, len(needs))
		for _, side := range []struct {
			fetch    stats.Fetch
			baseline bool
		}{{recent, false}, {baseline, true}} {
			var part []stats.Need
			var at []int
			for i, n := range needs {
				if n.Baseline == side.baseline {
					part, at = append(part, n), append(at, i)
				}
			}
			if len(part) == 0 {
				continue
			}
			values, err := side.fetch(part)
			if err != nil {
				return nil, err
			}
			for i, v := range values {
				out[at[i]] = v
			}
		}
		return out, nil
	}
}

func (r *comparison) performance() {
	recent, baseline := detect.PoolSide(r.days[0]), detect.PoolSide(r.days[1])
	r.out.Recent.Predictions, r.out.Baseline.Predictions = recent.Predictions, baseline.Predictions
	found := detect.Performance(detect.PerformanceInput{
		Version: r.recent, Date: r.out.Recent.Window.To, Settings: r.settings, Recent: recent, Baseline: baseline, BaselineSource: drift.BaselineWindow,
	})
	r.out.Performance = drift.PerformanceFinding{
		Status: found.Status, Severity: found.Severity, SecondarySeverity: found.SecondarySeverity, Message: found.Message, Metrics: found.Performance,
	}
}
