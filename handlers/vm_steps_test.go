package handlers

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/lang"
)

// TestSteps: a retrain's way begins with what decided about it, and an ended one's tells what happened alone.
func TestSteps(t *testing.T) {
	report := int64(7)
	did := func(m retrain.Move, actor, note string, to drift.RetrainState) drift.RetrainEntry {
		return drift.RetrainEntry{At: time.Unix(0, 0), Actor: actor, Move: string(m), Note: note, To: to}
	}
	own := drift.SystemActor().Name
	over := did(retrain.MoveCountdownOver, own, "", drift.RetrainQueued)
	approved := did(retrain.MoveApprove, "mia", "good", drift.RetrainQueued)
	begun := did(retrain.MoveStart, own, "", drift.RetrainTraining)
	for name, c := range map[string]struct {
		state  drift.RetrainState
		report *int64
		moves  []drift.RetrainEntry
		first  string
		text   string
		now    int // -1 where nothing follows
		n      int
	}{
		"waits, on a report":   {drift.RetrainWaitingApproval, &report, nil, "A manager approves", "for exactly the report shown; a clean check or a resolved alert makes this page ask again", 0, 5},
		"waits, on none":       {drift.RetrainWaitingApproval, nil, nil, "A manager approves", "for the reason given: no report stands behind it", 0, 5},
		"counts down":          {drift.RetrainCountdown, &report, nil, "The countdown ends", "unless somebody cancels it", 0, 5},
		"began by itself":      {drift.RetrainTraining, &report, []drift.RetrainEntry{over, begun}, "The countdown ended", "and nobody cancelled it", 1, 5},
		"asked again, a yes":   {drift.RetrainValidating, &report, []drift.RetrainEntry{over, approved, begun}, "mia approved it", "good", 2, 5},
		"expired":              {drift.RetrainExpired, &report, []drift.RetrainEntry{did(retrain.MoveExpire, own, "48 hours", drift.RetrainExpired)}, "Expired by Driftwatch", "48 hours", -1, 1},
		"failed, tried thrice": {drift.RetrainFailed, &report, []drift.RetrainEntry{approved, begun, begun, begun, did(retrain.MoveFail, own, "no", drift.RetrainFailed)}, "mia approved it", "good", -1, 3},
	} {
		v := stepsVM(lang.English, drift.RetrainData{Retrain: &drift.Retrain{State: c.state, ReportID: c.report, ModelType: drift.FraudDetector}, Timeline: c.moves})
		now := -1
		for i, s := range v.Steps {
			if s.Now {
				now = i
			}
		}
		if len(v.Steps) != c.n || v.Steps[0].Title != c.first || v.Steps[0].Text != c.text || now != c.now || v.Ended != (c.now < 0) {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
