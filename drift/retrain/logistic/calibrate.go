package logistic

import (
	"context"
	"sort"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// The ways from a margin to a score.
const (
	uncalibrated = "none"     // the logistic function alone
	platt        = "platt"    // the logistic function of slope·margin + intercept
	isotonic     = "isotonic" // a rising line through the points
)

// How many validated rows each way needs, and of each class; a rising line follows chance where
// there are few.
const (
	plattRows, plattClass       = 200, 20
	isotonicRows, isotonicClass = 1000, 100
)

// calibrationShare of the validated rows, the earlier ones, teach a calibration that is then
// judged by the later ones.
const calibrationShare = 0.6

// plattStrength leaves slope and intercept all but unpenalised.
const plattStrength = 1e6

// Calibration turns a margin into a score.
type Calibration struct {
	Method    string    `json:"method"`
	Slope     float64   `json:"slope"`
	Intercept float64   `json:"intercept"`
	Margins   []float64 `json:"margins,omitempty"` // of the points, rising
	Scores    []float64 `json:"scores,omitempty"`  // never falling
}

// apply returns the score of a margin.
func (c *Calibration) apply(margin float64) float64 {
	if c.Method != isotonic {
		return sigmoid(c.Slope*margin + c.Intercept)
	}
	k := sort.SearchFloat64s(c.Margins, margin)
	switch {
	case k == 0:
		return c.Scores[0]
	case k == len(c.Margins):
		return c.Scores[k-1]
	}
	share := (margin - c.Margins[k-1]) / (c.Margins[k] - c.Margins[k-1])
	score := c.Scores[k-1] + share*(c.Scores[k]-c.Scores[k-1])
	return max(c.Scores[k-1], min(c.Scores[k], score)) // rounding must not leave the interval
}

func (c *Calibration) scores(margins []float64) []float64 {
	out := make([]float64, len(margins))
	for i, z := range margins {
		out[i] = c.apply(z)
	}
	return out
}

// Calibrated is what one way of calibration reached on rows later than those that taught it.
type Calibrated struct {
	Method  string       `json:"method"`
	LogLoss drift.Number `json:"log_loss"`
	ECE     drift.Number `json:"ece"`
}

// calibrate chooses a way: one that lowers log loss and calibration error both on the later of
// the validated rows, the lower log loss first; else none. What was chosen is then taught by all.
func calibrate(ctx context.Context, margins []float64, label []bool) (Calibration, []Calibrated, error) {
	plain := Calibration{Method: uncalibrated, Slope: 1}
	cut := int(calibrationShare * float64(len(margins)))
	judge := func(c Calibration) Calibrated {
		scores := c.scores(margins[cut:])
		r, _ := stats.Classify(label[cut:], scores, make([]bool, len(scores))) // scores are within 0 to 1
		return Calibrated{c.Method, drift.Number(r.LogLoss), drift.Number(r.ECE)}
	}
	if len(margins) < plattRows {
		return plain, nil, nil
	}
	tried := []Calibrated{judge(plain)}
	best := tried[0]
	for _, method := range []string{platt, isotonic} {
		c, ok, err := teach(ctx, method, margins[:cut], label[:cut])
		if err != nil {
			return plain, nil, err
		}
		if !ok {
			continue
		}
		r := judge(c)
		tried = append(tried, r)
		if r.LogLoss < best.LogLoss && r.ECE < tried[0].ECE {
			best = r
		}
	}
	if best.Method == uncalibrated {
		return plain, tried, nil
	}
	c, ok, err := teach(ctx, best.Method, margins, label)
	if err != nil || !ok { // on all rows together a higher margin may mean a lower score
		return plain, tried, err
	}
	return c, tried, nil
}

// teach learns a calibration; ok is false where the rows are too few, of one class, or say that
// a higher margin means a lower score.
func teach(ctx context.Context, method string, margins []float64, label []bool) (c Calibration, ok bool, err error) {
	positives := 0
	for _, y := range label {
		if y {
			positives++
		}
	}
	rarer := min(positives, len(label)-positives)
	// The earlier share counts here, hence not the whole of what is asked for.
	if method == isotonic {
		if float64(len(label)) < calibrationShare*isotonicRows || rarer < isotonicClass {
			return c, false, nil
		}
		return risingLine(margins, label, poolRows), true, nil
	}
	if rarer < plattClass {
		return c, false, nil
	}
	d := NewDesign(label, 1)
	d.SetColumn(0, margins)
	s, err := Fit(ctx, d, plattStrength)
	if err != nil {
		return c, false, err
	}
	return Calibration{Method: platt, Slope: s.Weights[0], Intercept: s.Intercept}, s.Weights[0] > 0, nil
}
