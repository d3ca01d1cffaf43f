package chart

import (
	"html"
	"math"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/views/format"
)

// span is the width of the nested, stretched coordinate system.
const span = 1000

// canvas writes one plot. Horizontal positions are fractions of its width
// (0 to 1), vertical ones pixels from its top.
type canvas struct {
	b      strings.Builder
	height float64
}

// newCanvas opens a plot of the given height whose label states the finding.
func newCanvas(height float64, finding string) *canvas {
	c := &canvas{height: height}
	c.put(`<svg height="`, num(height), `" role="img" aria-label="`, html.EscapeString(finding), `">`)
	return c
}

// close ends the plot and returns it.
func (c *canvas) close() string {
	c.put(`</svg>`)
	return c.b.String()
}

func (c *canvas) put(parts ...string) {
	for _, p := range parts {
		c.b.WriteString(p)
	}
}

// hline draws a horizontal line from x1 to x2.
func (c *canvas) hline(class string, x1, x2, y float64) {
	c.put(`<line class="`, class, `" x1="`, pct(x1), `" x2="`, pct(x2), `" y1="`, num(y), `" y2="`, num(y), `"/>`)
}

// vline draws a vertical line from y1 to y2.
func (c *canvas) vline(class string, x, y1, y2 float64) {
	c.put(`<line class="`, class, `" x1="`, pct(x), `" x2="`, pct(x), `" y1="`, num(y1), `" y2="`, num(y2), `"/>`)
}

// text writes s at x, moved dx pixels; the class says how it is anchored.
func (c *canvas) text(class string, x, dx, y float64, s string) {
	c.put(`<text`)
	if class != "" {
		c.put(` class="`, class, `"`)
	}
	c.put(` x="`, pct(x), `"`)
	if dx != 0 {
		c.put(` dx="`, num(dx), `"`)
	}
	c.put(` y="`, num(y), `">`, html.EscapeString(s), `</text>`)
}

// left writes an axis label in the gutter on the left.
func (c *canvas) left(y float64, s string) {
	c.put(`<text class="e" x="-8" y="`, num(y+4), `">`, html.EscapeString(s), `</text>`)
}

// right writes a label in the gutter on the right.
func (c *canvas) right(class string, y float64, s string) { c.text(class, 1, 8, y+4, s) }

// dot draws a circle that keeps its shape.
func (c *canvas) dot(class string, x, y, r float64) {
	c.put(`<circle class="`, class, `" cx="`, pct(x), `" cy="`, num(y), `" r="`, num(r), `"/>`)
}

// band fills the full height between x1 and x2.
func (c *canvas) band(class string, x1, x2 float64) {
	c.put(`<rect class="`, class, `" x="`, pct(x1), `" width="`, pct(max(x2-x1, 0)), `" height="`, num(c.height), `"/>`)
}

// hover lays an unseen column over the plot that shows hint under the pointer.
func (c *canvas) hover(x1, x2 float64, hint string) {
	c.put(`<rect class="hit" x="`, pct(x1), `" width="`, pct(max(x2-x1, 0)), `" height="`, num(c.height), `"><title>`,
		html.EscapeString(hint), `</title></rect>`)
}

// mark draws a path at x that is not stretched; its own origin is (x, y).
func (c *canvas) mark(class string, x, y float64, d string) {
	c.put(`<svg x="`, pct(x), `" y="`, num(y), `"><path class="`, class, `" d="`, d, `"/></svg>`)
}

// stretched holds paths in the nested coordinate system. Each is a class and
// the commands built by a trace.
func (c *canvas) stretched(paths ...classed) {
	h := num(c.height)
	c.put(`<svg viewBox="0 0 1000 `, h, `" preserveAspectRatio="none" width="100%" height="`, h, `">`)
	for _, p := range paths {
		if p.d != "" {
			c.put(`<path class="`, p.class, `" d="`, p.d, `"/>`)
		}
	}
	c.put(`</svg>`)
}

// classed is a path with its class.
type classed struct{ class, d string }

// axis is the base line of a plot, as a path.
func (c *canvas) axis() classed { return classed{"ax", "M0 " + num(c.height) + "H1000"} }

// trace builds the commands of a path in the stretched system.
type trace struct {
	b     strings.Builder
	drawn int // points since the last move
}

// to draws a line to a point, or starts there after a gap.
func (t *trace) to(x, y float64) {
	switch t.drawn {
	case 0:
		t.b.WriteByte('M')
	default:
		t.b.WriteByte(' ')
	}
	t.b.WriteString(num(x*span) + " " + num(y))
	t.drawn++
}

// gap ends the line. A point that stands alone becomes a short dash: a move
// without a line would not be seen.
func (t *trace) gap() {
	if t.drawn == 1 {
		t.b.WriteString("h2")
	}
	t.drawn = 0
}

// step goes across to x and then up or down to y.
func (t *trace) step(x, y float64) { t.b.WriteString("H" + num(x*span) + "V" + num(y)); t.drawn += 2 }

func (t *trace) String() string { return t.b.String() }

// corner is a point in fractions of the width and pixels of the height.
type corner struct{ x, y float64 }

// area is a closed path along upper and back along lower.
func area(upper, lower []corner) string {
	if len(upper) == 0 {
		return ""
	}
	var t trace
	for _, p := range upper {
		t.to(p.x, p.y)
	}
	for i := len(lower) - 1; i >= 0; i-- {
		t.to(lower[i].x, lower[i].y)
	}
	return t.String() + "z"
}

// num writes a coordinate with one decimal. What is not finite cannot be
// placed; it is put at the origin rather than into the markup.
func num(v float64) string {
	if !format.Finite(v) {
		return "0"
	}
	v = math.Round(v*10) / 10
	if v == 0 {
		return "0"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// pct writes a fraction of the width.
func pct(x float64) string {
	return strconv.FormatFloat(math.Round(x*10000)/100, 'f', -1, 64) + "%"
}
