package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gonum.org/v1/gonum/optimize"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/command"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic/logistictest"
)

const (
	fitName       = "one logistic fit of fixed L2, 100,000 rows of 20 features"
	fitRatio      = 1.5
	trainingName  = "a whole training, 100,000 rows of 20 features"
	trainingLimit = 10 * time.Second
	trainFeatures = 20
	// trainMemory is what the server gives a trainer by default.
	trainMemory = 2048 << 20
)

func trainingBenches() []bench {
	return []bench{{fitName, measureFit}, {trainingName, measureTraining}}
}

// optimisers are gonum's two that suit the objective; ours has to keep up with the better one.
func optimisers() map[string]optimize.Method {
	return map[string]optimize.Method{"LBFGS": &optimize.LBFGS{}, "Newton": &optimize.Newton{}}
}

// measureFit compares our fit with gonum's optimisers on the bare objective, to the same gradient.
func measureFit(ctx context.Context, g *ground) ([]Row, error) {
	design := logistictest.Design(g.size(100_000, 5000), trainFeatures)
	var ours []time.Duration
	theirs := map[string][]time.Duration{}
	for range g.size(5, 2) {
		for name, method := range optimisers() {
			var peer []float64
			took, err := timed(func() (err error) { peer, err = logistictest.GonumFit(design, 1, method); return err })
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			theirs[name] = append(theirs[name], took)
			var own logistic.Solution
			if took, err = timed(func() (err error) { own, err = logistic.Fit(ctx, design, 1); return err }); err != nil {
				return nil, err
			}
			ours = append(ours, took)
			if err := sameSolution(own, peer); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	best, name := time.Duration(math.MaxInt64), ""
	for n, took := range theirs {
		if m := median(took); m < best {
			best, name = m, n
		}
	}
	own := median(ours)
	row := Row{Name: fitName, Ours: millis(own), Beside: millis(best), BesideIs: "gonum's " + name + ", the better of two, on the bare objective"}
	return []Row{row.atMost(float64(own)/float64(best), fitRatio)}, nil
}

// sameSolution compares coefficients, the intercept last.
func sameSolution(own logistic.Solution, peer []float64) error {
	all := append(slices.Clone(own.Weights), own.Intercept)
	if !own.Converged || len(all) != len(peer) {
		return fmt.Errorf("converged %t, %d coefficients, not %d", own.Converged, len(all), len(peer))
	}
	for i := range all {
		if math.Abs(all[i]-peer[i]) > 1e-4 {
			return fmt.Errorf("coefficient %d is %v and %v", i, all[i], peer[i])
		}
	}
	return nil
}

// measureTraining trains as the server does: the built-in trainer as a program of its own, behind its
// guard and under its limits, from the rows on the disk to the artefact on the disk.
func measureTraining(ctx context.Context, g *ground) (rows []Row, err error) {
	path, err := g.program(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(g.dir, "job-")
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := writeJob(dir, g.size(100_000, 5000)); err != nil {
		return nil, err
	}
	trainer, err := command.New(command.Options{Argv: []string{path, "trainer", "logistic", "."}, Guard: []string{path, "trainer", "guard"}})
	if err != nil {
		return nil, err
	}
	job := retrain.Job{
		RetrainID: 1, Attempt: 1, Key: "bench", Tenant: "bench", ModelType: drift.ConflictPredictor, BehavesLike: drift.ConflictPredictor,
		Version: "candidate", Dir: dir, Timeout: time.Minute, MemoryBytes: trainMemory, Progress: func(string) {},
	}
	var all []time.Duration
	for range g.size(3, 1) {
		took, err := timed(func() error { return trainer.Train(ctx, job) })
		if err != nil {
			return nil, err
		}
		all = append(all, took)
	}
	row := Row{Name: trainingName, Ours: millis(median(all)), Note: "a program under its guard: read, choose L2 by time-ordered folds, fit, calibrate, choose the threshold, score 20,000 rows"}
	return []Row{row.within(millis(trainingLimit))}, nil
}

func writeJob(dir string, n int) error {
	train, holdout := logistictest.Rows(n, trainFeatures)
	description, err := json.Marshal(retrain.Description{
		RetrainID: 1, Attempt: 1, Key: "bench", Tenant: "bench", ModelType: drift.ConflictPredictor,
		BehavesLike: drift.ConflictPredictor, Version: "candidate", RowsTrain: n, RowsHoldout: n / 5,
	})
	if err != nil {
		return fmt.Errorf("encode description: %w", err)
	}
	for name, text := range map[string][]byte{retrain.FileDescription: description, retrain.FileTrain: train, retrain.FileHoldout: holdout} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
