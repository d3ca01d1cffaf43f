package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// progress notes a trainer's line and tells the browsers: no move, so that clicks stay valid. Nobody is
// told of what a trainer says after its training was ended.
func (e *Engine) progress(ctx context.Context, r *drift.Retrain, line string) {
	noted, err := e.store.RetrainProgress(ctx, r, line)
	if noted {
		err = e.system(ctx, func(tx Tx) error {
			payload, err := json.Marshal(map[string]any{"retrain": map[string]any{
				"id": r.ID, "version": r.Version, "model_type": r.ModelType, "state": drift.RetrainTraining, "progress": line,
			}})
			tx.Emit(drift.Event{Type: drift.EventRetrainUpdated, TenantID: r.TenantID, Tenant: r.Tenant, At: e.clock().UTC(), Payload: payload})
			return err
		})
	}
	if err != nil && ctx.Err() == nil {
		e.log.Warn("a trainer's progress could not be noted", "retrain", r.ID, "error", err)
	}
}

// printed keeps what a trainer printed, also where the server is about to stop.
func (e *Engine) printed(r *drift.Retrain, output []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	text := string(slices.DeleteFunc([]byte(toValid(output)), func(c byte) bool { return c == 0 }))
	if err := e.store.SaveTrainerLog(ctx, r, text); err != nil {
		e.log.Warn("a trainer's log could not be kept", "retrain", r.ID, "error", err)
	}
}

func toValid(b []byte) string { return string([]rune(string(b))) }
