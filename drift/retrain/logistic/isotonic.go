package logistic

import (
	"cmp"
	"slices"
)

// poolRows is the least number of validated rows behind a point of the line: the first and last
// pools are a row or two otherwise, and of one class by nature.
const poolRows = 20

// pool is a run of rows, in the order of their margins, that share a score.
type pool struct {
	rows, positives float64
	margins         float64 // their sum
}

func (p pool) with(o pool) pool {
	return pool{p.rows + o.rows, p.positives + o.positives, p.margins + o.margins}
}

// risingLine is isotonic regression by pooling adjacent violators, drawn as a line through the
// mean margin of each pool: steps would tie rows that the margin tells apart. Pools of fewer than
// least rows join the next. Half a row of either class is added to each pool, so that no score is
// 0 or 1; where that makes pools fall, they are pooled again.
func risingLine(margins []float64, label []bool, least float64) Calibration {
	order := make([]int, len(margins))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(margins[a], margins[b]) })
	var ties []pool
	for at, i := range order {
		p := pool{rows: 1, margins: margins[i]}
		if label[i] {
			p.positives = 1
		}
		if at > 0 && margins[i] == margins[order[at-1]] {
			ties[len(ties)-1] = ties[len(ties)-1].with(p)
		} else {
			ties = append(ties, p)
		}
	}
	c := Calibration{Method: isotonic, Slope: 1}
	for _, p := range poolViolators(smooth(poolViolators(ties), least)) {
		x := p.margins / p.rows
		if n := len(c.Margins); n > 0 && x <= c.Margins[n-1] {
			continue // equal but for rounding
		}
		c.Margins, c.Scores = append(c.Margins, x), append(c.Scores, p.positives/p.rows)
	}
	return c
}

// poolViolators pools neighbours until the share of positives rises.
func poolViolators(in []pool) []pool {
	var out []pool
	for _, p := range in {
		for n := len(out); n > 0 && out[n-1].positives*p.rows >= p.positives*out[n-1].rows; n-- {
			p = out[n-1].with(p)
			out = out[:n-1]
		}
		out = append(out, p)
	}
	return out
}

// smooth joins small pools and adds half a row of either class to each.
func smooth(in []pool, least float64) []pool {
	var out []pool
	for _, p := range in {
		if n := len(out); n > 0 && (out[n-1].rows < least || p.rows < least) {
			out[n-1] = out[n-1].with(p)
		} else {
			out = append(out, p)
		}
	}
	for k, p := range out {
		out[k] = p.with(pool{rows: 1, positives: 0.5, margins: p.margins / p.rows})
	}
	return out
}
