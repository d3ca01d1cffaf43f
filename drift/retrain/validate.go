package retrain

import (
	"fmt"
	"math"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// Row is a hold-out row: what came true, and what the serving version said where it logged it.
type Row struct {
	PredictionID string
	CreatedAt    time.Time
	Label        bool
	Serving      *Scored // nil where another version made the prediction
}

// Scored is what a version said of a row.
type Scored struct {
	Score     float64
	Predicted bool
}

// ValidationInput is what a candidate is judged by.
type ValidationInput struct {
	BehavesLike string // decides the primary measure: accuracy of a conflict predictor, else ROC AUC
	Thresholds  []Threshold
	TrainLast   time.Time // of the newest training row
	Rows        []Row
	Predictions []Prediction // the candidate's
}

// MinSuspicious is from how many rows on a perfect order of the labels is taken for a leak.
const MinSuspicious = 20

// Validate judges a candidate on the hold-out: the rows must be fit to judge by, the candidate must
// reach its thresholds, and it must not be significantly worse than the serving version on the rows
// that one logged. An error says that the rows themselves are wrong, not the candidate.
func Validate(in ValidationInput) (Verdict, error) {
	v := Verdict{RowsHoldout: len(in.Rows), Comparisons: []Comparison{}}
	if len(in.Thresholds) == 0 {
		return Verdict{}, fmt.Errorf("a candidate cannot be validated without a threshold")
	}
	at, err := index(in.Rows)
	if err != nil {
		return Verdict{}, err
	}
	v.Checks = append(v.Checks, CheckSplit(in.TrainLast, firstOf(in.Rows)), enough(len(in.Rows)), classes(in.Rows))
	said, complete := match(at, in.Predictions)
	v.Checks = append(v.Checks, complete, inRange(in.Predictions))
	if len(v.Failed()) > 0 {
		return v, nil
	}
	var all, candidate, serving column
	for i, r := range in.Rows {
		all.add(r.Label, said[i].Score, said[i].Predicted)
		if r.Serving != nil {
			candidate.add(r.Label, said[i].Score, said[i].Predicted)
			serving.add(r.Label, r.Serving.Score, r.Serving.Predicted)
		}
	}
	m, err := all.measure()
	if err != nil {
		return Verdict{}, fmt.Errorf("measure the candidate: %w", err)
	}
	v.Candidate = m.metrics()
	v.Checks = append(v.Checks, suspicious(m))
	for _, t := range in.Thresholds {
		v.Checks = append(v.Checks, t.check(m))
	}
	if err := v.compare(in.BehavesLike, &candidate, &serving); err != nil {
		return Verdict{}, err
	}
	v.Passed = len(v.Failed()) == 0
	return v, nil
}

// compare sets the candidate beside the serving version on the rows that both have.
func (v *Verdict) compare(behavesLike string, candidate, serving *column) error {
	v.RowsCompared = len(serving.labels)
	if v.RowsCompared == 0 {
		v.Checks = append(v.Checks, Check{
			Name: CheckNameNotWorse, Value: drift.Undefined(), Passed: true,
			Sentence: "The serving version logged none of the hold-out rows: the candidate was judged by its thresholds alone.",
		})
		return nil
	}
	s, err := serving.measure()
	if err != nil {
		return fmt.Errorf("measure the serving version: %w", err)
	}
	c, err := candidate.measure()
	if err != nil {
		return fmt.Errorf("measure the candidate beside the serving version: %w", err)
	}
	v.Serving, v.Beside = s.metrics(), c.metrics()
	v.Comparisons = append(v.Comparisons, compareAccuracy(candidate, serving))
	primary := 0
	if area, ok := compareROCAUC(candidate, serving); ok {
		v.Comparisons = append(v.Comparisons, area)
		if behavesLike != drift.ConflictPredictor {
			primary = 1
		}
	}
	for i, c := range v.Comparisons {
		v.Checks = append(v.Checks, notWorse(c, v.RowsCompared, i == primary))
	}
	return nil
}

func notWorse(c Comparison, rows int, deciding bool) Check {
	check := Check{Name: CheckNameNotWorse, Value: c.Difference, Passed: !c.Worse, Deciding: deciding}
	verdict := "not significantly worse"
	if c.Worse {
		verdict = "significantly worse"
	}
	check.Sentence = fmt.Sprintf("%s of the candidate is %s than that of the serving version on %s both scored: %.4f against %.4f, a difference of %+.4f (95 %% interval %+.4f to %+.4f).",
		measureWords[c.Measure], verdict, plural(rows, "row"), float64(c.Candidate), float64(c.Serving), float64(c.Difference), float64(c.Low), float64(c.High))
	if !deciding {
		check.Name = CheckNameWorseBeside
		check.Sentence += " This does not decide."
	}
	return check
}

func index(rows []Row) (map[string]int, error) {
	at := make(map[string]int, len(rows))
	for i, r := range rows {
		if _, ok := at[r.PredictionID]; ok {
			return nil, fmt.Errorf("prediction %q is in the hold-out twice", r.PredictionID)
		}
		at[r.PredictionID] = i
	}
	return at, nil
}

func firstOf(rows []Row) (first time.Time) {
	for i, r := range rows {
		if i == 0 || r.CreatedAt.Before(first) {
			first = r.CreatedAt
		}
	}
	return first
}

func enough(n int) Check {
	c := Check{Name: CheckNameHoldout, Value: drift.Number(n), Threshold: fmt.Sprint(MinHoldout), Deciding: true, Passed: n >= MinHoldout}
	c.Sentence = fmt.Sprintf("%s; a candidate is judged on %d or more.", plural(n, "hold-out row"), MinHoldout)
	return c
}

func classes(rows []Row) Check {
	positives := 0
	for _, r := range rows {
		if r.Label {
			positives++
		}
	}
	return Check{
		Name: CheckNameClasses, Value: drift.Number(positives), Deciding: true, Passed: positives > 0 && positives < len(rows),
		Sentence: fmt.Sprintf("%d of %s came true as positive; both classes are needed.", positives, plural(len(rows), "hold-out row")),
	}
}

// match lays the candidate's predictions beside the rows and counts those that do not fit.
func match(at map[string]int, predictions []Prediction) ([]Prediction, Check) {
	said, seen := make([]Prediction, len(at)), make([]bool, len(at))
	found, extra, doubled := 0, 0, 0
	for _, p := range predictions {
		i, ok := at[p.PredictionID]
		switch {
		case !ok:
			extra++
		case seen[i]:
			doubled++
		default:
			said[i], seen[i] = p, true
			found++
		}
	}
	missing := len(at) - found
	c := Check{Name: CheckNameComplete, Value: drift.Number(found), Deciding: true, Passed: missing+extra+doubled == 0}
	c.Sentence = fmt.Sprintf("The candidate predicted each of %s once.", plural(len(at), "hold-out row"))
	if !c.Passed {
		c.Sentence = fmt.Sprintf("The candidate's predictions do not fit the hold-out: %d missing, %d of unknown rows, %d doubled.", missing, extra, doubled)
	}
	return said, c
}

func inRange(predictions []Prediction) Check {
	wrong := 0
	for _, p := range predictions {
		if math.IsNaN(p.Score) || p.Score < 0 || p.Score > 1 {
			wrong++
		}
	}
	c := Check{Name: CheckNameScores, Value: drift.Number(wrong), Deciding: true, Passed: wrong == 0}
	c.Sentence = "Every score lies within 0 to 1."
	if wrong > 0 {
		c.Sentence = fmt.Sprintf("%d of the candidate's %s do not lie within 0 to 1.", wrong, plural(len(predictions), "score"))
	}
	return c
}

func suspicious(m measured) Check {
	n := m.class.N()
	c := Check{Name: CheckNameSuspicious, Value: drift.Number(m.rocAUC.Value()), Deciding: true}
	c.Passed = n < MinSuspicious || m.rocAUC.K < m.rocAUC.N
	c.Sentence = "The candidate's scores do not order the outcomes perfectly, as a leak of the outcome would."
	if !c.Passed {
		c.Sentence = fmt.Sprintf("Suspicious: the candidate's scores order the outcomes of all %s perfectly. A feature most likely holds the outcome itself.", plural(n, "row"))
	}
	return c
}
