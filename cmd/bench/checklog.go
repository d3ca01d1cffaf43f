package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storebench"
)

// bigLog is a log of one model version, so many days of so many predictions each.
type bigLog struct {
	db      *store.DB
	dsn     string
	end     func() error
	version drift.VersionKey
	date    drift.Date // the day after the last
	days    int
	perDay  int
}

// loaders write at the same time.
func loaders() int { return max(2, runtime.GOMAXPROCS(0)) }

// Two days are checked: today, before which nothing has changed, and one whose recent window holds
// scores that have moved up a little; neither window of the one meets one of the other.
func (l *bigLog) quiet() drift.Date   { return l.date }
func (l *bigLog) drifted() drift.Date { return l.date.Add(-62) }

// power bends a day's scores, uniform numbers to that power.
func (l *bigLog) power(day drift.Date) float64 {
	if recent := detect.WindowsOf(l.drifted(), drift.NewSettings()).Recent; day >= recent.From && day < recent.To {
		return 0.45
	}
	return 0.5
}

// newBigLog logs 10 M rows with their day columns, 1.54 M of them in the windows of a check.
func (g *ground) newBigLog(ctx context.Context) (*bigLog, error) {
	db, dsn, end, err := g.open(ctx, "bench_check", int32(loaders())+2)
	if err != nil {
		return nil, err
	}
	l := &bigLog{db: db, dsn: dsn, end: end, date: yesterday().Add(1), days: g.size(240, 124), perDay: g.size(41_667, 1000)}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"making partitions", l.begin},
		{fmt.Sprintf("logging %d predictions", l.days*l.perDay), l.fill},
		{"building day columns", l.build},
		{"building the SELECT's index", l.index},
	} {
		g.say("%s", step.what)
		if err := step.do(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", step.what, err), end())
		}
	}
	return l, nil
}

// begin takes in the first prediction of each day the usual way, which makes partitions, the
// tenant, the version and the marks.
func (l *bigLog) begin(ctx context.Context) error {
	all := &ingest.PredictionBatch{}
	for i := range l.days {
		b := storebench.Rows(fmt.Sprintf("first%d", i), l.date.Add(i-l.days), 1)
		all.Line = append(all.Line, i+1)
		all.Tenant = append(all.Tenant, b.Tenant[0])
		all.PredictionID = append(all.PredictionID, b.PredictionID[0])
		all.ModelType = append(all.ModelType, b.ModelType[0])
		all.ModelVersion = append(all.ModelVersion, b.ModelVersion[0])
		all.CreatedAt = append(all.CreatedAt, b.CreatedAt[0])
		all.Score = append(all.Score, b.Score[0])
		all.Predicted = append(all.Predicted, b.Predicted[0])
		all.Actual = append(all.Actual, ingest.Unknown)
		all.Features = append(all.Features, nil)
		all.IntervalLow = append(all.IntervalLow, math.NaN())
		all.IntervalHigh = append(all.IntervalHigh, math.NaN())
		all.LatencyMS = append(all.LatencyMS, math.NaN())
	}
	res, err := l.db.IngestPredictions(ctx, drift.SystemActor(), all, store.IngestOptions{Strict: true})
	if err != nil {
		return err
	}
	if res.Inserted != int64(l.days) {
		return fmt.Errorf("%d of %d first predictions went in: %+v", res.Inserted, l.days, res.Errors)
	}
	l.version = drift.VersionKey{Model: drift.Model{Tenant: storebench.Tenant, ModelType: drift.FraudDetector}, Version: "v1"}
	return l.db.Pool().QueryRow(ctx, `SELECT id FROM tenant WHERE name = $1`, storebench.Tenant).Scan(&l.version.TenantID)
}

// fillDay logs the rest of a day inside the database: what is measured reads neither the key table
// nor anything that the way in could change, and this is several times as quick. Scores are smooth,
// and of one distribution on all days but those of the drift.
const fillDay = `
INSERT INTO ml_prediction_log (tenant_id, created_at, prediction_id, model_type, model_version, score, predicted,
    behaves_like, ingested_at)
SELECT $1, $2::timestamptz + i * (interval '1 day' / $3), 'b' || i, $4, $5, s, s >= 0.5, $4, now()
FROM (SELECT i, power(random(), $6) AS s FROM generate_series(1, $3::int - 1) i OFFSET 0) x`

func (l *bigLog) fill(ctx context.Context) error {
	return l.spread(ctx, func(ctx context.Context, day drift.Date) error {
		return l.db.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
			if _, err := tx.Exec(ctx, `SELECT setseed($1)`, float64(day)/1e6); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, fillDay, l.version.TenantID, day.Time(), l.perDay, l.version.ModelType, l.version.Version, l.power(day))
			return err
		})
	})
}

// build builds the day columns as the server does.
func (l *bigLog) build(ctx context.Context) error {
	return l.spread(ctx, func(ctx context.Context, day drift.Date) error {
		n, err := l.db.RebuildMarkedDays(ctx, day, day.Add(1), nil)
		if err == nil && n != 1 {
			err = fmt.Errorf("%d day columns built of %s, want 1", n, day)
		}
		return err
	})
}

// index gives the SELECT what serves it best: an index that holds all it reads, and a visibility
// map by which it need not look at the table.
func (l *bigLog) index(ctx context.Context) error {
	conn, err := l.db.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	for _, s := range []string{
		`SET maintenance_work_mem = '256MB'`,
		`CREATE INDEX bench_covering ON ml_prediction_log (tenant_id, model_type, model_version, created_at) INCLUDE (score)`,
		`VACUUM (ANALYZE) ml_prediction_log`,
		`VACUUM (ANALYZE) ml_score_day`,
		`CHECKPOINT`,
	} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// spread does something for every day, a few at a time.
func (l *bigLog) spread(ctx context.Context, do func(context.Context, drift.Date) error) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(loaders())
	for i := range l.days {
		all.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(ctx, l.date.Add(i-l.days))
		})
	}
	return all.Wait()
}
