package engine

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// pausedFor returns the pause that keeps a retrain from going on. It is nil where the model is not paused,
// where a person asked for the retrain, and where a manager approved it since: who did knew of the rollback.
func pausedFor(ctx context.Context, tx Tx, r *drift.Retrain) (*drift.Pause, error) {
	if r.Manual {
		return nil, nil
	}
	p, err := tx.Paused(ctx, r.Model())
	if err != nil || p == nil || r.ApprovedBy == "" {
		return p, err
	}
	moves, err := tx.RetrainTimeline(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, m := range moves {
		if m.Move == string(retrain.MoveApprove) && m.At.After(p.Since) {
			return nil, nil
		}
	}
	return p, nil
}

// pausedWords says why a retrain does not go on.
func pausedWords(p *drift.Pause) string {
	return fmt.Sprintf("The model was rolled back meanwhile, and its retraining is paused: %s", p.Reason)
}
