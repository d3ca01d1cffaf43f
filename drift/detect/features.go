package detect

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// mostCategories is how many categories of a feature are compared one by one, the most frequent of both
// windows; the rest count as one.
const mostCategories = 50

// movedBelow is the rate of false discoveries below which a feature is listed before those that may not
// have moved at all.
const movedBelow = 0.05

// Features compares each feature of two samples of rows, JSON objects: numbers by Kolmogorov-Smirnov,
// and the share of missing ones by chi-square where any is missing; anything else by chi-square over its
// categories, missing being one. PSI for all, and Benjamini-Hochberg over all of them.
// A feature is numeric where every value of it on both sides is a number or reads as one. Those that
// moved (q < 0.05) come first, by PSI. An error says which row is no JSON object.
func Features(recent, baseline [][]byte) ([]drift.FeatureShift, error) {
	columns := map[string]*column{}
	for side, rows := range [2][][]byte{recent, baseline} {
		if err := readColumns(columns, side, rows); err != nil {
			return nil, err
		}
	}
	shifts := make([]drift.FeatureShift, 0, len(columns))
	var family []float64
	for name, c := range columns {
		s := c.shift(name, [2]int{len(recent), len(baseline)})
		if p := float64(s.PValue); !math.IsNaN(p) {
			family = append(family, p)
		}
		shifts = append(shifts, s)
	}
	adjusted := BenjaminiHochberg(family)
	for i, s := range shifts {
		shifts[i].QValue = drift.Undefined()
		if p := float64(s.PValue); !math.IsNaN(p) {
			shifts[i].QValue = drift.Number(adjusted(p))
		}
	}
	slices.SortFunc(shifts, furthestFirst)
	for i := range shifts[:min(len(shifts), mostBinned)] {
		shifts[i].Bins = columns[shifts[i].Name].bins()
	}
	return shifts, nil
}

func furthestFirst(a, b drift.FeatureShift) int {
	moved := func(s drift.FeatureShift) int {
		if FeatureMoved(s) {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(moved(a), moved(b)), cmp.Compare(float64(b.PSI), float64(a.PSI)), cmp.Compare(a.Name, b.Name))
}

// FeatureMoved tells whether a feature moved beyond chance: q < 0.05.
func FeatureMoved(s drift.FeatureShift) bool { return float64(s.QValue) < movedBelow }

// column is one feature's values in both windows, recent first.
type column struct {
	numbers [2][]float64
	texts   [2][]string // of all values, for when one of them is no number
	rows    [2][]int    // the row of each value
	other   bool        // one of them is none
}

func readColumns(columns map[string]*column, side int, rows [][]byte) error {
	for i, row := range rows {
		var values map[string]any
		if err := json.Unmarshal(row, &values); err != nil {
			return fmt.Errorf("features of row %d: %w", i, err)
		}
		for name, v := range values {
			if v == nil || v == "" {
				continue
			}
			c := columns[name]
			if c == nil {
				c = &column{}
				columns[name] = c
			}
			c.add(side, i, v)
		}
	}
	return nil
}

func (c *column) add(side, row int, v any) {
	var text string
	number, err := math.NaN(), error(nil)
	switch v := v.(type) {
	case float64:
		number, text = v, strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		text = v
		number, err = strconv.ParseFloat(v, 64)
	case bool:
		text = strconv.FormatBool(v)
	default:
		b, failed := json.Marshal(v)
		text, err = string(b), failed
	}
	c.texts[side], c.rows[side] = append(c.texts[side], text), append(c.rows[side], row)
	if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		c.other = true
		return
	}
	c.numbers[side] = append(c.numbers[side], number+0) // −0 is 0
}

// shift compares the column's sides; rows are how many rows each side has.
func (c *column) shift(name string, rows [2]int) drift.FeatureShift {
	u := drift.Undefined()
	s := drift.FeatureShift{
		Name: name, Kind: drift.CategoricalFeature, PSI: u, PValue: u, KSStatistic: u, MeanRecent: u, MeanBaseline: u,
		ShareRecent: u, ShareBaseline: u, MissingRecent: u, MissingBaseline: u, Bins: []drift.FeatureBin{},
	}
	var missing [2]int
	for side, share := range [2]*drift.Number{&s.MissingRecent, &s.MissingBaseline} {
		missing[side] = rows[side] - len(c.texts[side])
		if rows[side] > 0 {
			*share = drift.Number(float64(missing[side]) / float64(rows[side]))
		}
	}
	if c.other {
		c.compareCategories(&s, missing)
	} else {
		s.Kind = drift.NumericFeature
		c.compareNumbers(&s, missing)
	}
	return s
}

