package stats

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The raw estimate is cbpe_acc of every midnight of every file that says what is expected; how the
// calibrated one fares on real drift is printed, and it has to be nearer on the whole.
func TestEstimatesOfRealData(t *testing.T) {
	data := sharedData(t)
	if data == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(data, "expected_*.json"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "expected_"), ".json")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want struct {
				Series []struct {
					Evaluations []struct {
						Now  time.Time
						CBPE *float64 `json:"cbpe_acc"`
					}
				}
			}
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			days := readLog(t, filepath.Join(data, name+".csv"))
			var r record
			for _, e := range want.Series[0].Evaluations {
				scores, predicted, actual := flat(spanOf(days, e.Now, 7, 0))
				// The files print every digit of a float64, the last of which is the rounding of their sum.
				if got := ExpectedAccuracy(scores, predicted); e.CBPE == nil || math.Abs(got-*e.CBPE) > 1e-15 {
					t.Errorf("%v: %v, want %v", e.Now, got, show(e.CBPE))
				}
				r.add(t, spanOf(days, e.Now, 60, 30), scores, predicted, actual)
			}
			t.Logf("%d midnights: raw off by %.4f; calibrated (%d) by %.4f, raw on the same by %.4f, %.1f %% inside",
				len(want.Series[0].Evaluations), r.raw/float64(r.all), r.n, r.off/float64(r.n), r.rawThere/float64(r.n), 100*float64(r.inside)/float64(r.n))
			if r.n < 100 {
				t.Errorf("only %d calibrated estimates", r.n)
			}
		})
	}
}

// record adds up how far estimates were off.
type record struct {
	all, n, inside     int
	raw, rawThere, off float64
}

func (r *record) add(t *testing.T, baseline []*logDay, scores []float64, predicted, actual []bool) {
	t.Helper()
	var found Confusion
	for i := range predicted {
		found.Count(predicted[i], actual[i])
	}
	accuracy := found.Accuracy().Value()
	raw := math.Abs(ExpectedAccuracy(scores, predicted) - accuracy)
	r.all, r.raw = r.all+1, r.raw+raw
	var days []Labelled
	for _, d := range baseline {
		days = append(days, Labelled{d.actual, d.scores, d.predicted})
	}
	c, err := Calibrate(days)
	if err != nil {
		t.Fatal(err)
	}
	e := c.Estimate(scores, predicted, 0)
	if !e.Enough {
		return
	}
	r.n, r.rawThere, r.off = r.n+1, r.rawThere+raw, r.off+math.Abs(e.Accuracy-accuracy)
	if accuracy >= e.Low && accuracy <= e.High {
		r.inside++
	}
}

func spanOf(days map[string]*logDay, now time.Time, from, to int) (span []*logDay) {
	for back := from; back > to; back-- {
		if d := days[now.AddDate(0, 0, -back).Format(time.DateOnly)]; d != nil {
			span = append(span, d)
		}
	}
	return span
}

func flat(span []*logDay) (scores []float64, predicted, actual []bool) {
	for _, d := range span {
		scores, predicted, actual = append(scores, d.scores...), append(predicted, d.predicted...), append(actual, d.actual...)
	}
	return scores, predicted, actual
}
