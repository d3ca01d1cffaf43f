package retrain

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
)

// Limits of predictions.ndjson.
const (
	maxLine = 4 << 10 // bytes; ids are far shorter
	maxSlop = 64 << 10
)

// ReadPredictions reads the candidate's predictions of want hold-out rows from a job's folder. The
// file is a program's that may lie: its kind, size, length of lines and number of rows are checked
// before anything is kept. Whether the rows are the right ones is for [Validate].
func ReadPredictions(dir string, want int) ([]Prediction, error) {
	f, size, err := Left(dir, FilePredictions)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > int64(want)*maxLine+maxSlop {
		return nil, tooLarge(FilePredictions, fmt.Sprintf("%s has %d bytes, too many for %s.", FilePredictions, size, plural(want, "row")))
	}
	return parsePredictions(io.LimitReader(f, size), want)
}

// parsePredictions reads one JSON object a line; empty lines are passed over.
func parsePredictions(r io.Reader, want int) ([]Prediction, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	var list []Prediction
	seen := map[string]bool{}
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if len(list) == want {
			return nil, wrongFile(FilePredictions, fmt.Sprintf("%s has more than the %s of the hold-out.", FilePredictions, plural(want, "row")))
		}
		p, err := parsePrediction(line)
		if err != nil {
			return nil, wrongFile(FilePredictions, fmt.Sprintf("Line %d of %s %v.", n, FilePredictions, err))
		}
		if seen[p.PredictionID] {
			return nil, wrongFile(FilePredictions, fmt.Sprintf("Line %d of %s predicts %q a second time.", n, FilePredictions, p.PredictionID))
		}
		seen[p.PredictionID] = true
		list = append(list, p)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, tooLarge(FilePredictions, fmt.Sprintf("A line of %s has more than %d bytes.", FilePredictions, maxLine))
	case err != nil:
		return nil, err
	case len(list) < want:
		return nil, wrongFile(FilePredictions, fmt.Sprintf("%s has %s; the hold-out has %d.", FilePredictions, plural(len(list), "row"), want))
	}
	return list, nil
}

// parsePrediction reads one line; its error completes the sentence "Line 7 …".
func parsePrediction(line []byte) (Prediction, error) {
	var raw struct {
		PredictionID *string  `json:"prediction_id"`
		Score        *float64 `json:"score"`
		Predicted    *bool    `json:"predicted"`
	}
	if err := json.Unmarshal(line, &raw); err != nil {
		var number *json.UnmarshalTypeError
		if errors.As(err, &number) && number.Field != "" {
			return Prediction{}, fmt.Errorf("has a wrong %s: %s", number.Field, number.Value)
		}
		return Prediction{}, errors.New("is not a JSON object")
	}
	switch {
	case raw.PredictionID == nil || *raw.PredictionID == "":
		return Prediction{}, errors.New("has no prediction_id")
	case strings.ContainsRune(*raw.PredictionID, 0):
		return Prediction{}, errors.New("has a prediction_id with a zero byte")
	case raw.Score == nil:
		return Prediction{}, errors.New("has no score")
	case *raw.Score < 0 || *raw.Score > 1:
		return Prediction{}, fmt.Errorf("has the score %v, not within 0 to 1", *raw.Score)
	case raw.Predicted == nil:
		return Prediction{}, errors.New("has no predicted")
	}
	return Prediction{*raw.PredictionID, *raw.Score, *raw.Predicted}, nil
}

func wrongFile(name, sentence string) error { return drift.Invalid(name, sentence) }

func tooLarge(name, sentence string) error {
	return &drift.Error{Code: drift.CodeTooLarge, Field: name, Message: sentence}
}
