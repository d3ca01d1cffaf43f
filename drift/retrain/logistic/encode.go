package logistic

import (
	"slices"
	"strings"
)

// maxStandard bounds a standardised number, so that no row, however wild, makes a score that is
// not a number.
const maxStandard = 1e6

// encoder gives the columns of one feature.
type encoder struct {
	*Feature
	texts   map[string]int
	numbers []float64
}

func newEncoder(f *Feature) encoder {
	e := encoder{Feature: f}
	if f.Kind == categorical {
		e.texts = make(map[string]int, len(f.Levels))
		for k, l := range f.Levels {
			e.texts[*l.Text] = k
		}
		return e
	}
	for _, l := range f.Levels {
		e.numbers = append(e.numbers, *l.Number)
	}
	return e
}

// usable turns a text where training had numbers only into a missing number.
func (e *encoder) usable(v value) value {
	if e.Kind == numeric && v.kind == text {
		return value{}
	}
	return v
}

// standard returns the standardised number, of the imputed one where it is missing.
func (e *encoder) standard(v value) float64 {
	x := e.Impute
	if v.kind != missing {
		x = v.num
	}
	return max(-maxStandard, min(maxStandard, (x-e.Mean)/e.SD))
}

// code returns which of the feature's columns of 0 and 1 is set: a level's, then that of any
// other level, then that of missing; −1 for none.
func (e *encoder) code(v value) int {
	next := len(e.Levels)
	if e.OtherWeight != nil {
		next++
	}
	if v.kind == missing {
		if e.MissingWeight != nil {
			return next
		}
		return -1
	}
	if e.Kind == categorical {
		if k, ok := e.texts[string(v.levelText())]; ok {
			return k
		}
	} else if k, ok := slices.BinarySearch(e.numbers, v.num); ok {
		return k
	}
	if e.OtherWeight != nil {
		return len(e.Levels)
	}
	return -1
}

// width is how many columns of 0 and 1 there are.
func (e *encoder) width() int {
	n := len(e.Levels)
	if e.OtherWeight != nil {
		n++
	}
	if e.MissingWeight != nil {
		n++
	}
	return n
}

// weightOf returns the weight of column code.
func (e *encoder) weightOf(code int) float64 {
	switch {
	case code < len(e.Levels):
		return e.Levels[code].Weight
	case code == len(e.Levels) && e.OtherWeight != nil:
		return *e.OtherWeight
	}
	return *e.MissingWeight
}

// encode lays out rows lo up to hi of the table for fitting.
func encode(t *table, features []Feature, lo, hi int) *Design {
	dense := 0
	for _, f := range features {
		if f.Kind == numeric {
			dense++
		}
	}
	d := NewDesign(t.label[lo:hi], dense)
	column, codes, j := make([]float64, hi-lo), make([]int32, hi-lo), 0
	for k := range features {
		e := newEncoder(&features[k])
		c := t.byName[e.Name]
		known := e.codesOfTexts(c)
		for i := lo; i < hi; i++ {
			v := value{}
			if i < len(c.kinds) {
				v = value{kind: c.kinds[i], num: c.values[i]}
			}
			if v.kind == text && known != nil {
				codes[i-lo] = known[int(v.num)]
				continue
			}
			v = e.usable(v)
			column[i-lo], codes[i-lo] = e.standard(v), int32(e.code(v))
		}
		if e.Kind == numeric {
			d.SetColumn(j, column)
			j++
		}
		if width := e.width(); width > 0 {
			d.AddGroup(codes, width)
		}
	}
	return d
}

// codesOfTexts looks each text of a categorical column up once instead of once a row.
func (e *encoder) codesOfTexts(c *column) []int32 {
	if e.Kind != categorical {
		return nil
	}
	known := make([]int32, len(c.texts))
	for k, s := range c.texts {
		known[k] = int32(e.code(value{kind: text, text: []byte(s)}))
	}
	return known
}

// assign gives the features the weights that a fit of their design found.
func assign(features []Feature, weights []float64) {
	at := 0
	for k := range features {
		if features[k].Kind == numeric {
			features[k].Weight = weights[at]
			at++
		}
	}
	for k := range features {
		f := &features[k]
		for l := range f.Levels {
			f.Levels[l].Weight = weights[at]
			at++
		}
		for _, w := range []*float64{f.OtherWeight, f.MissingWeight} {
			if w != nil {
				*w = weights[at]
				at++
			}
		}
	}
}

// find returns the index of the feature of that name among those sorted by name.
func find(features []Feature, name []byte) (int, bool) {
	return slices.BinarySearchFunc(features, name, func(f Feature, name []byte) int { return strings.Compare(f.Name, string(name)) })
}
