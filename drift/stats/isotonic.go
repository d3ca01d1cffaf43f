package stats

import "slices"

// isotonic turns scores into probabilities by a step function that never falls.
type isotonic struct{ levels []tread }

// tread is a stretch of scores with one probability, k/n of its outcomes.
type tread struct {
	low, high float64
	k, n      int
}

func (l tread) share() float64 { return float64(l.k) / float64(l.n) }

// pool fits one to outcomes counted by distinct score, in ascending order, by least squares: the
// pool-adjacent-violators algorithm makes one tread of neighbours that do not rise, with the share of
// positives of both. So the mean over the outcomes it was fitted to is their share of positives. Fractions
// are compared as integers; what counts no outcome is left out, and one outcome there has to be.
//
// Source: Ayer et al. (1955), Annals of Mathematical Statistics 26; for calibration Zadrozny and Elkan
// (2002), KDD.
func pool(distinct []tread) isotonic {
	out := make([]tread, 0, len(distinct))
	for _, l := range distinct {
		if l.n == 0 {
			continue
		}
		for len(out) > 0 {
			before := out[len(out)-1]
			if before.k*l.n < l.k*before.n {
				break
			}
			l = tread{before.low, l.high, before.k + l.k, before.n + l.n}
			out = out[:len(out)-1]
		}
		out = append(out, l)
	}
	return isotonic{out}
}

// at returns the probability of a score: that of its tread, between two treads on the straight line that
// joins them, beyond the first and the last theirs.
func (f isotonic) at(score float64) float64 {
	i, _ := slices.BinarySearchFunc(f.levels, score, func(l tread, s float64) int {
		switch {
		case l.high < s:
			return -1
		case l.high > s:
			return 1
		}
		return 0
	})
	switch {
	case i == len(f.levels):
		return f.levels[i-1].share()
	case i == 0 || score >= f.levels[i].low:
		return f.levels[i].share()
	}
	a, b := f.levels[i-1], f.levels[i]
	part := (score - a.high) / (b.low - a.high)
	return a.share() + part*(b.share()-a.share())
}
