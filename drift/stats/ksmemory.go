package stats

import "slices"

// memory finds the largest gap of two unsorted samples.
func (s *search) memory(recent, baseline []float64) error {
	for k, xs := range [2][]float64{recent, baseline} {
		name := [2]string{nameRecent, nameBaseline}[k]
		if len(xs) == 0 {
			return &SampleError{Sample: name, Index: -1, Reason: ErrEmpty}
		}
		for i, x := range xs {
			if x != x {
				return &SampleError{Sample: name, Index: i, Value: x, Reason: ErrNaN}
			}
		}
	}
	x, y := slices.Clone(recent), slices.Clone(baseline)
	slices.Sort(x)
	slices.Sort(y)
	s.merge(x, y, 0, 0)
	return nil
}
