package logistictest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
)

// begin is when the first row was made; a row follows every quarter of an hour.
var begin = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// Rows returns n training rows as NDJSON and a fifth as many hold-out rows after them: features
// of which the last three are an hour, a weekday and a text of eight levels, the others numbers,
// and a share of missing values. The same arguments give the same bytes.
func Rows(n, features int) (train, holdout []byte) {
	r := rand.New(rand.NewPCG(17, uint64(n)))
	for i := range n + n/5 {
		line := row(r, i, features, i < n)
		if i < n {
			train = append(train, line...)
		} else {
			holdout = append(holdout, line...)
		}
	}
	return train, holdout
}

func row(r *rand.Rand, i, features int, labelled bool) []byte {
	at := begin.Add(time.Duration(i) * 15 * time.Minute)
	hour, day := at.Hour(), int(at.Weekday())
	level := r.IntN(8)
	z := -0.5 + math.Sin(float64(hour)/4) + float64(level%3)/2
	b := fmt.Appendf(nil, `{"prediction_id":"p-%07d","created_at":%q,"features":{"hour":%d,"weekday":%d,"site":"site-%d"`, i, at.Format(time.RFC3339), hour, day, level)
	for j := range features - 3 {
		x := r.NormFloat64()
		z += x * math.Cos(float64(j)) / 2
		switch {
		case j == 0 && r.IntN(10) == 0:
			b = fmt.Appendf(b, `,"x%d":null`, j)
		default:
			b = fmt.Appendf(b, `,"x%d":%.5f`, j, 10+float64(j+1)*x)
		}
	}
	b = append(b, '}')
	actual := r.Float64() < 1/(1+math.Exp(-z))
	if labelled {
		b = fmt.Appendf(b, `,"actual":%t`, actual)
	}
	return append(b, "}\n"...)
}

// Design returns n rows of dense standard normal columns, labelled by a logistic model.
func Design(n, cols int) *logistic.Design {
	r := rand.New(rand.NewPCG(23, uint64(cols)))
	label, columns := make([]bool, n), make([][]float64, cols)
	for j := range columns {
		columns[j] = make([]float64, n)
	}
	for i := range n {
		z := -0.5
		for j := range columns {
			columns[j][i] = r.NormFloat64()
			z += columns[j][i] * math.Cos(float64(j)) / 2
		}
		label[i] = r.Float64() < 1/(1+math.Exp(-z))
	}
	d := logistic.NewDesign(label, cols)
	for j, values := range columns {
		d.SetColumn(j, values)
	}
	return d
}
