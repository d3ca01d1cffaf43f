package logistic_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic/logistictest"
)

// exam is a textbook example: the hours of study of 20 invented students, and who passed.
func exam() (hours []float64, passed []bool) {
	return []float64{0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 1.75, 2.00, 2.25, 2.50, 2.75, 3.00, 3.25, 3.50, 4.00, 4.25, 4.50, 4.75, 5.00, 5.50},
		[]bool{false, false, false, false, false, false, true, false, true, false, true, false, true, false, true, true, true, true, true, true}
}

// The published coefficients of the unpenalised fit: −4.0777 and 1.5046.
func TestFitPublished(t *testing.T) {
	hours, passed := exam()
	d := logistic.NewDesign(passed, 1)
	d.SetColumn(0, hours)
	s := mustFit(t, d, 1e12)
	if math.Abs(s.Weights[0]-1.5046) > 5e-5 || math.Abs(s.Intercept+4.0777) > 5e-5 {
		t.Errorf("%v and %v", s.Intercept, s.Weights[0])
	}
	if ll := -s.Value / 1e12; math.Abs(ll+8.02988) > 5e-6 {
		t.Errorf("log likelihood %v", ll)
	}
}

// One binary column without a penalty: the weight is the log of the odds ratio.
func TestFitOddsRatio(t *testing.T) {
	const a, b, c, d = 30, 10, 12, 48 // set and true, set and false, not set and true, and false
	var label []bool
	var codes []int32
	for k, n := range []int{a, b, c, d} {
		for range n {
			label = append(label, k%2 == 0)
			codes = append(codes, int32(-(k / 2)))
		}
	}
	dense, sparse := logistic.NewDesign(label, 1), logistic.NewDesign(label, 0)
	column := make([]float64, len(label))
	for i, code := range codes {
		column[i] = float64(1 + code)
	}
	dense.SetColumn(0, column)
	sparse.AddGroup(codes, 1)
	for name, d2 := range map[string]*logistic.Design{"dense": dense, "one-hot": sparse} {
		s := mustFit(t, d2, 1e12)
		near(t, name+" weight", s.Weights[0], math.Log(float64(a*d)/(b*c)), 1e-8)
		near(t, name+" intercept", s.Intercept, math.Log(float64(c)/d), 1e-8)
	}
}

// The same minimum as an independent Newton's method on the full matrix finds.
func TestFitReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []float64{1e-3, 0.1, 1, 100, 1e6} {
		for _, n := range []int{20, 300, 1000} {
			x, label, d := mixed(r, n)
			weight := ones(n)
			s := mustFit(t, d, c)
			compare(t, s, reference(x, label, weight, c))
			d.Balance()
			positives := 0.0
			for _, y := range label {
				if y {
					positives++
				}
			}
			for i, y := range label {
				weight[i] = float64(n) / 2 / (float64(n) - positives)
				if y {
					weight[i] = float64(n) / 2 / positives
				}
			}
			compare(t, mustFit(t, d, c), reference(x, label, weight, c))
		}
	}
}

func compare(t *testing.T, s logistic.Solution, want []float64) {
	t.Helper()
	for j, w := range append(append([]float64{}, s.Weights...), s.Intercept) {
		near(t, "column "+strconv.Itoa(j), w, want[j], 1e-8*(1+math.Abs(want[j])))
	}
}

// mixed returns a matrix with an intercept column last, and the same as a design: two numbers and
// two groups, of which not every row has a column set.
func mixed(r *rand.Rand, n int) ([][]float64, []bool, *logistic.Design) {
	x, label := make([][]float64, n), make([]bool, n)
	columns := [][]float64{make([]float64, n), make([]float64, n)}
	codes := [][]int32{make([]int32, n), make([]int32, n)}
	for i := range n {
		x[i] = make([]float64, 2+3+2+1)
		for j := range columns {
			columns[j][i] = r.NormFloat64()
			x[i][j] = columns[j][i]
		}
		for g, first := range []int{2, 5} {
			codes[g][i] = int32(r.IntN(4-g)) - 1
			if codes[g][i] >= 0 {
				x[i][first+int(codes[g][i])] = 1
			}
		}
		x[i][7] = 1
		label[i] = r.Float64() < 1/(1+math.Exp(-x[i][0]+x[i][3]+1))
	}
	label[0], label[1] = true, false
	d := logistic.NewDesign(label, 2)
	d.SetColumn(0, columns[0])
	d.SetColumn(1, columns[1])
	d.AddGroup(codes[0], 3)
	d.AddGroup(codes[1], 2)
	return x, label, d
}

// reference is a Newton's method of its own, damped by halving, with Gaussian elimination.
func reference(x [][]float64, label []bool, weight []float64, c float64) []float64 {
	p := len(x[0])
	w := make([]float64, p)
	objective := func(w []float64) float64 {
		var f float64
		for j := range p - 1 {
			f += w[j] * w[j] / 2
		}
		for i, row := range x {
			z := dot(row, w)
			if label[i] {
				z = -z
			}
			f += c * weight[i] * (math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))))
		}
		return f
	}
	for range 60 {
		a := make([][]float64, p)
		for j := range a {
			a[j] = make([]float64, p+1)
			if j < p-1 {
				a[j][j], a[j][p] = 1, w[j]
			}
		}
		for i, row := range x {
			q := 1 / (1 + math.Exp(-dot(row, w)))
			e := q
			if label[i] {
				e--
			}
			for j := range p {
				a[j][p] += c * weight[i] * e * row[j]
				for k := range p {
					a[j][k] += c * weight[i] * q * (1 - q) * row[j] * row[k]
				}
			}
		}
		step := eliminate(a)
		t := 1.0
		for ; t > 1e-9; t /= 2 {
			if objective(along(w, step, -t)) <= objective(w)+1e-12 {
				break
			}
		}
		w = along(w, step, -t)
	}
	return w
}

