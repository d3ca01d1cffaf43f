package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/store"
)

type predictCmd struct {
	Type    string `arg:"" name:"model-type" help:"The model type, such as fraud_detector."`
	File    string `arg:"" help:"Rows to score: CSV or NDJSON, plain or gzip, told by content; - is standard input."`
	Tenant  string `required:"" help:"Whose model." placeholder:"T"`
	Version string `name:"version" help:"The version to score with; the serving one where left out." placeholder:"V"`
	CSV     bool   `name:"csv" help:"Print CSV with a header instead of one JSON object a line."`
}

// Help says what goes in and out.
func (predictCmd) Help() string {
	return `Scores each row with a version that the built-in trainer made: the reference for programs that use its
artefacts themselves. A row needs a prediction_id and the features as the log has them; the other
columns of a log are passed over. Printed are prediction_id, score and predicted, row by row.

  driftwatch predict fraud_detector --tenant acme today.csv > scores.ndjson
  zcat log.ndjson.gz | driftwatch predict fraud_detector --tenant acme --version 2026-07-02-r3 --csv -`
}

// Run scores a file.
func (c predictCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		model, err := c.load(ctx, h)
		if err != nil {
			return err
		}
		src, size, err := openFile(s.in, c.File)
		if err != nil {
			return err
		}
		defer src.Close()
		bar := newBar(s.err, "KiB of "+c.File)
		defer bar.end()
		out := bufio.NewWriter(s.out)
		write := jsonLines(out)
		if c.CSV {
			write = csvLines(out)
		}
		rows := ingest.NewFeatureReader(src, ingest.Options{Now: s.clock})
		err = c.score(ctx, model, rows, write, func() { bar.set("score", int(rows.BytesRead()>>10), int(size>>10)) })
		if err = errors.Join(err, out.Flush()); err != nil {
			return inFile(c.File, err)
		}
		return s.refusedRows(rows)
	})
}

// load finds the version's artefact and reads it.
func (c predictCmd) load(ctx context.Context, h *house) (*logistic.Model, error) {
	var data []byte
	version := c.Version
	err := h.store.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		tenant, err := tenantNamed(ctx, tx, c.Tenant)
		if err != nil {
			return err
		}
		m := drift.Model{TenantID: tenant, Tenant: c.Tenant, ModelType: c.Type}
		v := drift.Version{VersionKey: drift.VersionKey{Model: m, Version: version}}
		if version == "" {
			v, err = tx.Serving(ctx, m)
		} else {
			v, err = tx.VersionOf(ctx, v.VersionKey)
		}
		if err != nil {
			return err
		}
		version = v.Version
		data, _, err = tx.Artifact(ctx, v.VersionKey)
		return err
	})
	if err != nil {
		return nil, err
	}
	model, err := logistic.Load(bytes.NewReader(data))
	if errors.Is(err, logistic.ErrFormat) {
		return nil, drift.Invalid("version", fmt.Sprintf("Version %s of %s was not made by the built-in trainer: only the program that trained it can score with it.", version, c.Type))
	}
	return model, err
}

// scoreBatch is how many rows are read at a time.
const scoreBatch = 1000

func (c predictCmd) score(ctx context.Context, model *logistic.Model, rows *ingest.FeatureReader, write func(retrain.Prediction) error, progress func()) error {
	var b ingest.FeatureBatch
	for {
		switch err := rows.Next(&b, scoreBatch); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		for i, id := range b.PredictionID {
			features := b.Features[i]
			if features == nil {
				features = []byte("{}")
			}
			score, predicted, err := model.ScoreJSON(features)
			if err != nil {
				return fmt.Errorf("line %d: %w", b.Line[i], err)
			}
			if err := write(retrain.Prediction{PredictionID: id, Score: score, Predicted: predicted}); err != nil {
				return err
			}
		}
		progress()
	}
}

// refusedRows says which rows could not be scored; where none could, the command has failed.
func (s *session) refusedRows(rows *ingest.FeatureReader) error {
	for i, e := range rows.Errors() {
		if i == shownErrors {
			fmt.Fprintln(s.err, "… and more.")
			break
		}
		fmt.Fprintf(s.err, "line %d, %s: %s\n", e.Line, e.Field, e.Error)
	}
	if rows.Rejected() > 0 {
		fmt.Fprintf(s.err, "%d of %d rows could not be scored.\n", rows.Rejected(), rows.Rows())
	}
	if rows.Rejected() > 0 && rows.Rejected() == rows.Rows() {
		return errQuiet
	}
	return nil
}

func jsonLines(w io.Writer) func(retrain.Prediction) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return func(p retrain.Prediction) error { return enc.Encode(p) }
}

func csvLines(w io.Writer) func(retrain.Prediction) error {
	out, begun := csv.NewWriter(w), false
	return func(p retrain.Prediction) error {
		if !begun {
			begun = true
			if err := out.Write([]string{"prediction_id", "score", "predicted"}); err != nil {
				return err
			}
		}
		predicted := "0"
		if p.Predicted {
			predicted = "1"
		}
		if err := out.Write([]string{p.PredictionID, strconv.FormatFloat(p.Score, 'g', -1, 64), predicted}); err != nil {
			return err
		}
		out.Flush()
		return out.Error()
	}
}
