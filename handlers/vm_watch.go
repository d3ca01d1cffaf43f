package handlers

import (
	"strconv"

	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// watchPanel is how a watched version does beside the one before it.
func watchPanel(l lang.Lang, w *engine.Watch) *page.WatchVM {
	d := w.Decision
	return &page.WatchVM{
		New: sideVM(l, w.New, d.New), Old: sideVM(l, w.Old, d.Old), Sentence: l.Said(d.Sentence), Missing: missingWords(l, d), Due: watchDue(d),
		Hours: watchHours(w),
	}
}

// watchHours draws the same as it came in.
func watchHours(w *engine.Watch) chart.Watch {
	c := chart.Watch{CheckHours: w.CheckHours}
	if drop, err := strconv.ParseFloat(w.Threshold, 64); err == nil { // settings are checked when they are set
		c.Drop = drop
	}
	if w.Decision.Old.Outcomes > 0 {
		c.Old, c.OldLow, c.OldHigh = w.Decision.Old.Value.Ptr(), w.Decision.Old.Low.Ptr(), w.Decision.Old.High.Ptr()
	}
	var sum stats.Proportion
	for _, h := range w.Hours {
		sum.K, sum.N = sum.K+h.Correct, sum.N+h.Outcomes
		interval := sum.Wilson()
		c.Hours = append(c.Hours, chart.WatchHour{
			Hour: h.Hour + 1, N: int64(h.Outcomes), Right: int64(h.Correct), SoFar: int64(sum.N), RightSoFar: int64(sum.K),
			Low: interval.Low, High: interval.High,
		})
	}
	return c
}
