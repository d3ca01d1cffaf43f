package detect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// outcomeRows makes n outcomes; the row says its features and how often it is right.
func outcomeRows(seed uint64, n int, row func(r *rand.Rand) (features string, right float64)) []drift.OutcomeRow {
	r := rand.New(rand.NewPCG(seed, 17))
	rows := make([]drift.OutcomeRow, n)
	for i := range rows {
		features, right := row(r)
		rows[i] = drift.OutcomeRow{Right: r.Float64() < right, Features: []byte(features)}
	}
	return rows
}

func mustSlices(t *testing.T, recent, baseline []drift.OutcomeRow) drift.AccuracySlices {
	t.Helper()
	s, err := Slices(recent, baseline)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The one place where accuracy fell is found among all, whatever kind of feature tells it.
func TestSlicesFindWhereItFell(t *testing.T) {
	row := func(broken bool) func(r *rand.Rand) (string, float64) {
		return func(r *rand.Rand) (string, float64) {
			price, country, right := r.Float64(), []string{"AT", "DE", "CH"}[r.IntN(3)], 0.9
			flag, age := r.IntN(2) == 0, "null"
			if r.IntN(4) > 0 {
				age = fmt.Sprint(r.IntN(5))
			}
			if broken && price >= 0.75 {
				right = 0.5
			}
			if broken && country == "CH" {
				right -= 0.3
			}
			return fmt.Sprintf(`{"price":%v,"country":%q,"vip":%t,"age":%s}`, price, country, flag, age), right
		}
	}
	s := mustSlices(t, outcomeRows(1, 2000, row(true)), outcomeRows(2, 6000, row(false)))
	if s.RowsRecent != 2000 || s.RowsBaseline != 6000 || s.LeastOutcomes != LeastInSlice || s.Tested != 4+3+2+5+1 || len(s.Slices) != s.Tested {
		t.Fatalf("%+v", s)
	}
	first := s.Slices[0]
	if first.Feature != "price" || math.Abs(float64(first.Low)-0.75) > 0.02 || first.High.Defined() || first.Kind != drift.NumericFeature || !SliceFell(first) {
		t.Errorf("the first is %+v", first)
	}
	if second := s.Slices[1]; second.Value != "CH" || second.Kind != drift.CategoricalFeature || !SliceFell(second) {
		t.Errorf("the second is %+v", second)
	}
	missing, kinds := 0, map[string]int{}
	for i, sl := range s.Slices {
		kinds[sl.Feature]++
		if sl.Missing {
			missing++
		}
		if i > 0 && sl.DropLow > s.Slices[i-1].DropLow {
			t.Errorf("slice %d is out of order", i)
		}
		recent := stats.Proportion{K: int(math.Round(float64(sl.AccuracyRecent) * float64(sl.NRecent))), N: sl.NRecent}
		baseline := stats.Proportion{K: int(math.Round(float64(sl.AccuracyBaseline) * float64(sl.NBaseline))), N: sl.NBaseline}
		interval := stats.Newcombe(recent, baseline)
		if math.Abs(float64(sl.DropLow)-interval.Low) > 1e-12 || math.Abs(float64(sl.DropHigh)-interval.High) > 1e-12 ||
			math.Abs(float64(sl.PValue)-stats.DropP(recent, baseline)) > 1e-12 || sl.QValue < sl.PValue {
			t.Errorf("%+v", sl)
		}
	}
	// Benjamini and Hochberg's step-up by its definition: the least rate at which the hypothesis is rejected.
	for _, sl := range s.Slices {
		q := 1.0
		for _, cut := range s.Slices {
			if cut.PValue < sl.PValue {
				continue
			}
			below := 0
			for _, other := range s.Slices {
				if other.PValue <= cut.PValue {
					below++
				}
			}
			q = min(q, float64(cut.PValue)*float64(s.Tested)/float64(below))
		}
		if math.Abs(float64(sl.QValue)-q) > 1e-12 {
			t.Errorf("%s %s: q %v, want %v", sl.Feature, sl.Value, sl.QValue, q)
		}
	}
	if missing != 1 || kinds["price"] != 4 || kinds["age"] != 6 || kinds["vip"] != 2 {
		t.Errorf("%d missing, %v", missing, kinds)
	}
}

// Of many small slices in which nothing happened, hardly ever one is said to have fallen, though by p
// alone some would be.
func TestSlicesDoNotCryWolf(t *testing.T) {
	cried, uncorrected := 0, 0
	for seed := range uint64(40) {
		row := func(r *rand.Rand) (string, float64) {
			return fmt.Sprintf(`{"a":"a%d","b":"b%d","c":%v,"d":%v}`, r.IntN(15), r.IntN(15), r.NormFloat64(), r.NormFloat64()), 0.8
		}
		s := mustSlices(t, outcomeRows(100+seed, 800, row), outcomeRows(200+seed, 3000, row))
		wolf := false
		for _, sl := range s.Slices {
			wolf = wolf || SliceFell(sl)
			if sl.PValue < 0.05 {
				uncorrected++
			}
		}
		if wolf {
			cried++
		}
	}
	t.Logf("%d of 40 cry wolf, %d slices by p alone", cried, uncorrected)
	if cried > 6 || uncorrected < 20 {
		t.Errorf("%d of 40 cry wolf, %d slices by p alone", cried, uncorrected)
	}
}

func TestSlicesOfLittle(t *testing.T) {
	one := []drift.OutcomeRow{{Right: true, Features: []byte(`{"a":"x","b":1}`)}}
	for _, c := range [][2][]drift.OutcomeRow{{nil, nil}, {one, nil}, {nil, one}, {one, one}} {
		if s := mustSlices(t, c[0], c[1]); s.Tested != 0 || s.Slices == nil || len(s.Slices) != 0 {
			t.Errorf("%+v", s)
		}
	}
	// Just enough on both sides, and one too few on one.
	many := make([]drift.OutcomeRow, LeastInSlice)
	for i := range many {
		many[i] = one[0]
	}
	if s := mustSlices(t, many, many); s.Tested != 2 {
		t.Errorf("%+v", s)
	}
	if s := mustSlices(t, many[1:], many); s.Tested != 0 {
		t.Errorf("%+v", s)
	}
	if _, err := Slices([]drift.OutcomeRow{{Features: []byte(`3`)}}, nil); err == nil {
		t.Error("a number is taken for features")
	}
	// Every row its own value: the most frequent are tried, the list is bounded.
	wide := outcomeRows(9, 40_000, func(r *rand.Rand) (string, float64) {
		text := "{"
		for k := range 8 {
			text += fmt.Sprintf(`"f%d":"v%d",`, k, r.IntN(40))
		}
		return text + `"id":"u` + fmt.Sprint(r.Uint64()) + `"}`, 0.7
	})
	if s := mustSlices(t, wide, wide); s.Tested != 8*mostValues || len(s.Slices) != mostSlices {
		t.Errorf("%d tested, %d listed", s.Tested, len(s.Slices))
	}
}

// A number on an edge belongs to the range above it.
func TestSlicesAtTheEdges(t *testing.T) {
	var rows []drift.OutcomeRow
	for i := range 9 * 40 { // quartiles 2, 4 and 6
		rows = append(rows, drift.OutcomeRow{Right: true, Features: fmt.Appendf(nil, `{"x":%d}`, i%9)})
	}
	got := map[string]int{}
	for _, s := range mustSlices(t, rows, rows).Slices {
		got[fmt.Sprint(float64(s.Low), " to ", float64(s.High))] = s.NRecent
	}
	want := map[string]int{"NaN to 2": 80, "2 to 4": 80, "4 to 6": 80, "6 to NaN": 120}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
