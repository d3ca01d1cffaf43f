package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// sharedFile opens a file of the real data beside the repository; nil where a user does not have it. In CI
// it has to be there.
func sharedFile(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", name))
	if err == nil {
		t.Cleanup(func() { f.Close() })
		return f
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("the real data is missing: %v", err)
	}
	t.Logf("left out: ../shared/data/%s is not on this machine", name)
	return nil
}

// What docs/elec2-first-alert.md says of the first alert on the New South Wales market, and of May 1997, is
// what the program finds.
func TestElec2FirstAlert(t *testing.T) {
	log := sharedFile(t, "elec2.csv")
	if log == nil {
		return
	}
	doc, err := os.ReadFile("../../docs/elec2-first-alert.md")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.ingest(log)
	if _, err := w.db.RebuildMarkedDays(t.Context(), 0, today, nil); err != nil {
		t.Fatal(err)
	}
	day := func(text string) drift.Date {
		d, err := drift.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	var first drift.Date
	for d := day("1996-09-02"); first == 0; d++ { // until the day before there is no baseline
		w.run(drift.JobStatistical, d)
		w.run(drift.JobPerformance, d)
		if len(w.alerts(drift.AlertDrift)) > 0 {
			first = d
		}
	}
	alert := w.alerts(drift.AlertDrift)[0]
	says := func(line string) {
		t.Helper()
		t.Log(line)
		if !strings.Contains(string(doc), line) {
			t.Errorf("the document does not say: %s", line)
		}
	}
	says(fmt.Sprintf("%s: %s", alert.Severity, alert.Message))
	evidence := func(d drift.Date) drift.Evidence {
		t.Helper()
		windows := detect.WindowsOf(d, drift.NewSettings())
		e, err := w.engine.Compare(t.Context(), drift.SystemActor(), engine.Comparison{
			Tenant: "nsw-market", ModelType: drift.ConflictPredictor,
			Recent: engine.CompareSide{Window: &windows.Recent}, Baseline: engine.CompareSide{Window: &windows.Baseline},
		})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	table := func(e drift.Evidence) (moved []string) {
		for _, f := range e.Features.Features {
			if detect.FeatureMoved(f) {
				moved = append(moved, f.Name)
			}
			says(fmt.Sprintf("| %s | %.4f | %.4f | %.3f | %.3f | %.2g | %s |", f.Name, float64(f.MeanBaseline), float64(f.MeanRecent),
				float64(f.KSStatistic), float64(f.PSI), float64(f.QValue), map[bool]string{true: "yes", false: "no"}[detect.FeatureMoved(f)]))
		}
		return moved
	}
	if moved := table(evidence(first)); first != day("1996-09-05") || strings.Join(moved, " ") != "day" {
		t.Errorf("on %s %v moved", first, moved)
	}
	// The first date on which the neighbour's price and demand and the transfer are found to have moved.
	since := map[string]drift.Date{"transfer": 0, "vicdemand": 0, "vicprice": 0}
	for d := day("1997-05-03"); d < day("1997-05-09"); d++ {
		for _, f := range evidence(d).Features.Features {
			if at, asked := since[f.Name]; asked && at == 0 && detect.FeatureMoved(f) {
				since[f.Name] = d
			}
		}
	}
	for name, d := range since {
		says(fmt.Sprintf("`%s` on %s", name, d))
	}
	e := evidence(day("1997-05-09"))
	says(fmt.Sprintf("%s: %s", e.Performance.Severity, e.Performance.Message))
	table(e)
	for _, s := range e.Slices.Slices[:3] {
		says(fmt.Sprintf("| %s | %d | %d | %.3f | %.3f | %.3f to %.3f | %.2g |", s.Feature, s.NBaseline, s.NRecent,
			float64(s.AccuracyBaseline), float64(s.AccuracyRecent), float64(s.DropLow), float64(s.DropHigh), float64(s.QValue)))
	}
	says(fmt.Sprintf("%.3f (%.3f to %.3f), raw %.3f, found %.3f", float64(e.Estimate.Accuracy), float64(e.Estimate.Low), float64(e.Estimate.High),
		float64(e.Estimate.Raw), float64(e.Estimate.Found)))
	says(fmt.Sprintf("%d weeks before: off by %.3f on average (raw by %.3f), %.0f %% inside", e.Record.N, float64(e.Record.MeanError), float64(e.Record.RawError), 100*float64(e.Record.InsideRate)))
}
