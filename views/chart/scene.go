package chart

import (
	"math"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/views/lang"
)

// span is the width of the nested, stretched coordinate system of a page.
const span = 1000

// itemKind is what an item of a scene is.
type itemKind uint8

const (
	lineItem  itemKind = iota // from (x, y) to (x2, y2)
	textItem                  // at (x, y), moved dx pixels
	dotItem                   // a circle of r pixels
	boxItem                   // from (x, y) to (x2, y2)
	pathItem                  // stretched with the plot
	markItem                  // a path in pixels around (x, y)
	pillItem                  // r pixels wide from x on, from y to y2
	hoverItem                 // text under the pointer from x to x2, on pages alone
)

// item is one thing drawn. Horizontal positions are fractions of the plot's
// width (0 to 1), vertical ones pixels from its top.
type item struct {
	kind         itemKind
	class, text  string
	x, x2, y, y2 float64
	dx, r        float64
	path         path
}

// canvas gathers one plot as a scene; a page, a file of its own and a picture
// are made from the same items.
type canvas struct {
	height  float64
	finding string
	items   []item
}

// newCanvas opens a plot of the given height whose label states the finding.
func newCanvas(height float64, finding string) *canvas {
	return &canvas{height: height, finding: finding}
}

func (c *canvas) add(i item) { c.items = append(c.items, i) }

// hline draws a horizontal line from x1 to x2.
func (c *canvas) hline(class string, x1, x2, y float64) {
	c.add(item{kind: lineItem, class: class, x: x1, x2: x2, y: y, y2: y})
}

// vline draws a vertical line from y1 to y2.
func (c *canvas) vline(class string, x, y1, y2 float64) {
	c.add(item{kind: lineItem, class: class, x: x, x2: x, y: y1, y2: y2})
}

// text writes s at x, moved dx pixels; the class says how it is anchored.
func (c *canvas) text(class string, x, dx, y float64, s string) {
	c.add(item{kind: textItem, class: class, x: x, dx: dx, y: y, text: s})
}

// left writes an axis label in the gutter on the left.
func (c *canvas) left(y float64, s string) { c.text("e", 0, -8, y+4, s) }

// right writes a label in the gutter on the right.
func (c *canvas) right(class string, y float64, s string) { c.text(class, 1, 8, y+4, s) }

// dot draws a circle that keeps its shape.
func (c *canvas) dot(class string, x, y, r float64) {
	c.add(item{kind: dotItem, class: class, x: x, y: y, r: r})
}

// box fills a rectangle.
func (c *canvas) box(class string, x1, x2, y1, y2 float64) {
	c.add(item{kind: boxItem, class: class, x: x1, x2: max(x1, x2), y: y1, y2: max(y1, y2)})
}

// band fills the full height between x1 and x2.
func (c *canvas) band(class string, x1, x2 float64) { c.box(class, x1, x2, 0, c.height) }

// hover lays an unseen column over the plot that shows hint under the pointer
// where scripts are off; with scripts the crosshair takes its place.
func (c *canvas) hover(x1, x2 float64, hint string) {
	c.add(item{kind: hoverItem, x: x1, x2: max(x1, x2), y2: c.height, text: hint})
}

// mark draws a path in pixels at x that is not stretched; its own origin is (x, y).
func (c *canvas) mark(class string, x, y float64, d path) {
	c.add(item{kind: markItem, class: class, x: x, y: y, path: d})
}

// stretched draws paths that are as wide as the plot.
func (c *canvas) stretched(paths ...classed) {
	for _, p := range paths {
		if len(p.d) > 0 {
			c.add(item{kind: pathItem, class: p.class, path: p.d})
		}
	}
}

// classed is a path with its class.
type classed struct {
	class string
	d     path
}

// axis is the base line of a plot, as a path.
func (c *canvas) axis() classed { return classed{"ax", poly(0, c.height, 1, c.height)} }

// path is a run of pens: M moves, L draws, Z closes.
type path []pen

type pen struct {
	op   byte
	x, y float64
}

// poly is the line through points given as x, y, x, y.
func poly(at ...float64) path {
	var p path
	for i := 0; i+1 < len(at); i += 2 {
		op := byte('L')
		if i == 0 {
			op = 'M'
		}
		p = append(p, pen{op, at[i], at[i+1]})
	}
	return p
}

// closed is the area of a line.
func (p path) closed() path { return append(p, pen{op: 'Z'}) }

// trace builds a path.
type trace struct {
	path  path
	drawn int     // points since the last move
	dash  float64 // how long a point that stands alone is drawn; 0: 6 of a page’s 1,000
}

// to draws a line to a point, or starts there after a gap.
func (t *trace) to(x, y float64) {
	op := byte('L')
	if t.drawn == 0 {
		op = 'M'
	}
	t.path = append(t.path, pen{op, x, y})
	t.drawn++
}

// gap ends the line. A point that stands alone becomes a short dash: a move
// without a line would not be seen.
func (t *trace) gap() {
	if t.drawn == 1 {
		last := t.path[len(t.path)-1]
		dash := t.dash
		if dash == 0 {
			dash = 6. / span
		}
		t.path = append(t.path, pen{'L', last.x + dash, last.y})
	}
	t.drawn = 0
}

// step goes across to x and then up or down to y.
func (t *trace) step(x, y float64) {
	last := t.path[len(t.path)-1]
	t.to(x, last.y)
	if y != last.y {
		t.to(x, y)
	}
}

// corner is a point in fractions of the width and pixels of the height.
type corner struct{ x, y float64 }

// area is a closed path along upper and back along lower.
func area(upper, lower []corner) path {
	if len(upper) == 0 {
		return nil
	}
	var t trace
	for _, p := range upper {
		t.to(p.x, p.y)
	}
	for i := len(lower) - 1; i >= 0; i-- {
		t.to(lower[i].x, lower[i].y)
	}
	return t.path.closed()
}

// svg writes the path with its x stretched by sx and moved by dx, its y moved
// by dy, in the shortest of SVG's commands.
func (p path) svg(sx, dx, dy float64) string {
	var b strings.Builder
	var x, y string
	before := byte(0)
	for _, c := range p {
		if c.op == 'Z' {
			b.WriteByte('z')
			before = 'z'
			continue
		}
		nx, ny := num(c.x*sx+dx), num(c.y+dy)
		switch {
		case c.op == 'M':
			b.WriteString("M" + nx + " " + ny)
			before = 'L' // what follows a move without a letter is a line
		case ny == y && nx == x:
			continue
		case ny == y:
			b.WriteString("H" + nx)
			before = 'H'
		case nx == x:
			b.WriteString("V" + ny)
			before = 'V'
		case before == 'L':
			b.WriteString(" " + nx + " " + ny)
		default:
			b.WriteString("L" + nx + " " + ny)
			before = 'L'
		}
		x, y = nx, ny
	}
	return b.String()
}

// num writes a coordinate with one decimal. What is not finite cannot be
// placed; it is put at the origin rather than into the markup.
func num(v float64) string {
	if !lang.Finite(v) {
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
