package logistic

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/driftwatch/driftwatch/drift"
)

// Run trains in a job's folder: it reads the description, the training rows and the hold-out, and
// leaves artefact, predictions and metrics beside them. Progress goes to the writer, a JSON
// object a line. An error is a sentence where the job is at fault.
func Run(ctx context.Context, dir string, progress io.Writer) (err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the job's folder: %w", err)
	}
	defer func() { _ = root.Close() }() // it only led the way to the files
	job := Job{Progress: progress}
	b, err := root.ReadFile(descriptionFile)
	if err != nil {
		return fmt.Errorf("read the job's description: %w", err)
	}
	if err := json.Unmarshal(b, &job.Description); err != nil {
		return drift.Invalid(descriptionFile, fmt.Sprintf("The job's %s cannot be read: %v.", descriptionFile, err))
	}
	if job.BehavesLike != drift.FraudDetector && job.BehavesLike != drift.ConflictPredictor {
		return drift.Invalid("behaves_like", fmt.Sprintf("The job's model behaves like %q; it must be %s or %s.", job.BehavesLike, drift.FraudDetector, drift.ConflictPredictor))
	}
	for name, r := range map[string]*io.Reader{trainFile: &job.Train, holdoutFile: &job.Holdout} {
		f, err := root.Open(name)
		if err != nil {
			return fmt.Errorf("read the job's rows: %w", err)
		}
		defer f.Close()
		*r = f
	}
	for name, w := range map[string]*io.Writer{artifactFile: &job.Artifact, predictionsFile: &job.Predictions, metricsFile: &job.Metrics} {
		f, failed := root.Create(name)
		if failed != nil {
			return fmt.Errorf("write the job's results: %w", failed)
		}
		defer func() {
			if e := f.Close(); err == nil && e != nil {
				err = fmt.Errorf("write %s: %w", name, e)
			}
			if err != nil {
				_ = root.Remove(name) // half a result is none
			}
		}()
		*w = f
	}
	return Train(ctx, job)
}
