package logistic

import (
	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// Metrics is what the trainer claims of its model: how it was made, and how it did on training
// rows later than those that each fold was fitted to. The hold-out's labels it never sees.
type Metrics struct {
	RowsTrain    int          `json:"rows_train"`
	RowsHoldout  int          `json:"rows_holdout"`
	Positives    int          `json:"positives"`
	Window       Window       `json:"window"`
	Seed         int64        `json:"seed"` // nothing is drawn at random
	Features     []string     `json:"features"`
	Dropped      []Dropped    `json:"dropped"`
	Columns      int          `json:"columns"`
	Fit          FitDetails   `json:"fit"`
	Trials       []Trial      `json:"trials"`
	Folds        int          `json:"folds"`
	Calibration  string       `json:"calibration"`
	Calibrations []Calibrated `json:"calibrations"`
	Threshold    float64      `json:"threshold"`
	OutOfFold    OutOfFold    `json:"out_of_fold"`
}

// FitDetails tells of the fit to all training rows.
type FitDetails struct {
	C          float64 `json:"c"`
	Balanced   bool    `json:"balanced"`
	Objective  float64 `json:"objective"`
	Iterations int     `json:"iterations"`
	Gradient   float64 `json:"relative_gradient"`
	Converged  bool    `json:"converged"`
}

// OutOfFold is how the calibrated scores of cross-validation did at the chosen threshold.
// Calibration and threshold were chosen on these same rows, so it flatters a little.
type OutOfFold struct {
	Rows      int          `json:"rows"`
	Accuracy  drift.Number `json:"accuracy"`
	Precision drift.Number `json:"precision"`
	Recall    drift.Number `json:"recall"`
	F1        drift.Number `json:"f1"`
	ROCAUC    drift.Number `json:"roc_auc"`
	PRAUC     drift.Number `json:"pr_auc"`
	Brier     drift.Number `json:"brier"`
	LogLoss   drift.Number `json:"log_loss"`
	ECE       drift.Number `json:"ece"`
}

func (m *Metrics) describe(a artifact, s Solution, cv *crossValidation, columns int) {
	for _, f := range a.Features {
		m.Features = append(m.Features, f.Name)
	}
	chosen := cv.chosen()
	m.Columns = columns
	m.Fit = FitDetails{chosen.C, chosen.Balanced, s.Value, s.Iterations, s.Gradient, s.Converged}
	if m.Folds = cv.folds; m.Folds > 0 {
		m.Trials = cv.trials
	}
	m.Calibration, m.Threshold = a.Calibration.Method, a.Threshold
}

func (m *Metrics) judge(scores []float64, label []bool, threshold float64) {
	predicted := make([]bool, len(scores))
	for i, s := range scores {
		predicted[i] = s >= threshold
	}
	c, _ := stats.Classify(label, scores, predicted) // scores are within 0 to 1
	m.OutOfFold = OutOfFold{
		len(scores), drift.Number(c.Accuracy), drift.Number(c.Precision), drift.Number(c.Recall), drift.Number(c.F1),
		drift.Number(c.ROCAUC), drift.Number(c.PRAUC), drift.Number(c.Brier), drift.Number(c.LogLoss), drift.Number(c.ECE),
	}
}
