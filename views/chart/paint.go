package chart

import "strings"

// paint is how a class is drawn in a file: the light theme of the pages, which
// is also what prints. Colours are names of palette.
type paint struct {
	fill, stroke   string
	width, opacity float64   // opacity 0: full
	dash           []float64 // lengths drawn and left out, in turn
	weight         int       // of text, 400 where 0
	anchor         string    // of text: start, middle or end
}

// palette is the light side of static/css/tokens.css, as a test holds.
var palette = map[string]string{
	"surface": "#ffffff", "raised": "#f8fafa", "text": "#12242a", "text-2": "#41555c", "text-3": "#55686f",
	"line": "#dbe3e4", "line-strong": "#7b8c91",
	"accent": "#0b6a73", "accent-text": "#0a626a", "accent-weak": "#dcefef",
	"crit": "#c4133f", "crit-line": "#c4133f", "crit-text": "#ab0e37",
	"high": "#f29a38", "high-line": "#a04a00", "high-text": "#8a4000",
	"med": "#fbf0bf", "med-line": "#7f6600", "med-text": "#685200",
	"blind": "#5a47b0", "blind-text": "#523fa6", "blind-weak": "#efecfb",
	"series-base": "#75868c", "series-base-fill": "#cfd8da", "grid": "#e5ebec",
	"window": "#ebefef", // 42 % of series-base-fill on surface
}

// paints are the classes of static/css/evidence.css that charts use, as a test
// holds.
var paints = map[string]paint{
	"":     {},
	"e":    {anchor: "end"},
	"x":    {anchor: "middle"},
	"k":    {fill: "text-2", weight: 560},
	"at2":  {fill: "accent-text"},
	"gt":   {fill: "blind-text"},
	"cc":   {fill: "crit-text", weight: 640},
	"dmt":  {fill: "crit-text", weight: 640},
	"hh":   {fill: "high-text", weight: 600},
	"mm":   {fill: "med-text", weight: 600},
	"big":  {fill: "text", weight: 620},
	"t2":   {},
	"t3":   {},
	"g":    {stroke: "grid", width: 1},
	"ax":   {stroke: "line-strong", width: 1},
	"sb":   {stroke: "series-base", width: 1.75},
	"sbf":  {fill: "series-base-fill"},
	"sr2":  {stroke: "accent", width: 2},
	"sr2f": {fill: "accent", opacity: .16},
	"nb":   {fill: "series-base"},
	"na":   {fill: "accent"},
	"dot":  {fill: "surface", stroke: "accent", width: 1.4},
	"dob":  {fill: "surface", stroke: "series-base", width: 1.4},
	"ci":   {stroke: "accent", width: 1.5},
	"gap":  {fill: "blind-weak"},
	"win":  {fill: "window"},
	"win2": {fill: "accent-weak", opacity: .7},
	"dm":   {stroke: "crit", width: 2.5},
	"dm2":  {stroke: "text", width: 1.5},
	"id":   {stroke: "text-3", width: 1, dash: []float64{4, 4}},
	"es":   {stroke: "blind", width: 1.75, dash: []float64{7, 3}},
	"esf":  {fill: "blind", opacity: .14},
	"zc":   {stroke: "crit-line", width: 1, dash: []float64{6, 3}},
	"zh":   {stroke: "high-line", width: 1, dash: []float64{5, 4}},
	"zm":   {stroke: "med-line", width: 1, dash: []float64{2, 3}},
	"ev":   {stroke: "text-3", width: 1.5, dash: []float64{1, 3}},
	"pc":   {fill: "crit"},
	"ph2":  {fill: "high", stroke: "high-line", width: 1},
	"pm":   {fill: "med", stroke: "med-line", width: 1},
	"pn":   {fill: "surface", stroke: "text-3", width: 1},
	"bc":   {fill: "crit"},
	"bh":   {fill: "high", stroke: "high-line", width: 1},
	"bm":   {fill: "med", stroke: "med-line", width: 1},
	"q1":   {fill: "accent", opacity: .08},
	"q2":   {fill: "accent", opacity: .17},
	"q3":   {fill: "accent", opacity: .28},
	"q4":   {fill: "accent", opacity: .4},
	"q5":   {fill: "accent", opacity: .54},
	"q6":   {fill: "accent", opacity: .68},
	"q7":   {fill: "accent", opacity: .83},
	"q8":   {fill: "accent", opacity: 1},
	"qo":   {stroke: "surface", width: 4, opacity: .7},
	"no":   {},
	"k2":   {fill: "text-2"},
	"ql":   {stroke: "text", width: 2},
	"br":   {stroke: "series-base", width: 3},
	"ar":   {stroke: "accent", width: 3},
}

// painted joins the classes of an item, later ones over earlier ones.
func painted(classes string) paint {
	var out paint
	for class := range strings.FieldsSeq(classes) {
		p := paints[class]
		out.fill, out.stroke = or(p.fill, out.fill), or(p.stroke, out.stroke)
		out.anchor = or(p.anchor, out.anchor)
		if p.width > 0 {
			out.width = p.width
		}
		if p.opacity > 0 {
			out.opacity = p.opacity
		}
		if p.dash != nil {
			out.dash = p.dash
		}
		if p.weight > 0 {
			out.weight = p.weight
		}
	}
	return out
}