func (c *column) compareNumbers(s *drift.FeatureShift, missing [2]int) {
	for side := range c.numbers {
		slices.Sort(c.numbers[side])
	}
	recent, baseline := c.numbers[0], c.numbers[1]
	edges := featureEdges(baseline)
	s.PSI = drift.Number(stats.PSI(append(stats.BinCounts(recent, edges), missing[0]), append(stats.BinCounts(baseline, edges), missing[1])))
	if len(recent) > 0 {
		s.MeanRecent = drift.Number(stats.Mean(recent))
	}
	if len(baseline) > 0 {
		s.MeanBaseline = drift.Number(stats.Mean(baseline))
	}
	p := math.NaN()
	if ks, err := stats.KSSorted(recent, baseline, stats.PRule{}); err == nil { // else one side has no value
		s.KSStatistic, p = drift.Number(ks.D), ks.P
	}
	if missing[0]+missing[1] > 0 { // a second question, so that the smaller p of two counts double (Bonferroni)
		_, _, gaps := stats.ChiSquare([]int{len(recent), missing[0]}, []int{len(baseline), missing[1]})
		switch {
		case math.IsNaN(p):
			p = gaps
		case !math.IsNaN(gaps):
			p = min(1, 2*min(p, gaps))
		}
	}
	s.PValue = drift.Number(p)
}

// featureEdges are the deciles of a sorted baseline; a value that alone fills one has a bin of its own, so
// that a feature which was constant and is not any more does not stay in the one bin that there was.
func featureEdges(baseline []float64) []float64 {
	var edges []float64
	for _, edge := range stats.BaselineEdges(baseline) {
		edges = append(edges, edge)
		next := math.Nextafter(edge, math.Inf(1))
		if n := sort.SearchFloat64s(baseline, next) - sort.SearchFloat64s(baseline, edge); n*10 >= len(baseline) {
			edges = append(edges, next)
		}
	}
	return slices.Compact(edges)
}

func (c *column) compareCategories(s *drift.FeatureShift, missing [2]int) {
	names, counts := c.counted()
	bins := [2][]int{append(slices.Clone(counts[0]), missing[0]), append(slices.Clone(counts[1]), missing[1])}
	_, _, p := stats.ChiSquare(bins[0], bins[1])
	s.PValue, s.PSI = drift.Number(p), drift.Number(stats.PSI(bins[0], bins[1]))
	if len(c.texts[0]) == 0 || len(c.texts[1]) == 0 {
		return
	}
	furthest := -1.0
	for k, name := range names {
		recent := float64(counts[0][k]) / float64(len(c.texts[0]))
		baseline := float64(counts[1][k]) / float64(len(c.texts[1]))
		if d := math.Abs(recent - baseline); d > furthest {
			furthest = d
			s.Category, s.ShareRecent, s.ShareBaseline = name, drift.Number(recent), drift.Number(baseline)
		}
	}
}

// counted counts the categories of both sides, the most frequent first; the last may be all others.
func (c *column) counted() (names []string, counts [2][]int) {
	by := map[string]*[2]int{}
	for side, texts := range c.texts {
		for _, text := range texts {
			n := by[text]
			if n == nil {
				n = &[2]int{}
				by[text] = n
			}
			n[side]++
		}
	}
	for name := range by {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(by[b][0]+by[b][1], by[a][0]+by[a][1]), cmp.Compare(a, b))
	})
	for k, name := range names {
		for side, n := range by[name] {
			if k > mostCategories {
				counts[side][mostCategories] += n
			} else {
				counts[side] = append(counts[side], n)
			}
		}
	}
	if len(names) > mostCategories+1 {
		names = append(names[:mostCategories], fmt.Sprintf("%d others", len(names)-mostCategories))
	}
	return names, counts
}
