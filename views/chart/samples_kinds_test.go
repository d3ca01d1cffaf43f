package chart

import "math"

// The inputs of the newer kinds: shaped like the real ones, made by rule.

// wobble is a repeatable unevenness between −1 and 1.
func wobble(i int) float64 { return math.Sin(float64(i)*1.7) * math.Cos(float64(i)*.37) }

func sampleHeat(n int) Heat {
	in := Heat{
		High: 1, Threshold: ptr(.5), Baseline: Window{day(0), day(30)}, Recent: Window{day(n - 7), day(n)},
		Events: []Event{{At: day(45), Label: "alert raised"}},
	}
	for i := range n {
		d := HeatDay{Date: day(i)}
		if i < 38 || i > 40 {
			centre := .4 + .05*wobble(i) + max(0, float64(i-44))*.015
			d.Mean = ptr(centre)
			for b := range 20 {
				x := (float64(b)+.5)/20 - centre
				d.Counts = append(d.Counts, int64(60*math.Exp(-x*x/.05)))
			}
		}
		in.Days = append(in.Days, d)
	}
	return in
}

func sampleWideMetric() Metric {
	in := Metric{
		ID: "precision-wide", Title: "Precision by day", Lead: "Of what it called a yes, how much was one.", Percent: true, Wide: true, PooledDays: 7,
		Baseline: Window{day(0), day(30)}, Recent: Window{day(53), day(60)}, Reference: ptr(.494),
		Events: []Event{{At: day(10), Label: "version 6"}, {At: day(45), Label: "alert"}, {At: day(47), Label: "alert acknowledged"}, {At: day(58), Label: "version 7"}},
	}
	for i := range 60 {
		d := MetricDay{Date: day(i), N: int64(40 + 8*wobble(i))}
		switch {
		case i >= 38 && i <= 40:
			d.N = 0
		case i == 22:
			d.N = 3
		default:
			v := .55 + .12*wobble(i)
			d.Value, d.Low, d.High, d.Pooled = ptr(v), ptr(v-.13), ptr(v+.12), ptr(.55-.002*float64(max(0, i-40)))
		}
		in.Days = append(in.Days, d)
	}
	return in
}

func sampleReliability() Reliability {
	in := Reliability{BaselineECE: ptr(.031), ECE: ptr(.18)}
	for i := range 10 {
		x := (float64(i) + .5) / 10
		in.Baseline = append(in.Baseline, Calibration{Predicted: x, Observed: within(x + .03*wobble(i)), Low: within(x - .05), High: within(x + .08), N: 144})
		y := within(x * x * .9)
		in.Recent = append(in.Recent, Calibration{Predicted: x, Observed: y, Low: within(y - .12), High: within(y + .13), N: 34})
	}
	in.Recent[3].N = 0
	return in
}

func sampleRankings() Rankings {
	side := func(power float64, n, positives int64) Ranking {
		r := Ranking{N: n, Positives: positives, ROCAUC: ptr(1 - power/(1+power)*.9), PRAUC: ptr(.5 + .2*(1-power))}
		for i := range 61 {
			x := float64(i) / 60
			r.ROC = append(r.ROC, CurvePoint{x, math.Pow(x, power)})
			r.PR = append(r.PR, CurvePoint{x, 1 - (1-float64(positives)/float64(n))*math.Pow(x, 1/power)})
		}
		return r
	}
	return Rankings{Baseline: side(.35, 1440, 590), Recent: side(.7, 336, 92)}
}

func sampleConfusion() Confusion {
	return Confusion{Positive: "conflict", Negative: "none", Baseline: Outcomes{291, 253, 297, 599}, Recent: Outcomes{61, 172, 33, 70}}
}

