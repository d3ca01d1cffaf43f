package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// dataset is a job's folder as it was written, with what the trainer is not told: the labels of the
// hold-out and what the serving version said of it.
type dataset struct {
	description  retrain.Description
	trainLast    time.Time
	holdoutFirst time.Time
	holdout      []retrain.Row
	sent         string // where the rows were sent in an earlier life of the server: digest of the hold-out's names
}

// rowJSON is a line of train.ndjson, and of holdout.ndjson without its label.
type rowJSON struct {
	PredictionID string          `json:"prediction_id"`
	CreatedAt    time.Time       `json:"created_at"`
	Features     json.RawMessage `json:"features"`
	Actual       *bool           `json:"actual,omitempty"`
}

// writeFolder streams the labelled rows of the window into a job's folder, cut by time into what is
// trained on and what is held out.
func (e *Engine) writeFolder(ctx context.Context, r *drift.Retrain, dir string, from, to time.Time) (d *dataset, err error) {
	d = &dataset{}
	train, err := createLines(filepath.Join(dir, retrain.FileTrain))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, train.close()) }()
	holdout, err := createLines(filepath.Join(dir, retrain.FileHoldout))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, holdout.close()) }()
	cut, features := 0, featureNames{}
	err = e.store.TrainingRows(ctx, r.Model(), from, to, func(times []time.Time) error {
		cut = retrain.Split(times)
		d.description.RowsTrain, d.description.RowsHoldout = cut, len(times)-cut
		if cut == 0 {
			return drift.Invalid("rows", fmt.Sprintf("%d labelled rows are too few to train on some and to hold later ones out.", len(times)))
		}
		d.description.WindowFrom, d.description.WindowTo = times[0], times[len(times)-1]
		d.trainLast, d.holdoutFirst = times[cut-1], times[cut]
		d.holdout = make([]retrain.Row, 0, len(times)-cut)
		return nil
	}, func(i int, row drift.TrainingRow) error {
		line := rowJSON{PredictionID: row.ID, CreatedAt: row.CreatedAt, Features: row.Features}
		if len(line.Features) == 0 {
			line.Features = json.RawMessage("{}")
		}
		features.add(line.Features)
		if i < cut {
			line.Actual = &row.Actual
			return train.write(line)
		}
		d.holdout = append(d.holdout, heldOut(r, row))
		return holdout.write(line)
	})
	if err != nil {
		return nil, err
	}
	d.description.Features = features.sorted()
	if err := train.flush(); err != nil {
		return nil, err
	}
	return d, holdout.flush()
}

// heldOut is a row of the hold-out, with what the serving version said of it where that logged it.
func heldOut(r *drift.Retrain, row drift.TrainingRow) retrain.Row {
	h := retrain.Row{PredictionID: row.ID, CreatedAt: row.CreatedAt, Label: row.Actual}
	if row.Version == r.ParentVersion {
		h.Serving = &retrain.Scored{Score: row.Score, Predicted: row.Predicted}
	}
	return h
}

// describe writes description.json.
func (d *dataset) describe(dir string, job retrain.Job, parent string) error {
	d.description.RetrainID, d.description.Attempt, d.description.Key = job.RetrainID, job.Attempt, job.Key
	d.description.Tenant, d.description.ModelType, d.description.BehavesLike = job.Tenant, job.ModelType, job.BehavesLike
	d.description.Version, d.description.ParentVersion = job.Version, parent
	b, err := json.MarshalIndent(d.description, "", "  ")
	if err != nil {
		return fmt.Errorf("describe job: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, retrain.FileDescription), b, 0o600); err != nil {
		return fmt.Errorf("describe job: %w", err)
	}
	return nil
}

// lines writes JSON values, one a line.
type lines struct {
	file *os.File
	buf  *bufio.Writer
	enc  *json.Encoder
}

func createLines(path string) (*lines, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("job folder: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<16)
	return &lines{f, w, json.NewEncoder(w)}, nil
}

func (l *lines) write(v any) error {
	if err := l.enc.Encode(v); err != nil {
		return fmt.Errorf("write training row: %w", err)
	}
	return nil
}

func (l *lines) flush() error {
	if err := l.buf.Flush(); err != nil {
		return fmt.Errorf("write training rows: %w", err)
	}
	return l.close()
}

// close may be called again.
func (l *lines) close() error {
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
