package logistictest

import (
	"fmt"

	"gonum.org/v1/gonum/optimize"

	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
)

// GonumFit minimises the same objective with an optimiser of gonum's, [optimize.LBFGS] or
// [optimize.Newton], to the same gradient as [logistic.Fit].
func GonumFit(d *logistic.Design, c float64, method optimize.Method) ([]float64, error) {
	o := logistic.NewObjective(d, c)
	x := make([]float64, d.Cols()+1)
	g := make([]float64, len(x))
	o.Grad(g, x)
	var largest float64
	for _, v := range g {
		largest = max(largest, v, -v)
	}
	problem := optimize.Problem{Func: o.Func, Grad: o.Grad, Hess: o.Hess}
	r, err := optimize.Minimize(problem, x, &optimize.Settings{GradientThreshold: 1e-8 * largest}, method)
	if err != nil {
		return nil, fmt.Errorf("minimise: %w", err)
	}
	return r.X, nil
}
