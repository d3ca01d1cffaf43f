package chart

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strconv"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The scale of a picture, and the longest side it may have in pixels.
const (
	pictureScale   = 2.
	pictureLongest = 4000.
)

// picture is a sheet becoming pixels.
type picture struct {
	to    *image.RGBA
	scale float64
	buf   sfnt.Buffer
}

// png writes the drawing as a picture of twice the sheet's size, less where it
// would grow beyond pictureLongest.
func (d Drawing) png(w io.Writer) error {
	return png.Encode(w, d.layout().rasterise())
}

func (s sheet) rasterise() *image.RGBA {
	scale := min(pictureScale, pictureLongest/max(s.width, s.height))
	bounds := image.Rect(0, 0, int(s.width*scale), int(s.height*scale))
	p := &picture{to: image.NewRGBA(bounds), scale: scale}
	draw.Draw(p.to, bounds, image.White, image.Point{}, draw.Src)
	for _, i := range s.items {
		p.placed(i)
	}
	return p.to
}

func (p *picture) placed(i placed) {
	if i.text != "" {
		p.text(i)
		return
	}
	lines := i.path.lines(p.scale)
	if i.r > 0 {
		lines = []outline{{points: circle(i.x*p.scale, i.y*p.scale, i.r*p.scale), closed: true}}
	}
	if i.fill != "" {
		var f fill
		for _, l := range lines {
			f.add(l.points)
		}
		p.paint(f, i.fill, i.opacity)
	}
	if i.stroke != "" {
		var f fill
		for _, l := range lines {
			for _, part := range l.dashed(i.dash, p.scale) {
				f.stroke(part, i.width*p.scale/2)
			}
		}
		p.paint(f, i.stroke, i.opacity)
	}
}

// paint fills areas with a colour of the palette.
func (p *picture) paint(f fill, name string, opacity float64) {
	box := f.bounds().Intersect(p.to.Bounds())
	if box.Empty() {
		return
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
	ox, oy := float64(box.Min.X), float64(box.Min.Y)
	for _, area := range f.areas {
		for i, at := range area {
			if i == 0 {
				z.MoveTo(float32(at.x-ox), float32(at.y-oy))
			} else {
				z.LineTo(float32(at.x-ox), float32(at.y-oy))
			}
		}
		z.ClosePath()
	}
	z.Draw(p.to, box, image.NewUniform(rgba(name, opacity)), image.Point{})
}

// rgba is a colour of the palette; opacity 0 is full.
func rgba(name string, opacity float64) color.Color {
	v, err := strconv.ParseUint(palette[name][1:], 16, 24)
	if err != nil {
		return color.Black // a mistake in palette, which a test excludes
	}
	if opacity == 0 {
		opacity = 1
	}
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), uint8(math.Round(opacity * 255))}
}

// text letters one line.
func (p *picture) text(i placed) {
	x := i.x
	switch i.anchor {
	case "middle":
		x -= textWidth(i.text, i.size, i.weight) / 2
	case "end":
		x -= textWidth(i.text, i.size, i.weight)
	}
	f := face(i.weight)
	var z fill
	for _, r := range i.text {
		g := f.glyph(&p.buf, r)
		// A glyph that cannot be read leaves its room empty.
		if segments, err := f.font.LoadGlyph(&p.buf, g.index, fixed.I(unitsPerEm), nil); err == nil {
			z.letter(segments, x*p.scale, (i.y-g.rise*i.size)*p.scale, g.scale*i.size*p.scale/unitsPerEm/64)
		}
		x += f.advance(&p.buf, g, i.size)
	}
	p.paint(z, i.fill, i.opacity)
}
