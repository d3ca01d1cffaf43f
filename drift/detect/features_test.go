package detect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// sample makes n rows; each feature is what its function says of a row.
func sample(n int, row func(r *rand.Rand) string) [][]byte {
	r := rand.New(rand.NewPCG(uint64(n), 3))
	rows := make([][]byte, n)
	for i := range rows {
		rows[i] = []byte(row(r))
	}
	return rows
}

func shiftOf(t *testing.T, all []drift.FeatureShift, name string) drift.FeatureShift {
	t.Helper()
	for _, s := range all {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("%s is not among %+v", name, all)
	return drift.FeatureShift{}
}

func TestFeatures(t *testing.T) {
	row := func(shift float64, red float64, lost float64) func(*rand.Rand) string {
		return func(r *rand.Rand) string {
			colour, text := "blue", "null"
			if r.Float64() < red {
				colour = "red"
			}
			if r.Float64() >= lost {
				text = fmt.Sprint(r.NormFloat64())
			}
			return fmt.Sprintf(`{"demand":%v,"steady":"%v","colour":%q,"flag":%t,"lost":%s,"none":null,"empty":""}`,
				r.NormFloat64()+shift, r.NormFloat64(), colour, r.IntN(2) == 0, text)
		}
	}
	recent, baseline := sample(800, row(1, 0.6, 0.5)), sample(1500, row(0, 0.3, 0))
	all, err := Features(recent, baseline)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 5 {
		t.Fatalf("%d features, want 5: %+v", len(all), all)
	}
	if all[0].Name != "lost" || all[1].Name != "demand" || all[2].Name != "colour" { // PSI about 4.6, 1 and 0.38
		t.Errorf("the order is %s, %s, %s", all[0].Name, all[1].Name, all[2].Name)
	}
	demand := shiftOf(t, all, "demand")
	if demand.Kind != drift.NumericFeature || !FeatureMoved(demand) || math.Abs(float64(demand.MeanRecent)-1) > 0.1 ||
		math.Abs(float64(demand.MeanBaseline)) > 0.1 || demand.MissingRecent != 0 || float64(demand.QValue) < float64(demand.PValue) {
		t.Errorf("%+v", demand)
	}
	colour := shiftOf(t, all, "colour")
	if colour.Kind != drift.CategoricalFeature || !FeatureMoved(colour) || colour.Category != "red" && colour.Category != "blue" ||
		math.Abs(math.Abs(float64(colour.ShareRecent-colour.ShareBaseline))-0.3) > 0.06 || !math.IsNaN(float64(colour.KSStatistic)) {
		t.Errorf("%+v", colour)
	}
	if lost := shiftOf(t, all, "lost"); math.Abs(float64(lost.MissingRecent)-0.5) > 0.06 || lost.MissingBaseline != 0 || !FeatureMoved(lost) || float64(lost.KSStatistic) > 0.1 {
		t.Errorf("%+v", lost)
	}
	for _, name := range []string{"steady", "flag"} {
		if s := shiftOf(t, all, name); FeatureMoved(s) {
			t.Errorf("%s moved: %+v", name, s)
		}
	}
	if s := shiftOf(t, all, "steady"); s.Kind != drift.NumericFeature { // text that reads as numbers
		t.Errorf("%+v", s)
	}
}

// The numbers of one feature are those that the kernels give.
func TestFeaturesAgainstKernels(t *testing.T) {
	recent := [][]byte{[]byte(`{"x":1}`), []byte(`{"x":2}`), []byte(`{"x":9}`)}
	baseline := [][]byte{[]byte(`{"x":1}`), []byte(`{"x":1.5}`), []byte(`{"x":2}`), []byte(`{"x":3}`)}
	all, err := Features(recent, baseline)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v %+v", err, all)
	}
	ks, err := stats.KS([]float64{1, 2, 9}, []float64{1, 1.5, 2, 3}, stats.PRule{})
	if err != nil {
		t.Fatal(err)
	}
	s := all[0]
	if float64(s.KSStatistic) != ks.D || float64(s.PValue) != ks.P || s.QValue != s.PValue || s.MeanRecent != 4 || s.MissingRecent != 0 {
		t.Errorf("%+v, want D %v and p %v", s, ks.D, ks.P)
	}
}

func TestFeaturesOfLittle(t *testing.T) {
	one := [][]byte{[]byte(`{"a":1,"b":"x"}`)}
	for _, c := range [][2][][]byte{{nil, nil}, {one, nil}, {nil, one}, {one, one}} {
		all, err := Features(c[0], c[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if FeatureMoved(s) {
				t.Errorf("moved on one row: %+v", s)
			}
		}
	}
	if _, err := Features([][]byte{[]byte(`[1]`)}, nil); err == nil {
		t.Error("an array is taken for features")
	}
	// A mix of numbers and words is categories; more of them than are compared count as one.
	var many [][]byte
	for i := range 200 {
		many = append(many, fmt.Appendf(nil, `{"id":"u%d","mix":%q}`, i, []string{"1", "two"}[i%2]))
	}
	all, err := Features(many, many)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "mix"} {
		if s := shiftOf(t, all, name); s.Kind != drift.CategoricalFeature || s.PSI != 0 || FeatureMoved(s) {
			t.Errorf("%+v", s)
		}
	}
}

// What was constant and is not any more moved far, not by nothing; what took few values and still does
// has not moved.
func TestFeaturesThatWereConstant(t *testing.T) {
	baseline := sample(1000, func(r *rand.Rand) string { return fmt.Sprintf(`{"line":0.4,"few":%d}`, r.IntN(3)) })
	recent := sample(300, func(r *rand.Rand) string {
		return fmt.Sprintf(`{"line":%v,"few":%d}`, 0.4+max(0, r.Float64()-0.5), r.IntN(3))
	})
	all, err := Features(recent, baseline)
	if err != nil {
		t.Fatal(err)
	}
	if s := shiftOf(t, all, "line"); s.PSI < 3 || !FeatureMoved(s) || math.Abs(float64(s.KSStatistic)-0.5) > 0.1 {
		t.Errorf("%+v", s)
	}
	if s := shiftOf(t, all, "few"); s.PSI > 0.05 || FeatureMoved(s) {
		t.Errorf("%+v", s)
	}
}
