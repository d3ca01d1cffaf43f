package chart

import (
	"image"
	"math"

	"golang.org/x/image/font/sfnt"
)

// outline is one run of a path in pixels of a picture.
type outline struct {
	points []corner
	closed bool
}

// lines cuts a path into its runs.
func (p path) lines(scale float64) (out []outline) {
	for _, c := range p {
		switch {
		case c.op == 'M':
			out = append(out, outline{points: []corner{{c.x * scale, c.y * scale}}})
		case len(out) == 0:
		case c.op == 'Z':
			out[len(out)-1].closed = true
		default:
			last := &out[len(out)-1]
			last.points = append(last.points, corner{c.x * scale, c.y * scale})
		}
	}
	return out
}

// dashed cuts an outline into what a dash pattern leaves of it.
func (o outline) dashed(dash []float64, scale float64) [][]corner {
	points := o.points
	if o.closed && len(points) > 0 {
		points = append(points[:len(points):len(points)], points[0])
	}
	if len(dash) < 2 || len(points) < 2 {
		return [][]corner{points}
	}
	var parts [][]corner
	part, on, left := []corner{points[0]}, 0, dash[0]*scale
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		at := 0.
		for length-at > left {
			at += left
			cut := corner{a.x + (b.x-a.x)*at/length, a.y + (b.y-a.y)*at/length}
			if on%2 == 0 {
				parts = append(parts, append(part, cut))
			}
			on++
			part, left = []corner{cut}, dash[on%2]*scale
		}
		left -= length - at
		part = append(part, b)
	}
	if on%2 == 0 {
		parts = append(parts, part)
	}
	return parts
}

// circle is a circle as points.
func circle(x, y, r float64) []corner {
	const sides = 32
	out := make([]corner, sides)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / sides)
		out[i] = corner{x + r*cos, y + r*sin}
	}
	return out
}

// fill is what is painted in one go: where areas overlap they are painted once.
type fill struct{ areas [][]corner }

func (f *fill) add(points []corner) {
	if len(points) > 2 {
		f.areas = append(f.areas, points)
	}
}

// stroke adds a line of a width of two halves, with round joins and flat ends.
func (f *fill) stroke(points []corner, half float64) {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		if length == 0 {
			continue
		}
		nx, ny := -(b.y-a.y)/length*half, (b.x-a.x)/length*half
		// The same way round as circle, so that overlapping parts add up.
		f.add([]corner{{a.x - nx, a.y - ny}, {b.x - nx, b.y - ny}, {b.x + nx, b.y + ny}, {a.x + nx, a.y + ny}})
		if i+1 < len(points) && half > 1 {
			f.add(circle(b.x, b.y, half))
		}
	}
}

// letter adds the outline of a glyph with its origin at (x, y); curves become
// short lines.
func (f *fill) letter(segments sfnt.Segments, x, y, scale float64) {
	var now []corner
	at := func(i int, s sfnt.Segment) corner {
		return corner{x + float64(s.Args[i].X)*scale, y + float64(s.Args[i].Y)*scale}
	}
	const steps = 5
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			f.add(now)
			now = []corner{at(0, s)}
		case sfnt.SegmentOpLineTo:
			now = append(now, at(0, s))
		case sfnt.SegmentOpQuadTo:
			a, b, c := now[len(now)-1], at(0, s), at(1, s)
			for k := 1; k <= steps; k++ {
				t := float64(k) / steps
				now = append(now, corner{
					(1-t)*(1-t)*a.x + 2*t*(1-t)*b.x + t*t*c.x,
					(1-t)*(1-t)*a.y + 2*t*(1-t)*b.y + t*t*c.y,
				})
			}
		case sfnt.SegmentOpCubeTo: // TrueType has none
			now = append(now, at(2, s))
		}
	}
	f.add(now)
}

// bounds holds every area.
func (f fill) bounds() image.Rectangle {
	low, high := corner{math.Inf(1), math.Inf(1)}, corner{math.Inf(-1), math.Inf(-1)}
	for _, area := range f.areas {
		for _, p := range area {
			low.x, low.y = min(low.x, p.x), min(low.y, p.y)
			high.x, high.y = max(high.x, p.x), max(high.y, p.y)
		}
	}
	if low.x > high.x {
		return image.Rectangle{}
	}
	return image.Rect(int(math.Floor(low.x)), int(math.Floor(low.y)), int(math.Ceil(high.x)), int(math.Ceil(high.y)))
}
