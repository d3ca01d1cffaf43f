package logistic

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// drawn returns margins and outcomes whose true probability is shape(margin).
func drawn(n int, shape func(float64) float64) ([]float64, []bool) {
	r := rand.New(rand.NewPCG(5, 7))
	margins, label := make([]float64, n), make([]bool, n)
	for i := range n {
		margins[i] = 2 * r.NormFloat64()
		label[i] = r.Float64() < shape(margins[i])
	}
	return margins, label
}

func TestCalibrate(t *testing.T) {
	stair := func(z float64) float64 {
		if math.Abs(z) < 1 {
			return 0.5
		}
		return sigmoid(math.Copysign(0.8, z))
	}
	for name, c := range map[string]struct {
		n     int
		shape func(float64) float64
		want  []string
	}{
		"calibrated":      {4000, sigmoid, []string{uncalibrated}},
		"over-confident":  {4000, func(z float64) float64 { return sigmoid(z/4 + 1) }, []string{platt, isotonic}},
		"few":             {300, func(z float64) float64 { return sigmoid(z/8 + 1) }, []string{platt}},
		"a stair":         {8000, stair, []string{isotonic}},
		"too few":         {199, func(z float64) float64 { return sigmoid(z/8 + 1) }, []string{uncalibrated}},
		"the wrong way":   {4000, func(z float64) float64 { return sigmoid(-z) }, []string{uncalibrated, isotonic}},
		"hardly any true": {4000, func(z float64) float64 { return 0.001 }, []string{uncalibrated}},
	} {
		margins, label := drawn(c.n, c.shape)
		got, tried, err := calibrate(t.Context(), margins, label)
		if err != nil || !slices.Contains(c.want, got.Method) {
			t.Errorf("%s: %s, tried %+v, %v", name, got.Method, tried, err)
		}
		if err := got.check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		last := 0.0
		for z := -30.0; z < 30; z += 0.01 {
			s := got.apply(z)
			if s < last || s > 1 {
				t.Fatalf("%s: the score of %v is %v after %v", name, z, s, last)
			}
			last = s
		}
	}
	margins, label := drawn(400, sigmoid)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := calibrate(ctx, margins, label); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestCalibrationThatTurnsRound: the earlier rows teach a rising calibration that helps on the later ones,
// and all together one that falls: it would turn the order of the scores round.
func TestCalibrationThatTurnsRound(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 7))
	margins, label := make([]float64, 300), make([]bool, 300)
	for i := range margins {
		margins[i] = 2 * r.NormFloat64()
		if i < 180 {
			label[i] = r.Float64() < sigmoid(margins[i]/8)
		} else {
			label[i] = r.Float64() < sigmoid(-margins[i]/4)
		}
	}
	if c, ok, err := teach(t.Context(), platt, margins, label); ok || err != nil || c.Slope >= 0 {
		t.Fatalf("taught by all: %+v, %t, %v", c, ok, err)
	}
	c, tried, err := calibrate(t.Context(), margins, label)
	if err != nil || len(tried) != 2 || tried[1].LogLoss >= tried[0].LogLoss || tried[1].ECE >= tried[0].ECE {
		t.Fatalf("tried %+v, %v", tried, err)
	}
	if c.Method != uncalibrated || c.apply(1) <= c.apply(-1) {
		t.Errorf("calibrated by %+v", c)
	}
}

