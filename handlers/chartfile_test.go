package handlers_test

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/handlers"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
)

// TestChartFile: each kind of file with its type and name, in the reader's
// language, tagged; what the page does not have is not found.
func TestChartFile(t *testing.T) {
	third := 1. / 3
	recall := chart.Metric{ID: "recall", Title: "Recall", Days: []chart.MetricDay{{Date: time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC), N: 9, Value: &third}}}
	others := []chart.Chart{chart.Slices{}, recall}
	ask := func(file, tag string, l lang.Lang) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, "/charts/"+file, nil)
		r = r.WithContext(lang.With(r.Context(), l))
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		if err := handlers.ChartFile(w, r, "nsw markt", file, others...); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		return w
	}
	for file, want := range map[string]struct{ kind, begins string }{
		"recall.csv": {"text/csv; charset=utf-8", "day,n,value\n1998-07-01,9,0.3333333333333333\n"},
		"recall.svg": {"image/svg+xml", "<svg xmlns="},
		"recall.png": {"image/png", "\x89PNG"},
	} {
		w := ask(file, "", lang.English)
		h := w.Result().Header
		if w.Code != 200 || h.Get("Content-Type") != want.kind || h.Get("Content-Disposition") != `attachment; filename="nsw markt-`+file+`"` || !strings.HasPrefix(w.Body.String(), want.begins) {
			t.Errorf("%s: %d %v %.60q", file, w.Code, h, w.Body)
		}
		again := ask(file, h.Get("ETag"), lang.English)
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: asked again it is %d with %d bytes", file, again.Code, again.Body.Len())
		}
		german := ask(file, h.Get("ETag"), lang.German)
		if same := bytes.Equal(german.Body.Bytes(), w.Body.Bytes()); german.Code != 200 || same != strings.HasSuffix(file, ".csv") {
			t.Errorf("%s in German: %d, the same: %v", file, german.Code, same)
		}
	}
	if _, err := png.Decode(ask("recall.png", "", lang.German).Body); err != nil {
		t.Error(err)
	}
	for _, file := range []string{"", "recall", "recall.pdf", "accuracy.csv", "recall.csv.gz", "../recall.csv", "recall.", ".csv"} {
		w := httptest.NewRecorder()
		err := handlers.ChartFile(w, httptest.NewRequest(http.MethodGet, "/", nil), "x", file, others...)
		if drift.CodeOf(err) != drift.CodeNotFound || w.Body.Len() > 0 {
			t.Errorf("%q: %v", file, err)
		}
	}
}
