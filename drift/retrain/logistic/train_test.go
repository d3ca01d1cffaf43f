package logistic_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic/logistictest"
)

func TestTrainRefuses(t *testing.T) {
	line := func(i int, features, actual string) string {
		return fmt.Sprintf(`{"prediction_id":"%d","created_at":"2026-01-01T00:%02d:00Z","features":%s%s}`+"\n", i, i, features, actual)
	}
	lines := func(n int, features func(int) string, actual func(int) bool) (s string) {
		for i := range n {
			s += line(i, features(i), fmt.Sprintf(`,"actual":%t`, actual(i)))
		}
		return s
	}
	varied := func(i int) string { return fmt.Sprintf(`{"x":%v}`, math.Sin(float64(i))) }
	odd := func(i int) bool { return i%2 == 1 }
	good := lines(40, varied, odd)
	for name, c := range map[string]struct{ train, holdout, want string }{
		"no rows":             {"", "", "There are 0 training rows; the built-in trainer needs at least 20."},
		"one row":             {lines(1, varied, odd), "", "There are 1 training rows"},
		"none true":           {lines(30, varied, func(int) bool { return false }), "", "No training row came true"},
		"all true":            {lines(30, varied, func(int) bool { return true }), "", "Every training row came true"},
		"all equal":           {lines(30, func(int) string { return `{"a":1,"b":2,"c":3,"d":"x","e":true}` }, odd), "", "No feature is of use: a: It is the same in every row. b: It is the same in every row. c: It is the same in every row. And 2 more."},
		"no features":         {lines(30, func(int) string { return "null" }, odd), "", "No feature is of use: the training rows have none."},
		"not JSON":            {"{]\n", "", "Line 1 of train.ndjson is not JSON."},
		"NaN":                 {line(0, `{"x":NaN}`, `,"actual":true`), "", "Line 1 of train.ndjson is not JSON."},
		"a list":              {"[]\n", "", "Line 1 of train.ndjson is not a JSON object."},
		"no id":               {`{"created_at":"2026-01-01T00:00:00Z"}`, "", "Line 1 of train.ndjson has no prediction_id."},
		"no time":             {`{"prediction_id":"a","created_at":7}`, "", "has no created_at that is an RFC 3339 time."},
		"features no object":  {line(0, "7", ""), "", "has features that are not a JSON object."},
		"no actual":           {line(0, `{"x":1}`, ""), "", "Row 1 of train.ndjson has no actual that is true or false"},
		"actual a number":     {line(0, `{"x":1}`, `,"actual":1`), "", "Row 1 of train.ndjson has no actual"},
		"back in time":        {line(5, `{}`, `,"actual":true`) + line(4, `{}`, `,"actual":true`), "", "Line 2 of train.ndjson is earlier than the line before it"},
		"too long":            {`{"x":"` + strings.Repeat("a", 17<<20), "", "Line 1 of train.ndjson is longer than 16 MiB."},
		"a bad hold-out":      {good, "\n7\n", "Line 2 of holdout.ndjson is not a JSON object."},
		"too many features":   {line(0, manyFeatures(), `,"actual":true`), "", "more than 1000 features"},
		"a hold-out back":     {good, line(5, "{}", "") + line(4, "{}", ""), "Line 2 of holdout.ndjson is earlier"},
		"a hold-out without ": {good, `{"prediction_id":null,"created_at":"2026-01-01T00:00:00Z"}`, "Line 1 of holdout.ndjson has no prediction_id."},
	} {
		err := logistic.Train(t.Context(), job(strings.NewReader(c.train), strings.NewReader(c.holdout)))
		if err == nil || !strings.Contains(err.Error(), c.want) || drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func manyFeatures() string {
	names := make([]string, 1001)
	for k := range names {
		names[k] = fmt.Sprintf(`"f%d":1`, k)
	}
	return "{" + strings.Join(names, ",") + "}"
}

func job(train, holdout io.Reader) logistic.Job {
	return logistic.Job{Train: train, Holdout: holdout, Artifact: io.Discard, Predictions: io.Discard, Metrics: io.Discard, Progress: io.Discard}
}

// broken fails at the first write, or after so many bytes.
type broken struct{ left int }

func (w *broken) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, errBroken
	}
	return len(b), nil
}

var errBroken = errors.New("the disk is full")

func TestTrainFailures(t *testing.T) {
	train, holdout := logistictest.Rows(2000, 5)
	for name, spoil := range map[string]func(*logistic.Job){
		"train":             func(j *logistic.Job) { j.Train = iotest.ErrReader(errBroken) },
		"hold-out":          func(j *logistic.Job) { j.Holdout = iotest.ErrReader(errBroken) },
		"artefact":          func(j *logistic.Job) { j.Artifact = &broken{} },
		"predictions":       func(j *logistic.Job) { j.Predictions = &broken{} },
		"predictions early": func(j *logistic.Job) { j.Predictions = &broken{5000} },
		"predictions late":  func(j *logistic.Job) { j.Predictions = &broken{17000} },
		"metrics":           func(j *logistic.Job) { j.Metrics = &broken{} },
	} {
		j := job(bytes.NewReader(train), bytes.NewReader(holdout))
		spoil(&j)
		if err := logistic.Train(t.Context(), j); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	j := job(bytes.NewReader(train), bytes.NewReader(holdout))
	j.Progress = &broken{} // nobody reads along: that fails nothing
	if err := logistic.Train(t.Context(), j); err != nil {
		t.Error(err)
	}
}

// stopAt cancels once a stage is told.
type stopAt struct {
	stage  string
	cancel context.CancelFunc
}

func (s stopAt) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(s.stage)) {
		s.cancel()
	}
	return len(b), nil
}

func TestCancelled(t *testing.T) {
	train, holdout := logistictest.Rows(3000, 5)
	for _, stage := range []string{"reading", "features", "cross-validation", "fit", "calibration"} {
		ctx, cancel := context.WithCancel(t.Context())
		j := job(bytes.NewReader(train), bytes.NewReader(bytes.Repeat(holdout[:bytes.IndexByte(holdout, '\n')+1], 2000)))
		j.Progress = stopAt{`"` + stage + `"`, cancel}
		if err := logistic.Train(ctx, j); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in %s: %v", stage, err)
		}
		cancel()
	}
}
