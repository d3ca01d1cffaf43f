package logistic_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
)

// byHand is an artefact whose scores can be told by hand.
const byHand = `{"format":"driftwatch-logistic","version":1,"tenant":"acme","model_type":"fraud","model_version":"v1","features":[
{"name":"hour","kind":"numeric","mean":10,"sd":2,"impute":9,"weight":0.5,"levels":[{"number":0,"weight":1},{"number":12,"weight":2}],"other_weight":-1,"missing_weight":3},
{"name":"plain","kind":"numeric","mean":0,"sd":1,"impute":0,"weight":0.25},
{"name":"site","kind":"categorical","mean":0,"sd":1,"impute":0,"weight":0,"levels":[{"text":"1","weight":10},{"text":"a","weight":20},{"text":"true","weight":30}]}],
"intercept":0.125,"calibration":{"method":"none","slope":1,"intercept":0},"threshold":0.75}`

func TestScoreByHand(t *testing.T) {
	m := mustLoad(t, byHand)
	const none = 0.125
	for features, margin := range map[string]float64{
		`{"hour":10}`:     none - 1,
		`{"hour":12}`:     none + 0.5 + 2,
		`{"hour":-0.0}`:   none - 2.5 + 1,
		`{"hour":null}`:   none - 0.25 + 3,
		`{"hour":"noon"}`: none - 0.25 + 3,
		`{"hour":[1]}`:    none - 0.25 + 3,
		`{"hour":1e999}`:  none - 0.25 + 3,
		`{}`:              none - 0.25 + 3,
		` { "hour" : 10 , "other": {"a":["}"]} } `: none - 1,
		`{"hour":10,"plain":4}`:                    none - 1 + 1,
		`{"hour":10,"plain":true}`:                 none - 1 + 0.25,
		`{"hour":10,"plain":"x"}`:                  none - 1,
		`{"hour":10,"site":"a"}`:                   none - 1 + 20,
		`{"hour":10,"site":"\u0061"}`:              none - 1 + 20,
		`{"hour":10,"s\u0069te":"a"}`:              none - 1 + 20,
		`{"hour":10,"site":""}`:                    none - 1,
		`{"hour":10,"site":"new"}`:                 none - 1,
		`{"hour":10,"site":1.0}`:                   none - 1 + 10,
		`{"hour":10,"site":true}`:                  none - 1 + 30,
		`{"hour":10,"site":"\"}é\ud800"}`:          none - 1,
		`{"hour":1,"hour":10}`:                     none - 1,
		`{"plain":1e300,"hour":10}`:                none - 1 + 0.25e6,
	} {
		score, predicted, err := m.ScoreJSON(json.RawMessage(features))
		if want := 1 / (1 + math.Exp(-margin)); err != nil || math.Abs(score-want) > 1e-15 || predicted != (score >= 0.75) {
			t.Errorf("%s: %v, want %v, %v", features, score, want, err)
		}
		var asMap map[string]any
		if json.Unmarshal([]byte(features), &asMap) != nil {
			continue // 1e999 is no float64
		}
		if again, _, err := m.Score(asMap); err != nil || again != score {
			t.Errorf("%s as a map: %v, want %v, %v", features, again, score, err)
		}
	}
}

