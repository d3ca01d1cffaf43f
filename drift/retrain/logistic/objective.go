package logistic

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Objective is what a fit minimises, as scikit-learn's LogisticRegression states it,
//
//	½·wᵀw + C · Σ sᵢ · ln(1 + exp(−yᵢ·(xᵢᵀw + b))),
//
// over x = (w, b): the intercept b comes last and is not penalised; y is ±1 and s the weight of
// the row. Func, Grad and Hess have the signatures of gonum's optimize.Problem. An Objective
// keeps room to work in and serves one goroutine.
type Objective struct {
	design *Design
	c      float64
	margin []float64 // xᵢᵀw + b at the point last seen
	resid  []float64 // of one block
	curve  []float64 // of one block
	scaled []float64 // of one block
}

// NewObjective returns the objective for the strength c, which is the inverse of the penalty.
func NewObjective(d *Design, c float64) *Objective {
	return &Objective{
		design: d, c: c, margin: make([]float64, d.rows),
		resid: make([]float64, blockRows), curve: make([]float64, blockRows), scaled: make([]float64, blockRows),
	}
}

// Func returns the objective at x.
func (o *Objective) Func(x []float64) float64 {
	o.margins(o.margin, x)
	return o.value(x)
}

// Grad sets grad to the gradient at x.
func (o *Objective) Grad(grad, x []float64) {
	o.margins(o.margin, x)
	o.slopes(grad, x, nil)
}

// Hess sets h to the second derivatives at x.
func (o *Objective) Hess(h *mat.SymDense, x []float64) {
	o.margins(o.margin, x)
	o.slopes(make([]float64, len(x)), x, h)
}

// margins sets dst to Xw + b.
func (o *Objective) margins(dst, x []float64) {
	d := o.design
	for start := 0; start < d.rows; start += blockRows {
		z := dst[start : start+d.block(start)]
		for i := range z {
			z[i] = x[d.cols]
		}
		for j := range d.dense {
			if x[j] != 0 {
				floats.AddScaled(z, x[j], d.column(start, j))
			}
		}
		for _, group := range d.groups {
			for i, c := range group[start : start+len(z)] {
				if c >= 0 {
					z[i] += x[c]
				}
			}
		}
	}
}

// value returns the objective at x, whose margins are at hand.
func (o *Objective) value(x []float64) float64 {
	d := o.design
	var loss float64
	for start := 0; start < d.rows; start += blockRows {
		var part float64 // summed by blocks: the rounding grows with their number only
		for i, z := range o.margin[start : start+d.block(start)] {
			if d.label[start+i] {
				z = -z
			}
			part += d.rowWeight(start+i) * softplus(z)
		}
		loss += part
	}
	w := x[:d.cols]
	return floats.Dot(w, w)/2 + o.c*loss
}

// slopes sets grad to the gradient at x, whose margins are at hand, and h, if it is given, to the
// second derivatives there.
func (o *Objective) slopes(grad, x []float64, h *mat.SymDense) {
	d := o.design
	clear(grad)
	var upper []float64
	stride := len(x)
	if h != nil {
		h.Zero()
		upper, stride = h.RawSymmetric().Data, h.RawSymmetric().Stride
	}
	for start := 0; start < d.rows; start += blockRows {
		resid, curve := o.derivatives(start)
		o.addProducts(grad, start, resid)
		if h != nil {
			o.addCurvature(upper, stride, start, curve)
		}
	}
	floats.Scale(o.c, grad)
	floats.Add(grad[:d.cols], x[:d.cols])
	if h == nil {
		return
	}
	for j := range x {
		floats.Scale(o.c, upper[j*stride+j:j*stride+len(x)])
		if j < d.cols {
			upper[j*stride+j]++
		}
	}
}

// derivatives returns the first and second derivatives of the loss by the margin, for the block
// that begins at row start.
func (o *Objective) derivatives(start int) (resid, curve []float64) {
	d := o.design
	n := d.block(start)
	resid, curve = o.resid[:n], o.curve[:n]
	for i, z := range o.margin[start : start+n] {
		p, q := sigmoids(z)
		s := d.rowWeight(start + i)
		curve[i] = s * p * q
		if d.label[start+i] {
			resid[i] = -s * q
		} else {
			resid[i] = s * p
		}
	}
	return resid, curve
}

// addProducts adds Xᵀv of one block to dst, the intercept's column of ones last.
func (o *Objective) addProducts(dst []float64, start int, v []float64) {
	d := o.design
	for j := range d.dense {
		dst[j] += floats.Dot(d.column(start, j), v)
	}
	for _, group := range d.groups {
		for i, c := range group[start : start+len(v)] {
			if c >= 0 {
				dst[c] += v[i]
			}
		}
	}
	dst[d.cols] += floats.Sum(v)
}

// addCurvature adds Xᵀ·diag(curve)·X of one block to the upper triangle h.
func (o *Objective) addCurvature(h []float64, stride, start int, curve []float64) {
	d := o.design
	n := len(curve)
	scaled := o.scaled[:n]
	for j := range d.dense {
		row := h[j*stride:]
		floats.MulTo(scaled, curve, d.column(start, j))
		for k := j; k < d.dense; k++ {
			row[k] += floats.Dot(scaled, d.column(start, k))
		}
		for _, group := range d.groups {
			for i, c := range group[start : start+n] {
				if c >= 0 {
					row[c] += scaled[i]
				}
			}
		}
		row[d.cols] += floats.Sum(scaled)
	}
	for a, group := range d.groups {
		for i, c := range group[start : start+n] {
			if c < 0 {
				continue
			}
			row := h[int(c)*stride:]
			row[c] += curve[i]
			row[d.cols] += curve[i]
			for _, other := range d.groups[a+1:] {
				if k := other[start+i]; k >= 0 {
					row[k] += curve[i]
				}
			}
		}
	}
	h[d.cols*stride+d.cols] += floats.Sum(curve)
}

// softplus returns ln(1 + exp(z)) without overflow.
func softplus(z float64) float64 {
	return math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
}

// sigmoids returns 1/(1 + exp(−z)) and its complement, both to full relative precision.
func sigmoids(z float64) (p, q float64) {
	e := math.Exp(-math.Abs(z))
	large, small := 1/(1+e), e/(1+e)
	if z >= 0 {
		return large, small
	}
	return small, large
}

// sigmoid returns 1/(1 + exp(−z)).
func sigmoid(z float64) float64 {
	p, _ := sigmoids(z)
	return p
}
