package stats

import "slices"

// The jackknife leaves out one block at a time, and there are between so many and so many of them.
const (
	leastBlocks = 10
	mostBlocks  = 20
)

// table counts outcomes by distinct score, so that a fit without one block needs no sorting.
type table struct {
	treads  [2][]tread // by ascending score: of negative and of positive predictions, the same scores
	blocks  [][]cell
	k, rest int // positives and negatives
}

// cell is one outcome.
type cell struct {
	tread, predicted, k int // k is 1 for a positive
}

// newTable counts the outcomes of days, none of them empty: days beyond mostBlocks share a block with
// their neighbours; days fewer than leastBlocks are dealt out, one row after the other, to several.
func newTable(days []Labelled) *table {
	var scores []float64
	for _, d := range days {
		scores = append(scores, d.Scores...)
	}
	slices.Sort(scores)
	scores = slices.Compact(scores)
	t := &table{}
	for side := range t.treads {
		t.treads[side] = make([]tread, len(scores))
		for i, s := range scores {
			t.treads[side][i] = tread{low: s, high: s}
		}
	}
	parts := 1
	if n := len(days); n > 0 && n < leastBlocks {
		parts = (leastBlocks + n - 1) / n
	}
	wide := min(len(days), mostBlocks)
	t.blocks = make([][]cell, wide*parts)
	for at, d := range days {
		first := at * wide / len(days) * parts
		for i, s := range d.Scores {
			b := &t.blocks[first+i%parts]
			*b = append(*b, t.count(scores, s, d.Predicted[i], d.Actual[i]))
		}
	}
	return t
}

func (t *table) count(scores []float64, score float64, predicted, actual bool) cell {
	var c cell
	c.tread, _ = slices.BinarySearch(scores, score)
	if predicted {
		c.predicted = 1
	}
	if actual {
		c.k = 1
	}
	t.k, t.rest = t.k+c.k, t.rest+1-c.k
	at := &t.treads[c.predicted][c.tread]
	at.k, at.n = at.k+c.k, at.n+1
	return c
}

// fit fits what is left without a block; nil leaves out none.
func (t *table) fit(without []cell) calibration {
	sides := [2][]tread{slices.Clone(t.treads[0]), slices.Clone(t.treads[1])}
	for _, c := range without {
		at := &sides[c.predicted][c.tread]
		at.k, at.n = at.k-c.k, at.n-1
	}
	var c calibration
	for side, treads := range sides {
		if outcomesOf(treads) < LeastOfClass {
			treads = slices.Clone(treads)
			for i, other := range sides[1-side] {
				treads[i].k, treads[i].n = treads[i].k+other.k, treads[i].n+other.n
			}
		}
		c[side] = pool(treads)
	}
	return c
}

func outcomesOf(treads []tread) (n int) {
	for _, t := range treads {
		n += t.n
	}
	return n
}
