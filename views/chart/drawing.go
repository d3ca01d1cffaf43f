package chart

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/lang"
)

// Chart is anything this package draws. What it draws holds the page's figure,
// the table and every file, so that they cannot say different things.
type Chart interface {
	// Draw makes the drawing in the reader's language. It neither fails nor
	// changes its input.
	Draw(l lang.Lang) Drawing
}

// Drawing is a chart with everything around its plots.
type Drawing struct {
	name        string // the figure's id on its page and its file's name
	title, lead string
	help        string // the anchor of its number on the page that explains how numbers are computed; "" for none
	plots       []plot
	columns     int // how many plots lie side by side where there is room; 1 where 0
	keys        []key
	note        string
	table       table
	across      bool   // rows of the table lie down the plot, not along it
	empty       string // said in place of the plots where there is nothing to draw
}

// plot is one plot, what stands over it and how wide its gutters are.
type plot struct {
	class     string // see gutters
	head, sub string
	*canvas
}

// key is one entry of the legend: what it looks like and what it is.
type key struct{ swatch, label string }

// Name is the element id of the figure and the stem of its files' names.
func (d Drawing) Name() string { return d.name }

// Empty reports whether there is nothing to draw; the figure then says why.
func (d Drawing) Empty() bool { return d.empty != "" }

// Files says where a page's charts are served as files. The zero value is a
// page that serves none: its figures have no download links.
type Files struct {
	Base  string // "/models/acme/fraud_detector/charts/"
	Query string // "?days=60", or empty
}

func (f Files) href(name string, as Format) templ.SafeURL {
	return templ.URL(f.Base + name + "." + string(as) + f.Query)
}

// Show is the figure of a chart, in the language of the request.
func Show(c Chart, files Files) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		l := lang.From(ctx)
		return frame(c.Draw(l), files, words{l}).Render(ctx, w)
	})
}
