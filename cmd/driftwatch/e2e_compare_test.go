package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// alert is what the tests read of an alert.
type alert struct {
	ID        int64  `json:"id"`
	Version   int    `json:"version"`
	Tenant    string `json:"tenant"`
	ModelType string `json:"model_type"`
	Severity  string `json:"severity"`
	Status    string `json:"status"`
	DriftType string `json:"drift_type"`
	CreatedAt string `json:"created_at"`
	Report    struct {
		DriftType string     `json:"drift_type"`
		Metrics   comparison `json:"metrics"`
	} `json:"report"`
	Timeline []struct {
		Actor string `json:"actor"`
		Move  string `json:"move"`
		Note  string `json:"note"`
	} `json:"timeline"`
}

// comparison is what both a statistical report and compare --json say.
type comparison struct {
	NRecent     int     `json:"n_recent"`
	NBaseline   int     `json:"n_baseline"`
	KSStatistic float64 `json:"ks_statistic"`
	PValue      float64 `json:"p_value"`
	Method      string  `json:"method"`
	PSI         float64 `json:"psi"`
	JSDistance  float64 `json:"js_distance"`
	Wasserstein float64 `json:"wasserstein"`
	MeanRecent  float64 `json:"mean_recent"`
}

// alerts lists alerts of the demo.
func (w *world) alerts(t *testing.T, filter string) []alert {
	t.Helper()
	var list struct{ Items []alert }
	if err := json.Unmarshal(w.api(t, "/api/v1/alerts?"+filter), &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// alert is one alert of the demo with its report and its timeline.
func (w *world) alert(t *testing.T, id int64) (a alert) {
	t.Helper()
	if err := json.Unmarshal(w.api(t, fmt.Sprintf("/api/v1/alerts/%d", id)), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// compare: both samples that an alert's page offers, given to `driftwatch compare`, give what the
// report says.
func (w *world) compare(t *testing.T) {
	browser := signedIn(t, w.url, "viewer", "watching-drift-viewer")
	found := w.alerts(t, "alert_type=ML_DRIFT_DETECTED&drift_type=statistical")
	if len(found) == 0 {
		t.Fatal("the demo has no statistical drift alert")
	}
	for _, listed := range found {
		a := w.alert(t, listed.ID)
		dir := t.TempDir()
		for _, side := range []string{"recent.csv", "baseline.csv"} {
			code, body := request(t, browser, http.MethodGet, fmt.Sprintf("%s/alerts/%d/%s", w.url, a.ID, side), "", nil)
			if code != http.StatusOK {
				t.Fatalf("alert %d, %s: %d\n%s", a.ID, side, code, body)
			}
			if err := os.WriteFile(filepath.Join(dir, side), body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got := mustJSON[comparison](t, w.dir, "", "compare", filepath.Join(dir, "recent.csv"), filepath.Join(dir, "baseline.csv"))
		want := a.Report.Metrics
		if got.KSStatistic != want.KSStatistic || got.PValue != want.PValue || got.Method != want.Method ||
			got.NRecent != want.NRecent || got.NBaseline != want.NBaseline || got.NRecent == 0 {
			t.Errorf("alert %d of %s %s: compare says\n%+v\nthe report\n%+v", a.ID, a.Tenant, a.ModelType, got, want)
		}
		// Sums over the same numbers, taken in another order.
		near(t, "psi", got.PSI, want.PSI, 1e-12)
		near(t, "js_distance", got.JSDistance, want.JSDistance, 1e-12)
		near(t, "wasserstein", got.Wasserstein, want.Wasserstein, 1e-12)
		near(t, "mean_recent", got.MeanRecent, want.MeanRecent, 1e-12)
		t.Logf("alert %d of %s %s: D = %v, p = %v, the same", a.ID, a.Tenant, a.ModelType, got.KSStatistic, got.PValue)
	}
}
