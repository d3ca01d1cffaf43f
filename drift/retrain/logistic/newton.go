package logistic

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/driftwatch/driftwatch/drift"
)

// Where a fit ends: at a gradient this small beside the one at the origin; where rounding stops
// the descent earlier, the fit still counts as converged up to the looser bound.
const (
	tolerance      = 1e-10
	looseTolerance = 1e-8
	maxIterations  = 100
)

// directCols is up to how many columns the Newton system is factorised; wider ones are solved by
// conjugate gradients, which never form the matrix.
const directCols = 400

// Solution is the minimum of an objective.
type Solution struct {
	Weights    []float64
	Intercept  float64
	Value      float64 // of the objective
	Iterations int
	Gradient   float64 // its norm, relative to the norm at the origin
	Converged  bool
}

// Fit minimises the objective of d at the strength c by Newton's method with a line search.
func Fit(ctx context.Context, d *Design, c float64) (Solution, error) {
	return fit(ctx, d, c, nil)
}

// fit begins at the weights and intercept in start, where there are any.
func fit(ctx context.Context, d *Design, c float64, start []float64) (Solution, error) {
	n := d.cols + 1
	s := solver{Objective: NewObjective(d, c), x: make([]float64, n), grad: make([]float64, n), step: make([]float64, n), trial: make([]float64, n)}
	if n <= directCols {
		s.hess = mat.NewSymDense(n, nil)
	}
	s.Grad(s.grad, s.x)
	scale := floats.Norm(s.grad, 2)
	if math.IsNaN(scale) || math.IsInf(scale, 0) {
		return Solution{}, drift.Invalid("features", "The columns hold a number that is not finite or too large to fit.")
	}
	if start != nil {
		copy(s.x, start)
	}
	out := Solution{Value: s.Func(s.x)}
	last := math.Inf(1)
	for {
		if err := ctx.Err(); err != nil {
			return Solution{}, fmt.Errorf("fit: %w", err)
		}
		s.slopes(s.grad, s.x, s.hess)
		norm := floats.Norm(s.grad, 2)
		if scale > 0 {
			out.Gradient = norm / scale
		}
		stalled := norm >= last && out.Gradient <= looseTolerance // rounding is all that is left
		if norm <= tolerance*scale || stalled || out.Iterations == maxIterations {
			break
		}
		last = norm
		s.direction()
		value, ok := s.search(out.Value)
		if !ok {
			break
		}
		out.Value = value
		out.Iterations++
	}
	out.Converged = out.Gradient <= looseTolerance
	out.Weights, out.Intercept = s.x[:d.cols:d.cols], s.x[d.cols]
	return out, nil
}

// solver holds one descent.
type solver struct {
	*Objective
	x, grad, step, trial []float64
	hess                 *mat.SymDense // nil where the system is too wide to form it
	chol                 mat.Cholesky
}

// direction sets step to the Newton step −H⁻¹g. Where saturated rows leave H singular in floating
// point, which only the intercept can bring about, its diagonal is raised until it is not.
func (s *solver) direction() {
	if s.hess == nil {
		s.conjugateGradients()
		return
	}
	n := s.hess.SymmetricDim()
	ridge := 1e-12 * max(1, mat.Trace(s.hess)/float64(n))
	for !s.chol.Factorize(s.hess) {
		for j := range n {
			s.hess.SetSym(j, j, s.hess.At(j, j)+ridge)
		}
		ridge *= 10
	}
	// The error tells of a bad condition, which the line search sees to.
	_ = s.chol.SolveVecTo(mat.NewVecDense(n, s.step), mat.NewVecDense(n, s.grad))
	floats.Scale(-1, s.step)
}

// search moves x along step by the largest power of one half that lowers the objective enough
// (Armijo's rule), and leaves the margins of the new x at hand. It reports whether x moved.
func (s *solver) search(value float64) (float64, bool) {
	slope := floats.Dot(s.grad, s.step)
	rounding := 1e-14 * math.Abs(value)
	for t := 1.0; t > 1e-12; t /= 2 {
		floats.AddScaledTo(s.trial, s.x, t, s.step)
		next := s.Func(s.trial)
		if !(next <= value+1e-4*t*slope+rounding) { // not a number is no descent either
			continue
		}
		moved := !floats.Equal(s.x, s.trial)
		s.x, s.trial = s.trial, s.x
		return next, moved
	}
	return value, false
}
