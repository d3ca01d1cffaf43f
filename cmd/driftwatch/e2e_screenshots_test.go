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

// shots are the sizes of the pictures. A wide one is stored at half its size: it shows how the room is
// used, the others show the details.
var shots = []struct {
	width int64
	scale float64
}{{360, 1}, {1280, 1}, {2560, .5}}

// TestScreenshots writes every page and state of the demo, at three widths, light and dark, into the
// directory that DRIFTWATCH_SCREENSHOTS names, and a list of them.
func TestScreenshots(t *testing.T) {
	dir := pictures(t)
	w := newWorld(t)
	tabs := w.roles(t)
	var list strings.Builder
	list.WriteString("# Screenshots\n\nEvery page of the demonstration, in the states that it can be brought to, written by `make screenshots`.\n" +
		"A picture of 2560 px is stored at half its size.\n\n| Page | Path | 360 px | 1280 px | 2560 px |\n|---|---|---|---|---|\n")
	written := 0
	for _, s := range w.states(t) {
		tb := tabs[s.role]
		tb.look(look{"light", 1280})
		s.show(tb)
		fmt.Fprintf(&list, "| %s | `%s` |", s.name, s.path)
		for _, size := range shots {
			for _, scheme := range []string{"light", "dark"} {
				tb.look(look{scheme, size.width})
				clip := tb.whole(size.width)
				clip.Scale = size.scale
				shot, err := chromedp.Call(tb.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
					Format: page.CaptureScreenshotFormatWebp, Quality: new(int64(35)), CaptureBeyondViewport: new(true), Clip: clip,
				})
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("%s-%d-%s.webp", strings.ReplaceAll(strings.TrimSpace(s.name), " ", "-"), size.width, scheme)
				if err := os.WriteFile(filepath.Join(dir, name), shot.Data, 0o600); err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&list, " [%s](%s)", scheme, name)
				written++
			}
			list.WriteString(" |")
		}
		list.WriteString("\n")
	}
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
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
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "board.png"), shot.Data, 0o600); err != nil {
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
	return &page.Viewport{Width: float64(width), Height: min(height, 3000), Scale: 1}
}
