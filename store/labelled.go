package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// LabelledDays returns the version's days in [from, to), in order, with their scores and outcomes: all of
// them where there are no more than most, else every so many of each day's scores in their order, so that
// each part of the distribution is there in its share.
func (tx *Tx) LabelledDays(ctx context.Context, v drift.VersionKey, from, to drift.Date, most int) ([]drift.LabelledDay, error) {
	rows, err := tx.Query(ctx, `SELECT day, n, scores, labels, sum(n) OVER () FROM ml_score_day
		WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 AND day >= $4 AND day < $5 AND n > 0 ORDER BY day`,
		v.TenantID, v.ModelType, v.Version, from.Time(), to.Time())
	if err != nil {
		return nil, fmt.Errorf("read labelled days: %w", err)
	}
	var list []drift.LabelledDay
	var day time.Time
	var n, total int
	var scores, labels rawBytes
	_, err = pgx.ForEachRow(rows, []any{&day, &n, &scores, &labels, &total}, func() error {
		if len(scores) != 8*n || len(labels) != n {
			return fmt.Errorf("%s: %w", drift.DateOf(day), errDamaged)
		}
		d := drift.LabelledDay{Day: drift.DateOf(day), Of: n}
		every := max(1, (total+most-1)/most)
		for i := min(every/2, n-1); i < n; i += every {
			var err error
			if d.Scores, err = unpackScores(d.Scores, scores[8*i:8*i+8]); err != nil {
				return err
			}
			d.Labels = append(d.Labels, labels[i])
		}
		list = append(list, d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read labelled days: %w", err)
	}
	return list, nil
}

// outcomesAmong bounds how many rows of the log are looked at for those whose outcome is known.
const outcomesAmong = 2_000_000

// OutcomeSample reads which predictions of a window were right, with their features: of all whose outcome
// is known where there are no more than most, else of about so many, chosen as FeatureSample does. Of a
// window of millions it looks at a part however few outcomes it has.
func (tx *Tx) OutcomeSample(ctx context.Context, v drift.VersionKey, w drift.DriftWindow, most int) (s drift.OutcomeSample, err error) {
	var predictions int
	err = tx.QueryRow(ctx, `SELECT COALESCE(sum(tp + fp + fn + tn), 0), COALESCE(sum(n), 0) FROM ml_score_day
		WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 AND day >= $4 AND day < $5`,
		v.TenantID, v.ModelType, v.Version, w.From.Time(), w.To.Time()).Scan(&s.Of, &predictions)
	if err != nil {
		return s, fmt.Errorf("count outcomes of the window: %w", err)
	}
	part := min(float64(most)/float64(max(s.Of, 1)), outcomesAmong/float64(max(predictions, 1)))
	s.Sampled = part < 1
	sample, args := tableSample([]any{v.TenantID, w.From.Time(), w.To.Time(), v.ModelType, v.Version, most}, part)
	rows, err := tx.Query(ctx, `SELECT predicted = actual, features::text FROM ml_prediction_log`+sample+`
		WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 AND model_type = $4 AND model_version = $5
		AND actual IS NOT NULL AND features IS NOT NULL LIMIT 2 * $6`, args...)
	s.Rows, err = collected(rows, err, func(row pgx.CollectableRow) (r drift.OutcomeRow, err error) {
		return r, row.Scan(&r.Right, &r.Features)
	}, "outcomes with features")
	return s, err
}

// tableSample is the clause that reads a part of the table's pages, chosen at random but each time the
// same, "" for all of them; args with what the clause needs.
func tableSample(args []any, part float64) (clause string, with []any) {
	if part >= 1 {
		return "", args
	}
	return fmt.Sprintf(" TABLESAMPLE SYSTEM ($%d) REPEATABLE (1)", len(args)+1), append(args, 100*part)
}
