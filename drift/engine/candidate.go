package engine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// judgeCandidate keeps what the trainer left as a version, and validates it.
func (e *Engine) judgeCandidate(ctx context.Context, r *drift.Retrain, dir string, d *dataset) error {
	err := e.fromTraining(ctx, r, func(tx Tx) error {
		r.RowsTrain, r.RowsHoldout = d.description.RowsTrain, d.description.RowsHoldout
		r.WindowFrom, r.WindowTo = &d.description.WindowFrom, &d.description.WindowTo
		return e.moveRetrain(ctx, tx, r, retrain.MoveTrained, drift.SystemActor(), e.clock().UTC(), "Training is done; the candidate is validated on later rows.")
	})
	if err != nil || r.State != drift.RetrainValidating {
		return err
	}
	predictions, err := retrain.ReadPredictions(dir, d.description.RowsHoldout)
	if err == nil {
		err = d.narrow(predictions)
	}
	if err != nil {
		return e.trainingFailed(ctx, r, err)
	}
	artifact, err := readArtifact(dir)
	if err != nil {
		return e.trainingFailed(ctx, r, err)
	}
	claims, err := retrain.ReadClaims(dir)
	if err != nil {
		return e.trainingFailed(ctx, r, err)
	}
	return e.fromTraining(ctx, r, func(tx Tx) error {
		s, err := tx.Settings(ctx, r.TenantID)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		thresholds, err := retrain.Thresholds(s, d.description.BehavesLike)
		if err != nil {
			return err
		}
		v, err := retrain.Validate(retrain.ValidationInput{
			BehavesLike: d.description.BehavesLike, Thresholds: thresholds, TrainLast: d.trainLast, Rows: d.holdout, Predictions: predictions,
		})
		if err != nil {
			return fmt.Errorf("validate: %w", err)
		}
		v.Claimed = claims
		if r.Validation, err = json.Marshal(v); err != nil {
			return fmt.Errorf("encode verdict: %w", err)
		}
		setSafeguard(r, retrain.Validation(&v))
		// Also one that is refused is kept, to be looked at: only its own retrain could have put it into service.
		err = e.keepVersion(ctx, tx, r, d, artifact, predictions, v.Candidate)
		var said *drift.Error
		if errors.As(err, &said) && said.Code == drift.CodeConflict { // logged as somebody's while this one trained
			return e.moveRetrain(ctx, tx, r, retrain.MoveFail, drift.SystemActor(), e.clock().UTC(), said.Message+" The serving version is untouched.")
		}
		if err != nil {
			return err
		}
		if !v.Passed {
			return e.moveRetrain(ctx, tx, r, retrain.MoveRefuse, drift.SystemActor(), e.clock().UTC(), v.Sentence())
		}
		return e.moveRetrain(ctx, tx, r, retrain.MoveAccept, drift.SystemActor(), e.clock().UTC(), v.Sentence())
	})
}

// sourceTrained is the source of versions that were trained here.
const sourceTrained = "trained"

// freeName is what a candidate is called: by the day and its retrain, and by a number where a version of
// that name has been logged already. Names in the log are whatever the programs that predict give.
func freeName(ctx context.Context, tx Tx, r *drift.Retrain, day drift.Date) (string, error) {
	name := fmt.Sprintf("%s-r%d", day, r.ID)
	for n, free := 2, name; ; n++ {
		_, err := tx.VersionOf(ctx, drift.VersionKey{Model: r.Model(), Version: free})
		if drift.CodeOf(err) == drift.CodeNotFound {
			return free, nil
		}
		if err != nil {
			return "", err
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}

// keepVersion keeps the candidate; m is nil where its predictions cannot be used, and none are kept then.
func (e *Engine) keepVersion(ctx context.Context, tx Tx, r *drift.Retrain, d *dataset, artifact []byte, predictions []retrain.Prediction, m *retrain.Metrics) error {
	metrics, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode metrics: %w", err)
	}
	scores := drift.LabelledScores{Labels: []byte{}}
	if m != nil {
		scores = labelled(d.holdout, predictions)
	}
	sum := sha256.Sum256(artifact)
	return tx.PutVersion(ctx, drift.NewVersion{
		Key: drift.VersionKey{Model: r.Model(), Version: r.CandidateVersion}, Artifact: artifact, Digest: sum[:],
		Trainer: r.Trainer, Parent: r.ParentVersion, RetrainID: r.ID, ApprovedBy: r.ApprovedBy, RowsTrain: r.RowsTrain,
		WindowFrom: d.description.WindowFrom, WindowTo: d.description.WindowTo, Holdout: metrics,
		Scores: scores,
	}, e.clock().UTC())
}

// labelled writes hold-out predictions as a day's column of the log is written: ascending by score,
// 1 negative, 2 positive, 4 added where predicted positive.
func labelled(rows []retrain.Row, predictions []retrain.Prediction) drift.LabelledScores {
	label := make(map[string]byte, len(rows))
	for _, r := range rows {
		label[r.PredictionID] = 1
		if r.Label {
			label[r.PredictionID] = 2
		}
	}
	sorted := slices.Clone(predictions)
	slices.SortFunc(sorted, func(a, b retrain.Prediction) int {
		switch {
		case a.Score < b.Score:
			return -1
		case a.Score > b.Score:
			return 1
		}
		return 0
	})
	out := drift.LabelledScores{Scores: make([]float64, len(sorted)), Labels: make([]byte, len(sorted))}
	for i, p := range sorted {
		out.Scores[i], out.Labels[i] = p.Score, label[p.PredictionID]
		if p.Predicted {
			out.Labels[i] += 4
		}
	}
	return out
}

func setSafeguard(r *drift.Retrain, s drift.Safeguard) {
	for i := range r.Safeguards {
		if r.Safeguards[i].Name == s.Name {
			r.Safeguards[i] = s
		}
	}
}

func readArtifact(dir string) ([]byte, error) {
	b, err := retrain.ReadLeft(dir, retrain.FileArtifact, retrain.LimitArtifact)
	if err == nil && len(b) == 0 {
		err = drift.Invalid(retrain.FileArtifact, "The trainer left an empty artefact.")
	}
	return b, err
}

func behavesLike(ctx context.Context, tx Tx, modelType string) (string, error) {
	types, err := tx.ModelTypes(ctx)
	if err != nil {
		return "", err
	}
	for _, t := range types {
		if t.Name == modelType {
			return t.BehavesLike, nil
		}
	}
	return "", drift.NotFound(fmt.Sprintf("No model type is called %q.", modelType))
}
