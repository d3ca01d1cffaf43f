package engine

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
)

// service checks that the stretches of service tell what happened: newest first old, new, old, each
// ending when the next begins.
func (s *shadow) service(ctx context.Context) (string, error) {
	list, err := s.tx.Services(ctx, s.model)
	if err != nil {
		return "", err
	}
	want := []string{s.old, s.next, s.old}
	if len(list) != len(want) {
		return "", wrong("The record of service has %d stretches, not %d.", len(list), len(want))
	}
	for i, x := range list {
		switch {
		case x.Version != want[i]:
			return "", wrong("The record of service names %s where %s served.", x.Version, want[i])
		case i == 0 && x.To != nil:
			return "", wrong("By the record of service nothing serves.")
		case i == 0 && !x.From.Equal(s.now):
			return "", wrong("The record of service has %s back at another time than that of the rollback.", s.old)
		case i > 0 && (x.To == nil || !x.To.Equal(list[i-1].From)):
			return "", wrong("In the record of service %s does not end where %s begins.", x.Version, list[i-1].Version)
		}
	}
	return fmt.Sprintf("Three stretches, %s, %s and %s again, without a gap or an overlap.", s.old, s.next, s.old), nil
}

// aftermath checks what a rollback leaves for people.
func (s *shadow) aftermath(ctx context.Context) (string, error) {
	r, err := s.tx.Retrain(ctx, s.retrain.ID)
	if err != nil {
		return "", err
	}
	if r.State != drift.RetrainRolledBack {
		return "", wrong("The retrain under watch stands at %s, not at %s.", r.State, drift.RetrainRolledBack)
	}
	a, err := s.tx.OpenAlert(ctx, s.model.TenantID, "rollback:"+s.model.ModelType+":"+s.next)
	if err != nil {
		return "", err
	}
	switch {
	case a == nil:
		return "", wrong("No alert of type %s was raised.", drift.AlertRollback)
	case a.Severity == drift.SeverityCritical && a.Status == drift.AlertSuppressed && a.SilenceID != 0:
	case a.Severity != drift.SeverityCritical || a.Status != drift.AlertEscalated || a.Team != rollbackTeam:
		return "", wrong("The alert is %s and %s with %q, not CRITICAL and escalated to the %s.", a.Severity, a.Status, a.Team, rollbackTeam)
	}
	p, err := s.tx.Paused(ctx, s.model)
	if err != nil {
		return "", err
	}
	if p == nil {
		return "", wrong("The model's retraining was not paused.")
	}
	if a.SilenceID != 0 {
		return fmt.Sprintf("The watch ended as rolled back, a CRITICAL %s waits for the end of silence %d, and the model's retraining is paused.",
			drift.AlertRollback, a.SilenceID), nil
	}
	return fmt.Sprintf("The watch ended as rolled back, a CRITICAL %s went to the %s at once, and the model's retraining is paused.",
		drift.AlertRollback, rollbackTeam), nil
}

// again checks that a rollback goes no further than there is something to go back to.
func (s *shadow) again(ctx context.Context) (string, error) {
	for _, to := range []string{"", s.old, "never served"} {
		_, _, err := rollbackTarget(ctx, s.tx, s.model, to)
		switch code := drift.CodeOf(err); {
		case err == nil:
			return "", wrong("A rollback to %q is offered, though there is nothing to go back to.", to)
		case code != drift.CodeConflict && code != drift.CodeInvalid:
			return "", err
		}
	}
	_, back, err := rollbackTarget(ctx, s.tx, s.model, s.next)
	if err != nil {
		return "", err
	}
	if back.Version != s.next {
		return "", wrong("By its name %s is found as %s.", s.next, back.Version)
	}
	return fmt.Sprintf("Nothing served before %s, which is said; a version that never served is refused; %s can be named.", s.old, s.next), nil
}
