package chart

import (
	"math"
	"strconv"

	"github.com/driftwatch/driftwatch/static"
)

// swatches are how each series is shown in a key, 14 by 12 pixels.
var swatches = map[string][]item{
	"baseline":   {drawn("sbf", poly(0, 1, 14, 1, 14, 11, 0, 11).closed()), drawn("sb", poly(0, 1, 14, 1))},
	"recent":     {drawn("sr2f", poly(0, 1, 14, 1, 14, 11, 0, 11).closed()), drawn("sr2", poly(0, 1, 14, 1))},
	"line":       {drawn("sr2", poly(0, 6, 14, 6))},
	"base line":  {drawn("sb", poly(0, 6, 14, 6))},
	"day":        {{kind: dotItem, class: "dot", x: 7, y: 6, r: 2.5}},
	"band":       {drawn("sr2f", poly(0, 1, 14, 1, 14, 11, 0, 11).closed())},
	"gap":        {drawn("gap", poly(0, 0, 14, 0, 14, 12, 0, 12).closed())},
	"win":        {drawn("win", poly(0, 0, 14, 0, 14, 12, 0, 12).closed())},
	"win2":       {drawn("win2", poly(0, 0, 14, 0, 14, 12, 0, 12).closed())},
	"count":      {drawn("nb", append(poly(1, 12, 1, 5, 4, 5, 4, 12).closed(), append(poly(6, 12, 6, 2, 9, 2, 9, 12).closed(), poly(11, 12, 11, 7, 14, 7, 14, 12).closed()...)...))},
	"ideal":      {drawn("id", poly(0, 11, 14, 1))},
	"critical":   {{kind: dotItem, class: "pc", x: 7, y: 6, r: 4}},
	"high":       {drawn("ph2", poly(7, 1.5, 11.5, 6, 7, 10.5, 2.5, 6).closed())},
	"medium":     {{kind: dotItem, class: "pm", x: 7, y: 6, r: 4}},
	"barcrit":    {drawn("bc", poly(3, 0, 11, 0, 11, 12, 3, 12).closed())},
	"barhigh":    {drawn("bh", poly(3, 2, 11, 2, 11, 12, 3, 12).closed())},
	"barmed":     {drawn("bm", poly(3, 5, 11, 5, 11, 12, 3, 12).closed())},
	"heat":       {drawn("q2", poly(0, 1, 4.5, 1, 4.5, 11, 0, 11).closed()), drawn("q5", poly(4.5, 1, 9, 1, 9, 11, 4.5, 11).closed()), drawn("q8", poly(9, 1, 14, 1, 14, 11, 9, 11).closed())},
	"realised":   {drawn("sr2", poly(0, 6, 14, 6)), {kind: dotItem, class: "dot", x: 7, y: 6, r: 2.5}},
	"mean":       {drawn("ql", poly(0, 6, 14, 6))},
	"base bar":   {drawn("br", poly(0, 6, 14, 6))},
	"recent bar": {drawn("ar", poly(0, 6, 14, 6))},
	"kept":       {drawn("na", poly(7, 1, 12, 10, 2, 10).closed())},
	"backed":     {drawn("dm", append(poly(3, 2, 11, 10), poly(11, 2, 3, 10)...))},
	"certain":    {{kind: dotItem, class: "na", x: 7, y: 6, r: 4}},
	"estimate":   {drawn("esf", poly(0, 1, 14, 1, 14, 11, 0, 11).closed()), drawn("es", poly(0, 6, 14, 6))},
}

func drawn(class string, p path) item { return item{kind: markItem, class: class, path: p} }

func swatchSVG(kind string) string {
	w := &markup{}
	for _, i := range swatches[kind] {
		if i.kind == dotItem {
			w.put(`<circle class="`, i.class, `" cx="`, num(i.x), `" cy="`, num(i.y), `" r="`, num(i.r), `"/>`)
			continue
		}
		w.put(`<path class="`, i.class, `" d="`, i.path.svg(1, 0, 0), `"/>`)
	}
	return w.b.String()
}

// place writes where a row is drawn, to a hundredth of a percent.
func place(x float64) string {
	return strconv.FormatFloat(math.Round(x*10000)/10000, 'f', -1, 64)
}

func script() string { return static.URL("js/chart.js") }
