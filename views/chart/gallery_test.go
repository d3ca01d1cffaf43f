package chart

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/driftwatch/driftwatch/views/lang"
)

// kinds are every kind of chart with a full sample.
func kinds() []Chart {
	return []Chart{
		sampleDistribution(), sampleECDFs(), sampleTrend(60), sampleAccuracy(60), sampleMetric(), sampleWideMetric(), sampleHeat(60),
		sampleReliability(), sampleRankings(), sampleConfusion(), sampleFeatures(), sampleSlices(), sampleEstimate(), sampleWhatIf(), sampleWatch(),
	}
}

// TestGallery writes every kind into the directory of CHART_GALLERY, to be
// looked at: a page with the console's styles, and each file.
func TestGallery(t *testing.T) {
	dir := os.Getenv("CHART_GALLERY")
	if dir == "" {
		t.Skip("CHART_GALLERY names no directory")
	}
	for _, l := range lang.All {
		var page bytes.Buffer
		page.WriteString(`<!doctype html><html lang="` + l.Tag() + `"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Charts</title><link rel="stylesheet" href="/app.css"><main class="page"><h1>Charts</h1><div id="say" class="sr" aria-live="polite"></div>`)
		for _, c := range kinds() {
			d := c.Draw(l)
			if err := Show(c, Files{Base: "/"}).Render(lang.With(t.Context(), l), &page); err != nil {
				t.Fatal(err)
			}
			for _, f := range Formats {
				var b bytes.Buffer
				if err := d.Write(&b, f); err != nil {
					t.Fatal(err)
				}
				name := d.Name() + "-" + l.Tag() + "." + string(f)
				if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		page.WriteString(`</main></html>`)
		if err := os.WriteFile(filepath.Join(dir, l.Tag()+".html"), page.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
