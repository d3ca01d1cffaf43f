package stats

import (
	"math"
	"testing"
)

func TestChiSquare(t *testing.T) {
	for _, c := range []struct {
		name             string
		recent, baseline []int
		statistic        float64
		degrees          int
		p                float64
	}{
		// By hand: expected 15 everywhere, 4·25/15.
		{"two by two", []int{10, 20}, []int{20, 10}, 20.0 / 3, 1, math.Erfc(math.Sqrt(20.0 / 6))},
		// Two degrees: the tail is exp(−χ²/2). Expected 20, 30, 10 on both sides.
		{"two by three", []int{10, 30, 20}, []int{30, 30, 0}, 2*100.0/20 + 2*100.0/10, 2, math.Exp(-15)},
		{"the same", []int{50, 30, 20}, []int{100, 60, 40}, 0, 2, 1},
		// The last two are rare and so is their pool, which joins the rarest: 40 25 against 40 20.
		// Expected 41.6 23.4 and 38.4 21.6.
		{
			"rare ones",
			[]int{40, 20, 3, 2},
			[]int{40, 20, 0, 0},
			1.6*1.6/41.6 + 1.6*1.6/23.4 + 1.6*1.6/38.4 + 1.6*1.6/21.6, 1,
			math.Erfc(math.Sqrt((1.6*1.6/41.6 + 1.6*1.6/23.4 + 1.6*1.6/38.4 + 1.6*1.6/21.6) / 2)),
		},
		// Here the pool of three rare ones is no longer rare: 40 12 against 40 8.
		{
			"a pool",
			[]int{40, 4, 4, 4},
			[]int{40, 2, 3, 3},
			(40-41.6)*(40-41.6)/41.6 + (12-10.4)*(12-10.4)/10.4 + (40-38.4)*(40-38.4)/38.4 + (8-9.6)*(8-9.6)/9.6, 1,
			math.Erfc(math.Sqrt(((40-41.6)*(40-41.6)/41.6 + (12-10.4)*(12-10.4)/10.4 + (40-38.4)*(40-38.4)/38.4 + (8-9.6)*(8-9.6)/9.6) / 2)),
		},
	} {
		statistic, degrees, p := ChiSquare(c.recent, c.baseline)
		if math.Abs(statistic-c.statistic) > 1e-12*max(1, c.statistic) || degrees != c.degrees || math.Abs(p-c.p) > 1e-12*max(c.p, 1e-300) && math.Abs(p-c.p) > 1e-15 {
			t.Errorf("%s: %v, %d, %v; want %v, %d, %v", c.name, statistic, degrees, p, c.statistic, c.degrees, c.p)
		}
	}
	for _, c := range [][2][]int{{{0, 0}, {3, 4}}, {{30}, {40}}, {{}, {}}, {{2, 3}, {1, 2}}} {
		if statistic, degrees, p := ChiSquare(c[0], c[1]); !math.IsNaN(statistic) || degrees != 0 || !math.IsNaN(p) {
			t.Errorf("%v: %v, %d, %v", c, statistic, degrees, p)
		}
	}
}
