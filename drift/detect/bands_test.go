package detect

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

func TestBandsOf(t *testing.T) {
	m := drift.DailyMetrics{Counts: drift.Counts{TP: 40, FP: 5, FN: 10, TN: 45}, Accuracy: 0.85, Precision: 40. / 45, Recall: 0.8, ROCAUC: 0.9}
	b := BandsOf(m)
	for name, c := range map[string]struct {
		got  Band
		want stats.Interval
	}{
		"accuracy": {b.Accuracy, stats.Proportion{K: 85, N: 100}.Wilson()}, "precision": {b.Precision, stats.Proportion{K: 40, N: 45}.Wilson()},
		"recall": {b.Recall, stats.Proportion{K: 40, N: 50}.Wilson()}, "area": {b.ROCAUC, stats.AUCInterval(0.9, 50, 50)},
	} {
		if float64(c.got.Low) != c.want.Low || float64(c.got.High) != c.want.High {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	// A day with too few outcomes has no metrics, and no bands.
	u := drift.Undefined()
	b = BandsOf(drift.DailyMetrics{Counts: drift.Counts{TP: 3}, Accuracy: u, Precision: u, Recall: u, ROCAUC: u})
	for _, band := range []Band{b.Accuracy, b.Precision, b.Recall, b.ROCAUC} {
		if band.Low.Defined() || band.High.Defined() {
			t.Errorf("%+v", b)
		}
	}
}
