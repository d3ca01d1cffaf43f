package engine_test

import (
	"os"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

func TestExplore(t *testing.T) {
	w := newWorld(t)
	f, err := os.Open("../../../shared/data/elec2.csv")
	if err != nil {
		t.Fatal(err)
	}
	w.ingest(f)
	if _, err := w.db.RebuildMarkedDays(t.Context(), 0, today, nil); err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"1996-09-05", "1996-09-06", "1996-09-12", "1996-10-01", "1996-11-01", "1997-05-01", "1997-05-02", "1997-05-03", "1997-05-04", "1997-05-05", "1997-05-09", "1997-06-01"} {
		d, _ := drift.ParseDate(day)
		e, err := w.engine.Compare(t.Context(), drift.SystemActor(), engine.Comparison{Tenant: "nsw-market", ModelType: drift.ConflictPredictor,
			Recent:   engine.CompareSide{Window: &drift.DriftWindow{From: d - 7, To: d}},
			Baseline: engine.CompareSide{Window: &drift.DriftWindow{From: d - 60, To: d - 30}}})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("== %s %s %s | %s %s", day, e.Statistical.Severity, e.Statistical.Message, e.Performance.Severity, e.Performance.Message)
		for _, f := range e.Features.Features {
			t.Logf("  %-10s psi %.3f p %.3g q %.3g D %.3f mean %.4f→%.4f", f.Name, float64(f.PSI), float64(f.PValue), float64(f.QValue), float64(f.KSStatistic), float64(f.MeanBaseline), float64(f.MeanRecent))
		}
		for i, s := range e.Slices.Slices {
			if i < 4 {
				t.Logf("  %s %s [%.4f %.4f) n %d/%d acc %.3f→%.3f drop %.3f [%.3f %.3f] q %.3g", s.Feature, s.Value, float64(s.Low), float64(s.High), s.NBaseline, s.NRecent, float64(s.AccuracyBaseline), float64(s.AccuracyRecent), float64(s.Drop), float64(s.DropLow), float64(s.DropHigh), float64(s.QValue))
			}
		}
		est := e.Estimate
		t.Logf("  estimate raw %.3f cal %.3f [%.3f %.3f] found %.3f; record n %d err %.3f raw %.3f inside %.2f", float64(est.Raw), float64(est.Accuracy), float64(est.Low), float64(est.High), float64(est.Found), e.Record.N, float64(e.Record.MeanError), float64(e.Record.RawError), float64(e.Record.InsideRate))
	}
}
