package chart

import "time"

// The inputs of the golden tests: shaped like the real ones, made by rule.

func sampleDistribution() Distribution {
	return Distribution{
		High:      1,
		Baseline:  Sample{[]int64{121, 66, 73, 74, 111, 124, 85, 72, 84, 85, 102, 87, 72, 72, 61, 40, 36, 33, 42, 0}, ptr(.4085)},
		Recent:    Sample{[]int64{27, 11, 8, 9, 5, 10, 4, 9, 6, 14, 15, 17, 18, 22, 23, 12, 34, 42, 43, 7}, ptr(.6032)},
		Threshold: ptr(.5),
	}
}

func sampleECDFs() ECDFs {
	in := ECDFs{High: 1, NBaseline: 1440, NRecent: 336, Gap: &Gap{D: .35883, At: .667, Baseline: .82, Recent: .461}}
	for i := range 101 {
		x := float64(i) / 100
		in.Baseline = append(in.Baseline, min(1, 1.25*x))
		in.Recent = append(in.Recent, x*x)
	}
	return in
}

func edgeECDFs(at float64) ECDFs {
	in := sampleECDFs()
	in.Gap = &Gap{D: .2, At: at, Baseline: .98, Recent: .78}
	return in
}

func sampleTrend(n int) Trend {
	in := Trend{
		Lead:  "Crossed high on 17 June.",
		Note:  "n 336 against 1,440 each day; cut-offs drawn for these n",
		DCuts: []Cut{{Critical, .117, ""}, {High, .098, ""}, {Medium, .082, ""}},
		PCuts: []Cut{{Critical, .001, ""}, {High, .01, ""}, {Medium, .05, ""}},
	}
	for i := range n {
		d := TrendDay{Date: day(i), D: ptr(.04), P: ptr(.6), Severity: None}
		switch {
		case i >= 20 && i < 30:
			d.D, d.P, d.Severity = nil, nil, Blind
		case i > 50:
			d.D, d.P, d.Severity = ptr(.1+float64(i-50)*.01), ptr(1e-12), Critical
		case i > 47:
			d.D, d.P, d.Severity = ptr(.1), ptr(.006), High
		}
		in.Days = append(in.Days, d)
	}
	return in
}

func sampleAccuracy(n int) Accuracy {
	in := Accuracy{
		Baseline: Window{day(0), day(30)}, Recent: Window{day(n - 7), day(n)},
		Reference: ptr(.618), Cuts: []Cut{{High, .518, "H −10"}, {Critical, .418, "C −20"}},
		Events: []Event{{day(45), "alert raised"}},
	}
	for i := range n {
		d := AccuracyDay{Date: day(i), Predictions: 48, N: 48, Right: int64(28 + i*7%11), Low: ptr(.45), High: ptr(.75), Pooled: ptr(.6)}
		if i >= 38 && i < 41 {
			d.N, d.Right, d.Low, d.High, d.Pooled = 0, 0, nil, nil, nil
		}
		in.Days = append(in.Days, d)
	}
	return in
}

// mostlyGaps has outcomes on three days of ninety, two of them alone.
func mostlyGaps() Accuracy {
	in := Accuracy{ID: "gaps"}
	for i := range 90 {
		d := AccuracyDay{Date: day(i), Predictions: 10}
		switch {
		case i > 70:
			d.Predictions = 0
		case i == 10, i == 40, i == 41:
			d.N, d.Right, d.Low, d.High, d.Pooled = 10, 7, ptr(.4), ptr(.9), ptr(.7)
		}
		in.Days = append(in.Days, d)
	}
	in.Days[80].Predictions, in.Days[80].N, in.Days[80].Right = 5, 5, 5
	return in
}

func sampleMetric() Metric {
	in := Metric{ID: "brier", Title: "Brier score", LowerIsBetter: true, Events: []Event{{day(12), "version 7"}}}
	for i := range 30 {
		in.Days = append(in.Days, MetricDay{Date: day(i), N: 48, Value: ptr(.2 + float64(i%5)*.02)})
	}
	in.Days[9].Value = nil
	return in
}

func sampleSchedule() Schedule {
	return Schedule{Now: 4*time.Hour + 12*time.Minute, Jobs: []ScheduledJob{
		{"Outcomes", time.Hour, JobDone},
		{"Metrics", 2 * time.Hour, JobBlind},
		{"Statistical", 3 * time.Hour, JobRunning},
		{"Performance", 4 * time.Hour, JobFailed},
		{"Other", 23 * time.Hour, JobDue},
	}}
}
