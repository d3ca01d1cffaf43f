package retrain

import (
	"fmt"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// The whole life of a retrain, written a second time by hand, one legal move a line: the move, from
// where, to where, the lowest role of a person that may ("-": none), whether the system may.
const movesByHand = `
propose        -                proposed         operator system
await          proposed         waiting_approval -        system
start_countdown proposed        countdown        -        system
refuse         proposed         refused          -        system
refuse         queued           refused          -        system
refuse         validating       refused          -        system
approve        waiting_approval queued           manager  -
reject         waiting_approval refused          manager  -
expire         waiting_approval expired          -        system
ask_again      waiting_approval waiting_approval -        system
ask_again      countdown        waiting_approval -        system
ask_again      queued           waiting_approval -        system
countdown_over countdown        queued           -        system
start          queued           training         -        system
requeue        training         queued           -        system
requeue        validating       queued           -        system
resume         training         training         -        system
resume         validating       training         -        system
trained        training         validating       -        system
accept         validating       activating       -        system
activated      activating       watching         -        system
keep           watching         kept             manager  system
roll_back      watching         rolled_back      manager  system
cancel         countdown        cancelled        operator -
cancel         waiting_approval cancelled        manager  -
cancel         queued           cancelled        manager  -
cancel         training         cancelled        manager  -
cancel         validating       cancelled        manager  -
stop           training         cancelled        -        system
stop           validating       cancelled        -        system
stop           activating       cancelled        -        system
fail           queued           failed           -        system
fail           training         failed           -        system
fail           validating       failed           -        system
fail           activating       failed           -        system
`

func TestEveryMoveFromEveryStateByEveryRole(t *testing.T) {
	type line struct {
		to     drift.RetrainState
		role   string
		system bool
	}
	byHand, least := map[string]line{}, map[string]drift.Role{}
	bySystem := map[string]bool{}
	var names []string
	for _, text := range strings.Split(strings.TrimSpace(movesByHand), "\n") {
		f := strings.Fields(text)
		if _, ok := least[f[0]]; !ok {
			names, least[f[0]] = append(names, f[0]), 99
		}
		l := line{drift.RetrainState(f[2]), f[3], f[4] == "system"}
		byHand[f[0]+" "+strings.Trim(f[1], "-")] = l
		if role, err := drift.ParseRole(l.role); err == nil {
			least[f[0]] = min(least[f[0]], role)
		}
		bySystem[f[0]] = l.system
	}
	if len(names) != len(moves) {
		t.Fatalf("the table knows %d moves, the code %d", len(names), len(moves))
	}
	actors := []drift.Actor{drift.SystemActor()}
	for r := drift.RoleNone; r <= drift.RoleAdmin; r++ {
		actors = append(actors, drift.Actor{Name: "somebody", Role: r})
	}
	for _, m := range names {
		for _, from := range append([]drift.RetrainState{""}, drift.RetrainStates...) {
			l, legal := byHand[m+" "+string(from)]
			for _, by := range actors {
				got, err := Next(Move(m), from, by)
				name := fmt.Sprintf("%s from %q by %q (system %t)", m, from, by.Role, by.System)
				need, known := drift.ParseRole(l.role)
				want := drift.Code("")
				switch {
				case by.System && !bySystem[m], !by.System && by.Role < least[m]:
					want = drift.CodeForbidden
				case !legal:
					want = drift.CodeIllegalMove
				case !by.System && (known != nil || by.Role < need):
					want = drift.CodeForbidden
				}
				switch {
				case want == "" && (err != nil || got != l.to):
					t.Errorf("%s: %q, %v; want %s", name, got, err, l.to)
				case want != "" && (err == nil || drift.CodeOf(err) != want || got != ""):
					t.Errorf("%s: %q, %v; want %s", name, got, err, want)
				case want != "" && (!strings.HasSuffix(err.Error(), ".") || strings.ContainsAny(err.Error(), "%")):
					t.Errorf("%s: %q is not a sentence", name, err)
				}
			}
		}
	}
}

func TestSentencesSayWhoCould(t *testing.T) {
	operator := drift.Actor{Role: drift.RoleOperator}
	for _, c := range []struct {
		m    Move
		from drift.RetrainState
		by   drift.Actor
		says string
	}{
		{MoveApprove, drift.RetrainWaitingApproval, operator, "A manager can."},
		{MoveApprove, drift.RetrainWaitingApproval, drift.SystemActor(), "does not approve a retrain by itself. A manager can."},
		{MoveCancel, drift.RetrainCountdown, drift.Actor{Role: drift.RoleViewer}, "An operator can."},
		{MoveCancel, drift.RetrainTraining, drift.Actor{Role: drift.RoleViewer}, "A manager can."},
		{MoveCancel, drift.RetrainTraining, operator, "that is training. A manager can."},
		{MoveCancel, drift.RetrainKept, operator, "has ended (kept)"},
		{MoveCancel, drift.RetrainKept, drift.Actor{Role: drift.RoleViewer}, "An operator can."},
		{MoveStart, drift.RetrainQueued, operator, "Driftwatch does it by itself."},
		{MoveRollBack, drift.RetrainQueued, drift.SystemActor(), "is queued; roll back is possible only while it is watching"},
		{MoveAwait, "", drift.SystemActor(), "is not proposed yet"},
		{"delete", drift.RetrainQueued, drift.SystemActor(), "not something that happens"},
	} {
		if _, err := Next(c.m, c.from, c.by); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s from %s: %v, want %q in it", c.m, c.from, err, c.says)
		}
	}
}

func TestEveryMoveHasAPastTense(t *testing.T) {
	for m := range moves {
		if pastTense[m] == "" || PastTense(m) != pastTense[m] {
			t.Errorf("%s has no past tense", m)
		}
	}
	if PastTense("dance") != "dance" || len(pastTense) != len(moves) {
		t.Error("a past tense of nothing")
	}
	for _, m := range PersonMoves {
		if moves[m][0].person == drift.RoleNone {
			t.Errorf("no person may %s", m)
		}
	}
}
