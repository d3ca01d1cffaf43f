package chart

import "strings"

// A sheet is a drawing laid out at a fixed size, for a file of its own: every
// item in pixels of the sheet.
type sheet struct {
	width, height float64
	items         []placed
}

// placed is one item on a sheet: a path, or text where there is none.
type placed struct {
	paint
	path       path
	x, y, r    float64 // of text, and of a circle where r is above 0
	text       string
	size       float64
	plotNumber int // which plot it is of; below 0: the frame
}

// The sheet's measures in pixels.
const (
	sheetWidth  = 960.
	sheetMargin = 24.
	sheetGap    = 20.
)

// gutters are the room around a plot, left, right, top and bottom, as
// static/css/evidence.css gives it to the same class.
var gutters = map[string][4]float64{
	"plot":       {54, 22, 22, 32},
	"plot tr":    {54, 84, 22, 32},
	"plot tight": {54, 84, 24, 8},
	"plot slim":  {54, 40, 18, 50},
	"plot deep":  {54, 84, 22, 58},
	"plot cellp": {16, 16, 10, 24},
	"plot rows":  {16, 84, 6, 32},
	"plot sq":    {54, 22, 22, 46},
	"plot cm":    {16, 16, 24, 10},
}

// layout puts the drawing on a sheet.
func (d Drawing) layout() sheet {
	s := &sheet{width: sheetWidth}
	y := sheetMargin
	line := func(text string, size float64, class string) {
		for _, part := range wrap(text, size, s.width-2*sheetMargin, painted(class).weight) {
			y += size * 1.35
			s.write(class, sheetMargin, y, size, part, -1)
		}
	}
	line(d.title, 16, "big")
	line(d.lead, 12, "k2")
	line(d.empty, 13, "k2")
	if d.empty != "" {
		s.height = y + sheetMargin
		return *s
	}
	y += 8
	columns := max(d.columns, 1)
	width := (s.width - 2*sheetMargin - float64(columns-1)*sheetGap) / float64(columns)
	tallest := 0.
	for i, p := range d.plots {
		if i%columns == 0 {
			y, tallest = y+tallest, 0
		}
		x := sheetMargin + float64(i%columns)*(width+sheetGap)
		tallest = max(tallest, s.plot(p, i, x, y, width))
	}
	y += tallest + 8
	y = s.keys(d.keys, y)
	line(d.note, 12, "k2")
	s.height = y + sheetMargin
	return *s
}

// plot puts one plot with its gutters at (x, y) and returns how tall it is.
func (s *sheet) plot(p plot, number int, x, y, width float64) float64 {
	top := y
	if p.head != "" {
		y += 18
		s.write("big", x+16, y, 13, p.head, number)
		for _, part := range wrap(p.sub, 12, width-32, 400) {
			y += 16
			s.write("k2", x+16, y, 12, part, number)
		}
	}
	room := gutters[p.class]
	left, wide := x+room[0], width-room[0]-room[1]
	y += room[2]
	for _, i := range p.items {
		s.item(i, number, left, wide, y)
	}
	return y + p.height + room[3] - top
}

// item puts one item of a plot whose left upper corner lies at (left, top).
func (s *sheet) item(i item, number int, left, wide, top float64) {
	at := placed{paint: painted(i.class), plotNumber: number}
	x, x2 := left+i.x*wide, left+i.x2*wide
	switch i.kind {
	case lineItem:
		at.path = poly(x, top+i.y, x2, top+i.y2)
	case boxItem:
		at.path = poly(x, top+i.y, x2, top+i.y, x2, top+i.y2, x, top+i.y2).closed()
	case pillItem:
		at.path = poly(x, top+i.y, x+i.r, top+i.y, x+i.r, top+i.y2, x, top+i.y2).closed()
	case dotItem:
		at.x, at.y, at.r = x, top+i.y, i.r
	case pathItem:
		at.path = i.path.placed(wide, left, top)
	case markItem:
		at.path = i.path.placed(1, x, top+i.y)
	case textItem:
		at.fill = or(at.fill, "text-3")
		at.x, at.y, at.text, at.size = x+i.dx, top+i.y, i.text, 12
	case hoverItem:
		return
	}
	s.items = append(s.items, at)
}

// placed moves a path to pixels of a sheet.
func (p path) placed(sx, dx, dy float64) path {
	out := make(path, len(p))
	for i, c := range p {
		out[i] = pen{c.op, c.x*sx + dx, c.y + dy}
	}
	return out
}

func (s *sheet) write(class string, x, y, size float64, text string, number int) {
	p := painted(class)
	p.fill = or(p.fill, "text-2")
	s.items = append(s.items, placed{paint: p, x: x, y: y, size: size, text: text, plotNumber: number})
}

// keys puts the legend, in as many lines as it takes, and returns where it ends.
func (s *sheet) keys(keys []key, y float64) float64 {
	x := sheetMargin
	for i, k := range keys {
		wide := 20 + roomFor(k.label, 12, 400)
		if i == 0 || x+wide > s.width-sheetMargin {
			x, y = sheetMargin, y+18
		}
		for _, it := range swatches[k.swatch] {
			at := placed{paint: painted(it.class), plotNumber: -1}
			if it.kind == dotItem {
				at.x, at.y, at.r = x+it.x, y-10+it.y, it.r
			} else {
				at.path = it.path.placed(1, x, y-10)
			}
			s.items = append(s.items, at)
		}
		s.write("", x+20, y, 12, k.label, -1)
		x += wide + 18
	}
	return y
}

// roomFor is the width to leave for text: a viewer letters an SVG file in a face
// of its own, which may run wider than the pictures' one.
func roomFor(text string, size float64, weight int) float64 {
	return 1.15 * textWidth(text, size, weight)
}

// wrap breaks text into lines of at most the width in pixels; a word longer
// than that stands alone.
func wrap(text string, size, width float64, weight int) []string {
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		longer := joined(line, word)
		if line != "" && roomFor(longer, size, weight) > width {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
