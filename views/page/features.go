package page

import (
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
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
func (v FeaturesVM) line(l lang.Lang) string {
	if v.RowsRecent == 0 || v.RowsBaseline == 0 {
		return l.T("The rows of one of the windows carry no features, so nothing can be compared. Log further columns with each prediction to see here what moved.")
	}
	rows := l.N(v.RowsRecent, "%d recent row against %d of the baseline", "%d recent rows against %d of the baseline", v.RowsBaseline)
	if v.Sampled {
		rows = l.N(v.RowsRecent, "%d recent row against %d of the baseline, a sample", "%d recent rows against %d of the baseline, a sample", v.RowsBaseline)
	}
	if v.moved() == 0 {
		return l.N(int64(len(v.Rows)), "None of %d feature moved beyond chance, on %s.", "None of %d features moved beyond chance, on %s.", rows)
	}
	return l.N(int64(len(v.Rows)),
		"%[2]d of %[1]d\u00a0feature moved beyond chance (false discovery rate under 5 %%), on %[3]s.",
		"%[2]d of %[1]d\u00a0features moved beyond chance (false discovery rate under 5 %%), on %[3]s.", v.moved(), rows)
}

// first are the rows shown at once, rest the others.
func (v FeaturesVM) first() []FeatureVM { return v.Rows[:min(len(v.Rows), featuresShown)] }
func (v FeaturesVM) rest() []FeatureVM  { return v.Rows[min(len(v.Rows), featuresShown):] }

// value is a mean or a category's share.
func (f FeatureVM) value(l lang.Lang, v *float64) string {
	switch {
	case v == nil:
		return l.T("none")
	case f.Numeric:
		return l.Short(*v, 4)
	}
	return l.Percent(*v, 1)
}

// what says what the two values are.
func (f FeatureVM) what(l lang.Lang) string {
	if f.Numeric {
		return l.T("mean")
	}
	name := []rune(f.Category)
	if len(name) > longCategory {
		return l.T("share of %s", string(name[:longCategory-1])+"…")
	}
	return l.T("share of %s", f.Category)
}

// missing says how many rows lack a value, where any does.
func (f FeatureVM) missing(l lang.Lang) string {
	if f.MissingRecent == 0 && f.MissingBaseline == 0 {
		return ""
	}
	return l.T("missing %s → %s", l.Percent(f.MissingBaseline, 1), l.Percent(f.MissingRecent, 1))
}

// fact is the feature that moved furthest, as one of the numbers at the top of a page.
func (v *FeaturesVM) fact(l lang.Lang) (component.FactVM, bool) {
	if v == nil || v.moved() == 0 {
		return component.FactVM{}, false
	}
	f := v.Rows[0]
	return component.FactVM{
		Topic: "psi", Label: l.T("Moved furthest"), Value: f.Name,
		Note: f.what(l) + " " + f.value(l, f.Baseline) + " → " + f.value(l, f.Recent) + ", PSI " + l.Fixed(lang.Value(f.PSI), 2),
	}, true
}