// By hand, in the order of margins: 0 | 1 0 0 | 1 1, the last two equal; each with half a row of
// either class besides.
func TestRisingLine(t *testing.T) {
	margins, label := []float64{4, 1, 2, 3, 3, 5}, []bool{true, false, true, false, false, true}
	c := risingLine(margins, label, 1)
	// 0.5 of 2, then 1.5 of 4, then 2.5 of 3.
	if want := []float64{1, 8.0 / 3, 4.5}; !slices.Equal(c.Margins, want) {
		t.Errorf("pools at %v, want %v", c.Margins, want)
	}
	if want := []float64{0.25, 0.375, 2.5 / 3}; !slices.Equal(c.Scores, want) {
		t.Errorf("pools of %v, want %v", c.Scores, want)
	}
	// The first pool joins the second, as it has one row only, the third is large enough.
	c = risingLine(margins, label, 2)
	if want := []float64{9.0 / 4, 4.5}; !slices.Equal(c.Margins, want) {
		t.Errorf("pools at %v, want %v", c.Margins, want)
	}
	same := risingLine([]float64{2, 2, 2, 2}, []bool{true, false, false, false}, 1)
	if len(same.Margins) != 1 || same.Scores[0] != 0.3 || same.apply(-9) != 0.3 || same.apply(9) != 0.3 {
		t.Errorf("%+v", same)
	}
	// What half a row makes fall is pooled: 0 of 1, then 1 of 100.
	fell := poolViolators(smooth([]pool{{1, 0, 0}, {100, 1, 100}}, 1))
	if len(fell) != 1 || fell[0].rows != 103 || fell[0].positives != 2 {
		t.Errorf("%+v", fell)
	}
}

func TestChooseThreshold(t *testing.T) {
	asked := map[string]float64{"precision": 0.6, "recall": 0.5}
	scores := make([]float64, 100)
	label := make([]bool, 100)
	for i := range scores {
		scores[i] = float64(i) / 200
		label[i] = i >= 80
	}
	for _, kind := range []string{drift.FraudDetector, drift.ConflictPredictor} {
		if got := chooseThreshold(kind, asked, scores, label); math.Abs(got-79.5/200) > 1e-12 {
			t.Errorf("%s: separable rows are cut at %v", kind, got)
		}
	}
	if got := chooseThreshold(drift.FraudDetector, asked, scores, make([]bool, 100)); got != 0.5 {
		t.Errorf("one class is cut at %v", got)
	}
	if got := chooseThreshold(drift.FraudDetector, asked, scores[:49], label[51:]); got != 0.5 {
		t.Errorf("few rows are cut at %v", got)
	}
	// Accuracy alone would predict nothing: of the rows from 0.5 on, four in ten come true.
	for i := range scores {
		scores[i] = 0.1
		if label[i] = i%20 == 0; i >= 50 {
			scores[i], label[i] = 0.4+float64(i)/1000, i%5 < 2
		}
	}
	if got := chooseThreshold(drift.ConflictPredictor, asked, scores, label); got > 0.47 {
		t.Errorf("recall is given up for accuracy at %v", got)
	}
	if got := chooseThreshold(drift.ConflictPredictor, nil, scores, label); got < 0.47 {
		t.Errorf("nobody asks for recall, and accuracy is given up for it at %v", got)
	}
	tiny := slices.Repeat([]float64{5e-324, 0}, 50)
	for i := range label {
		label[i] = i%2 == 0
	}
	if got := chooseThreshold(drift.FraudDetector, asked, tiny, label); got != 5e-324 {
		t.Errorf("two neighbouring floats are cut at %v", got)
	}
}

// TestThresholdByWhatIsAsked: of rows whose share of true ones rises with the score, the cut moves with
// the precision and the recall that the settings ask for.
func TestThresholdByWhatIsAsked(t *testing.T) {
	var scores []float64
	var label []bool
	for step := 1; step <= 9; step++ { // a step of the score is the share that comes true
		for i := range 100 {
			scores, label = append(scores, float64(step)/10), append(label, i < 10*step)
		}
	}
	for _, c := range []struct{ precision, recall, want float64 }{
		{0.6, 0.5, 0.5},   // the most accurate cut keeps both
		{0.6, 0.9, 0.25},  // nine in ten are found from 0.3 on, at a precision of 0.6
		{0.85, 0.3, 0.75}, // of those from 0.8 on, 85 in a hundred come true
	} {
		got := chooseThreshold(drift.ConflictPredictor, map[string]float64{"precision": c.precision, "recall": c.recall}, scores, label)
		if math.Abs(got-c.want) > 0.051 {
			t.Errorf("precision %v and recall %v cut at %v, want %v", c.precision, c.recall, got, c.want)
		}
	}
}
