package logistic

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// What a training set may hold at most; more is refused with a sentence rather than run into the
// machine's memory.
const (
	MaxFeatures = 1000
	maxCells    = 1 << 27
)

// column holds one feature of all rows.
type column struct {
	name   string
	kinds  []kind    // shorter than the table where the last rows lack the feature
	values []float64 // numbers and flags; for a text its index in texts
	texts  []string
	byText map[string]int32
}

// table holds the training rows by column.
type table struct {
	columns []*column
	byName  map[string]*column
	label   []bool
	times   []time.Time
}

// rows returns how many rows are complete.
func (t *table) rows() int { return len(t.label) }

// set gives the row that is being read a feature; of two with the same name the last counts.
func (t *table) set(name []byte, v value) error {
	c := t.byName[string(name)]
	if c == nil {
		if len(t.columns) == MaxFeatures {
			return drift.Invalid("features", fmt.Sprintf("The training rows name more than %d features; this trainer takes at most so many.", MaxFeatures))
		}
		c = &column{name: string(name), byText: map[string]int32{}}
		if t.byName == nil {
			t.byName = map[string]*column{}
		}
		t.byName[c.name] = c
		t.columns = append(t.columns, c)
	}
	if (t.rows()+1)*len(t.columns) > maxCells {
		return drift.Invalid("features", "There are too many training rows and features for the memory that this trainer allows itself; a shorter training window helps.")
	}
	if len(c.kinds) > t.rows() {
		c.truncate(t.rows())
	}
	for len(c.kinds) < t.rows() {
		c.kinds, c.values = append(c.kinds, missing), append(c.values, 0)
	}
	if v.kind == text {
		v.num = float64(c.intern(v.text))
	}
	c.kinds, c.values = append(c.kinds, v.kind), append(c.values, v.num)
	return nil
}

func (c *column) truncate(rows int) { c.kinds, c.values = c.kinds[:rows], c.values[:rows] }

func (c *column) intern(s []byte) int32 {
	k, ok := c.byText[string(s)]
	if !ok {
		k = int32(len(c.texts))
		c.texts = append(c.texts, string(s))
		c.byText[c.texts[k]] = k
	}
	return k
}

// at returns what row i holds.
func (c *column) at(i int) value {
	if i >= len(c.kinds) {
		return value{}
	}
	v := value{kind: c.kinds[i], num: c.values[i]}
	if v.kind == text {
		v.text = []byte(c.texts[int(v.num)])
	}
	return v
}

// finish puts the columns in the order of their names: what follows depends on the rows alone,
// not on the order of their keys.
func (t *table) finish() {
	slices.SortFunc(t.columns, func(a, b *column) int { return strings.Compare(a.name, b.name) })
}

// positives counts the rows from lo up to hi that came true.
func (t *table) positives(lo, hi int) int {
	n := 0
	for _, y := range t.label[lo:hi] {
		if y {
			n++
		}
	}
	return n
}
