package chart

import (
	"html"
	"strings"
)

// svg writes the plot for a page: the outer element is the plot itself, x in
// percent and y in pixels, paths in a nested stretched system.
func (c *canvas) svg() string {
	w := &markup{}
	w.put(`<svg height="`, num(c.height), `" role="img" aria-label="`, html.EscapeString(c.finding), `">`)
	open := false
	for _, i := range c.items {
		if i.kind == pathItem != open {
			open = i.kind == pathItem
			if open {
				h := num(c.height)
				w.put(`<svg viewBox="0 0 1000 `, h, `" preserveAspectRatio="none" width="100%" height="`, h, `">`)
			} else {
				w.put(`</svg>`)
			}
		}
		w.item(i)
	}
	if open {
		w.put(`</svg>`)
	}
	w.put(`</svg>`)
	return w.b.String()
}

// markup writes SVG.
type markup struct{ b strings.Builder }

func (w *markup) put(parts ...string) {
	for _, p := range parts {
		w.b.WriteString(p)
	}
}

func (w *markup) item(i item) {
	switch i.kind {
	case lineItem:
		w.put(`<line class="`, i.class, `" x1="`, pct(i.x), `" x2="`, pct(i.x2), `" y1="`, num(i.y), `" y2="`, num(i.y2), `"/>`)
	case textItem:
		w.text(i)
	case dotItem:
		w.put(`<circle class="`, i.class, `" cx="`, pct(i.x), `" cy="`, num(i.y), `" r="`, num(i.r), `"/>`)
	case boxItem:
		w.put(`<rect class="`, i.class, `" x="`, pct(i.x), `" width="`, pct(i.x2-i.x), `"`)
		if i.y != 0 {
			w.put(` y="`, num(i.y), `"`)
		}
		w.put(` height="`, num(i.y2-i.y), `"/>`)
	case pathItem:
		w.put(`<path class="`, i.class, `" d="`, i.path.svg(span, 0, 0), `"/>`)
	case markItem:
		w.put(`<svg x="`, pct(i.x), `" y="`, num(i.y), `"><path class="`, i.class, `" d="`, i.path.svg(1, 0, 0), `"/></svg>`)
	case pillItem:
		w.put(`<rect class="`, i.class, `" x="`, pct(i.x), `" width="`, num(i.r), `" y="`, num(i.y), `" height="`, num(i.y2-i.y), `" rx="2"><title>`, html.EscapeString(i.text), `</title></rect>`)
	case hoverItem:
		w.put(`<rect class="hit" x="`, pct(i.x), `" width="`, pct(i.x2-i.x), `" height="`, num(i.y2), `"><title>`, html.EscapeString(i.text), `</title></rect>`)
	}
}

func (w *markup) text(i item) {
	w.put(`<text`)
	if i.class != "" {
		w.put(` class="`, i.class, `"`)
	}
	if i.x != 0 || i.dx == 0 {
		w.put(` x="`, pct(i.x), `"`)
	}
	if i.dx != 0 {
		w.put(` dx="`, num(i.dx), `"`)
	}
	w.put(` y="`, num(i.y), `">`, html.EscapeString(i.text), `</text>`)
}
