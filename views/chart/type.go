package chart

import (
	"fmt"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// typeface is one weight of the Go fonts, which pictures are lettered in.
type typeface struct{ font *sfnt.Font }

// unitsPerEm is the resolution at which glyphs are read and measured.
const unitsPerEm = 2048

// faces are the two weights. The input is compiled in, so an error is a mistake
// in this package that the first test meets.
var faces = sync.OnceValue(func() [2]typeface {
	var out [2]typeface
	for i, ttf := range [][]byte{goregular.TTF, gomedium.TTF} {
		f, err := sfnt.Parse(ttf)
		if err != nil {
			panic(fmt.Sprintf("chart: parse a Go font: %v", err))
		}
		out[i] = typeface{f}
	}
	return out
})

// face is the face for a weight of CSS.
func face(weight int) typeface {
	if weight >= 500 {
		return faces()[1]
	}
	return faces()[0]
}

// glyph is one character to draw: which, how large of the text's size, and how
// far raised, both as fractions of the size.
type glyph struct {
	index       sfnt.GlyphIndex
	scale, rise float64
}

// raised are the superscripts, which the fonts lack in part: drawn as small
// figures.
const raised, figures = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789−"

// glyph finds a character; one that the font lacks is its box for the unknown.
func (f typeface) glyph(buf *sfnt.Buffer, r rune) glyph {
	g := glyph{scale: 1}
	if i := strings.IndexRune(raised, r); i >= 0 {
		r = []rune(figures)[len([]rune(raised[:i]))]
		g.scale, g.rise = .68, .36
	}
	if r == '\u00a0' || r == '\u202f' {
		r = ' '
	}
	// An unreadable table of the font leaves index 0, the box.
	g.index, _ = f.font.GlyphIndex(buf, r)
	return g
}

// advance is how far a glyph moves on, in pixels at the text's size.
func (f typeface) advance(buf *sfnt.Buffer, g glyph, size float64) float64 {
	a, err := f.font.GlyphAdvance(buf, g.index, fixed.I(unitsPerEm), font.HintingNone)
	if err != nil {
		return 0
	}
	return float64(a) / 64 / unitsPerEm * size * g.scale
}

// textWidth is how wide text is in pixels.
func textWidth(s string, size float64, weight int) (width float64) {
	var buf sfnt.Buffer
	f := face(weight)
	for _, r := range s {
		width += f.advance(&buf, f.glyph(&buf, r), size)
	}
	return width
}
