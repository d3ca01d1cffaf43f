package main_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// reportsOnPaper prints the reports of an alert and of a model: two pages of A4 each, with all evidence and
// without the console around it.
func (w *world) reportsOnPaper(t *testing.T) {
	operator := w.person(t, "operator")
	for _, path := range []string{
		fmt.Sprintf("/alerts/%d/report", w.alerts(t, "drift_type=performance")[0].ID),
		fmt.Sprintf("/alerts/%d/report", w.alerts(t, "drift_type=statistical")[0].ID),
		"/models/harbour-freight/conflict_predictor/report",
	} {
		operator.visit(path)
		pdf, err := chromedp.Call(operator.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true), PrintBackground: new(true)})
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(pdf.Data, []byte("/Type /Page\n")) + bytes.Count(pdf.Data, []byte("/Type /Page ")); n != 2 {
			t.Errorf("%s prints as %d pages, want 2", path, n)
		}
		if missing := eval[string](operator, `["histograms", "slices", "estimate", "confusion", "reliability", "trend", "accuracy"].filter((id) => !document.getElementById(id)).join()`); missing != "" {
			t.Errorf("%s lacks %s", path, missing)
		}
		operator.onPaper(true)
		if hidden := eval[bool](operator, `getComputedStyle(document.getElementById("demo")).display === "none"`); hidden {
			t.Errorf("%s does not say on paper that its data is invented", path)
		}
		if rows := eval[int](operator, `new Set([...document.querySelectorAll(".paper .facts > div")].map((d) => d.getBoundingClientRect().top)).size`); rows != 1 {
			t.Errorf("%s has its numbers in %d rows on paper, want 1", path, rows)
		}
		operator.onPaper(false)
		head := eval[string](operator, `document.querySelector(".paper-head").textContent`)
		for _, want := range []string{"operator", path, "UTC"} {
			if !strings.Contains(head, want) {
				t.Errorf("%s: its head %q does not say %q", path, head, want)
			}
		}
	}
}

// onPaper shows the page as it is printed, as wide as A4 without its margins, or on the screen again.
func (tb *tab) onPaper(yes bool) {
	tb.t.Helper()
	var err error
	if yes {
		if _, err = chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err == nil {
			_, err = chromedp.Call(tb.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 718, Height: 1047, DeviceScaleFactor: 1})
		}
	} else if _, err = chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err == nil {
		_, err = chromedp.Call(tb.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{})
	}
	if err != nil {
		tb.t.Fatal(err)
	}
}
