package page

import (
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
)

// FeaturesVM says which logged features moved between the windows of a check, the furthest first.
type FeaturesVM struct {
	RowsRecent, RowsBaseline int64
	Sampled                  bool
	Rows                     []FeatureVM
}

// FeatureVM is one feature in both windows. What is nil is not known.
type FeatureVM struct {
	Name  string
	Moved bool // beyond chance, all features considered
	PSI   *float64
	Q     *float64
	// Recent and Baseline are means, or for categories the shares of Category.
	Recent, Baseline *float64
	Category         string
	Numeric          bool
	// MissingRecent and MissingBaseline are shares of rows without a value.
	MissingRecent, MissingBaseline float64
}

// featuresShown stand in the table; the others open on demand.
const featuresShown = 6

// longCategory is how much of a category's name is shown.
const longCategory = 32

func (v FeaturesVM) moved() (n int) {
	for _, f := range v.Rows {
		if f.Moved {
			n++
		}
	}
	return n
}

// line says how many moved, and on how many rows that rests.
func (v FeaturesVM) line() string {
	if v.RowsRecent == 0 || v.RowsBaseline == 0 {
		return "The rows of one of the windows carry no features, so nothing can be compared. Log further columns with each prediction to see here what moved."
	}
	rows := format.Plural(v.RowsRecent, "recent row", "recent rows") + " against " + format.Count(v.RowsBaseline) + " of the baseline"
	if v.Sampled {
		rows += ", a sample"
	}
	if v.moved() == 0 {
		return "None of " + format.Plural(int64(len(v.Rows)), "feature", "features") + " moved beyond chance, on " + rows + "."
	}
	return format.Count(int64(v.moved())) + " of " + format.Plural(int64(len(v.Rows)), "feature", "features") +
		" moved beyond chance (false discovery rate under 5 %), on " + rows + "."
}

// first are the rows shown at once, rest the others.
func (v FeaturesVM) first() []FeatureVM { return v.Rows[:min(len(v.Rows), featuresShown)] }
func (v FeaturesVM) rest() []FeatureVM  { return v.Rows[min(len(v.Rows), featuresShown):] }

// value is a mean or a category's share.
func (f FeatureVM) value(v *float64) string {
	switch {
	case v == nil:
		return "none"
	case f.Numeric:
		return format.Short(*v, 4)
	}
	return format.Percent(*v, 1)
}

// what says what the two values are.
func (f FeatureVM) what() string {
	if f.Numeric {
		return "mean"
	}
	name := []rune(f.Category)
	if len(name) > longCategory {
		return "share of " + string(name[:longCategory-1]) + "…"
	}
	return "share of " + f.Category
}

// missing says how many rows lack a value, where any does.
func (f FeatureVM) missing() string {
	if f.MissingRecent == 0 && f.MissingBaseline == 0 {
		return ""
	}
	return "missing " + format.Percent(f.MissingBaseline, 1) + " → " + format.Percent(f.MissingRecent, 1)
}

// fact is the feature that moved furthest, as one of the numbers at the top of a page.
func (v *FeaturesVM) fact() (component.FactVM, bool) {
	if v == nil || v.moved() == 0 {
		return component.FactVM{}, false
	}
	f := v.Rows[0]
	return component.FactVM{
		Label: "Moved furthest", Value: f.Name,
		Note: f.what() + " " + f.value(f.Baseline) + " → " + f.value(f.Recent) + ", PSI " + format.Fixed(format.Value(f.PSI), 2),
	}, true
}
