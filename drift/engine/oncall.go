package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/oncall"
)

// OnCalls reads who is on call.
type OnCalls interface {
	// OnCallPlan returns what says who is on call for a team around a time.
	OnCallPlan(ctx context.Context, team string, at time.Time) (drift.Plan, error)
}

// noteTeam keeps with an escalation to whom it went and who was on call there. Who has the alert does
// not change by it.
func noteTeam(ctx context.Context, tx Tx, a *drift.Alert, e *drift.TimelineEntry) error {
	if e.Move != drift.MoveEscalate && e.Move != drift.MoveOverdue {
		return nil
	}
	plan, err := tx.OnCallPlan(ctx, a.Team, e.At)
	if err != nil {
		return fmt.Errorf("who is on call: %w", err)
	}
	turn, _ := oncall.At(plan, e.At)
	if e.Detail, err = json.Marshal(drift.MoveDetail{Team: a.Team, OnCall: turn.Person}); err != nil {
		return fmt.Errorf("encode escalation of alert %d: %w", a.ID, err)
	}
	return nil
}
