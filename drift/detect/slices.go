package detect

import (
	"cmp"
	"slices"
	"sort"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

const (
	// LeastInSlice is how many outcomes a slice needs on both sides: at an accuracy of 0.8 the interval of
	// a drop is about forty points wide then, and with fewer it says next to nothing.
	LeastInSlice = 30
	// mostSlices is how many slices are listed.
	mostSlices = 50
	// mostValues is how many values of one feature are slices, the most frequent of both windows.
	mostValues = 20
	// fewValues is up to how many distinct numbers are slices of their own; more are cut at the quartiles.
	fewValues = 8
	// sliceParts is how many ranges a number is cut into.
	sliceParts = 4
)

// Slices says by which value of which feature accuracy fell most from one sample of outcomes to another:
// for each category, each of few numbers, each quarter of many (of the baseline), and where the value is
// missing. Each slice with enough outcomes on both sides is tested for a fall (one-sided), and
// Benjamini-Hochberg corrects for their number, so that of many small slices none cries wolf. The order is
// by the lower end of the drop's interval: a small slice has a wide one and stands behind a large slice
// that fell as far. An error says which row's features are no JSON object.
func Slices(recent, baseline []drift.OutcomeRow) (drift.AccuracySlices, error) {
	out := drift.AccuracySlices{RowsRecent: len(recent), RowsBaseline: len(baseline), LeastOutcomes: LeastInSlice, Slices: []drift.Slice{}}
	sides := [2][]drift.OutcomeRow{recent, baseline}
	columns := map[string]*column{}
	for side, rows := range sides {
		features := make([][]byte, len(rows))
		for i, r := range rows {
			features[i] = r.Features
		}
		if err := readColumns(columns, side, features); err != nil {
			return out, err
		}
	}
	var family []float64
	for name, c := range columns {
		for _, s := range c.slices(name, sides) {
			if s.NRecent >= LeastInSlice && s.NBaseline >= LeastInSlice {
				out.Slices, family = append(out.Slices, s), append(family, float64(s.PValue))
			}
		}
	}
	out.Tested = len(out.Slices)
	adjusted := BenjaminiHochberg(family)
	for i, s := range out.Slices {
		out.Slices[i].QValue = drift.Number(adjusted(float64(s.PValue)))
	}
	slices.SortFunc(out.Slices, surestFirst)
	out.Slices = out.Slices[:min(len(out.Slices), mostSlices)]
	return out, nil
}

func surestFirst(a, b drift.Slice) int {
	return cmp.Or(cmp.Compare(b.DropLow, a.DropLow), cmp.Compare(a.Feature, b.Feature), cmp.Compare(a.Low, b.Low),
		cmp.Compare(a.Value, b.Value), cmp.Compare(b.NRecent, a.NRecent))
}

// SliceFell tells whether a slice's accuracy fell beyond chance: q < 0.05.
func SliceFell(s drift.Slice) bool { return float64(s.QValue) < movedBelow }

// part is one slice's outcomes, recent first.
type part [2]stats.Proportion

func (p *part) add(side int, right bool) {
	p[side].N++
	if right {
		p[side].K++
	}
}

// slices cuts the rows by the column's values.
func (c *column) slices(name string, rows [2][]drift.OutcomeRow) []drift.Slice {
	base := drift.Slice{Feature: name, Kind: drift.CategoricalFeature, Low: drift.Undefined(), High: drift.Undefined()}
	if !c.other {
		base.Kind = drift.NumericFeature
	}
	out := c.missing(base, rows)
	names, _ := c.counted()
	if !c.other && len(names) > fewValues {
		return append(out, c.ranges(base, rows)...)
	}
	of := map[string]*part{}
	for _, name := range names[:min(len(names), mostValues)] {
		of[name] = &part{}
	}
	for side, texts := range c.texts {
		for i, text := range texts {
			if p := of[text]; p != nil {
				p.add(side, rows[side][c.rows[side][i]].Right)
			}
		}
	}
	for value, p := range of {
		s := base
		s.Value = value
		out = append(out, p.fill(s))
	}
	return out
}

// ranges cuts a number at the baseline's quartiles; a value on an edge goes up.
func (c *column) ranges(base drift.Slice, rows [2][]drift.OutcomeRow) []drift.Slice {
	edges := stats.QuantileEdges(slices.Sorted(slices.Values(c.numbers[1])), sliceParts)
	parts := make([]part, len(edges)+1)
	for side, numbers := range c.numbers {
		for i, x := range numbers {
			at := sort.Search(len(edges), func(k int) bool { return edges[k] > x })
			parts[at].add(side, rows[side][c.rows[side][i]].Right)
		}
	}
	out := make([]drift.Slice, len(parts))
	for k, p := range parts {
		s := base
		if k > 0 {
			s.Low = drift.Number(edges[k-1])
		}
		if k < len(edges) {
			s.High = drift.Number(edges[k])
		}
		out[k] = p.fill(s)
	}
	return out
}

// missing is the slice of the rows without a value, where there are any.
func (c *column) missing(base drift.Slice, rows [2][]drift.OutcomeRow) []drift.Slice {
	var p part
	for side, all := range rows {
		at := 0
		for i, r := range all {
			if at < len(c.rows[side]) && c.rows[side][at] == i {
				at++
				continue
			}
			p.add(side, r.Right)
		}
	}
	if p[0].N+p[1].N == 0 {
		return nil
	}
	base.Missing = true
	return []drift.Slice{p.fill(base)}
}

// fill writes the numbers of a slice.
func (p *part) fill(s drift.Slice) drift.Slice {
	recent, baseline := p[0], p[1]
	s.NRecent, s.NBaseline = recent.N, baseline.N
	s.AccuracyRecent, s.AccuracyBaseline, s.Drop = share(recent), share(baseline), drop(recent, baseline)
	interval := stats.Newcombe(recent, baseline)
	s.DropLow, s.DropHigh = drift.Number(interval.Low), drift.Number(interval.High)
	s.PValue, s.QValue = drift.Number(stats.DropP(recent, baseline)), drift.Undefined()
	return s
}
