package stats

import "math"

// Confusion counts the outcomes of a binary classifier.
type Confusion struct{ TP, FP, FN, TN int }

// Count adds one prediction with its outcome.
func (c *Confusion) Count(predicted, actual bool) {
	switch {
	case predicted && actual:
		c.TP++
	case predicted:
		c.FP++
	case actual:
		c.FN++
	default:
		c.TN++
	}
}

// Add returns the counts of both together.
func (c Confusion) Add(o Confusion) Confusion {
	return Confusion{c.TP + o.TP, c.FP + o.FP, c.FN + o.FN, c.TN + o.TN}
}

// N returns the number of outcomes.
func (c Confusion) N() int { return c.TP + c.FP + c.FN + c.TN }

// Accuracy returns the correct ones of all.
func (c Confusion) Accuracy() Proportion { return Proportion{c.TP + c.TN, c.N()} }

// Precision returns the true ones of those predicted positive.
func (c Confusion) Precision() Proportion { return Proportion{c.TP, c.TP + c.FP} }

// Recall returns the found ones of those positive.
func (c Confusion) Recall() Proportion { return Proportion{c.TP, c.TP + c.FN} }

// F1 returns 2TP of 2TP + FP + FN, the harmonic mean of precision and recall.
func (c Confusion) F1() Proportion { return Proportion{2 * c.TP, 2*c.TP + c.FP + c.FN} }

// Classification holds the metrics of a binary classifier over a set of
// outcomes. NaN means undefined for this set.
type Classification struct {
	Confusion
	Accuracy, Precision, Recall, F1 float64
	ROCAUC                          float64 // undefined with one class only
	PRAUC                           float64 // average precision; undefined without positives
	Brier, LogLoss, ECE             float64
	MeanScore                       float64
}

// Classify computes all metrics. actual, scores and predicted belong together
// by index. A score that is not within 0 to 1 gives a [SampleError], and slices
// of different lengths too. With no outcome at all every metric is NaN.
func Classify(actual []bool, scores []float64, predicted []bool) (Classification, error) {
	if err := checkLabelled(actual, scores); err != nil {
		return Classification{}, err
	}
	if len(predicted) != len(scores) {
		return Classification{}, &SampleError{Index: -1, Reason: ErrLength}
	}
	var c Classification
	for i := range scores {
		c.Count(predicted[i], actual[i])
	}
	c.Accuracy = c.Confusion.Accuracy().Value()
	c.Precision = c.Confusion.Precision().Value()
	c.Recall = c.Confusion.Recall().Value()
	c.F1 = c.Confusion.F1().Value()
	c.Brier, c.LogLoss = meanLosses(actual, scores)
	c.ECE = calibrationError(actual, scores)
	r := rank(actual, scores)
	c.ROCAUC, c.PRAUC = r.ROCAUC(), r.AveragePrecision()
	c.MeanScore = Mean(scores)
	return c, nil
}

// checkLabelled refuses slices of different lengths and a score that is not within 0 to 1.
func checkLabelled(actual []bool, scores []float64) error {
	if len(actual) != len(scores) {
		return &SampleError{Index: -1, Reason: ErrLength}
	}
	for i, s := range scores {
		if !(s >= 0 && s <= 1) {
			return &SampleError{Index: i, Value: s, Reason: ErrRange}
		}
	}
	return nil
}

// clip is the distance from 0 and 1 that log loss keeps: numpy's float64 eps.
const clip = 2.220446049250313e-16

// meanLosses returns the Brier score, the mean of (score − label)², and the log
// loss, the mean of −ln of the probability given to what happened.
func meanLosses(actual []bool, scores []float64) (brier, logLoss float64) {
	var squares, logs compensated
	for i, s := range scores {
		p := math.Min(math.Max(s, clip), 1-clip)
		if actual[i] {
			squares.add((1 - s) * (1 - s))
			logs.add(-math.Log(p))
		} else {
			squares.add(s * s)
			logs.add(-math.Log(1 - p))
		}
	}
	n := float64(len(scores))
	return squares.value() / n, logs.value() / n
}

// calibrationBins is the number of bins of the expected calibration error.
const calibrationBins = 10

// calibrationBin is the bin of a score within 0 to 1: min(⌊10·score⌋, 9).
func calibrationBin(score float64) int { return min(int(calibrationBins*score), calibrationBins-1) }

// calibrationError returns Σ |Σ score − positives| / n over ten bins of equal
// width, index min(⌊10·score⌋, 9).
func calibrationError(actual []bool, scores []float64) float64 {
	var surplus [calibrationBins]compensated
	for i, s := range scores {
		bin := &surplus[calibrationBin(s)]
		bin.add(s)
		if actual[i] {
			bin.add(-1)
		}
	}
	var sum compensated
	for k := range surplus {
		sum.add(math.Abs(surplus[k].value()))
	}
	return sum.value() / float64(len(scores))
}
