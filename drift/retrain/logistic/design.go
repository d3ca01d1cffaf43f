package logistic

import (
	"fmt"
	"math"
)

// blockRows is how many rows the dense columns are stored together for: few enough that the
// columns of one block stay in the first cache while every pair of them is multiplied.
const blockRows = 256

// Design is a matrix of features with its labels, laid out for fitting: the numeric columns
// dense, in blocks of rows and by column within a block; the one-hot columns as groups, of which
// a row has at most one column set, so that only the column's index is stored.
type Design struct {
	rows   int
	dense  int       // numeric columns: 0 to dense−1
	cols   int       // all columns
	data   []float64 // the dense part; block k begins at k·blockRows·dense
	groups [][]int32 // for each group and row the column set, or −1
	label  []bool
	weight []float64 // of the rows in the loss; nil: 1 each
}

// NewDesign returns a design of all-zero dense columns for the given labels.
func NewDesign(label []bool, dense int) *Design {
	return &Design{
		rows: len(label), dense: dense, cols: dense, label: label,
		data: make([]float64, len(label)*dense),
	}
}

// Rows returns the number of rows.
func (d *Design) Rows() int { return d.rows }

// Cols returns the number of columns, the intercept not counted.
func (d *Design) Cols() int { return d.cols }

// SetColumn fills dense column j.
func (d *Design) SetColumn(j int, values []float64) {
	if len(values) != d.rows {
		panic(fmt.Sprintf("logistic: a column of %d values for %d rows", len(values), d.rows))
	}
	for start := 0; start < d.rows; start += blockRows {
		copy(d.column(start, j), values[start:])
	}
}

// AddGroup adds width one-hot columns, of which row i has codes[i] set, none where that is
// negative, and returns the index of the first.
func (d *Design) AddGroup(codes []int32, width int) int {
	if len(codes) != d.rows {
		panic(fmt.Sprintf("logistic: a group of %d codes for %d rows", len(codes), d.rows))
	}
	first := d.cols
	group := make([]int32, len(codes))
	for i, c := range codes {
		switch {
		case c >= int32(width):
			panic(fmt.Sprintf("logistic: code %d in a group of %d columns", c, width))
		case c < 0:
			group[i] = -1
		default:
			group[i] = c + int32(first)
		}
	}
	d.groups = append(d.groups, group)
	d.cols += width
	return first
}

// block returns how many rows the block that begins at row start has.
func (d *Design) block(start int) int { return min(blockRows, d.rows-start) }

// column returns dense column j of the block that begins at row start.
func (d *Design) column(start, j int) []float64 {
	n := d.block(start)
	from := start*d.dense + j*n
	return d.data[from : from+n]
}

// rowWeight is what row i counts for in the loss.
func (d *Design) rowWeight(i int) float64 {
	if d.weight == nil {
		return 1
	}
	return d.weight[i]
}

// Balance weighs the classes so that both count for half of the rows, as scikit-learn's
// class_weight="balanced", and returns the log of the weight of a positive over that of a negative.
func (d *Design) Balance() float64 {
	positives := 0
	for _, y := range d.label {
		if y {
			positives++
		}
	}
	if positives == 0 || positives == d.rows {
		d.weight = nil
		return 0
	}
	up := float64(d.rows) / (2 * float64(positives))
	down := float64(d.rows) / (2 * float64(d.rows-positives))
	d.weight = make([]float64, d.rows)
	for i, y := range d.label {
		d.weight[i] = down
		if y {
			d.weight[i] = up
		}
	}
	return math.Log(up / down)
}
