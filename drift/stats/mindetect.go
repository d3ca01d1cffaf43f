package stats

import "math"

// exactProduct is the size n1·n2 up to which MinDetectableD uses exact p-values.
const exactProduct = 1_000_000

// MinDetectableD returns the smallest D two samples of n1 and n2 values could
// show with p < cutOff: the smallest multiple of gcd(n1,n2)/(n1·n2), at most 1,
// whose p is below it. p is exact where n1·n2 ≤ 10⁶, else the limit. NaN where
// even D = 1 is not below the cut-off, and where a sample is empty.
func MinDetectableD(n1, n2 int, cutOff float64) float64 {
	if n1 <= 0 || n2 <= 0 {
		return math.NaN()
	}
	a, b := uint64(n1), uint64(n2)
	step := gcd(a, b)
	most := a / step * b // at most 2⁶³ steps make D = 1 for any sizes in use
	size := mul128(a, b)
	exact := size.Hi == 0 && size.Lo <= exactProduct
	below := func(k uint64) bool {
		d := mul128(k, step)
		if exact {
			return pExact(d, n1, n2) < cutOff
		}
		return PLimit(d.quotient(a, b), n1, n2) < cutOff
	}
	if !below(most) {
		return math.NaN()
	}
	low, high := uint64(0), most // p at low is not below, p at high is
	for high-low > 1 {
		if middle := low + (high-low)/2; below(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return mul128(high, step).quotient(a, b)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
