package chart

import (
	"html"
	"strings"
)

// svgFile writes the drawing as a document that stands alone: it brings its
// own colours, those of the light theme, as attributes, which every viewer and
// office program understands, and names only generic fonts.
func (d Drawing) svgFile() string {
	s := d.layout()
	w := &markup{}
	w.put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 `, num(s.width), ` `, num(s.height), `" width="`, num(s.width), `" height="`, num(s.height),
		`" role="img" aria-labelledby="title desc" font-family="system-ui, sans-serif">`, "\n")
	w.put(`<title id="title">`, html.EscapeString(d.title), `</title>`, "\n", `<desc id="desc">`, html.EscapeString(d.finding()), `</desc>`, "\n")
	w.put(`<rect width="100%" height="100%" fill="#ffffff"/>`, "\n")
	for _, i := range s.items {
		w.placed(i)
	}
	w.put("</svg>\n")
	return w.b.String()
}

// finding is what the drawing shows, in words.
func (d Drawing) finding() string {
	if d.empty != "" {
		return d.empty
	}
	parts := make([]string, len(d.plots))
	for i, p := range d.plots {
		parts[i] = p.finding
	}
	return strings.Join(parts, " ")
}

func (w *markup) placed(i placed) {
	switch {
	case i.text != "":
		w.put(`<text x="`, num(i.x), `" y="`, num(i.y), `" font-size="`, num(i.size), `"`)
		if i.weight > 0 {
			w.put(` font-weight="`, num(float64(i.weight)), `"`)
		}
		if i.anchor != "" {
			w.put(` text-anchor="`, i.anchor, `"`)
		}
		w.put(` fill="`, palette[i.fill], `">`, html.EscapeString(i.text), "</text>\n")
		return
	case i.r > 0:
		w.put(`<circle cx="`, num(i.x), `" cy="`, num(i.y), `" r="`, num(i.r), `"`)
	case len(i.path) > 0:
		w.put(`<path d="`, i.path.svg(1, 0, 0), `"`)
	default:
		return
	}
	w.put(` fill="`, or(palette[i.fill], "none"), `"`)
	if i.stroke != "" {
		w.put(` stroke="`, palette[i.stroke], `" stroke-width="`, machine(i.width), `" stroke-linejoin="round"`)
	}
	if i.opacity > 0 && i.opacity < 1 {
		w.put(` opacity="`, machine(i.opacity), `"`)
	}
	if i.dash != nil {
		w.put(` stroke-dasharray="`, machine(i.dash[0]), ` `, machine(i.dash[1]), `"`)
	}
	w.put("/>\n")
}
