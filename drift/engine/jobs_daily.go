package engine

import (
	"bytes"
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
)

// outcomes matches everything in the inbox, then says per model what still lacks an outcome.
func (p *pass) outcomes(ctx context.Context, res *JobResult) error {
	matched, waiting, err := p.e.store.DrainInbox(ctx, p.now)
	if err != nil {
		return fmt.Errorf("drain the inbox: %w", err)
	}
	res.Covered.Matched, res.Covered.Waiting = matched, waiting
	if _, err := p.e.store.RebuildMarkedDays(ctx, p.earliest(), p.date, nil); err != nil {
		return fmt.Errorf("rebuild marked days: %w", err)
	}
	err = p.e.system(ctx, func(tx Tx) (err error) {
		res.Coverage, err = p.coverage(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return p.silentFeeds(ctx, res)
}

// silentFeeds raises or ends the feed_silent alert of every model's outcomes.
func (p *pass) silentFeeds(ctx context.Context, res *JobResult) error {
	fresh := map[drift.Model]bool{}
	if err := p.forFresh(ctx, func(m drift.Model) error { fresh[m] = true; return nil }); err != nil {
		return err
	}
	young, err := p.youngModels(ctx)
	if err != nil {
		return err
	}
	for _, c := range res.Coverage {
		res.Covered.Models++
		message := ""
		if c.Silent {
			res.Covered.Insufficient++
			message = fmt.Sprintf("No outcome has come in for any prediction made after %s.", drift.DateOf(c.LastOutcomeFor))
		}
		if !p.alerts {
			continue
		}
		spot := blindSpot{model: c.Model, reason: drift.BlindFeedSilent, part: "outcomes", message: message}
		if !fresh[c.Model] {
			spot.message, spot.ended = "", tooQuiet
		} else if young[c.Model] {
			spot.message = ""
		}
		if err := p.e.system(ctx, func(tx Tx) error { return p.silentFeed(ctx, tx, spot) }); err != nil {
			return fmt.Errorf("silent feed of %s %s: %w", c.Model.Tenant, c.Model.ModelType, err)
		}
	}
	return nil
}

// youngModels finds the models whose serving version could not have been judged yet.
func (p *pass) youngModels(ctx context.Context) (map[drift.Model]bool, error) {
	found := map[drift.Model]bool{}
	err := p.e.system(ctx, func(tx Tx) error {
		serving, err := tx.ServingVersions(ctx, p.date)
		if err != nil {
			return fmt.Errorf("serving versions: %w", err)
		}
		for _, v := range serving {
			if found[v.Model], err = p.young(ctx, tx, v); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// silentFeed sets the blind spot of one model's outcomes, unless a later date of the model was
// checked before: then history is left alone.
func (p *pass) silentFeed(ctx context.Context, tx Tx, spot blindSpot) error {
	for _, t := range []drift.DriftType{drift.Statistical, drift.Performance} {
		latest, ok, err := tx.LatestCheck(ctx, spot.model, t)
		if err != nil || (ok && latest > p.date) {
			return err
		}
	}
	return p.setBlind(ctx, tx, spot)
}

// metrics writes the day before the date, and every earlier day whose data changed since it was written.
func (p *pass) metrics(ctx context.Context, res *JobResult) error {
	if _, err := p.e.store.RebuildMarkedDays(ctx, p.earliest(), p.date, nil); err != nil {
		return fmt.Errorf("rebuild marked days: %w", err)
	}
	if !p.only { // days beyond any window matter here alone
		if _, err := p.e.store.RebuildMeasuredDays(ctx, p.earliest()); err != nil {
			return fmt.Errorf("rebuild measured days: %w", err)
		}
	}
	var days []drift.ScoreDay
	err := p.e.system(ctx, func(tx Tx) (err error) {
		if !p.only {
			if days, err = tx.StaleMetrics(ctx, p.earliest(), p.date.Add(-1)); err != nil {
				return fmt.Errorf("stale metrics: %w", err)
			}
		}
		yesterday, err := tx.DaysOf(ctx, p.date.Add(-1))
		days = append(days, yesterday...)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range days {
		if !p.e.covers(d.Version.TenantID) {
			continue
		}
		res.Covered.Models++
		err := p.writeMetrics(ctx, d)
		if stopped(ctx, err) {
			return err
		}
		if err != nil {
			res.Covered.Failed++
			p.e.log.Error("metrics failed", "date", d.Day, "model", d.Version, "error", err)
			if err := p.jobFailed(ctx, d.Version.Model, drift.JobMetrics, err); err != nil {
				return err
			}
			continue
		}
		res.Covered.Days++
		if d.Counts.Outcomes() > 0 {
			res.Covered.Judged++
		}
		if err := p.jobRecovered(ctx, d.Version.Model, drift.JobMetrics); err != nil {
			return err
		}
	}
	return nil
}

// writeMetrics computes and stores one day's metrics.
func (p *pass) writeMetrics(ctx context.Context, d drift.ScoreDay) error {
	return p.e.system(ctx, func(tx Tx) error {
		s, err := p.settings.get(ctx, tx, d.Version.TenantID)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		w := detect.WindowsOf(d.Day.Add(1), s).Baseline
		baseline, err := tx.ScoreDays(ctx, d.Version, w.From, w.To)
		if err != nil {
			return fmt.Errorf("baseline days: %w", err)
		}
		side := detect.PoolSide(baseline)
		set, err := standIn(ctx, tx, drift.Performance, d.Version, baseline, s)
		if err != nil {
			return err
		}
		if set != nil {
			side = sideOf(set)
		}
		scores, err := tx.LabelledScores(ctx, d.Version, d.Day)
		if err != nil {
			return fmt.Errorf("scores: %w", err)
		}
		m, err := detect.Metrics(detect.MetricsInput{
			Day: d, Scores: scores, Baseline: side, Settings: s,
		})
		if err != nil {
			return err
		}
		m.SourceDigest, m.ComputedAt = bytes.Clone(d.Digest), p.now
		return tx.PutMetrics(ctx, m)
	})
}
