package drift_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// The whole life of an alert, written a second time by hand: a row a move, a column a status in
// the order of drift.AlertStatuses, "." where it is not allowed.
const movesByHand = `
            NEW           ACKNOWLEDGED  ASSIGNED      ESCALATED     RESOLVED  SUPPRESSED
acknowledge ACKNOWLEDGED  .             ACKNOWLEDGED  ACKNOWLEDGED  .         ACKNOWLEDGED
assign      ASSIGNED      ASSIGNED      ASSIGNED      ASSIGNED      .         ASSIGNED
comment     NEW           ACKNOWLEDGED  ASSIGNED      ESCALATED     RESOLVED  SUPPRESSED
escalate    ESCALATED     ESCALATED     ESCALATED     ESCALATED     .         ESCALATED
suppress    SUPPRESSED    SUPPRESSED    SUPPRESSED    SUPPRESSED    .         .
resolve     RESOLVED      RESOLVED      RESOLVED      RESOLVED      .         RESOLVED
refresh     NEW           ACKNOWLEDGED  ASSIGNED      ESCALATED     .         SUPPRESSED
clear       NEW           ACKNOWLEDGED  ASSIGNED      ESCALATED     .         SUPPRESSED
worsen      NEW           NEW           NEW           ESCALATED     .         NEW
remind      .             NEW           NEW           .             .         .
return      .             .             .             .             .         NEW
overdue     ESCALATED     .             .             .             .         .
silence     SUPPRESSED    .             .             .             .         .
recover     RESOLVED      RESOLVED      RESOLVED      RESOLVED      .         RESOLVED
`

func TestEveryMoveFromEveryStatusByEveryRole(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(movesByHand), "\n")
	statuses := strings.Fields(lines[0])
	if len(statuses) != len(drift.AlertStatuses) {
		t.Fatalf("the table knows %d statuses, the code %d", len(statuses), len(drift.AlertStatuses))
	}
	byPeople := map[string]bool{}
	for _, m := range drift.PersonMoves {
		byPeople[string(m)] = true
	}
	actors := []drift.Actor{drift.SystemActor()}
	for r := drift.RoleNone; r <= drift.RoleAdmin; r++ {
		actors = append(actors, drift.Actor{Name: "somebody", Role: r})
	}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		for i, want := range cells[1:] {
			for _, by := range actors {
				got, err := drift.Next(drift.Move(cells[0]), drift.AlertStatus(statuses[i]), by)
				name := fmt.Sprintf("%s from %s by %q (system %t)", cells[0], statuses[i], by.Role, by.System)
				allowed := by.System || (byPeople[cells[0]] && by.Role >= drift.RoleOperator)
				switch {
				case !allowed:
					if drift.CodeOf(err) != drift.CodeForbidden {
						t.Errorf("%s: %q, %v; want it forbidden", name, got, err)
					}
				case want == ".":
					if drift.CodeOf(err) != drift.CodeIllegalMove {
						t.Errorf("%s: %q, %v; want an illegal move", name, got, err)
					}
				case err != nil || string(got) != want:
					t.Errorf("%s: %q, %v; want %s", name, got, err, want)
				}
			}
		}
	}
}

func TestUnknownMoveIsRefused(t *testing.T) {
	if _, err := drift.Next("delete", drift.AlertNew, drift.SystemActor()); err == nil {
		t.Error("a move that does not exist was made")
	}
}

// A rise and a reminder are the only system moves that take an alert out of somebody's hands.
func TestNothingElseReturnsAnAlertToNew(t *testing.T) {
	for _, m := range []drift.Move{drift.MoveRefresh, drift.MoveClear, drift.MoveReturn, drift.MoveOverdue} {
		for _, s := range []drift.AlertStatus{drift.AlertAcknowledged, drift.AlertAssigned} {
			if to, err := drift.Next(m, s, drift.SystemActor()); err == nil && to != s {
				t.Errorf("%s takes %s to %s", m, s, to)
			}
		}
	}
}
