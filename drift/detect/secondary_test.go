package detect

import (
	"math"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// What rose did not fall, and is left out of the words about what did.
func TestSecondaryWordsSayWhatFell(t *testing.T) {
	for want, d := range map[string][2]float64{
		"precision by 12.0 points":                        {0.12, -0.025},
		"precision by 9.0 points":                         {0.09, 0},
		"recall by 9.0 points":                            {0, 0.09},
		"recall by 12.0 points":                           {math.NaN(), 0.12},
		"precision by 12.0 points, recall by 15.5 points": {0.12, 0.155},
	} {
		if got := secondaryWords(&drift.PerformanceMetrics{PrecisionDrop: drift.Number(d[0]), RecallDrop: drift.Number(d[1])}); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
