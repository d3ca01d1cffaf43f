package stats

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// sharedData returns the directory of the real data beside the repository, or
// "" where a user does not have it. In CI it has to be there.
func sharedData(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		t.Fatal("no go.mod above the test")
	}
	data := filepath.Join(dir, "..", "shared", "data")
	if _, err := os.Stat(data); err == nil {
		return data
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("the real data is missing: ../shared/data")
	}
	t.Log("left out: the real data (../shared/data) is not on this machine")
	return ""
}

// logDay is one day of a prediction log.
type logDay struct {
	scores     []float64
	actual     []bool
	predicted  []bool
	confusion  Confusion
	run        Run
	classified Classification
}

// readLog reads a prediction log by day.
func readLog(t *testing.T, path string) map[string]*logDay {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows := csv.NewReader(file)
	head, err := rows.Read()
	if err != nil {
		t.Fatal(err)
	}
	at := func(row []string, name string) string { return row[slices.Index(head, name)] }
	days := map[string]*logDay{}
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		key := at(row, "created_at")[:len(time.DateOnly)]
		if days[key] == nil {
			days[key] = &logDay{}
		}
		score, err := strconv.ParseFloat(at(row, "score"), 64)
		if err != nil {
			t.Fatal(err)
		}
		d := days[key]
		d.scores = append(d.scores, score)
		d.actual = append(d.actual, at(row, "actual") == "1")
		d.predicted = append(d.predicted, at(row, "predicted") == "1")
	}
	for _, d := range days {
		if d.run, err = NewRun(d.scores); err != nil {
			t.Fatal(err)
		}
		if d.classified, err = Classify(d.actual, d.scores, d.predicted); err != nil {
			t.Fatal(err)
		}
		d.confusion = d.classified.Confusion
	}
	return days
}

// evaluation is what the file expects of one midnight.
type evaluation struct {
	Now             time.Time
	NRecent         int        `json:"n_recent"`
	NBaseline       int        `json:"n_baseline"`
	Num             uint64     `json:"d_num"`
	D               float64    `json:"D"`
	PExact          float64    `json:"p_exact"`
	PLimit          float64    `json:"p_limit"`
	PSI             float64    `json:"psi"`
	JS              float64    `json:"js"`
	Wasserstein     float64    `json:"wass_norm"`
	CorrectRecent   int        `json:"correct_recent"`
	CorrectBaseline int        `json:"correct_baseline"`
	Drop            float64    `json:"drop"`
	PerfSeverity    string     `json:"perf_severity"`
	ZP              float64    `json:"z_p"`
	DropCI          [2]float64 `json:"drop_ci95"`
}

// dayExpected is what the file expects of one day.
type dayExpected struct {
	N, TP, FP, FN, TN int
	Accuracy          *float64
	MeanScore         *float64 `json:"mean_score"`
	Precision, Recall *float64
	F1, Brier         *float64
	ROCAUC            *float64 `json:"roc_auc"`
	PRAUC             *float64 `json:"avg_precision"`
}

type expectations struct {
	Series []struct {
		Daily       map[string]dayExpected
		Evaluations []evaluation
	}
}

// window gathers the days of [from, to).
type window struct {
	scores    []float64
	runs      []Run
	confusion Confusion
}

func windowOf(days map[string]*logDay, now time.Time, from, to int) window {
	var w window
	for back := from; back > to; back-- {
		if d := days[now.AddDate(0, 0, -back).Format(time.DateOnly)]; d != nil {
			w.scores = append(w.scores, d.scores...)
			w.runs = append(w.runs, d.run)
			w.confusion = w.confusion.Add(d.confusion)
		}
	}
	return w
}

func TestRealData(t *testing.T) {
	data := sharedData(t)
	if data == "" {
		return
	}
	for _, name := range []string{"elec2", "california_housing"} {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(data, "expected_"+name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want expectations
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			days := readLog(t, filepath.Join(data, name+".csv"))
			checked := 0
			for day, d := range want.Series[0].Daily {
				checkDay(t, day, days[day], d)
			}
			for _, e := range want.Series[0].Evaluations {
				recent := windowOf(days, e.Now, 7, 0)
				baseline := windowOf(days, e.Now, 60, 30)
				if len(recent.scores) != e.NRecent || len(baseline.scores) != e.NBaseline {
					t.Fatalf("%v: %d and %d scores", e.Now, len(recent.scores), len(baseline.scores))
				}
				checkShift(t, e, recent, baseline)
				checkDrop(t, e, recent.confusion.Accuracy(), baseline.confusion.Accuracy())
				checked++
			}
			t.Logf("%d midnights and %d days agree", checked, len(want.Series[0].Daily))
			if checked < 500 {
				t.Errorf("only %d midnights", checked)
			}
		})
	}
}