func along(w, step []float64, t float64) []float64 {
	out := make([]float64, len(w))
	for j := range w {
		out[j] = w[j] + t*step[j]
	}
	return out
}

func dot(a, b []float64) (s float64) {
	for j := range a {
		s += a[j] * b[j]
	}
	return s
}

func eliminate(a [][]float64) []float64 {
	p := len(a)
	for j := range p {
		best := j
		for k := j; k < p; k++ {
			if math.Abs(a[k][j]) > math.Abs(a[best][j]) {
				best = k
			}
		}
		a[j], a[best] = a[best], a[j]
		for k := range p {
			if k == j {
				continue
			}
			f := a[k][j] / a[j][j]
			for l := j; l <= p; l++ {
				a[k][l] -= f * a[j][l]
			}
		}
	}
	out := make([]float64, p)
	for j := range out {
		out[j] = a[j][p] / a[j][j]
	}
	return out
}

// Gonum's optimisers, given the same objective, end at the same place.
func TestFitGonum(t *testing.T) {
	d := logistictest.Design(2000, 6)
	s := mustFit(t, d, 1)
	for _, method := range []optimize.Method{&optimize.LBFGS{}, &optimize.Newton{}} {
		x, err := logistictest.GonumFit(d, 1, method)
		if err != nil {
			t.Fatal(err)
		}
		for j, w := range s.Weights {
			near(t, "weight", w, x[j], 1e-6)
		}
	}
}

// Too wide for a factorisation: conjugate gradients end where the gradient says so, and where
// the derivatives of the matrix say so.
func TestFitWide(t *testing.T) {
	d := logistictest.Design(600, 420)
	codes := make([]int32, d.Rows())
	for i := range codes {
		codes[i] = int32(i%7) - 1
	}
	d.AddGroup(codes, 6)
	for _, c := range []float64{0.01, 1, 1e4} {
		s := mustFit(t, d, c)
		x := append(append([]float64{}, s.Weights...), s.Intercept)
		o := logistic.NewObjective(d, c)
		near(t, "value", o.Func(x), s.Value, 1e-9*s.Value)
		h, g := mat.NewSymDense(len(x), nil), make([]float64, len(x))
		o.Grad(g, x)
		o.Hess(h, x)
		var step mat.VecDense
		var chol mat.Cholesky
		if !chol.Factorize(h) {
			t.Fatal("the second derivatives are not positive definite")
		}
		if err := chol.SolveVecTo(&step, mat.NewVecDense(len(g), g)); err != nil {
			t.Fatal(err)
		}
		if far := mat.Norm(&step, math.Inf(1)); far > 1e-6 {
			t.Errorf("C = %g: Newton would still go %g", c, far)
		}
	}
}

// Separable rows have a finite minimum, however weak the penalty.
func TestFitSeparable(t *testing.T) {
	label := make([]bool, 40)
	column := make([]float64, 40)
	for i := range label {
		label[i] = i >= 20
		column[i] = float64(i) - 19.5
	}
	d := logistic.NewDesign(label, 1)
	d.SetColumn(0, column)
	for _, c := range []float64{1, 1e3, 1e9} {
		s := mustFit(t, d, c)
		if math.IsNaN(s.Weights[0]) || s.Weights[0] <= 0 || s.Weights[0] > 100 {
			t.Errorf("C = %g: weight %v", c, s.Weights[0])
		}
	}
}

func TestFitRefuses(t *testing.T) {
	d := logistic.NewDesign([]bool{true, false}, 1)
	d.SetColumn(0, []float64{1, math.NaN()})
	if _, err := logistic.Fit(t.Context(), d, 1); drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("NaN in a column: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := logistic.Fit(ctx, logistictest.Design(10, 1), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	one := logistic.NewDesign([]bool{true, true}, 0)
	if shift := one.Balance(); shift != 0 {
		t.Errorf("one class is balanced by %v", shift)
	}
	for name, f := range map[string]func(){
		"a short column": func() { d.SetColumn(0, []float64{1}) },
		"a short group":  func() { d.AddGroup([]int32{0}, 1) },
		"a wild code":    func() { d.AddGroup([]int32{0, 5}, 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was taken", name)
				}
			}()
			f()
		}()
	}
}

// Without a column the intercept is the log odds; where all is of one class, it stays finite.
func TestFitInterceptOnly(t *testing.T) {
	s := mustFit(t, logistic.NewDesign([]bool{true, false, false, false}, 0), 1)
	near(t, "intercept", s.Intercept, math.Log(1.0/3), 1e-9)
	s, err := logistic.Fit(t.Context(), logistic.NewDesign([]bool{true, true}, 0), 1)
	if err != nil || math.IsNaN(s.Intercept) || math.IsInf(s.Intercept, 0) {
		t.Errorf("one class: %+v, %v", s, err)
	}
}

func mustFit(t *testing.T, d *logistic.Design, c float64) logistic.Solution {
	t.Helper()
	s, err := logistic.Fit(t.Context(), d, c)
	if err != nil || !s.Converged {
		t.Fatalf("C = %g: %+v, %v", c, s, err)
	}
	return s
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}
