package stats

import "math"

// Confidence-based performance estimation: how accurate predictions will turn out to be, from their scores
// alone, before any outcome is known. It is right as long as a score means what it meant when it was
// calibrated, whatever scores come in; a change of what leads to the outcome (concept drift) it cannot see.
//
// Source: the method is that of NannyML (Kuberski and others), documented as "Confidence-based performance
// estimation"; the interval is ours.

// ExpectedAccuracy returns the mean of the probabilities that each prediction is right, a score taken as
// the probability of the positive outcome: the score where it was predicted, else 1 − score. With a
// threshold of 0.5 that is the mean of max(p, 1−p). NaN for no prediction.
func ExpectedAccuracy(scores []float64, predicted []bool) float64 {
	return expected(scores, predicted, func(s float64, predicted bool) float64 {
		if predicted {
			return s
		}
		return 1 - s
	})
}

// expected is the mean of the probabilities that each prediction is right; NaN for no prediction.
func expected(scores []float64, predicted []bool, right func(score float64, predicted bool) float64) float64 {
	var sum compensated
	for i, s := range scores {
		sum.add(right(s, predicted[i]))
	}
	return sum.value() / float64(len(scores))
}

// The least that scores are calibrated on: outcomes, and of those of either class. With fewer the steps of
// an isotonic fit follow chance. A fit for one kind of prediction alone needs LeastOfClass of them too.
const (
	LeastCalibration = 200
	LeastOfClass     = 10
)

// Labelled is outcomes with their scores and what was predicted, of one day.
type Labelled struct {
	Actual    []bool
	Scores    []float64
	Predicted []bool
}

// AccuracyEstimate is an estimated accuracy. All of it is NaN, and Enough false, where there is too little
// to calibrate on or nothing to estimate.
type AccuracyEstimate struct {
	Accuracy float64
	// Interval holds the accuracy that is going to be found with about 95 %: normal, from both sources of
	// error below, cut off at 0 and 1.
	Interval
	Chance      float64 // standard error of the outcomes, where the probabilities are right
	Calibration float64 // standard error of the probabilities
	Outcomes    int     // that were calibrated on
	Enough      bool
}

// Calibrated is a calibration of scores with what its uncertainty is judged by.
type Calibrated struct {
	all    calibration
	least  []calibration // with one block left out
	shares []float64     // of the outcomes in that block
	n      int
	enough bool
}

// calibration holds the probability of the positive outcome by score, for negative and positive predictions.
type calibration [2]isotonic

// right is the probability that a prediction is right.
func (c calibration) right(score float64, predicted bool) float64 {
	if predicted {
		return c[1].at(score)
	}
	return 1 - c[0].at(score)
}

// Calibrate fits isotonic regressions to the outcomes of some days, in the order of the days.
//
// Isotonic and not Platt's sigmoid: it supposes no more than that a higher score does not mean a lower
// probability, so that it mends scores distorted in any other way (a model trained on a rebalanced set, or
// boosted), and where it has some hundred outcomes or more it is the better of both (Niculescu-Mizil and
// Caruana, 2005, ICML). With fewer than 200 outcomes, or fewer than 10 of a class, nothing is estimated.
//
// Positive and negative predictions have a fit each. One fit over both puts too much above the threshold
// and too little below (the sum of its upper values is never below that of the outcomes), and so promises
// more than is found; each of two keeps its mean, so that the estimate for the very rows that were
// calibrated on is their accuracy. Where there are fewer than 10 of one kind it takes the fit over both.
//
// Its uncertainty comes from the jackknife over blocks: neighbouring days, so that what days have in common
// does not pass for knowledge; where there are fewer than ten days, parts of days. A day whose slices differ
// in length or that has a score beyond 0 to 1 gives a [SampleError].
func Calibrate(days []Labelled) (Calibrated, error) {
	var filled []Labelled
	for _, d := range days {
		if err := checkLabelled(d.Actual, d.Scores); err != nil {
			return Calibrated{}, err
		}
		if len(d.Predicted) != len(d.Scores) {
			return Calibrated{}, &SampleError{Index: -1, Reason: ErrLength}
		}
		if len(d.Scores) > 0 {
			filled = append(filled, d)
		}
	}
	t := newTable(filled)
	c := Calibrated{n: t.k + t.rest}
	if c.n < LeastCalibration || min(t.k, t.rest) < LeastOfClass {
		return c, nil
	}
	c.enough, c.all = true, t.fit(nil)
	for _, b := range t.blocks {
		if len(b) > 0 {
			c.least, c.shares = append(c.least, t.fit(b)), append(c.shares, float64(len(b))/float64(c.n))
		}
	}
	return c, nil
}

// Estimate estimates the accuracy of predictions. of is how many predictions these stand for, where they
// are a sample; fewer than there are means that they are all.
func (c Calibrated) Estimate(scores []float64, predicted []bool, of int) AccuracyEstimate {
	nan := math.NaN()
	e := AccuracyEstimate{Accuracy: nan, Interval: Interval{nan, nan}, Chance: nan, Calibration: nan, Outcomes: c.n}
	if !c.enough || len(scores) == 0 {
		return e
	}
	e.Enough = true
	e.Accuracy = expected(scores, predicted, c.all.right)
	e.Chance = c.chance(scores, predicted, e.Accuracy, max(of, len(scores)))
	e.Calibration = c.jackknife(scores, predicted, e.Accuracy)
	half := z95 * math.Hypot(e.Chance, e.Calibration)
	e.Interval = Interval{math.Max(0, e.Accuracy-half), math.Min(1, e.Accuracy+half)}
	return e
}

// chance is √(Σ q(1−q))/n, the standard deviation of a Poisson-binomial share, and where the predictions
// are a sample, that of its mean with it.
func (c Calibrated) chance(scores []float64, predicted []bool, mean float64, of int) float64 {
	var outcomes, spread compensated
	for i, s := range scores {
		q := c.all.right(s, predicted[i])
		outcomes.add(q * (1 - q))
		spread.add((q - mean) * (q - mean))
	}
	n := float64(len(scores))
	left := 1 - n/float64(of) // 0 where they are all
	return math.Sqrt(outcomes.value()/n/float64(of) + left*spread.value()/(n*n))
}

// jackknife is the standard error by leaving out one block at a time, blocks of unequal size weighted:
//
//	v = 1/g · Σ (τ_b − θ_J)²/(h_b − 1),   h_b = n/n_b,   τ_b = h_b·θ − (h_b − 1)·θ_(b),   θ_J = mean of τ weighted by 1/h
//
// Source: Busing, Meijer and van der Leeden (1999), Statistics and Computing 9.
func (c Calibrated) jackknife(scores []float64, predicted []bool, all float64) float64 {
	pseudo := make([]float64, len(c.least))
	var centre, sum compensated
	for b, without := range c.least {
		h := 1 / c.shares[b]
		pseudo[b] = h*all - (h-1)*expected(scores, predicted, without.right)
		centre.add(pseudo[b] / h)
	}
	for b, tau := range pseudo {
		d := tau - centre.value()
		sum.add(d * d / (1/c.shares[b] - 1))
	}
	return math.Sqrt(sum.value() / float64(len(pseudo)))
}
