package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// FeatureSample reads the features of the version's rows of a window: of all where there are no more
// than most, else of about so many, from pages of the table chosen at random but each time the same.
func (tx *Tx) FeatureSample(ctx context.Context, v drift.VersionKey, w drift.DriftWindow, most int) (s drift.FeatureSample, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(sum(n), 0) FROM ml_score_day
		WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 AND day >= $4 AND day < $5`,
		v.TenantID, v.ModelType, v.Version, w.From.Time(), w.To.Time()).Scan(&s.Of)
	if err != nil {
		return s, fmt.Errorf("count predictions of the window: %w", err)
	}
	sample, args := tableSample([]any{v.TenantID, w.From.Time(), w.To.Time(), v.ModelType, v.Version, most}, float64(most)/float64(max(s.Of, 1)))
	rows, err := tx.Query(ctx, `SELECT features::text FROM ml_prediction_log`+sample+` WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3
		AND model_type = $4 AND model_version = $5 AND features IS NOT NULL LIMIT 2 * $6`, args...)
	s.Rows, err = collected(rows, err, func(row pgx.CollectableRow) (text []byte, err error) { return text, row.Scan(&text) }, "features")
	return s, err
}
