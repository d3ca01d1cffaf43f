package stats

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// outcomes makes n outcomes with scores on so many levels, so that there are ties.
func outcomes(r *rand.Rand, n, levels int, rate float64) (actual []bool, scores []float64) {
	for range n {
		actual = append(actual, r.Float64() < rate)
		scores = append(scores, float64(r.IntN(levels))/float64(max(levels-1, 1)))
	}
	return actual, scores
}

// trapezoids is the area under a curve of straight lines.
func trapezoids(points []CurvePoint) float64 {
	area := 0.0
	for i := 1; i < len(points); i++ {
		area += (points[i].X - points[i-1].X) * (points[i].Y + points[i-1].Y) / 2
	}
	return area
}

// steps is the area under a precision-recall curve.
func steps(points []CurvePoint) float64 {
	area, before := 0.0, 0.0
	for _, p := range points {
		area += (p.X - before) * p.Y
		before = p.X
	}
	return area
}

// pairs is the ROC AUC by its meaning: the share of pairs in the right order, ties half.
func pairs(actual []bool, scores []float64) float64 {
	won, all := 0.0, 0.0
	for i, yes := range actual {
		for j, other := range actual {
			if !yes || other {
				continue
			}
			all++
			switch {
			case scores[i] > scores[j]:
				won++
			case scores[i] == scores[j]:
				won += 0.5
			}
		}
	}
	return won / all
}

// checkRanking holds curves, areas and counts of one set of outcomes against each other and against the
// definitions.
func checkRanking(t *testing.T, actual []bool, scores []float64) {
	t.Helper()
	r, err := Rank(actual, scores)
	if err != nil {
		t.Fatal(err)
	}
	roc, pr := r.ROC(0), r.PR(0)
	if one := r.Positives == 0 || r.Negatives == 0; one != (roc == nil) || one != math.IsNaN(r.ROCAUC()) {
		t.Fatalf("%d positives, %d negatives: %d points, area %v", r.Positives, r.Negatives, len(roc), r.ROCAUC())
	}
	if (r.Positives == 0) != (pr == nil) || (r.Positives == 0) != math.IsNaN(r.AveragePrecision()) {
		t.Fatalf("%d positives: %d points, area %v", r.Positives, len(pr), r.AveragePrecision())
	}
	if roc != nil {
		if a := trapezoids(roc); math.Abs(a-r.ROCAUC()) > 1e-12 || math.Abs(a-pairs(actual, scores)) > 1e-12 {
			t.Errorf("area under the points %v, of the ranks %v, by pairs %v", a, r.ROCAUC(), pairs(actual, scores))
		}
		last := roc[len(roc)-1]
		if roc[0].X != 0 || roc[0].Y != 0 || !math.IsInf(roc[0].Threshold, 1) || last.X != 1 || last.Y != 1 {
			t.Errorf("from %+v to %+v", roc[0], last)
		}
	}
	if pr != nil {
		if a := steps(pr); math.Abs(a-r.AveragePrecision()) > 1e-12 {
			t.Errorf("area %v, average precision %v", a, r.AveragePrecision())
		}
	}
	for _, threshold := range append([]float64{0, 0.5, 1, 2}, scores...) {
		var want Confusion
		for i, s := range scores {
			want.Count(s >= threshold, actual[i])
		}
		if got := r.At(threshold); got != want {
			t.Fatalf("at %v: %+v, want %+v", threshold, got, want)
		}
	}
}

func TestRanking(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for _, n := range []int{0, 1, 2, 3, 10, 57, 200} {
		for _, levels := range []int{1, 2, 7, 1000} {
			for _, rate := range []float64{0, 0.1, 0.5, 1} {
				actual, scores := outcomes(r, n, levels, rate)
				checkRanking(t, actual, scores)
			}
		}
	}
}

func FuzzRanking(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 255, 254, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var actual []bool
		var scores []float64
		for ; len(b) >= 2 && len(scores) < 100; b = b[2:] {
			v := binary.LittleEndian.Uint16(b)
			actual, scores = append(actual, v&1 == 1), append(scores, float64(v>>1)/math.MaxInt16)
		}
		checkRanking(t, actual, scores)
	})
}

