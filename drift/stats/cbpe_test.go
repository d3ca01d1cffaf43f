package stats

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// minMax is isotonic regression by its closed form, in fractions: at each distinct score the highest, over
// all stretches that begin no later, of the lowest mean of those that end no earlier.
func minMax(actual []bool, scores []float64) map[float64]*big.Rat {
	distinct := slices.Compact(slices.Sorted(slices.Values(scores)))
	k, n := make([]int64, len(distinct)), make([]int64, len(distinct))
	for i, s := range scores {
		at, _ := slices.BinarySearch(distinct, s)
		n[at]++
		if actual[i] {
			k[at]++
		}
	}
	fit := map[float64]*big.Rat{}
	for i, s := range distinct {
		var highest *big.Rat
		for a := 0; a <= i; a++ {
			var lowest *big.Rat
			var sumK, sumN int64
			for b := a; b < len(distinct); b++ {
				sumK, sumN = sumK+k[b], sumN+n[b]
				if mean := big.NewRat(sumK, sumN); b >= i && (lowest == nil || mean.Cmp(lowest) < 0) {
					lowest = mean
				}
			}
			if highest == nil || lowest.Cmp(highest) > 0 {
				highest = lowest
			}
		}
		fit[s] = highest
	}
	return fit
}

func TestIsotonicAgainstClosedForm(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 2))
	for range 60 {
		actual, scores := outcomes(r, 1+r.IntN(60), 1+r.IntN(30), r.Float64())
		f := pool(newTable([]Labelled{{actual, scores, make([]bool, len(scores))}}).treads[0])
		sum, positives := new(big.Rat), 0
		want := minMax(actual, scores)
		for i, s := range scores {
			if exact, _ := want[s].Float64(); math.Abs(f.at(s)-exact) > 1e-15 {
				t.Fatalf("at %v: %v, want %v", s, f.at(s), exact)
			}
			sum.Add(sum, want[s])
			if actual[i] {
				positives++
			}
		}
		if sum.Cmp(big.NewRat(int64(positives), 1)) != 0 {
			t.Errorf("the mean is not kept: %v for %d", sum, positives)
		}
		last := math.Inf(-1)
		for i := range 1001 { // between the scores too
			if p := f.at(float64(i) / 1000); p < last || p < 0 || p > 1 {
				t.Fatalf("falls to %v at %d", p, i)
			} else {
				last = p
			}
		}
	}
}

// naiveEstimate is the calibrated estimate and its errors from the formulas, refitting from the rows.
func naiveEstimate(days []Labelled, scores []float64, predicted []bool) (accuracy, chance, calibration float64) {
	fitted := func(but int) func(s float64, predicted bool) float64 {
		fits := map[bool]map[float64]*big.Rat{}
		for _, kind := range []bool{true, false} {
			var actual []bool
			var all []float64
			for i, d := range days {
				for k, s := range d.Scores {
					if i != but && d.Predicted[k] == kind {
						actual, all = append(actual, d.Actual[k]), append(all, s)
					}
				}
			}
			fits[kind] = minMax(actual, all)
		}
		return func(s float64, predicted bool) float64 { v, _ := fits[predicted][s].Float64(); return v }
	}
	mean := func(at func(float64, bool) float64) (m, spread float64) {
		for i, s := range scores {
			q := at(s, predicted[i])
			if !predicted[i] {
				q = 1 - q
			}
			m, spread = m+q, spread+q*(1-q)
		}
		n := float64(len(scores))
		return m / n, math.Sqrt(spread) / n
	}
	accuracy, chance = mean(fitted(-1))
	n := 0.0
	for _, d := range days {
		n += float64(len(d.Scores))
	}
	g := float64(len(days))
	centre := g * accuracy
	var left []float64
	for i, d := range days {
		theta, _ := mean(fitted(i))
		left = append(left, theta)
		centre -= (1 - float64(len(d.Scores))/n) * theta
	}
	v := 0.0
	for i, d := range days {
		h := n / float64(len(d.Scores))
		x := h*accuracy - (h-1)*left[i] - centre
		v += x * x / (h - 1) / g
	}
	return accuracy, chance, math.Sqrt(v)
}

