package logistic_test

import (
	"bytes"
	"io"
	"testing"

	"gonum.org/v1/gonum/optimize"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic/logistictest"
)

const (
	benchRows = 100_000
	benchCols = 20
)

func BenchmarkFit(b *testing.B) {
	d := logistictest.Design(benchRows, benchCols)
	for b.Loop() {
		s, err := logistic.Fit(b.Context(), d, 1)
		if err != nil || !s.Converged {
			b.Fatal(s, err)
		}
	}
}

func BenchmarkGonumFit(b *testing.B) {
	d := logistictest.Design(benchRows, benchCols)
	for name, method := range map[string]optimize.Method{"lbfgs": &optimize.LBFGS{}, "newton": &optimize.Newton{}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := logistictest.GonumFit(d, 1, method); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTrain reads, chooses, fits, calibrates and scores.
func BenchmarkTrain(b *testing.B) {
	train, holdout := logistictest.Rows(benchRows, benchCols)
	for b.Loop() {
		err := logistic.Train(b.Context(), logistic.Job{
			Description: logistic.Description{BehavesLike: drift.ConflictPredictor},
			Train:       bytes.NewReader(train), Holdout: bytes.NewReader(holdout),
			Artifact: io.Discard, Predictions: io.Discard, Metrics: io.Discard, Progress: io.Discard,
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
