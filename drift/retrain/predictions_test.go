package retrain

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/driftwatch/driftwatch/drift"
)

const twoLines = `{"prediction_id":"a","score":0.25,"predicted":false}
{"prediction_id":"b","score":1,"predicted":true}
`

func write(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FilePredictions), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestReadPredictions(t *testing.T) {
	got, err := ReadPredictions(write(t, "\n"+twoLines+"  \n"), 2)
	want := []Prediction{{"a", 0.25, false}, {"b", 1, true}}
	if err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Fatalf("%+v, %v", got, err)
	}
	line := func(fields string) string { return "{" + fields + "}\n" }
	for name, c := range map[string]struct {
		text string
		want int
		says string
		code drift.Code
	}{
		"too few":       {twoLines, 3, "has 2 rows; the hold-out has 3", drift.CodeInvalid},
		"too many":      {twoLines, 1, "more than the 1 row", drift.CodeInvalid},
		"doubled":       {twoLines + line(`"prediction_id":"a","score":0,"predicted":true`), 3, `Line 3 of predictions.ndjson predicts "a" a second time`, drift.CodeInvalid},
		"no JSON":       {"score,predicted\n", 1, "Line 1 of predictions.ndjson is not a JSON object", drift.CodeInvalid},
		"array":         {"[1]\n", 1, "is not a JSON object", drift.CodeInvalid},
		"two objects":   {"{}{}\n", 1, "is not a JSON object", drift.CodeInvalid},
		"NaN":           {line(`"prediction_id":"a","score":NaN,"predicted":true`), 1, "is not a JSON object", drift.CodeInvalid},
		"infinite":      {line(`"prediction_id":"a","score":1e999,"predicted":true`), 1, "has a wrong score", drift.CodeInvalid},
		"score as text": {line(`"prediction_id":"a","score":"0.5","predicted":true`), 1, "has a wrong score: string", drift.CodeInvalid},
		"above 1":       {line(`"prediction_id":"a","score":1.0000001,"predicted":true`), 1, "not within 0 to 1", drift.CodeInvalid},
		"below 0":       {line(`"prediction_id":"a","score":-0.1,"predicted":true`), 1, "not within 0 to 1", drift.CodeInvalid},
		"null score":    {line(`"prediction_id":"a","score":null,"predicted":true`), 1, "has no score", drift.CodeInvalid},
		"no id":         {line(`"score":0,"predicted":true`), 1, "has no prediction_id", drift.CodeInvalid},
		"empty id":      {line(`"prediction_id":"","score":0,"predicted":true`), 1, "has no prediction_id", drift.CodeInvalid},
		"zero byte":     {line(`"prediction_id":"a\u0000","score":0,"predicted":true`), 1, "zero byte", drift.CodeInvalid},
		"no predicted":  {line(`"prediction_id":"a","score":0`), 1, "has no predicted", drift.CodeInvalid},
		"long line":     {`{"prediction_id":"` + strings.Repeat("a", maxLine), 1, "more than 4096 bytes", drift.CodeTooLarge},
		"big file":      {strings.Repeat("\n", maxLine+maxSlop+1), 1, "too many for 1 row", drift.CodeTooLarge},
	} {
		got, err := ReadPredictions(write(t, c.text), c.want)
		if err == nil || !strings.Contains(err.Error(), c.says) || drift.CodeOf(err) != c.code {
			t.Errorf("%s: %v, %v; want %q", name, got, err, c.says)
		}
	}
}

func TestReadPredictionsOfWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadPredictions(dir, 1); err == nil || !strings.Contains(err.Error(), "left no predictions.ndjson") {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(dir, FilePredictions)
	if err := os.Symlink(filepath.Join(write(t, twoLines), FilePredictions), path); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPredictions(dir, 2); err == nil || !strings.Contains(err.Error(), "not an ordinary file") {
		t.Errorf("a link: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPredictions(dir, 2); err == nil || !strings.Contains(err.Error(), "not an ordinary file") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := ReadPredictions(filepath.Join(write(t, ""), FilePredictions), 1); err == nil {
		t.Error("a file as a folder was read")
	}
	torn := errors.New("torn")
	if _, err := parsePredictions(iotest.ErrReader(torn), 1); !errors.Is(err, torn) {
		t.Errorf("a torn read: %v", err)
	}
}

func FuzzPredictions(f *testing.F) {
	f.Add([]byte(twoLines), 2)
	f.Add([]byte(`{"prediction_id":"a","score":1e-400,"predicted":true}`), 1)
	f.Add([]byte(`{"prediction_id":"a","score":-0,"predicted":true,"score":2}`), 1)
	f.Add([]byte("\xff{}\r\n[]"), 3)
	f.Add([]byte(""), 0)
	f.Fuzz(func(t *testing.T, text []byte, want int) {
		want = min(max(want, 0), 1000)
		list, err := parsePredictions(strings.NewReader(string(text)), want)
		if err != nil {
			var sentence *drift.Error
			if !errors.As(err, &sentence) || sentence.Field != FilePredictions || !strings.HasSuffix(err.Error(), ".") {
				t.Fatalf("no sentence: %v", err)
			}
			return
		}
		if len(list) != want {
			t.Fatalf("%d rows, want %d", len(list), want)
		}
		seen := map[string]bool{}
		for _, p := range list {
			if !(p.Score >= 0 && p.Score <= 1) || p.PredictionID == "" || seen[p.PredictionID] {
				t.Fatalf("kept %+v", p)
			}
			seen[p.PredictionID] = true
		}
		// What was read reads the same when written again.
		var again strings.Builder
		for _, p := range list {
			fmt.Fprintf(&again, "{\"prediction_id\":%s,\"score\":%v,\"predicted\":%t}\n", quoted(p.PredictionID), p.Score, p.Predicted)
		}
		if len(list) > 0 && longest(again.String()) < maxLine {
			back, err := parsePredictions(strings.NewReader(again.String()), want)
			if err != nil || fmt.Sprint(back) != fmt.Sprint(list) {
				t.Fatalf("%v, %v; want %v", back, err, list)
			}
		}
	})
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func longest(text string) (n int) {
	for line := range strings.Lines(text) {
		n = max(n, len(line))
	}
	return n
}