func sampleFeatures() Features {
	numeric := func(name string, shift float64, moved bool) Feature {
		f := Feature{Name: name, PSI: ptr(shift * 2), Statistic: ptr(shift * .8), P: ptr(math.Pow(10, -40*shift)), Adjusted: ptr(math.Pow(10, -38*shift)), Moved: moved}
		for b := range 10 {
			x := (float64(b) + .5) / 10
			f.Bins = append(f.Bins, FeatureBin{
				Low: float64(b) / 10, High: float64(b+1) / 10,
				Baseline: int64(200 * math.Exp(-(x-.4)*(x-.4)/.04)), Recent: int64(50 * math.Exp(-(x-.4-shift)*(x-.4-shift)/.04)),
			})
		}
		return f
	}
	return Features{Features: []Feature{
		numeric("nswdemand", .35, true), numeric("vicdemand", .22, true), numeric("transfer", .12, true),
		{
			Name: "customer.segment", Categorical: true, PSI: ptr(.08), Statistic: ptr(14.2), P: ptr(.0009), Adjusted: ptr(.0018), Moved: true,
			Bins: []FeatureBin{{Label: "retail", Baseline: 700, Recent: 120}, {Label: "business", Baseline: 500, Recent: 180}, {Label: "public", Baseline: 240, Recent: 36}},
		},
		numeric("vicprice", .02, false), numeric("=period", 0, false),
	}}
}

func sampleSlices() Slices {
	in := Slices{Overall: ptr(.228), Note: "Parts under 30 outcomes are left out."}
	for i, s := range []struct {
		name      string
		n         int64
		drop, low float64
	}{
		{"transfer below 0.382", 74, .55, .45},
		{"vicdemand above 0.555", 149, .367, .28},
		{"vicprice 0.0023 to 0.00334", 65, .338, .21},
		{"period 0.255 to 0.511", 84, .329, .21},
		{"day = 3", 48, .11, -.04},
		{"day = 6", 31, -.05, -.22},
	} {
		base := .62 + .02*float64(i%3)
		in.Slices = append(in.Slices, Slice{
			Name: s.name, N: s.n, NBaseline: s.n * 4, AccuracyBaseline: ptr(base), Accuracy: ptr(base - s.drop),
			Drop: ptr(s.drop), Low: ptr(s.low), High: ptr(2*s.drop - s.low), Certain: s.low > 0,
		})
	}
	return in
}

func sampleEstimate() Estimate {
	in := Estimate{Reference: ptr(.618), Lead: "So far it was 3.1 points off on average."}
	for i := range 60 {
		e := .63 + .02*wobble(i) - .004*float64(max(0, i-40))
		d := EstimateDay{Date: day(i), N: 48, Estimated: ptr(e), Low: ptr(e - .07), High: ptr(e + .07)}
		if i < 52 && (i < 38 || i > 40) {
			d.NOutcomes, d.Realised = 48, ptr(within(e+.08*wobble(i*3)))
		}
		in.Days = append(in.Days, d)
	}
	return in
}

func sampleWhatIf() WhatIf {
	in := WhatIf{Note: "The last 90 days of one model."}
	for i := range 90 {
		d := WhatIfDay{Date: day(i), Blind: i >= 38 && i <= 40}
		switch {
		case i > 70:
			d.Present, d.Candidate = AlertCounts{Critical: 1, High: 1}, AlertCounts{Critical: 1}
		case i%9 == 4:
			d.Present = AlertCounts{Medium: 1}
		case i%13 == 6:
			d.Present, d.Candidate = AlertCounts{High: 1}, AlertCounts{Medium: 1}
		}
		in.Days = append(in.Days, d)
	}
	return in
}

func sampleWatch() Watch {
	in := Watch{Old: ptr(.39), OldLow: ptr(.339), OldHigh: ptr(.443), Drop: .05, CheckHours: 24}
	for i := range 16 {
		in.Hours = append(in.Hours, WatchHour{Hour: i + 2, N: 2, Right: 1, SoFar: int64(2 * (i + 1)), RightSoFar: int64(2*(i+1)) * 7 / 10, Low: .45, High: .86})
	}
	return in
}

// kinds are every kind of chart with a full sample.
func kinds() []Chart {
	return []Chart{
		sampleDistribution(), sampleECDFs(), sampleTrend(60), sampleAccuracy(60), sampleMetric(), sampleWideMetric(), sampleHeat(60),
		sampleReliability(), sampleRankings(), sampleConfusion(), sampleFeatures(), sampleSlices(), sampleEstimate(), sampleWhatIf(), sampleWatch(), sampleReplay(),
	}
}
