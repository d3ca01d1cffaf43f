package stats

// ReliabilityBin compares scores with what happened in one of ten bins of equal width, those of the
// expected calibration error.
type ReliabilityBin struct {
	Low, High float64    // its edges; a score on an edge goes up, 1 belongs to the last
	Positives Proportion // positives of its outcomes; N is 0 in an empty bin
	MeanScore float64    // NaN in an empty bin
}

// Reliability returns the ten bins of a reliability diagram. Σ N·|MeanScore − positive share|/n over them
// is the expected calibration error. The interval of a bin is Positives.Wilson(). A score that is not
// within 0 to 1 gives a [SampleError], and slices of different lengths too.
func Reliability(actual []bool, scores []float64) ([]ReliabilityBin, error) {
	if err := checkLabelled(actual, scores); err != nil {
		return nil, err
	}
	bins := make([]ReliabilityBin, calibrationBins)
	sums := make([]compensated, calibrationBins)
	for i, s := range scores {
		k := calibrationBin(s)
		sums[k].add(s)
		bins[k].Positives.N++
		if actual[i] {
			bins[k].Positives.K++
		}
	}
	for k := range bins {
		b := &bins[k]
		b.Low, b.High = float64(k)/calibrationBins, float64(k+1)/calibrationBins
		b.MeanScore = sums[k].value() / float64(b.Positives.N) // 0/0 is NaN
	}
	return bins, nil
}
