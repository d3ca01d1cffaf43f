package logistic

import (
	"context"
	"fmt"
	"math"
)

// folds is how many later stretches the strength of the penalty is judged by.
const folds = 5

// imbalance is the share of the rarer class below which balanced class weights are tried.
const imbalance = 0.2

// Strengths are the values of C that cross-validation chooses from.
var Strengths = []float64{1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100}

// defaultStrength is taken where there are too few rows to choose.
const defaultStrength = 1

// fold trains on the rows before train and validates on those from train up to end.
type fold struct{ train, end int }

// expanding cuts the rows, which are in time order, into folds+1 stretches of equal length; each
// but the first is validated by what all before it teach. Rows of one instant stay on one side,
// so that every training row is strictly earlier. A fold is left out where its training rows are
// too few or of one class.
func expanding(t *table) []fold {
	n := t.rows()
	var list []fold
	for k := 1; k <= folds; k++ {
		cut, end := together(t, n*k/(folds+1)), together(t, n*(k+1)/(folds+1))
		positives := t.positives(0, cut)
		if cut >= MinRows && end > cut && positives > 0 && positives < cut {
			list = append(list, fold{cut, end})
		}
	}
	return list
}

// together moves a cut to the first row of its instant.
func together(t *table, cut int) int {
	for cut > 0 && cut < t.rows() && t.times[cut-1].Equal(t.times[cut]) {
		cut--
	}
	return cut
}

// Trial is one way to fit, judged on rows later than those it was fitted to.
type Trial struct {
	C        float64 `json:"c"`
	Balanced bool    `json:"balanced"`
	LogLoss  float64 `json:"log_loss"` // mean over all validated rows

	margins []float64 // of the validated rows in time order
}

// crossValidation holds every strength, tried with and without class weights where the classes are
// unbalanced. The best has the lowest log loss; on a tie the one of the stronger penalty, and no
// weights.
type crossValidation struct {
	trials []Trial
	best   int
	label  []bool // of the validated rows
	rows   int    // of them
	folds  int
}

func validate(ctx context.Context, t *table, tell func(done, total int)) (*crossValidation, error) {
	cv := &crossValidation{}
	weightings := []bool{false}
	positives := float64(t.positives(0, t.rows())) / float64(t.rows())
	if min(positives, 1-positives) < imbalance {
		weightings = append(weightings, true)
	}
	for _, balanced := range weightings {
		for _, c := range Strengths {
			cv.trials = append(cv.trials, Trial{C: c, Balanced: balanced})
		}
	}
	list := expanding(t)
	for k, f := range list {
		cv.label = append(cv.label, t.label[f.train:f.end]...)
		if err := cv.add(ctx, t, f); err != nil {
			return nil, err
		}
		tell(k+1, len(list))
	}
	cv.folds, cv.rows = len(list), len(cv.label)
	for k := range cv.trials {
		trial := &cv.trials[k]
		trial.LogLoss = marginLoss(trial.margins, cv.label)
		if trial.LogLoss < cv.trials[cv.best].LogLoss {
			cv.best = k
		}
	}
	return cv, nil
}

// add fits one fold in every way and keeps the margins of its validation rows. The features are
// learned anew from the fold's own training rows.
func (cv *crossValidation) add(ctx context.Context, t *table, f fold) error {
	features, _ := learn(t, f.train)
	train, later := encode(t, features, 0, f.train), encode(t, features, f.train, f.end)
	objective := NewObjective(later, 1)
	var start []float64
	shift := 0.0
	for k := range cv.trials {
		trial := &cv.trials[k]
		if trial.Balanced && train.weight == nil {
			shift, start = train.Balance(), nil
		}
		s, err := fit(ctx, train, trial.C, start)
		if err != nil {
			return fmt.Errorf("cross-validation: %w", err)
		}
		start = append(append([]float64(nil), s.Weights...), s.Intercept)
		x := append(append([]float64(nil), s.Weights...), s.Intercept-shift)
		objective.margins(objective.margin, x)
		trial.margins = append(trial.margins, objective.margin...)
	}
	return nil
}

// chosen returns the best trial, or the default where nothing could be validated.
func (cv *crossValidation) chosen() Trial {
	if cv.rows == 0 {
		return Trial{C: defaultStrength, LogLoss: math.NaN()}
	}
	return cv.trials[cv.best]
}

// marginLoss returns the mean log loss.
func marginLoss(margins []float64, label []bool) float64 {
	var sum float64
	for i, z := range margins {
		if label[i] {
			z = -z
		}
		sum += softplus(z)
	}
	return sum / float64(len(margins))
}
