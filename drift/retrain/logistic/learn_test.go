package logistic

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// filled returns a table of n rows, of which cell gives each feature's JSON, "" for none.
func filled(t *testing.T, n int, cell map[string]func(i int) string) *table {
	t.Helper()
	tab := &table{}
	for i := range n {
		for name, f := range cell {
			if s := f(i); s != "" {
				if err := tab.set([]byte(name), parseValue([]byte(s))); err != nil {
					t.Fatal(err)
				}
			}
		}
		tab.label = append(tab.label, i%3 == 0)
		tab.times = append(tab.times, time.Unix(int64(i), 0))
	}
	tab.finish()
	return tab
}

func TestLearn(t *testing.T) {
	mod := func(k int) func(int) string { return func(i int) string { return fmt.Sprint(i % k) } }
	for name, c := range map[string]struct {
		cell   func(i int) string
		kind   string
		levels int
		other  bool
		gap    bool
		reason string
	}{
		"number":           {cell: func(i int) string { return fmt.Sprint(math.Sin(float64(i))) }, kind: numeric},
		"weekday":          {cell: mod(7), kind: numeric, levels: 7},
		"two values":       {cell: mod(2), kind: numeric},
		"too many values":  {cell: mod(65), kind: numeric},
		"half-hours":       {cell: func(i int) string { return fmt.Sprint(float64(i%48) / 48) }, kind: numeric, levels: 48},
		"bools":            {cell: func(i int) string { return fmt.Sprint(i%2 == 0) }, kind: numeric},
		"bools, numbers":   {cell: func(i int) string { return []string{"true", "0.5", "3"}[i%3] }, kind: numeric, levels: 3},
		"rare number":      {cell: func(i int) string { return fmt.Sprint(max(i%4, 9*btoi(i < 4))) }, kind: numeric, levels: 4},
		"rare numbers":     {cell: func(i int) string { return fmt.Sprint(max(i%4, (9+i%2)*btoi(i < 8))) }, kind: numeric, levels: 4, other: true},
		"texts":            {cell: func(i int) string { return fmt.Sprintf(`"t%d"`, i%5) }, kind: categorical, levels: 5},
		"texts, numbers":   {cell: func(i int) string { return []string{`"a"`, "1", "true"}[i%3] }, kind: categorical, levels: 3},
		"texts, many":      {cell: func(i int) string { return fmt.Sprintf(`"t%d"`, i%80) }, kind: categorical, levels: 50, other: true},
		"number with gaps": {cell: func(i int) string { return []string{"", fmt.Sprint(i * i % 1009)}[btoi(i%9 > 0)] }, kind: numeric, gap: true},
		"text with gaps":   {cell: func(i int) string { return []string{"null", `"a"`}[i%2] }, kind: categorical, levels: 1, gap: true},
		"one and gaps":     {cell: func(i int) string { return []string{"null", "7"}[i%2] }, kind: numeric, gap: true},
		"one number":       {cell: func(int) string { return "4" }, reason: "same in every row"},
		"one text":         {cell: func(int) string { return `"x"` }, reason: "same in every row"},
		"identifier":       {cell: func(i int) string { return fmt.Sprintf(`"id-%d"`, i) }, reason: "identifier"},
		"rare texts":       {cell: func(i int) string { return []string{"", fmt.Sprintf(`"%d"`, i%64/4)}[btoi(i < 64)] }, reason: "None of its texts"},
		"counter":          {cell: func(i int) string { return fmt.Sprint(1000 + 3*i) }, reason: "grows with every row"},
		"lists":            {cell: func(int) string { return `[1,{"a":"]"}]` }, reason: "no value"},
		"nulls":            {cell: func(int) string { return "null" }, reason: "no value"},
		"huge":             {cell: func(i int) string { return []string{"1.7e308", "-1.7e308"}[i%2] }, reason: "too large"},
		"beyond a float":   {cell: func(int) string { return "1e999" }, reason: "no value"},
		"tiny":             {cell: func(i int) string { return []string{"1e-300", "2e-300"}[i%2] }, reason: "too close"},
	} {
		tab := filled(t, 1000, map[string]func(int) string{"x": c.cell})
		features, dropped := learn(tab, tab.rows())
		if c.reason != "" {
			if len(features) > 0 || len(dropped) != 1 || !strings.Contains(dropped[0].Reason, c.reason) {
				t.Errorf("%s: kept %+v, dropped %+v", name, features, dropped)
			}
			continue
		}
		if len(features) != 1 {
			t.Errorf("%s was dropped: %+v", name, dropped)
			continue
		}
		f := features[0]
		if f.Kind != c.kind || len(f.Levels) != c.levels || (f.OtherWeight != nil) != c.other || (f.MissingWeight != nil) != c.gap {
			b, _ := json.Marshal(f)
			t.Errorf("%s: %s", name, b)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (t *table) column0() *column { return t.columns[0] }

// Mean, deviation and median are those of the values that are there.
func TestLearnNumbers(t *testing.T) {
	values := []string{"1", "2", "", "4", "9"}
	tab := filled(t, 5, map[string]func(int) string{"x": func(i int) string { return values[i] }})
	features, _ := learn(tab, 5)
	f := features[0]
	if f.Mean != 4 || math.Abs(f.SD-math.Sqrt(38.0/4)) > 1e-15 || f.Impute != 3 {
		t.Errorf("%+v", f)
	}
	e := newEncoder(&f)
	if got := e.standard(value{}); got != (3-4)/f.SD {
		t.Errorf("a missing number counts as %v", got)
	}
	if got := e.standard(value{kind: number, num: math.MaxFloat64}); got != maxStandard {
		t.Errorf("a wild number counts as %v", got)
	}
}

// What a fold learns and is fitted to does not change with any row from its cut on, and its
// training rows are strictly earlier than those it is validated by.
func TestFoldsNeverLookAhead(t *testing.T) {
	cells := map[string]func(int) string{
		"a": func(i int) string { return fmt.Sprint(math.Sin(float64(i * i))) },
		"b": func(i int) string { return fmt.Sprintf(`"t%d"`, i*i%7) },
	}
	tab := filled(t, 600, cells)
	for i := range tab.times {
		tab.times[i] = time.Unix(int64(i/7), 0) // seven rows at every instant
	}
	list := expanding(tab)
	if len(list) != folds {
		t.Fatalf("%d folds", len(list))
	}
	end := 0
	for _, f := range list {
		if !tab.times[f.train-1].Before(tab.times[f.train]) || f.end <= f.train || f.train < end {
			t.Errorf("fold %+v after %d", f, end)
		}
		end = f.end
		spoilt := filled(t, 600, map[string]func(int) string{
			"a": func(i int) string { return []string{cells["a"](i), `"late"`}[btoi(i >= f.train)] },
			"b": func(i int) string { return []string{cells["b"](i), "77"}[btoi(i >= f.train)] },
			"c": func(i int) string { return []string{"", "1"}[btoi(i >= f.train)] },
		})
		for i := f.train; i < 600; i++ {
			spoilt.label[i] = true
		}
		want, _ := learn(tab, f.train)
		got, _ := learn(spoilt, f.train)
		a, _ := json.Marshal(want)
		b, _ := json.Marshal(got)
		if string(a) != string(b) {
			t.Errorf("fold %+v learned from later rows:\n%s\n%s", f, a, b)
		}
		d1, d2 := encode(tab, want, 0, f.train), encode(spoilt, got, 0, f.train)
		s1, err1 := Fit(t.Context(), d1, 1)
		s2, err2 := Fit(t.Context(), d2, 1)
		if fmt.Sprint(s1, err1) != fmt.Sprint(s2, err2) {
			t.Errorf("fold %+v is fitted to later rows", f)
		}
	}
	if end != 600 {
		t.Errorf("the last fold ends at %d", end)
	}
}

// Rows of one instant cannot be validated, nor can folds whose training rows are of one class.
func TestFoldsLeftOut(t *testing.T) {
	tab := filled(t, 120, map[string]func(int) string{"a": func(i int) string { return fmt.Sprint(i % 5) }})
	for i := range tab.times {
		tab.times[i] = time.Unix(0, 0)
	}
	if list := expanding(tab); len(list) != 0 {
		t.Errorf("one instant: %+v", list)
	}
	for i := range tab.times {
		tab.times[i], tab.label[i] = time.Unix(int64(i), 0), i >= 50
	}
	if list := expanding(tab); len(list) != 3 || list[0].train != 60 {
		t.Errorf("late positives: %+v", list)
	}
}

// A model's score of a row is what the design and the fit give it.
func TestEncodeAgreesWithScore(t *testing.T) {
	cells := map[string]func(int) string{
		"n": func(i int) string { return []string{fmt.Sprint(math.Cos(float64(i))), ""}[btoi(i%11 == 0)] },
		"h": func(i int) string { return fmt.Sprint(i * i % 13) },
		"t": func(i int) string { return []string{fmt.Sprintf(`"t%d"`, i*i%5), "3.0", "null"}[i%3] },
	}
	tab := filled(t, 400, cells)
	a, _, err := train(t.Context(), tab, Description{}, reporter{discard{}})
	if err != nil {
		t.Fatal(err)
	}
	a.Calibration = Calibration{Method: uncalibrated, Slope: 1}
	b, err := a.encode()
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	d := encode(tab, a.Features, 0, 400)
	x := make([]float64, d.cols+1)
	j := 0
	for k := range a.Features {
		if a.Features[k].Kind == numeric {
			x[j] = a.Features[k].Weight
			j++
		}
	}
	for k := range a.Features {
		e := newEncoder(&a.Features[k])
		for code := range e.width() {
			x[j] = e.weightOf(code)
			j++
		}
	}
	x[d.cols] = a.Intercept
	o := NewObjective(d, 1)
	o.margins(o.margin, x)
	for i := range 400 {
		row := "{"
		for name, f := range cells {
			if s := f(i); s != "" {
				row += fmt.Sprintf("%q:%s,", name, s)
			}
		}
		row = strings.TrimSuffix(row, ",") + "}"
		score, predicted, err := m.ScoreJSON(json.RawMessage(row))
		if err != nil || math.Abs(score-sigmoid(o.margin[i])) > 1e-13 || predicted != (score >= a.Threshold) {
			t.Fatalf("%s: %v, want %v, %v", row, score, sigmoid(o.margin[i]), err)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func TestTableLimits(t *testing.T) {
	tab := &table{}
	var err error
	for k := 0; k <= MaxFeatures && err == nil; k++ {
		err = tab.set(fmt.Appendf(nil, "f%d", k), value{kind: number})
	}
	if err == nil || !strings.Contains(err.Error(), "more than 1000 features") {
		t.Errorf("too many features: %v", err)
	}
	tab.label = make([]bool, maxCells/MaxFeatures+1)
	if err := tab.set([]byte("f0"), value{kind: number}); err == nil || !strings.Contains(err.Error(), "memory") {
		t.Errorf("too many cells: %v", err)
	}
	twice := &table{}
	for _, s := range []string{"1", `"b"`} {
		if err := twice.set([]byte("x"), parseValue([]byte(s))); err != nil {
			t.Fatal(err)
		}
	}
	if v := twice.column0().at(0); v.kind != text || string(v.text) != "b" || twice.column0().at(9).kind != missing {
		t.Errorf("of two the last counts, not %+v", v)
	}
}
