package logistic_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic/logistictest"
)

const description = `{"retrain_id":17,"tenant":"acme","model_type":"fraud","behaves_like":"fraud_detector","version":"2026-11-25-r17",
"seed":0,"rows_train":2000,"rows_holdout":400,"window_from":"2026-03-01T00:00:00Z","window_to":"2026-03-03T00:00:00Z"}`

// folder makes a job's folder.
func folder(t *testing.T, description string, train, holdout []byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range map[string][]byte{"description.json": []byte(description), "train.ndjson": train, "holdout.ndjson": holdout} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

type prediction struct {
	ID        string  `json:"prediction_id"`
	Score     float64 `json:"score"`
	Predicted bool    `json:"predicted"`
}

func TestRun(t *testing.T) {
	train, holdout := logistictest.Rows(2000, 8)
	dir := folder(t, description, train, holdout)
	var progress bytes.Buffer
	if err := logistic.Run(t.Context(), dir, &progress); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "artifact"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := logistic.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	if m.Version() != "2026-11-25-r17" {
		t.Errorf("version %s", m.Version())
	}
	predictions := read[prediction](t, filepath.Join(dir, "predictions.ndjson"))
	rows := bytes.Split(bytes.TrimSpace(holdout), []byte("\n"))
	if len(predictions) != 400 || len(rows) != 400 {
		t.Fatalf("%d predictions for %d rows", len(predictions), len(rows))
	}
	for i, line := range rows {
		var r struct {
			ID       string          `json:"prediction_id"`
			Features json.RawMessage `json:"features"`
		}
		var asMap struct {
			Features map[string]any `json:"features"`
		}
		if err := errors.Join(json.Unmarshal(line, &r), json.Unmarshal(line, &asMap)); err != nil {
			t.Fatal(err)
		}
		score, predicted, err := m.ScoreJSON(r.Features)
		again, _, err2 := m.Score(asMap.Features)
		p := predictions[i]
		if err != nil || err2 != nil || p != (prediction{r.ID, score, predicted}) || again != score || predicted != (score >= m.Threshold()) {
			t.Fatalf("row %d: left %+v, loaded gives %v and %v, %v", i, p, score, again, errors.Join(err, err2))
		}
	}
	checkMetrics(t, dir)
	checkProgress(t, &progress)
}

func checkMetrics(t *testing.T, dir string) {
	t.Helper()
	var m logistic.Metrics
	b, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
	if err != nil || json.Unmarshal(b, &m) != nil {
		t.Fatalf("%s, %v", b, err)
	}
	if m.RowsTrain != 2000 || m.RowsHoldout != 400 || m.Folds != 5 || !m.Fit.Converged || len(m.Features) != 8 || m.OutOfFold.Rows < 1600 {
		t.Errorf("%s", b)
	}
	if m.OutOfFold.ROCAUC < 0.7 {
		t.Errorf("a strong signal gives an area of %v", m.OutOfFold.ROCAUC)
	}
}

func checkProgress(t *testing.T, r io.Reader) {
	t.Helper()
	stages := []string{}
	for lines := bufio.NewScanner(r); lines.Scan(); {
		var p logistic.Progress
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil || p.Message == "" || p.Done > p.Total {
			t.Errorf("progress %s, %v", lines.Bytes(), err)
		}
		if len(stages) == 0 || stages[len(stages)-1] != p.Stage {
			stages = append(stages, p.Stage)
		}
	}
	if got := strings.Join(stages, " "); got != "reading features cross-validation fit calibration scoring" {
		t.Errorf("stages %s", got)
	}
}

func read[T any](t *testing.T, path string) (list []T) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for dec := json.NewDecoder(f); ; {
		var v T
		if err := dec.Decode(&v); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
}

// outcome is all that a training leaves.
func outcome(t *testing.T, like string, train, holdout []byte) (artifact, predictions, metrics []byte) {
	t.Helper()
	var a, p, m bytes.Buffer
	err := logistic.Train(t.Context(), logistic.Job{
		Description: logistic.Description{BehavesLike: like, Thresholds: map[string]float64{"precision": 0.6, "recall": 0.5}},
		Train:       bytes.NewReader(train), Holdout: bytes.NewReader(holdout),
		Artifact: &a, Predictions: &p, Metrics: &m, Progress: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a.Bytes(), p.Bytes(), m.Bytes()
}

// The same rows give the same bytes, on one processor and on two.
func TestDeterminism(t *testing.T) {
	train, holdout := logistictest.Rows(3000, 10)
	a, p, m := outcome(t, drift.ConflictPredictor, train, holdout)
	for _, procs := range []int{1, 2} {
		before := runtime.GOMAXPROCS(procs)
		a2, p2, m2 := outcome(t, drift.ConflictPredictor, train, holdout)
		runtime.GOMAXPROCS(before)
		if !bytes.Equal(a, a2) || !bytes.Equal(p, p2) || !bytes.Equal(m, m2) {
			t.Errorf("with %d processors other bytes", procs)
		}
	}
}

// plain is a set of rows whose features are named and scaled as told.
func plain(n int, names [3]string, factor float64) (train, holdout []byte) {
	for i := range n + 50 {
		x, y := math.Sin(float64(i*i)), math.Cos(float64(3*i*i))
		line := fmt.Sprintf(`{"prediction_id":"%d","created_at":"2026-01-01T%02d:%02d:00Z","features":{%q:%v,%q:%v,%q:"t%d"},"actual":%t}`+"\n",
			i, i/60, i%60, names[0], x*factor, names[1], y, names[2], i*i%5, x+y/2+float64(i*i%5)/4+math.Sin(float64(7*i)) > 0.5)
		if i < n {
			train = append(train, line...)
		} else {
			holdout = append(holdout, line...)
		}
	}
	return train, holdout
}

func TestInvariance(t *testing.T) {
	train, holdout := plain(700, [3]string{"a", "b", "c"}, 1)
	_, want, _ := outcome(t, drift.FraudDetector, train, holdout)
	for name, c := range map[string]struct {
		names  [3]string
		factor float64
	}{
		"in another order": {[3]string{"z", "y", "x"}, 1},
		"ten times":        {[3]string{"a", "b", "c"}, 10},
		"a thousandth":     {[3]string{"a", "b", "c"}, 1e-3},
	} {
		train, holdout := plain(700, c.names, c.factor)
		_, got, _ := outcome(t, drift.FraudDetector, train, holdout)
		a, b := decode(t, want), decode(t, got)
		for i := range a {
			if math.Abs(a[i].Score-b[i].Score) > 1e-12 || a[i].Predicted != b[i].Predicted {
				t.Errorf("%s: %+v, want %+v", name, b[i], a[i])
			}
		}
	}
}

func decode(t *testing.T, b []byte) (list []prediction) {
	t.Helper()
	for dec := json.NewDecoder(bytes.NewReader(b)); dec.More(); {
		var p prediction
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if len(list) == 0 {
		t.Fatal("no predictions")
	}
	return list
}

// Keys in another order and rows told in other words are the same rows.
func TestKeyOrder(t *testing.T) {
	train, holdout := plain(300, [3]string{"a", "b", "c"}, 1)
	a, p, _ := outcome(t, drift.FraudDetector, train, holdout)
	for _, b := range []*[]byte{&train, &holdout} {
		var out bytes.Buffer
		for line := range bytes.Lines(*b) {
			var r map[string]any // marshalled in the order of its keys: actual first
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			b, err := json.MarshalIndent(r, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			out.Write(bytes.ReplaceAll(b, []byte("\n"), []byte(" ")))
			out.WriteString("\n\n")
		}
		*b = out.Bytes()
	}
	a2, p2, _ := outcome(t, drift.FraudDetector, train, holdout)
	if !bytes.Equal(a, a2) || !bytes.Equal(p, p2) {
		t.Error("the order of keys counts")
	}
}

// Rare positives bring balanced weights into the choice; few rows leave nothing to choose by.
func TestSmallAndRare(t *testing.T) {
	rows := func(n, every int) (b []byte) {
		for i := range n {
			b = fmt.Appendf(b, `{"prediction_id":"%d","created_at":"2026-01-01T%02d:%02d:00Z","features":{"x":%v},"actual":%t}`+"\n", i, i/60, i%60, math.Sin(float64(i*i))+btof(i%every == 0), i%every == 0)
		}
		return b
	}
	var m logistic.Metrics
	_, _, b := outcome(t, drift.FraudDetector, rows(1200, 12), nil)
	if err := json.Unmarshal(b, &m); err != nil || len(m.Trials) != 2*len(logistic.Strengths) {
		t.Errorf("%d trials, %v", len(m.Trials), err)
	}
	var few logistic.Metrics
	_, p, b := outcome(t, drift.FraudDetector, rows(logistic.MinRows, 4), rows(1, 1))
	if err := json.Unmarshal(b, &few); err != nil || few.Folds != 0 || few.Fit.C != 1 || few.Threshold != 0.5 || few.OutOfFold.Accuracy.Defined() {
		t.Errorf("%s, %v", b, err)
	}
	if len(decode(t, p)) != 1 {
		t.Errorf("%s", p)
	}
}

func btof(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func TestRunRefuses(t *testing.T) {
	train, holdout := plain(100, [3]string{"a", "b", "c"}, 1)
	if err := logistic.Run(t.Context(), filepath.Join(t.TempDir(), "gone"), io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	for name, c := range map[string]struct{ remove, description, want string }{
		"no description":  {"description.json", description, "description"},
		"bad description": {"", "{", "cannot be read"},
		"bad behaviour":   {"", `{"behaves_like":"oracle"}`, `behaves like "oracle"`},
		"no rows":         {"train.ndjson", description, "train.ndjson"},
	} {
		dir := folder(t, c.description, train, holdout)
		if c.remove != "" {
			if err := os.Remove(filepath.Join(dir, c.remove)); err != nil {
				t.Fatal(err)
			}
		}
		if err := logistic.Run(t.Context(), dir, io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dir := folder(t, description, train[:bytes.IndexByte(train, '\n')+1], holdout)
	if err := logistic.Run(t.Context(), dir, io.Discard); drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("one row: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 3 {
		t.Errorf("a failed training leaves %v", left)
	}
	dir = folder(t, description, train, holdout)
	if err := os.Mkdir(filepath.Join(dir, "metrics.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := logistic.Run(t.Context(), dir, io.Discard); err == nil || !strings.Contains(err.Error(), "write the job's results") {
		t.Errorf("no room for metrics: %v", err)
	}
}
