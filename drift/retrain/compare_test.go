package retrain

import (
	"math"
	"math/rand/v2"
	"testing"
)

// pairedByHand is Newcombe's method 10 written from the paper's formulas, term by term.
func pairedByHand(e, f, g, h float64) (low, high float64) {
	n, z := e+f+g+h, 1.959963984540054
	wilson := func(x float64) (float64, float64) {
		mid, root := 2*x+z*z, z*math.Sqrt(z*z+4*x*(1-x/n))
		return (mid - root) / (2 * (n + z*z)), (mid + root) / (2 * (n + z*z))
	}
	l2, u2 := wilson(e + f)
	l3, u3 := wilson(e + g)
	phi := 0.0
	if a := (e + f) * (g + h) * (e + g) * (f + h); a > 0 {
		b := e*h - f*g
		c := b
		if b > n/2 {
			c = b - n/2
		} else if b >= 0 {
			c = 0
		}
		phi = c / math.Sqrt(a)
	}
	p2, p3 := (e+f)/n, (e+g)/n
	dl2, du2, dl3, du3 := p2-l2, u2-p2, p3-l3, u3-p3
	return p2 - p3 - math.Sqrt(dl2*dl2-2*phi*dl2*du3+du3*du3), p2 - p3 + math.Sqrt(du2*du2-2*phi*du2*dl3+dl3*dl3)
}

func TestPairedNewcombeAgainstTheFormulas(t *testing.T) {
	for e := range 8 {
		for f := range 8 {
			for g := range 8 {
				for h := range 8 {
					if e+f+g+h == 0 {
						continue
					}
					got := pairedNewcombe(e, f, g, h)
					low, high := pairedByHand(float64(e), float64(f), float64(g), float64(h))
					if math.Abs(got.Low-low) > 1e-7 || math.Abs(got.High-high) > 1e-7 {
						t.Fatalf("%d %d %d %d: %v, by hand %v to %v", e, f, g, h, got, low, high)
					}
					theta := float64(f-g) / float64(e+f+g+h)
					if got.Low > theta || got.High < theta || got.Low < -1-1e-12 || got.High > 1+1e-12 {
						t.Fatalf("%d %d %d %d: %v around %v", e, f, g, h, got, theta)
					}
					back := pairedNewcombe(e, g, f, h)
					if math.Abs(back.Low+got.High) > 1e-12 || math.Abs(back.High+got.Low) > 1e-12 {
						t.Fatalf("%d %d %d %d is not the mirror of its exchange", e, f, g, h)
					}
				}
			}
		}
	}
}

// How often the interval holds the true difference, by summing over every table of 30 pairs.
func TestPairedNewcombeCovers(t *testing.T) {
	const n = 30
	logs := make([]float64, n+1)
	for i := 2; i <= n; i++ {
		logs[i] = logs[i-1] + math.Log(float64(i))
	}
	for _, p := range [][4]float64{{0.7, 0.1, 0.1, 0.1}, {0.5, 0.25, 0.05, 0.2}, {0.4, 0.1, 0.3, 0.2}} {
		covered := 0.0
		for e := 0; e <= n; e++ {
			for f := 0; e+f <= n; f++ {
				for g := 0; e+f+g <= n; g++ {
					h := n - e - f - g
					i := pairedNewcombe(e, f, g, h)
					if theta := p[1] - p[2]; i.Low > theta || i.High < theta {
						continue
					}
					lp := logs[n] - logs[e] - logs[f] - logs[g] - logs[h]
					for k, x := range []int{e, f, g, h} {
						lp += float64(x) * math.Log(p[k])
					}
					covered += math.Exp(lp)
				}
			}
		}
		if covered < 0.93 || covered > 0.985 {
			t.Errorf("%v: covers %.4f, want about 0.95", p, covered)
		}
	}
}

// delongByHand is DeLong's covariance by every pair of a positive and a negative.
func delongByHand(a, b *column) (theta, se float64) {
	kernel := func(x, y float64) float64 {
		switch {
		case x > y:
			return 1
		case x == y:
			return 0.5
		}
		return 0
	}
	var up, down []int
	for i, l := range a.labels {
		if l {
			up = append(up, i)
		} else {
			down = append(down, i)
		}
	}
	m, n := float64(len(up)), float64(len(down))
	area := func(c *column) (mean float64, v10, v01 []float64) {
		v10, v01 = make([]float64, len(up)), make([]float64, len(down))
		for i, p := range up {
			for j, q := range down {
				k := kernel(c.scores[p], c.scores[q])
				v10[i] += k / n
				v01[j] += k / m
				mean += k / (m * n)
			}
		}
		return mean, v10, v01
	}
	ta, a10, a01 := area(a)
	tb, b10, b01 := area(b)
	cov := func(x, y []float64, mx, my float64) (s float64) {
		for i := range x {
			s += (x[i] - mx) * (y[i] - my)
		}
		return s / float64(len(x)-1)
	}
	variance := (cov(a10, a10, ta, ta)+cov(b10, b10, tb, tb)-2*cov(a10, b10, ta, tb))/m +
		(cov(a01, a01, ta, ta)+cov(b01, b01, tb, tb)-2*cov(a01, b01, ta, tb))/n
	return ta - tb, math.Sqrt(max(0, variance))
}

func TestDeLongAgainstAllPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for range 300 {
		var a, b column
		n, coarse := 6+r.IntN(60), float64(2+r.IntN(20))
		for i := range n {
			label := i%3 == 0
			x := r.Float64() / 2
			if label {
				x += 0.3
			}
			a.add(label, math.Floor(x*coarse)/coarse, x > 0.5)
			b.add(label, math.Floor((x+r.Float64())/2*coarse)/coarse, false)
		}
		got, ok := compareROCAUC(&a, &b)
		theta, se := delongByHand(&a, &b)
		if !ok || math.Abs(float64(got.Difference)-theta) > 1e-12 ||
			math.Abs(float64(got.Low)-(theta-1.959963984540054*se)) > 1e-7 || math.Abs(float64(got.High)-(theta+1.959963984540054*se)) > 1e-7 {
			t.Fatalf("n %d: %+v, by pairs %v ± %v", n, got, theta, se)
		}
		m, err := a.measure()
		if err != nil || math.Abs(m.rocAUC.Value()-m.class.ROCAUC) > 1e-12 || math.Abs(m.rocAUC.Value()-float64(got.Candidate)) > 1e-12 {
			t.Fatalf("areas %v, %v and %v, %v", m.rocAUC.Value(), m.class.ROCAUC, got.Candidate, err)
		}
	}
}

func TestDeLongNeedsTwoOfEachClass(t *testing.T) {
	var c column
	c.add(true, 0.9, true)
	c.add(false, 0.1, false)
	c.add(false, 0.2, false)
	if got, ok := compareROCAUC(&c, &c); ok {
		t.Errorf("one positive: %+v", got)
	}
	c.add(true, 0.8, true)
	if got, ok := compareROCAUC(&c, &c); !ok || got.Difference != 0 || got.Worse {
		t.Errorf("two of each: %t, %+v", ok, got)
	}
	var d column
	d.add(false, 0.1, false)
	d.add(true, 0.9, true)
	d.add(true, 0.8, true)
	if got, ok := compareROCAUC(&d, &d); ok {
		t.Errorf("one negative: %+v", got)
	}
}

// The best precision over every threshold, tried one after the other.
func TestPrecisionAt80RecallAgainstEveryThreshold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var c column
		for range 1 + r.IntN(40) {
			c.add(r.IntN(3) == 0, float64(r.IntN(12))/11, false)
		}
		m, err := c.measure()
		if err != nil {
			t.Fatal(err)
		}
		best := math.NaN()
		for k := range 12 {
			tp, all, positives := 0, 0, 0
			for i, s := range c.scores {
				if c.labels[i] {
					positives++
				}
				if s >= float64(k)/11 {
					all++
					if c.labels[i] {
						tp++
					}
				}
			}
			if positives > 0 && all > 0 && 10*tp >= 8*positives && !(float64(tp)/float64(all) <= best) {
				best = float64(tp) / float64(all)
			}
		}
		if got := m.precisionAt80Recall.Value(); got != best && !(math.IsNaN(got) && math.IsNaN(best)) {
			t.Fatalf("%v of %+v, want %v", got, c, best)
		}
	}
}

// Tables with published intervals: 20 12 2 16 in Newcombe (1998); 1 1 7 12 is Bentur et al. (2009) as
// in Fagerland, Lydersen and Laake, Statistical Analysis of Contingency Tables, chapter 8.
func TestPairedNewcombePublished(t *testing.T) {
	for _, c := range []struct {
		table     [4]int
		low, high float64
	}{
		{[4]int{20, 12, 2, 16}, 0.0562, 0.3292},
		{[4]int{1, 1, 7, 12}, -0.5069, -0.0256},
	} {
		i := pairedNewcombe(c.table[0], c.table[1], c.table[2], c.table[3])
		if math.Abs(i.Low-c.low) > 5e-5 || math.Abs(i.High-c.high) > 5e-5 {
			t.Errorf("%v: %v, want %v to %v", c.table, i, c.low, c.high)
		}
	}
}
