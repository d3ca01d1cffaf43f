package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
)

// recordWindows is in how many past windows estimates of accuracy are held against what was found.
const recordWindows = 8

// readDays reads what the days of both sides hold: of the windows, and of as many past ones as the bounds
// of a comparison allow.
func (r *comparison) readDays(ctx context.Context, tx Tx) error {
	w := detect.Windows{Recent: r.out.Recent.Window, Baseline: r.out.Baseline.Window}
	length := int(w.Recent.To - w.Recent.From)
	for k := range recordWindows {
		back := -(k + 1) * length
		r.past = append(r.past, detect.Windows{
			Recent:   drift.DriftWindow{From: w.Recent.From.Add(back), To: w.Recent.To.Add(back)},
			Baseline: drift.DriftWindow{From: w.Baseline.From.Add(back), To: w.Baseline.To.Add(back)},
		})
	}
	// What a score of one version means says nothing of another's: the recent version's are calibrated on
	// its own outcomes, which is a third side where the baseline is another version's.
	sides := []drift.VersionKey{r.recent, r.baseline, r.recent}
	windows := []drift.DriftWindow{w.Recent, w.Baseline, w.Baseline}
	if r.recent == r.baseline {
		sides, windows = sides[:2], windows[:2]
	}
	days := make([][]drift.ScoreDay, len(sides))
	for i, v := range sides {
		var err error
		if days[i], err = tx.ScoreDays(ctx, v, windows[i].From.Add(-recordWindows*length), windows[i].To); err != nil {
			return fmt.Errorf("days: %w", err)
		}
		if i >= len(r.days) {
			continue
		}
		r.days[i] = daysWithin(days[i], windows[i])
		if n := detect.PoolSide(r.days[i]).Predictions; n > comparePredictions {
			return drift.Invalid([]string{"recent_from", "baseline_from"}[i], fmt.Sprintf("This window holds %s predictions; at most %s are compared at once. Choose a shorter one.",
				drift.Thousands(n), drift.Thousands(comparePredictions)))
		}
	}
	for len(r.past) > 0 && r.tooMuch(days, windows, length) {
		r.past = r.past[:len(r.past)-1]
	}
	labelled := make([][]drift.LabelledDay, len(sides))
	for i, v := range sides {
		var err error
		from := windows[i].From.Add(-len(r.past) * length)
		if labelled[i], err = tx.LabelledDays(ctx, v, from, windows[i].To, compareScores); err != nil {
			return err
		}
	}
	r.labelled, r.calibrating = [2][]drift.LabelledDay(labelled[:2]), labelled[len(sides)-1]
	return nil
}

// tooMuch reports whether the past windows reach further or hold more than a comparison may read.
func (r *comparison) tooMuch(days [][]drift.ScoreDay, windows []drift.DriftWindow, length int) bool {
	for i, w := range windows {
		w.From = w.From.Add(-len(r.past) * length)
		if int(w.To-w.From) > CompareDays || detect.PoolSide(daysWithin(days[i], w)).Predictions > comparePredictions {
			return true
		}
	}
	return false
}

func daysWithin(days []drift.ScoreDay, w drift.DriftWindow) []drift.ScoreDay {
	return slices.DeleteFunc(slices.Clone(days), func(d drift.ScoreDay) bool { return d.Day < w.From || d.Day >= w.To })
}

func labelledWithin(days []drift.LabelledDay, w drift.DriftWindow) []drift.LabelledDay {
	return slices.DeleteFunc(slices.Clone(days), func(d drift.LabelledDay) bool { return d.Day < w.From || d.Day >= w.To })
}

// calibrationDays are the days of the baseline that an estimate of the recent window is calibrated on: none of
// the recent window's own, on which it would be right by construction.
func calibrationDays(days []drift.LabelledDay, w detect.Windows) []drift.LabelledDay {
	return slices.DeleteFunc(labelledWithin(days, w.Baseline), func(d drift.LabelledDay) bool { return d.Day >= w.Recent.From && d.Day < w.Recent.To })
}

// readRows reads the rows with features.
func (r *comparison) readRows(ctx context.Context, tx Tx) (err error) {
	if r.recentRows, err = tx.FeatureSample(ctx, r.recent, r.out.Recent.Window, featureRows); err != nil {
		return err
	}
	if r.baseRows, err = tx.FeatureSample(ctx, r.baseline, r.out.Baseline.Window, featureRows); err != nil {
		return err
	}
	if r.recentRight, err = tx.OutcomeSample(ctx, r.recent, r.out.Recent.Window, sliceRows); err != nil {
		return err
	}
	r.baseRight, err = tx.OutcomeSample(ctx, r.baseline, r.out.Baseline.Window, sliceRows)
	return err
}

func (r *comparison) curves() (err error) {
	for i, side := range [2]*drift.EvidenceSide{&r.out.Recent, &r.out.Baseline} {
		if side.Curves, err = detect.Curves(labelledWithin(r.labelled[i], side.Window), detect.PoolSide(r.days[i]).Counts); err != nil {
			return err
		}
	}
	return nil
}

func (r *comparison) features() (err error) {
	r.out.Features, err = movesOf(r.recentRows, r.baseRows, detect.Windows{Recent: r.out.Recent.Window, Baseline: r.out.Baseline.Window})
	return err
}

func (r *comparison) slices() (err error) {
	r.out.Slices, err = slicesOf(r.recentRight, r.baseRight)
	return err
}

// estimates estimates the recent window's accuracy, and that of past windows, whose baselines lay as far
// before them as this one's.
func (r *comparison) estimates() (err error) {
	estimate := func(w detect.Windows) (drift.AccuracyEstimate, error) {
		return detect.Estimate(detect.EstimateInput{
			Window: w.Recent, CalibratedOn: w.Baseline, Days: labelledWithin(r.labelled[0], w.Recent), CalibrationDays: calibrationDays(r.calibrating, w),
		})
	}
	if r.out.Estimate, err = estimate(detect.Windows{Recent: r.out.Recent.Window, Baseline: r.out.Baseline.Window}); err != nil {
		return err
	}
	past := make([]drift.AccuracyEstimate, len(r.past))
	for i, w := range r.past {
		if past[i], err = estimate(w); err != nil {
			return err
		}
	}
	r.out.Record = detect.Record(past)
	return nil
}
