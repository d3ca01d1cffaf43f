package stats

import "slices"

// Comparison is everything that is said of two samples of scores.
type Comparison struct {
	KS             KSResult
	PSI            float64 // population stability index, ≥ 0
	JS             float64 // Jensen-Shannon distance, 0 to 1
	W1             float64 // first Wasserstein distance, in the unit of the values
	Wasserstein    float64 // W1 / max(SDBaseline, 0.001)
	MeanRecent     float64
	MeanBaseline   float64
	SDBaseline     float64 // population standard deviation
	Edges          []float64
	CountsRecent   []int // counts per bin of Edges, one more than edges
	CountsBaseline []int
}

// Compare compares two samples of any finite numbers, one value or more each.
// They need not be sorted and are not changed; it works on sorted copies.
func Compare(recent, baseline []float64, rule PRule) (Comparison, error) {
	if err := checkPair(recent, baseline); err != nil {
		return Comparison{}, err
	}
	x, y := slices.Clone(recent), slices.Clone(baseline)
	slices.Sort(x)
	slices.Sort(y)
	ks, err := KSSorted(x, y, rule)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{KS: ks, W1: Wasserstein(x, y)}
	c.setMoments(MomentsOf(x), MomentsOf(y))
	edges := BaselineEdges(y)
	c.setShares(edges, BinCounts(x, edges), BinCounts(y, edges))
	return c, nil
}

// setMoments fills in what follows from the moments, and from W1.
func (c *Comparison) setMoments(recent, baseline Moments) {
	c.MeanRecent, c.MeanBaseline = recent.Mean, baseline.Mean
	c.SDBaseline = baseline.SD()
	c.Wasserstein = NormalisedWasserstein(c.W1, c.SDBaseline)
}

// setShares fills in what follows from the counts per decile bin.
func (c *Comparison) setShares(edges []float64, recent, baseline []int) {
	c.Edges, c.CountsRecent, c.CountsBaseline = edges, recent, baseline
	c.PSI = PSI(recent, baseline)
	c.JS = JensenShannon(recent, baseline)
}
