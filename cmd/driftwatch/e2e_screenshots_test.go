//go:build screenshots

package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestScreenshots writes every page and state of the demo, at three widths, light and dark, into the
// directory that DRIFTWATCH_SCREENSHOTS names, for people to look at.
func TestScreenshots(t *testing.T) {
	dir := pictures(t)
	w := newWorld(t)
	tabs := w.roles(t)
	written := 0
	for _, s := range w.states(t) {
		tb := tabs[s.role]
		tb.look(look{"light", 1280})
		s.show(tb)
		for _, width := range []int64{360, 1280, 2560} {
			for _, scheme := range []string{"light", "dark"} {
				tb.look(look{scheme, width})
				shot, err := chromedp.Call(tb.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
					Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: new(true), Clip: tb.whole(width),
				})
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("%s-%d-%s.png", strings.ReplaceAll(strings.TrimSpace(s.name), " ", "-"), width, scheme)
				if err := os.WriteFile(filepath.Join(dir, name), shot.Data, 0o600); err != nil {
					t.Fatal(err)
				}
				written++
			}
		}
	}
	t.Logf("%d pictures in %s", written, dir)
}

// TestReadmePicture takes the picture of the board that docs/board.png is: the demo after an operator has
// begun to work on it.
func TestReadmePicture(t *testing.T) {
	dir := pictures(t)
	w := newWorld(t)
	operator := w.person(t, "operator")
	operator.look(look{"dark", 1280})
	var last alert
	for _, a := range w.alerts(t, "drift_type=performance&severity=CRITICAL") {
		last = a
	}
	operator.live()
	operator.click(last.row() + " button[data-acts]")
	operator.wait("who has it", fmt.Sprintf(`document.querySelector("%s .own")?.textContent.includes("operator") === true`, last.row()))
	operator.do(chromedp.MouseEvent("mouseMoved", 2, 2))
	operator.visit("/")
	operator.live()
	shot, err := chromedp.Call(operator.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatPng, Clip: &page.Viewport{Width: 1280, Height: 620, Scale: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "readme.png"), shot.Data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// pictures is the directory where pictures go.
func pictures(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("DRIFTWATCH_SCREENSHOTS")
	if dir == "" {
		t.Fatal("Say in DRIFTWATCH_SCREENSHOTS where the pictures go; `make screenshots` does.")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	return dir
}

// whole is the whole page at a width, as far as anybody scrolls.
func (tb *tab) whole(width int64) *page.Viewport {
	tb.t.Helper()
	height := eval[float64](tb, `document.documentElement.scrollHeight`)
	if wide := eval[int64](tb, `document.documentElement.scrollWidth`); wide > width {
		tb.t.Errorf("%s is %d px wide on a screen of %d", eval[string](tb, `location.pathname`), wide, width)
	}
	return &page.Viewport{Width: float64(width), Height: min(height, 5000), Scale: 1}
}
