package drift_test

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestRollout: the flags of a phase are read as that phase, and any flag turned makes it none.
func TestRollout(t *testing.T) {
	phases := []drift.RolloutPhase{drift.RolloutFoundation, drift.RolloutPilot, drift.RolloutFraud, drift.RolloutFull}
	for i, p := range phases {
		var s drift.Settings
		for name, v := range p.Values(`["acme"]`) {
			s = s.With(name, v)
		}
		if got := drift.RolloutOf(s); got != p {
			t.Errorf("the flags of %s are read as %s", p, got)
		}
		for _, name := range []string{"ENABLE_AUTO_RETRAIN", "ENABLE_AUTO_RETRAIN_FRAUD"} {
			turned := map[bool]string{true: "false", false: "true"}[s.Bool(name)]
			if got := drift.RolloutOf(s.With(name, turned)); got != drift.RolloutOther {
				t.Errorf("%s with %s %s is read as %s", p, name, turned, got)
			}
		}
		if i > 0 && (p.Back() != phases[i-1] || phases[i-1].Next() != p) {
			t.Errorf("before %s comes %s", p, p.Back())
		}
	}
	if drift.RolloutFull.Next() != drift.RolloutOther || drift.RolloutFoundation.Back() != drift.RolloutOther {
		t.Error("the plan goes on beyond its ends")
	}
	if drift.RolloutOther.Next() != drift.RolloutFoundation || drift.RolloutOther.Values("") != nil {
		t.Error("other flags do not lead to the beginning")
	}
	if got := drift.RolloutOf(drift.Settings{}); got != drift.RolloutFoundation {
		t.Errorf("a new installation is in %s", got)
	}
}

// Every phase has a name of its own, the guide's number where it has one.
func TestPhasesAreNamed(t *testing.T) {
	for p, want := range map[drift.RolloutPhase]string{
		drift.RolloutFoundation: "2.1", drift.RolloutPilot: "2.2", drift.RolloutFraud: "2.3", drift.RolloutFull: "2.4", drift.RolloutOther: "none of the four",
	} {
		if got := p.String(); got != want {
			t.Errorf("phase %d is called %s, want %s", p, got, want)
		}
	}
}