func TestScoreGoValues(t *testing.T) {
	m := mustLoad(t, byHand)
	want, _, err := m.ScoreJSON(json.RawMessage(`{"hour":12}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []any{12, int64(12), uint8(12), float32(12), 12.0, json.Number("12"), json.RawMessage("12")} {
		if got, _, err := m.Score(map[string]any{"hour": x}); err != nil || got != want {
			t.Errorf("%T: %v, want %v, %v", x, got, want, err)
		}
	}
	gone, _, _ := m.Score(nil)
	for _, x := range []any{math.NaN(), math.Inf(1), float32(math.Inf(-1)), json.Number("none"), nil, []any{1}, map[string]any{}} {
		if got, _, err := m.Score(map[string]any{"hour": x}); err != nil || got != gone {
			t.Errorf("%v: %v, want %v, %v", x, got, gone, err)
		}
	}
	if _, _, err := m.Score(map[string]any{"hour": struct{}{}}); drift.CodeOf(err) != drift.CodeInvalid || !strings.Contains(err.Error(), "struct {}") {
		t.Errorf("a struct: %v", err)
	}
	for _, s := range []string{"", "{", "7", "null", "[]", `"x"`} {
		if _, _, err := m.ScoreJSON(json.RawMessage(s)); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	many := strings.Repeat(`{"number":0,"weight":1},`, 1001)
	for name, c := range map[string]struct {
		old, new string
		want     error
	}{
		"not JSON":         {byHand, "PK\x03\x04", logistic.ErrFormat},
		"another format":   {"driftwatch-logistic", "pickle", logistic.ErrFormat},
		"version 0":        {`"version":1`, `"version":0`, logistic.ErrFormat},
		"newer":            {`"version":1`, `"version":2`, logistic.ErrVersion},
		"cut off":          {byHand, byHand[:len(byHand)-1], logistic.ErrFormat},
		"unknown member":   {`"tenant"`, `"owner"`, logistic.ErrDamaged},
		"order":            {`"plain"`, `"aaa"`, logistic.ErrDamaged},
		"twice":            {`"plain"`, `"hour"`, logistic.ErrDamaged},
		"kind":             {`"categorical"`, `"ordinal"`, logistic.ErrDamaged},
		"sd":               {`"sd":2`, `"sd":0`, logistic.ErrDamaged},
		"level of a text":  {`"text":"a"`, `"number":5`, logistic.ErrDamaged},
		"level of both":    {`"text":"a"`, `"text":"a","number":5`, logistic.ErrDamaged},
		"texts not rising": {`"text":"a"`, `"text":"z"`, logistic.ErrDamaged},
		"numbers":          {`"number":12`, `"number":-12`, logistic.ErrDamaged},
		"level's weight":   {`"weight":20`, `"weight":1e13`, logistic.ErrDamaged},
		"other's weight":   {`"other_weight":-1`, `"other_weight":-1e13`, logistic.ErrDamaged},
		"overflow":         {`"weight":20`, `"weight":1e999`, logistic.ErrDamaged},
		"levels":           {`"levels":[{"number":0`, `"levels":[` + many + `{"number":0`, logistic.ErrTooLarge},
		"intercept":        {`0.125`, `1e13`, logistic.ErrDamaged},
		"threshold":        {`0.75`, `1.5`, logistic.ErrDamaged},
		"slope":            {`"slope":1`, `"slope":-1`, logistic.ErrDamaged},
		"method":           {`"none"`, `"magic"`, logistic.ErrDamaged},
		"no points":        {`"none"`, `"isotonic"`, logistic.ErrDamaged},
		"points":           {`"slope":1`, `"slope":1,"margins":[1],"scores":[0.5]`, logistic.ErrDamaged},
		"falling":          {`"none","slope":1`, `"isotonic","slope":1,"margins":[1,2],"scores":[0.5,0.4]`, logistic.ErrDamaged},
		"beyond 1":         {`"none","slope":1`, `"isotonic","slope":1,"margins":[1,2],"scores":[0.5,1.4]`, logistic.ErrDamaged},
		"too many points":  {`"none","slope":1`, `"isotonic","slope":1,"margins":[` + strings.Repeat("1,", 1<<20) + `1]`, logistic.ErrTooLarge},
		"too large":        {byHand, byHand + strings.Repeat(" ", logistic.MaxArtifact), logistic.ErrTooLarge},
	} {
		s := strings.Replace(byHand, c.old, c.new, 1)
		if s == byHand {
			t.Fatalf("%s changes nothing", name)
		}
		if _, err := logistic.Load(strings.NewReader(s)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := logistic.Load(iotest.ErrReader(errBroken)); !errors.Is(err, errBroken) {
		t.Errorf("unreadable: %v", err)
	}
	var features []string
	for range logistic.MaxFeatures + 1 {
		features = append(features, `{"name":"x","kind":"numeric","sd":1}`)
	}
	s := `{"format":"driftwatch-logistic","version":1,"features":[` + strings.Join(features, ",") + `]}`
	if _, err := logistic.Load(strings.NewReader(s)); !errors.Is(err, logistic.ErrTooLarge) {
		t.Errorf("too many features: %v", err)
	}
}

// Whatever Load accepts gives every row a score within 0 to 1.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(byHand), []byte(`{"hour":12,"site":"a"}`))
	f.Add([]byte(strings.Replace(byHand, `"none","slope":1`, `"isotonic","slope":1,"margins":[-1,2],"scores":[0.25,0.5]`, 1)), []byte(`{"hour":1e308,"plain":-1e308}`))
	f.Fuzz(func(t *testing.T, artifact, features []byte) {
		m, err := logistic.Load(bytes.NewReader(artifact))
		if err != nil {
			for _, known := range []error{logistic.ErrFormat, logistic.ErrVersion, logistic.ErrTooLarge, logistic.ErrDamaged} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("an error of no kind: %v", err)
		}
		score, predicted, err := m.ScoreJSON(features)
		if err != nil {
			return
		}
		if !(score >= 0 && score <= 1) || predicted != (score >= m.Threshold()) {
			t.Errorf("score %v, %v", score, predicted)
		}
	})
}

func mustLoad(t *testing.T, s string) *logistic.Model {
	t.Helper()
	m, err := logistic.Load(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
