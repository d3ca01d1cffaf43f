package logistic

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/driftwatch/driftwatch/drift"
)

// MinRows is the fewest rows that a model is trained on.
const MinRows = 20

// Job is one training: its description, the rows it reads, and what it leaves.
type Job struct {
	Description
	Train, Holdout                           io.Reader
	Artifact, Predictions, Metrics, Progress io.Writer
}

// Train trains a model on the job's rows and scores the hold-out with the artefact it has
// written, so that whoever loads that later gets the same bits.
func Train(ctx context.Context, job Job) error {
	report := reporter{job.Progress}
	report.tell(stageReading, 0, job.RowsTrain, "Reading the training rows.")
	t, err := readTable(ctx, job.Train, func(rows int) {
		report.tell(stageReading, rows, max(rows, job.RowsTrain), "Reading the training rows.")
	})
	if err != nil {
		return err
	}
	a, m, err := train(ctx, t, job.Description, report)
	if err != nil {
		return err
	}
	encoded, err := a.encode()
	if err != nil {
		return err
	}
	model, err := Load(bytes.NewReader(encoded))
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	if _, err := job.Artifact.Write(encoded); err != nil {
		return fmt.Errorf("write %s: %w", artifactFile, err)
	}
	if m.RowsHoldout, err = scoreAll(ctx, model, job, report); err != nil {
		return err
	}
	enc := json.NewEncoder(job.Metrics)
	enc.SetIndent("", " ")
	if err := enc.Encode(m); err != nil {
		return fmt.Errorf("write %s: %w", metricsFile, err)
	}
	return nil
}

// train finds the model.
func train(ctx context.Context, t *table, job Description, report reporter) (artifact, Metrics, error) {
	a := artifact{Format: artifactFormat, Version: artifactVersion, Tenant: job.Tenant, ModelType: job.ModelType, ModelVersion: job.CandidateVersion}
	n := t.rows()
	positives := t.positives(0, n)
	m := Metrics{RowsTrain: n, Positives: positives, Window: Window{job.WindowFrom, job.WindowTo}, Seed: job.Seed}
	switch {
	case n < MinRows:
		return a, m, drift.Invalid(trainFile, fmt.Sprintf("There are %d training rows; the built-in trainer needs at least %d.", n, MinRows))
	case positives == 0:
		return a, m, drift.Invalid(trainFile, "No training row came true; a model needs rows of both kinds.")
	case positives == n:
		return a, m, drift.Invalid(trainFile, "Every training row came true; a model needs rows of both kinds.")
	}
	a.Features, m.Dropped = learn(t, n)
	if len(a.Features) == 0 {
		return a, m, drift.Invalid("features", "No feature is of use: "+reasons(m.Dropped))
	}
	report.tell(stageFeatures, len(a.Features), len(t.columns), fmt.Sprintf("%d of %d features are of use.", len(a.Features), len(t.columns)))
	cv, err := validate(ctx, t, func(done, total int) {
		report.tell(stageValidation, done, total, fmt.Sprintf("Stretch %d of %d was scored by what came before it.", done, total))
	})
	if err != nil {
		return a, m, err
	}
	chosen := cv.chosen()
	report.tell(stageFit, 0, 1, fmt.Sprintf("Fitting all %d rows with C = %g.", n, chosen.C))
	design := encode(t, a.Features, 0, n)
	shift := 0.0
	if chosen.Balanced {
		shift = design.Balance()
	}
	s, err := Fit(ctx, design, chosen.C)
	if err != nil {
		return a, m, err
	}
	assign(a.Features, s.Weights)
	// Weights that balance the classes move the base rate; taken out of the intercept again, the
	// scores are probabilities (the prior correction of King and Zeng, 2001).
	a.Intercept = s.Intercept - shift
	report.tell(stageCalibration, 0, 1, "Calibrating on the rows scored in cross-validation.")
	a.Calibration, m.Calibrations, err = calibrate(ctx, chosen.margins, cv.label)
	if err != nil {
		return a, m, err
	}
	scores := a.Calibration.scores(chosen.margins)
	a.Threshold = chooseThreshold(job.BehavesLike, job.Thresholds, scores, cv.label)
	m.describe(a, s, cv, design.cols)
	m.judge(scores, cv.label, a.Threshold)
	return a, m, nil
}

// reasons joins the reasons why all features were dropped, the first few of them.
func reasons(dropped []Dropped) string {
	const most = 3
	if len(dropped) == 0 {
		return "the training rows have none."
	}
	var b bytes.Buffer
	for k, d := range dropped[:min(len(dropped), most)] {
		if k > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s: %s", d.Name, d.Reason)
	}
	if more := len(dropped) - most; more > 0 {
		fmt.Fprintf(&b, " And %d more.", more)
	}
	return b.String()
}

// scoreAll scores the hold-out row by row.
func scoreAll(ctx context.Context, m *Model, job Job, report reporter) (rows int, err error) {
	out := bufio.NewWriter(job.Predictions)
	var line []byte
	err = eachRow(ctx, job.Holdout, holdoutFile, func(r row) error {
		score, predicted, err := m.ScoreJSON(r.features)
		if err != nil {
			return err
		}
		line = append(append(line[:0], `{"prediction_id":`...), r.id...)
		line = fmt.Appendf(line, ",\"score\":%s,\"predicted\":%t}\n", shortest(score), predicted)
		rows++
		if rows%10_000 == 0 {
			report.tell(stageScoring, rows, max(rows, job.RowsHoldout), "Scoring the hold-out rows.")
		}
		_, err = out.Write(line)
		return err
	})
	if err != nil {
		return rows, err
	}
	if err := out.Flush(); err != nil {
		return rows, fmt.Errorf("write %s: %w", predictionsFile, err)
	}
	report.tell(stageScoring, rows, rows, fmt.Sprintf("%d hold-out rows are scored.", rows))
	return rows, nil
}

// shortest is the shortest text that reads back to the same score.
func shortest(score float64) []byte {
	b, _ := json.Marshal(score) // a score is finite
	return b
}
