package logistic

import (
	"gonum.org/v1/gonum/floats"
)

// innerTolerance is how far conjugate gradients reduce the Newton system: enough for the outer
// iterations to gain four digits each.
const innerTolerance = 1e-4

// conjugateGradients sets step to a solution of H·step = −g, preconditioned by the diagonal of H.
func (s *solver) conjugateGradients() {
	n := len(s.x)
	curve := make([]float64, s.design.rows)
	for start := 0; start < s.design.rows; start += blockRows {
		_, part := s.derivatives(start)
		copy(curve[start:], part)
	}
	inverse := s.inverseDiagonal(curve)
	left, ahead, product := make([]float64, n), make([]float64, n), make([]float64, n)
	pre, along := make([]float64, n), make([]float64, s.design.rows)
	clear(s.step)
	floats.ScaleTo(left, -1, s.grad)
	floats.MulTo(pre, left, inverse)
	copy(ahead, pre)
	enough := innerTolerance * floats.Norm(left, 2)
	rho := floats.Dot(left, pre)
	for range 2 * n {
		s.curvatureTimes(product, along, curve, ahead)
		alpha := rho / floats.Dot(ahead, product)
		floats.AddScaled(s.step, alpha, ahead)
		floats.AddScaled(left, -alpha, product)
		if floats.Norm(left, 2) <= enough {
			return
		}
		floats.MulTo(pre, left, inverse)
		next := floats.Dot(left, pre)
		floats.Scale(next/rho, ahead)
		floats.Add(ahead, pre)
		rho = next
	}
}

// inverseDiagonal returns 1/Hⱼⱼ for the given second derivatives of the loss by the margins.
func (s *solver) inverseDiagonal(curve []float64) []float64 {
	d := s.design
	diagonal := make([]float64, len(s.x))
	for start := 0; start < d.rows; start += blockRows {
		part := curve[start : start+d.block(start)]
		for j := range d.dense {
			x := d.column(start, j)
			floats.MulTo(s.scaled[:len(x)], x, x)
			diagonal[j] += floats.Dot(s.scaled[:len(x)], part)
		}
		for _, group := range d.groups {
			for i, c := range group[start : start+len(part)] {
				if c >= 0 {
					diagonal[c] += part[i]
				}
			}
		}
		diagonal[d.cols] += floats.Sum(part)
	}
	for j := range diagonal {
		h := s.c * diagonal[j]
		if j < d.cols {
			h++
		}
		diagonal[j] = 1
		if h > 0 {
			diagonal[j] = 1 / h
		}
	}
	return diagonal
}

// curvatureTimes sets dst to H·v; along is room for a value a row.
func (s *solver) curvatureTimes(dst, along, curve, v []float64) {
	d := s.design
	s.margins(along, v)
	floats.Mul(along, curve)
	clear(dst)
	for start := 0; start < d.rows; start += blockRows {
		s.addProducts(dst, start, along[start:start+d.block(start)])
	}
	floats.Scale(s.c, dst)
	floats.Add(dst[:d.cols], v[:d.cols])
}
