package stats

import "math"

// Moments are the size, mean and spread of a sample, in a form that can be
// added up without going back to the values.
type Moments struct {
	N    int     // number of values
	Mean float64 // arithmetic mean; 0 for N = 0
	M2   float64 // Σ (x − Mean)², ≥ 0; +Inf where values are beyond about 1e154
}

// MomentsOf computes the moments of xs in two passes with compensated sums.
// All values must be finite.
func MomentsOf(xs []float64) Moments {
	if len(xs) == 0 {
		return Moments{}
	}
	n := float64(len(xs))
	var sum compensated
	for _, x := range xs {
		sum.add(x / n) // dividing first keeps values near the largest float finite
	}
	m := Moments{N: len(xs), Mean: sum.value()}
	var squares, rest compensated
	for _, x := range xs {
		d := x - m.Mean
		squares.add(d * d)
		rest.add(d)
	}
	r := rest.value()
	m.Mean += r / n
	m.M2 = math.Max(0, squares.value()-r*r/n)
	return m
}

// Add returns the moments of both samples together. Source: Chan, Golub and
// LeVeque (1979).
func (m Moments) Add(o Moments) Moments {
	if m.N == 0 {
		return o
	}
	if o.N == 0 {
		return m
	}
	n1, n2 := float64(m.N), float64(o.N)
	n := n1 + n2
	d := o.Mean - m.Mean
	return Moments{
		N:    m.N + o.N,
		Mean: m.Mean + d*(n2/n),
		M2:   m.M2 + o.M2 + d*d*(n1/n*n2),
	}
}

// SD returns the population standard deviation √(M2/N), NaN for N = 0.
func (m Moments) SD() float64 { return math.Sqrt(m.M2 / float64(m.N)) }

// Mean returns the arithmetic mean of xs, NaN for none.
func Mean(xs []float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	return MomentsOf(xs).Mean
}

// compensated is a sum after Neumaier, which keeps what a plain sum loses.
type compensated struct{ sum, lost float64 }

func (c *compensated) add(x float64) {
	t := c.sum + x
	if math.Abs(c.sum) >= math.Abs(x) {
		c.lost += float64(c.sum-t) + x
	} else {
		c.lost += float64(x-t) + c.sum
	}
	c.sum = t
}

func (c *compensated) value() float64 {
	if v := c.sum + c.lost; !math.IsNaN(v) {
		return v
	}
	return c.sum
}
