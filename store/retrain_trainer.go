package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TrainerState returns what a training elsewhere needs to go on after a restart, nil where nothing.
func (tx *Tx) TrainerState(ctx context.Context, r *drift.Retrain) (state []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT trainer_state FROM ml_retrain WHERE tenant_id = $1 AND id = $2`, r.TenantID, r.ID).Scan(&state)
	if err != nil {
		return nil, fmt.Errorf("state of the trainer: %w", err)
	}
	return state, nil
}

// SaveTrainerState keeps it: a JSON object, of which "attempt" and "job" are found by TrainerCalled. Of a
// retrain that does not train this attempt on this server any more nothing is kept.
func (db *DB) SaveTrainerState(ctx context.Context, r *drift.Retrain, state []byte) error {
	_, err := db.pool.Exec(ctx, `UPDATE ml_retrain SET trainer_state = $3::jsonb,
			trainer_called = CASE WHEN trainer_state ->> 'job' = $3::jsonb ->> 'job' THEN trainer_called END
		WHERE tenant_id = $1 AND id = $2 AND state IN ('training', 'validating') AND attempt = $4 AND server = $5`,
		r.TenantID, r.ID, state, r.Attempt, r.Server)
	if err != nil {
		return fmt.Errorf("keep the state of the trainer: %w", unavailable(err))
	}
	return nil
}

// TrainerCalled finds the newest retrain of a model type whose training has this name elsewhere, nil
// where there is none, and notes the call. current says that it trains that very attempt; heard that
// no call signed as late was noted before.
func (tx *Tx) TrainerCalled(ctx context.Context, modelType, job string, at time.Time) (r *drift.Retrain, current, heard bool, err error) {
	r, err = oneRetrain(tx.retrains(ctx, `WHERE r.model_type = $1 AND r.trainer_state ->> 'job' = $2 ORDER BY r.id DESC LIMIT 1`, modelType, job))
	if err != nil || r == nil {
		return nil, false, false, err
	}
	err = tx.QueryRow(ctx, `WITH this AS (SELECT tenant_id, id, trainer_called FROM ml_retrain WHERE tenant_id = $1 AND id = $2
			AND state = 'training' AND (trainer_state ->> 'attempt')::int = attempt FOR UPDATE),
		noted AS (UPDATE ml_retrain r SET trainer_called = $3 FROM this WHERE r.tenant_id = this.tenant_id AND r.id = this.id
			AND (this.trainer_called IS NULL OR this.trainer_called < $3) RETURNING r.id)
		SELECT EXISTS (SELECT FROM this), EXISTS (SELECT FROM noted)`, r.TenantID, r.ID, at).Scan(&current, &heard)
	if err != nil {
		return nil, false, false, fmt.Errorf("note a trainer's call: %w", err)
	}
	return r, current, heard, nil
}
