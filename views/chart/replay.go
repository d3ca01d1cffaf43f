package chart

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/format"
)

// ReplayMonth is one month of a log: how many of its rows were right with and without retraining.
type ReplayMonth struct {
	Month               time.Time // its first day
	Rows, With, Without int64
}

// Replay is the input of [ReplayByMonth].
type Replay struct {
	Title  string
	Months []ReplayMonth // in order; one without rows is a gap
	Kept   []time.Time   // activations that were kept
	Backed []time.Time   // activations that were rolled back
}

// The drawing's size in pixels, and the plot in it.
const (
	replayWidth, replayHeight         = 860., 330.
	replayLeft, replayTop, replayEnds = 52., 48., 852.
	replayBottom                      = 262.
)

// ReplayByMonth draws accuracy by month with and without retraining as an SVG document that stands
// alone: it brings its own colours and is read outside the console's pages.
func ReplayByMonth(in Replay) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="12" fill="#41555c">`+"\n",
		replayWidth, replayHeight, replayWidth, replayHeight, html.EscapeString(in.finding()))
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	fmt.Fprintf(&b, `<text x="%g" y="22" font-size="14" font-weight="600" fill="#12242a">%s</text>`+"\n", replayLeft, html.EscapeString(in.finding()))
	low, high := in.levels()
	y := func(v float64) float64 { return replayBottom - (v-low)/(high-low)*(replayBottom-replayTop) }
	for i := 0; ; i++ {
		v := low + float64(i)*.05
		if v > high+1e-9 {
			break
		}
		fmt.Fprintf(&b, `<path d="M%g %sH%g" stroke="#e5ebec"/><text x="%g" y="%s" text-anchor="end">%.0f&#160;%%</text>`+"\n",
			replayLeft, num(y(v)), replayEnds, replayLeft-8, num(y(v)+4), v*100)
	}
	if len(in.Months) > 0 {
		in.draw(&b, y)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (in Replay) draw(b *strings.Builder, y func(float64) float64) {
	from := in.Months[0].Month
	to := in.Months[len(in.Months)-1].Month.AddDate(0, 1, 0)
	x := func(t time.Time) float64 {
		return replayLeft + t.Sub(from).Hours()/to.Sub(from).Hours()*(replayEnds-replayLeft)
	}
	middle := func(m ReplayMonth) float64 { return (x(m.Month) + x(m.Month.AddDate(0, 1, 0))) / 2 }
	line := func(colour string, width float64, right func(ReplayMonth) int64) {
		d, pen := "", "M"
		for _, m := range in.Months {
			if m.Rows == 0 {
				pen = "M"
				continue
			}
			d += pen + num(middle(m)) + " " + num(y(float64(right(m))/float64(m.Rows)))
			pen = "L"
		}
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="%g" stroke-linejoin="round"/>`+"\n", d, colour, width)
	}
	line("#75868c", 1.5, func(m ReplayMonth) int64 { return m.Without })
	line("#0b6a73", 2.5, func(m ReplayMonth) int64 { return m.With })
	for i, m := range in.Months {
		fmt.Fprintf(b, `<rect x="%s" y="%g" width="%s" height="%g" fill="#fff" fill-opacity="0"><title>%s</title></rect>`+"\n",
			num(x(m.Month)), replayTop, num(x(m.Month.AddDate(0, 1, 0))-x(m.Month)), replayBottom-replayTop, html.EscapeString(m.hint()))
		if i == 0 || m.Month.Month() == time.January || m.Month.Month() == time.July {
			fmt.Fprintf(b, `<text x="%s" y="%g">%s</text>`+"\n", num(x(m.Month)), replayBottom+18, m.Month.Format("Jan 2006"))
		}
	}
	for _, t := range in.Kept {
		fmt.Fprintf(b, `<path d="M%s %gl5 9h-10z" fill="#0b6a73"><title>%s activated and kept</title></path>`+"\n", num(x(t)), replayBottom+28, format.ISODate(t))
	}
	for _, t := range in.Backed {
		fmt.Fprintf(b, `<path d="M%s %gl8 8m0 -8l-8 8" stroke="#c4133f" stroke-width="2"><title>%s activated and rolled back</title></path>`+"\n", num(x(t)-4), replayBottom+28, format.ISODate(t))
	}
	in.key(b)
}

// key says what is drawn, by shape as well as by colour.
func (in Replay) key(b *strings.Builder) {
	const at = replayHeight - 14
	fmt.Fprintf(b, `<path d="M52 %gh24" stroke="#0b6a73" stroke-width="2.5"/><text x="82" y="%g">with retraining</text>`+
		`<path d="M192 %gh24" stroke="#75868c" stroke-width="1.5"/><text x="222" y="%g">without</text>`+
		`<path d="M300 %gl5 9h-10z" fill="#0b6a73"/><text x="312" y="%g">activated and kept, %d</text>`+
		`<path d="M466 %gl8 8m0 -8l-8 8" stroke="#c4133f" stroke-width="2"/><text x="482" y="%g">activated and rolled back, %d</text>`+"\n",
		at-4, at, at-4, at, at-8, at, len(in.Kept), at-8, at, len(in.Backed))
}

// finding states the result in words.
func (in Replay) finding() string {
	var rows, with, without int64
	for _, m := range in.Months {
		rows, with, without = rows+m.Rows, with+m.With, without+m.Without
	}
	title := or(in.Title, "Accuracy by month")
	if rows == 0 {
		return title + ": no row with an outcome"
	}
	return fmt.Sprintf("%s: %s with retraining, %s without", title,
		format.Percent(float64(with)/float64(rows), 1), format.Percent(float64(without)/float64(rows), 1))
}

// levels are the ends of the axis, whole steps of five points around what is drawn.
func (in Replay) levels() (low, high float64) {
	low, high = 1, 0
	for _, m := range in.Months {
		if m.Rows > 0 {
			for _, right := range []int64{m.With, m.Without} {
				v := float64(right) / float64(m.Rows)
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if low > high {
		return 0, 1
	}
	return math.Max(0, math.Floor(low*20-.2)/20), math.Min(1, math.Ceil(high*20+.2)/20)
}

func (m ReplayMonth) hint() string {
	if m.Rows == 0 {
		return m.Month.Format("January 2006") + ": no row with an outcome"
	}
	n := float64(m.Rows)
	return fmt.Sprintf("%s: %s with, %s without, of %s", m.Month.Format("January 2006"),
		format.Percent(float64(m.With)/n, 1), format.Percent(float64(m.Without)/n, 1), format.Plural(m.Rows, "row", "rows"))
}