func checkDay(t *testing.T, day string, d *logDay, want dayExpected) {
	t.Helper()
	m := d.classified
	if got := (Confusion{want.TP, want.FP, want.FN, want.TN}); got != m.Confusion || m.N() != want.N {
		t.Errorf("%s: counts %+v, want %+v", day, m.Confusion, got)
	}
	if want.Accuracy == nil {
		return // fewer than ten outcomes: a rule of the checks, not of the numbers
	}
	got := []float64{m.Accuracy, m.Precision, m.Recall, m.F1, m.Brier, m.ROCAUC, m.PRAUC, m.MeanScore}
	for k, f := range []*float64{
		want.Accuracy, want.Precision, want.Recall, want.F1,
		want.Brier, want.ROCAUC, want.PRAUC, want.MeanScore,
	} {
		if !agrees(got[k], f) {
			t.Errorf("%s: metric %d is %v, want %v", day, k, got[k], show(f))
		}
	}
}

// checkShift compares a midnight from memory, and from runs.
func checkShift(t *testing.T, e evaluation, recent, baseline window) {
	t.Helper()
	memory, err := Compare(recent.scores, baseline.scores, PRule{})
	if err != nil {
		t.Fatal(err)
	}
	runs, err := CompareRuns(recent.runs, baseline.runs, PRule{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	fast, err := KS(recent.scores, baseline.scores, PRule{})
	if err != nil {
		t.Fatal(err)
	}
	if memory.KS != runs.KS || memory.KS != fast {
		t.Errorf("%v: memory %+v, runs %+v, unsorted %+v", e.Now, memory.KS, runs.KS, fast)
	}
	for _, c := range []Comparison{memory, runs} {
		if c.KS.Num != (Uint128{Lo: e.Num}) || c.KS.D != e.D {
			t.Errorf("%v: D = %v (%v), want %v (%d)", e.Now, c.KS.D, c.KS.Num, e.D, e.Num)
		}
		if c.KS.Method != MethodExact || relative(c.KS.P, e.PExact) > 1e-9 {
			t.Errorf("%v: p = %v (%s), want %v", e.Now, c.KS.P, c.KS.Method, e.PExact)
		}
		close9(t, e, "psi", c.PSI, e.PSI)
		close9(t, e, "js", c.JS, e.JS)
		close9(t, e, "wasserstein", c.Wasserstein, e.Wasserstein)
	}
}

func checkDrop(t *testing.T, e evaluation, recent, baseline Proportion) {
	t.Helper()
	if recent.K != e.CorrectRecent || baseline.K != e.CorrectBaseline {
		t.Errorf("%v: correct %d and %d", e.Now, recent.K, baseline.K)
	}
	close9(t, e, "drop", Drop(recent, baseline), e.Drop)
	close9(t, e, "z_p", DropP(recent, baseline), e.ZP)
	i := Newcombe(recent, baseline)
	close9(t, e, "low", i.Low, e.DropCI[0])
	close9(t, e, "high", i.High, e.DropCI[1])
	severity := "NONE"
	switch {
	case DropAbove(recent, baseline, MustDecimal("0.20")):
		severity = "CRITICAL"
	case DropAtLeast(recent, baseline, MustDecimal("0.10")):
		severity = "HIGH"
	case DropAtLeast(recent, baseline, MustDecimal("0.05")):
		severity = "MEDIUM"
	}
	if severity != e.PerfSeverity {
		t.Errorf("%v: %s, want %s", e.Now, severity, e.PerfSeverity)
	}
}

func close9(t *testing.T, e evaluation, name string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want))) {
		t.Errorf("%v: %s = %v, want %v", e.Now, name, got, want)
	}
}