// A thinned curve keeps its ends and its hull, has no more points than asked for, all of them of the
// curve and in its order, and bounds nearly the same area.
func TestThinnedCurves(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var actual []bool
	var scores []float64
	for range 20_000 {
		s := r.Float64()
		actual, scores = append(actual, r.Float64() < s*s), append(scores, s)
	}
	k, err := Rank(actual, scores)
	if err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{2, 10, 200, 1000} {
		for name, c := range map[string][2][]CurvePoint{"roc": {k.ROC(0), k.ROC(most)}, "pr": {k.PR(0), k.PR(most)}} {
			all, few := c[0], c[1]
			if len(few) > most || few[0] != all[0] || few[len(few)-1] != all[len(all)-1] {
				t.Errorf("%s: %d points for %d, ends %+v", name, len(few), most, few[0])
			}
			at := 0
			for _, p := range few {
				for at < len(all) && all[at] != p {
					at++
				}
			}
			if at == len(all) {
				t.Errorf("%s: not points of the curve in its order", name)
			}
		}
	}
	if a := trapezoids(k.ROC(200)); math.Abs(a-k.ROCAUC()) > 0.003 {
		t.Errorf("200 points bound %v of %v", a, k.ROCAUC())
	}
	best := func(points []CurvePoint) float64 { // Youden's index: on the hull, so kept
		most := 0.0
		for _, p := range points {
			most = math.Max(most, p.Y-p.X)
		}
		return most
	}
	if best(k.ROC(200)) != best(k.ROC(0)) {
		t.Error("the best threshold is thinned away")
	}
}

func TestReliability(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	actual, scores := outcomes(r, 500, 41, 0.3)
	bins, err := Reliability(actual, scores)
	if err != nil || len(bins) != 10 {
		t.Fatal(err, len(bins))
	}
	c, err := Classify(actual, scores, make([]bool, len(scores)))
	if err != nil {
		t.Fatal(err)
	}
	n, ece := 0, 0.0
	for _, b := range bins {
		n += b.Positives.N
		if b.Positives.N > 0 {
			ece += float64(b.Positives.N) * math.Abs(b.MeanScore-b.Positives.Value()) / 500
		}
		if b.Positives.N > 0 && !(b.MeanScore >= b.Low && b.MeanScore <= b.High) {
			t.Errorf("%+v", b)
		}
	}
	if n != 500 || math.Abs(ece-c.ECE) > 1e-12 {
		t.Errorf("%d outcomes, error %v, want %v", n, ece, c.ECE)
	}
	// An edge goes up, 1 stays in the last, an empty bin has no mean.
	bins, err = Reliability([]bool{true, false, true}, []float64{0.1, 1, 0.0999})
	if err != nil || bins[0].Positives != (Proportion{1, 1}) || bins[1].Positives != (Proportion{1, 1}) || bins[9].Positives != (Proportion{0, 1}) || !math.IsNaN(bins[5].MeanScore) {
		t.Errorf("%+v, %v", bins, err)
	}
}

func TestLabelledRefusals(t *testing.T) {
	for want, c := range map[error]Labelled{
		ErrLength: {[]bool{true}, nil, nil},
		ErrRange:  {[]bool{true, true}, []float64{0.5, math.NaN()}, make([]bool, 2)},
	} {
		_, err := Rank(c.Actual, c.Scores)
		_, bins := Reliability(c.Actual, c.Scores)
		_, days := Calibrate([]Labelled{c})
		if !errors.Is(err, want) || !errors.Is(bins, want) || !errors.Is(days, want) {
			t.Errorf("%v, %v, %v, want %v", err, bins, days, want)
		}
	}
	if _, err := Calibrate([]Labelled{{[]bool{true}, []float64{1}, nil}}); !errors.Is(err, ErrLength) {
		t.Errorf("without what was predicted: %v", err)
	}
}

// Hanley and McNeil's formula worked by hand for an area of 0.8 over 10 and 20: Q1 = 2/3, Q2 = 1.28/1.8,
// variance (0.16 + 9·(2/3 − 0.64) + 19·(0.7111… − 0.64)) / 200 = 0.00875555….
func TestAUCInterval(t *testing.T) {
	i := AUCInterval(0.8, 10, 20)
	half := 1.959963984540054 * math.Sqrt((0.16+9*(2./3-0.64)+19*(1.28/1.8-0.64))/200)
	if math.Abs(i.Low-(0.8-half)) > 1e-12 || math.Abs(i.High-(0.8+half)) > 1e-12 {
		t.Errorf("%v, want %v around 0.8", i, half)
	}
	if i := AUCInterval(0.98, 5, 5); i.High != 1 {
		t.Errorf("%v", i)
	}
	if i := AUCInterval(math.NaN(), 0, 5); !math.IsNaN(i.Low) || !math.IsNaN(i.High) {
		t.Errorf("%v", i)
	}
}
