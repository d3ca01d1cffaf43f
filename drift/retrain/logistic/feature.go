package logistic

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// How features are told apart. These are rules of thumb of the field, not settings: what they let
// through is weighed by the penalty, whose strength is chosen on later rows.
const (
	minLevelRows   = 5  // a level, "other" or "missing" gets a column from so many rows on
	maxLevels      = 50 // of a categorical feature
	minDistinct    = 3  // a number of fewer distinct values is as well served by one column
	maxDistinct    = 64 // a number of more distinct values is no category
	rowsPerNumber  = 20 // a number is a category too where each value has so many rows on average
	minCounterRows = 20 // a counter is recognised from so many rows on
)

// The kinds of feature in an artefact.
const (
	numeric     = "numeric"
	categorical = "categorical"
)

// Level is one category of a feature with its column's weight.
type Level struct {
	Text   *string  `json:"text,omitempty"`   // of a categorical feature
	Number *float64 `json:"number,omitempty"` // of a numeric one that is a category besides
	Weight float64  `json:"weight"`
}

// Feature says how one feature becomes columns, and what each column weighs. A numeric feature
// has one standardised column. Its levels, where it has any, and those of a categorical feature
// are columns of 0 and 1, as are "any other level" and "missing", where training had such rows.
type Feature struct {
	Name          string   `json:"name"`
	Kind          string   `json:"kind"`
	Mean          float64  `json:"mean"`
	SD            float64  `json:"sd"`     // of the population; 1 for a constant
	Impute        float64  `json:"impute"` // the median, taken where the number is missing
	Weight        float64  `json:"weight"` // of the standardised number
	Levels        []Level  `json:"levels,omitempty"`
	OtherWeight   *float64 `json:"other_weight,omitempty"`
	MissingWeight *float64 `json:"missing_weight,omitempty"`
}

// Dropped names a feature that was left out, and why.
type Dropped struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// learn finds the features in the first rows of the table, and nothing of later ones.
func learn(t *table, rows int) (features []Feature, dropped []Dropped) {
	for _, c := range t.columns {
		f, reason := learnColumn(c, rows)
		if reason != "" {
			dropped = append(dropped, Dropped{c.name, reason})
			continue
		}
		features = append(features, f)
	}
	return features, dropped
}

// learnColumn gives a reason where the column is of no use.
func learnColumn(c *column, rows int) (f Feature, reason string) {
	numbers, present := true, 0
	for _, k := range c.kinds[:min(rows, len(c.kinds))] {
		if k != missing {
			present++
		}
		numbers = numbers && k != text
	}
	if present == 0 {
		return f, "It has no value that a linear model can use."
	}
	f = Feature{Name: c.name}
	if rows-present >= minLevelRows {
		f.MissingWeight = new(float64)
	}
	if numbers {
		return f, f.learnNumbers(c, rows, present)
	}
	return f, f.learnTexts(c, rows, present)
}

// learnNumbers finds mean, deviation, median and levels.
func (f *Feature) learnNumbers(c *column, rows, present int) (reason string) {
	f.Kind = numeric
	values := make([]float64, 0, present)
	for i, k := range c.kinds[:min(rows, len(c.kinds))] {
		if k != missing {
			values = append(values, c.values[i])
		}
	}
	if len(values) == rows && isCounter(values) {
		return "It is a whole number that grows with every row, so that later rows lie outside all that was learned."
	}
	f.Mean, f.SD = moments(values)
	if math.IsInf(f.SD, 0) || math.IsNaN(f.SD) {
		return "Its numbers are too large to be standardised."
	}
	slices.Sort(values)
	f.Impute = values[len(values)/2]
	if len(values)%2 == 0 {
		f.Impute = values[len(values)/2-1]/2 + values[len(values)/2]/2
	}
	if values[0] == values[len(values)-1] {
		if f.MissingWeight == nil {
			return "It is the same in every row."
		}
		f.Mean, f.SD, f.Impute = values[0], 1, values[0]
	}
	if f.SD == 0 {
		return "Its numbers lie too close together to be standardised."
	}
	f.learnNumberLevels(values)
	return ""
}

// learnNumberLevels makes a number of few values a category as well: hours, weekdays and codes
// are no straight line.
func (f *Feature) learnNumberLevels(sorted []float64) {
	distinct := 1
	for i := 1; i < len(sorted); i++ {
		if sorted[i] != sorted[i-1] {
			distinct++
		}
	}
	if distinct < minDistinct || distinct > maxDistinct || len(sorted) < rowsPerNumber*distinct {
		return
	}
	rest := 0
	for i := 0; i < len(sorted); {
		end := i + 1
		for end < len(sorted) && sorted[end] == sorted[i] {
			end++
		}
		if end-i >= minLevelRows {
			v := sorted[i] // not into the slice, which would be kept with it
			f.Levels = append(f.Levels, Level{Number: &v})
		} else {
			rest += end - i
		}
		i = end
	}
	f.addOther(rest)
}

// learnTexts finds the levels.
func (f *Feature) learnTexts(c *column, rows, present int) (reason string) {
	f.Kind, f.SD = categorical, 1
	counts := map[string]int{}
	for i := range min(rows, len(c.kinds)) {
		if c.kinds[i] != missing {
			counts[string(c.at(i).levelText())]++
		}
	}
	type level struct {
		text string
		rows int
	}
	levels := make([]level, 0, len(counts))
	for s, n := range counts {
		levels = append(levels, level{s, n})
	}
	slices.SortFunc(levels, func(a, b level) int {
		return cmp.Or(cmp.Compare(b.rows, a.rows), strings.Compare(a.text, b.text))
	})
	switch {
	case len(levels) == 1 && f.MissingWeight == nil:
		return "It is the same in every row."
	case len(levels) > maxLevels && 2*len(levels) > present:
		return fmt.Sprintf("It has %d different texts in %d rows, which looks like an identifier.", len(levels), present)
	}
	rest := present
	for _, l := range levels[:min(len(levels), maxLevels)] {
		if l.rows < minLevelRows {
			break
		}
		f.Levels = append(f.Levels, Level{Text: &l.text})
		rest -= l.rows
	}
	if len(f.Levels) == 0 {
		return fmt.Sprintf("None of its texts comes in %d rows or more.", minLevelRows)
	}
	slices.SortFunc(f.Levels, func(a, b Level) int { return strings.Compare(*a.Text, *b.Text) })
	f.addOther(rest)
	return ""
}

func (f *Feature) addOther(rows int) {
	if rows >= minLevelRows {
		f.OtherWeight = new(float64)
	}
}

// isCounter reports whether the values are whole numbers, each larger than the one before.
func isCounter(values []float64) bool {
	for i, v := range values {
		if v != math.Trunc(v) || i > 0 && v <= values[i-1] {
			return false
		}
	}
	return len(values) >= minCounterRows
}

// moments returns the mean and the population's standard deviation.
func moments(values []float64) (mean, sd float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	var squares float64
	for _, v := range values {
		squares += (v - mean) * (v - mean) / n
	}
	return mean, math.Sqrt(squares)
}