func TestEstimateAgainstFormulas(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var days []Labelled
	for day := range 12 {
		var d Labelled
		for range 20 + day {
			// A few scores, each on every day: the closed form has a value at each.
			s := float64(r.IntN(8)) / 7
			d.Scores, d.Actual = append(d.Scores, s), append(d.Actual, r.Float64() < 0.2+0.5*s)
		}
		d.Scores, d.Actual = append(d.Scores, 0, 1./7, 2./7, 3./7, 4./7, 5./7, 6./7, 1), append(d.Actual, false, false, true, false, true, false, true, true)
		for _, s := range d.Scores {
			d.Predicted = append(d.Predicted, s > 0.4)
		}
		days = append(days, d)
	}
	var scores []float64
	var predicted []bool
	for range 150 {
		s := float64(r.IntN(8)) / 7
		scores, predicted = append(scores, s), append(predicted, s > 0.4)
	}
	c, err := Calibrate(days)
	if err != nil {
		t.Fatal(err)
	}
	e := c.Estimate(scores, predicted, 0)
	accuracy, chance, calibration := naiveEstimate(days, scores, predicted)
	for name, pair := range map[string][2]float64{
		"accuracy": {e.Accuracy, accuracy}, "chance": {e.Chance, chance}, "calibration": {e.Calibration, calibration},
		"low":  {e.Low, accuracy - 1.959963984540054*math.Sqrt(chance*chance+calibration*calibration)},
		"high": {e.High, accuracy + 1.959963984540054*math.Sqrt(chance*chance+calibration*calibration)},
	} {
		if !(math.Abs(pair[0]-pair[1]) < 1e-12) {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
	if !e.Enough || e.Calibration <= 0 {
		t.Errorf("%+v", e)
	}
	// Standing for ten times as many, the outcomes vary less, but the sample itself varies.
	if of := c.Estimate(scores, predicted, 1500); of.Accuracy != e.Accuracy || of.Chance >= e.Chance || of.Chance <= e.Chance/math.Sqrt(10) {
		t.Errorf("a sample: %+v, all: %+v", of, e)
	}
}

// With perfectly calibrated scores the estimate is the accuracy, and the interval holds it nearly as often
// as it promises; with scores distorted the same way on both sides too, where the raw one is far off.
func TestEstimateHoldsItsPromise(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 8))
	rows := func(n int, distort func(float64) float64) (d Labelled) {
		for range n {
			p := r.Float64()
			d.Scores, d.Actual, d.Predicted = append(d.Scores, distort(p)), append(d.Actual, r.Float64() < p), append(d.Predicted, p >= 0.5)
		}
		return d
	}
	for name, distort := range map[string]func(float64) float64{
		"calibrated": func(p float64) float64 { return p },
		"distorted":  func(p float64) float64 { return 0.5 + 0.5*p*p*p },
	} {
		inside, off, raw := 0, 0.0, 0.0
		const tries = 100
		for range tries {
			var days []Labelled
			for range 25 {
				days = append(days, rows(40, distort))
			}
			c, err := Calibrate(days)
			if err != nil {
				t.Fatal(err)
			}
			recent := rows(300, distort)
			e := c.Estimate(recent.Scores, recent.Predicted, 0)
			var found Confusion
			for i, yes := range recent.Predicted {
				found.Count(yes, recent.Actual[i])
			}
			accuracy := found.Accuracy().Value()
			if accuracy >= e.Low && accuracy <= e.High {
				inside++
			}
			off += (e.Accuracy - accuracy) / tries
			raw += (ExpectedAccuracy(recent.Scores, recent.Predicted) - accuracy) / tries
		}
		t.Logf("%s: %d of %d inside, off by %.4f on average, raw by %.4f", name, inside, tries, off, raw)
		if inside < 90 || math.Abs(off) > 0.01 {
			t.Errorf("%s: %d of %d inside, off by %v", name, inside, tries, off)
		}
		if name == "distorted" && math.Abs(raw) < 0.03 {
			t.Errorf("the raw estimate is off by %v only: the distortion is none", raw)
		}
	}
}

func TestEstimateOfLittle(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	d := Labelled{Predicted: make([]bool, 400), Actual: make([]bool, 400), Scores: make([]float64, 400)}
	for i := range 400 {
		d.Scores[i] = r.Float64()
		d.Actual[i] = r.Float64() < d.Scores[i]
		d.Predicted[i] = d.Scores[i] > 0.5 && i > 300
	}
	part := func(from, to int) Labelled {
		return Labelled{d.Actual[from:to], d.Scores[from:to], d.Predicted[from:to]}
	}
	rare := make([]bool, 400)
	for i := range 9 {
		rare[i] = true
	}
	for name, days := range map[string][]Labelled{
		"nothing": nil, "empty days": make([]Labelled, 30), "few": {part(0, 199)}, "nine positives": {{rare, d.Scores, d.Predicted}},
	} {
		c, err := Calibrate(days)
		if err != nil {
			t.Fatal(err)
		}
		if e := c.Estimate([]float64{0.5}, []bool{true}, 0); e.Enough || !math.IsNaN(e.Accuracy) || !math.IsNaN(e.Low) || !math.IsNaN(e.Chance) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for name, days := range map[string][]Labelled{
		"one day": {d}, "one day among empty ones": {{}, d, {}}, "nearly all on one day": {part(0, 399), part(399, 400)},
		"no positive prediction": {part(0, 250)}, "two hundred": {part(200, 400)},
	} {
		c, err := Calibrate(days)
		if err != nil {
			t.Fatal(err)
		}
		if e := c.Estimate([]float64{0.7, 0.1}, []bool{true, false}, 0); !e.Enough || !(e.Calibration > 0) || !(e.Low < e.Accuracy && e.Accuracy < e.High) {
			t.Errorf("%s: %+v", name, e)
		}
		if e := c.Estimate(nil, nil, 0); e.Enough || !math.IsNaN(e.Accuracy) {
			t.Errorf("%s: of no prediction %+v", name, e)
		}
	}
	if !math.IsNaN(ExpectedAccuracy(nil, nil)) {
		t.Error("the expected accuracy of nothing has a value")
	}
}

// For the very rows that were calibrated on, the estimate is their accuracy.
func TestEstimateOfItself(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	var d Labelled
	var found Confusion
	for range 1000 {
		s := r.Float64()
		d.Scores, d.Actual, d.Predicted = append(d.Scores, s), append(d.Actual, r.Float64() < s/2), append(d.Predicted, s > 0.8)
		found.Count(s > 0.8, d.Actual[len(d.Actual)-1])
	}
	c, err := Calibrate([]Labelled{d})
	if err != nil {
		t.Fatal(err)
	}
	if e := c.Estimate(d.Scores, d.Predicted, 0); math.Abs(e.Accuracy-found.Accuracy().Value()) > 1e-12 {
		t.Errorf("%v, found %v", e.Accuracy, found.Accuracy().Value())
	}
}
