package retrain

import (
	"encoding/json"
	"fmt"
	"math"
)

// claimed are the measures that a trainer may claim, and ours of the same name.
var claimed = []struct {
	measure, word string
	ours          func(*Metrics) float64
}{
	{MeasureAccuracy, "accuracy", func(m *Metrics) float64 { return float64(m.Accuracy) }},
	{MeasurePrecision, "precision", func(m *Metrics) float64 { return float64(m.Precision) }},
	{MeasureRecall, "recall", func(m *Metrics) float64 { return float64(m.Recall) }},
	{"f1", "F1", func(m *Metrics) float64 { return float64(m.F1) }},
	{MeasureROCAUC, "ROC AUC", func(m *Metrics) float64 { return float64(m.ROCAUC) }},
	{MeasurePRAUC, "PR AUC", func(m *Metrics) float64 { return float64(m.PRAUC) }},
	{MeasurePrecisionAt80Recall, "precision at 80 % recall", func(m *Metrics) float64 { return float64(m.PrecisionAt80Recall) }},
	{"brier", "Brier score", func(m *Metrics) float64 { return float64(m.Brier) }},
	{"log_loss", "log loss", func(m *Metrics) float64 { return float64(m.LogLoss) }},
}

// ReadClaims reads what the trainer says of its candidate: of the members of metrics.json those that name
// a measure of ours. What else stands there is the trainer's own affair.
func ReadClaims(dir string) (map[string]float64, error) {
	b, err := ReadLeft(dir, FileMetrics, LimitMetrics)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil || all == nil {
		return nil, wrongFile(FileMetrics, FileMetrics+" is not a JSON object.")
	}
	claims := map[string]float64{}
	for _, c := range claimed {
		text, ok := all[c.measure]
		if !ok || string(text) == "null" {
			continue
		}
		var n float64
		if err := json.Unmarshal(text, &n); err != nil { // also where it is beyond every float
			return nil, wrongFile(FileMetrics, fmt.Sprintf("%s has a wrong %s: it is no finite number.", FileMetrics, c.measure))
		}
		claims[c.measure] = n
	}
	return claims, nil
}

// sameClaim is how far a claim may be from ours and still be the same, rounded as it is shown.
const sameClaim = 0.00005

// FalseClaims says, a sentence each, where the trainer's own numbers are not those of the hold-out.
func (v *Verdict) FalseClaims() (list []string) {
	if v.Candidate == nil {
		return nil
	}
	for _, c := range claimed {
		claim, ok := v.Claimed[c.measure]
		ours := c.ours(v.Candidate)
		switch {
		case !ok || math.Abs(claim-ours) <= sameClaim:
		case math.IsNaN(ours):
			list = append(list, fmt.Sprintf("The trainer claims the %s %.4f; on the hold-out it has no value.", c.word, claim))
		default:
			list = append(list, fmt.Sprintf("The trainer claims the %s %.4f; on the hold-out, whose outcomes it was not given, it is %.4f.", c.word, claim, ours))
		}
	}
	return list
}
